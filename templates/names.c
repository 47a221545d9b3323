#include "templates/names.h"

#include <string.h>

enum { PARTS_MAX = 16 };

/* One look-up under way. */
struct search {
    struct templates *set;
    const struct node *node;
    const char *file;
    struct problems *problems;
    struct hop hops[PARTS_MAX];
    struct ref ref;
    const struct record *record; /* that ref.field belongs to */
    const char *rest;            /* of the name, after the part that was found */
    size_t rest_n;
};

bool names_push(struct templates *set, struct scope *scope, const struct record *r, uint8_t *slot,
                const char *file, int line, struct problems *p) {
    size_t i = 0;
    while (i < set->n_slots && set->slots[i] != r)
        i++;
    if (i == SLOTS_MAX) {
        problem_add(p, file, line, "more than %d record types are in use.", SLOTS_MAX);
        return false;
    }
    if (i == set->n_slots)
        set->slots[set->n_slots++] = r;
    *slot = (uint8_t)i;
    uint8_t kept = 0;
    for (uint8_t k = 0; k < scope->n; k++)
        if (scope->slots[k] != *slot)
            scope->slots[kept++] = scope->slots[k];
    scope->slots[kept++] = *slot;
    scope->n = kept;
    scope->dot = NULL;
    return true;
}

/* Splits the next part, up to a point, off the rest of the name. */
static const char *next_part(struct search *s, size_t *n) {
    const char *part = s->rest;
    const char *point = memchr(part, '.', s->rest_n);
    *n = point ? (size_t)(point - part) : s->rest_n;
    size_t gone = point ? *n + 1 : *n;
    s->rest += gone;
    s->rest_n -= gone;
    return part;
}

static bool complain_unknown(struct search *s, const struct scope *scope, const char *part,
                             size_t n) {
    char records[256];
    size_t used = 0;
    for (size_t i = scope->n; i-- > 0 && used < sizeof records - 80;) {
        const char *name = s->set->slots[scope->slots[i]]->name;
        const char *between = i + 1 == scope->n ? "" : i ? ", " : " and ";
        size_t k = strlen(between), m = strnlen(name, 64);
        memcpy(records + used, between, k);
        memcpy(records + used + k, name, m);
        used += k + m;
    }
    problem_add(s->problems, s->file, s->node->line, "\"%.*s\" is not a field of %.*s.", (int)n,
                part, (int)used, records);
    return false;
}

/* Finds the first part from the innermost record outwards. */
static bool find_first(struct search *s, const struct scope *scope) {
    size_t n;
    const char *part = next_part(s, &n);
    for (size_t i = scope->n; i-- > 0;) {
        s->record = s->set->slots[scope->slots[i]];
        s->ref.slot = scope->slots[i];
        s->ref.field = record_field(s->record, part, n);
        if (s->ref.field)
            return true;
    }
    return complain_unknown(s, scope, part, n);
}

static bool is_inner(const struct field *f) {
    return (f->type == FIELD_RECORD || f->type == FIELD_LINK) && f->of;
}

static bool is_shown(struct search *s) {
    if (s->ref.field->faces & FACE_HTML)
        return true;
    problem_add(s->problems, s->file, s->node->line, "\"%s\" of %s is not for HTML.",
                s->ref.field->name, s->record->name);
    return false;
}

/* From the found record or link to the field of it that the next part names. */
static bool step_inside(struct search *s) {
    const struct field *outer = s->ref.field;
    size_t n;
    const char *part = next_part(s, &n);
    if (s->ref.n == PARTS_MAX) {
        problem_add(s->problems, s->file, s->node->line, "a name has more than %d parts.",
                    PARTS_MAX);
        return false;
    }
    s->hops[s->ref.n++] = (struct hop){outer->offset, outer->type == FIELD_LINK};
    s->record = outer->of;
    s->ref.field = record_field(outer->of, part, n);
    if (!s->ref.field)
        problem_add(s->problems, s->file, s->node->line, "\"%.*s\" is not a field of %s (%.*s).",
                    (int)n, part, outer->of->name, (int)s->node->n, s->node->s);
    return s->ref.field != NULL;
}

/* "." is the scalar of the section around it, or the field "." of the innermost record: a list of
 * scalars is a list of records with that one field. */
static bool find_dot(struct search *s, const struct scope *scope) {
    if (scope->dot) {
        s->ref = *scope->dot;
        memcpy(s->hops, s->ref.hops, s->ref.n * sizeof *s->hops);
        return true;
    }
    s->ref.slot = scope->slots[scope->n - 1];
    s->record = s->set->slots[s->ref.slot];
    s->ref.field = record_field(s->record, ".", 1);
    if (!s->ref.field)
        problem_add(s->problems, s->file, s->node->line,
                    "{{.}} stands for a whole %s here, which is not a value.", s->record->name);
    return s->ref.field != NULL;
}

static bool find_field(struct search *s, const struct scope *scope) {
    s->rest = s->node->s;
    s->rest_n = s->node->n;
    if (s->rest_n == 1 && *s->rest == '.') {
        s->rest_n = 0;
        return find_dot(s, scope);
    }
    if (!find_first(s, scope) || !is_shown(s))
        return false;
    while (s->rest_n && is_inner(s->ref.field))
        if (!step_inside(s) || !is_shown(s))
            return false;
    return true;
}

static bool has_value(const struct field *f) {
    return f->type != FIELD_LIST && f->type != FIELD_RECORD && f->type != FIELD_LINK;
}

/* A section has no facets but .any of a list. */
static bool find_section(struct search *s, struct found *found) {
    const struct field *f = s->ref.field;
    found->facet = has_value(f) ? value_facet(f, "", 0) : NULL;
    found->any = f->type == FIELD_LIST && s->rest_n == 3 && memcmp(s->rest, "any", 3) == 0;
    if (s->rest_n == 0 || found->any)
        return true;
    problem_add(s->problems, s->file, s->node->line,
                "\"%.*s\": a section takes no facet but .any of a list.", (int)s->node->n,
                s->node->s);
    return false;
}

/* What is left of the name after a field is a facet. */
static bool find_facet(struct search *s, struct found *found) {
    const struct field *f = s->ref.field;
    char names[128];
    if (!has_value(f)) {
        problem_add(s->problems, s->file, s->node->line,
                    "\"%.*s\" is a %s, not a value; it needs a section.", (int)s->node->n,
                    s->node->s, f->type == FIELD_LIST ? "list" : "record");
        return false;
    }
    found->facet = value_facet(f, s->rest, s->rest_n);
    if (found->facet)
        return true;
    value_facets_of(names, sizeof names, f);
    problem_add(s->problems, s->file, s->node->line,
                "\"%.*s\": there is no facet \".%.*s\" of \"%s\"; it has %s.", (int)s->node->n,
                s->node->s, (int)s->rest_n, s->rest, f->name, names);
    return false;
}

bool names_find(struct templates *set, const struct scope *scope, const struct node *node,
                const char *file, struct problems *p, struct found *found) {
    struct search s = {.set = set, .node = node, .file = file, .problems = p};
    *found = (struct found){0};
    if (!find_field(&s, scope) ||
        !(node->kind == NODE_VALUE ? find_facet(&s, found) : find_section(&s, found)))
        return false;
    struct ref *ref = arena_alloc(set->arena, sizeof *ref);
    struct hop *hops = arena_array(set->arena, s.ref.n, sizeof *hops);
    memcpy(hops, s.hops, s.ref.n * sizeof *hops);
    *ref = s.ref;
    ref->hops = hops;
    found->ref = ref;
    return true;
}

static bool same_ref(const struct ref *a, const struct ref *b) {
    if (!a || !b)
        return a == b;
    bool same = a->field == b->field && a->slot == b->slot && a->n == b->n;
    for (uint8_t i = 0; same && i < a->n; i++)
        same = a->hops[i].offset == b->hops[i].offset && a->hops[i].follow == b->hops[i].follow;
    return same;
}

bool names_same(const struct scope *a, const struct scope *b) {
    return a->n == b->n && memcmp(a->slots, b->slots, a->n) == 0 && same_ref(a->dot, b->dot);
}
