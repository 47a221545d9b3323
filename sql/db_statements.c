#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "sql/db_private.h"

#include "sql/queries.inc"

enum { BUCKETS = 1024, STATEMENT_TEXT_MAX = 64 * 1024 };

/* Statements live as long as the process; its connections refer to them by index. */
static struct {
    struct arena *arena;
    struct statement *buckets[BUCKETS];
    size_t n;
} cache;

const struct query *query_of(enum sql_name name) {
    if ((unsigned)name >= SQL_NAMES)
        log_fatal("sql_name", "there is no query number %d", (int)name);
    return &queries[name];
}

bool query_has_shape(const struct query *q, uint32_t shape) {
    if (shape >> q->n_options)
        return false;
    for (size_t i = 0; i < q->n_exclusive; i++)
        if (__builtin_popcount(shape & q->exclusive[i]) > 1)
            return false;
    for (size_t i = 0; i < q->n_within; i++)
        if ((shape & q->within[i][0]) && !(shape & q->within[i][1]))
            return false;
    return true;
}

/* The smallest literal that gives at least `limit` rows; 0 if there is none. */
static int32_t literal_limit(const struct query *q, int32_t limit) {
    for (size_t i = 0; i < q->n_limits; i++)
        if (q->limits[i] >= limit)
            return q->limits[i];
    return 0;
}

/* $n of the query's parameter, numbered by first use in this shape. */
static unsigned number_of(struct statement *s, uint8_t parameter) {
    for (unsigned i = 0; i < s->n_values; i++)
        if (s->value_of[i] == parameter)
            return i + 1;
    s->value_of[s->n_values] = parameter;
    return ++s->n_values;
}

static void expand_line(struct statement *s, struct text *out, const char *line) {
    for (; *line; line++) {
        if (*line == '\001')
            text_printf(out, "$%u", number_of(s, (uint8_t)(*++line - 'A')));
        else if (*line == '\002')
            text_long(out, s->limit);
        else
            text_char(out, *line);
    }
    text_char(out, '\n');
}

static struct statement *statement_new(const struct query *q, enum sql_name name, uint32_t shape,
                                       int32_t limit) {
    if (!cache.arena)
        cache.arena = arena_new();
    struct statement *s = arena_alloc(cache.arena, sizeof *s);
    *s = (struct statement){.name = name, .shape = shape, .limit = limit, .index = cache.n++};
    s->id = arena_printf(cache.arena, "%s_%" PRIx32 "_%" PRId32, q->name, shape, limit);
    struct text sql = text_in(cache.arena, STATEMENT_TEXT_MAX);
    for (size_t i = 0; i < q->n_lines; i++) {
        const struct query_line *line = &q->lines[i];
        if ((shape & line->need) == line->need && !(shape & line->without))
            expand_line(s, &sql, line->text);
    }
    s->text = text_str(&sql);
    if (!text_ok(&sql))
        log_fatal("sql_text", "%s is longer than %d bytes", s->id, STATEMENT_TEXT_MAX);
    return s;
}

const struct statement *statement_of(enum sql_name name, uint32_t shape, int32_t limit) {
    const struct query *q = query_of(name);
    int32_t literal = literal_limit(q, limit);
    if (!query_has_shape(q, shape) || limit < 0 || (limit > 0) != (literal > 0 && q->n_limits > 0))
        log_fatal("sql_shape", "%s (%s) has no shape %#" PRIx32 " with limit %" PRId32, q->name,
                  q->where, shape, limit);
    size_t hash = ((size_t)name * 31 + shape) * 31 + (size_t)literal;
    struct statement **bucket = &cache.buckets[hash % BUCKETS];
    for (struct statement *s = *bucket; s; s = s->next)
        if (s->name == name && s->shape == shape && s->limit == literal)
            return s;
    struct statement *s = statement_new(q, name, shape, literal);
    s->next = *bucket;
    *bucket = s;
    return s;
}

struct sql_call *load_add(struct load *l, enum sql_name name, uint32_t shape, int32_t limit,
                          const struct record *as, struct rows *out) {
    const struct statement *s = statement_of(name, shape, limit);
    const struct query *q = query_of(name);
    if (l->n == LOAD_CALLS_MAX)
        log_fatal("sql_load", "a load holds at most %d calls", LOAD_CALLS_MAX);
    if (q->row && (!as || strcmp(q->row, as->name) != 0))
        log_fatal("sql_record", "rows of %s (%s) become a %s, not a %s", q->name, q->where, q->row,
                  as ? as->name : "nothing");
    struct sql_call *c = &l->calls[l->n++];
    *c = (struct sql_call){
        .name = name, .shape = shape, .limit = limit, .as = as, .out = out, .statement = s};
    if (out)
        *out = (struct rows){0};
    return c;
}

void sql_value(struct sql_call *c, const char *parameter, const char *value) {
    const struct query *q = query_of(c->name);
    for (size_t i = 0; i < q->n_params; i++) {
        if (strcmp(q->params[i], parameter) == 0) {
            c->values[i] = value;
            c->set |= 1U << i;
            return;
        }
    }
    log_fatal("sql_value", "%s (%s) has no parameter :%s", q->name, q->where, parameter);
}

void sql_value_int(struct load *l, struct sql_call *c, const char *parameter, int64_t value) {
    sql_value(c, parameter, arena_printf(l->arena, "%" PRId64, value));
}

void load_clear(struct load *l) {
    l->n = 0;
    l->limit_ms = 0;
    l->status = OK;
}
