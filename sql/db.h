/* db.h - the one data-access module.
 *
 * Only sql/db_private.h includes libpq-fe.h. There is no general query function: a statement is one
 * of the named ones of sql/queries/, each filter shape of it a prepared statement of its own, and
 * values travel only as parameters. Results become plain structs (row mapping by column name
 * through the record's field table) that live in the arena of the load; no caller can leak a
 * result.
 *
 * Reading is a *load*: a handler adds calls to it (through the functions of sql/tokens.h and so
 * on), the worker runs them all in one round trip, the handler reads the rows. Writing is *act*:
 * loads run one after another inside db_begin … db_commit. */
#ifndef SITA_SQL_DB_H
#define SITA_SQL_DB_H

#include "base/record.h"
#include "base/status.h"
#include "sql/names.h" /* made at build time from sql/queries/: enum sql_name, and enum for shapes */

enum { SQL_VALUES_MAX = 16, LOAD_CALLS_MAX = 12 };

/* One call of a named query. Made by load_add. */
struct sql_call {
    enum sql_name name;
    uint32_t shape;                     /* SHAPE_… bits: which optional lines are in */
    int32_t limit;                      /* the literal LIMIT; 0 where the query has none */
    const char *values[SQL_VALUES_MAX]; /* text form, in the order of the query's parameters */
    uint32_t set;                       /* bit i: values[i] was given */
    const struct record *as;            /* what a row becomes; NULL: rows are not wanted */
    struct rows *out;                   /* filled when the load has run */
    const struct statement *statement;  /* the prepared statement of this shape */
};

/* What a page wants from the database in one round trip. Lives in a request's arena. */
struct load {
    struct arena *arena;
    struct sql_call calls[LOAD_CALLS_MAX];
    size_t n;
    int32_t limit_ms; /* how long each of its statements may take; 0: as the role has it. Not within
                         a transaction, where it would last to its end */
    enum status status; /* after it has run: OK, TOO_SLOW (only with limit_ms), BUSY (no database)
                           or FAILED; the log has why */
};

/* Adds a call; parameters are set by sql_value in any order, by their names in the query text;
 * one that is used by the shape and never set is a bug and ends the process. One that only other
 * shapes use may be set and is ignored. A value of NULL is SQL's NULL. Values are borrowed until
 * the load has run. */
struct sql_call *load_add(struct load *l, enum sql_name name, uint32_t shape, int32_t limit,
                          const struct record *as, struct rows *out);
void sql_value(struct sql_call *c, const char *parameter, const char *value);
void sql_value_int(struct load *l, struct sql_call *c, const char *parameter, int64_t value);

/* Empties a load so that a page can look a second time. */
void load_clear(struct load *l);

struct db; /* one connection, its prepared statements and its reconnecting; owned by the caller */

/* A connection that will be opened when first needed. conninfo is libpq's and is copied. name is
 * for log lines ("reader", "app" …). Never fails: a database that is away gives BUSY later. */
struct db *db_new(const char *name, const char *conninfo);
void db_free(struct db *db);

/* -- blocking use: write and desk pools, commands, tests ------------------------------------- */

/* Runs the load in one round trip and waits. Returns and sets l->status. A lost connection is
 * opened again (with back-off, 100 ms to 5 s) and, outside a transaction, the load is run once
 * more: it must be repeatable. While the database is away a load waits at most a second for an
 * attempt under way, and gets BUSY at once between attempts. Statuses: CONFLICT for a unique or
 * foreign key and for what another transaction got in the way of; BUSY for no connection, time
 * limits and a standby; FAILED for the rest, logged with SQLSTATE and statement, never with values.
 * Inside a transaction the first failure is the status of all that follows, db_commit included. */
enum status db_run(struct db *db, struct load *l);

MUST_CHECK enum status db_begin(struct db *db);
MUST_CHECK enum status db_commit(struct db *db);
void db_rollback(struct db *db);

/* -- event-loop use: read pool --------------------------------------------------------------- */

/* Called once for each load handed to db_queue, from within db_advance, db_queue or db_tick, with
 * l->status set. It may queue again. */
typedef void db_done(void *owner, struct load *l);

/* Hands a load over; nothing waits. owner is given back to `done`. One load's failure does not
 * touch its neighbours; what it costs them is that they run again. So a load is of reads only, and
 * it and its arena must live until it is done. */
void db_queue(struct db *db, struct load *l, void *owner, db_done *done);

/* Sends what was queued since the last flush, as one pipeline. */
void db_flush(struct db *db);

/* The socket to wait on, -1 while there is none, and what to wait for (poll(2) events). The number
 * changes when the connection is opened again: ask after every call into this module. */
int db_socket(const struct db *db, short *events);

/* Goes on after the socket became ready. */
void db_advance(struct db *db);

/* Goes on with what time alone drives: reconnecting, giving up on loads that waited too long.
 * Returns milliseconds until it wants to be called again, -1 for never. */
int db_tick(struct db *db);

/* Loads handed over and not yet done, and milliseconds since the oldest of them was sent. */
size_t db_waiting(const struct db *db);
int64_t db_waiting_ms(const struct db *db);

/* True if the connection is open and in use: what /readyz asks. */
bool db_is_up(const struct db *db);

#endif
