/* app.h - what a pool (or a test) needs to answer requests: start a job, run its load, go on. */
#ifndef SITA_HANDLERS_APP_H
#define SITA_HANDLERS_APP_H

#include "handlers/page.h"

struct app; /* compiled templates and the route table; one per process; owned by the caller */

/* Checks the route table and compiles all templates. BAD_INPUT: `why` says what is wrong, in a
 * sentence per problem; *out is NULL. Used at start and again on reload (a broken template keeps
 * the old app). */
MUST_CHECK enum status app_new(struct app **out, struct text *why);
void app_free(struct app *app);

enum job_state {
    JOB_WANTS_ROWS, /* run job->load, then call job_go_on */
    JOB_DONE        /* job->reply is complete */
};

/* One request under way. Lives in the request's arena. */
struct job {
    enum job_state state;
    struct request *rq;
    struct load load;
    struct reply reply;
    const struct app *app;
    void *model;
    int round;
};

/* Routes the request and either finishes at once (errors, OPTIONS) or wants rows. `pool` is the
 * pool that received it: a page of another pool is not found there. */
struct job *job_start(const struct app *app, struct request *rq, enum pool pool);

/* Goes on after job->load has run, whatever its status. */
void job_go_on(struct job *job);

/* Answers with an error in the face the request asked for, for failures found before or outside a
 * page (request too large, draining …). status is an HTTP status code that reply.c knows. */
void job_fail(struct job *job, int status);

/* A job that is nothing but that error, for a request that could not even be read; rq needs
 * arena, id and path only. */
struct job *job_error(const struct app *app, struct request *rq, int status);

/* Number of pages, and the label of each, for counters by route; index APP_NO_PAGE stands for
 * requests that matched none. */
size_t app_pages(void);
const char *app_page_name(size_t i);
size_t app_page_index(const struct page *page);

#endif
