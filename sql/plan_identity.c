/* Steps for the identity of a column that is there: no number is given twice, none is lost. The
 * sequence that a new one takes the place of, of a serial or of the identity, is there under
 * another name until it has said how far it came. */
#include <string.h>

#include "sql/plan_private.h"

#define BEFORE "sitaminter_sequence_before"

/* "GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME s START WITH 1 INCREMENT BY 1 ...)" */
struct identity {
    const char *kind;     /* "GENERATED ALWAYS" */
    const char *sequence; /* NULL: it is none */
    const char *options;  /* "START WITH 1 ..." without the closing parenthesis */
};

static const char *end_of_name(const char *at) {
    bool quoted = false;
    for (; *at && (quoted || *at != ' '); at++)
        quoted ^= *at == '"';
    return at;
}

static struct identity identity_of(struct arena *a, const struct schema_fact *column) {
    static const char words[] = " AS IDENTITY (SEQUENCE NAME ";
    const char *at = strstr(column->special, words);
    if (strncmp(column->special, "GENERATED ", 10) != 0 || !at)
        return (struct identity){0};
    const char *name = at + sizeof words - 1, *end = end_of_name(name),
               *options = end + (*end != 0);
    return (struct identity){
        .kind = arena_strndup(a, column->special, (size_t)(at - column->special)),
        .sequence = arena_strndup(a, name, (size_t)(end - name)),
        .options = arena_strndup(a, options, strlen(options) - (*options != 0))};
}

static const char *qualified(struct arena *a, const struct schema_fact *column) {
    return arena_printf(a, "%s.%s", column->parent, column->name);
}

/* The sequence that gave the column its numbers, or is to: one that it owns. */
static const struct schema_fact *sequence_of(struct arena *a, const struct rows *facts,
                                             const struct schema_fact *column) {
    const struct schema_fact *f = facts->at;
    for (size_t i = 0; i < facts->n; i++)
        if (strcmp(f[i].kind, "sequence") == 0 && !f[i].foreign &&
            strcmp(f[i].special, qualified(a, column)) == 0)
            return &f[i];
    return NULL;
}

bool plan_serves_identity(struct arena *a, const struct schema_fact *f, const struct rows *others) {
    const struct schema_fact *g = others->at;
    if (strcmp(f->kind, "sequence") != 0 && strcmp(f->kind, "owner") != 0)
        return false;
    for (size_t i = 0; i < others->n; i++)
        if (strcmp(g[i].kind, "column") == 0 && identity_of(a, &g[i]).sequence &&
            strcmp(f->special, qualified(a, &g[i])) == 0)
            return true;
    return false;
}

static struct step *add(struct sides *c, enum step_kind kind, const struct schema_fact *then,
                        const char *sql, int64_t bytes) {
    struct arena *a = c->plan->arena;
    struct step *s = plan_add(c->plan, kind, qualified(a, then), sql);
    s->fact = then;
    s->table = then->parent;
    s->bytes = bytes;
    return s;
}

/* "5" of "START WITH 5 INCREMENT BY 1 ..." */
static const char *option(struct arena *a, const char *options, const char *word) {
    const char *at = strstr(options, word);
    if (!at)
        return "1";
    at += strlen(word);
    return arena_strndup(a, at, strcspn(at, " "));
}

/* The last number of the sequence, if it is outside of the bounds. */
static const char *last_beyond(struct arena *a, const char *sequence, const char *options) {
    return arena_printf(a,
                        "SELECT last_value::text AS sample FROM {sequence %s} AS s "
                        "WHERE last_value NOT BETWEEN %s AND %s",
                        sequence, option(a, options, "MINVALUE "), option(a, options, "MAXVALUE "));
}

/* The length of its options without the last word, which ALTER SEQUENCE does not take among them.
 */
static size_t without_unlogged(const char *options) {
    const char *at = strstr(options, " UNLOGGED");
    return at ? (size_t)(at - options) : strlen(options);
}

void plan_sequence(struct sides *c, const struct schema_fact *now, const struct schema_fact *then) {
    struct arena *a = c->plan->arena;
    size_t n = without_unlogged(then->definition);
    bool unlogged = then->definition[n] != '\0',
         was = now->definition[without_unlogged(now->definition)] != '\0';
    const char *set = unlogged == was ? ""
                                      : arena_printf(a, "ALTER SEQUENCE %s SET %s; ", now->name,
                                                     unlogged ? "UNLOGGED" : "LOGGED");
    plan_fact(
        c, STEP_ALTER_SEQUENCE, now,
        arena_printf(a, "%sALTER SEQUENCE %s AS %.*s", set, now->name, (int)n, then->definition))
        ->look = last_beyond(a, now->name, then->definition);
}

/* The number after which it would go on, if that is beyond the bounds. */
static const char *next_beyond(struct arena *a, const struct schema_fact *column,
                               const char *sequence, const char *options) {
    bool down = *option(a, options, "INCREMENT BY ") == '-';
    const char *most = down ? "min" : "max",
               *last = sequence ? arena_printf(a,
                                               " UNION ALL SELECT last_value FROM {sequence %s} "
                                               "WHERE is_called",
                                               sequence)
                                : "";
    return arena_printf(
        a,
        "SELECT %s(n)::text AS sample FROM (SELECT t.%s AS n FROM {rows} AS t%s) AS given "
        "HAVING %s(n) %s %s",
        most, column->name, last, most, down ? "<" : ">",
        option(a, options, down ? "MINVALUE " : "MAXVALUE "));
}

/* The sequence goes on after the column's greatest number and the last one of that before; one that
 * counts down, below the least. */
static const char *go_on(struct arena *a, const struct schema_fact *then, const char *sequence,
                         const char *options, bool before) {
    bool down = *option(a, options, "INCREMENT BY ") == '-';
    const char *last =
        before ? "\n    UNION ALL SELECT last_value FROM " BEFORE " WHERE is_called" : "";
    return arena_printf(a,
                        "SELECT setval(%s, %s(n)) FROM (SELECT %s AS n FROM %s%s) AS given\n"
                        "    HAVING %s(n) %s %s",
                        facts_literal(a, sequence), down ? "min" : "max", then->name, then->parent,
                        last, down ? "min" : "max",
                        down ? "<=" : ">=", option(a, options, "START WITH "));
}

static bool add_identity(struct sides *c, const struct schema_fact *now,
                         const struct schema_fact *then, const struct identity *to) {
    struct arena *a = c->plan->arena;
    const struct schema_fact *old = sequence_of(a, c->live, now);
    struct text sql = text_in(a, 64 * 1024);
    const char *column =
        arena_printf(a, "ALTER TABLE %s ALTER COLUMN %s", then->parent, then->name);
    if (old && *now->preset)
        text_printf(&sql, "%s DROP DEFAULT; ", column);
    if (old)
        text_printf(&sql,
                    "ALTER SEQUENCE %s OWNED BY NONE; ALTER SEQUENCE %s RENAME TO " BEFORE "; ",
                    old->name, old->name);
    text_printf(&sql, "%s ADD %s;\n    %s", column, then->special,
                go_on(a, then, to->sequence, to->options, old));
    if (old)
        text_lit(&sql, "; DROP SEQUENCE " BEFORE);
    struct step *s = add(c, STEP_ADD_IDENTITY, then, text_str(&sql), now->bytes);
    s->online = !now->not_null && now->bytes > PLAN_SMALL_BYTES; /* so is NOT NULL, before */
    s->look = next_beyond(a, now, old ? old->name : NULL, to->options);
    s->from = old ? to->sequence : NULL;
    return old != NULL;
}

static bool drop_identity(struct sides *c, const struct schema_fact *now,
                          const struct schema_fact *then, const struct identity *from) {
    struct arena *a = c->plan->arena;
    const struct schema_fact *next = sequence_of(a, c->declared, then);
    const char *column =
        arena_printf(a, "ALTER TABLE %s ALTER COLUMN %s", then->parent, then->name);
    if (!next) {
        add(c, STEP_DROP_IDENTITY, then, arena_printf(a, "%s DROP IDENTITY", column), now->bytes);
        return false;
    }
    const char *sql = arena_printf(
        a, "ALTER SEQUENCE %s RENAME TO " BEFORE "; %s;\n    %s;\n    %s DROP IDENTITY",
        from->sequence, next->make, go_on(a, then, next->name, next->definition, true), column);
    if (*then->preset)
        sql = arena_printf(a, "%s; %s SET DEFAULT %s", sql, column, then->preset);
    sql = arena_printf(a, "%s; ALTER SEQUENCE %s OWNED BY %s", sql, next->name, next->special);
    struct step *s = add(c, STEP_DROP_IDENTITY, then, sql, now->bytes);
    s->from = next->name;
    s->look = next_beyond(a, now, from->sequence, next->definition);
    return true;
}

/* "SET START WITH 5 SET INCREMENT BY 1 ..." */
static const char *set_options(struct arena *a, const char *options) {
    static const char *const words[] = {"START", "INCREMENT", "MINVALUE", "MAXVALUE",
                                        "CACHE", "NO",        "CYCLE"};
    struct text out = text_in(a, 1024);
    bool no = false;
    for (size_t n; *options; options += n + (options[n] == ' ')) {
        n = strcspn(options, " ");
        for (size_t i = 0; i < sizeof words / sizeof words[0] && !no; i++)
            if (strncmp(options, words[i], n) == 0 && strlen(words[i]) == n)
                text_lit(&out, " SET");
        no = n == 2 && strncmp(options, "NO", n) == 0;
        text_printf(&out, " %.*s", (int)n, options);
    }
    return text_str(&out);
}

static void alter_identity(struct sides *c, const struct schema_fact *now,
                           const struct schema_fact *then, const struct identity *from,
                           const struct identity *to) {
    struct arena *a = c->plan->arena;
    const char *rename =
        strcmp(from->sequence, to->sequence) == 0
            ? ""
            : arena_printf(a, "ALTER SEQUENCE %s RENAME TO %s; ", from->sequence, to->sequence);
    bool same = strcmp(from->kind, to->kind) == 0, alike = strcmp(from->options, to->options) == 0;
    const char *sql = arena_printf(a, "%sALTER TABLE %s ALTER COLUMN %s%s%s%s", rename,
                                   then->parent, then->name, same ? "" : " SET ",
                                   same ? "" : to->kind, alike ? "" : set_options(a, to->options));
    if (same && alike)
        sql = arena_strndup(a, rename, strlen(rename) - 2);
    struct step *s = add(c, STEP_ALTER_IDENTITY, then, sql, now->bytes);
    if (!alike)
        s->look = last_beyond(a, from->sequence, to->options);
}

bool plan_identity(struct sides *c, const struct schema_fact *now, const struct schema_fact *then) {
    struct arena *a = c->plan->arena;
    struct identity from = identity_of(a, now), to = identity_of(a, then);
    bool generated = *now->special && !from.sequence, generates = *then->special && !to.sequence;
    if (generates || (generated && to.sequence))
        text_printf(&c->plan->uncovered, "column %s.%s has another generation in the file\n",
                    now->parent, now->name);
    else if (generated)
        add(c, STEP_DROP_EXPRESSION, then,
            arena_printf(a, "ALTER TABLE %s ALTER COLUMN %s DROP EXPRESSION", then->parent,
                         then->name),
            now->bytes);
    else if (from.sequence && to.sequence)
        alter_identity(c, now, then, &from, &to);
    else if (to.sequence)
        return add_identity(c, now, then, &to);
    else
        return drop_identity(c, now, then, &from);
    return false;
}
