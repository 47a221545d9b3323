/* Looks at the data before it is changed. */
#include <stdlib.h>
#include <string.h>

#include "sql/push_private.h"

/* What one count may take; after that it counts in the first rows alone. */
#define LOOK_BEGIN "SAVEPOINT look; SET LOCAL statement_timeout = '3s'"
#define LOOK_END "ROLLBACK TO SAVEPOINT look; RELEASE SAVEPOINT look"
#define SAMPLE_ROWS "100000"

/* 2: the value cannot be converted, 1: it changes on the way there and back, 0: neither. */
static const char fits_function[] =
    "CREATE FUNCTION pg_temp.sitaminter_fits(v %s) RETURNS integer LANGUAGE plpgsql AS $fits$\n"
    "DECLARE\n"
    "    t %s;\n"
    "BEGIN\n"
    "    BEGIN t := v::%s; EXCEPTION WHEN OTHERS THEN RETURN 2; END;\n"
    "    RETURN (t::%s::text IS DISTINCT FROM v::text)::integer;\n"
    "EXCEPTION WHEN OTHERS THEN RETURN 1;\n"
    "END $fits$";

static const char count_fits[] =
    "SELECT count(*) FILTER (WHERE f = 2) || ' ' || count(*) FILTER (WHERE f = 1)\n"
    "FROM (SELECT pg_temp.sitaminter_fits(%s) AS f FROM {rows} AS t WHERE %s IS NOT NULL\n"
    "      OFFSET 0) AS looked";

/* The query with its table in place of {rows}. */
static const char *fill_in(struct arena *a, const char *look, const char *rows) {
    static const char mark[] = "{rows}";
    const char *at = strstr(look, mark);
    return at ? arena_printf(a, "%.*s%s%s", (int)(at - look), look, rows, at + sizeof mark - 1)
              : look;
}

/* A type without its collation. */
static const char *bare(struct arena *a, const char *type) {
    const char *collation = strstr(type, " COLLATE ");
    return collation ? arena_strndup(a, type, (size_t)(collation - type)) : type;
}

static const char *query_of_step(struct push *p, const struct step *s, bool sample) {
    struct arena *a = p->arena;
    const char *rows =
        sample ? arena_printf(a, "(SELECT * FROM %s LIMIT " SAMPLE_ROWS ")", s->table) : s->table;
    const char *look = s->look;
    if (s->kind == STEP_ALTER_TYPE)
        look = arena_printf(a, count_fits, s->look, s->look);
    return fill_in(a, look, rows);
}

static enum status prepare(struct push *p, const struct step *s, struct text *why) {
    const char *from, *to;
    enum status status = admin_script(p->admin, LOOK_BEGIN, why);
    if (status != OK || s->kind != STEP_ALTER_TYPE)
        return status;
    from = bare(p->arena, s->from);
    to = bare(p->arena, s->to);
    return admin_script(p->admin, arena_printf(p->arena, fits_function, from, to, to, from), why);
}

/* Counts; BUSY: it took too long. What the catalogue does not have yet cannot be counted: OK. */
static enum status count(struct push *p, struct step *s, bool sample) {
    struct text why = text_in(p->arena, 64 * 1024);
    const char *answer = "";
    enum status status = prepare(p, s, &why);
    if (status == OK)
        status = admin_ask(p->admin, p->arena, query_of_step(p, s, sample), &answer, &why);
    bool slow = status != OK && admin_failed_with(p->admin, "57014");
    bool absent = status != OK && admin_failed_with(p->admin, "42");
    if (admin_script(p->admin, LOOK_END, p->say) != OK)
        return FAILED;
    if (status == OK) {
        char *rest;
        s->found = strtoll(answer, &rest, 10);
        s->unlike = strtoll(rest, NULL, 10);
        s->sampled = sample;
    }
    if (status != OK && !slow && !absent)
        text_put(p->say, text_str(&why));
    return slow ? BUSY : absent ? OK : status;
}

enum status push_look(struct push *p, struct plan *plan) {
    enum status status = OK;
    for (size_t i = 0; i < plan->n && (status == OK || status == BUSY); i++) {
        struct step *s = &plan->steps[i];
        if (!s->look)
            continue;
        status = count(p, s, false);
        if (status == BUSY)
            status = count(p, s, true);
    }
    return status == BUSY ? OK : status;
}
