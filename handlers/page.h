/* page.h - what a page is: one row of the one route table, with its two faces.
 *
 * Every file of handlers/ that has a page opens with its `const struct page page_NAME`: the
 * contract is the first thing you read. The dispatcher checks everything that the row states, once
 * for all pages; handlers contain only their subject. */
#ifndef SITA_HANDLERS_PAGE_H
#define SITA_HANDLERS_PAGE_H

#include "base/record.h"
#include "handlers/reply.h"
#include "handlers/request.h"
#include "sql/db.h"

enum pool { POOL_READ, POOL_WRITE, POOL_DESK };

enum access {
    ACCESS_PUBLIC,
    ACCESS_MONITOR, /* only from config.monitor_from */
    ACCESS_BENCH    /* exists only while config.bench_routes is on */
};

/* What Cache-Control says. */
enum cache {
    CACHE_PUBLIC,  /* the same for every anonymous reader: nginx keeps it for a second */
    CACHE_FOREVER, /* the address names the content */
    CACHE_NONE     /* never stored */
};

enum param_kind {
    PARAM_INT,    /* int32_t, least to most */
    PARAM_CHOICE, /* const char *, one of choices; NULL if not given */
    PARAM_TEXT,   /* const char *, UTF-8, at most `most` bytes; NULL if not given */
    PARAM_DATE,   /* const char *, YYYY-MM-DD, a day that exists; NULL if not given */
    PARAM_ADDRESS /* const char *, a CKB address in its canonical form; NULL if not given */
};

/* A typed parameter of the path ({id}) or of the query. */
struct param {
    const char *name;
    enum param_kind kind;
    uint16_t offset;                          /* in the page's parameter struct */
    int32_t least, most;                      /* bounds: of the number, or of the length in bytes */
    int32_t preset;                           /* INT: the value if not given; CHOICE: 1 for the
                                                 first that is the same as none, 2 ..., 0: none is */
    const char *const *choices;               /* CHOICE: ended by NULL */
    const char *(*label)(const char *choice); /* CHOICE: the word for one in the page's form; NULL:
                                                 it is its own */
    const char *help;                         /* one sentence for the API document */
    const char *example;                      /* a value that works, in a path */
};

struct page {
    const char *name;     /* label in metrics and logs */
    const char *path;     /* of the HTML face, "/tokens/{id}"; NULL if it has none */
    const char *api_path; /* of the JSON face; NULL if it has none */
    const char *summary;  /* one sentence for the API document; NULL for what programs do not ask */
    const char *example;  /* a query for its example there, "?limit=10"; NULL: none */
    const char *type;     /* raw pages that the API document has: the media type */
    const char *template; /* file below templates/ without .html; NULL if it has no HTML face */
    enum pool pool;
    enum access access;
    enum cache cache;
    const struct param *params;
    size_t n_params;
    size_t params_size;         /* sizeof its parameter struct */
    const struct record *model; /* members `data` and `meta` become the JSON envelope */
    /* Names the queries that the page needs. Nothing in it waits. NULL: needs none. */
    void (*load)(struct request *rq, struct load *l, void *model);
    /* Turns rows into the model. To look a second time it adds calls to l (emptied before) and
     * returns OK; it is then called again after they have run, with round counting from 0. If it
     * gives them a time (load.limit_ms), rq->too_slow says that they did not make it. BAD_INPUT,
     * with a problem noted on rq: the rows show that the parameters cannot be served. */
    enum status (*show)(struct request *rq, struct load *l, void *model, int round);
    /* Called instead of load and show when an HTML page's parameters were refused: fills what the
     * page's form needs (rq->problems says why, params_given what was typed), and the page is shown
     * with status 400. NULL: the error page is shown. */
    void (*refused)(struct request *rq, void *model);
    /* For pages that are neither HTML nor JSON (metrics): writes the body, returns the type. */
    const char *(*raw)(struct request *rq, struct reply *reply, void *model);
};

#endif
