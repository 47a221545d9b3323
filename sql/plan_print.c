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

static void put_found(struct text *out, const struct step *s) {
    const char *of = s->sampled ? " (of the first 100000 rows)" : "";
    const char *mark = step_traits[s->kind].blocks ? "cannot be done: " : "";
    if (s->found > 0)
        text_printf(out, "     %s%" PRId64 " %s%s\n", mark, s->found, step_traits[s->kind].look,
                    of);
    if (s->unlike > 0)
        text_printf(out, "     %" PRId64 " values are not the same after the conversion%s\n",
                    s->unlike, of);
    if (s->found == 0 && s->sampled)
        text_printf(out, "     nothing in its way%s\n", of);
}

static void put_step(struct text *out, size_t number, const struct step *s) {
    const struct step_traits *t = &step_traits[s->kind];
    text_printf(out, "%3zu. %s %s", number, t->name, s->object);
    if (*s->table && s->bytes >= 0) {
        text_printf(out, "  [%s, ", s->table);
        put_size(out, s->bytes);
        text_printf(out, "%s%s]", *t->lock ? ", lock " : "", s->online ? "held shortly" : t->lock);
    }
    if (s->rewrites)
        text_lit(out, "  rewrites the table");
    text_char(out, '\n');
    put_sql(out, "     ", s->sql);
    put_found(out, s);
}

static void put_uncovered(struct text *out, const struct plan *p, const char *before) {
    for (const char *at = p->uncovered.n ? p->uncovered.at : ""; *at;) {
        size_t n = strcspn(at, "\n");
        text_printf(out, "%snot covered: %.*s\n", before, (int)n, at);
        at += n + (at[n] != '\0');
    }
}

static void print_text(struct text *out, const struct plan *p) {
    bool second = false;
    text_printf(out, "Plan %s: %zu step%s\n", p->fingerprint, p->n, p->n == 1 ? "" : "s");
    for (size_t i = 0; i < p->n; i++) {
        if (p->steps[i].online && !second)
            text_lit(out, "After that, one by one beside readers and writers:\n");
        second = p->steps[i].online;
        put_step(out, i + 1, &p->steps[i]);
    }
    put_uncovered(out, p, "");
    const char *before = "Needs consent:";
    for (size_t i = 0; i < p->n; i++) {
        if (p->steps[i].consent) {
            text_printf(out, "%s --allow=%s", before, plan_consent(p->arena, &p->steps[i]));
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

static void json_step(struct text *out, struct arena *a, const struct step *s) {
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
    if (s->found >= 0) {
        text_lit(out, ", ");
        member(out, "means", t->look);
        text_printf(
            out, "\"rows\": %" PRId64 ", \"changed\": %" PRId64 ", \"blocks\": %s, \"sampled\": %s",
            s->found, s->unlike, t->blocks && s->found > 0 ? "true" : "false",
            s->sampled ? "true" : "false");
    }
    text_lit(out, "}");
}

static void print_json(struct text *out, const struct plan *p) {
    text_lit(out, "{");
    member(out, "fingerprint", p->fingerprint);
    text_lit(out, "\"steps\": [");
    for (size_t i = 0; i < p->n; i++) {
        text_put(out, i ? ",\n  " : "\n  ");
        json_step(out, p->arena, &p->steps[i]);
    }
    text_lit(out, "], \"uncovered\": [");
    for (const char *at = p->uncovered.n ? p->uncovered.at : ""; *at;) {
        size_t n = strcspn(at, "\n");
        text_put(out, at == p->uncovered.at ? "" : ", ");
        text_json(out, at, n);
        at += n + (at[n] != '\0');
    }
    text_lit(out, "]}\n");
}

static void print_sql(struct text *out, const struct plan *p) {
    bool open = plan_count(p, false) > 0;
    text_printf(out, "-- plan %s\n", p->fingerprint);
    put_uncovered(out, p, "-- ");
    if (open)
        text_lit(out, "BEGIN;\n");
    for (size_t i = 0; i < p->n; i++) {
        if (open && p->steps[i].online) {
            text_lit(out, "COMMIT;\n");
            open = false;
        }
        put_sql(out, "", p->steps[i].sql);
    }
    if (open)
        text_lit(out, "COMMIT;\n");
}

void plan_print(struct text *out, const struct plan *p, enum plan_format format) {
    static void (*const prints[])(struct text *, const struct plan *) = {
        [PLAN_TEXT] = print_text, [PLAN_JSON] = print_json, [PLAN_SQL] = print_sql};
    prints[format](out, p);
}
