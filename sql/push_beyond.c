/* What is upon the schema that no step makes, and properties of its objects: the query
 * schema_beyond. They are no part of the fingerprint; a push notes a hash of the properties. */
#include <string.h>

#include "base/crypto.h"
#include "sql/push_private.h"

enum { TEXT_MAX = 4 * 1024 * 1024 };

enum status push_read_beyond(struct push *p, struct rows *out) {
    return admin_query(p->admin, p->arena, SQL_SCHEMA_BEYOND, NULL, 0, &record_schema_fact, out,
                       p->say);
}

enum status push_join_beyond(struct push *p, struct rows *facts) {
    struct rows beyond;
    enum status status = push_read_beyond(p, &beyond);
    if (status != OK || beyond.n == 0)
        return status;
    struct schema_fact *all = arena_array(p->arena, facts->n + beyond.n, sizeof *all);
    if (facts->n > 0)
        memcpy(all, facts->at, facts->n * sizeof *all);
    memcpy(all + facts->n, beyond.at, beyond.n * sizeof *all);
    *facts = (struct rows){.at = all, .n = facts->n + beyond.n};
    return OK;
}

/* What the query schema_touched asks for, as a record: of the scratch schema, before it goes. */
static const char scratch[] = "SELECT concat_ws(' ', oid, xmin, coalesce((\n"
                              "    SELECT array_agg(DISTINCT confrelid)::text FROM pg_constraint\n"
                              "    WHERE connamespace = n.oid AND contype = 'f'), '{}'))\n"
                              "FROM pg_namespace n WHERE nspname = '%s'";

/* What would make all that follows read another schema, or act as somebody else. */
static const char settings[] =
    "SELECT concat_ws(' and ',\n"
    "    CASE WHEN current_setting('search_path') <> '%s, pg_temp' THEN 'search_path' END,\n"
    "    CASE WHEN current_user <> current_setting('sitaminter.role') THEN 'role' END)";
static const char as_before[] =
    "SET LOCAL SESSION AUTHORIZATION DEFAULT;\n"
    "SELECT set_config('role', coalesce(nullif(current_setting('sitaminter.role'), ''), 'none'), "
    "true);\n"
    "SET LOCAL search_path = %s, pg_temp";

static void add(struct push *p, const struct schema_line *lines, size_t n) {
    struct schema_line *all = arena_array(p->arena, p->outside.n + n + 1, sizeof *all);
    if (p->outside.n > 0)
        memcpy(all, p->outside.at, p->outside.n * sizeof *all);
    memcpy(all + p->outside.n, lines, n * sizeof *all);
    p->outside = schema_sorted(all, p->outside.n + n);
}

static enum status note_settings(struct push *p) {
    const char *name = push_scratch_name(p), *set;
    enum status status =
        admin_ask(p->admin, p->arena, arena_printf(p->arena, settings, name), &set, p->say);
    if (status != OK || !*set)
        return status;
    add(p, &(struct schema_line){arena_printf(p->arena, "setting %s", set)}, 1);
    return admin_script(p->admin, arena_printf(p->arena, as_before, name), p->say);
}

static enum status note_touched(struct push *p) {
    struct rows touched;
    char *rest = arena_strdup(p->arena, p->scratch);
    const char *space = strsep(&rest, " "), *subtransaction = strsep(&rest, " ");
    const char *values[] = {space, subtransaction, rest};
    enum status status = admin_query(p->admin, p->arena, SQL_SCHEMA_TOUCHED, values, 3,
                                     &record_schema_line, &touched, p->say);
    if (status == OK && touched.n > 0)
        add(p, touched.at, touched.n);
    return status;
}

enum status push_note_outside(struct push *p) {
    enum status status = note_settings(p);
    if (status == OK)
        status =
            admin_ask(p->admin, p->arena, arena_printf(p->arena, scratch, push_scratch_name(p)),
                      &p->scratch, p->say);
    return status == OK ? note_touched(p) : status;
}

enum status push_note_taken(struct push *p) {
    return note_touched(p);
}

void push_name_outside(struct push *p, struct plan *plan) {
    const char *last = "";
    for (size_t i = 0; i < p->outside.n; i++) {
        const struct schema_line *outside = rows_at(&record_schema_line, &p->outside, i);
        if (strcmp(outside->line, last) != 0)
            text_printf(&plan->uncovered,
                        "%s, which the file makes or changes outside of its schema; "
                        "that is to be done by hand\n",
                        outside->line);
        last = outside->line;
    }
}

void push_hash_properties(struct push *p, const struct rows *beyond, const struct rows *managed,
                          char hash[SCHEMA_HASH_SIZE]) {
    const struct schema_fact *f = beyond->at;
    struct text all = text_in(p->arena, TEXT_MAX);
    uint8_t bytes[32];
    *hash = '\0';
    for (size_t i = 0; i < beyond->n; i++)
        if (facts_is_property(&f[i]) && schema_lists(managed, f[i].name))
            text_printf(&all, "%s %s %s\n", f[i].kind, f[i].name, f[i].definition);
    if (all.n == 0)
        return;
    crypto_sha256(bytes, text_str(&all), all.n);
    crypto_hex(hash, bytes, sizeof bytes);
}

void push_report_beyond(struct push *p, struct text *out) {
    const struct schema_fact *f = p->beyond.at;
    for (size_t i = 0; i < p->beyond.n; i++) {
        const char *object = facts_object(p->arena, &f[i]);
        if (!facts_is_property(&f[i]) && !directives_ignore(&p->directives, object))
            text_printf(out, "%s\n", object);
    }
}
