/* maintain.h - VACUUM (ANALYZE) of a database's tables, one after another, with what came of each.
 *
 * PostgreSQL skips a table with a warning, or cannot get its lock, and a script around it ends well
 * all the same. Here a table counts as maintained only if the server's own counters say so; every
 * other one is named. */
#ifndef SITA_SQL_MAINTAIN_H
#define SITA_SQL_MAINTAIN_H

#include "sql/diagnose.h"

/* A table as the server's statistics have it. */
struct maintain_table {
    int64_t oid;
    const char *object, *command; /* SQL: its name, what maintains it */
    int32_t vacuums;              /* 0: it is only analyzed */
    int64_t live, dead;           /* rows, estimated; dead ones with those of its TOAST */
    int64_t vacuumed, analyzed;   /* how often, by command */
    int64_t age, freeze_max; /* transactions since its oldest row; at so many the server vacuums
                              * it whatever else there is to do */
    int64_t freeze_percent;  /* age in percent of that; row locks count, too, if they are older */
    int64_t wraparound_percent; /* of the age at which the server takes no more changes */
};

struct maintain_progress {
    const char *phase;
    int32_t percent;
};

enum maintain_outcome {
    MAINTAIN_DONE,
    MAINTAIN_GONE,       /* dropped meanwhile; no fault */
    MAINTAIN_SKIPPED,    /* the server did not do it, though it gave no error */
    MAINTAIN_LOCKED,     /* its lock was not to be had in time */
    MAINTAIN_TIMED_OUT,  /* the time limit was over while it was under way */
    MAINTAIN_FAILED,     /* by an error, or with its connection */
    MAINTAIN_NOT_REACHED /* the run ended before */
};

/* What came of one table. */
struct maintain_result {
    const char *table;   /* SQL */
    const char *outcome; /* a word: "done", "not reached" … */
    const char *reason;  /* NULL, or why; after "done" what the server warned of */
    int64_t milliseconds;
    int64_t rows, dead_before, dead;
    int64_t age_before, age, freeze_max, freeze_percent; /* as above */
    const char *state;                                   /* diagnose_word(health) */
    enum maintain_outcome how;
    enum health health; /* of what is left: dead rows, age */
};

struct maintain_report {
    const struct diagnose_server *server;
    struct maintain_result *results;
    size_t n;
    size_t missed;        /* tables that are neither done nor gone */
    enum health health;   /* the worst */
    struct rows holders;  /* struct diagnose_row: why rows are left, if the health is not OK */
    const char *ended_by; /* NULL, or why the rest was not reached */
    int64_t milliseconds;
    bool recorded; /* in db_operations */
};

struct maintain_options {
    const char *conninfo;
    const char *const *tables; /* names, as they are or as SQL writes them; none: all */
    size_t n_tables;
    int32_t time_limit;   /* seconds for the run; 0: none */
    int32_t lock_timeout; /* seconds for each lock */
    int32_t delay;        /* milliseconds of rest after each portion of work: vacuum_cost_delay */
    /* Called when a table has come to its end, and twice a second while it is under way; NULL:
     * nobody is told. */
    void (*ended)(void *context, const struct maintain_report *report,
                  const struct maintain_result *result);
    void (*working)(void *context, const struct maintain_report *report, size_t at,
                    const struct maintain_progress *progress);
    void *context;
};

extern const struct record record_maintain_table, record_maintain_progress, record_maintain_result;

/* Maintains the tables and notes it in db_operations. OK: there is a report, whatever it says.
 * BAD_INPUT: a name is no table's, or several tables'; CONFLICT: another operation is at work in
 * the database; BUSY: it cannot be reached; FAILED: nothing was done. `why` has a sentence, and
 * after OK one if the end could not be noted. */
MUST_CHECK enum status maintain_run(const struct maintain_options *options, struct arena *a,
                                    struct maintain_report *out, struct text *why);

/* Appends lines for people: the first one, one per result, and what there is to say at the end. */
void maintain_print_head(struct text *out, const struct maintain_report *report);
void maintain_print_result(struct text *out, const struct maintain_result *m);
void maintain_print_end(struct text *out, const struct maintain_report *report);

/* Appends the whole report as JSON. */
void maintain_print_json(struct text *out, const struct maintain_report *report);

#endif
