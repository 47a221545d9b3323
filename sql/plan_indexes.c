/* Steps for indexes, and for the keys of large tables, whose indexes are built beside readers and
 * writers. One that is replaced stays until the new one stands: that is built under another name
 * and takes its place in a moment. */
#include <string.h>

#include "base/crypto.h"
#include "sql/plan.h"

enum { NAME_MAX_BYTES = 63, HASH_BYTES = 8 };

static const char building_end[] = "_being_built";

struct indexes {
    struct plan *plan;
    const struct rows *live;
};

static bool is(const struct schema_fact *f, const char *kind) {
    return strcmp(f->kind, kind) == 0;
}

const char *plan_passing_name(struct arena *a, const char *name, const char *word,
                              const char *end) {
    size_t n = strlen(name);
    uint8_t hash[32];
    char hex[2 * HASH_BYTES + 1];
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == n &&
        n + strlen(end) <= NAME_MAX_BYTES)
        return arena_printf(a, "%s%s", name, end);
    crypto_sha256(hash, name, n);
    crypto_hex(hex, hash, HASH_BYTES);
    return arena_printf(a, "%s_%s%s", word, hex, end);
}

static const char *building(struct arena *a, const char *name) {
    return plan_passing_name(a, name, "index", building_end);
}

bool plan_is_building(const char *name) {
    size_t n = strlen(name), end = sizeof building_end - 1;
    return n > end && strcmp(name + n - end, building_end) == 0;
}

static struct step *add(struct indexes *x, enum step_kind kind, const char *object,
                        const char *table, const char *sql) {
    const struct schema_fact *t = facts_find(x->live, "table", "", table);
    struct step *s = plan_add(x->plan, kind, object, sql);
    s->table = table;
    s->bytes = t ? t->bytes : -1;
    return s;
}

static bool on_large_table(const struct indexes *x, const struct schema_fact *f) {
    const struct schema_fact *t = facts_find(x->live, "table", "", f->parent);
    return t && t->bytes > PLAN_SMALL_BYTES;
}

/* "CREATE INDEX name ON ..." with other words for "INDEX name". */
static const char *reworded(struct arena *a, const char *sql, const char *name, const char *words) {
    const char *at = strstr(sql, "INDEX ");
    size_t n = strlen("INDEX ") + strlen(name);
    return at ? arena_printf(a, "%.*s%s%s", (int)(at - sql), sql, words, at + n) : sql;
}

static void create(struct indexes *x, const struct schema_fact *f, const char *name, bool online) {
    struct arena *a = x->plan->arena;
    const char *words = arena_printf(a, "INDEX %s%s", online ? "CONCURRENTLY " : "", name);
    struct step *s =
        add(x, STEP_CREATE_INDEX, name, f->parent, reworded(a, f->make, f->name, words));
    const char *named = arena_printf(a, "INDEX %s", name);
    s->fact = f;
    s->from = reworded(a, f->definition, f->name, named);
    s->to = f->also ? reworded(a, f->also, f->name, named) : NULL;
    s->online = online;
    s->look = s->bytes >= 0 ? f->look : NULL;
    s->expands &= !s->look; /* what is unique refuses rows */
}

void plan_new_index(struct plan *p, const struct rows *live, const struct schema_fact *f) {
    struct indexes x = {p, live};
    create(&x, f, f->name, on_large_table(&x, f));
}

/* -- keys ------------------------------------------------------------------------------------- */

static const char *key_words(const struct schema_fact *f) {
    return f->type[0] == 'p' ? "PRIMARY KEY" : "UNIQUE";
}

/* A key whose definition has no more to it than columns can get an index that was built before. */
static bool is_plain_key(struct arena *a, const struct schema_fact *f) {
    return is(f, "constraint") && strchr("pu", f->type[0]) &&
           strcmp(f->definition, arena_printf(a, "%s (%s)", key_words(f), f->special)) == 0;
}

static const char *index_of_key(struct arena *a, const struct schema_fact *key, const char *name) {
    return arena_printf(a, "CREATE UNIQUE INDEX %s ON %s USING btree (%s)", name, key->parent,
                        key->special);
}

static void create_for_key(struct indexes *x, const struct schema_fact *f, const char *name) {
    struct step *s =
        add(x, STEP_CREATE_INDEX, name, f->parent,
            arena_printf(x->plan->arena, "CREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s)", name,
                         f->parent, f->special));
    s->from = index_of_key(x->plan->arena, f, name);
    s->online = true;
    s->look = f->look;
}

static const char *use_index(struct arena *a, const struct schema_fact *f, const char *index) {
    return arena_printf(a, "ALTER TABLE %s ADD CONSTRAINT %s %s USING INDEX %s", f->parent, f->name,
                        key_words(f), index);
}

bool plan_new_key(struct plan *p, const struct rows *live, const struct schema_fact *f) {
    struct indexes x = {p, live};
    if (!on_large_table(&x, f) || !is_plain_key(p->arena, f))
        return false;
    create_for_key(&x, f, f->name);
    add(&x, STEP_USE_INDEX, facts_name(p->arena, f), f->parent, use_index(p->arena, f, f->name))
        ->online = true;
    return true;
}

/* -- what is replaced ------------------------------------------------------------------------- */

/* A column of the index goes or gets another type, and takes the index along; a function that is
 * replaced cannot go before it. */
static bool goes_before(const struct indexes *x, const struct schema_fact *f) {
    for (size_t i = 0; i < x->plan->n; i++) {
        const struct step *s = &x->plan->steps[i];
        if ((plan_changes_relation(s) || s->kind == STEP_REPLACE_FUNCTION) &&
            facts_need(x->plan->arena, f, s->object))
            return true;
    }
    return false;
}

/* Whether an earlier push built it. */
static bool stands(const struct indexes *x, const struct schema_fact *then, const char *name,
                   bool key) {
    struct arena *a = x->plan->arena;
    const struct schema_fact *f = facts_find(x->live, "index", then->parent, name);
    const char *words = arena_printf(a, "INDEX %s", name);
    if (!f || f->foreign)
        return false;
    if (key)
        return strcmp(f->definition, index_of_key(a, then, name)) == 0;
    return strcmp(f->definition, reworded(a, then->definition, then->name, words)) == 0 ||
           (then->also && strcmp(f->definition, reworded(a, then->also, then->name, words)) == 0);
}

static void replace(struct indexes *x, const struct schema_fact *now,
                    const struct schema_fact *then, bool key) {
    struct arena *a = x->plan->arena;
    const char *name = building(a, then->name), *sql;
    if (key)
        sql = arena_printf(a, "%s; %s", now->unmake, use_index(a, then, name));
    else
        sql = arena_printf(a, "%s; ALTER INDEX %s RENAME TO %s", now->unmake, name, then->name);
    if (!stands(x, then, name, key)) {
        if (key)
            create_for_key(x, then, name);
        else
            create(x, then, name, true);
    }
    struct step *s = add(x, STEP_SWAP_INDEX, facts_name(a, then), then->parent, sql);
    s->from = name;
    s->online = true;
    s->consent = now->found;
}

bool plan_replaced_index(struct plan *p, const struct rows *live, const struct schema_fact *now,
                         const struct schema_fact *then) {
    struct indexes x = {p, live};
    bool key = is_plain_key(p->arena, then);
    if ((!key && !is(then, "index")) || !on_large_table(&x, then) || goes_before(&x, now))
        return false;
    replace(&x, now, then, key);
    return true;
}

static void drop_online(struct indexes *x, const struct schema_fact *f) {
    add(x, STEP_DROP_INDEX, f->name, f->parent,
        arena_printf(x->plan->arena, "DROP INDEX CONCURRENTLY %s", f->name))
        ->online = true;
}

void plan_broken_index(struct plan *p, const struct rows *live, const struct schema_fact *now,
                       const struct schema_fact *then) {
    struct indexes x = {p, live};
    drop_online(&x, now);
    create(&x, then, then->name, true);
}

/* -- what a push that was cut off has left ---------------------------------------------------- */

/* Whether a step puts the index in another's place as it stands. */
static bool has_use(const struct plan *p, const char *name) {
    bool used = false;
    for (size_t i = 0; i < p->n; i++) {
        const struct step *s = &p->steps[i];
        if (s->kind == STEP_CREATE_INDEX && strcmp(s->object, name) == 0)
            return false;
        used |= s->kind == STEP_SWAP_INDEX && strcmp(s->from, name) == 0;
    }
    return used;
}

void plan_left_indexes(struct plan *p, const struct rows *live, const struct rows *declared) {
    struct indexes x = {p, live};
    const struct schema_fact *f = live->at;
    for (size_t i = 0; i < live->n; i++, f++)
        if (is(f, "index") && plan_is_building(f->name) && !f->foreign &&
            !facts_like(declared, f) && facts_find(declared, "table", "", f->parent) &&
            !has_use(p, f->name))
            drop_online(&x, f);
}
