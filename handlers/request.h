/* request.h - one HTTP request as the handlers see it. Everything in it lives in its arena. */
#ifndef SITA_HANDLERS_REQUEST_H
#define SITA_HANDLERS_REQUEST_H

#include <stdbool.h>

#include "base/arena.h"

enum method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_OPTIONS,
    METHOD_POST,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OTHER
};

/* The two faces of a page: the HTML page and its JSON twin. */
enum face { FACE_OF_HTML, FACE_OF_JSON };

struct page;

/* One thing that is wrong with a request: the field it names, and a sentence. */
struct problem {
    const char *field, *message;
};

enum { PROBLEMS_MAX = 16, FEEDS_MAX = 2 };

/* What is new on a page, as a feed: its path, and which part of the page it is. */
struct feed {
    const char *path, *title;
};

struct request {
    struct arena *arena;
    /* set by whoever received the request (fcgi/, or a test) */
    enum method method;
    const char *path;   /* as sent, without the query: "/tokens/12"; at most PATH_MAX_BYTES */
    const char *query;  /* as sent, after "?"; "" if none */
    const char *id;     /* request id, 8 to 64 characters of [0-9A-Za-z-] */
    const char *remote; /* address of the client, text; "" if unknown */
    const char *accept; /* request headers; "" if absent */
    const char *if_none_match;
    const char *cookie;
    const char *content_type;
    const char *body; /* body_n bytes */
    size_t body_n;
    /* set by the dispatcher */
    const struct page *page; /* NULL until a route matched */
    enum face face;
    void *params;                 /* the page's parameter struct, valid and within bounds */
    const char *link;             /* a Link header for the answer (RFC 8288), NULL: none */
    struct feed feeds[FEEDS_MAX]; /* of this page, the first n_feeds */
    size_t n_feeds;
    bool too_slow;        /* the rows asked for within load.limit_ms did not come in time */
    const char *redirect; /* one of our own paths; set by a page's show: the answer is 302 to it */
    struct problem problems[PROBLEMS_MAX];
    size_t n_problems;
};

enum { PATH_MAX_BYTES = 1024, QUERY_MAX_BYTES = 4096 };

/* Notes what is wrong; beyond PROBLEMS_MAX nothing is added. message lives as long as the request.
 */
void request_problem(struct request *rq, const char *field, const char *message);

/* Names a feed of the page; title is translated. More than FEEDS_MAX is a bug and ends the process.
 */
void request_feed(struct request *rq, const char *path, const char *title);

/* METHOD_OTHER for anything not in the list. Methods are case-sensitive (RFC 9110 section 9.1). */
enum method method_of(const char *name);

#endif
