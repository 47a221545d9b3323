/* What came of maintaining tables, for people and as JSON. */
#include <inttypes.h>
#include <string.h>

#include "base/json_out.h"
#include "base/when.h"
#include "sql/maintain.h"

static const struct field result_fields[] = {
    FIELD_STORED(struct maintain_result, table, "table", FIELD_TEXT),
    FIELD_STORED(struct maintain_result, outcome, "outcome", FIELD_TEXT),
    FIELD_STORED(struct maintain_result, reason, "reason", FIELD_TEXT),
    FIELD_STORED(struct maintain_result, state, "state", FIELD_TEXT),
    FIELD_STORED(struct maintain_result, milliseconds, "milliseconds", FIELD_LONG),
    FIELD_STORED(struct maintain_result, rows, "rows", FIELD_LONG),
    FIELD_STORED(struct maintain_result, dead_before, "deadBefore", FIELD_LONG),
    FIELD_STORED(struct maintain_result, dead, "dead", FIELD_LONG),
    FIELD_STORED(struct maintain_result, age_before, "ageBefore", FIELD_LONG),
    FIELD_STORED(struct maintain_result, age, "age", FIELD_LONG),
    FIELD_STORED(struct maintain_result, freeze_max, "freezeMaxAge", FIELD_LONG),
    FIELD_STORED(struct maintain_result, freeze_percent, "freezePercent", FIELD_LONG),
};

const struct record record_maintain_result = RECORD(maintain_result, result_fields);

/* -- for people ------------------------------------------------------------------------------- */

static void put_change(struct text *out, int64_t before, int64_t now) {
    if (now != before)
        text_printf(out, "%" PRId64 " -> ", before);
    text_printf(out, "%" PRId64, now);
}

void maintain_print_head(struct text *out, const struct maintain_report *report) {
    const struct diagnose_server *s = report->server;
    text_lit(out, "Database ");
    diagnose_put(out, s->database);
    text_printf(out, ", PostgreSQL %s, ", s->server);
    when_put_iso(out, s->at);
    text_printf(out, ": %zu %s\n\n", report->n, report->n == 1 ? "table" : "tables");
}

static void put_figures(struct text *out, const struct maintain_result *m) {
    text_printf(out, "%" PRId64 ".%03" PRId64 " s; dead rows ", m->milliseconds / 1000,
                m->milliseconds % 1000);
    put_change(out, m->dead_before, m->dead);
    text_printf(out, " beside %" PRId64 "; age ", m->rows);
    put_change(out, m->age_before, m->age);
    text_printf(out, " of %" PRId64 " (%" PRId64 " %%)", m->freeze_max, m->freeze_percent);
    if (m->health > HEALTH_OK)
        text_printf(out, " [%s]", m->state);
}

void maintain_print_result(struct text *out, const struct maintain_result *m) {
    bool tried = m->how != MAINTAIN_NOT_REACHED && m->how != MAINTAIN_GONE;
    text_printf(out, "%-11s  ", m->outcome);
    diagnose_put(out, m->table);
    text_lit(out, ": ");
    if (tried)
        put_figures(out, m);
    if (tried && m->reason)
        text_printf(out, "\n%13s", "");
    diagnose_put(out, m->reason ? m->reason : "");
    text_char(out, '\n');
}

static void put_missed(struct text *out, const struct maintain_report *report) {
    const char *before = "Not maintained: ";
    for (size_t i = 0; i < report->n; i++) {
        const struct maintain_result *m = &report->results[i];
        if (m->how == MAINTAIN_DONE || m->how == MAINTAIN_GONE)
            continue;
        text_put(out, before);
        diagnose_put(out, m->table);
        before = ", ";
    }
    if (report->missed > 0)
        text_char(out, '\n');
}

static void put_holders(struct text *out, const struct rows *holders) {
    if (holders->n > 0)
        text_lit(out, "What keeps VACUUM from removing rows and from freezing:\n");
    for (size_t i = 0; i < holders->n; i++) {
        const struct diagnose_row *row = rows_at(&record_diagnose_row, holders, i);
        text_lit(out, "  ");
        diagnose_put(out, row->object);
        text_lit(out, ": ");
        diagnose_put(out, row->detail);
        text_printf(out, ", %" PRId64 " transactions ago\n    ", row->value);
        diagnose_put(out, row->cure);
        text_char(out, '\n');
    }
}

void maintain_print_end(struct text *out, const struct maintain_report *report) {
    text_printf(out, "%s%zu of %zu maintained in %" PRId64 ".%03" PRId64 " s; what is left: %s\n",
                report->n > 0 ? "\n" : "", report->n - report->missed, report->n,
                report->milliseconds / 1000, report->milliseconds % 1000,
                diagnose_word(report->health));
    put_missed(out, report);
    put_holders(out, &report->holders);
    if (!report->recorded)
        text_lit(out, "This database keeps no record of operations (no push made it).\n");
}

/* -- JSON ------------------------------------------------------------------------------------- */

static void put_list(struct text *out, const char *name, const struct record *as,
                     const struct rows *rows) {
    text_printf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < rows->n; i++) {
        text_put(out, i ? ",\n" : "\n");
        json_put_record(out, as, rows_at(as, rows, i));
    }
    text_char(out, ']');
}

void maintain_print_json(struct text *out, const struct maintain_report *report) {
    const struct rows results = {report->results, report->n};
    text_printf(out,
                "{\"outcome\":\"%s\",\"state\":\"%s\",\"missed\":%zu,\"milliseconds\":%" PRId64,
                report->missed > 0 ? "incomplete" : "done", diagnose_word(report->health),
                report->missed, report->milliseconds);
    text_printf(out, ",\"recorded\":%s,\"of\":", report->recorded ? "true" : "false");
    json_put_record(out, &record_diagnose_server, report->server);
    put_list(out, "tables", &record_maintain_result, &results);
    put_list(out, "heldBackBy", &record_diagnose_row, &report->holders);
    text_lit(out, "}\n");
}
