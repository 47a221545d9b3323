#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/config.h"
#include "base/log.h"
#include "fcgi/read_private.h"
#include "fcgi/request.h"
#include "fcgi/wire.h"

static void conn_look(struct conn *c);

static int64_t io_deadline(void) {
    return counters_clock() + (int64_t)config.io_seconds * 1000000;
}

/* -- opening and closing ---------------------------------------------------------------------- */

/* Edge-triggered: an event comes for each arrival, none while a request is worked on and its peer
 * has gone, and nothing has to be registered anew between requests. */
static void watch(struct conn *c, int how, uint32_t more) {
    struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET | more, .data.ptr = c};
    if (epoll_ctl(c->pool->epoll, how, c->fd, &e) != 0)
        log_fatal("epoll_ctl", "%s", strerror(errno));
}

static struct conn *conn_spare(struct read_pool *p) {
    struct conn *c = p->spare;
    if (c)
        p->spare = c->next_spare;
    else if (!(c = malloc(sizeof *c)))
        log_fatal("out_of_memory", "could not allocate a connection");
    return c;
}

void conn_open(struct read_pool *p, int fd) {
    struct conn *c = conn_spare(p);
    *c = (struct conn){
        .source = SOURCE_CONN, .state = CONN_IDLE, .fd = fd, .pool = p, .index = p->n_conns};
    p->conns[p->n_conns++] = c;
    p->w->slot->connections = (int)p->n_conns;
    watch(c, EPOLL_CTL_ADD, 0);
    conn_look(c);
}

static void release_request(struct conn *c) {
    struct read_pool *p = c->pool;
    if (!c->arena)
        return;
    FCGX_Free(&c->fcgx, 0);
    arena_reset(c->arena);
    if (p->n_arenas < ARENAS_KEPT)
        p->arenas[p->n_arenas++] = c->arena;
    else
        arena_free(c->arena);
    c->arena = NULL;
    c->job = NULL;
    p->w->slot->requests = (int)--p->working;
    if (!p->working)
        slot_note_request(p->w->slot, "");
}

static void conn_close(struct conn *c) {
    struct read_pool *p = c->pool;
    release_request(c);
    if (c->fd >= 0)
        close(c->fd);
    p->conns[c->index] = p->conns[--p->n_conns];
    p->conns[c->index]->index = c->index;
    p->w->slot->connections = (int)p->n_conns;
    c->state = CONN_CLOSED; /* an event of this pass may still name it */
    c->next_spare = p->spare;
    p->spare = c;
}

void conns_free(struct read_pool *p) {
    while (p->n_conns)
        conn_close(p->conns[0]);
    while (p->spare) {
        struct conn *c = p->spare;
        p->spare = c->next_spare;
        free(c);
    }
    while (p->n_arenas)
        arena_free(p->arenas[--p->n_arenas]);
}

/* -- answering -------------------------------------------------------------------------------- */

static void conn_finish(struct conn *c) {
    bool was_writing = c->state == CONN_WRITING;
    release_request(c);
    c->state = CONN_IDLE;
    if (!c->keep) {
        conn_close(c);
        return;
    }
    if (was_writing)
        watch(c, EPOLL_CTL_MOD, 0);
    if (c->pool->stopping) {
        conn_retire(c);
    } else if (c->touched) {
        c->touched = false;
        conn_look(c);
    }
}

/* Drops the first n bytes of what is to be written. */
static void advance(struct conn *c, size_t n) {
    while (c->n_out && n >= c->out->iov_len) {
        n -= c->out->iov_len;
        c->out++;
        c->n_out--;
    }
    if (n) {
        c->out->iov_base = (char *)c->out->iov_base + n;
        c->out->iov_len -= n;
    }
}

static void conn_write(struct conn *c) {
    while (c->n_out) {
        struct msghdr message = {.msg_iov = c->out, .msg_iovlen = c->n_out};
        ssize_t n = sendmsg(c->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN) {
            conn_close(c); /* the reader has left */
            return;
        }
        if (n < 0) {
            if (c->state != CONN_WRITING)
                watch(c, EPOLL_CTL_MOD, EPOLLOUT);
            c->state = CONN_WRITING;
            c->deadline = io_deadline();
            return;
        }
        advance(c, (size_t)n);
    }
    conn_finish(c);
}

static void answer(struct conn *c, uint16_t id) {
    struct reply *reply = &c->job->reply;
    c->out = wire_frame(c->arena, id, reply->head.at, reply->head.n, reply->body.at, reply->body.n,
                        &c->n_out);
    worker_count(c->pool->w, c->job, c->started);
    conn_write(c);
}

static void rows_done(void *owner, struct load *l);

static void run(struct conn *c) {
    if (c->job->state == JOB_WANTS_ROWS) {
        c->state = CONN_WORKING;
        links_queue(c->pool, &c->job->load, c, rows_done);
    } else {
        answer(c, (uint16_t)c->fcgx.requestId);
    }
}

static void rows_done(void *owner, struct load *l) {
    struct conn *c = owner;
    worker_count_load(c->pool->w, l);
    slot_note_request(c->pool->w->slot, c->job->rq->id);
    job_go_on(c->job);
    run(c);
}

/* -- receiving -------------------------------------------------------------------------------- */

static void begin_request(struct conn *c) {
    struct read_pool *p = c->pool;
    c->arena = p->n_arenas ? p->arenas[--p->n_arenas] : arena_new();
    c->started = counters_clock();
    c->touched = false;
    c->used = true;
    p->w->slot->requests = (int)++p->working;
    FCGX_InitRequest(&c->fcgx, -1, 0);
}

static void refuse(struct conn *c, const struct wire_request *seen, int status) {
    begin_request(c);
    struct request *rq = arena_alloc(c->arena, sizeof *rq);
    request_blank(rq, c->arena);
    c->keep = false;
    c->job = job_error(c->pool->w->app, rq, status);
    answer(c, seen->id);
}

/* The request is there to its last byte, so nothing that libfcgi does here can wait. */
static void take(struct conn *c, const struct wire_request *seen) {
    begin_request(c);
    c->fcgx.ipcFd = c->fd;
    c->fcgx.keepConnection = 1; /* or it would be closed before it is read */
    if (FCGX_Accept_r(&c->fcgx) != 0) {
        c->fd = -1; /* closed by libfcgi */
        counters()->broken[c->pool->w->pool]++;
        conn_close(c);
        return;
    }
    struct request *rq = arena_alloc(c->arena, sizeof *rq);
    c->keep = seen->keep;
    int refusal = request_from_params(rq, c->arena, c->fcgx.envp);
    int unread = request_read_body(rq, c->fcgx.in, READ_BODY_MAX, INT64_MAX);
    if (!refusal)
        refusal = unread;
    slot_note_request(c->pool->w->slot, rq->id);
    c->job = refusal ? job_error(c->pool->w->app, rq, refusal)
                     : job_start(c->pool->w->app, rq, c->pool->w->pool);
    run(c);
}

static void wait_for_more(struct conn *c) {
    if (c->over) {
        counters()->broken[c->pool->w->pool]++;
        conn_close(c);
        return;
    }
    if (c->state != CONN_PARTIAL)
        c->deadline = io_deadline();
    c->state = CONN_PARTIAL;
}

static void conn_look(struct conn *c) {
    struct read_pool *p = c->pool;
    struct wire_request seen;
    ssize_t n = recv(c->fd, p->look, p->look_size, MSG_PEEK | MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0) {
        conn_close(c);
        return;
    }
    switch (wire_look(p->look, (size_t)n, (size_t)config.params_max, READ_BODY_MAX, &seen)) {
    case WIRE_WHOLE:
        take(c, &seen);
        return;
    case WIRE_HEAD:
    case WIRE_PARTIAL:
        if ((size_t)n < p->look_size) {
            wait_for_more(c);
            return;
        }
        break; /* nothing but padding and tiny records */
    case WIRE_PARAMS_TOO_LARGE:
    case WIRE_BODY_TOO_LARGE:
        refuse(c, &seen, 413);
        return;
    case WIRE_BROKEN:
        break;
    }
    counters()->broken[p->w->pool]++;
    conn_close(c);
}

void conn_ready(struct conn *c, uint32_t events) {
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        c->over = true;
    switch (c->state) {
    case CONN_IDLE:
    case CONN_PARTIAL:
        conn_look(c);
        break;
    case CONN_WORKING:
        c->touched = true;
        break;
    case CONN_WRITING:
        conn_write(c);
        break;
    case CONN_CLOSED:
        break;
    }
}

void conn_retire(struct conn *c) {
    char byte;
    if (c->state != CONN_IDLE)
        return; /* conn_finish or its deadline comes back to it */
    if (!c->used) {
        /* Whoever has just connected is about to ask. */
        c->state = CONN_PARTIAL;
        c->deadline = counters_clock() + FIRST_REQUEST_US;
        return;
    }
    /* From here on the peer cannot send; what it had sent is a request and gets its answer. */
    shutdown(c->fd, SHUT_RD);
    c->over = true;
    if (recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1)
        conn_look(c);
    else
        conn_close(c);
}

int conns_expire(struct read_pool *p) {
    int64_t now = counters_clock(), next = INT64_MAX;
    for (size_t i = p->n_conns; i-- > 0;) {
        struct conn *c = p->conns[i];
        if (c->state != CONN_PARTIAL && c->state != CONN_WRITING)
            continue;
        if (c->deadline <= now)
            conn_close(c);
        else if (c->deadline < next)
            next = c->deadline;
    }
    return next == INT64_MAX ? -1 : worker_ms_until(next);
}
