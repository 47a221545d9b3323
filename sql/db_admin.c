#include "sql/db_admin.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "sql/db_private.h"

extern char **environ;

struct admin {
    PGconn *conn;
    char sqlstate[6]; /* of the latest error */
    int watch_ms;     /* -1: nobody watches */
    void (*waits)(void *context);
    void *context;
    struct text *heard; /* where warnings go; NULL: to standard error */
};

static void hear(void *context, const PGresult *result) {
    struct admin *admin = context;
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (!severity || strcmp(severity, "WARNING") != 0)
        return;
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (admin->heard)
        text_printf(admin->heard, "%s%s", admin->heard->n > 0 ? "\n" : "", message);
    else
        fprintf(stderr, "warning: %s\n", message);
}

/* libpq's message without its last newline. */
static void put_message(struct text *why, const char *message) {
    size_t n = strlen(message);
    while (n > 0 && message[n - 1] == '\n')
        n--;
    text_add(why, message, n);
}

static const char session_options[] =
    "-c search_path=public,pg_temp -c timezone=UTC -c datestyle=ISO,YMD "
    "-c quote_all_identifiers=off";

/* The server, the database or the role may have time limits that suit pages. Not among the options:
 * pg_settings.reset_val still has the server's own, which a diagnosis is about. */
static const char no_limits[] =
    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; "
    "SET idle_session_timeout = 0";

enum status admin_open(struct admin **out, const char *conninfo, const char *user,
                       const char *database, struct text *why) {
    const char *names[8] = {"fallback_application_name", "connect_timeout", "client_encoding",
                            "dbname", "options"};
    const char *values[8] = {"sitaminter db", "10", "UTF8", conninfo, session_options};
    size_t n = 5;
    if (user) {
        names[n] = "user";
        values[n++] = user;
    }
    if (database) {
        names[n] = "dbname";
        values[n++] = database;
    }
    struct admin *admin = calloc(1, sizeof *admin);
    if (!admin)
        log_fatal("out_of_memory", "connection of an administrator");
    admin->watch_ms = -1;
    admin->conn = PQconnectdbParams(names, values, 1);
    if (PQstatus(admin->conn) != CONNECTION_OK) {
        put_message(why, admin->conn ? PQerrorMessage(admin->conn) : "out of memory");
        admin_close(admin);
        return BUSY;
    }
    PQsetNoticeReceiver(admin->conn, hear, admin);
    if (admin_script(admin, no_limits, why) != OK) {
        admin_close(admin);
        return BUSY;
    }
    *out = admin;
    return OK;
}

void admin_close(struct admin *admin) {
    if (!admin)
        return;
    PQfinish(admin->conn);
    free(admin);
}

/* The line on which the server found the error: it counts characters from 1. */
static int line_of(const char *sql, long position) {
    int line = 1;
    for (long i = 1; *sql && i < position; sql++) {
        line += *sql == '\n';
        i += (*sql & 0xc0) != 0x80; /* bytes that continue a character do not count */
    }
    return line;
}

static enum status check_result(struct admin *admin, const PGresult *result, const char *sql,
                                struct text *why) {
    ExecStatusType kind = PQresultStatus(result);
    const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (kind == PGRES_COMMAND_OK || kind == PGRES_TUPLES_OK || kind == PGRES_EMPTY_QUERY)
        return OK;
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    snprintf(admin->sqlstate, sizeof admin->sqlstate, "%s", sqlstate ? sqlstate : "");
    put_message(why, message ? message : PQerrorMessage(admin->conn));
    if (position)
        text_printf(why, " (line %d)", line_of(sql, strtol(position, NULL, 10)));
    return FAILED;
}

/* Until libpq has an answer or no connection any more; says so each time that watch_ms passed. */
static void wait_for_answer(struct admin *admin) {
    struct pollfd p = {.fd = PQsocket(admin->conn), .events = POLLIN};
    while (PQisBusy(admin->conn)) {
        int ready = poll(&p, 1, admin->watch_ms);
        if (ready == 0)
            admin->waits(admin->context);
        else if (ready > 0 && !PQconsumeInput(admin->conn))
            return;
    }
}

/* The last result of what was sent, or the first error, which ends a script: what follows it can
 * only be the end of the connection. NULL counts as one. */
static PGresult *answer(struct admin *admin, int sent) {
    PGresult *last = NULL;
    while (sent) {
        wait_for_answer(admin);
        PGresult *result = PQgetResult(admin->conn);
        if (!result)
            break;
        bool failed = last && PQresultStatus(last) == PGRES_FATAL_ERROR;
        PQclear(failed ? result : last);
        last = failed ? last : result;
    }
    return last;
}

void admin_watch(struct admin *admin, int ms, void (*waits)(void *context), void *context) {
    admin->watch_ms = ms;
    admin->waits = waits;
    admin->context = context;
}

enum status admin_script(struct admin *admin, const char *sql, struct text *why) {
    PGresult *result = answer(admin, PQsendQuery(admin->conn, sql));
    enum status status = check_result(admin, result, sql, why);
    PQclear(result);
    return status;
}

void admin_hear(struct admin *admin, struct text *into) {
    admin->heard = into;
}

bool admin_is_lost(const struct admin *admin) {
    return PQstatus(admin->conn) == CONNECTION_BAD;
}

int admin_backend(const struct admin *admin) {
    return PQbackendPID(admin->conn);
}

static enum status run_named(struct admin *admin, const struct statement *s,
                             const char *const *values, size_t n_values, PGresult **out,
                             struct text *why) {
    if (n_values != s->n_values)
        log_fatal("sql_value", "%s takes %u values, not %zu", s->id, s->n_values, n_values);
    *out = answer(
        admin, PQsendQueryParams(admin->conn, s->text, (int)n_values, NULL, values, NULL, NULL, 0));
    enum status status = check_result(admin, *out, s->text, why);
    if (status != OK) {
        text_printf(why, " (query %s)", query_of(s->name)->name);
        PQclear(*out);
    }
    return status;
}

enum status admin_query(struct admin *admin, struct arena *a, enum sql_name name,
                        const char *const *values, size_t n_values, const struct record *as,
                        struct rows *out, struct text *why) {
    struct sql_call c = {.name = name, .as = as, .out = out, .statement = statement_of(name, 0, 0)};
    struct prepared mapping = {0};
    PGresult *result;
    enum status status = run_named(admin, c.statement, values, n_values, &result, why);
    if (status != OK)
        return status;
    status = rows_decode(a, &mapping, &c, result);
    prepared_forget(&mapping);
    return status;
}

enum status admin_value(struct admin *admin, struct arena *a, enum sql_name name, const char **out,
                        struct text *why) {
    PGresult *result;
    enum status status = run_named(admin, statement_of(name, 0, 0), NULL, 0, &result, why);
    if (status != OK)
        return status;
    *out = arena_strdup(a, PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    return OK;
}

enum status admin_ask(struct admin *admin, struct arena *a, const char *sql, const char **out,
                      struct text *why) {
    PGresult *result = answer(admin, PQsendQuery(admin->conn, sql));
    enum status status = check_result(admin, result, sql, why);
    if (status == OK)
        *out = arena_strdup(a, PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    return status;
}

void admin_forget_error(struct admin *admin) {
    admin->sqlstate[0] = '\0';
}

bool admin_failed_with(const struct admin *admin, const char *sqlstate) {
    return strncmp(admin->sqlstate, sqlstate, strlen(sqlstate)) == 0;
}

bool admin_in_transaction(const struct admin *admin) {
    return PQtransactionStatus(admin->conn) == PQTRANS_INTRANS;
}

enum status admin_rollback(struct admin *admin, struct text *why) {
    return PQtransactionStatus(admin->conn) == PQTRANS_IDLE ? OK
                                                            : admin_script(admin, "ROLLBACK", why);
}

bool conninfo_valid(const char *conninfo, struct text *why) {
    char *reason = NULL;
    if (!strchr(conninfo, '=') && !strstr(conninfo, "://"))
        return true;
    PQconninfoOption *parsed = PQconninfoParse(conninfo, &reason);
    bool valid = parsed != NULL;
    if (!valid)
        put_message(why, reason ? reason : "out of memory");
    PQfreemem(reason);
    PQconninfoFree(parsed);
    return valid;
}

const char *conninfo_value(struct arena *a, const char *conninfo, const char *keyword) {
    PQconninfoOption *parsed = PQconninfoParse(conninfo, NULL);
    const char *found = NULL;
    for (PQconninfoOption *o = parsed; o && o->keyword; o++)
        if (strcmp(o->keyword, keyword) == 0)
            found = arena_strdup(a, o->val);
    PQconninfoFree(parsed);
    return found;
}

/* What the environment's variable of that connection option is to be; NULL: as it is. */
static const char *option_value(const PQconninfoOption *o, const char *user, const char *database) {
    if (user && strcmp(o->keyword, "user") == 0)
        return user;
    return database && strcmp(o->keyword, "dbname") == 0 ? database : o->val;
}

/* Whether the environment's "NAME=value" is not to be passed on as it is. */
static bool is_replaced(const char *entry, const PQconninfoOption *parsed, const char *user,
                        const char *database) {
    size_t n = strcspn(entry, "=");
    for (const PQconninfoOption *o = parsed; o && o->keyword; o++)
        if (o->envvar && option_value(o, user, database) && strlen(o->envvar) == n &&
            memcmp(o->envvar, entry, n) == 0)
            return true;
    return strncmp(entry, "SITA_", 5) == 0;
}

char *const *conninfo_environment(struct arena *a, const char *conninfo, const char *user,
                                  const char *database) {
    PQconninfoOption *parsed = PQconninfoParse(conninfo, NULL);
    size_t most = 1, n = 0;
    for (char **e = environ; *e; e++)
        most++;
    for (PQconninfoOption *o = parsed; o && o->keyword; o++)
        most++;
    char **made = arena_array(a, most, sizeof *made);
    for (char **e = environ; *e; e++)
        if (!is_replaced(*e, parsed, user, database))
            made[n++] = arena_strdup(a, *e);
    for (PQconninfoOption *o = parsed; o && o->keyword; o++) {
        const char *value = option_value(o, user, database);
        if (o->envvar && value)
            made[n++] = arena_printf(a, "%s=%s", o->envvar, value);
    }
    PQconninfoFree(parsed);
    return made;
}

const char *admin_identifier(struct admin *admin, struct arena *a, const char *text) {
    char *quoted = PQescapeIdentifier(admin->conn, text, strlen(text));
    const char *copy = arena_strdup(a, quoted ? quoted : "\"\"");
    PQfreemem(quoted);
    return copy;
}

enum status admin_set_password(struct admin *admin, const char *role, const char *conninfo,
                               struct text *why) {
    struct arena *a = arena_new();
    const char *password = conninfo_value(a, conninfo, "password");
    enum status status = OK;
    if (password) {
        /* Hashed here, so that it shows up in no log of the server. */
        char *hashed = PQencryptPasswordConn(admin->conn, password, role, "scram-sha-256");
        char *quoted = hashed ? PQescapeLiteral(admin->conn, hashed, strlen(hashed)) : NULL;
        if (quoted)
            status = admin_script(admin, arena_printf(a, "ALTER ROLE %s PASSWORD %s", role, quoted),
                                  why);
        else
            status = FAILED;
        PQfreemem(quoted);
        PQfreemem(hashed);
    }
    arena_free(a);
    return status;
}

/* -- the check of all queries ----------------------------------------------------------------- */

static const struct record *record_named(const struct record *const *records, size_t n,
                                         const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(records[i]->name, name) == 0)
            return records[i];
    return NULL;
}

static void check_columns(struct admin *admin, const struct statement *s,
                          const struct record *const *records, size_t n, struct text *why) {
    const struct query *q = query_of(s->name);
    PGresult *result = PQdescribePrepared(admin->conn, s->id);
    const struct record *as = q->row ? record_named(records, n, q->row) : NULL;
    if (q->row && !as)
        text_printf(why, "%s (%s): there is no record %s. ", q->name, q->where, q->row);
    else if (as)
        (void)rows_fit(q, result, as, why);
    PQclear(result);
}

static void check_statement(struct admin *admin, const struct statement *s,
                            const struct record *const *records, size_t n, struct text *why) {
    PGresult *result = PQprepare(admin->conn, s->id, s->text, 0, NULL);
    if (check_result(admin, result, s->text, why) == OK)
        check_columns(admin, s, records, n, why);
    else
        text_printf(why, ": %s (%s), shape %#" PRIx32 ". ", query_of(s->name)->name,
                    query_of(s->name)->where, s->shape);
    PQclear(result);
}

/* Calls fn for each statement there can be and returns how many that were. */
static size_t each_statement(void (*fn)(void *context, const struct statement *s), void *context) {
    size_t n = 0;
    for (unsigned name = 0; name < SQL_NAMES; name++) {
        const struct query *q = query_of((enum sql_name)name);
        size_t limits = q->n_limits ? q->n_limits : 1;
        for (uint32_t shape = 0; shape < 1U << q->n_options; shape++)
            for (size_t i = 0; query_has_shape(q, shape) && i < limits; i++, n++)
                fn(context, statement_of((enum sql_name)name, shape, q->limits[i]));
    }
    return n;
}

struct check {
    struct admin *admin;
    const struct record *const *records;
    size_t n;
    struct text *why;
};

static void check_one(void *context, const struct statement *s) {
    struct check *c = context;
    check_statement(c->admin, s, c->records, c->n, c->why);
}

size_t admin_check_queries(struct admin *admin, const struct record *const *records, size_t n,
                           struct text *why) {
    return each_statement(check_one, &(struct check){admin, records, n, why});
}

static void put_string(struct text *out, const char *before, const char *s) {
    text_put(out, before);
    text_json(out, s, strlen(s));
}

static void list_one(void *context, const struct statement *s) {
    struct text *out = context;
    const struct query *q = query_of(s->name);
    put_string(out, "{\"name\": ", q->name);
    text_lit(out, ", \"options\": [");
    const char *before = "";
    for (size_t i = 0; i < q->n_options; i++) {
        if (s->shape >> i & 1) {
            put_string(out, before, q->options[i]);
            before = ", ";
        }
    }
    text_printf(out, "], \"limit\": %" PRId32 ", \"parameters\": [", s->limit);
    for (size_t i = 0; i < s->n_values; i++)
        put_string(out, i ? ", " : "", q->params[s->value_of[i]]);
    put_string(out, "], \"sql\": ", s->text);
    text_lit(out, "}\n");
}

void admin_list_queries(struct text *out) {
    (void)each_statement(list_one, out);
}
