/* Steps for columns: those that are added, and those that change. */
#include <string.h>

#include "sql/plan_private.h"

static const char guard_end[] = "_not_null_guard";

const char *plan_guard(struct arena *a, const struct schema_fact *column) {
    return plan_passing_name(a, column->name, "column", guard_end);
}

bool plan_is_guard(const char *name) {
    size_t n = strlen(name), end = sizeof guard_end - 1;
    return n > end && strcmp(name + n - end, guard_end) == 0;
}

struct column {
    struct plan *plan;
    const struct schema_fact *now, *then; /* now NULL: it is added */
    int64_t bytes;                        /* of its table */
};

/* An ALTER TABLE ... ALTER COLUMN of this column. */
static struct step *alter(struct column *c, enum step_kind kind, const char *what) {
    struct arena *a = c->plan->arena;
    struct step *s = plan_add(
        c->plan, kind, arena_printf(a, "%s.%s", c->then->parent, c->then->name),
        arena_printf(a, "ALTER TABLE %s ALTER COLUMN %s %s", c->then->parent, c->then->name, what));
    s->fact = c->then;
    s->table = c->then->parent;
    s->bytes = c->bytes;
    return s;
}

static void plan_type(struct column *c) {
    struct arena *a = c->plan->arena;
    const char *from = c->now->type, *to = c->then->type, *name = c->then->name;
    struct step *s = alter(c, STEP_ALTER_TYPE,
                           arena_printf(a, "TYPE %s USING %s::%.*s", to, name,
                                        (int)(strstr(to, " COLLATE ") ? strstr(to, " COLLATE ") - to
                                                                      : (long)strlen(to)),
                                        to));
    s->rewrites = true; /* unless a look finds that it does not (push_looks.c) */
    s->from = from;
    s->to = to;
    s->look = name;
}

static void note_removed_default(struct column *c, struct step *s) {
    plan_note(c->plan, s,
              c->then->not_null ? "an INSERT that leaves it out will fail: it is NOT NULL"
                                : "an INSERT that leaves it out will write NULL");
}

static void plan_default(struct column *c) {
    bool retyped = strcmp(c->now->type, c->then->type) != 0;
    if (!retyped && facts_same(c->now, c->then))
        return;
    if (*c->now->preset && (retyped || !*c->then->preset)) {
        struct step *s = alter(c, STEP_DROP_DEFAULT, "DROP DEFAULT");
        if (!*c->then->preset)
            note_removed_default(c, s);
    }
    if (*c->then->preset)
        alter(c, STEP_SET_DEFAULT, arena_printf(c->plan->arena, "SET DEFAULT %s", c->then->preset));
}

static struct step *guard_step(struct column *c, enum step_kind kind, const char *format) {
    struct arena *a = c->plan->arena;
    const char *guard = plan_guard(a, c->then);
    struct step *s = plan_add(
        c->plan, kind, arena_printf(a, "%s.%s", c->then->parent, guard),
        arena_printf(a, "ALTER TABLE %s %s CONSTRAINT %s%s", c->then->parent, format, guard,
                     kind == STEP_ADD_GUARD
                         ? arena_printf(a, " CHECK (%s IS NOT NULL) NOT VALID", c->then->name)
                         : ""));
    s->table = c->then->parent;
    s->bytes = c->bytes;
    s->online = kind != STEP_ADD_GUARD || c->then->backfill;
    return s;
}

/* Rows without a value get the declared one. On a large table that is done in parts, before the
 * CHECK stands, which would refuse any change of a row that has none yet. */
static void plan_backfill(struct column *c) {
    struct arena *a = c->plan->arena;
    const char *table = c->then->parent, *name = c->then->name;
    struct step *s = plan_add(c->plan, STEP_BACKFILL, arena_printf(a, "%s.%s", table, name),
                              arena_printf(a, "UPDATE %s SET %s = (%s) WHERE %s IS NULL", table,
                                           name, c->then->backfill, name));
    s->table = table;
    s->bytes = c->bytes;
    s->online = c->bytes > PLAN_SMALL_BYTES;
    s->look = c->now ? c->now->look : "SELECT NULL AS sample FROM {rows} AS t";
}

/* On a large table a CHECK is proved beside readers and writers; NOT NULL then needs no look. */
static void plan_not_null(struct column *c, const struct rows *live) {
    struct arena *a = c->plan->arena;
    const char *guard_name = plan_guard(a, c->then);
    const struct schema_fact *guard = facts_find(live, "constraint", c->then->parent, guard_name);
    bool large = c->bytes > PLAN_SMALL_BYTES;
    if (guard && guard->foreign)
        guard = NULL; /* its name is taken: plan_foreign */
    if (c->then->backfill)
        plan_backfill(c);
    if (large && !guard)
        guard_step(c, STEP_ADD_GUARD, "ADD");
    if (large && (!guard || strstr(guard->definition, " NOT VALID")))
        guard_step(c, STEP_VALIDATE_GUARD, "VALIDATE");
    struct step *s = alter(c, STEP_SET_NOT_NULL, "SET NOT NULL");
    s->online = large;
    s->look = c->now ? c->now->look : c->then->look;
    if (large && !guard) /* one that is there is planned as a fact that goes */
        guard_step(c, STEP_DROP_GUARD, "DROP");
}

/* -- computed columns ------------------------------------------------------------------------- */

/* Whether a column that `f` is computed from gets another type, which the server refuses. */
static bool base_changes(const struct sides *c, const struct schema_fact *f) {
    struct arena *a = c->plan->arena;
    const struct schema_fact *base = c->live->at;
    for (size_t i = 0; i < c->live->n; i++, base++) {
        if (strcmp(base->kind, "column") != 0 || strcmp(base->parent, f->parent) != 0)
            continue;
        const struct schema_fact *then = facts_like(c->declared, base);
        if (then && strcmp(base->type, then->type) != 0 && facts_need(a, f, facts_name(a, base)))
            return true;
    }
    return false;
}

void plan_computed_again(struct sides *c, const struct schema_fact *now,
                         const struct schema_fact *then) {
    struct step *s = plan_fact(c, STEP_DROP_COMPUTED, now, now->unmake);
    plan_note(c->plan, s, "it is made again, and computed from what the rows have");
    plan_new_column(c->plan, c->live, facts_find(c->live, "table", "", now->parent), then);
}

void plan_column(struct sides *c, const struct schema_fact *now, const struct schema_fact *then) {
    struct column column = {c->plan, now, then, now->bytes};
    bool computed = facts_is_computed(now) && facts_is_computed(then);
    if (computed &&
        (strcmp(now->type, then->type) != 0 || !facts_same(now, then) || base_changes(c, now))) {
        plan_computed_again(c, now, then);
        return;
    }
    bool default_too =
        !computed && strcmp(now->special, then->special) != 0 && plan_identity(c, now, then);
    if (strcmp(now->type, then->type) != 0)
        plan_type(&column);
    if (!default_too)
        plan_default(&column);
    if (!now->not_null && then->not_null)
        plan_not_null(&column, c->live);
    if (now->not_null && !then->not_null)
        alter(&column, STEP_DROP_NOT_NULL, "DROP NOT NULL");
}

/* What is the same for all rows is noted in the catalogue once; anything else is computed for each.
 * What calls a function is looked into (push_looks.c). */
static bool computed_for_each_row(const struct schema_fact *f) {
    if (*f->special)
        return true;
    return strchr(f->preset, '(') && strcmp(f->preset, "now()") != 0;
}

/* Its text in CREATE TABLE, in which NOT NULL comes last, without that. */
static const char *nullable(struct arena *a, const struct schema_fact *f) {
    static const char end[] = " NOT NULL";
    size_t n = strlen(f->make), tail = sizeof end - 1;
    return n > tail && strcmp(f->make + n - tail, end) == 0 ? arena_strndup(a, f->make, n - tail)
                                                            : f->make;
}

void plan_new_column(struct plan *p, const struct rows *live, const struct schema_fact *table,
                     const struct schema_fact *f) {
    bool lacks_value = f->not_null && !*f->preset && !*f->special;
    bool later = lacks_value && f->backfill;
    struct step *s = plan_add(p, facts_is_computed(f) ? STEP_ADD_COMPUTED : STEP_ADD_COLUMN,
                              arena_printf(p->arena, "%s.%s", f->parent, f->name),
                              arena_printf(p->arena, "ALTER TABLE %s ADD COLUMN %s", f->parent,
                                           later ? nullable(p->arena, f) : f->make));
    s->table = f->parent;
    s->bytes = table->bytes;
    s->expands = !lacks_value;
    s->rewrites = computed_for_each_row(f);
    s->from = *f->special ? NULL : f->make;
    s->fact = f;
    if (later)
        plan_not_null(&(struct column){p, NULL, f, table->bytes}, live);
    else if (lacks_value)
        s->look = "SELECT NULL AS sample FROM {rows} AS t";
    else if (facts_is_computed(f))
        s->look = f->look;
}
