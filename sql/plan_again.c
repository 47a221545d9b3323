/* What a step takes along is made again: views, and triggers, comments and properties with them,
 * those of others, too; what is made of a function that is replaced; foreign keys to a key that is.
 */
#include <string.h>

#include "sql/plan_private.h"

static bool is(const struct schema_fact *f, const char *kind) {
    return strcmp(f->kind, kind) == 0;
}

static const char *name_of(const struct sides *c, const struct schema_fact *f) {
    return facts_name(c->plan->arena, f);
}

/* -- views ------------------------------------------------------------------------------------ */

bool plan_changes_relation(const struct step *s) {
    static const enum step_kind kinds[] = {STEP_DROP_COLUMN, STEP_DROP_COMPUTED, STEP_ALTER_TYPE,
                                           STEP_DROP_VIEW, STEP_DROP_TABLE};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (s->kind == kinds[i])
            return true;
    return false;
}

/* Whether a view or function is made of something that a step changes. */
static bool in_the_way(const struct plan *p, const struct schema_fact *f) {
    for (size_t i = 0; i < p->n; i++) {
        const struct step *s = &p->steps[i];
        if ((plan_changes_relation(s) || s->kind == STEP_DROP_CONSTRAINT ||
             s->kind == STEP_REPLACE_FUNCTION) &&
            plan_made_of(p->arena, f, s))
            return true;
    }
    return false;
}

/* Views that stand in the way of a step are dropped and made again. */
static bool plan_views(struct sides *c) {
    const struct schema_fact *f = c->live->at;
    bool any = false;
    for (size_t i = 0; i < c->live->n; i++, f++) {
        if (!is(f, "view") || f->foreign || !facts_like(c->declared, f) ||
            plan_has(c->plan, STEP_DROP_VIEW, f->name) || !in_the_way(c->plan, f))
            continue;
        plan_fact(c, STEP_DROP_VIEW, f, f->unmake);
        any = true;
    }
    return any;
}

/* A view that is made again comes back in the file's order, whatever made it go. */
static void plan_views_back(struct sides *c) {
    const struct schema_fact *f = c->declared->at;
    for (size_t i = 0; i < c->declared->n; i++, f++)
        if (is(f, "view") && plan_has(c->plan, STEP_DROP_VIEW, f->name) &&
            !plan_has(c->plan, STEP_CREATE_VIEW, f->name))
            plan_fact(c, STEP_CREATE_VIEW, f, f->make);
}

/* The sequence of an identity, or a foreign key to a key that takes another's place. */
static bool is_made_with(struct arena *a, const struct step *s, const char *object) {
    if (s->kind == STEP_ADD_IDENTITY || s->kind == STEP_DROP_IDENTITY)
        return s->from && strcmp(s->from, object) == 0;
    return s->kind == STEP_SWAP_INDEX && s->to &&
           strstr(s->to, arena_printf(a, ",%s,", object)) != NULL;
}

/* -- comments and properties ------------------------------------------------------------------- */

/* Whether what a comment is about is made only after the transaction. */
static bool is_made_online(const struct plan *p, const char *object) {
    for (size_t i = 0; i < p->n; i++) {
        const struct step *s = &p->steps[i];
        bool same = strcmp(s->object, object) == 0 &&
                    (s->kind == STEP_CREATE_INDEX || s->kind == STEP_SWAP_INDEX ||
                     s->kind == STEP_USE_INDEX || s->kind == STEP_ADD_FOREIGN_KEY);
        if (s->online && (same || is_made_with(p->arena, s, object)))
            return true;
    }
    return false;
}

/* Whether a step makes it, or the view that it is within, again: "i", "t.k", "w.v". */
static bool is_made_again(const struct plan *p, const char *object) {
    static const enum step_kind replacing[] = {
        STEP_DROP_VIEW,  STEP_DROP_FOREIGN_KEY, STEP_DROP_CONSTRAINT,
        STEP_DROP_INDEX, STEP_DROP_TRIGGER,     STEP_SWAP_INDEX,
        STEP_ALTER_TYPE, STEP_DROP_COMPUTED,    STEP_REPLACE_FUNCTION};
    for (size_t i = 0; i < p->n; i++) {
        const struct step *s = &p->steps[i];
        size_t n = strlen(s->object);
        if (s->kind == STEP_DROP_VIEW && strncmp(object, s->object, n) == 0 && object[n] == '.')
            return true;
        if (is_made_with(p->arena, s, object))
            return true;
        for (size_t k = 0; k < sizeof replacing / sizeof replacing[0]; k++)
            if (s->kind == replacing[k] && strcmp(s->object, object) == 0)
                return true;
    }
    return false;
}

/* Of what is made again the comment is lost, and properties are; a type takes those of its column.
 * A column's comment stays with it. */
static void comes_back(struct sides *c, const struct schema_fact *f, enum step_kind kind) {
    struct plan *p = c->plan;
    const char *object = kind == STEP_COMMENT ? f->name : plan_property(c, f);
    bool kept = kind == STEP_COMMENT && plan_has(p, STEP_ALTER_TYPE, f->special);
    if (!kept && is_made_again(p, f->special) && !plan_has(p, kind, object))
        plan_fact(c, kind, f, f->make);
    for (size_t i = 0; i < p->n; i++)
        if (p->steps[i].kind == kind && strcmp(p->steps[i].object, object) == 0)
            p->steps[i].online = is_made_online(p, f->special);
}

/* The declared view that has, or had, the column "w.v". */
static const struct schema_fact *view_of(const struct sides *c, const char *column) {
    const struct schema_fact *f = c->declared->at;
    for (size_t i = 0; i < c->declared->n; i++, f++) {
        size_t n = strlen(f->name);
        if (is(f, "view") && strncmp(column, f->name, n) == 0 && column[n] == '.')
            return f;
    }
    return NULL;
}

/* Of a column of a view that is made again: it may have gone. */
static bool column_is_made(const struct sides *c, const struct schema_fact *comment) {
    struct plan *p = c->plan;
    const struct schema_fact *view = view_of(c, comment->special);
    if (!view || strncmp(comment->name, "COLUMN ", 7) != 0)
        return false;
    const char *column = comment->special + strlen(view->name) + 1;
    if (strstr(view->preset, arena_printf(p->arena, ",%s,", column)))
        return true;
    for (size_t i = 0; i < p->n; i++)
        if (p->steps[i].kind == STEP_DROP_VIEW && strcmp(p->steps[i].object, view->name) == 0)
            plan_note(p, &p->steps[i],
                      arena_printf(p->arena, "%s goes with it, which no push made",
                                   facts_object(p->arena, comment)));
    return false;
}

static bool makes(const struct plan *p, const struct step *s, const char *object) {
    static const enum step_kind making[] = {
        STEP_CREATE_FUNCTION, STEP_ADD_CONSTRAINT, STEP_CREATE_INDEX,   STEP_SWAP_INDEX,
        STEP_ADD_FOREIGN_KEY, STEP_CREATE_VIEW,    STEP_CREATE_TRIGGER, STEP_ADD_COMPUTED};
    if (is_made_with(p->arena, s, object))
        return true;
    for (size_t i = 0; i < sizeof making / sizeof making[0]; i++)
        if (s->kind == making[i] && strcmp(s->object, object) == 0)
            return true;
    return false;
}

/* Nobody would know of it if a push were cut off in between: so it comes with what it is about,
 * where that is one short transaction of its own. */
static void comment_with(struct sides *c, const struct schema_fact *f, const char *sql) {
    struct plan *p = c->plan;
    for (size_t i = 0; i < p->n; i++) {
        struct step *s = &p->steps[i];
        if (s->online && s->kind != STEP_CREATE_INDEX && makes(p, s, f->special)) {
            s->sql = arena_printf(p->arena, "%s; %s", s->sql, sql);
            return;
        }
    }
    plan_fact(c, STEP_COMMENT, f, sql)->online = is_made_online(p, f->special);
}

/* A comment on a function whose arguments get other names, as one on the function that comes. */
static const struct schema_fact *on_twin(struct sides *c, const struct schema_fact *comment) {
    const struct schema_fact *now = facts_find(c->live, "function", "", comment->special);
    const struct schema_fact *then = now ? facts_twin(c->declared, now) : NULL;
    if (!then || strncmp(comment->name, "ROUTINE ", 8) != 0)
        return comment;
    struct schema_fact *moved = arena_alloc(c->plan->arena, sizeof *moved);
    *moved = *comment;
    moved->name = arena_printf(c->plan->arena, "ROUTINE %s", then->name);
    moved->special = then->name;
    return moved;
}

static bool stands(const struct rows *live, const char *index) {
    const struct schema_fact *f = live->at;
    for (size_t i = 0; i < live->n; i++)
        if (is(&f[i], "index") && strcmp(f[i].name, index) == 0)
            return true;
    return false;
}

/* Comments that others made on what is ours. */
static void comment_of_others(struct sides *c, const struct schema_fact *f) {
    struct plan *p = c->plan;
    bool kept = plan_has(p, STEP_ALTER_TYPE, f->special);
    bool made = f->owed && stands(c->live, f->special) && stands(c->declared, f->special);
    if (kept || (!f->owed && !is_made_again(p, f->special)))
        return;
    f = on_twin(c, f);
    for (size_t i = 0; i < p->n; i++)
        made |= makes(p, &p->steps[i], f->special);
    if (made || column_is_made(c, f))
        comment_with(c, f,
                     arena_printf(p->arena, "COMMENT ON %s IS %s", f->name,
                                  facts_literal(p->arena, f->definition)));
}

static void plan_comments(struct sides *c) {
    const struct schema_fact *f = c->declared->at;
    for (size_t i = 0; i < c->declared->n; i++, f++) {
        if (is(f, "comment"))
            comes_back(c, f, STEP_COMMENT);
        else if (facts_is_property(f) && f->make)
            comes_back(c, f, STEP_SET_PROPERTY);
    }
    f = c->live->at;
    for (size_t i = 0; i < c->live->n; i++, f++)
        if (is(f, "comment") && f->foreign)
            comment_of_others(c, f);
}

/* -- what is within a view -------------------------------------------------------------------- */

/* Triggers of others come back, too. */
static void within_views(struct sides *c, const struct rows *facts, bool foreign) {
    const struct schema_fact *f = facts->at;
    for (size_t i = 0; i < facts->n; i++, f++)
        if (is(f, "trigger") && f->foreign == foreign &&
            plan_has(c->plan, STEP_DROP_VIEW, f->parent) &&
            !plan_has(c->plan, STEP_CREATE_TRIGGER, name_of(c, f)) &&
            plan_has(c->plan, STEP_CREATE_VIEW, f->parent))
            plan_fact(c, STEP_CREATE_TRIGGER, f, f->make);
}

/* -- what is made of a function or of a column ------------------------------------------------ */

static void stands_on(struct sides *c, const struct schema_fact *f, const struct step *s) {
    text_printf(&c->plan->uncovered, "%s %s stands on %s, which is to be made again\n", f->kind,
                name_of(c, f), s->object);
}

/* A step of the kind for the fact, unless it has one; true if it had none. */
static bool once(struct sides *c, enum step_kind kind, const struct schema_fact *f,
                 const char *sql) {
    if (plan_has(c->plan, kind, name_of(c, f)))
        return false;
    plan_fact(c, kind, f, sql);
    return true;
}

void plan_release(struct sides *c, const struct schema_fact *column) {
    (void)once(c, STEP_RELEASE_DEFAULT, column,
               arena_printf(c->plan->arena, "ALTER TABLE %s ALTER COLUMN %s DROP %s",
                            column->parent, column->name,
                            *column->special ? "EXPRESSION" : "DEFAULT"));
}

static void default_again(struct sides *c, const struct schema_fact *now,
                          const struct schema_fact *then) {
    struct arena *a = c->plan->arena;
    const char *column =
        arena_printf(a, "ALTER TABLE %s ALTER COLUMN %s", then->parent, then->name);
    if (once(c, STEP_RELEASE_DEFAULT, now, arena_printf(a, "%s DROP DEFAULT", column)) &&
        *then->preset)
        once(c, STEP_SET_DEFAULT, then, arena_printf(a, "%s SET DEFAULT %s", column, then->preset));
}

static bool function_again(struct sides *c, const struct schema_fact *now,
                           const struct schema_fact *then) {
    if (!once(c, STEP_REPLACE_FUNCTION, now, now->unmake))
        return false;
    once(c, STEP_CREATE_FUNCTION, then, then->make);
    return true;
}

/* True: it goes, and what is made of it has to. */
static bool column_again(struct sides *c, const struct schema_fact *now,
                         const struct schema_fact *then) {
    if (!facts_is_computed(now))
        default_again(c, now, then);
    else if (facts_is_computed(then) && !plan_has(c->plan, STEP_DROP_COMPUTED, name_of(c, now))) {
        plan_computed_again(c, now, then);
        return true;
    }
    return false;
}

static void constraint_again(struct sides *c, const struct schema_fact *now,
                             const struct schema_fact *then) {
    enum step_kind kind = now->type[0] == 'f' ? STEP_DROP_FOREIGN_KEY : STEP_DROP_CONSTRAINT;
    if (once(c, kind, now, now->unmake))
        plan_new_constraint(c, then);
}

/* What the live fact `now` is made of goes for a moment: so does it. True: other things may be made
 * of it in turn. */
static bool goes_and_comes(struct sides *c, const struct schema_fact *now,
                           const struct schema_fact *then, const struct step *s) {
    if (is(now, "function"))
        return function_again(c, now, then);
    if (is(now, "column"))
        return column_again(c, now, then);
    if (is(now, "trigger") && once(c, STEP_DROP_TRIGGER, now, now->unmake))
        once(c, STEP_CREATE_TRIGGER, then, then->make);
    else if (is(now, "index") && once(c, STEP_DROP_INDEX, now, now->unmake))
        plan_new_index(c->plan, c->live, then);
    else if (is(now, "constraint"))
        constraint_again(c, now, then);
    else if (!now->make)
        stands_on(c, now, s);
    return false;
}

/* The server carries a foreign key over to the other type of a column, but not of two. */
static bool joins_two_types(const struct sides *c, const struct schema_fact *f) {
    size_t n = 0;
    for (size_t i = 0; i < c->plan->n && f->type[0] == 'f'; i++)
        n += c->plan->steps[i].kind == STEP_ALTER_TYPE &&
             facts_need(c->plan->arena, f, c->plan->steps[i].object);
    return n > 1;
}

/* Whether the step cannot be done while the live fact, which is made of its object, stands. The
 * server itself makes indexes and constraints of another type again. */
static bool is_in_the_way(const struct sides *c, const struct step *s,
                          const struct schema_fact *f) {
    if (s->kind == STEP_ALTER_TYPE)
        return is(f, "trigger") || (is(f, "constraint") && joins_two_types(c, f));
    return s->kind == STEP_REPLACE_FUNCTION ||
           (s->kind == STEP_DROP_COMPUTED && plan_has(c->plan, STEP_ADD_COMPUTED, s->object));
}

static bool is_seen_to_later(const struct schema_fact *f) {
    return is(f, "view") || is(f, "materialized view") || is(f, "policy");
}

static bool plan_what_stands_on(struct sides *c) {
    bool any = false;
    for (size_t k = 0; k < c->plan->n; k++) {
        const struct schema_fact *now = c->live->at;
        for (size_t i = 0; i < c->live->n; i++, now++) {
            struct step s = c->plan->steps[k]; /* they may move */
            const struct schema_fact *then = facts_like(c->declared, now);
            if (!now->foreign && then && !is_seen_to_later(now) && is_in_the_way(c, &s, now) &&
                plan_made_of(c->plan->arena, now, &s))
                any |= goes_and_comes(c, now, then, &s);
        }
    }
    return any;
}

/* So are functions that read what changes below them, or name its row type. */
static bool plan_readers(struct sides *c) {
    const struct schema_fact *f = c->live->at;
    bool any = false;
    for (size_t i = 0; i < c->live->n; i++, f++) {
        const struct schema_fact *then = facts_like(c->declared, f);
        if (is(f, "function") && !f->foreign && then && in_the_way(c->plan, f))
            any |= function_again(c, f, then);
    }
    return any;
}

/* What no step makes again is in the way. */
static void name_fixed(struct sides *c) {
    const struct schema_fact *f = c->live->at;
    for (size_t i = 0; i < c->live->n; i++, f++) {
        if ((!is(f, "policy") && !is(f, "materialized view")) || f->foreign ||
            !facts_like(c->declared, f))
            continue;
        for (size_t k = 0; k < c->plan->n; k++) {
            const struct step *s = &c->plan->steps[k];
            if ((plan_changes_relation(s) || s->kind == STEP_REPLACE_FUNCTION) &&
                plan_made_of(c->plan->arena, f, s))
                stands_on(c, f, s);
        }
    }
}

/* -- foreign keys to a key -------------------------------------------------------------------- */

/* Whether the step is about the key that the foreign key refers to. */
static bool is_its_key(const struct step *s, const struct schema_fact *f) {
    size_t n = strlen(s->table);
    const char *name =
        strncmp(s->object, s->table, n) == 0 && s->object[n] == '.' ? s->object + n + 1 : s->object;
    return strcmp(name, f->special) == 0;
}

static bool takes_key(const struct step *s, const struct schema_fact *f) {
    return (s->kind == STEP_DROP_CONSTRAINT || s->kind == STEP_DROP_INDEX ||
            s->kind == STEP_SWAP_INDEX) &&
           is_its_key(s, f);
}

static bool makes_key_late(const struct step *s, const struct schema_fact *f) {
    return s->online &&
           (s->kind == STEP_CREATE_INDEX || s->kind == STEP_SWAP_INDEX ||
            s->kind == STEP_USE_INDEX) &&
           is_its_key(s, f);
}

/* Its key takes another's place in a moment: so does it, unchecked, which is made up for. */
static void swap_with_key(struct sides *c, size_t step, const struct schema_fact *now,
                          const struct schema_fact *then) {
    struct arena *a = c->plan->arena;
    struct step *s = &c->plan->steps[step];
    s->sql = arena_printf(a, "%s; %s; %s%s", now->unmake, s->sql, then->make,
                          strstr(then->make, " NOT VALID") ? "" : " NOT VALID");
    s->to = arena_printf(a, "%s%s,", s->to ? s->to : ",", name_of(c, then));
    plan_validate(c, then);
    c->plan->steps[c->plan->n - 1].online = true;
}

static void key_goes(struct sides *c, size_t step, const struct schema_fact *now) {
    const struct schema_fact *then = facts_like(c->declared, now);
    const struct step *s = &c->plan->steps[step];
    if (now->foreign)
        text_printf(&c->plan->uncovered, "%s, which no push made, stands in the way of %s %s\n",
                    facts_object(c->plan->arena, now), step_traits[s->kind].name, s->object);
    else if (!then || plan_has(c->plan, STEP_DROP_FOREIGN_KEY, name_of(c, now)))
        return;
    else if (s->kind == STEP_SWAP_INDEX)
        swap_with_key(c, step, now, then);
    else if (once(c, STEP_DROP_FOREIGN_KEY, now, now->unmake))
        plan_new_constraint(c, then);
}

static bool is_foreign_key(const struct schema_fact *f) {
    return is(f, "constraint") && f->type[0] == 'f';
}

static void plan_keys(struct sides *c) {
    size_t n = c->plan->n;
    const struct schema_fact *f = c->live->at;
    for (size_t i = 0; i < c->live->n; i++, f++)
        for (size_t k = 0; k < n && is_foreign_key(f); k++)
            if (takes_key(&c->plan->steps[k], f))
                key_goes(c, k, f);
}

/* A foreign key waits for a key that is made beside readers and writers. */
static void plan_late_foreign_keys(struct sides *c) {
    struct plan *p = c->plan;
    const struct schema_fact *f = c->declared->at;
    for (size_t i = 0; i < c->declared->n; i++, f++) {
        if (!is_foreign_key(f) || !plan_has(p, STEP_ADD_FOREIGN_KEY, name_of(c, f)))
            continue;
        bool late = false;
        for (size_t k = 0; k < p->n; k++)
            late |= makes_key_late(&p->steps[k], f);
        for (size_t k = 0; k < p->n && late; k++)
            if ((p->steps[k].kind == STEP_ADD_FOREIGN_KEY ||
                 p->steps[k].kind == STEP_VALIDATE_CONSTRAINT) &&
                strcmp(p->steps[k].object, name_of(c, f)) == 0)
                p->steps[k].online = true;
    }
}

/* -- the whole -------------------------------------------------------------------------------- */

void plan_again(struct sides *c) {
    for (bool any = true; any;) {
        any = plan_what_stands_on(c);
        any |= plan_readers(c);
        any |= plan_views(c);
    }
    name_fixed(c);
    plan_views_back(c);
    within_views(c, c->declared, false);
    within_views(c, c->live, true);
    plan_keys(c);
    plan_late_foreign_keys(c);
    plan_comments(c);
}
