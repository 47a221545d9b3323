#include "sql/renames.h"

#include <string.h>

#include "sql/directives.h"
#include "sql/rights.h"

enum { NEEDS_MAX = 1024 * 1024 };

static const struct rename_kind kinds[] = {
    {"table", "TABLE", false, true},          {"column", "COLUMN", true, true},
    {"constraint", "CONSTRAINT", true, true}, {"index", "INDEX", false, false},
    {"sequence", "SEQUENCE", false, true},    {"view", "VIEW", false, true},
    {"function", "ROUTINE", false, true},     {"trigger", "TRIGGER", true, false},
};

static bool same(const char *a, const char *b) {
    return strcmp(a, b) == 0;
}

static bool is_kind(const struct rename *r, const char *word) {
    return same(r->kind->word, word);
}

static bool is_relation(const struct rename *r) {
    return is_kind(r, "table") || is_kind(r, "view");
}

const struct rename_kind *rename_kind(const char *word) {
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (same(kinds[i].word, word))
            return &kinds[i];
    return NULL;
}

static const char *qualified(struct arena *a, const struct rename *r, const char *name) {
    return r->kind->within ? arena_printf(a, "%s.%s", r->parent, name) : name;
}

const char *rename_object(struct arena *a, const struct rename *r) {
    return arena_printf(a, "%s %s", r->kind->word, qualified(a, r, r->from));
}

const char *rename_statement(struct arena *a, const struct rename *r) {
    const char *arguments = is_kind(r, "function") ? directives_find(r->to, "(") : NULL;
    const char *to = arguments ? arena_strndup(a, r->to, (size_t)(arguments - r->to)) : r->to;
    if (is_kind(r, "trigger"))
        return arena_printf(a, "ALTER TRIGGER %s ON %s RENAME TO %s", r->from, r->parent, to);
    if (r->kind->within)
        return arena_printf(a, "ALTER TABLE %s RENAME %s %s TO %s", r->parent, r->kind->sql,
                            r->from, to);
    return arena_printf(a, "ALTER %s %s RENAME TO %s", r->kind->sql, r->from, to);
}

struct renames renames_back(struct arena *a, const struct renames *renames) {
    struct renames back = {arena_array(a, renames->n + 1, sizeof *back.at), renames->n};
    for (size_t i = 0; i < renames->n; i++) {
        const struct rename *r = &renames->at[renames->n - 1 - i];
        back.at[i] = (struct rename){r->kind, r->parent, r->to, r->from};
    }
    return back;
}

/* Where "GENERATED ... AS IDENTITY (SEQUENCE NAME t_id_seq START ..." has the name; or NULL. */
static const char *sequence_in(const struct schema_fact *f, const char *name) {
    static const char words[] = "(SEQUENCE NAME ";
    const char *at = same(f->kind, "column") ? strstr(f->special, words) : NULL;
    size_t n = strlen(name);
    if (!at || strncmp(at + sizeof words - 1, name, n) != 0 || at[sizeof words - 1 + n] != ' ')
        return NULL;
    return at + sizeof words - 1;
}

const struct schema_fact *rename_find(const struct rows *facts, const struct rename *r,
                                      const char *parent, const char *name) {
    const struct schema_fact *f = facts->at;
    for (size_t i = 0; i < facts->n; i++, f++) {
        bool named = same(f->kind, r->kind->word) && same(f->name, name) &&
                     (!r->kind->within || same(f->parent, parent));
        if (named || (is_kind(r, "sequence") && sequence_in(f, name)))
            return f;
    }
    return NULL;
}

/* -- the names of one fact -------------------------------------------------------------------- */

/* `text` with "t" or the beginning "t." of the name of a relation, or the whole name of something
 * within one, replaced; those of columns come after "COLUMN " and the like. */
static const char *in_name(struct arena *a, const struct rename *r, const char *text) {
    const char *from = qualified(a, r, r->from), *to = qualified(a, r, r->to);
    size_t n = strlen(from);
    bool begins = strncmp(text, from, n) == 0;
    if (begins && (text[n] == '\0' || (is_relation(r) && text[n] == '.')))
        return arena_printf(a, "%s%s", to, text + n);
    return text;
}

/* "f(x t, t[])" with the row type of a relation that is renamed; "f(t integer)" has none. */
static const char *in_signature(struct arena *a, const struct rename *r, const char *text) {
    size_t n = strlen(r->from);
    const char *at = text;
    if (!is_relation(r) || !strchr(text, '('))
        return text;
    struct text out = text_in(a, NEEDS_MAX);
    for (; (at = strstr(at, r->from)); at += n) {
        bool whole = at > text && strchr(" (", at[-1]) && at[n] && strchr(",)[", at[n]);
        if (!whole)
            continue;
        text_add(&out, text, (size_t)(at - text));
        text_put(&out, r->to);
        text = at + n;
    }
    text_put(&out, text);
    return text_str(&out);
}

const char *renames_signature(struct arena *a, const struct renames *renames, const char *name) {
    for (size_t i = 0; i < renames->n; i++)
        name = in_signature(a, &renames->at[i], name);
    return name;
}

/* What a comment is about: "COLUMN t.v", "CONSTRAINT k ON t", "INDEX i". */
static const char *in_comment(struct arena *a, const struct rename *r, const char *text) {
    const char *name = strchr(text, ' '), *on = name ? directives_find(name, " ON ") : NULL;
    size_t word = name ? (size_t)(name++ - text) : 0;
    if (!name)
        return text;
    if ((strncmp(text, "CONSTRAINT", word) == 0 || strncmp(text, "TRIGGER", word) == 0) && on) {
        bool named = strncmp(text, r->kind->sql, word) == 0 && same(on + 4, r->parent) &&
                     same(arena_strndup(a, name, (size_t)(on - name)), r->from);
        return arena_printf(a, "%.*s %s ON %s", (int)word, text,
                            named ? r->to : arena_strndup(a, name, (size_t)(on - name)),
                            is_relation(r) ? in_name(a, r, on + 4) : on + 4);
    }
    bool about = strncmp(text, r->kind->sql, word) == 0 ||
                 (is_relation(r) && strncmp(text, "COLUMN", word) == 0);
    return about ? arena_printf(a, "%.*s %s", (int)word, text, in_name(a, r, name)) : text;
}

/* What a property is one of, as the record of managed objects calls it: "column t.v". */
static const char *in_property(struct arena *a, const struct rename *r, const char *object) {
    size_t word = strcspn(object, " ");
    bool about = strncmp(object, r->kind->word, word) == 0 ||
                 (is_relation(r) && (strncmp(object, "column", word) == 0 ||
                                     strncmp(object, "constraint", word) == 0));
    return about && object[word]
               ? arena_printf(a, "%.*s %s", (int)word, object, in_name(a, r, object + word + 1))
               : object;
}

/* `text` with `to` at `at`, where it has `from` as a whole word. */
static const char *put_at(struct arena *a, const char *text, const char *at, const char *from,
                          const char *to) {
    size_t n = strlen(from);
    bool whole = at && strncmp(at, from, n) == 0 && (at[n] == ' ' || at[n] == '\0');
    return whole ? arena_printf(a, "%.*s%s%s", (int)(at - text), text, to, at + n) : text;
}

static const char *behind(const char *text, const char *words) {
    const char *at = strstr(text, words);
    return at ? at + strlen(words) : NULL;
}

/* "ALTER TABLE t ALTER COLUMN v …" of a property of "column t.v", "ALTER TABLE t CLUSTER ON i". */
static const char *in_setting(struct arena *a, const struct rename *r, const char *object,
                              const char *text) {
    if (is_kind(r, "column"))
        return same(object, arena_printf(a, "column %s.%s", r->parent, r->from))
                   ? put_at(a, text, behind(text, " ALTER COLUMN "), r->from, r->to)
                   : text;
    bool index = is_kind(r, "index") || is_kind(r, "constraint");
    const char *words = arena_printf(a, "ALTER %s ", index ? "INDEX" : r->kind->sql);
    if (strncmp(text, words, strlen(words)) == 0)
        text = put_at(a, text, text + strlen(words), r->from, r->to);
    if (index) {
        text = put_at(a, text, behind(text, " CLUSTER ON "), r->from, r->to);
        text = put_at(a, text, behind(text, " USING INDEX "), r->from, r->to);
    }
    return text;
}

/* ",t,t.v," with each name in it replaced. */
static const char *in_needs(struct arena *a, const struct rename *r, const char *needs) {
    char mark = is_kind(r, "function") ? ';' : ',';
    const char *from = arena_printf(a, "%c%s", mark, qualified(a, r, r->from)), *at;
    struct text out = text_in(a, NEEDS_MAX);
    while ((at = strstr(needs, from))) {
        char after = at[strlen(from)];
        bool whole = after == mark || (is_relation(r) && after == '.');
        text_add(&out, needs, (size_t)(at - needs));
        text_printf(&out, "%c%s", mark, whole ? qualified(a, r, r->to) : from + 1);
        needs = at + strlen(from);
    }
    text_put(&out, needs);
    return text_str(&out);
}

static void rename_fact(struct arena *a, const struct rename *r, struct schema_fact *f) {
    const char *kind = same(f->kind, "owner") ? "sequence" : f->kind;
    if (is_relation(r) && same(f->parent, r->from))
        f->parent = r->to;
    if (is_kind(r, kind) && same(f->name, r->from) &&
        (!r->kind->within || same(f->parent, r->parent)))
        f->name = r->to;
    const char *number = is_kind(r, "sequence") ? sequence_in(f, r->from) : NULL;
    if (number)
        f->special = arena_printf(a, "%.*s%s%s", (int)(number - f->special), f->special, r->to,
                                  number + strlen(r->from));
    if (same(kind, "comment"))
        f->name = in_comment(a, r, f->name);
    if (same(kind, "comment") || same(kind, "sequence"))
        f->special = in_name(a, r, f->special);
    if (facts_is_property(f)) {
        if (f->make) {
            f->make = in_setting(a, r, f->name, f->make);
            f->unmake = in_setting(a, r, f->name, f->unmake);
        }
        f->name = in_property(a, r, f->name);
        f->special = in_name(a, r, f->special);
    }
    if (same(kind, "function") || (same(kind, "comment") && strncmp(f->name, "ROUTINE ", 8) == 0)) {
        f->name = in_signature(a, r, f->name);
        f->special = in_signature(a, r, f->special);
    }
    if (*f->needs)
        f->needs = in_signature(a, r, in_needs(a, r, f->needs));
}

/* The statements that name the table of what goes. */
static const char *unmake(struct arena *a, const struct schema_fact *f) {
    if (same(f->kind, "column") || same(f->kind, "constraint"))
        return arena_printf(a, "ALTER TABLE %s DROP %s %s", f->parent, rename_kind(f->kind)->sql,
                            f->name);
    if (same(f->kind, "trigger"))
        return arena_printf(a, "DROP TRIGGER %s ON %s", f->name, f->parent);
    if (same(f->kind, "comment"))
        return arena_printf(a, "COMMENT ON %s IS NULL", f->name);
    if (same(f->kind, "function"))
        return arena_printf(a, "DROP ROUTINE %s", f->name);
    return f->unmake;
}

static void rename_right(struct arena *a, const struct rename *r, struct schema_right *to) {
    if (is_kind(r, "column")) {
        if (same(to->name, r->parent) && same(to->part, r->from))
            to->part = r->to;
    } else if (is_relation(r) || is_kind(r, "sequence") || is_kind(r, "function")) {
        to->name = same(to->name, r->from) ? r->to : in_signature(a, r, to->name);
    } else {
        return;
    }
    to->special = in_signature(a, r, in_name(a, r, to->special));
}

static struct schema_fact renamed_right(struct arena *a, const struct renames *renames,
                                        const struct schema_fact *f) {
    struct schema_right *to = arena_alloc(a, sizeof *to);
    *to = *f->right;
    for (size_t i = 0; i < renames->n; i++)
        rename_right(a, &renames->at[i], to);
    struct schema_fact out = rights_fact(a, to);
    out.foreign = f->foreign;
    return out;
}

static struct schema_fact renamed(struct arena *a, const struct renames *renames,
                                  const struct schema_fact *f) {
    struct schema_fact out = *f;
    if (f->right)
        return renamed_right(a, renames, f);
    for (size_t i = 0; i < renames->n; i++)
        rename_fact(a, &renames->at[i], &out);
    bool changed = !same(out.name, f->name) || !same(out.parent, f->parent);
    if (out.unmake && changed && !facts_is_property(f))
        out.unmake = unmake(a, &out);
    return out;
}

/* -- their texts ------------------------------------------------------------------------------ */

static const char *carried(struct arena *a, const char *text, const char *before,
                           const char *declared) {
    size_t n = strlen(before);
    return strncmp(text, before, n) == 0 && (text[n] == '\0' || same(text + n, " NOT VALID"))
               ? arena_printf(a, "%s%s", declared, text + n)
               : text;
}

static void carry_texts(struct arena *a, struct schema_fact *f, const struct schema_fact *before,
                        const struct schema_fact *declared) {
    bool column = same(f->kind, "column");
    const char **text = column ? &f->preset : &f->definition;
    const char *was = *text;
    f->unmake = declared->unmake;
    if (facts_is_property(f))
        f->make = declared->make;
    f->type = carried(a, f->type, before->type, declared->type);
    f->special = carried(a, f->special, before->special, declared->special);
    *text = carried(a, was, column ? before->preset : before->definition,
                    column ? declared->preset : declared->definition);
    if (*text == was && before->also && declared->also)
        *text = carried(a, was, before->also, declared->also);
}

struct rows renames_carry(struct arena *a, const struct renames *renames, const struct rows *live,
                          const struct rows *before, const struct rows *declared) {
    struct schema_fact *out = arena_array(a, live->n + 1, sizeof *out);
    const struct schema_fact *f = live->at;
    for (size_t i = 0; i < live->n; i++, f++) {
        const struct schema_fact *was = facts_like(before, f), *is;
        out[i] = renamed(a, renames, f);
        is = facts_like(declared, &out[i]);
        if (was && is && !f->right)
            carry_texts(a, &out[i], was, is);
    }
    return (struct rows){out, live->n};
}

void renames_keep_looks(struct arena *a, const struct renames *renames, struct rows *declared,
                        const struct rows *before) {
    const struct schema_fact *f = before->at;
    struct schema_fact *all = declared->at;
    for (size_t i = 0; i < before->n; i++, f++) {
        struct schema_fact now = renamed(a, renames, f);
        const struct schema_fact *is = facts_like(declared, &now);
        if (is)
            all[is - all].look = f->look;
    }
}
