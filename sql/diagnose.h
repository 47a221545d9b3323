/* diagnose.h - what is wrong with a database and its server, and the command that cures it.
 *
 * A check is a row of one table (diagnose_checks.c): a name, a query of sql/queries/diagnose*.sql
 * and two limits. Its query returns findings, worst first, each with a value in the check's unit;
 * a value of at least a limit makes the finding a warning or critical. Everything is read only, so
 * a standby can be looked at, too; the role needs pg_monitor's rights to see everything. */
#ifndef SITA_SQL_DIAGNOSE_H
#define SITA_SQL_DIAGNOSE_H

#include "sql/db_admin.h"

/* Ascending. UNKNOWN: the check could not be made, its `error` says why. */
enum health { HEALTH_OK, HEALTH_UNKNOWN, HEALTH_WARNING, HEALTH_CRITICAL };

enum { DIAGNOSE_CHECKS_MAX = 24 };

#define DIAGNOSE_NO_LIMIT INT64_MAX

/* One thing that was found. All text comes from the database and may hold any character. */
struct diagnose_row {
    const char *object; /* what it is about; names are SQL identifiers, quoted where need be */
    int64_t value;      /* in the check's unit */
    int32_t at_least;   /* 1: a warning, 2: critical, whatever the value */
    int32_t depth;      /* below the finding above it, for trees */
    const char *detail;
    const char *figures; /* a JSON object */
    const char *cure; /* SQL that ends in ';', or a command of the shell; NULL if there is none */
};

struct diagnose_check {
    const char *name;  /* "unused-index" */
    const char *title; /* what it looks at */
    const char *unit;  /* of values and limits: "bytes", "%", "s" … */
    const char *none;  /* what it means that nothing was found */
    enum sql_name query;
    int64_t warning, critical;
    bool told;    /* worth showing even where all is well */
    bool schema;  /* the cure changes what sql/schema.sql declares */
    bool skipped; /* not asked for */
};

/* One check with its outcome; rows of struct diagnose_row live in the report's arena. */
struct diagnose_result {
    const struct diagnose_check *check;
    enum health health;
    struct rows rows;
    const char *error; /* NULL, or why it could not be made */
};

/* Where the answers come from. */
struct diagnose_server {
    const char *database, *server, *role;
    bool standby;
    int64_t at; /* when */
};

struct diagnose_report {
    const struct diagnose_server *server;
    enum health health; /* the worst; unknown where nothing is worse */
    struct diagnose_result results[DIAGNOSE_CHECKS_MAX];
    size_t n;
};

extern const struct record record_diagnose_row, record_diagnose_server, record_diagnose_session;

/* A copy of the table of checks, in a, for the caller to change limits and `skipped` in. */
struct diagnose_check *diagnose_checks(struct arena *a, size_t *n);

/* The check of that name, or NULL. */
struct diagnose_check *diagnose_check_named(struct diagnose_check *checks, size_t n,
                                            const char *name);

/* Makes the checks that are not skipped, each in a statement of its own within ten seconds; one
 * that fails does not touch the others. BUSY or FAILED: `why` says why there is no report. */
MUST_CHECK enum status diagnose_run(const char *conninfo, struct arena *a,
                                    const struct diagnose_check *checks, size_t n,
                                    struct diagnose_report *out, struct text *why);

enum health diagnose_health(const struct diagnose_check *check, const struct diagnose_row *row);

/* "ok", "unknown", "warning", "critical". */
const char *diagnose_word(enum health health);

/* Appends the report for people (with `verbose`, every finding), or as JSON. */
void diagnose_print(struct text *out, const struct diagnose_report *report, bool verbose);
void diagnose_print_json(struct text *out, const struct diagnose_report *report);

/* Appends text from the database so that a terminal can take it and SQL stays what it is: an
 * identifier with control characters becomes U&"…", other control characters become spaces. */
void diagnose_put(struct text *out, const char *s);

/* -- ending a session ------------------------------------------------------------------------- */

struct diagnose_session {
    int32_t pid;
    const char *usename, *application, *database, *state;
    const char *kind;    /* "client backend", "walsender" … */
    const char *query;   /* the current or the last statement */
    const char *started; /* the session; with pid it tells sessions apart */
    const char *queried; /* the statement */
    int64_t seconds;     /* since then */
    const char *reason;  /* why to leave it alone: "" none, "own", "elsewhere", "system" */
};

/* The session of a process; NOT_FOUND if the server has none of that number. */
MUST_CHECK enum status diagnose_session(struct admin *admin, struct arena *a, const char *pid,
                                        const struct diagnose_session **out, struct text *why);

/* Cancels the session's statement, or ends the session; notes it in db_operations before. Waits up
 * to ten seconds for it to happen. OK; CONFLICT: it was no longer the same session and statement,
 * nothing was done; BUSY: it was asked to, but has not ended yet; FAILED: `why` has the server's
 * words. */
MUST_CHECK enum status diagnose_end(struct admin *admin, struct arena *a,
                                    const struct diagnose_session *session, bool terminate,
                                    struct text *why);

#endif
