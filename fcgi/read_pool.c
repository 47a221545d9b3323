/* One event loop per read worker: the listener, the kept connections of nginx, the database.
 *
 * A pass takes every request that is ready, queues their loads, and sends them as one pipeline. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/config.h"
#include "base/log.h"
#include "fcgi/listen.h"
#include "fcgi/read_private.h"

enum { EVENTS_MAX = 256 };

static void add(struct read_pool *p, int fd, enum source *source, uint32_t events) {
    struct epoll_event e = {.events = events, .data.ptr = source};
    if (epoll_ctl(p->epoll, EPOLL_CTL_ADD, fd, &e) != 0)
        log_fatal("epoll_ctl", "%s", strerror(errno));
}

static void listen_again(struct read_pool *p) {
    static enum source listener = SOURCE_LISTENER;
    if (p->listening || p->stopping || p->n_conns == CONNS_MAX)
        return;
    add(p, p->w->listener, &listener, EPOLLIN | EPOLLEXCLUSIVE);
    p->listening = true;
}

static void listen_no_more(struct read_pool *p) {
    if (p->listening)
        epoll_ctl(p->epoll, EPOLL_CTL_DEL, p->w->listener, NULL);
    p->listening = false;
}

/* One at a time: while this worker serves it, another one takes the next. */
static bool take_one(struct read_pool *p) {
    if (p->n_conns == CONNS_MAX) {
        listen_no_more(p);
        return false;
    }
    int fd = listen_accept(p->w->listener, true);
    if (fd >= 0)
        conn_open(p, fd);
    return fd >= 0;
}

/* Takes what the system has already accepted for us, then answers and closes all. */
static void stop(struct read_pool *p) {
    listen_no_more(p);
    epoll_ctl(p->epoll, EPOLL_CTL_DEL, p->w->stop, NULL); /* it stays readable */
    p->stopping = true;
    p->w->slot->state = SLOT_STOPPING;
    while (take_one(p))
        ;
    close(p->w->listener); /* if the parent is gone, a new server may listen now */
    for (size_t i = p->n_conns; i-- > 0;)
        if (i < p->n_conns)
            conn_retire(p->conns[i]);
}

static void dispatch(struct read_pool *p, const struct epoll_event *events, int n) {
    bool new_connection = false, told_to_stop = false;
    for (int i = 0; i < n; i++) {
        enum source *source = events[i].data.ptr;
        switch (*source) {
        case SOURCE_LISTENER:
            new_connection = true;
            break;
        case SOURCE_STOP:
            told_to_stop = true;
            break;
        case SOURCE_CONN:
            conn_ready((struct conn *)source, events[i].events);
            break;
        case SOURCE_LINK:
            link_ready((struct link *)source);
            break;
        }
    }
    /* Last, so that no event of this pass can name a connection that is used again. */
    if (new_connection && !p->stopping)
        take_one(p);
    if (told_to_stop && !p->stopping)
        stop(p);
}

static int earlier(int a, int b) {
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

static void loop(struct read_pool *p) {
    struct epoll_event events[EVENTS_MAX];
    struct slot *slot = p->w->slot;
    while (!p->stopping || p->n_conns) {
        int wait = earlier(links_flush(p), conns_expire(p));
        listen_again(p);
        if (!p->stopping)
            slot->state = p->working ? SLOT_BUSY : SLOT_IDLE;
        slot->beats++;
        int n = epoll_wait(p->epoll, events, EVENTS_MAX, earlier(wait, BEAT_MS));
        if (n < 0 && errno != EINTR)
            log_fatal("epoll_wait", "%s", strerror(errno));
        dispatch(p, events, n);
    }
}

int read_pool_run(const struct worker *w) {
    static enum source told = SOURCE_STOP;
    struct read_pool *p = calloc(1, sizeof *p);
    if (!p)
        log_fatal("out_of_memory", "could not allocate the read pool");
    p->w = w;
    p->epoll = epoll_create1(EPOLL_CLOEXEC);
    p->look_size = (size_t)config.params_max + READ_BODY_MAX + 4096;
    p->look = malloc(p->look_size);
    if (p->epoll < 0 || !p->look)
        log_fatal("read_pool", "%s", strerror(errno));
    add(p, w->stop, &told, EPOLLIN);
    links_open(p);
    loop(p);
    conns_free(p);
    links_free(p);
    close(p->epoll);
    free(p->look);
    free(p);
    return 0;
}
