#include "sql/plan_private.h"

#include <string.h>

#include "base/crypto.h"

enum { UNCOVERED_MAX = 256 * 1024, FINGERPRINTED_MAX = 8 * 1024 * 1024 };

#define EXCLUSIVE "ACCESS EXCLUSIVE"
#define NO_WRITES "SHARE ROW EXCLUSIVE"
#define ONLINE "SHARE UPDATE EXCLUSIVE"

static const char beyond_bounds[] =
    "last number is outside of the declared bounds: widen them, or set the sequence back (setval)";

const struct step_traits step_traits[STEP_KINDS] = {
    [STEP_RENAME] = {"rename", EXCLUSIVE, NULL, false},
    [STEP_TAKE_OWNER] = {"set-owner", EXCLUSIVE, NULL, false},
    [STEP_REVOKE] = {"revoke", "", NULL, false},
    [STEP_DROP_COMMENT] = {"drop-comment", "", NULL, false},
    [STEP_RESET_PROPERTY] = {"reset", EXCLUSIVE, NULL, false},
    [STEP_DROP_TRIGGER] = {"drop-trigger", EXCLUSIVE, NULL, false},
    [STEP_DROP_VIEW] = {"drop-view", EXCLUSIVE, NULL, false},
    [STEP_DROP_FOREIGN_KEY] = {"drop-constraint", EXCLUSIVE, NULL, false},
    [STEP_DROP_CONSTRAINT] = {"drop-constraint", EXCLUSIVE, NULL, false},
    [STEP_DROP_INDEX] = {"drop-index", EXCLUSIVE, NULL, false},
    [STEP_RELEASE_DEFAULT] = {"drop-default", EXCLUSIVE, NULL, false},
    [STEP_DROP_READER] = {"drop-function", "", NULL, false},
    [STEP_DROP_EXPRESSION] = {"drop-expression", EXCLUSIVE, NULL, false},
    [STEP_DROP_COMPUTED] = {"drop-column", EXCLUSIVE, "values that are not null are lost", false},
    [STEP_REPLACE_FUNCTION] = {"replace-function", "", NULL, false},
    [STEP_DROP_TABLE] = {"drop-table", EXCLUSIVE, "rows are lost", false},
    [STEP_DROP_COLUMN] = {"drop-column", EXCLUSIVE, "values that are not null are lost", false},
    [STEP_CREATE_SEQUENCE] = {"create-sequence", "", NULL, false},
    [STEP_ALTER_SEQUENCE] = {"alter-sequence", "", beyond_bounds, true},
    [STEP_CREATE_FUNCTION] = {"create-function", "", NULL, false},
    [STEP_CREATE_TABLE] = {"create-table", "", NULL, false},
    [STEP_ADD_COLUMN] = {"add-column", EXCLUSIVE, "rows have no value for it", true},
    [STEP_DROP_IDENTITY] = {"drop-identity", EXCLUSIVE, beyond_bounds, true},
    [STEP_DROP_DEFAULT] = {"drop-default", EXCLUSIVE, NULL, false},
    [STEP_ALTER_TYPE] = {"alter-type", EXCLUSIVE, "values cannot be converted", true},
    [STEP_ADD_COMPUTED] = {"add-column", EXCLUSIVE, "rows have no value for it", true},
    [STEP_SET_DEFAULT] = {"set-default", EXCLUSIVE, NULL, false},
    [STEP_DROP_NOT_NULL] = {"drop-not-null", EXCLUSIVE, NULL, false},
    [STEP_BACKFILL] = {"backfill", "ROW EXCLUSIVE", "rows get the declared value", false},
    [STEP_ADD_GUARD] = {"add-guard", EXCLUSIVE, "rows are NULL there", true},
    [STEP_VALIDATE_GUARD] = {"validate-guard", ONLINE, "rows are NULL there", true},
    [STEP_SET_NOT_NULL] = {"set-not-null", EXCLUSIVE, "rows are NULL there", true},
    [STEP_DROP_GUARD] = {"drop-guard", EXCLUSIVE, NULL, false},
    [STEP_ADD_IDENTITY] = {"add-identity", EXCLUSIVE, beyond_bounds, true},
    [STEP_ALTER_IDENTITY] = {"alter-identity", EXCLUSIVE, beyond_bounds, true},
    [STEP_OWN_SEQUENCE] = {"own-sequence", NO_WRITES, NULL, false},
    [STEP_ADD_CONSTRAINT] = {"add-constraint", EXCLUSIVE, "rows or groups of rows violate it",
                             true},
    [STEP_SWAP_INDEX] = {"swap-index", EXCLUSIVE, NULL, false},
    [STEP_USE_INDEX] = {"use-index", EXCLUSIVE, NULL, false},
    [STEP_ADD_FOREIGN_KEY] = {"add-constraint", NO_WRITES, "rows refer to nothing", true},
    [STEP_CREATE_INDEX] = {"create-index", "SHARE", "groups of rows are equal", true},
    [STEP_VALIDATE_CONSTRAINT] = {"validate-constraint", ONLINE, "rows violate it", true},
    [STEP_CREATE_VIEW] = {"create-view", "", NULL, false},
    [STEP_CREATE_TRIGGER] = {"create-trigger", NO_WRITES, NULL, false},
    [STEP_SET_PROPERTY] = {"set", EXCLUSIVE, NULL, false},
    [STEP_COMMENT] = {"comment", ONLINE, NULL, false},
    [STEP_DROP_SEQUENCE] = {"drop-sequence", EXCLUSIVE, NULL, false},
    [STEP_DROP_FUNCTION] = {"drop-function", "", NULL, false},
    [STEP_SET_OWNER] = {"set-owner", EXCLUSIVE, NULL, false},
    [STEP_DENY] = {"revoke", "", NULL, false},
    [STEP_GRANT] = {"grant", "", NULL, false},
};

/* What a program does not notice that was made before it, as it stands. */
static const bool expands[STEP_KINDS] = {
    [STEP_CREATE_SEQUENCE] = true, [STEP_CREATE_TABLE] = true, [STEP_ADD_COLUMN] = true,
    [STEP_ADD_COMPUTED] = true,    [STEP_OWN_SEQUENCE] = true, [STEP_CREATE_INDEX] = true,
    [STEP_CREATE_VIEW] = true,     [STEP_COMMENT] = true,      [STEP_DROP_COMMENT] = true,
    [STEP_GRANT] = true,
};

/* The steps by which a kind of fact appears and goes; consent: going loses something. */
static const struct covered {
    const char *kind;
    enum step_kind make, unmake;
    bool consent;
} covered[] = {
    {"table", STEP_CREATE_TABLE, STEP_DROP_TABLE, true},
    {"column", STEP_ADD_COLUMN, STEP_DROP_COLUMN, true},
    {"sequence", STEP_CREATE_SEQUENCE, STEP_DROP_SEQUENCE, true},
    {"owner", STEP_OWN_SEQUENCE, STEP_OWN_SEQUENCE, false},
    {"constraint", STEP_ADD_CONSTRAINT, STEP_DROP_CONSTRAINT, true},
    {"index", STEP_CREATE_INDEX, STEP_DROP_INDEX, true},
    {"view", STEP_CREATE_VIEW, STEP_DROP_VIEW, true},
    {"trigger", STEP_CREATE_TRIGGER, STEP_DROP_TRIGGER, true},
    {"function", STEP_CREATE_FUNCTION, STEP_DROP_FUNCTION, true},
    {"comment", STEP_COMMENT, STEP_DROP_COMMENT, false},
    {"right", STEP_GRANT, STEP_REVOKE, false},
    {"denial", STEP_DENY, STEP_GRANT, false},
    {"owned", STEP_SET_OWNER, STEP_TAKE_OWNER, false},
};

static bool is(const struct schema_fact *f, const char *kind) {
    return strcmp(f->kind, kind) == 0;
}

static const struct covered *covered_kind(const struct schema_fact *f) {
    static const struct covered property = {"", STEP_SET_PROPERTY, STEP_RESET_PROPERTY, false};
    if (facts_is_property(f))
        return f->make ? &property : NULL;
    for (size_t i = 0; i < sizeof covered / sizeof covered[0]; i++)
        if (is(f, covered[i].kind))
            return f->make ? &covered[i] : NULL;
    return NULL;
}

struct step *plan_add(struct plan *p, enum step_kind kind, const char *object, const char *sql) {
    if (p->n == p->capacity) {
        size_t capacity = p->capacity ? 2 * p->capacity : 64;
        p->steps = arena_grow(p->arena, p->steps, p->capacity * sizeof *p->steps,
                              capacity * sizeof *p->steps);
        p->capacity = capacity;
    }
    struct step *s = &p->steps[p->n++];
    *s = (struct step){.kind = kind,
                       .object = object,
                       .sql = sql,
                       .table = "",
                       .found = -1,
                       .expands = expands[kind]};
    return s;
}

const char *plan_property(const struct sides *c, const struct schema_fact *f) {
    return arena_printf(c->plan->arena, "%s %s", f->kind, f->name);
}

static int64_t table_bytes(const struct sides *c, const struct schema_fact *f) {
    const struct schema_fact *table = facts_find(c->live, "table", "", f->parent);
    return table ? table->bytes : 0;
}

struct step *plan_fact(struct sides *c, enum step_kind kind, const struct schema_fact *f,
                       const char *sql) {
    bool property = facts_is_property(f);
    struct step *s = plan_add(c->plan, kind,
                              property ? plan_property(c, f) : facts_name(c->plan->arena, f), sql);
    s->fact = f;
    s->table = is(f, "table") ? f->name : f->parent;
    s->bytes = property ? table_bytes(c, f) : f->bytes;
    /* A view may be made of those before it, and so may a function. */
    if (kind == STEP_DROP_VIEW || kind == STEP_REPLACE_FUNCTION)
        s->order = -f->position;
    else if (kind == STEP_CREATE_VIEW)
        s->order = f->position;
    return s;
}

static void uncovered(struct sides *c, const struct schema_fact *f, const char *how) {
    text_printf(&c->plan->uncovered, "%s %s%s\n", f->kind, facts_name(c->plan->arena, f), how);
}

/* The size of the table of f in the database; -1 if the table is new. */
static int64_t live_bytes(const struct sides *c, const struct schema_fact *f) {
    const struct schema_fact *table = facts_find(c->live, "table", "", f->parent);
    return table ? table->bytes : -1;
}

/* -- what only the database has --------------------------------------------------------------- */

static bool goes(const struct sides *c, const char *kind, const char *name) {
    return facts_find(c->live, kind, "", name) && !facts_find(c->declared, kind, "", name);
}

/* Or the view. */
static bool table_goes(const struct sides *c, const struct schema_fact *f) {
    return goes(c, "table", f->parent) || goes(c, "view", f->parent);
}

/* Whether f goes with what it hangs on: a serial's sequence with its column, comments and rights
 * with all. */
static bool hangs_on_gone(const struct sides *c, const struct schema_fact *f) {
    const struct schema_fact *g = c->live->at;
    if (!is(f, "sequence") && !is(f, "owner") && !is(f, "comment") && !f->right)
        return false;
    for (size_t i = 0; i < c->live->n; i++, g++)
        if (!is(g, "comment") && !is(g, "owner") &&
            strcmp(facts_name(c->plan->arena, g), f->special) == 0 && !facts_like(c->declared, g) &&
            !facts_moved(c->declared, g))
            return true;
    return false;
}

/* A sequence that is to belong to another column, or to none, stays. */
static bool plan_moved(struct sides *c, const struct schema_fact *f) {
    struct schema_fact sequence = {.kind = "sequence", .parent = f->parent, .name = f->name};
    bool owner = is(f, "owner");
    const struct schema_fact *then =
        owner || is(f, "sequence") ? facts_moved(c->declared, &sequence) : NULL;
    if (then && owner)
        plan_fact(c, STEP_OWN_SEQUENCE, f, f->unmake);
    else if (then && !facts_same(f, then))
        plan_sequence(c, f, then);
    return then != NULL;
}

static void plan_gone(struct sides *c, const struct schema_fact *f) {
    const struct covered *k = covered_kind(f);
    bool foreign_key = is(f, "constraint") && f->type[0] == 'f';
    if (facts_is_property(f) && !facts_have(c->plan->arena, c->declared, f->name))
        return;
    if (!k) {
        uncovered(c, f, " is only in the database");
        return;
    }
    if (plan_moved(c, f))
        return;
    /* Foreign keys go first even so: two tables that go may refer to each other. */
    if ((table_goes(c, f) && !foreign_key) || hangs_on_gone(c, f))
        return;
    if (plan_serves_identity(c->plan->arena, f, c->declared))
        return;
    if (is(f, "owner") && !facts_find(c->declared, "sequence", f->parent, f->name) &&
        !facts_find(c->declared, "sequence", "", f->name))
        return;
    if (is(f, "owned") && !f->unmake) {
        text_printf(&c->plan->uncovered,
                    "%s belongs to %s; only a member of that role can change this\n", f->name,
                    f->definition);
        return;
    }
    if (is(f, "constraint") && plan_is_guard(f->name)) {
        plan_fact(c, STEP_DROP_GUARD, f, f->unmake)->online = true;
        return;
    }
    if (is(f, "index") && plan_is_building(f->name))
        return; /* plan_left_indexes */
    /* The index of a constraint that an interrupted push was about to add. */
    bool left_over =
        is(f, "index") && facts_find(c->declared, "constraint", f->parent, f->name) != NULL;
    if (facts_twin(c->declared, f)) {
        plan_fact(c, STEP_REPLACE_FUNCTION, f, f->unmake);
        return;
    }
    enum step_kind kind = foreign_key                             ? STEP_DROP_FOREIGN_KEY
                          : is(f, "function") && *f->needs == ',' ? STEP_DROP_READER
                          : facts_is_computed(f)                  ? STEP_DROP_COMPUTED
                                                                  : k->unmake;
    struct step *s = plan_fact(c, kind, f, f->unmake);
    s->consent = k->consent && !left_over && !table_goes(c, f);
    if (is(f, "table"))
        s->look = f->look;
    else if (is(f, "column"))
        s->look =
            arena_printf(c->plan->arena,
                         "SELECT NULL AS sample FROM {rows} AS t WHERE t.%s IS NOT NULL", f->name);
}

/* -- what only the file has ------------------------------------------------------------------- */

const char *plan_column_text(struct arena *a, const struct schema_fact *column, bool bare) {
    if (!bare || !strchr(column->needs, ';'))
        return column->make;
    return arena_printf(a, "%s %s%s", column->name, column->type,
                        column->not_null ? " NOT NULL" : "");
}

const char *plan_table_text(struct sides *c, const struct schema_fact *table, bool bare) {
    struct text sql = text_in(c->plan->arena, FINGERPRINTED_MAX);
    const struct schema_fact *f = c->declared->at;
    const char *before = "\n    ";
    text_printf(&sql, "%s (", table->make);
    for (size_t i = 0; i < c->declared->n; i++, f++) {
        bool later = bare && strchr(f->needs, ';') && !*f->preset;
        if (!is(f, "column") || strcmp(f->parent, table->name) != 0 || later)
            continue;
        text_printf(&sql, "%s%s", before, plan_column_text(c->plan->arena, f, bare));
        before = ",\n    ";
    }
    text_printf(&sql, "\n)%s", table->special);
    return text_str(&sql);
}

static void plan_new_table(struct sides *c, const struct schema_fact *table) {
    plan_fact(c, STEP_CREATE_TABLE, table, plan_table_text(c, table, false))->table = "";
}

void plan_validate(struct sides *c, const struct schema_fact *f) {
    struct step *s = plan_fact(
        c, STEP_VALIDATE_CONSTRAINT, f,
        arena_printf(c->plan->arena, "ALTER TABLE %s VALIDATE CONSTRAINT %s", f->parent, f->name));
    s->bytes = live_bytes(c, f);
    s->online = s->bytes > PLAN_SMALL_BYTES;
    s->look = f->look;
}

void plan_new_constraint(struct sides *c, const struct schema_fact *f) {
    int64_t bytes = live_bytes(c, f);
    bool foreign_key = f->type[0] == 'f', large = bytes > PLAN_SMALL_BYTES;
    bool later = large && (foreign_key || f->type[0] == 'c') && !strstr(f->make, " NOT VALID");
    if (plan_new_key(c->plan, c->live, f))
        return;
    struct step *s =
        plan_fact(c, foreign_key ? STEP_ADD_FOREIGN_KEY : STEP_ADD_CONSTRAINT, f,
                  later ? arena_printf(c->plan->arena, "%s NOT VALID", f->make) : f->make);
    s->bytes = bytes;
    s->look = bytes >= 0 ? f->look : NULL;
    s->expands = bytes < 0;
    if (later)
        plan_validate(c, f);
}

static void plan_new(struct sides *c, const struct schema_fact *f) {
    const struct covered *k = covered_kind(f);
    if (!k)
        uncovered(c, f, " is only in the file");
    else if (is(f, "table"))
        plan_new_table(c, f);
    else if (is(f, "column") && live_bytes(c, f) >= 0)
        plan_new_column(c->plan, c->live, facts_find(c->live, "table", "", f->parent), f);
    else if (is(f, "constraint"))
        plan_new_constraint(c, f);
    else if (is(f, "index"))
        plan_new_index(c->plan, c->live, f);
    else if (!is(f, "column") && !plan_serves_identity(c->plan->arena, f, c->live) &&
             !facts_moved(c->live, f))
        plan_fact(c, k->make, f, f->make);
}

/* -- what both have, but unlike --------------------------------------------------------------- */

static bool only_unchecked(struct arena *a, const struct schema_fact *now,
                           const struct schema_fact *then) {
    return strcmp(now->definition, arena_printf(a, "%s NOT VALID", then->definition)) == 0 ||
           (then->also &&
            strcmp(now->definition, arena_printf(a, "%s NOT VALID", then->also)) == 0);
}

static void plan_replaced(struct sides *c, enum step_kind kind, const struct schema_fact *now,
                          const struct schema_fact *then) {
    if (kind == STEP_DROP_FUNCTION) {
        bool alike = strcmp(now->type, then->type) == 0;
        if (!alike)
            plan_fact(c, STEP_REPLACE_FUNCTION, now, now->unmake);
    } else if (kind != STEP_DROP_COMMENT && kind != STEP_OWN_SEQUENCE && kind != STEP_TAKE_OWNER) {
        bool foreign_key = is(now, "constraint") && now->type[0] == 'f';
        plan_fact(c, foreign_key ? STEP_DROP_FOREIGN_KEY : kind, now, now->unmake)->consent =
            now->found;
    }
    plan_new(c, then);
}

static void plan_changed(struct sides *c, const struct schema_fact *now,
                         const struct schema_fact *then) {
    const struct covered *k = covered_kind(now);
    if (is(now, "column"))
        plan_column(c, now, then);
    else if (facts_is_beyond(then))
        uncovered(c, then, " is in the file");
    else if (facts_same(now, then))
        return;
    else if (!k || !covered_kind(then) || is(now, "table"))
        uncovered(c, now, " has other properties in the file");
    else if (facts_is_property(now))
        plan_fact(c, STEP_SET_PROPERTY, then,
                  arena_printf(c->plan->arena, "%s; %s", now->unmake, then->make));
    else if (is(now, "sequence"))
        plan_sequence(c, now, then);
    else if (is(now, "constraint") && only_unchecked(c->plan->arena, now, then))
        plan_validate(c, then);
    else if (is(now, "index") && only_unchecked(c->plan->arena, now, then))
        plan_broken_index(c->plan, c->live, now, then);
    else if (!plan_replaced_index(c->plan, c->live, now, then))
        plan_replaced(c, k->unmake, now, then);
}

bool plan_has(const struct plan *p, enum step_kind kind, const char *object) {
    for (size_t i = 0; i < p->n; i++)
        if (p->steps[i].kind == kind && strcmp(p->steps[i].object, object) == 0)
            return true;
    return false;
}

/* -- the whole -------------------------------------------------------------------------------- */

static void fingerprint(struct plan *p) {
    struct text all = text_in(p->arena, FINGERPRINTED_MAX);
    uint8_t hash[32];
    for (size_t i = 0; i < p->n; i++)
        text_printf(&all, "%s %s %d\n%s\n", step_traits[p->steps[i].kind].name, p->steps[i].object,
                    p->steps[i].online, p->steps[i].sql);
    text_put(&all, text_str(&p->uncovered));
    crypto_sha256(hash, text_str(&all), all.n);
    crypto_hex(p->fingerprint, hash, sizeof hash);
}

static void plan_renames(struct plan *p, const struct rows *live, const struct renames *renames) {
    for (size_t i = 0; i < renames->n; i++) {
        const struct rename *r = &renames->at[i];
        const struct schema_fact *f = rename_find(live, r, r->parent, r->to);
        struct step *s =
            plan_add(p, STEP_RENAME, rename_object(p->arena, r), rename_statement(p->arena, r));
        s->order = (int64_t)i;
        if (f) {
            s->table = is(f, "table") ? r->from : f->parent;
            s->bytes = f->bytes;
        }
        s->expands = !r->kind->seen;
        if (r->kind->seen)
            plan_note(p, s, "a program that uses the old name fails from then on");
    }
}

struct plan plan_make(struct arena *a, const struct rows *live, const struct rows *declared,
                      const struct renames *renames) {
    struct plan p = {.arena = a, .uncovered = text_in(a, UNCOVERED_MAX)};
    struct sides c = {&p, live, declared};
    const struct schema_fact *now = live->at, *then = declared->at;
    for (size_t i = live->n; i-- > 0;) /* last made goes first */
        if (!now[i].foreign && !facts_like(declared, &now[i]))
            plan_gone(&c, &now[i]);
    for (size_t i = 0; i < declared->n; i++) {
        if (then[i].foreign)
            continue;
        if ((is(&then[i], "index") && plan_is_building(then[i].name)) ||
            (is(&then[i], "constraint") && plan_is_guard(then[i].name)))
            uncovered(&c, &then[i], " has an ending that pushes give to what they leave behind");
        const struct schema_fact *same = facts_like(live, &then[i]);
        if (same)
            plan_changed(&c, same, &then[i]);
        else
            plan_new(&c, &then[i]);
    }
    plan_left_indexes(&p, live, declared);
    plan_again(&c);
    plan_rights(&p, live, declared);
    plan_foreign(&p, live, declared);
    plan_references(&p, live);
    if (renames)
        plan_renames(&p, live, renames);
    plan_sort(&c);
    fingerprint(&p);
    return p;
}

bool plan_uncovered(const struct plan *p) {
    return p->uncovered.n > 0;
}

bool plan_only_expands(const struct plan *p) {
    for (size_t i = 0; i < p->n; i++)
        if (!p->steps[i].expands)
            return false;
    return true;
}

size_t plan_count(const struct plan *p, bool online) {
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        n += p->steps[i].online == online;
    return n;
}

const char *plan_consent(struct arena *a, const struct step *s) {
    return arena_printf(a, "%s:%s", step_traits[s->kind].name, s->object);
}
