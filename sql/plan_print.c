/* A plan for a person, for a program, and as a script. */
#include <inttypes.h>
#include <string.h>

#include "sql/plan.h"

static void put_size(struct text *out, int64_t bytes) {
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    for (; bytes >= 10240 && unit + 1 < sizeof units / sizeof units[0]; unit++)
        bytes /= 1024;
    text_printf(out, "%" PRId64 " %s", bytes, units[unit]);
}

static void put_sql(struct text *out, const char *indent, const char *sql) {
    size_t left = strlen(sql);
    while (left > 0 && sql[left - 1] == '\n') /* as a function's definition ends */
        left--;
    while (left > 0) {
        size_t n = strcspn(sql, "\n");
        text_printf(out, "%s%.*s%s\n", indent, (int)n, sql, n < left ? "" : ";");
        left -= n < left ? n + 1 : n;
        sql += n + 1;
    }
}

/* The next line of `lines`, which begins at *at; false after the last. */
static bool next_line(const struct text *lines, size_t *at, const char **line, size_t *n) {
    if (*at >= lines->n)
        return false;
    const char *stop = memchr(lines->at + *at, '\n', lines->n - *at);
    *line = lines->at + *at;
    *n = stop ? (size_t)(stop - *line) : lines->n - *at;
    *at += *n + 1;
    return true;
}

static void put_lines(struct text *out, const struct text *lines, const char *before) {
    const char *line;
    for (size_t at = 0, n; next_line(lines, &at, &line, &n);)
        text_printf(out, "%s%.*s\n", before, (int)n, line);
}

void plan_put_consent(struct text *out, struct arena *a, const struct step *s) {
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/";
    const char *consent = plan_consent(a, s);
    if (consent[strspn(consent, plain)] == '\0') {
        text_put(out, consent);
        return;
    }
    text_char(out, '\'');
    for (; *consent; consent++)
        text_add(out, *consent == '\'' ? "'\\''" : consent, *consent == '\'' ? 4 : 1);
    text_char(out, '\'');
}

/* What no look found out is said, too. */
static void put_unseen(struct text *out, const struct step *s) {
    if (s->stops)
        text_printf(out, "     cannot be done: %s\n", s->unseen);
    else if (s->unseen)
        text_printf(out, "     not counted how many %s: %s\n", step_traits[s->kind].look,
                    s->unseen);
}

static void put_found(struct text *out, struct arena *a, const struct step *s) {
    const char *of =
        s->sampled ? arena_printf(a, " (of the first %" PRId64 " rows)", s->sampled) : "";
    const char *mark = step_traits[s->kind].blocks ? "cannot be done: " : "";
    if (s->found > 0)
        text_printf(out, "     %s%" PRId64 " %s%s\n", mark, s->found, step_traits[s->kind].look,
                    of);
    if (s->unlike > 0)
        text_printf(out, "     %" PRId64 " values are not the same after the conversion%s\n",
                    s->unlike, of);
    if (s->found == 0 && s->sampled)
        text_printf(out, "     no %s%s\n", step_traits[s->kind].look, of);
    put_unseen(out, s);
    put_lines(out, &s->samples, "       such as ");
}

static void put_step(struct text *out, struct arena *a, size_t number, const struct step *s) {
    const struct step_traits *t = &step_traits[s->kind];
    text_printf(out, "%3zu. %s %s", number, t->name, s->object);
    if (*s->table && s->bytes >= 0) {
        text_printf(out, "  [%s, ", s->table);
        put_size(out, s->bytes);
        text_printf(out, "%s%s]", *t->lock ? ", lock " : "", s->online ? "held shortly" : t->lock);
    }
    if (s->rewrites)
        text_put(out, s->empty ? "  rewrites the table, which is empty" : "  rewrites the table");
    text_char(out, '\n');
    put_sql(out, "     ", s->sql);
    put_found(out, a, s);
    put_lines(out, &s->note, "     ");
}

static void print_text(struct text *out, const struct plan *p) {
    bool second = false;
    text_printf(out, "Plan %s: %zu step%s\n", p->fingerprint, p->n, p->n == 1 ? "" : "s");
    for (size_t i = 0; i < p->n; i++) {
        if (p->steps[i].online && !second)
            text_lit(out, "After that, one by one beside readers and writers:\n");
        second = p->steps[i].online;
        put_step(out, p->arena, i + 1, &p->steps[i]);
    }
    put_lines(out, &p->uncovered, "not covered: ");
    put_lines(out, &p->kept, "kept, as no push made it: ");
    const char *before = "Needs consent:";
    for (size_t i = 0; i < p->n; i++) {
        if (p->steps[i].consent) {
            text_printf(out, "%s --allow=", before);
            plan_put_consent(out, p->arena, &p->steps[i]);
            before = "";
        }
    }
    if (!*before)
        text_char(out, '\n');
}

static void member(struct text *out, const char *name, const char *value) {
    text_printf(out, "\"%s\": ", name);
    text_json(out, value, strlen(value));
    text_lit(out, ", ");
}

static void json_lines(struct text *out, const char *name, const struct text *lines) {
    const char *line, *before = "";
    text_printf(out, "\"%s\": [", name);
    for (size_t at = 0, n; next_line(lines, &at, &line, &n); before = ", ") {
        text_put(out, before);
        text_json(out, line, n);
    }
    text_char(out, ']');
}

/* "sampledRows": how many rows a look was confined to that would have taken too long; 0: none. */
static void json_found(struct text *out, const struct step *s) {
    const struct step_traits *t = &step_traits[s->kind];
    if (s->rewrites)
        text_printf(out, ", \"empty\": %s", s->empty ? "true" : "false");
    if (s->found < 0 && !s->unseen)
        return;
    text_lit(out, ", ");
    member(out, "means", t->look);
    if (s->unseen) {
        text_lit(out, "\"rows\": null, \"notCounted\": ");
        text_json(out, s->unseen, strlen(s->unseen));
        text_printf(out, ", \"blocks\": %s", s->stops ? "true" : "false");
        return;
    }
    text_printf(out,
                "\"rows\": %" PRId64 ", \"changed\": %" PRId64
                ", \"blocks\": %s, \"sampled\": %s, \"sampledRows\": %" PRId64,
                s->found, s->unlike, t->blocks && s->found > 0 ? "true" : "false",
                s->sampled ? "true" : "false", s->sampled);
}

static void json_step(struct text *out, struct arena *a, const struct step *s, bool samples) {
    const struct step_traits *t = &step_traits[s->kind];
    text_lit(out, "{");
    member(out, "kind", t->name);
    member(out, "object", s->object);
    member(out, "table", s->table);
    member(out, "sql", s->sql);
    member(out, "lock", t->lock);
    member(out, "allow", s->consent ? plan_consent(a, s) : "");
    text_printf(out, "\"online\": %s, \"rewrites\": %s, \"tableBytes\": %" PRId64,
                s->online ? "true" : "false", s->rewrites ? "true" : "false", s->bytes);
    json_found(out, s);
    text_lit(out, ", ");
    json_lines(out, "notes", &s->note);
    if (samples) {
        text_lit(out, ", ");
        json_lines(out, "samples", &s->samples);
    }
    text_lit(out, "}");
}

static void put_json(struct text *out, const struct plan *p, bool samples) {
    text_lit(out, "{");
    member(out, "fingerprint", p->fingerprint);
    text_lit(out, "\"steps\": [");
    for (size_t i = 0; i < p->n; i++) {
        text_put(out, i ? ",\n  " : "\n  ");
        json_step(out, p->arena, &p->steps[i], samples);
    }
    text_lit(out, "], ");
    json_lines(out, "uncovered", &p->uncovered);
    text_lit(out, ", ");
    json_lines(out, "kept", &p->kept);
    text_lit(out, "}\n");
}

static void print_json(struct text *out, const struct plan *p) {
    put_json(out, p, true);
}

static void print_record(struct text *out, const struct plan *p) {
    put_json(out, p, false);
}

static void put_settling(struct text *out, const struct plan *p, bool online) {
    if (p->settles[online])
        text_put(out, p->settles[online]);
}

static void print_sql(struct text *out, const struct plan *p) {
    bool open = plan_count(p, false) > 0, online = plan_count(p, true) > 0;
    text_printf(out, "-- plan %s\n", p->fingerprint);
    put_lines(out, &p->uncovered, "-- not covered: ");
    if (open)
        text_lit(out, "BEGIN;\n");
    if (p->before)
        text_put(out, p->before);
    for (size_t i = 0; i < p->n; i++) {
        if (open && p->steps[i].online) {
            put_settling(out, p, false);
            text_lit(out, "COMMIT;\n");
            open = false;
        }
        bool as_one = p->steps[i].kind == STEP_SWAP_INDEX;
        text_put(out, as_one ? "BEGIN;\n" : "");
        put_sql(out, "", p->steps[i].sql);
        text_put(out, as_one ? "COMMIT;\n" : "");
    }
    put_settling(out, p, online);
    if (open)
        text_lit(out, "COMMIT;\n");
}

void plan_print(struct text *out, const struct plan *p, enum plan_format format) {
    static void (*const prints[])(struct text *,
                                  const struct plan *) = {[PLAN_TEXT] = print_text,
                                                          [PLAN_JSON] = print_json,
                                                          [PLAN_SQL] = print_sql,
                                                          [PLAN_RECORD] = print_record};
    prints[format](out, p);
}
