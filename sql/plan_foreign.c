/* What a plan means for objects beside those that it names: those that no push made are kept, or it
 * does not go through; what refers to a table that goes is noted. */
#include <string.h>

#include "sql/plan_private.h"

enum { NOTE_MAX = 16 * 1024 };

struct way {
    struct plan *plan;
    const struct rows *live, *declared;
    const struct schema_fact *f; /* foreign */
};

static bool is(const struct schema_fact *f, const char *kind) {
    return strcmp(f->kind, kind) == 0;
}

void plan_note(struct plan *p, struct step *s, const char *line) {
    if (!s->note.max)
        s->note = text_in(p->arena, NOTE_MAX);
    text_printf(&s->note, "%s\n", line);
}

static bool needs(const struct way *w, const char *object) {
    return facts_need(w->plan->arena, w->f, object);
}

static void in_the_way(const struct way *w, const struct step *s) {
    text_printf(&w->plan->uncovered, "%s, which no push made, stands in the way of %s %s\n",
                facts_object(w->plan->arena, w->f), step_traits[s->kind].name, s->object);
}

static bool takes_column(const struct step *s) {
    return s->kind == STEP_DROP_COLUMN || s->kind == STEP_DROP_COMPUTED;
}

/* Within its own table it goes with the table, and some with a column, unless that comes back. */
static bool goes_along(const struct way *w, const struct step *s) {
    if (facts_is_beyond(w->f)) /* a view takes its rules along, but would not give them back */
        return (s->kind == STEP_DROP_TABLE || takes_column(s)) &&
               strstr(w->f->special, arena_printf(w->plan->arena, ",%s,", s->object)) &&
               (s->kind == STEP_DROP_TABLE || !needs(w, s->object));
    bool within = is(w->f, "index") || is(w->f, "constraint") || is(w->f, "trigger") ||
                  is(w->f, "column") || is(w->f, "policy");
    if (!within)
        return false;
    if (s->kind == STEP_DROP_TABLE)
        return strcmp(w->f->parent, s->object) == 0;
    return (is(w->f, "index") || is(w->f, "constraint")) && takes_column(s) &&
           !plan_has(w->plan, STEP_ADD_COMPUTED, s->object) &&
           strcmp(w->f->parent, s->table) == 0 && needs(w, s->object);
}

static bool goes_or_is_made_again(const struct step *s) {
    static const enum step_kind kinds[] = {STEP_DROP_READER, STEP_DROP_FUNCTION, STEP_DROP_SEQUENCE,
                                           STEP_REPLACE_FUNCTION};
    if (plan_changes_relation(s))
        return true;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (s->kind == kinds[i])
            return true;
    return false;
}

/* A view, a policy, a trigger that names columns and what a column is computed from hold on to what
 * they are made of, a foreign key to the table that it refers to. */
static bool holds_on(const struct way *w, const struct step *s) {
    if (facts_is_beyond(w->f))
        return goes_or_is_made_again(s) &&
               (needs(w, s->object) ||
                strstr(w->f->special, arena_printf(w->plan->arena, ",%s,", s->object)));
    if (s->kind == STEP_DROP_READER || s->kind == STEP_DROP_FUNCTION ||
        s->kind == STEP_REPLACE_FUNCTION)
        return needs(w, s->object);
    if (is(w->f, "constraint") && w->f->type[0] == 'f' && strcmp(w->f->parent, s->table) != 0)
        return (s->kind == STEP_DROP_TABLE || takes_column(s)) && needs(w, s->object);
    if (is(w->f, "index") || is(w->f, "constraint"))
        return s->kind == STEP_DROP_COMPUTED && needs(w, s->object);
    return (plan_changes_relation(s) || s->kind == STEP_DROP_CONSTRAINT) &&
           plan_made_of(w->plan->arena, w->f, s);
}

static bool is_relation(const struct schema_fact *f) {
    static const char *const kinds[] = {"table",
                                        "view",
                                        "index",
                                        "sequence",
                                        "foreign table",
                                        "materialized view",
                                        "partitioned table"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (is(f, kinds[i]))
            return true;
    /* A key's index has its name. */
    return is(f, "constraint") && strchr("pux", f->type[0]);
}

/* A name that a step gives for a while to what it leaves behind. */
static bool is_needed(const struct way *w, const struct step *s) {
    if (s->kind == STEP_CREATE_INDEX)
        return plan_is_building(s->object) && is_relation(w->f) &&
               strcmp(s->object, w->f->name) == 0;
    return s->kind == STEP_ADD_GUARD && is(w->f, "constraint") &&
           strcmp(s->object, facts_name(w->plan->arena, w->f)) == 0;
}

static void name_is_taken(const struct way *w) {
    const struct schema_fact *then = w->declared->at, *twin = facts_twin(w->declared, w->f);
    if (twin)
        text_printf(&w->plan->uncovered, "%s, which no push made, takes the same as %s\n",
                    facts_object(w->plan->arena, w->f), facts_object(w->plan->arena, twin));
    for (size_t i = 0; i < w->declared->n && is_relation(w->f); i++, then++)
        if (is_relation(then) && strcmp(then->name, w->f->name) == 0)
            text_printf(&w->plan->uncovered, "%s, which no push made, has the name of %s\n",
                        facts_object(w->plan->arena, w->f), facts_object(w->plan->arena, then));
    for (size_t i = 0; i < w->plan->n; i++)
        if (is_needed(w, &w->plan->steps[i]))
            text_printf(&w->plan->uncovered,
                        "%s, which no push made, has the name that %s %s needs\n",
                        facts_object(w->plan->arena, w->f),
                        step_traits[w->plan->steps[i].kind].name, w->plan->steps[i].object);
}

void plan_foreign(struct plan *p, const struct rows *live, const struct rows *declared) {
    struct way w = {p, live, declared, live->at};
    for (size_t i = 0; i < live->n; i++, w.f++) {
        if (!w.f->foreign)
            continue;
        name_is_taken(&w);
        for (size_t k = 0; k < p->n; k++) {
            if (goes_along(&w, &p->steps[k]))
                plan_note(p, &p->steps[k],
                          arena_printf(p->arena, "%s goes with it, which no push made",
                                       facts_object(p->arena, w.f)));
            else if (holds_on(&w, &p->steps[k]))
                in_the_way(&w, &p->steps[k]);
        }
    }
}

/* A foreign key among the tables that go is of no interest to anyone. */
static bool goes_too(const struct plan *p, const struct schema_fact *f) {
    for (size_t i = 0; i < p->n; i++)
        if (p->steps[i].kind == STEP_DROP_TABLE && strcmp(p->steps[i].object, f->parent) == 0)
            return true;
    return false;
}

void plan_references(struct plan *p, const struct rows *live) {
    for (size_t k = 0; k < p->n; k++) {
        const struct schema_fact *f = live->at;
        if (p->steps[k].kind != STEP_DROP_TABLE)
            continue;
        const char *table = arena_printf(p->arena, ",%s,", p->steps[k].object);
        for (size_t i = 0; i < live->n; i++, f++)
            if (strstr(f->needs, table) && !goes_too(p, f) && !is(f, "index"))
                plan_note(p, &p->steps[k],
                          arena_printf(p->arena, "%s refers to it", facts_object(p->arena, f)));
    }
}
