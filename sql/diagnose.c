#include "sql/diagnose.h"

#include <stdlib.h>

enum { WHY_MAX = 4096 };

static const struct field row_fields[] = {
    FIELD_STORED(struct diagnose_row, object, "object", FIELD_TEXT),
    FIELD_STORED(struct diagnose_row, value, "value", FIELD_LONG),
    FIELD_STORED(struct diagnose_row, at_least, "atLeast", FIELD_INT),
    FIELD_STORED(struct diagnose_row, depth, "depth", FIELD_INT),
    FIELD_STORED(struct diagnose_row, detail, "detail", FIELD_TEXT),
    FIELD_STORED(struct diagnose_row, figures, "figures", FIELD_JSON),
    FIELD_STORED(struct diagnose_row, cure, "cure", FIELD_TEXT),
};

static const struct field server_fields[] = {
    FIELD_STORED(struct diagnose_server, database, "database", FIELD_TEXT),
    FIELD_STORED(struct diagnose_server, server, "server", FIELD_TEXT),
    FIELD_STORED(struct diagnose_server, role, "role", FIELD_TEXT),
    FIELD_STORED(struct diagnose_server, standby, "standby", FIELD_BOOL),
    FIELD_STORED(struct diagnose_server, at, "at", FIELD_TIME),
};

static const struct field session_fields[] = {
    FIELD_STORED(struct diagnose_session, pid, "pid", FIELD_INT),
    FIELD_STORED(struct diagnose_session, usename, "user", FIELD_TEXT),
    FIELD_STORED(struct diagnose_session, application, "application", FIELD_TEXT),
    FIELD_STORED(struct diagnose_session, database, "database", FIELD_TEXT),
    FIELD_STORED(struct diagnose_session, state, "state", FIELD_TEXT),
    FIELD_STORED(struct diagnose_session, kind, "kind", FIELD_TEXT),
    FIELD_STORED(struct diagnose_session, query, "query", FIELD_TEXT),
    FIELD_STORED(struct diagnose_session, started, "started", FIELD_TEXT),
    FIELD_STORED(struct diagnose_session, queried, "queried", FIELD_TEXT),
    FIELD_STORED(struct diagnose_session, seconds, "seconds", FIELD_LONG),
    FIELD_STORED(struct diagnose_session, reason, "reason", FIELD_TEXT),
};

const struct record record_diagnose_row = RECORD(diagnose_row, row_fields);
const struct record record_diagnose_server = RECORD(diagnose_server, server_fields);
const struct record record_diagnose_session = RECORD(diagnose_session, session_fields);

enum health diagnose_health(const struct diagnose_check *check, const struct diagnose_row *row) {
    if (row->at_least >= 2 || row->value >= check->critical)
        return HEALTH_CRITICAL;
    return row->at_least == 1 || row->value >= check->warning ? HEALTH_WARNING : HEALTH_OK;
}

static struct diagnose_result make_check(struct admin *admin, struct arena *a,
                                         const struct diagnose_check *check) {
    struct diagnose_result r = {.check = check};
    struct text why = text_in(a, WHY_MAX);
    enum status status =
        admin_query(admin, a, check->query, NULL, 0, &record_diagnose_row, &r.rows, &why);
    if (status != OK) {
        r.rows = (struct rows){0};
        r.health = HEALTH_UNKNOWN;
        r.error = why.n > 0 ? text_str(&why) : "its answer could not be read";
    }
    for (size_t i = 0; i < r.rows.n; i++) {
        enum health one = diagnose_health(check, rows_at(&record_diagnose_row, &r.rows, i));
        r.health = one > r.health ? one : r.health;
    }
    return r;
}

/* A lock on a table stops the functions that tell its size: better to know that soon. */
static enum status look(struct admin *admin, struct arena *a, struct rows *server,
                        struct text *why) {
    enum status status = admin_script(admin,
                                      "SET default_transaction_read_only = on; "
                                      "SET statement_timeout = '10s'; SET lock_timeout = '1s'",
                                      why);
    if (status == OK)
        status = admin_query(admin, a, SQL_DIAGNOSE_SERVER, NULL, 0, &record_diagnose_server,
                             server, why);
    return status == OK && server->n == 0 ? FAILED : status;
}

enum status diagnose_run(const char *conninfo, struct arena *a, const struct diagnose_check *checks,
                         size_t n, struct diagnose_report *out, struct text *why) {
    struct admin *admin = NULL;
    struct rows server = {0};
    *out = (struct diagnose_report){0};
    if (admin_open(&admin, conninfo, NULL, NULL, why) != OK)
        return BUSY;
    enum status status = look(admin, a, &server, why);
    for (size_t i = 0; i < n && status == OK; i++) {
        if (checks[i].skipped)
            continue;
        struct diagnose_result r = make_check(admin, a, &checks[i]);
        out->health = r.health > out->health ? r.health : out->health;
        out->results[out->n++] = r;
    }
    out->server = server.at;
    admin_close(admin);
    return status;
}
