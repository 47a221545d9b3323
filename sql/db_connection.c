/* Opening the connection and opening it again. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "sql/db_private.h"

enum { ATTEMPT_MS = 5000, BACK_OFF_FIRST_MS = 100, BACK_OFF_MOST_MS = 5000 };

/* What belongs to every connection of this program whatever its role; what belongs to a role
 * (time limits, read only) is in roles.sql. The operator's own "options" come after these and win.
 * A generic plan for every statement, because each shape is a statement of its own and planning
 * anew costs more than it gains; no Memoize nodes, because they cost the list queries a third;
 * no compiling of plans, because no query here is long enough to gain; no merge joins, because one
 * that starts at a table's beginning is taken for cheap under a LIMIT and is not. From how much
 * on a word counts as like another (sql/queries/search.sql): a wrong letter in six is found. */
static const char fixed_options[] =
    "-c search_path=public,pg_temp -c timezone=UTC -c datestyle=ISO,YMD "
    "-c plan_cache_mode=force_generic_plan -c enable_memoize=off -c jit=off "
    "-c enable_mergejoin=off -c pg_trgm.word_similarity_threshold=0.4 "
    "-c client_connection_check_interval=2000 -c standard_conforming_strings=on";

int64_t db_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The operator's "options": of the connection string, else of the environment. */
static char *given_options(const char *conninfo) {
    PQconninfoOption *parsed = PQconninfoParse(conninfo, NULL);
    const char *found = getenv("PGOPTIONS");
    for (PQconninfoOption *o = parsed; o && o->keyword; o++)
        if (strcmp(o->keyword, "options") == 0 && o->val)
            found = o->val;
    char *copy = strdup(found ? found : "");
    PQconninfoFree(parsed);
    if (!copy)
        log_fatal("out_of_memory", "connection options");
    return copy;
}

static void ignore_notice(void *db, const PGresult *result) {
    log_line(LOG_DEBUG, "sql_notice", "%s: SQLSTATE %s", ((const struct db *)db)->name,
             PQresultErrorField(result, PG_DIAG_SQLSTATE));
}

static PGconn *start_with(const struct db *db, struct arena *scratch) {
    char *given = given_options(db->conninfo);
    const char *names[] = {"fallback_application_name",
                           "tcp_user_timeout",
                           "keepalives_idle",
                           "dbname",
                           "options",
                           "client_encoding",
                           NULL};
    const char *values[] = {
        arena_printf(scratch, "sitaminter %s", db->name),     "10000", "30", db->conninfo,
        arena_printf(scratch, "%s %s", fixed_options, given), "UTF8",  NULL};
    PGconn *conn = PQconnectStartParams(names, values, 1);
    free(given);
    return conn;
}

static void attempt_failed(struct db *db, const char *why) {
    char message[MESSAGE_MAX];
    message_on_one_line(message, sizeof message, why);
    log_line(LOG_WARNING, "sql_connect", "%s: %s", db->name, message);
    if (db->back_off == 0)
        db->back_off = BACK_OFF_FIRST_MS;
    connection_drop(db);
}

void connection_start(struct db *db) {
    struct arena *scratch = arena_new();
    db->conn = start_with(db, scratch);
    arena_free(scratch);
    db->state = DB_CONNECTING;
    db->polling = PGRES_POLLING_WRITING; /* as libpq wants it after PQconnectStart */
    db->attempt_ends = db_now_ms() + ATTEMPT_MS;
    if (PQstatus(db->conn) == CONNECTION_BAD)
        attempt_failed(db, PQerrorMessage(db->conn));
}

static void connection_is_up(struct db *db) {
    PQsetNoticeReceiver(db->conn, ignore_notice, db);
    if (PQsetnonblocking(db->conn, 1) != 0 || !PQenterPipelineMode(db->conn)) {
        attempt_failed(db, PQerrorMessage(db->conn));
        return;
    }
    db->state = DB_UP;
    db->progress = db_now_ms();
    log_line(LOG_DEBUG, "sql_connected", "%s: backend %d", db->name, PQbackendPID(db->conn));
}

void connection_poll(struct db *db) {
    db->polling = PQconnectPoll(db->conn);
    if (db->polling == PGRES_POLLING_OK)
        connection_is_up(db);
    else if (db->polling == PGRES_POLLING_FAILED)
        attempt_failed(db, PQerrorMessage(db->conn));
    else if (db_now_ms() >= db->attempt_ends)
        attempt_failed(db, "no answer in time");
}

void connection_drop(struct db *db) {
    PQfinish(db->conn);
    db->conn = NULL;
    db->state = DB_DOWN;
    db->unsent = false;
    db->n_items = 0;
    for (size_t i = 0; i < db->n_prepared; i++)
        prepared_forget(&db->prepared[i]);
    db->next_attempt = db_now_ms() + db->back_off;
    db->back_off = db->back_off ? 2 * db->back_off : BACK_OFF_FIRST_MS;
    if (db->back_off > BACK_OFF_MOST_MS)
        db->back_off = BACK_OFF_MOST_MS;
}
