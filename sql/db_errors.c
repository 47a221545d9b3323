/* What PostgreSQL's errors mean to the program (appendix "PostgreSQL Error Codes"). */
#include <string.h>

#include "base/log.h"
#include "sql/db_private.h"

/* The first prefix that matches counts. */
static const struct {
    const char *prefix;
    enum status status;
    enum cure cure;
} meanings[] = {
    {"0A000", BUSY, CURE_PREPARE},   /* cached plan must not change result type */
    {"26000", BUSY, CURE_PREPARE},   /* the prepared statement is gone */
    {"23505", CONFLICT, CURE_NONE},  /* unique_violation */
    {"23503", CONFLICT, CURE_NONE},  /* foreign_key_violation */
    {"23P01", CONFLICT, CURE_NONE},  /* exclusion_violation */
    {"40001", CONFLICT, CURE_AGAIN}, /* serialization_failure; conflict with recovery */
    {"40P01", CONFLICT, CURE_AGAIN}, /* deadlock_detected */
    {"25006", BUSY, CURE_NONE},      /* read_only_sql_transaction: a standby */
    {"55P03", BUSY, CURE_NONE},      /* lock_not_available */
    {"57014", BUSY, CURE_NONE},      /* query_canceled: statement_timeout */
    {"57P", BUSY, CURE_RECONNECT},   /* shutdown, crash, starting up, database dropped, idle */
    {"25P03", BUSY, CURE_RECONNECT}, /* idle_in_transaction_session_timeout */
    {"53", BUSY, CURE_NONE},         /* insufficient resources: memory, disk, connections */
    {"08", BUSY, CURE_RECONNECT},    /* connection_exception */
};

enum status error_meaning(const PGresult *result, enum cure *cure) {
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    *cure = code ? CURE_NONE : CURE_RECONNECT; /* libpq's own: the connection broke */
    if (!code)
        return BUSY;
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if (strncmp(code, meanings[i].prefix, strlen(meanings[i].prefix)) == 0) {
            *cure = meanings[i].cure;
            return meanings[i].status;
        }
    }
    return FAILED;
}

bool error_is_timeout(const PGresult *result) {
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return code && strcmp(code, "57014") == 0;
}

/* Messages of the classes for data may quote a value ("invalid input syntax for type …"). */
static bool may_quote_values(const char *code) {
    return strncmp(code, "22", 2) == 0 || strncmp(code, "23", 2) == 0 ||
           strncmp(code, "P0", 2) == 0;
}

void message_on_one_line(char *out, size_t size, const char *message) {
    size_t n = 0;
    for (; *message && n + 1 < size; message++)
        out[n++] = *message == '\n' || *message == '\t' ? ' ' : *message;
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}

static const char *part(const PGresult *result, int code) {
    const char *s = PQresultErrorField(result, code);
    return s ? s : "";
}

void error_log(const struct db *db, const char *statement, const PGresult *result) {
    const char *code = part(result, PG_DIAG_SQLSTATE);
    enum cure cure;
    enum log_level level = error_meaning(result, &cure) == FAILED ? LOG_ERROR : LOG_WARNING;
    char message[MESSAGE_MAX];
    message_on_one_line(message, sizeof message, PQresultErrorMessage(result));
    if (!*code)
        log_line(level, "sql_error", "%s %s: %s", db->name, statement, message);
    else
        log_line(level, "sql_error", "%s %s: SQLSTATE %s %s table=%s column=%s constraint=%s",
                 db->name, statement, code,
                 may_quote_values(code) ? "" : part(result, PG_DIAG_MESSAGE_PRIMARY),
                 part(result, PG_DIAG_TABLE_NAME), part(result, PG_DIAG_COLUMN_NAME),
                 part(result, PG_DIAG_CONSTRAINT_NAME));
}
