/* counters.h - what the processes of one server count together, in one shared mapping.
 *
 * counters_start makes the mapping before the first fork; without it (a command, a unit test) the
 * counts are private to the process. Everything is a lock-free atomic: a worker that is killed in
 * the middle of an update harms nobody. handlers/monitor.c prints all of it for /metrics. */
#ifndef SITA_BASE_COUNTERS_H
#define SITA_BASE_COUNTERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    COUNTERS_ROUTES = 128, /* routes beyond share the last row */
    COUNTERS_CODES = 24,   /* room for counters_codes */
    COUNTERS_BUCKETS = 14, /* the last one is +Inf */
    COUNTERS_SLOTS = 3 * 64 + 1,
    COUNTERS_REQUEST_ID = 65, /* bytes, NUL included */
    BEAT_MS = 500             /* a process of the server shows at least this often that it lives */
};

/* Who a process of the server is. The first three are the pools, in the order of enum pool. */
enum role { ROLE_READ, ROLE_WRITE, ROLE_DESK, ROLE_CLERK, ROLES, POOL_ROLES = ROLE_CLERK };

enum slot_state { SLOT_EMPTY, SLOT_STARTING, SLOT_IDLE, SLOT_BUSY, SLOT_STOPPING, SLOT_STATES };

/* One process; written by it, read by its parent and by /metrics. */
struct slot {
    _Atomic int pid;         /* 0: none */
    _Atomic int role;        /* enum role */
    _Atomic int state;       /* enum slot_state */
    _Atomic int database_up; /* 1 while its database answers */
    _Atomic int connections; /* open FastCGI connections */
    _Atomic int requests;    /* under way */
    _Atomic unsigned beats;  /* grows as long as the process goes on: see BEAT_MS */
    /* Stands for the address that it is sending a stream to; 0: it is sending none. */
    _Atomic uint64_t streams_to;
    /* The request that it worked on last, "" while none is under way: logged when it dies. */
    char request[COUNTERS_REQUEST_ID];
};

struct histogram {
    _Atomic uint64_t bucket[COUNTERS_BUCKETS]; /* not cumulative */
    _Atomic uint64_t sum;                      /* microseconds */
};

enum schema_state { SCHEMA_UNKNOWN, SCHEMA_SAME, SCHEMA_DIFFERS };

struct counters {
    _Atomic uint64_t requests[COUNTERS_ROUTES][COUNTERS_CODES];
    struct histogram seconds[POOL_ROLES];
    _Atomic uint64_t broken[POOL_ROLES];            /* connections closed for breaking FastCGI */
    _Atomic uint64_t deaths[ROLES];                 /* processes that ended without being told to */
    _Atomic uint64_t database_failures[POOL_ROLES]; /* loads that the database did not answer */
    _Atomic uint64_t database_opened[POOL_ROLES];   /* connections opened, the first included */
    /* sampled by the clerk once a second */
    _Atomic int database_up;
    _Atomic uint64_t database_ping;       /* microseconds of the last ping that was answered */
    _Atomic int schema;                   /* enum schema_state */
    _Atomic uint64_t settings_generation; /* grows when a setting has changed */
    struct slot slots[COUNTERS_SLOTS];
};

/* Makes the shared mapping; false (errno says why) if the system refuses. */
bool counters_start(void);

/* The counts of this process and of those it was forked from or with. Never NULL. */
struct counters *counters(void);

/* Counts one answer: route as app_page_index gives it, the HTTP status, the pool, and how long it
 * took from the first byte to the last. */
void counters_answer(size_t route, int status, enum role pool, int64_t microseconds);

/* Column of an HTTP status code, and the code of a column; the last column, code 0, stands for
 * codes that are not in the list. */
size_t counters_code_index(int status);
int counters_code(size_t index);

/* Upper bound of a bucket in microseconds; INT64_MAX for the last. */
int64_t counters_bucket_limit(size_t index);

/* Notes the request that the slot is working on; "" for none. */
void slot_note_request(struct slot *slot, const char *id);

/* "read", "write", "desk", "clerk". */
const char *role_name(enum role role);

/* Microseconds of the monotonic clock. */
int64_t counters_clock(void);

#endif
