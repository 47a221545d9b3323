/* The order of the steps: that of their kinds, unless what they are about is made of one another in
 * another one. What the catalogues say of that decides: what something is made of is made before
 * it, and goes after it. Where two are made of each other, the one that can do for a moment without
 * (a table without a default that is made of a function) is made, or taken apart, in two steps. */
#include <string.h>

#include "sql/plan_private.h"

enum { NEEDS_MAX = 1024 * 1024 };

enum role {
    NEEDS = 1,   /* makes something, of what the file says */
    GIVES = 2,   /* of what it is about others may be made after it */
    LETS_GO = 4, /* takes away something that is made of others */
    TAKES = 8,   /* what is made of what it is about has to let go of that before */
};

static const unsigned char roles[STEP_KINDS] = {
    [STEP_DROP_TRIGGER] = LETS_GO | TAKES,
    [STEP_DROP_VIEW] = LETS_GO | TAKES,
    [STEP_DROP_FOREIGN_KEY] = LETS_GO | TAKES,
    [STEP_DROP_CONSTRAINT] = LETS_GO | TAKES,
    [STEP_DROP_INDEX] = LETS_GO | TAKES,
    [STEP_RELEASE_DEFAULT] = LETS_GO,
    [STEP_DROP_READER] = LETS_GO | TAKES,
    [STEP_REPLACE_FUNCTION] = LETS_GO | TAKES,
    [STEP_DROP_TABLE] = LETS_GO | TAKES,
    [STEP_DROP_COLUMN] = LETS_GO | TAKES,
    [STEP_DROP_COMPUTED] = LETS_GO | TAKES,
    [STEP_CREATE_SEQUENCE] = GIVES,
    [STEP_CREATE_FUNCTION] = NEEDS | GIVES | LETS_GO,
    [STEP_CREATE_TABLE] = NEEDS | GIVES,
    [STEP_ADD_COLUMN] = NEEDS | GIVES,
    [STEP_ADD_COMPUTED] = NEEDS | GIVES,
    [STEP_DROP_EXPRESSION] = LETS_GO,
    [STEP_DROP_DEFAULT] = LETS_GO,
    [STEP_ALTER_TYPE] = GIVES | TAKES,
    [STEP_SET_DEFAULT] = NEEDS | LETS_GO,
    [STEP_OWN_SEQUENCE] = NEEDS | LETS_GO,
    [STEP_ADD_CONSTRAINT] = NEEDS | GIVES,
    [STEP_CREATE_INDEX] = NEEDS | GIVES,
    [STEP_ADD_FOREIGN_KEY] = NEEDS | GIVES,
    [STEP_CREATE_VIEW] = NEEDS | GIVES,
    [STEP_CREATE_TRIGGER] = NEEDS | GIVES,
    [STEP_DROP_SEQUENCE] = TAKES,
    [STEP_DROP_FUNCTION] = LETS_GO | TAKES,
};

/* What a step of the first phase does to others. */
struct node {
    const char *named; /* what facts are made of that are made of what the step is about */
    const char *then;  /* what the file makes it of; "" */
    const char *now;   /* what it lets go of; "" */
    const char *about; /* what a comment, property or right is one of; "" */
    bool needs, gives, takes, only_takes;
};

struct order {
    struct sides *c;
    struct node *nodes; /* of the steps in the order of their kinds */
    size_t n;
};

static bool is(const struct schema_fact *f, const char *kind) {
    return strcmp(f->kind, kind) == 0;
}

bool plan_made_of(struct arena *a, const struct schema_fact *f, const struct step *s) {
    return strstr(f->needs, plan_needed(a, s)) != NULL;
}

const char *plan_needed(struct arena *a, const struct step *s) {
    if (s->kind == STEP_DROP_CONSTRAINT || s->kind == STEP_ADD_CONSTRAINT)
        return arena_printf(a, ",%s (constraint),", s->object);
    bool function = s->kind == STEP_DROP_FUNCTION || s->kind == STEP_DROP_READER ||
                    s->kind == STEP_REPLACE_FUNCTION || s->kind == STEP_CREATE_FUNCTION;
    return arena_printf(a, function ? ";%s;" : ",%s,", s->object);
}

/* -- by kind ---------------------------------------------------------------------------------- */

static bool comes_after(const struct step *s, const struct step *other) {
    if (s->online != other->online)
        return s->online;
    if (s->kind != other->kind)
        return s->kind > other->kind;
    return s->order > other->order;
}

/* Stable: what is equal stays in the order in which it was added. */
static void sort_by_kind(struct plan *p) {
    for (size_t i = 1; i < p->n; i++) {
        struct step s = p->steps[i];
        size_t k = i;
        for (; k > 0 && comes_after(&p->steps[k - 1], &s); k--)
            p->steps[k] = p->steps[k - 1];
        p->steps[k] = s;
    }
}

/* -- what a step needs and lets go of --------------------------------------------------------- */

/* Foreign keys go and come in steps of their own. */
static bool goes_with_table(const struct schema_fact *f) {
    return is(f, "column") || is(f, "index") || is(f, "trigger") ||
           (is(f, "constraint") && f->type[0] != 'f');
}

/* What its columns are made of, and with it; without: all but functions. */
static const char *of_table(struct arena *a, const struct rows *facts, const char *table,
                            bool whole, bool without) {
    struct text out = text_in(a, NEEDS_MAX);
    const struct schema_fact *f = facts->at;
    for (size_t i = 0; i < facts->n; i++, f++) {
        const char *function = strchr(f->needs, ';');
        if (!*f->needs || strcmp(f->parent, table) != 0 ||
            !(whole ? goes_with_table(f) : is(f, "column")))
            continue;
        text_add(&out, f->needs,
                 without && function ? (size_t)(function - f->needs) : strlen(f->needs));
    }
    return text_str(&out);
}

static const char *with_parent(struct arena *a, const struct schema_fact *f) {
    return *f->parent ? arena_printf(a, ",%s,%s", f->parent, f->needs) : f->needs;
}

static const char *needed(const struct order *o, const struct step *s) {
    struct arena *a = o->c->plan->arena;
    const struct schema_fact *f = s->fact ? facts_like(o->c->declared, s->fact) : NULL;
    if (!f || !(roles[s->kind] & NEEDS))
        return "";
    if (is(f, "table"))
        return of_table(a, o->c->declared, f->name, false, s->bare);
    if (is(f, "owner"))
        return arena_printf(a, ",%s,,%s,,%s,", f->parent, f->definition, f->name);
    if (s->kind == STEP_ADD_COLUMN && s->bare)
        return arena_printf(a, ",%s,", f->parent);
    return with_parent(a, f);
}

/* Whether an earlier step lets go of it already. */
static bool is_released(const struct plan *p, size_t step) {
    for (size_t i = 0; i < step; i++)
        if (roles[p->steps[i].kind] & LETS_GO && p->steps[i].fact && p->steps[step].fact &&
            strcmp(p->steps[i].object, p->steps[step].object) == 0 &&
            strcmp(p->steps[i].fact->kind, p->steps[step].fact->kind) == 0)
            return true;
    return false;
}

static const char *let_go(const struct order *o, size_t step) {
    const struct step *s = &o->c->plan->steps[step];
    const struct schema_fact *f = s->fact ? facts_like(o->c->live, s->fact) : NULL;
    if (!f || !(roles[s->kind] & LETS_GO) || s->bare || is_released(o->c->plan, step))
        return "";
    if (is(f, "table"))
        return of_table(o->c->plan->arena, o->c->live, f->name, true, false);
    if (is(f, "owner"))
        return arena_printf(o->c->plan->arena, ",%s,,%s,", f->parent, f->definition);
    return with_parent(o->c->plan->arena, f);
}

static void read_node(const struct order *o, size_t i) {
    const struct step *s = &o->c->plan->steps[i];
    bool about = s->fact && (is(s->fact, "comment") || facts_is_property(s->fact));
    unsigned role = roles[s->kind];
    o->nodes[i] = (struct node){.named = plan_needed(o->c->plan->arena, s),
                                .then = needed(o, s),
                                .now = let_go(o, i),
                                .about = about ? s->fact->special : "",
                                .needs = role & NEEDS,
                                .gives = role & GIVES,
                                .takes = role & TAKES,
                                .only_takes = (role & TAKES) && !(role & GIVES)};
}

/* -- which comes first ------------------------------------------------------------------------ */

/* Whether the step a has to be done before b. */
static bool goes_before(const struct order *o, size_t a, size_t b) {
    const struct node *x = &o->nodes[a], *y = &o->nodes[b];
    const struct step *s = &o->c->plan->steps[a], *t = &o->c->plan->steps[b];
    if (x->gives && *y->then && strstr(y->then, x->named))
        return true;
    if (y->takes && *x->now && strstr(x->now, y->named))
        return true;
    if (strcmp(s->object, t->object) == 0) {
        if (x->only_takes != y->only_takes && (x->gives || y->gives))
            return x->only_takes;
        return s->kind < t->kind;
    }
    return *y->about && x->gives && strcmp(y->about, s->object) == 0;
}

static bool waits(const struct order *o, const bool *done, size_t step) {
    for (size_t i = 0; i < o->n; i++)
        if (i != step && !done[i] && goes_before(o, i, step))
            return true;
    return false;
}

static size_t next_step(const struct order *o, const bool *done) {
    size_t i = 0;
    while (i < o->n && (done[i] || waits(o, done, i)))
        i++;
    return i;
}

/* -- where two are made of each other --------------------------------------------------------- */

static bool calls_function(const struct schema_fact *f) {
    return strchr(f->needs, ';') != NULL;
}

static void default_later(struct sides *c, const struct schema_fact *f) {
    struct step *s =
        plan_fact(c, STEP_SET_DEFAULT, f,
                  arena_printf(c->plan->arena, "ALTER TABLE %s ALTER COLUMN %s SET DEFAULT %s",
                               f->parent, f->name, f->preset));
    s->expands = true;
}

static bool table_without(struct order *o, size_t step) {
    struct step *s = &o->c->plan->steps[step];
    const struct rows *declared = o->c->declared;
    const struct schema_fact *f = declared->at;
    s->sql = plan_table_text(o->c, s->fact, true);
    s->bare = true;
    for (size_t i = 0; i < declared->n; i++, f++) {
        if (!is(f, "column") || strcmp(f->parent, o->c->plan->steps[step].object) != 0 ||
            !calls_function(f))
            continue;
        if (*f->preset)
            default_later(o->c, f);
        else
            plan_fact(o->c, STEP_ADD_COLUMN, f,
                      arena_printf(o->c->plan->arena, "ALTER TABLE %s ADD COLUMN %s", f->parent,
                                   f->make));
    }
    return true;
}

/* Rows that are there do not get it. */
static bool column_without(struct order *o, size_t step) {
    struct plan *p = o->c->plan;
    struct step *s = &p->steps[step];
    const struct schema_fact *f = s->fact;
    s->sql = arena_printf(p->arena, "ALTER TABLE %s ADD COLUMN %s", f->parent,
                          plan_column_text(p->arena, f, true));
    s->bare = true;
    s->rewrites = false;
    if (f->not_null)
        s->look = "SELECT NULL AS sample FROM {rows} AS t";
    else
        plan_note(p, s, "its default is made of the column itself: rows that are there get NULL");
    default_later(o->c, f);
    return true;
}

/* What of a table that goes is made of functions goes first. */
static bool table_apart(struct order *o, size_t step) {
    struct plan *p = o->c->plan;
    const struct rows *live = o->c->live;
    const struct schema_fact *f = live->at;
    const char *table = p->steps[step].object;
    p->steps[step].bare = true;
    for (size_t i = 0; i < live->n; i++, f++) {
        if (!goes_with_table(f) || f->foreign || !f->unmake || strcmp(f->parent, table) != 0 ||
            !calls_function(f))
            continue;
        if (is(f, "column"))
            plan_release(o->c, f);
        else
            plan_fact(o->c,
                      is(f, "index")     ? STEP_DROP_INDEX
                      : is(f, "trigger") ? STEP_DROP_TRIGGER
                                         : STEP_DROP_CONSTRAINT,
                      f, f->unmake);
    }
    return true;
}

static bool column_apart(struct order *o, size_t step) {
    plan_release(o->c, o->c->plan->steps[step].fact);
    return true;
}

/* Whether a new table would not have to wait if it did without. */
static bool is_ready_without(struct order *o, const bool *done, size_t step) {
    struct node *x = &o->nodes[step];
    const char *then = x->then;
    x->then =
        of_table(o->c->plan->arena, o->c->declared, o->c->plan->steps[step].object, false, true);
    bool ready = strchr(then, ';') && !waits(o, done, step);
    x->then = then;
    return ready;
}

static bool can_do_without(struct order *o, const bool *done, size_t step) {
    const struct step *s = &o->c->plan->steps[step];
    const struct node *x = &o->nodes[step];
    if (!s->fact || s->bare)
        return false;
    if (s->kind == STEP_CREATE_TABLE)
        return is_ready_without(o, done, step) && table_without(o, step);
    if (s->kind == STEP_ADD_COLUMN)
        return strchr(x->then, ';') && *s->fact->preset && column_without(o, step);
    if (s->kind == STEP_DROP_TABLE)
        return strchr(x->now, ';') && table_apart(o, step);
    return s->kind == STEP_DROP_COLUMN && strchr(x->now, ';') && column_apart(o, step);
}

/* -- the whole -------------------------------------------------------------------------------- */

/* False where steps wait for each other and one of them was made to do without. */
static bool sort_by_needs(struct order *o) {
    struct plan *p = o->c->plan;
    bool *done = arena_array(p->arena, o->n + 1, sizeof *done);
    struct step *sorted = arena_array(p->arena, o->n + 1, sizeof *sorted);
    for (size_t k = 0; k < o->n; k++) {
        size_t i = next_step(o, done);
        for (size_t any = 0; i == o->n && any < o->n; any++)
            if (!done[any] && can_do_without(o, done, any))
                return false;
        for (size_t any = 0; i == o->n; any++) /* the server will say what stands in the way */
            if (!done[any])
                i = any;
        sorted[k] = p->steps[i];
        done[i] = true;
    }
    if (o->n > 0)
        memcpy(p->steps, sorted, o->n * sizeof *sorted);
    return true;
}

void plan_sort(struct sides *c) {
    struct order o = {.c = c};
    do {
        sort_by_kind(c->plan);
        o.n = plan_count(c->plan, false);
        o.nodes = arena_array(c->plan->arena, o.n + 1, sizeof *o.nodes);
        for (size_t i = 0; i < o.n; i++)
            read_node(&o, i);
    } while (!sort_by_needs(&o));
}
