/* A push notes what it did in tables of the schema that it makes: so the file has to declare them
 * in a form in which its own statements work. They are tried in the scratch schema. */
#include "sql/push_private.h"

enum { WHY_MAX = 16 * 1024 };

static enum status ask(struct push *p, enum sql_name name, const char *const *values, size_t n,
                       struct text *why) {
    return admin_query(p->admin, p->arena, name, values, n, NULL, NULL, why);
}

/* A push that was cut off, one that failed, one that was applied; and what the next one reads. */
static enum status note_and_read(struct push *p, struct text *why) {
    const char *hash = p->source_hash, *objects[] = {"[\"table db_objects\"]"};
    const char *begins[] = {hash, hash, "0", "{}", ""}, *newest[] = {"", "1"};
    struct rows id = {0};
    enum status status = ask(p, SQL_SCHEMA_MANAGE, objects, 1, why);
    if (status == OK)
        status = ask(p, SQL_SCHEMA_PUSH_RECORD, begins, 5, why);
    if (status == OK)
        status = ask(p, SQL_SCHEMA_PUSH_INTERRUPTED, NULL, 0, why);
    if (status == OK)
        status = admin_query(p->admin, p->arena, SQL_SCHEMA_PUSH_RECORD, begins, 5,
                             &record_schema_line, &id, why);
    static const char *const outcomes[] = {"failed", "applied"};
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0] && status == OK; i++) {
        const struct schema_line *line = id.at;
        const char *ends[] = {hash, outcomes[i], "{}", line->line};
        status = ask(p, SQL_SCHEMA_PUSH_FINISH, ends, 4, why);
    }
    static const enum sql_name reads[] = {SQL_SCHEMA_RECORDED, SQL_SCHEMA_RECORDED_REST,
                                          SQL_SCHEMA_MANAGED};
    for (size_t i = 0; i < sizeof reads / sizeof reads[0] && status == OK; i++)
        status = ask(p, reads[i], NULL, 0, why);
    return status == OK ? ask(p, SQL_SCHEMA_HISTORY, newest, 2, why) : status;
}

enum status push_try_own(struct push *p) {
    struct text why = text_in(p->arena, WHY_MAX);
    enum status status = admin_script(p->admin, "SAVEPOINT own", p->say);
    if (status == OK && note_and_read(p, &why) == OK)
        return admin_script(p->admin, "ROLLBACK TO SAVEPOINT own; RELEASE SAVEPOINT own", p->say);
    if (status == OK && push_is_trouble(p))
        text_put(p->say, text_str(&why));
    else if (status == OK)
        text_printf(p->say,
                    "The schema file has to declare the tables db_operations and db_objects, in "
                    "which a push notes what it did, as the schema of this program does; as it is "
                    "there, a push could not: %s. Nothing was changed.",
                    text_str(&why));
    return FAILED;
}
