/* db_private.h - what sql/db*.c share; nobody else includes it. */
#ifndef SITA_SQL_DB_PRIVATE_H
#define SITA_SQL_DB_PRIVATE_H

#include <libpq-fe.h>

#include "sql/db.h"

/* -- named queries (gen/sql/queries.inc) ------------------------------------------------------ */

enum {
    QUERY_LIMITS_MAX = 8,
    QUERY_OPTIONS_MAX = 12,
    QUERY_EXCLUSIVE_MAX = 4,
    QUERY_WITHIN_MAX = 2,
    QUERY_LACKS_MAX = 16
};

struct query_line {
    const char *text; /* \001 and a letter stand for a parameter, \002 for the limit */
    uint32_t need, without;
};

struct query {
    const char *name;
    const char *where; /* file:line below sql/queries */
    const struct query_line *lines;
    uint16_t n_lines;
    uint8_t n_params, n_options, n_limits, n_exclusive, n_within, n_lacks;
    const char *params[SQL_VALUES_MAX];
    const char *options[QUERY_OPTIONS_MAX];
    int32_t limits[QUERY_LIMITS_MAX];        /* ascending */
    uint32_t exclusive[QUERY_EXCLUSIVE_MAX]; /* at most one bit of each mask is in a shape */
    uint32_t within[QUERY_WITHIN_MAX][2];    /* the first bit only in shapes with the second */
    const char *lacks[QUERY_LACKS_MAX];      /* columns that are null on purpose */
    const char *row;                         /* name of the record, or NULL */
};

const struct query *query_of(enum sql_name name);

/* True if the shape may exist: known options only, none that exclude or miss each other. */
bool query_has_shape(const struct query *q, uint32_t shape);

/* -- statements: one per shape and literal limit, cached for the life of the process ---------- */

struct statement {
    enum sql_name name;
    uint32_t shape;
    int32_t limit;                    /* the literal, 0 for none */
    size_t index;                     /* counts from 0 in order of first use */
    const char *id;                   /* name of the prepared statement: "token_list_3_26" */
    const char *text;                 /* the expanded SQL */
    uint8_t n_values;                 /* $1 … $n */
    uint8_t value_of[SQL_VALUES_MAX]; /* index in the query's parameters of $1 … */
    struct statement *next;           /* in its hash chain */
};

/* The statement for a call; made if it is new. A shape or limit that the query does not have is a
 * bug and ends the process. */
const struct statement *statement_of(enum sql_name name, uint32_t shape, int32_t limit);

/* -- rows ------------------------------------------------------------------------------------- */

/* What a connection knows of a statement. */
struct prepared {
    enum { PREPARED_NOT, PREPARED_STALE, PREPARED_YES } state;
    const struct record *as;     /* what `fields` was made for; NULL: not made yet */
    const struct field **fields; /* of each column of the result */
    int n;
};

void prepared_forget(struct prepared *p);

/* Says in `why` what keeps rows of `result` from becoming structs of `as`; true if nothing does.
 * Every column must have a field of a fitting type, and every stored field a column, except those
 * that the query's "-- lacks:" names. */
bool rows_fit(const struct query *q, const PGresult *result, const struct record *as,
              struct text *why);

/* Turns the result into rows that live in `a`; their strings point into `result`, whose life the
 * arena takes over (also on failure). FAILED is logged. */
enum status rows_decode(struct arena *a, struct prepared *p, const struct sql_call *c,
                        PGresult *result);

/* -- errors ----------------------------------------------------------------------------------- */

/* What to do about an error besides telling the caller. */
enum cure {
    CURE_NONE,
    CURE_AGAIN,    /* the same load may well succeed now */
    CURE_PREPARE,  /* so it may after preparing its statements anew */
    CURE_RECONNECT /* the server ends or has ended this connection */
};

/* The meaning of an error result; *cure says what may help. */
enum status error_meaning(const PGresult *result, enum cure *cure);

/* Whether the server ended the statement because its time was up. */
bool error_is_timeout(const PGresult *result);

enum { MESSAGE_MAX = 1024 };

/* A message of libpq, which has several lines, for the log. */
void message_on_one_line(char *out, size_t size, const char *message);

/* One log line: SQLSTATE, statement, names of schema objects; never a value from outside. */
void error_log(const struct db *db, const char *statement, const PGresult *result);

/* -- connection ------------------------------------------------------------------------------- */

/* A load on its way. Lives in the load's arena. */
struct ticket {
    struct load *load;
    void *owner;
    db_done *done;
    const char *command; /* sent before the calls: BEGIN, COMMIT, ROLLBACK or a time limit; mostly
                            NULL */
    int64_t since;       /* ms, when it was handed over or sent */
    enum status status;
    bool to_sync;   /* done only when the server has confirmed the sync, that is, committed */
    bool alone;     /* gets a sync of its own */
    bool again;     /* run it once more */
    bool was_again; /* that has happened for a reason of its own */
    bool was_stale; /* that has happened because its statements had to be prepared anew */
    struct ticket *next;
};

struct tickets {
    struct ticket *first, *last;
};

/* What an answer from the server belongs to, in the order of sending. */
struct item {
    enum { ITEM_DEALLOCATE, ITEM_PREPARE, ITEM_COMMAND, ITEM_CALL, ITEM_SYNC } kind;
    struct ticket *ticket;             /* NULL: of no single load */
    const struct sql_call *call;       /* CALL */
    const struct statement *statement; /* DEALLOCATE, PREPARE, CALL */
    bool last;                         /* CALL: of its load */
};

struct db {
    char *name, *conninfo;
    PGconn *conn;
    enum { DB_DOWN, DB_CONNECTING, DB_UP } state;
    PostgresPollingStatusType polling;
    int64_t attempt_ends; /* ms: when a connection attempt is given up */
    int64_t next_attempt; /* ms: not before */
    int back_off;         /* ms: pause after the next failure; 0 after proven success */
    bool unsent;          /* libpq holds bytes that the socket did not take */
    struct tickets queued, sent;
    size_t waiting;
    int64_t progress;   /* ms: when the server last answered or was last asked after silence */
    struct item *items; /* ring of what is awaited */
    size_t items_first, n_items, items_size;
    struct prepared *prepared; /* by statement index */
    size_t n_prepared;
    enum { TX_NONE, TX_WANTED, TX_OPEN, TX_BROKEN } transaction;
    enum status tx_status; /* why it is broken */
};

int64_t db_now_ms(void);

/* Begins or goes on with an attempt to connect; nothing waits, except that looking up a host name
 * may (libpq does that in PQconnectStart). */
void connection_start(struct db *db);
void connection_poll(struct db *db);

/* Closes the connection and plans the next attempt. Does not touch tickets. */
void connection_drop(struct db *db);

struct prepared *prepared_at(struct db *db, size_t index);

/* -- tickets (db.c) --------------------------------------------------------------------------- */

struct ticket *ticket_new(struct load *l, void *owner, db_done *done);

/* Queues it, or finishes it as BUSY while there is no connection. */
void ticket_queue(struct db *db, struct ticket *t);

void tickets_put(struct tickets *list, struct ticket *t);
struct ticket *tickets_take(struct tickets *list);

/* Sets the load's status and calls back. */
void ticket_finish(struct db *db, struct ticket *t);
void tickets_finish(struct db *db, struct tickets *list, enum status status);

/* After an attempt to connect has failed nobody waits any longer. */
void tickets_give_up(struct db *db);

void item_drop(struct db *db);

/* A load that was under way runs once more over the next connection, unless it is part of a
 * transaction, which died with the old one. */
void connection_lost(struct db *db, const char *why);

/* -- answers (db_answers.c) ------------------------------------------------------------------- */

/* Takes every answer that has arrived. */
void answers_take(struct db *db);

#endif
