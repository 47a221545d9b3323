#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>

#include "base/config.h"
#include "fcgi/read_private.h"

/* A load that has waited this long without an answer is behind a slow query: whoever comes now
 * takes the next connection. Ordinary pages are answered within one or two milliseconds. */
enum { SLOW_MS = 5 };

void links_open(struct read_pool *p) {
    p->n_links = (size_t)config.read_connections;
    for (size_t i = 0; i < p->n_links; i++)
        p->links[i] = (struct link){
            .source = SOURCE_LINK, .db = db_new("reader", config.reader_url), .fd = -1};
}

void links_free(struct read_pool *p) {
    for (size_t i = 0; i < p->n_links; i++)
        db_free(p->links[i].db);
}

/* Whether a will answer sooner than b: one that is up, then the one whose oldest load waits for the
 * shortest time. Their number says little: a single slow query holds up more than many quick ones.
 */
static bool sooner(const struct db *a, const struct db *b) {
    bool up = db_is_up(a);
    int64_t waits = db_waiting_ms(a), others = db_waiting_ms(b);
    if (up != db_is_up(b))
        return up;
    return waits != others ? waits < others : db_waiting(a) < db_waiting(b);
}

/* The first that is not held up; else the best of those that are. */
static struct link *choose(struct read_pool *p) {
    struct link *best = &p->links[0];
    for (size_t i = 0; i < p->n_links; i++) {
        struct link *k = &p->links[i];
        if (db_is_up(k->db) && db_waiting_ms(k->db) < SLOW_MS)
            return k;
        if (sooner(k->db, best->db))
            best = k;
    }
    return best;
}

void links_queue(struct read_pool *p, struct load *l, struct conn *owner, db_done *done) {
    struct link *k = choose(p);
    k->unsent = true;
    db_queue(k->db, l, owner, done);
}

void link_ready(struct link *k) {
    db_advance(k->db);
}

/* Registers the socket that the connection uses now. The number alone does not tell: a new
 * connection may have got the number of the old one, which epoll forgot when it was closed. */
static void watch(struct read_pool *p, struct link *k) {
    short events = 0;
    int fd = db_socket(k->db, &events);
    if (fd < 0) {
        if (k->fd >= 0)
            epoll_ctl(p->epoll, EPOLL_CTL_DEL, k->fd, NULL);
        k->fd = -1;
        return;
    }
    if (k->fd >= 0 && k->fd != fd)
        epoll_ctl(p->epoll, EPOLL_CTL_DEL, k->fd, NULL);
    struct epoll_event e = {.data.ptr = k};
    e.events = (events & POLLIN ? EPOLLIN : 0u) | (events & POLLOUT ? EPOLLOUT : 0u);
    if (epoll_ctl(p->epoll, EPOLL_CTL_MOD, fd, &e) != 0 && errno == ENOENT)
        epoll_ctl(p->epoll, EPOLL_CTL_ADD, fd, &e);
    k->fd = fd;
}

static void note_up(struct read_pool *p, struct link *k) {
    bool up = db_is_up(k->db);
    if (up && !k->up)
        counters()->database_opened[p->w->pool]++;
    k->up = up;
}

int links_flush(struct read_pool *p) {
    int wait = -1, any_up = 0;
    for (size_t i = 0; i < p->n_links; i++) {
        int ms = db_tick(p->links[i].db);
        if (ms >= 0 && (wait < 0 || ms < wait))
            wait = ms;
    }
    for (size_t i = 0; i < p->n_links; i++) {
        struct link *k = &p->links[i];
        if (k->unsent) {
            k->unsent = false;
            db_flush(k->db);
        }
        watch(p, k);
        note_up(p, k);
        any_up |= k->up;
    }
    p->w->slot->database_up = any_up;
    return wait;
}
