/* The plain loop of the write and desk pools: one connection, one request, one answer.
 *
 * nginx does not keep these connections, so a worker that waits in a commit, a slow query or a
 * stalled download holds up nobody but its own client. */
#include <errno.h>
#include <fcgiapp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/config.h"
#include "base/log.h"
#include "fcgi/listen.h"
#include "fcgi/request.h"
#include "fcgi/streams.h"
#include "fcgi/wire.h"
#include "fcgi/worker.h"

enum {
    CHUNK_MAX = 64 * 1024 * 1024, /* bytes of one piece of a streamed body */
    PIECE = 8 * 1024,             /* bytes that are sent under one deadline */
    LINGER_US = 1000000,          /* how long a refused peer may go on sending */
    STOP_SECONDS = 1              /* how long a stop goes on taking what waits at the door */
};

struct accept_pool {
    const struct worker *w;
    struct db *db;
    struct arena *arena;
    int epoll; /* for waiting until more has arrived than there is to see already */
    uint8_t *look;
    size_t look_size;
    bool up;
};

/* -- receiving -------------------------------------------------------------------------------- */

/* Waits until all parameters are there, so that libfcgi reads nothing unbounded. */
static enum wire wait_for_head(struct accept_pool *p, int fd, int64_t deadline,
                               struct wire_request *seen) {
    struct epoll_event e = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET};
    bool watched = false, over = false;
    for (;;) {
        ssize_t n = recv(fd, p->look, p->look_size, MSG_PEEK | MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            return WIRE_BROKEN;
        enum wire state = wire_look(p->look, n < 0 ? 0 : (size_t)n, (size_t)config.params_max,
                                    (size_t)config.body_max, seen);
        if (state != WIRE_PARTIAL || over || (n > 0 && (size_t)n == p->look_size))
            return state;
        if (!watched && epoll_ctl(p->epoll, EPOLL_CTL_ADD, fd, &e) != 0)
            return WIRE_BROKEN;
        /* Registering reports at once what is there already; only then an arrival counts. */
        watched = true;
        if (epoll_wait(p->epoll, &e, 1, worker_ms_until(deadline)) <= 0)
            return WIRE_PARTIAL;
        over = e.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
    }
}

static void set_deadlines(int fd) {
    struct timeval limit = {.tv_sec = config.io_seconds};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/* -- answering -------------------------------------------------------------------------------- */

/* Piece by piece: a reader that is slow all the way is no sign that this process hangs. */
static bool put(struct accept_pool *p, FCGX_Stream *out, const struct text *t) {
    for (size_t at = 0; at < t->n; at += PIECE) {
        int n = (int)(t->n - at < PIECE ? t->n - at : PIECE);
        if (FCGX_PutStr(t->at + at, n, out) != n || FCGX_GetError(out) != 0)
            return false;
        p->w->slot->beats++;
    }
    return true;
}

static void note_database(struct accept_pool *p, const struct load *l) {
    bool up = db_is_up(p->db);
    worker_count_load(p->w, l);
    if (up && !p->up)
        counters()->database_opened[p->w->pool]++;
    p->up = up;
    p->w->slot->database_up = up;
}

static void run(struct accept_pool *p, struct job *job) {
    while (job->state == JOB_WANTS_ROWS) {
        db_run(p->db, &job->load);
        p->w->slot->beats++;
        note_database(p, &job->load);
        job_go_on(job);
    }
}

/* True while the reader keeps up with STREAM_LEAST on average. */
static bool keeps_up(size_t sent, int64_t started) {
    int64_t seconds = (counters_clock() - started) / 1000000 - config.io_seconds;
    return seconds <= 0 || sent / (uint64_t)seconds >= STREAM_LEAST;
}

/* Sends the body that is made while it is sent; false when the client has left or stalls, or when
 * the rest of the body cannot be made. */
static bool put_stream(struct accept_pool *p, FCGX_Stream *out, const struct reply *reply) {
    struct text chunk = text_in(p->arena, CHUNK_MAX);
    enum stream_state state = STREAM_MORE;
    int64_t started = counters_clock();
    size_t sent = 0;
    while (state == STREAM_MORE) {
        text_clear(&chunk);
        if (reply->stream_load && reply->stream_load->n) {
            db_run(p->db, reply->stream_load);
            p->w->slot->beats++;
            note_database(p, reply->stream_load);
        }
        state = reply->stream(reply->stream_state, &chunk);
        if (!text_ok(&chunk)) {
            log_line(LOG_ERROR, "stream_chunk_too_large", "limit=%d", CHUNK_MAX);
            return false;
        }
        if (chunk.n && (!put(p, out, &chunk) || FCGX_FFlush(out) != 0))
            return false;
        sent += chunk.n;
        if (state == STREAM_MORE && chunk.n && !keeps_up(sent, started))
            return false;
    }
    return state == STREAM_END;
}

static void answer(struct accept_pool *p, FCGX_Request *fcgx, struct job *job, int64_t started) {
    const struct reply *reply = &job->reply;
    bool download = reply->stream && reply->stream_load; /* the fault routes stall as they like */
    if (download && !streams_enter(p->w->slot, job->rq->remote, config.desk_workers))
        job_fail(job, 429);
    worker_count(p->w, job, started);
    bool sent = put(p, fcgx->out, &reply->head) && put(p, fcgx->out, &reply->body);
    if (sent && reply->stream)
        sent = put_stream(p, fcgx->out, reply);
    streams_leave(p->w->slot);
    if (!sent) /* or libfcgi would wait for the stalled reader once more at the end */
        shutdown(fcgx->ipcFd, SHUT_RDWR);
}

/* -- one connection --------------------------------------------------------------------------- */

/* Closes a connection whose request was not read to its end. Over TCP a plain close would take the
 * answer away with it (RFC 9112 section 9.6 tells the same of HTTP). */
static void hang_up(struct accept_pool *p, int fd) {
    int64_t until = counters_clock() + LINGER_US;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    shutdown(fd, SHUT_WR);
    while (poll(&wait, 1, worker_ms_until(until)) > 0 &&
           recv(fd, p->look, p->look_size, MSG_DONTWAIT) > 0)
        ;
    close(fd);
}

/* What is too large is refused before libfcgi reads it. */
static void refuse(struct accept_pool *p, int fd, const struct wire_request *seen,
                   int64_t started) {
    struct request rq;
    size_t n;
    request_blank(&rq, p->arena);
    struct job *job = job_error(p->w->app, &rq, 413);
    struct msghdr message = {.msg_iov = wire_frame(p->arena, seen->id, job->reply.head.at,
                                                   job->reply.head.n, job->reply.body.at,
                                                   job->reply.body.n, &n)};
    message.msg_iovlen = n;
    worker_count(p->w, job, started);
    (void)sendmsg(fd, &message, MSG_NOSIGNAL); /* a peer that has left needs no answer */
    hang_up(p, fd);
}

static void take(struct accept_pool *p, int fd, int64_t started) {
    FCGX_Request fcgx;
    FCGX_InitRequest(&fcgx, -1, FCGI_FAIL_ACCEPT_ON_INTR);
    fcgx.ipcFd = fd;
    fcgx.keepConnection = 1; /* or it would be closed before it is read */
    if (FCGX_Accept_r(&fcgx) != 0) {
        counters()->broken[p->w->pool]++; /* and libfcgi has closed it */
        return;
    }
    struct request *rq = arena_alloc(p->arena, sizeof *rq);
    int refusal = request_from_params(rq, p->arena, fcgx.envp);
    slot_note_request(p->w->slot, rq->id);
    if (!refusal)
        refusal = request_read_body(rq, fcgx.in, (size_t)config.body_max,
                                    started + (int64_t)config.io_seconds * 1000000);
    if (refusal != 408) {
        struct job *job =
            refusal ? job_error(p->w->app, rq, refusal) : job_start(p->w->app, rq, p->w->pool);
        run(p, job);
        answer(p, &fcgx, job, started);
    }
    fcgx.keepConnection = 1; /* it is closed here: libfcgi would wait for the peer to do it */
    FCGX_Finish_r(&fcgx);
    if (fcgx.ipcFd >= 0 && refusal)
        hang_up(p, fd);
    else if (fcgx.ipcFd >= 0) /* else libfcgi has closed it after an error */
        close(fd);
}

static void serve(struct accept_pool *p, int fd) {
    struct slot *slot = p->w->slot;
    struct wire_request seen;
    int64_t started = counters_clock();
    if (slot->state == SLOT_IDLE)
        slot->state = SLOT_BUSY;
    slot->connections = slot->requests = 1;
    set_deadlines(fd);
    switch (wait_for_head(p, fd, started + (int64_t)config.io_seconds * 1000000, &seen)) {
    case WIRE_WHOLE:
    case WIRE_HEAD:
        take(p, fd, started);
        break;
    case WIRE_PARAMS_TOO_LARGE:
    case WIRE_BODY_TOO_LARGE:
        refuse(p, fd, &seen, started);
        break;
    case WIRE_PARTIAL:
    case WIRE_BROKEN:
        counters()->broken[p->w->pool]++;
        close(fd);
        break;
    }
    arena_reset(p->arena);
    slot_note_request(slot, "");
    slot->connections = slot->requests = 0;
    if (slot->state == SLOT_BUSY)
        slot->state = SLOT_IDLE;
}

/* -- the loop --------------------------------------------------------------------------------- */

static void loop(struct accept_pool *p) {
    struct pollfd waits[] = {{.fd = p->w->listener, .events = POLLIN},
                             {.fd = p->w->stop, .events = POLLIN}};
    while (!waits[1].revents) {
        p->w->slot->beats++;
        if (poll(waits, 2, BEAT_MS) < 0 && errno != EINTR)
            log_fatal("poll", "%s", strerror(errno));
        int fd = waits[1].revents ? -1 : listen_accept(p->w->listener, false);
        if (fd >= 0)
            serve(p, fd);
    }
    /* What the system had accepted for this pool is answered too. */
    p->w->slot->state = SLOT_STOPPING;
    int64_t until = counters_clock() + STOP_SECONDS * 1000000;
    int fd;
    while (counters_clock() < until && (fd = listen_accept(p->w->listener, false)) >= 0)
        serve(p, fd);
}

int accept_pool_run(const struct worker *w) {
    bool desk = w->pool == POOL_DESK;
    struct accept_pool p = {
        .w = w,
        .db = db_new(desk ? "desk" : "app", desk ? config.desk_url : config.app_url),
        .arena = arena_new(),
        .epoll = epoll_create1(EPOLL_CLOEXEC),
        .look_size = (size_t)config.params_max + 8192};
    p.look = malloc(p.look_size);
    if (p.epoll < 0 || !p.look)
        log_fatal("accept_pool", "%s", strerror(errno));
    w->slot->state = SLOT_IDLE;
    loop(&p);
    free(p.look);
    close(p.epoll);
    arena_free(p.arena);
    db_free(p.db);
    return 0;
}
