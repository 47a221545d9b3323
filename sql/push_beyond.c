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

enum status push_note_made(struct push *p) {
    return admin_query(p->admin, p->arena, SQL_SCHEMA_MADE, NULL, 0, &record_schema_line, &p->made,
                       p->say);
}

void push_name_made(struct push *p, struct plan *plan) {
    for (size_t i = 0; i < p->made.n; i++) {
        const struct schema_line *made = rows_at(&record_schema_line, &p->made, i);
        text_printf(&plan->uncovered, "%s, which the file makes or changes outside of its schema\n",
                    made->line);
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
