/* The renames that the schema file declares and the database has not seen yet. */
#include <string.h>

#include "sql/push_private.h"

struct asked {
    struct push *push;
    const struct directive *directive;
    struct rename rename;
    bool due;
};

/* -- what is asked for ------------------------------------------------------------------------ */

static enum status wrong(const struct asked *k, const char *why) {
    text_printf(k->push->say, "Line %d of the schema file: %s.", k->directive->line, why);
    return FAILED;
}

static const char *named(const struct asked *k, const char *parent, const char *name) {
    const struct rename *r = &k->rename;
    return arena_printf(k->push->arena, "%s %s%s%s", r->kind->word, parent, *parent ? "." : "",
                        name);
}

static bool is_kind(const struct rename *r, const char *word) {
    return strcmp(r->kind->word, word) == 0;
}

static bool is_relation(const struct rename *r) {
    return is_kind(r, "table") || is_kind(r, "view");
}

/* A function keeps its arguments, which go by the new names of their types. */
static const char *new_name(struct arena *a, const struct rename *r, const char *to) {
    const char *arguments = is_kind(r, "function") ? directives_find(r->from, "(") : NULL;
    return arguments ? arena_printf(a, "%s%s", to, arguments) : to;
}

static enum status read_one(struct asked *k) {
    struct arena *a = k->push->arena;
    struct rename *r = &k->rename;
    const char *object = k->directive->object;
    const char *name = strchr(object, ' ') + 1, *dot = directives_find(name, ".");
    r->kind = rename_kind(arena_strndup(a, object, (size_t)(name - 1 - object)));
    if (!r->kind)
        return wrong(k, "what can be renamed is a table, column, constraint, index, sequence, "
                        "view, function or trigger");
    r->parent = r->kind->within && dot ? arena_strndup(a, name, (size_t)(dot - name)) : "";
    r->from = *r->parent ? dot + 1 : name;
    if (r->kind->within && !*r->parent)
        return wrong(k, arena_printf(a, "%s is to be named as TABLE.NAME", object));
    if (is_kind(r, "function"))
        r->from = renames_signature(a, &k->push->relations, r->from);
    r->to = new_name(a, r, k->directive->what);
    return OK;
}

/* -- whether it is due ------------------------------------------------------------------------ */

/* What the database calls the table that r is within. */
static const char *parent_now(const struct push *p, const struct rename *r) {
    const char *table = push_name_now(p, "table", "", r->parent);
    return table == r->parent ? push_name_now(p, "view", "", r->parent) : table;
}

static bool is_managed(struct push *p, const struct schema_fact *f) {
    return p->older || p->strange || schema_lists(&p->managed, facts_object(p->arena, f));
}

/* Something of that kind that would go: perhaps it was meant. */
static const struct schema_fact *goes(const struct asked *k, const char *parent) {
    struct push *p = k->push;
    const struct rename *r = &k->rename;
    const struct schema_fact *f = p->live.at;
    for (size_t i = 0; i < p->live.n; i++, f++)
        if (strcmp(f->kind, r->kind->word) == 0 &&
            (!r->kind->within || strcmp(f->parent, parent) == 0) && is_managed(p, f) &&
            !rename_find(&p->declared, r, r->parent, f->name))
            return f;
    return NULL;
}

/* The file has to go by the new name alone: so a rename that is done is told from one that is not,
 * and two objects cannot change names. */
static enum status check_file(struct asked *k) {
    const struct rename *r = &k->rename;
    struct push *p = k->push;
    if (!rename_find(&p->declared, r, r->parent, r->to))
        return wrong(k,
                     arena_printf(p->arena, "the file declares no %s", named(k, r->parent, r->to)));
    if (rename_find(&p->declared, r, r->parent, r->from))
        return wrong(k, arena_printf(p->arena, "the file still declares %s, which is to be renamed",
                                     named(k, r->parent, r->from)));
    for (size_t i = 0; i < p->renames.n; i++) {
        const struct rename *other = &p->renames.at[i];
        if (other->kind == r->kind && strcmp(other->parent, r->parent) == 0 &&
            (strcmp(other->from, r->from) == 0 || strcmp(other->to, r->to) == 0))
            return wrong(k, "another line renames the same");
    }
    return OK;
}

/* The fact that the database has of the object, whatever it calls what that is within or takes. */
static const struct schema_fact *find_now(struct push *p, const struct rename *r,
                                          const char *name) {
    struct renames back = renames_back(p->arena, &p->renames);
    if (is_kind(r, "function"))
        name = renames_signature(p->arena, &back, name);
    return rename_find(&p->live, r, parent_now(p, r), name);
}

static enum status check_database(struct asked *k) {
    const struct rename *r = &k->rename;
    struct push *p = k->push;
    const char *parent = parent_now(p, r);
    const struct schema_fact *from = find_now(p, r, r->from), *other;
    bool to = find_now(p, r, r->to) != NULL;
    if (from && to)
        return wrong(k, arena_printf(p->arena, "the database has both %s and %s",
                                     named(k, parent, r->from), r->to));
    if (from && !is_managed(p, from))
        return wrong(k, arena_printf(p->arena, "no push made %s, so none renames it",
                                     named(k, parent, r->from)));
    if (!from && !to && (other = goes(k, parent)))
        return wrong(k,
                     arena_printf(p->arena, "the database has neither %s nor %s, but %s",
                                  named(k, parent, r->from), r->to, facts_object(p->arena, other)));
    k->due = from != NULL;
    return OK;
}

/* Relations first, then what takes their row types: what is within them is named by their new
 * names. */
enum turn { RELATIONS, OTHERS, WITHIN, TURNS };

static enum turn turn_of(const struct rename *r) {
    return is_relation(r) ? RELATIONS : r->kind->within ? WITHIN : OTHERS;
}

static enum status read_those(struct push *p, enum turn turn) {
    enum status status = OK;
    for (size_t i = 0; i < p->directives.n && status == OK; i++) {
        struct asked k = {.push = p, .directive = &p->directives.at[i]};
        if (k.directive->kind != DIRECTIVE_RENAME)
            continue;
        status = read_one(&k);
        if (status != OK || turn_of(&k.rename) != turn)
            continue;
        if (turn == RELATIONS)
            p->relations.at[p->relations.n++] = k.rename;
        status = check_file(&k);
        if (status == OK)
            status = check_database(&k);
        if (status == OK && k.due)
            p->renames.at[p->renames.n++] = k.rename;
    }
    return status;
}

/* -- the schema under both names -------------------------------------------------------------- */

enum status push_read_under_old_names(struct push *p, struct rows *out) {
    struct renames back = renames_back(p->arena, &p->renames);
    enum status status = OK;
    for (size_t i = 0; i < back.n && status == OK; i++)
        status = admin_script(p->admin, rename_statement(p->arena, &back.at[i]), p->say);
    return status == OK ? push_read_facts(p, out) : status;
}

/* The columns have their backfills under either name. */
static void carry_backfills(struct push *p) {
    const struct schema_fact *f = p->declared.at;
    for (size_t i = 0; i < p->declared.n; i++, f++) {
        const char *table = push_name_now(p, "table", "", f->parent);
        const char *name = push_name_now(p, "column", f->parent, f->name);
        struct schema_fact *before = p->declared_before.at;
        for (size_t k = 0; f->backfill && k < p->declared_before.n; k++, before++)
            if (strcmp(before->kind, "column") == 0 && strcmp(before->parent, table) == 0 &&
                strcmp(before->name, name) == 0)
                before->backfill = f->backfill;
    }
}

enum status push_read_renames(struct push *p) {
    size_t n = p->directives.n + 1;
    p->renames.at = arena_array(p->arena, n, sizeof *p->renames.at);
    p->relations.at = arena_array(p->arena, n, sizeof *p->relations.at);
    enum status status = OK;
    for (enum turn turn = RELATIONS; turn < TURNS && status == OK; turn++)
        status = read_those(p, turn);
    p->declared_before = p->declared;
    if (status != OK || p->renames.n == 0)
        return status;
    status = push_read_under_old_names(p, &p->declared_before);
    if (status == OK) {
        renames_keep_looks(p->arena, &p->renames, &p->declared, &p->declared_before);
        carry_backfills(p);
    }
    return status;
}

static bool are_due(const struct push *p, const struct rows *live) {
    const struct rename *first = p->renames.at;
    return p->renames.n > 0 && rename_find(live, first, first->parent, first->from);
}

struct rows push_renamed(struct push *p, const struct rows *live, const struct renames **due) {
    *due = are_due(p, live) ? &p->renames : NULL;
    return *due ? renames_carry(p->arena, *due, live, &p->declared_before, &p->declared) : *live;
}

const char *push_name_now(const struct push *p, const char *kind, const char *parent,
                          const char *name) {
    for (size_t i = 0; i < p->renames.n; i++) {
        const struct rename *r = &p->renames.at[i];
        if (strcmp(r->kind->word, kind) == 0 && strcmp(r->parent, parent) == 0 &&
            strcmp(r->to, name) == 0)
            return r->from;
    }
    return name;
}
