#include "sql/facts.h"

#include <string.h>

static const struct field fact_fields[] = {
    FIELD_STORED(struct schema_fact, kind, "kind", FIELD_TEXT),
    FIELD_STORED(struct schema_fact, parent, "parent", FIELD_TEXT),
    FIELD_STORED(struct schema_fact, name, "name", FIELD_TEXT),
    FIELD_STORED(struct schema_fact, definition, "definition", FIELD_TEXT),
    FIELD_STORED(struct schema_fact, make, "make", FIELD_TEXT),
    FIELD_STORED(struct schema_fact, unmake, "unmake", FIELD_TEXT),
    FIELD_STORED(struct schema_fact, type, "type", FIELD_TEXT),
    FIELD_STORED(struct schema_fact, special, "special", FIELD_TEXT),
    FIELD_STORED(struct schema_fact, preset, "preset", FIELD_TEXT),
    FIELD_STORED(struct schema_fact, look, "look", FIELD_TEXT),
    FIELD_STORED(struct schema_fact, needs, "needs", FIELD_TEXT),
    FIELD_STORED(struct schema_fact, not_null, "notNull", FIELD_BOOL),
    FIELD_STORED(struct schema_fact, bytes, "bytes", FIELD_LONG),
    FIELD_STORED(struct schema_fact, position, "position", FIELD_LONG),
};

const struct record record_schema_fact = RECORD(schema_fact, fact_fields);

enum status facts_read(struct admin *admin, struct arena *a, struct rows *out, struct text *why) {
    return admin_query(admin, a, SQL_SCHEMA_FACTS, NULL, 0, &record_schema_fact, out, why);
}

const struct schema_fact *facts_find(const struct rows *facts, const char *kind, const char *parent,
                                     const char *name) {
    const struct schema_fact *f = facts->at;
    for (size_t i = 0; i < facts->n; i++, f++)
        if (strcmp(f->name, name) == 0 && strcmp(f->kind, kind) == 0 &&
            strcmp(f->parent, parent) == 0)
            return f;
    return NULL;
}

const struct schema_fact *facts_like(const struct rows *facts, const struct schema_fact *f) {
    return facts_find(facts, f->kind, f->parent, f->name);
}

const struct schema_fact *facts_moved(const struct rows *facts, const struct schema_fact *f) {
    const struct schema_fact *g = facts->at;
    for (size_t i = 0; i < facts->n && strcmp(f->kind, "sequence") == 0; i++, g++)
        if (strcmp(g->kind, f->kind) == 0 && strcmp(g->name, f->name) == 0 &&
            strcmp(g->parent, f->parent) != 0)
            return g;
    return NULL;
}

const struct schema_fact *facts_twin(const struct rows *facts, const struct schema_fact *f) {
    const struct schema_fact *g = facts->at;
    for (size_t i = 0; i < facts->n && strcmp(f->kind, "function") == 0; i++, g++)
        if (strcmp(g->kind, f->kind) == 0 && strcmp(g->special, f->special) == 0 &&
            strcmp(g->name, f->name) != 0)
            return g;
    return NULL;
}

const char *facts_name(struct arena *a, const struct schema_fact *f) {
    static const char *const within[] = {"column", "constraint", "trigger", "policy"};
    for (size_t i = 0; i < sizeof within / sizeof within[0]; i++)
        if (strcmp(f->kind, within[i]) == 0)
            return arena_printf(a, "%s.%s", f->parent, f->name);
    return f->name;
}

bool facts_is_property(const struct schema_fact *f) {
    static const char end[] = " of";
    size_t n = strlen(f->kind), tail = sizeof end - 1;
    return n > tail && strcmp(f->kind + n - tail, end) == 0;
}

bool facts_is_beyond(const struct schema_fact *f) {
    return !f->make && strcmp(f->type, "beyond") == 0;
}

bool facts_is_computed(const struct schema_fact *f) {
    return strcmp(f->kind, "column") == 0 && strncmp(f->special, "AS (", 4) == 0;
}

/* Properties that are facts of their own go by the object that has them. */
const char *facts_object(struct arena *a, const struct schema_fact *f) {
    if (facts_is_property(f))
        return f->name;
    return arena_printf(a, "%s %s", strcmp(f->kind, "owner") == 0 ? "sequence" : f->kind,
                        facts_name(a, f));
}

bool facts_need(struct arena *a, const struct schema_fact *f, const char *object) {
    return *f->needs && (strstr(f->needs, arena_printf(a, ",%s,", object)) ||
                         strstr(f->needs, arena_printf(a, ";%s;", object)));
}

bool facts_have(struct arena *a, const struct rows *facts, const char *object) {
    const struct schema_fact *f = facts->at;
    for (size_t i = 0; i < facts->n; i++)
        if (!f[i].right && !facts_is_property(&f[i]) && strcmp(facts_object(a, &f[i]), object) == 0)
            return true;
    return false;
}

static bool is_declared(struct arena *a, const struct rows *declared, const struct schema_fact *f) {
    if (facts_is_property(f))
        return facts_have(a, declared, f->name);
    return facts_like(declared, f) != NULL;
}

struct rows facts_mark(struct arena *a, struct rows *live, const struct rows *declared,
                       const struct rows *managed) {
    struct schema_line *foreign = arena_array(a, live->n + 1, sizeof *foreign);
    struct schema_fact *f = live->at;
    size_t n = 0;
    for (size_t i = 0; i < live->n; i++, f++) {
        const char *object = facts_object(a, f);
        if (f->right || schema_lists(managed, object))
            continue;
        f->found = is_declared(a, declared, f);
        f->foreign = !f->found;
        if (f->foreign)
            foreign[n++].line = object;
    }
    return schema_sorted(foreign, n);
}

/* A column is compared by its members, so its default, or what it is computed by, is the text that
 * may change. */
static const char **text_at(struct schema_fact *f) {
    return strcmp(f->kind, "column") != 0 ? &f->definition
           : facts_is_computed(f)         ? &f->special
                                          : &f->preset;
}

static const char *text_of(const struct schema_fact *f) {
    struct schema_fact copy = *f;
    return *text_at(&copy);
}

void facts_note_also(struct rows *declared, const struct rows *again) {
    struct schema_fact *f = declared->at;
    for (size_t i = 0; i < declared->n; i++, f++) {
        const struct schema_fact *other = facts_like(again, f);
        f->also = other ? text_of(other) : NULL;
    }
}

bool facts_same(const struct schema_fact *live, const struct schema_fact *declared) {
    return strcmp(text_of(live), text_of(declared)) == 0 ||
           (declared->also && strcmp(text_of(live), declared->also) == 0);
}

struct rows facts_settled(struct arena *a, const struct rows *declared, const struct rows *live) {
    struct schema_fact *f = arena_alloc(a, declared->n * sizeof *f);
    struct rows settled = {.at = f, .n = declared->n};
    memcpy(f, declared->at, declared->n * sizeof *f);
    for (size_t i = 0; i < settled.n; i++, f++) {
        const struct schema_fact *other = facts_like(live, f);
        if (other && facts_same(other, f))
            *text_at(f) = text_of(other);
    }
    return settled;
}

const char *facts_literal(struct arena *a, const char *text) {
    struct text out = text_in(a, 2 * strlen(text) + 3);
    text_char(&out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            text_char(&out, '\'');
        text_char(&out, *text);
    }
    text_char(&out, '\'');
    return text_str(&out);
}
