/* read_private.h - what the files of the read pool share; nobody else includes it. */
#ifndef SITA_FCGI_READ_PRIVATE_H
#define SITA_FCGI_READ_PRIVATE_H

#include <fcgiapp.h>
#include <sys/uio.h>

#include "fcgi/worker.h"

enum {
    FIRST_REQUEST_US = 1000000, /* how long a stop waits for one on a new connection */
    CONNS_MAX = 1024,           /* open FastCGI connections of one worker */
    LINKS_MAX = 16,             /* database connections of one worker */
    ARENAS_KEPT = 32,           /* arenas that wait for the next request */
    READ_BODY_MAX = 4 * 1024    /* a reading request has no use for a body */
};

/* What an epoll event belongs to; the first member of each of those things. */
enum source { SOURCE_LISTENER, SOURCE_STOP, SOURCE_CONN, SOURCE_LINK };

/* One database connection. */
struct link {
    enum source source;
    struct db *db;
    int fd;       /* as registered with epoll, -1 for none */
    short events; /* of poll(2), as registered */
    bool unsent;  /* loads were handed over since the last flush */
    bool up;
};

/* One connection of nginx. */
struct conn {
    enum source source;
    enum { CONN_CLOSED, CONN_IDLE, CONN_PARTIAL, CONN_WORKING, CONN_WRITING } state;
    int fd;
    size_t index;     /* in the pool's list */
    bool keep;        /* more requests may come */
    bool touched;     /* an event came while it was working */
    bool over;        /* the peer sends no more */
    bool used;        /* a request came on it before */
    int64_t started;  /* counters_clock, when the request was whole */
    int64_t deadline; /* PARTIAL and WRITING: when it is given up */
    struct read_pool *pool;
    FCGX_Request fcgx;
    struct arena *arena; /* while there is a request */
    struct job *job;
    struct iovec *out; /* what is still to be written */
    size_t n_out;
    struct conn *next_spare;
};

struct read_pool {
    const struct worker *w;
    int epoll;
    bool listening, stopping;
    struct conn *conns[CONNS_MAX];
    size_t n_conns;
    struct conn *spare; /* closed ones, to be used again */
    struct arena *arenas[ARENAS_KEPT];
    size_t n_arenas;
    size_t working; /* requests under way */
    struct link links[LINKS_MAX];
    size_t n_links;
    uint8_t *look; /* where requests are looked at before libfcgi reads them */
    size_t look_size;
};

/* -- read_conn.c: the life of a connection ---------------------------------------------------- */

/* Takes over a connection that was accepted, and what has already arrived on it. */
void conn_open(struct read_pool *p, int fd);

/* Goes on after epoll reported these events. */
void conn_ready(struct conn *c, uint32_t events);

/* Answers what has arrived and then closes it: for a stop. */
void conn_retire(struct conn *c);

/* Closes those whose time is up. Returns milliseconds until the next deadline, -1 for none. */
int conns_expire(struct read_pool *p);

/* Closes all and frees what the pool keeps of connections. */
void conns_free(struct read_pool *p);

/* -- read_links.c: the database connections --------------------------------------------------- */

void links_open(struct read_pool *p);
void links_free(struct read_pool *p);

/* Hands a load to the connection that will answer soonest. */
void links_queue(struct read_pool *p, struct load *l, struct conn *owner, db_done *done);

/* Goes on after an epoll event. */
void link_ready(struct link *k);

/* Ends a pass: sends what was queued, lets time do its work, tells epoll what to wait for.
 * Returns milliseconds until it wants to be called again, -1 for never. */
int links_flush(struct read_pool *p);

#endif
