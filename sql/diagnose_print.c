/* A report for people and as JSON. */
#include <inttypes.h>
#include <string.h>

#include "base/json_out.h"
#include "base/utf8.h"
#include "base/when.h"
#include "sql/diagnose.h"

enum { SHOWN_MAX = 5 }; /* findings of a check in which all is well */

const char *diagnose_word(enum health health) {
    static const char *const words[] = {"ok", "unknown", "warning", "critical"};
    return words[health];
}

/* -- text from the database ------------------------------------------------------------------- */

/* The next character of s, which has n bytes; one that is no UTF-8 counts as a control. */
static size_t next_character(const char *s, size_t n, uint32_t *c) {
    size_t length = utf8_decode(s, n, c);
    if (length > 0)
        return length;
    *c = 0;
    return 1;
}

static bool has_controls(const char *s, size_t n) {
    uint32_t c;
    for (size_t i = 0; i < n;) {
        i += next_character(s + i, n - i, &c);
        if (utf8_is_control(c))
            return true;
    }
    return false;
}

/* Bytes of the quoted identifier at s, its quotes included. */
static size_t identifier_length(const char *s) {
    size_t n = 1;
    while (s[n] && (s[n] != '"' || s[n + 1] == '"'))
        n += s[n] == '"' ? 2 : 1;
    return s[n] ? n + 1 : n;
}

/* The same identifier without control characters: U&"…" with \XXXX. */
static void put_escaped(struct text *out, const char *s, size_t n) {
    uint32_t c;
    text_lit(out, "U&");
    for (size_t i = 0, length; i < n; i += length) {
        length = next_character(s + i, n - i, &c);
        if (utf8_is_control(c))
            text_printf(out, "\\%04" PRIX32, c);
        else if (c == '\\')
            text_lit(out, "\\\\");
        else
            text_add(out, s + i, length);
    }
}

void diagnose_put(struct text *out, const char *s) {
    uint32_t c = 0;
    for (size_t n = strlen(s), i = 0, length; i < n; i += length) {
        length = s[i] == '"' ? identifier_length(s + i) : next_character(s + i, n - i, &c);
        if (s[i] == '"' && has_controls(s + i, length))
            put_escaped(out, s + i, length);
        else if (s[i] != '"' && utf8_is_control(c))
            text_char(out, ' ');
        else
            text_add(out, s + i, length);
    }
}

/* -- for people ------------------------------------------------------------------------------- */

static void put_indent(struct text *out, int32_t depth) {
    text_printf(out, "%*s", 12 + 2 * depth, "");
}

static void put_row(struct text *out, const struct diagnose_result *r,
                    const struct diagnose_row *row) {
    enum health health = diagnose_health(r->check, row);
    put_indent(out, row->depth);
    diagnose_put(out, row->object);
    text_lit(out, ": ");
    diagnose_put(out, row->detail ? row->detail : "");
    if (health != HEALTH_OK && health != r->health)
        text_printf(out, " [%s]", diagnose_word(health));
    text_char(out, '\n');
    if (health == HEALTH_OK || !row->cure)
        return;
    put_indent(out, row->depth);
    text_lit(out, "  ");
    diagnose_put(out, row->cure);
    text_char(out, '\n');
}

/* What is not well, whatever is below it, and some of what is told in any case. */
static bool is_shown(const struct diagnose_result *r, const struct diagnose_row *row,
                     size_t shown) {
    if (diagnose_health(r->check, row) != HEALTH_OK)
        return true;
    return r->check->told ? shown < SHOWN_MAX : row->depth > 0 && r->health != HEALTH_OK;
}

static void put_rows(struct text *out, const struct diagnose_result *r, bool verbose) {
    size_t shown = 0;
    for (size_t i = 0; i < r->rows.n; i++) {
        const struct diagnose_row *row = rows_at(&record_diagnose_row, &r->rows, i);
        if (verbose || is_shown(r, row, shown)) {
            put_row(out, r, row);
            shown++;
        }
    }
    if (r->check->told && shown < r->rows.n)
        text_printf(out, "%12s%zu more with --verbose\n", "", r->rows.n - shown);
}

static void put_result(struct text *out, const struct diagnose_result *r, bool verbose) {
    text_printf(out, "%-10s  %s: %s", diagnose_word(r->health), r->check->name, r->check->title);
    if (r->error) {
        text_lit(out, "\n            could not be looked at: ");
        diagnose_put(out, r->error);
    } else if (r->rows.n == 0) {
        text_printf(out, ": %s", r->check->none);
    }
    text_char(out, '\n');
    put_rows(out, r, verbose);
    if (r->check->schema && r->health >= HEALTH_WARNING)
        text_lit(out, "            Change sql/schema.sql likewise and push: the program wants the "
                      "database as declared.\n");
}

void diagnose_print(struct text *out, const struct diagnose_report *report, bool verbose) {
    const struct diagnose_server *s = report->server;
    text_lit(out, "Database ");
    diagnose_put(out, s->database);
    text_printf(out, ", PostgreSQL %s%s, ", s->server, s->standby ? ", a standby" : "");
    when_put_iso(out, s->at);
    text_printf(out, ": %s\n\n", diagnose_word(report->health));
    for (size_t i = 0; i < report->n; i++)
        put_result(out, &report->results[i], verbose);
}

/* -- JSON ------------------------------------------------------------------------------------- */

static void put_string(struct text *out, const char *name, const char *s) {
    text_printf(out, "\"%s\":", name);
    if (s)
        text_json(out, s, strlen(s));
    else
        text_lit(out, "null");
}

static void put_limit(struct text *out, const char *name, int64_t limit) {
    if (limit == DIAGNOSE_NO_LIMIT)
        text_printf(out, ",\"%s\":null", name);
    else
        text_printf(out, ",\"%s\":%" PRId64, name, limit);
}

static void put_json_row(struct text *out, const struct diagnose_result *r,
                         const struct diagnose_row *row) {
    enum health health = diagnose_health(r->check, row);
    text_char(out, '{');
    put_string(out, "object", row->object);
    text_printf(out, ",\"state\":\"%s\",\"value\":%" PRId64 ",\"depth\":%" PRId32 ",",
                diagnose_word(health), row->value, row->depth);
    put_string(out, "detail", row->detail);
    text_printf(out, ",\"figures\":%s,", row->figures ? row->figures : "{}");
    put_string(out, "cure", health == HEALTH_OK ? NULL : row->cure);
    text_char(out, '}');
}

static void put_json_result(struct text *out, const struct diagnose_result *r) {
    text_char(out, '{');
    put_string(out, "check", r->check->name);
    text_char(out, ',');
    put_string(out, "title", r->check->title);
    text_printf(out, ",\"state\":\"%s\",", diagnose_word(r->health));
    put_string(out, "unit", r->check->unit);
    put_limit(out, "warning", r->check->warning);
    put_limit(out, "critical", r->check->critical);
    text_char(out, ',');
    put_string(out, "error", r->error);
    text_printf(out, ",\"changesSchema\":%s,\"findings\":[", r->check->schema ? "true" : "false");
    for (size_t i = 0; i < r->rows.n; i++) {
        text_put(out, i ? ",\n" : "");
        put_json_row(out, r, rows_at(&record_diagnose_row, &r->rows, i));
    }
    text_lit(out, "]}");
}

void diagnose_print_json(struct text *out, const struct diagnose_report *report) {
    text_printf(out, "{\"state\":\"%s\",\"of\":", diagnose_word(report->health));
    json_put_record(out, &record_diagnose_server, report->server);
    text_lit(out, ",\"checks\":[");
    for (size_t i = 0; i < report->n; i++) {
        text_put(out, i ? ",\n" : "\n");
        put_json_result(out, &report->results[i]);
    }
    text_lit(out, "]}\n");
}
