#include "sql/directives.h"

#include <fnmatch.h>
#include <string.h>

enum { DIRECTIVES_MAX = 1024 };

static const char mark[] = "-- push: ";

struct line {
    struct arena *arena;
    const char *at; /* after the mark, ended by NUL */
    struct directive *out;
};

static bool read_ignore(struct line *l) {
    l->out->object = l->at;
    return *l->at != '\0';
}

const char *directives_find(const char *names, const char *word) {
    bool quoted = false;
    for (; *names; names++) {
        if (!quoted && strncmp(names, word, strlen(word)) == 0)
            return names;
        quoted ^= *names == '"';
    }
    return NULL;
}

/* "OBJECT word WHAT". */
static bool read_pair(struct line *l, const char *word) {
    const char *at = directives_find(l->at, word);
    if (!at || at == l->at)
        return false;
    l->out->object = arena_strndup(l->arena, l->at, (size_t)(at - l->at));
    l->out->what = at + strlen(word);
    return *l->out->what != '\0';
}

static bool read_backfill(struct line *l) {
    return read_pair(l, " with ") && strchr(l->out->object, '.');
}

/* A name that needs no quotes. */
static bool is_name(const char *s) {
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return n > 0 && n < 64 && s[n] == '\0' && !(*s >= '0' && *s <= '9');
}

static bool read_extension(struct line *l) {
    return read_pair(l, " in ") && is_name(l->out->object) && is_name(l->out->what);
}

static bool read_rename(struct line *l) {
    return read_pair(l, " to ") && strchr(l->out->object, ' ');
}

static const struct verb {
    const char *word;
    enum directive_kind kind;
    bool (*read)(struct line *l);
    const char *form;
} verbs[] = {
    {"extension ", DIRECTIVE_EXTENSION, read_extension, "extension NAME in SCHEMA"},
    {"ignore ", DIRECTIVE_IGNORE, read_ignore, "ignore PATTERN"},
    {"backfill ", DIRECTIVE_BACKFILL, read_backfill, "backfill TABLE.COLUMN with EXPRESSION"},
    {"rename ", DIRECTIVE_RENAME, read_rename, "rename KIND NAME to NAME"},
};

static enum status read_line(struct line *l, struct text *why) {
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        size_t n = strlen(verbs[i].word);
        if (strncmp(l->at, verbs[i].word, n) != 0)
            continue;
        l->at += n;
        l->out->kind = verbs[i].kind;
        if (verbs[i].read(l))
            return OK;
        text_printf(why, "Line %d of the schema file: the form is \"%s%s\".", l->out->line, mark,
                    verbs[i].form);
        return FAILED;
    }
    text_printf(why, "Line %d of the schema file: not a directive that a push knows.",
                l->out->line);
    return FAILED;
}

enum status directives_read(struct arena *a, const char *schema, struct directives *out,
                            struct text *why) {
    *out = (struct directives){.at = arena_array(a, DIRECTIVES_MAX, sizeof *out->at)};
    int number = 1;
    for (const char *at = schema; *at; number++) {
        size_t n = strcspn(at, "\n");
        if (strncmp(at, mark, sizeof mark - 1) == 0) {
            struct line l = {.arena = a, .out = &out->at[out->n]};
            size_t end = n; /* the ends of lines may be CR LF */
            while (strchr(" \t\r", at[end - 1]))
                end--;
            l.at = end < sizeof mark
                       ? ""
                       : arena_strndup(a, at + sizeof mark - 1, end - (sizeof mark - 1));
            l.out->line = number;
            if (out->n + 1 == DIRECTIVES_MAX) {
                text_printf(why, "Line %d of the schema file: too many directives.", number);
                return FAILED;
            }
            if (read_line(&l, why) != OK)
                return FAILED;
            out->n++;
        }
        at += n + (at[n] != '\0');
    }
    return OK;
}

/* "schema NAME (0 relations)". */
static bool is_schema_of(const struct directive *d, const char *object) {
    static const char word[] = "schema ";
    size_t n = strlen(d->what);
    return strncmp(object, word, sizeof word - 1) == 0 &&
           strncmp(object + sizeof word - 1, d->what, n) == 0 && object[sizeof word - 1 + n] == ' ';
}

bool directives_ignore(const struct directives *d, const char *object) {
    for (size_t i = 0; i < d->n; i++) {
        const struct directive *one = &d->at[i];
        if ((one->kind == DIRECTIVE_IGNORE && fnmatch(one->object, object, 0) == 0) ||
            (one->kind == DIRECTIVE_EXTENSION && is_schema_of(one, object)))
            return true;
    }
    return false;
}
