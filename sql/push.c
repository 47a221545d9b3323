#include "sql/push.h"

#include <string.h>

#include "sql/db_admin.h"
#include "sql/embedded.h"
#include "sql/schema.h"

enum { DIFFERENCES_SHOWN = 20 };

struct push {
    struct arena *arena;
    struct admin *admin;
    const char *schema;
    struct text *say;
    char source_hash[SCHEMA_HASH_SIZE];
};

static enum status read_schema(struct push *p, struct rows *lines) {
    return admin_query(p->admin, p->arena, SQL_SCHEMA_TEXT, NULL, 0, &record_schema_line, lines,
                       p->say);
}

/* Runs the schema file in the schema that search_path names first. */
static enum status build(struct push *p) {
    enum status status = admin_script(p->admin, p->schema, p->say);
    if (status == OK && !admin_in_transaction(p->admin)) {
        text_lit(p->say, "The schema file ends the transaction it runs in; it may not.");
        return FAILED;
    }
    return status;
}

/* The grants name the roles of the program. Without them (a database of one's own, for tests) the
 * owner is the only one who needs rights. */
static enum status grant(struct push *p) {
    const char *roles;
    enum status status = admin_value(p->admin, p->arena, SQL_SCHEMA_ROLES, &roles, p->say);
    if (status != OK)
        return status;
    if (strcmp(roles, "5") == 0)
        return admin_script(p->admin, sql_grants_file, p->say);
    text_lit(p->say, "The roles of the program do not exist on this server, so nothing was granted "
                     "to them (`sitaminter db setup` makes them).\n");
    return OK;
}

/* Grants, records and commits. */
static enum status complete(struct push *p, const struct rows *lines) {
    char fingerprint[SCHEMA_HASH_SIZE];
    const char *values[] = {fingerprint, p->source_hash};
    schema_fingerprint(fingerprint, p->arena, lines);
    enum status status = grant(p);
    if (status == OK)
        status =
            admin_query(p->admin, p->arena, SQL_SCHEMA_PUSH_RECORD, values, 2, NULL, NULL, p->say);
    return status == OK ? admin_script(p->admin, "COMMIT", p->say) : status;
}

static enum push_outcome create(struct push *p) {
    struct rows lines;
    if (build(p) != OK || read_schema(p, &lines) != OK || complete(p, &lines) != OK)
        return PUSH_FAILED;
    text_printf(p->say, "Created the schema: %zu objects.", lines.n);
    return PUSH_APPLIED;
}

static bool matches_record(struct push *p, const struct rows *lines, bool *known) {
    struct rows recorded;
    struct text ignored = text_in(p->arena, 1024);
    char fingerprint[SCHEMA_HASH_SIZE];
    /* The table may be missing, which is no error here. */
    *known = admin_script(p->admin, "SAVEPOINT look", p->say) == OK &&
             admin_query(p->admin, p->arena, SQL_SCHEMA_RECORDED, NULL, 0, &record_schema_record,
                         &recorded, &ignored) == OK &&
             recorded.n == 1;
    if (admin_script(p->admin, "ROLLBACK TO SAVEPOINT look", p->say) != OK || !*known)
        return false;
    const struct schema_record *r = recorded.at;
    schema_fingerprint(fingerprint, p->arena, lines);
    return strcmp(r->fingerprint, fingerprint) == 0 && strcmp(r->source_hash, p->source_hash) == 0;
}

/* The canonical text that the schema file gives, built in a schema that is rolled back. */
static enum status read_declared(struct push *p, struct rows *lines) {
    enum status status = admin_script(p->admin,
                                      "SAVEPOINT scratch; CREATE SCHEMA sitaminter_scratch; "
                                      "SET LOCAL search_path = sitaminter_scratch, pg_temp",
                                      p->say);
    if (status == OK)
        status = build(p);
    if (status == OK)
        status = read_schema(p, lines);
    if (status == OK)
        status = admin_script(p->admin, "ROLLBACK TO SAVEPOINT scratch", p->say);
    return status;
}

static const char *line_at(const struct rows *lines, size_t i) {
    const struct schema_line *line = rows_at(&record_schema_line, lines, i);
    return line->line;
}

/* Both texts are sorted; writes what only one of them has and returns how many lines that is. */
static size_t differences(const struct rows *live, const struct rows *declared, struct text *out) {
    size_t i = 0, k = 0, n = 0;
    while (i < live->n || k < declared->n) {
        int order = i == live->n       ? 1
                    : k == declared->n ? -1
                                       : strcmp(line_at(live, i), line_at(declared, k));
        if (order != 0 && n++ < DIFFERENCES_SHOWN)
            text_printf(out, "  %s %s\n",
                        order < 0 ? "only in the database:" : "only in the file:    ",
                        line_at(order < 0 ? live : declared, order < 0 ? i : k));
        i += order <= 0;
        k += order >= 0;
    }
    return n;
}

/* Compares with what the schema file would give. */
static enum push_outcome compare(struct push *p, const struct rows *live) {
    struct rows declared;
    struct text found = text_in(p->arena, 256 * 1024);
    if (read_declared(p, &declared) != OK)
        return PUSH_FAILED;
    size_t n = differences(live, &declared, &found);
    if (n == 0) {
        if (complete(p, live) != OK)
            return PUSH_FAILED;
        text_lit(p->say, "The database already has this schema; noted it and renewed the rights.");
        return PUSH_MATCHES;
    }
    text_printf(
        p->say,
        "The database differs from the schema file in %zu place%s, and changing an existing "
        "schema is not supported; nothing was changed.\n%s",
        n, n == 1 ? "" : "s", text_str(&found));
    if (n > DIFFERENCES_SHOWN)
        text_printf(p->say, "  … and %zu more\n", n - DIFFERENCES_SHOWN);
    return PUSH_DIFFERS;
}

static enum push_outcome push_locked(struct push *p) {
    struct rows live;
    bool known;
    if (read_schema(p, &live) != OK)
        return PUSH_FAILED;
    if (live.n == 0)
        return create(p);
    if (matches_record(p, &live, &known)) {
        text_lit(p->say, "The database already has this schema; nothing to do.");
        return PUSH_MATCHES;
    }
    return compare(p, &live);
}

static enum push_outcome push_connected(struct push *p) {
    const char *locked;
    /* The operator's role may have time limits that suit pages, not this. */
    if (admin_script(p->admin, "BEGIN; SET LOCAL statement_timeout = 0", p->say) != OK ||
        admin_value(p->admin, p->arena, SQL_SCHEMA_LOCK, &locked, p->say) != OK)
        return PUSH_FAILED;
    if (strcmp(locked, "t") != 0) {
        text_lit(p->say, "Another push or operation on this database is at work; try again later.");
        return PUSH_LOCKED;
    }
    return push_locked(p);
}

enum push_outcome push_schema(const char *conninfo, const char *schema, struct text *say) {
    struct push p = {.arena = arena_new(), .schema = schema, .say = say};
    enum push_outcome outcome = PUSH_UNREACHABLE;
    schema_source_hash(p.source_hash, schema);
    if (admin_open(&p.admin, conninfo, NULL, NULL, say) == OK)
        outcome = push_connected(&p);
    admin_close(p.admin); /* ends what did not commit */
    arena_free(p.arena);
    return outcome;
}

/* -- setup ------------------------------------------------------------------------------------ */

static enum status make_roles(struct admin *admin, struct arena *a, const char *const *urls,
                              size_t n, struct text *say) {
    enum status status = admin_script(admin, sql_roles_file, say);
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

enum push_outcome push_setup(const char *admin_url, const char *owner_url, const char *const *urls,
                             size_t n, struct text *say) {
    struct arena *a = arena_new();
    enum push_outcome outcome = PUSH_FAILED;
    const char *database = conninfo_value(a, owner_url, "dbname");
    struct admin_access as = {.conninfo = admin_url};
    if (!admin_url || !*admin_url)
        as = (struct admin_access){owner_url, "postgres", "postgres"};
    if (database)
        outcome = setup(a, &as, database, urls, n, say);
    else
        text_lit(say, "SITA_OWNER_URL names no database (dbname).");
    arena_free(a);
    return outcome;
}
