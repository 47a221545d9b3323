/* Looks at the data before it is changed. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sql/push_private.h"

/* A look has so many seconds; after them it is taken at the first rows alone, and at fewer. Waiting
 * for a lock is not looking. */
#define LOOK_BEGIN "SAVEPOINT look; SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = "
#define LOOK_END "ROLLBACK TO SAVEPOINT look; RELEASE SAVEPOINT look"

static const struct {
    int64_t rows; /* 0: all */
    const char *begin;
} attempts[] = {{0, LOOK_BEGIN "'3s'"}, {100000, LOOK_BEGIN "'2s'"}, {5000, LOOK_BEGIN "'1s'"}};

enum {
    ATTEMPTS = sizeof attempts / sizeof attempts[0],
    SAMPLES_MAX = 4096,
    QUERY_MAX = 4 * 1024 * 1024
};

static const char of_all[] = "SELECT count(*) FROM (%s) AS looked";

/* Samples are other people's data: what would act on a terminal, or reverse its text, goes. */
static const char some[] =
    "SELECT string_agg(regexp_replace(sample, '[\\u0001-\\u001f\\u007f-\\u009f\\u200e\\u200f"
    "\\u202a-\\u202e\\u2066-\\u2069]', '?', 'g'), E'\\n')\n"
    "FROM (SELECT left(sample, 100) AS sample FROM (%s) AS looked WHERE sample IS NOT NULL LIMIT "
    "3) "
    "AS few";

/* One value that cannot be converted fails the whole statement, so most tables are looked at by
 * a single query, and those with such values by a function that asks for each. */
static const char unlike_rows[] =
    "SELECT concat(t.%1$s::text, ' becomes ', t.%1$s::%2$s::text) AS sample FROM {rows} AS t\n"
    "WHERE t.%1$s IS NOT NULL AND t.%1$s::%2$s::%3$s::text IS DISTINCT FROM t.%1$s::text";

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

static const char fits_rows[] =
    "SELECT t.%1$s::text AS sample FROM {rows} AS t WHERE t.%1$s IS NOT NULL\n"
    "AND pg_temp.sitaminter_fits(t.%1$s) = %2$d";

/* One look at one step. */
struct look {
    struct push *push;
    const struct plan *plan;
    struct step *step;
    const char *from, *to; /* ALTER_TYPE: the types without their collation */
    struct text why;       /* of what failed */
    const char *begin;
    int64_t rows; /* at most so many; 0: all */
};

static const char *without_collation(struct arena *a, const char *type) {
    const char *collation = strstr(type, " COLLATE ");
    return collation ? arena_strndup(a, type, (size_t)(collation - type)) : type;
}

/* Whether the rows are looked at as the steps before this one will leave them. */
static bool is_about_what_comes(const struct step *s) {
    switch (s->kind) {
    case STEP_ADD_CONSTRAINT:
    case STEP_ADD_FOREIGN_KEY:
    case STEP_VALIDATE_CONSTRAINT:
    case STEP_CREATE_INDEX:
    case STEP_ADD_COMPUTED:
        return true;
    case STEP_SET_NOT_NULL:
        return s->fact->backfill != NULL;
    default:
        return false;
    }
}

static const char *rows_of(const struct look *l, const char *table, int64_t at_most) {
    return push_rows(l->push, is_about_what_comes(l->step) ? l->plan : NULL, table, at_most);
}

/* What stands for a mark: "rows", "sequence NAME", "table NAME". */
static const char *meant(const struct look *l, const char *mark) {
    if (strcmp(mark, "rows") == 0)
        return rows_of(l, push_name_now(l->push, "table", "", l->step->table), l->rows);
    const char *name = strchr(mark, ' ') + 1;
    return *mark == 't' ? rows_of(l, name, 0) : push_name_now(l->push, "sequence", "", name);
}

/* The query with what its marks in braces stand for. */
static const char *fill_in(const struct look *l, const char *query) {
    static const char *const marks[] = {"{rows}", "{sequence ", "{table "};
    struct arena *a = l->push->arena;
    struct text out = text_in(a, QUERY_MAX);
    while (*query) {
        const char *end = NULL;
        for (size_t i = 0; i < sizeof marks / sizeof marks[0] && *query == '{' && !end; i++)
            if (strncmp(query, marks[i], strlen(marks[i])) == 0)
                end = strchr(query, '}');
        if (end)
            text_put(&out, meant(l, arena_strndup(a, query + 1, (size_t)(end - query - 1))));
        else
            text_char(&out, *query);
        query = end ? end + 1 : query + 1;
    }
    return text_str(&out);
}

static enum status count(struct look *l, const char *query, int64_t *n) {
    struct arena *a = l->push->arena;
    const char *answer = "";
    enum status status =
        admin_ask(l->push->admin, a, arena_printf(a, of_all, fill_in(l, query)), &answer, &l->why);
    *n = status == OK ? strtoll(answer, NULL, 10) : -1;
    return status;
}

/* A few of what the query gives. */
static enum status sample(struct look *l, const char *query) {
    struct arena *a = l->push->arena;
    struct step *s = l->step;
    const char *answer = "";
    enum status status =
        admin_ask(l->push->admin, a, arena_printf(a, some, fill_in(l, query)), &answer, &l->why);
    if (status == OK && *answer) {
        if (!s->samples.max)
            s->samples = text_in(a, SAMPLES_MAX);
        text_printf(&s->samples, "%s\n", answer);
    }
    return status;
}

static enum status count_and_sample(struct look *l, const char *query, int64_t *n) {
    enum status status = count(l, query, n);
    return status == OK && *n > 0 ? sample(l, query) : status;
}

/* ALTER_TYPE */
static const char *column_now(const struct look *l) {
    return push_name_now(l->push, "column", l->step->table, l->step->look);
}

static enum status look_at_each(struct look *l) {
    struct arena *a = l->push->arena;
    const char *name = column_now(l);
    enum status status = admin_script(
        l->push->admin, arena_printf(a, fits_function, l->from, l->to, l->to, l->from), &l->why);
    if (status == OK)
        status = count_and_sample(l, arena_printf(a, fits_rows, name, 2), &l->step->found);
    if (status == OK)
        status = count_and_sample(l, arena_printf(a, fits_rows, name, 1), &l->step->unlike);
    return status;
}

static enum status look_at_types(struct look *l) {
    struct arena *a = l->push->arena;
    const char *query = arena_printf(a, unlike_rows, column_now(l), l->to, l->from);
    enum status status = admin_script(l->push->admin, "SAVEPOINT all_at_once", &l->why);
    if (status == OK)
        status = count_and_sample(l, query, &l->step->unlike);
    l->step->found = 0;
    if (status == OK || admin_failed_with(l->push->admin, "57014"))
        return status;
    l->step->unlike = 0;
    text_clear(&l->why);
    status = admin_script(l->push->admin, "ROLLBACK TO SAVEPOINT all_at_once", &l->why);
    return status == OK ? look_at_each(l) : status;
}

/* Whoever consents takes it that rows are lost. */
static void cannot_see(struct step *s, const char *why) {
    s->unseen = why;
    s->consent = true;
}

/* A row for which an expression or a conversion cannot be computed. */
static bool failed_at_a_row(const struct admin *admin) {
    static const char *const classes[] = {"22", "23", "2F", "38", "39", "P0"};
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (admin_failed_with(admin, classes[i]))
            return true;
    return false;
}

static const char *why_not(struct look *l) {
    return arena_strdup(l->push->arena, text_str(&l->why));
}

/* What a look that failed tells of its step. BUSY: it took too long. What the catalogue does not
 * have yet cannot be looked at: OK. */
static enum status note_failure(struct look *l, enum status status) {
    struct admin *admin = l->push->admin;
    struct step *s = l->step;
    if (admin_failed_with(admin, "57014"))
        return BUSY;
    if (admin_failed_with(admin, "42501")) {
        cannot_see(s, why_not(l));
    } else if (failed_at_a_row(admin)) {
        s->stops = true;
        s->unseen = arena_printf(l->push->arena, "it fails at a row: %s", why_not(l));
    } else if (admin_failed_with(admin, "42")) {
        s->unseen = "it is about what is not there yet";
    } else {
        text_put(l->push->say, why_not(l));
        return status;
    }
    return OK;
}

static enum status attempt(struct look *l) {
    struct step *s = l->step;
    enum status status = admin_script(l->push->admin, l->begin, &l->why);
    if (status == OK)
        status =
            s->kind == STEP_ALTER_TYPE ? look_at_types(l) : count_and_sample(l, s->look, &s->found);
    s->sampled = l->rows;
    if (status != OK) {
        s->found = -1;
        s->unlike = s->sampled = 0;
        s->samples.n = 0;
        status = note_failure(l, status);
    }
    return admin_script(l->push->admin, LOOK_END, l->push->say) == OK ? status : FAILED;
}

static enum status look(struct push *p, const struct plan *plan, struct step *s) {
    enum status status = BUSY;
    for (int i = 0; i < ATTEMPTS && status == BUSY; i++) {
        struct look l = {.push = p,
                         .plan = plan,
                         .step = s,
                         .rows = attempts[i].rows,
                         .begin = attempts[i].begin};
        l.why = text_in(p->arena, 64 * 1024);
        if (s->kind == STEP_ALTER_TYPE) {
            l.from = without_collation(p->arena, s->from);
            l.to = without_collation(p->arena, s->to);
        }
        status = attempt(&l);
    }
    if (status != BUSY)
        return status;
    cannot_see(s,
               arena_printf(p->arena,
                            "no look at the data ended in its time, not even at the first %" PRId64
                            " rows",
                            attempts[ATTEMPTS - 1].rows));
    return OK;
}

/* Whether the server will compute the default of a new column for each row: it calls a function
 * whose value changes from call to call, or the type checks values. */
static const char each_row[] =
    "CREATE TEMP TABLE sitaminter_column (%s);\n"
    "SELECT EXISTS (\n"
    "    SELECT FROM pg_attrdef d JOIN pg_attribute a ON attrelid = adrelid AND attnum = adnum\n"
    "    JOIN pg_type t ON t.oid = atttypid\n"
    "    WHERE adrelid = 'pg_temp.sitaminter_column'::regclass AND (typtype = 'd' OR EXISTS (\n"
    "        SELECT FROM regexp_matches(adbin::text, ':(?:op)?funcid (\\d+)', 'g') m\n"
    "        JOIN pg_proc p ON p.oid = m[1]::oid WHERE provolatile = 'v')))";

/* Whether the server writes the values anew, as it tells by the file in which it keeps them. */
static const char retyped[] =
    "CREATE TEMP TABLE sitaminter_column (v %s);\n"
    "CREATE TEMP TABLE sitaminter_kept AS\n"
    "    SELECT pg_relation_filenode('pg_temp.sitaminter_column') AS file;\n"
    "ALTER TABLE pg_temp.sitaminter_column ALTER v TYPE %s USING v::%s;\n"
    "SELECT file <> pg_relation_filenode('pg_temp.sitaminter_column') FROM pg_temp.sitaminter_kept";

/* Whether the table is rewritten. What cannot be found out, as a function or type is not there yet,
 * is taken to be so. */
static enum status look_into(struct push *p, struct step *s) {
    const char *anew = "t", *ask;
    struct text ignored = text_in(p->arena, 4096);
    enum status status = admin_script(p->admin, attempts[0].begin, p->say);
    if (status != OK)
        return status;
    if (s->kind == STEP_ALTER_TYPE)
        ask = arena_printf(p->arena, retyped, s->from, s->to, without_collation(p->arena, s->to));
    else
        ask = arena_printf(p->arena, each_row, s->from);
    if (admin_ask(p->admin, p->arena, ask, &anew, &ignored) == OK)
        s->rewrites = strcmp(anew, "f") != 0;
    return admin_script(p->admin, LOOK_END, p->say);
}

/* A table that cannot be looked at in time has rows, or had many. */
static enum status look_for_rows(struct push *p, struct step *s) {
    const char *filled = "t";
    struct text why = text_in(p->arena, 4096);
    enum status status = admin_script(p->admin, attempts[0].begin, &why);
    if (status == OK)
        status = admin_ask(p->admin, p->arena,
                           arena_printf(p->arena, "SELECT EXISTS (SELECT FROM %s)",
                                        push_name_now(p, "table", "", s->table)),
                           &filled, &why);
    bool unseen = status != OK &&
                  (admin_failed_with(p->admin, "57014") || admin_failed_with(p->admin, "42501"));
    if (admin_script(p->admin, LOOK_END, p->say) != OK)
        return FAILED;
    if (status != OK && !unseen)
        text_put(p->say, text_str(&why));
    s->empty = status == OK && strcmp(filled, "f") == 0;
    s->consent |= !s->empty;
    return unseen ? OK : status;
}

enum status push_look(struct push *p, struct plan *plan) {
    enum status status = OK;
    for (size_t i = 0; i < plan->n && status == OK; i++) {
        struct step *s = &plan->steps[i];
        bool retypes = s->kind == STEP_ALTER_TYPE;
        if (s->rewrites && (retypes || (s->kind == STEP_ADD_COLUMN && s->from)))
            status = look_into(p, s);
        if (status == OK && s->rewrites)
            status = look_for_rows(p, s);
        if (status == OK && s->look && (s->rewrites || !retypes))
            status = look(p, plan, s);
    }
    return status;
}
