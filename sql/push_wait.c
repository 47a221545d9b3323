/* Who a push waits for: asked over a second connection while the first one waits. */
#include <string.h>

#include "sql/push_private.h"

enum { LOOK_AFTER_MS = 200, HELD_MAX = 4096 };

void push_tell(struct push *p, const char *line) {
    if (p->options->tell)
        p->options->tell(line);
}

static const char *holders(struct push *p, struct text *ignored) {
    struct text out = text_in(p->arena, HELD_MAX);
    const char *values[] = {arena_printf(p->arena, "%d", admin_backend(p->admin))};
    struct rows found = {0};
    if (admin_query(p->onlooker, p->arena, SQL_SCHEMA_WAITS_FOR, values, 1, &record_schema_line,
                    &found, ignored) != OK)
        return "";
    for (size_t i = 0; i < found.n; i++) {
        const struct schema_line *line = rows_at(&record_schema_line, &found, i);
        text_printf(&out, "\n  %s%s", p->patient ? "" : "held by ", line->line);
    }
    return text_str(&out);
}

/* Told once for each change of those who hold it. */
static void look(void *context) {
    struct push *p = context;
    struct text ignored = text_in(p->arena, HELD_MAX);
    if (!p->onlooker &&
        admin_open(&p->onlooker, p->conninfo, NULL, p->options->database, &ignored) != OK)
        return;
    const char *held_by = holders(p, &ignored);
    const char *what = p->patient ? "transactions that began before to end" : "a lock";
    if (*held_by && strcmp(held_by, p->held_by) != 0)
        push_tell(p, arena_printf(p->arena, "Waiting for %s%s", what, held_by));
    if (*held_by)
        p->held_by = held_by;
}

void push_watch(struct push *p) {
    admin_watch(p->admin, LOOK_AFTER_MS, look, p);
}
