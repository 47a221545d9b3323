/* The rows of a table as the steps before a look will leave them: constraints and indexes are about
 * those, not about what columns hold now. */
#include <inttypes.h>
#include <string.h>

#include "sql/push_private.h"

enum { ROWS_MAX = 1024 * 1024 };

/* What is told of the rows of one table, by the names that the database has yet. */
struct after {
    const struct push *push;
    const struct plan *plan;
    const struct schema_fact **put; /* the columns that are told, but for computed ones */
    size_t n;
    struct text columns, computed; /* SELECT lists; the second is made of what the first gives */
    bool exists, changes;
};

/* A default that the server computes for each row (push_looks.c has looked into it) is not computed
 * twice: it may count. */
static bool is_told_by_server(const struct after *t, const struct schema_fact *f) {
    for (size_t i = 0; i < t->plan->n; i++) {
        const struct step *s = &t->plan->steps[i];
        if (s->kind == STEP_ADD_COLUMN && s->rewrites && s->fact &&
            strcmp(s->fact->name, f->name) == 0 &&
            strcmp(push_name_now(t->push, "table", "", s->table), f->parent) == 0)
            return true;
    }
    return false;
}

/* Nor is a number taken of a sequence. */
static bool counts(const char *expression) {
    return expression && strstr(expression, "nextval");
}

/* Whether its values are not known before; what is about it cannot be looked at, and is said to be
 * so. */
static bool is_unknown(const struct after *t, const struct schema_fact *now,
                       const struct schema_fact *then) {
    bool fills = then->backfill && (!now || !now->not_null);
    if (fills && counts(then->backfill))
        return true;
    return t->exists && !now && !fills &&
           (*then->special || counts(then->preset) || is_told_by_server(t, then));
}

static void put(struct after *t, const struct schema_fact *now, const struct schema_fact *then) {
    bool presets = t->exists && *then->preset && !then->backfill;
    if (now && strcmp(now->type, then->type) == 0) {
        text_printf(&t->columns, ", %s", then->name);
    } else {
        const char *value = now ? now->name : presets ? then->preset : "NULL";
        text_printf(&t->columns, ", (%s)::%s AS %s", value, then->type, then->name);
        t->changes = true;
    }
    t->put[t->n++] = then;
}

static void put_column(struct after *t, const struct schema_fact *now,
                       const struct schema_fact *then) {
    bool same = now && strcmp(now->type, then->type) == 0 && facts_same(now, then);
    if (facts_is_computed(then) && !same)
        text_printf(&t->computed, ", (%s)::%s AS %s", then->special + strlen("AS "), then->type,
                    then->name);
    else if (!is_unknown(t, now, then))
        put(t, now, then);
}

/* The rows once those without a value in this column got one. */
static const char *filled(struct after *t, const struct schema_fact *column, const char *rows) {
    struct text columns = text_in(t->push->arena, ROWS_MAX);
    for (size_t i = 0; i < t->n; i++) {
        const struct schema_fact *f = t->put[i];
        const char *before = i ? ", " : "";
        if (f == column)
            text_printf(&columns, "%scoalesce(%s, (%s)::%s) AS %s", before, f->name, f->backfill,
                        f->type, f->name);
        else
            text_printf(&columns, "%s%s", before, f->name);
    }
    return arena_printf(t->push->arena, "(SELECT %s FROM %s AS t)", text_str(&columns), rows);
}

static const char *told(struct after *t, const char *table, const char *limit) {
    struct arena *a = t->push->arena;
    const char *rows =
        arena_printf(a, "(SELECT%s FROM %s%s)", t->columns.n ? text_str(&t->columns) + 1 : "",
                     t->exists ? table : "(SELECT) AS nothing WHERE false", limit);
    for (size_t i = 0; i < t->n; i++)
        if (t->put[i]->backfill)
            rows = filled(t, t->put[i], rows);
    if (t->computed.n > 0)
        rows = arena_printf(a, "(SELECT t.*%s FROM %s AS t)", text_str(&t->computed), rows);
    return rows;
}

const char *push_rows(const struct push *p, const struct plan *plan, const char *table,
                      int64_t at_most) {
    struct arena *a = p->arena;
    struct after t = {.push = p,
                      .plan = plan,
                      .columns = text_in(a, ROWS_MAX),
                      .computed = text_in(a, ROWS_MAX),
                      .exists = facts_find(&p->live, "table", "", table) != NULL};
    const char *limit = at_most ? arena_printf(a, " LIMIT %" PRId64, at_most) : "";
    const struct schema_fact *f = p->declared_before.at;
    size_t n = plan ? p->declared_before.n : 0;
    t.put = arena_array(a, n + 1, sizeof *t.put);
    for (size_t i = 0; i < n; i++, f++) {
        if (strcmp(f->kind, "column") != 0 || strcmp(f->parent, table) != 0)
            continue;
        put_column(&t, facts_find(&p->live, "column", table, f->name), f);
        t.changes |= f->backfill != NULL;
    }
    if (t.changes || t.computed.n > 0)
        return told(&t, table, limit);
    return at_most ? arena_printf(a, "(SELECT * FROM %s%s)", table, limit) : table;
}
