/* history.h - what was done to a database as a whole: the rows of db_operations, for people and for
 * programs. */
#ifndef SITA_SQL_HISTORY_H
#define SITA_SQL_HISTORY_H

#include "base/record.h"
#include "base/status.h"

/* One operation. Strings are NULL where nothing was noted. */
struct schema_operation {
    int64_t id;
    const char *operation, *outcome; /* "push"; "applied", "failed", "interrupted", "unfinished" */
    int64_t started_at, finished_at; /* when.h */
    int64_t milliseconds;
    const char *fingerprint, *source_hash; /* of the schema it left, of the file it worked from */
    const char *who, *operator;            /* the role; user and machine */
    const char *plan;                      /* the plan's fingerprint */
    const char *steps;                /* "add-column t.a, create-index t_a"; a setting's name */
    const char *statements, *inverse; /* SQL: what was done, and what leads back */
    const char *error;
    const char *details; /* all of it, JSON */
};

extern const struct record record_schema_operation;

struct history_options {
    const char *id;   /* only this one, with everything; NULL: the latest, a line or two each */
    const char *most; /* how many, in digits */
    bool json;
};

/* Writes it to out. NOT_FOUND: no operation has that id. BUSY: not reachable, FAILED: `why` has the
 * server's words. */
MUST_CHECK enum status history_print(const char *conninfo, const struct history_options *options,
                                     struct text *out, struct text *why);

/* Who works here: user of the operating system and machine, for many share the owner's role. In a.
 */
const char *history_operator(struct arena *a);

#endif
