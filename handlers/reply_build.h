/* reply_build.h - how answers are put together; used by the dispatcher only. */
#ifndef SITA_HANDLERS_REPLY_BUILD_H
#define SITA_HANDLERS_REPLY_BUILD_H

#include "handlers/app.h"
#include "templates/template.h"

/* The frame around every page: what the layout template may name. */
struct shell {
    const char *css, *js, *favicon;
    const char *site;      /* scheme and host of this site, as configured */
    const char *card;      /* path of the picture for previews, a PNG: most of them take no SVG */
    const char *canonical; /* NULL on error pages */
    const char *twin;      /* the same page as JSON, NULL if there is none */
    struct rows feeds;     /* struct feed: what is new on it */
    bool at_tokens, at_activity;
};
extern const struct record record_shell;

/* The record of the error template. */
extern const struct record record_error;

void reply_start(struct reply *reply, struct arena *a);

/* Finishes job->reply from its body: status line, type, ETag and 304, cache and security headers,
 * HEAD. type is the media type. */
void reply_finish(struct job *job, int status, const char *type);

/* Adds a header line; value holds no control characters (it comes from our own text). */
void reply_header(struct reply *reply, const char *name, const char *value);

/* Replaces whatever the reply holds by an error with rq->problems as its details. */
void reply_error(struct job *job, const struct templates *set, int status);

/* The one place where a status turns into HTTP. */
int reply_status(enum status s);

/* Fills the shell for the page that the job shows. */
void reply_shell(const struct job *job, struct shell *out);

#endif
