/* From a PGresult to structs. The result is kept until the arena is reset, and the structs'
 * strings point into it: nothing is copied. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/when.h"
#include "sql/db_private.h"

/* Types of PostgreSQL that come as text of a known form (pg_type.dat; these never change). */
enum {
    OID_BOOL = 16,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_JSON = 114,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043,
    OID_DATE = 1082,
    OID_TIMESTAMP = 1114,
    OID_NUMERIC = 1700,
    OID_JSONB = 3802
};

enum { OIDS_MAX = 5, WHY_MAX = 2048 };

/* What a field type may come from. A type without entries never comes from a column. needed: the
 * struct has no way to say NULL. */
static const struct {
    Oid from[OIDS_MAX];
    bool needed;
} kinds[] = {
    [FIELD_TEXT] = {{OID_TEXT, OID_VARCHAR, OID_NAME, OID_BPCHAR}, false},
    [FIELD_HASH] = {{OID_TEXT, OID_VARCHAR}, false},
    [FIELD_AMOUNT] = {{OID_TEXT, OID_NUMERIC}, false},
    [FIELD_URL] = {{OID_TEXT, OID_VARCHAR}, false},
    [FIELD_PATH] = {{0}, false},
    [FIELD_JSON] = {{OID_JSONB, OID_JSON}, false},
    [FIELD_INT] = {{OID_INT4, OID_INT2}, true},
    [FIELD_LONG] = {{OID_INT8, OID_INT4, OID_INT2}, true},
    [FIELD_OPT_INT] = {{OID_INT4, OID_INT2}, false},
    [FIELD_BOOL] = {{OID_BOOL}, true},
    [FIELD_TIME] = {{OID_TIMESTAMP, OID_DATE}, false},
    [FIELD_RECORD] = {{0}, true},
    [FIELD_LINK] = {{0}, false},
    [FIELD_LIST] = {{0}, false},
    [FIELD_DERIVED] = {{0}, false},
};

static bool comes_from(enum field_type type, Oid oid) {
    for (size_t i = 0; i < OIDS_MAX && kinds[type].from[i]; i++)
        if (kinds[type].from[i] == oid)
            return true;
    return false;
}

static const struct field *field_for(const struct record *as, const char *column) {
    for (size_t i = 0; i < as->n; i++)
        if (as->fields[i].column && strcmp(as->fields[i].column, column) == 0)
            return &as->fields[i];
    return NULL;
}

static bool is_lacked(const struct query *q, const char *column) {
    for (size_t i = 0; i < q->n_lacks; i++)
        if (strcmp(q->lacks[i], column) == 0)
            return true;
    return false;
}

static void check_column(const struct query *q, const PGresult *result, int column,
                         const struct record *as, struct text *why) {
    const char *name = PQfname(result, column);
    const struct field *f = field_for(as, name);
    if (!f)
        text_printf(why, "%s (%s): the record %s has no field for column %s. ", q->name, q->where,
                    as->name, name);
    else if (!comes_from(f->type, PQftype(result, column)))
        text_printf(why, "%s (%s): column %s has a type that field %s of %s cannot take. ", q->name,
                    q->where, name, f->name, as->name);
    else if (PQfnumber(result, name) != column)
        text_printf(why, "%s (%s): column %s comes twice. ", q->name, q->where, name);
}

static void check_field(const struct query *q, const PGresult *result, const struct field *f,
                        const struct record *as, struct text *why) {
    bool lacked = is_lacked(q, f->column), there = PQfnumber(result, f->column) >= 0;
    if (there && lacked)
        text_printf(why, "%s (%s): column %s is there and in \"-- lacks:\". ", q->name, q->where,
                    f->column);
    if (!there && !lacked)
        text_printf(why,
                    "%s (%s): no column for %s of %s; if that is meant, add \"-- lacks: %s\". ",
                    q->name, q->where, f->name, as->name, f->column);
    if (!there && lacked && kinds[f->type].needed)
        text_printf(why, "%s (%s): %s of %s cannot be null. ", q->name, q->where, f->name,
                    as->name);
}

bool rows_fit(const struct query *q, const PGresult *result, const struct record *as,
              struct text *why) {
    size_t before = why->n;
    for (int i = 0; i < PQnfields(result); i++)
        check_column(q, result, i, as, why);
    for (size_t i = 0; i < as->n; i++)
        if (as->fields[i].column)
            check_field(q, result, &as->fields[i], as, why);
    return why->n == before;
}

void prepared_forget(struct prepared *p) {
    free(p->fields);
    *p = (struct prepared){0};
}

/* The mapping is made once for a prepared statement: its columns cannot change under it
 * (PostgreSQL refuses to run a statement whose result type changed). */
static bool map_columns(struct arena *a, struct prepared *p, const struct sql_call *c,
                        const PGresult *result) {
    struct text why = text_in(a, WHY_MAX);
    if (!rows_fit(query_of(c->name), result, c->as, &why)) {
        log_line(LOG_ERROR, "sql_columns", "%s", text_str(&why));
        return false;
    }
    free(p->fields);
    p->n = PQnfields(result);
    p->fields = calloc(p->n > 0 ? (size_t)p->n : 1, sizeof *p->fields);
    if (!p->fields)
        log_fatal("out_of_memory", "columns of %s", c->statement->id);
    for (int i = 0; i < p->n; i++)
        p->fields[i] = field_for(c->as, PQfname(result, i));
    p->as = c->as;
    return true;
}

static bool put_int(const char *s, int64_t least, int64_t most, int64_t *out) {
    char *end;
    errno = 0;
    long long n = strtoll(s, &end, 10);
    *out = n;
    return !errno && end != s && !*end && n >= least && n <= most;
}

/* A time that has no place in a calendar of four-digit years ("infinity", "0044-03-15 … BC") is
 * shown as absent: one such row must not take a whole list away. Anything else that is no time is a
 * fault. */
static bool put_time(const char *s, int64_t *at) {
    if (when_parse(s, at))
        return true;
    *at = WHEN_NONE;
    size_t year = strspn(s, "0123456789");
    return strstr(s, "infinity") || strstr(s, " BC") || year > 4;
}

/* Stores the text s, or NULL, in the field at `at`. False if it does not fit. */
static bool put_value(const struct field *f, void *at, const char *s) {
    int64_t n = 0;
    if (!s)
        return !kinds[f->type].needed;
    switch (f->type) {
    case FIELD_TEXT:
    case FIELD_HASH:
    case FIELD_AMOUNT:
    case FIELD_URL:
    case FIELD_JSON:
        *(const char **)at = s;
        return true;
    case FIELD_INT:
        if (!put_int(s, INT32_MIN, INT32_MAX, &n))
            return false;
        *(int32_t *)at = (int32_t)n;
        return true;
    case FIELD_LONG:
        return put_int(s, INT64_MIN, INT64_MAX, at);
    case FIELD_OPT_INT:
        if (!put_int(s, INT32_MIN, INT32_MAX, &n))
            return false;
        *(struct opt_int *)at = (struct opt_int){.value = (int32_t)n, .set = true};
        return true;
    case FIELD_BOOL:
        *(bool *)at = s[0] == 't';
        return (s[0] == 't' || s[0] == 'f') && !s[1];
    case FIELD_TIME:
        return put_time(s, at);
    case FIELD_PATH:
    case FIELD_RECORD:
    case FIELD_LINK:
    case FIELD_LIST:
    case FIELD_DERIVED:
        return false;
    }
    return false;
}

/* Times that no column fills must read as absent; zeroed memory would be 1970. */
static void clear_times(const struct record *as, unsigned char *row) {
    for (size_t i = 0; i < as->n; i++) {
        const struct field *f = &as->fields[i];
        if (f->type == FIELD_TIME)
            *(int64_t *)(void *)(row + f->offset) = WHEN_NONE;
        else if (f->type == FIELD_RECORD)
            clear_times(f->of, row + f->offset);
    }
}

static bool put_row(const struct prepared *p, const struct sql_call *c, const PGresult *result,
                    int row, unsigned char *at) {
    for (int i = 0; i < p->n; i++) {
        const struct field *f = p->fields[i];
        const char *s = PQgetisnull(result, row, i) ? NULL : PQgetvalue(result, row, i);
        if (!put_value(f, at + f->offset, s)) {
            log_line(LOG_ERROR, "sql_value", "%s: %s in column %s, which cannot be %s of %s",
                     c->statement->id, s ? "a value" : "NULL", f->column, f->name, c->as->name);
            return false;
        }
    }
    return true;
}

static void clear_result(void *result) {
    PQclear(result);
}

enum status rows_decode(struct arena *a, struct prepared *p, const struct sql_call *c,
                        PGresult *result) {
    arena_defer(a, clear_result, result);
    if (!c->as || !c->out)
        return OK;
    if (p->as != c->as && !map_columns(a, p, c, result))
        return FAILED;
    size_t n = (size_t)PQntuples(result);
    if (c->limit > 0 && n > (size_t)c->limit)
        n = (size_t)c->limit;
    unsigned char *rows = arena_array(a, n, c->as->size);
    for (size_t i = 0; i < n; i++) {
        clear_times(c->as, rows + i * c->as->size);
        if (!put_row(p, c, result, (int)i, rows + i * c->as->size))
            return FAILED;
    }
    *c->out = (struct rows){.at = rows, .n = n};
    return OK;
}
