/* worker.h - what the processes of all pools have in common.
 *
 * A worker runs until SIGTERM has come and what it had accepted is answered. The signal stays
 * blocked and is read from a descriptor, so that it can neither interrupt a request nor be missed
 * between looking and waiting. */
#ifndef SITA_FCGI_WORKER_H
#define SITA_FCGI_WORKER_H

#include "base/counters.h"
#include "handlers/app.h"

struct worker {
    const struct app *app;
    enum pool pool;
    struct slot *slot;
    int listener;
    int stop; /* readable once SIGTERM has come */
};

/* Serve until told to stop. Return the exit status of the process. */
int read_pool_run(const struct worker *w);
int accept_pool_run(const struct worker *w); /* write and desk */
int clerk_run(const struct worker *w);

/* Prepares libfcgi; once, before the first fork. */
void worker_prepare(void);

/* A descriptor that becomes readable when one of the signals (ended by 0), which the caller has
 * blocked, has come. */
int worker_signals(const int *signals);

/* Milliseconds from now until a moment of counters_clock, 0 if it has passed. */
int worker_ms_until(int64_t moment);

/* Counts an answer that has been sent; started is of counters_clock. */
void worker_count(const struct worker *w, const struct job *job, int64_t started);

/* Counts what the database did to a load. */
void worker_count_load(const struct worker *w, const struct load *l);

#endif
