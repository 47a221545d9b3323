/* Carries over to the facts what the schema file says in comments. */
#include <string.h>

#include "sql/push_private.h"

static struct schema_fact *column_named(struct rows *facts, const char *object) {
    struct schema_fact *f = facts->at;
    for (size_t i = 0; i < facts->n; i++, f++) {
        size_t n = strlen(f->parent);
        if (strcmp(f->kind, "column") == 0 && strncmp(object, f->parent, n) == 0 &&
            object[n] == '.' && strcmp(object + n + 1, f->name) == 0)
            return f;
    }
    return NULL;
}

enum status push_note_backfills(struct push *p) {
    for (size_t i = 0; i < p->directives.n; i++) {
        const struct directive *d = &p->directives.at[i];
        if (d->kind != DIRECTIVE_BACKFILL)
            continue;
        struct schema_fact *f = column_named(&p->declared, d->object);
        if (!f || f->backfill) {
            text_printf(p->say, "Line %d of the schema file: %s %s.", d->line, d->object,
                        f ? "has a backfill already" : "is no column that the file declares");
            return FAILED;
        }
        f->backfill = d->what;
    }
    return OK;
}
