/* The roles and the database, before there is a schema. */
#include "sql/db_admin.h"
#include "sql/embedded.h"
#include "sql/push.h"
#include "sql/schema.h"

static enum status make_roles(struct admin *admin, struct arena *a, const char *const *urls,
                              size_t n, struct text *say) {
    /* Two at once would get in each other's way; the lock ends with the connection. */
    const char *ignored;
    enum status status = admin_value(admin, a, SQL_SCHEMA_SETUP_LOCK, &ignored, say);
    if (status == OK)
        status = admin_script(admin, sql_roles_file, say);
    for (size_t i = 0; i < n && status == OK; i++) {
        const char *role = conninfo_value(a, urls[i], "user");
        if (role)
            status = admin_set_password(admin, admin_identifier(admin, a, role), urls[i], say);
    }
    return status;
}

/* Makes the database unless it exists. C.UTF-8 knows every script's letters, unlike C. */
static enum status make_database(struct admin *admin, struct arena *a, const char *database,
                                 struct text *say) {
    const char *values[] = {database};
    struct rows found;
    enum status status =
        admin_query(admin, a, SQL_SCHEMA_DATABASE, values, 1, &record_schema_line, &found, say);
    if (status != OK || found.n > 0)
        return status;
    return admin_script(admin,
                        arena_printf(a,
                                     "CREATE DATABASE %s OWNER sita_owner TEMPLATE template0 "
                                     "ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'",
                                     admin_identifier(admin, a, database)),
                        say);
}

/* Where and as whom setup connects. */
struct admin_access {
    const char *conninfo, *user, *database;
};

static enum push_outcome setup(struct arena *a, const struct admin_access *as, const char *database,
                               const char *const *urls, size_t n, struct text *say) {
    struct admin *admin = NULL;
    if (admin_open(&admin, as->conninfo, as->user, as->database, say) != OK)
        return PUSH_UNREACHABLE;
    enum status status = make_roles(admin, a, urls, n, say);
    if (status == OK)
        status = make_database(admin, a, database, say);
    admin_close(admin);
    if (status != OK)
        return PUSH_FAILED;
    if (admin_open(&admin, as->conninfo, as->user, database, say) != OK)
        return PUSH_UNREACHABLE;
    status = admin_script(admin, sql_database_file, say);
    admin_close(admin);
    return status == OK ? PUSH_APPLIED : PUSH_FAILED;
}

enum push_outcome push_setup_database(const char *admin_url, const char *owner_url,
                                      const char *database, const char *const *urls, size_t n,
                                      struct text *say) {
    struct arena *a = arena_new();
    struct admin_access as = {.conninfo = admin_url};
    if (!admin_url || !*admin_url)
        as = (struct admin_access){owner_url, "postgres", "postgres"};
    enum push_outcome outcome = setup(a, &as, database, urls, n, say);
    arena_free(a);
    return outcome;
}

enum push_outcome push_setup(const char *admin_url, const char *owner_url, const char *const *urls,
                             size_t n, struct text *say) {
    struct arena *a = arena_new();
    enum push_outcome outcome = PUSH_FAILED;
    const char *database = conninfo_value(a, owner_url, "dbname");
    if (database)
        outcome = push_setup_database(admin_url, owner_url, database, urls, n, say);
    else
        text_lit(say, "SITA_OWNER_URL names no database (dbname).");
    arena_free(a);
    return outcome;
}
