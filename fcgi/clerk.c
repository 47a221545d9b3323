/* The clerk: one child that does once for all workers what none of them should do by itself.
 *
 * Once a second it asks the database for a sign of life and leaves what it learned in the shared
 * counters: whether it answers, how fast, and whether its schema is the one of this program. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/config.h"
#include "base/log.h"
#include "fcgi/worker.h"

enum { PERIOD_US = 1000000 };

struct clerk {
    const struct worker *w;
    struct db *db;
    struct arena *arena;
    struct load *load; /* NULL while no question is under way */
    int64_t asked, next;
    uint64_t answers;
};

static void answered(void *owner, struct load *l) {
    struct clerk *k = owner;
    struct counters *all = counters();
    bool up = l->status == OK;
    if (up != all->database_up || !k->answers++)
        log_line(up ? LOG_INFO : LOG_WARNING, up ? "database_up" : "database_down",
                 up ? "the database answers" : "the database does not answer");
    all->database_up = up;
    k->w->slot->database_up = up;
    if (up)
        all->database_ping = (uint64_t)(counters_clock() - k->asked);
    k->load = NULL;
}

static void ask(struct clerk *k) {
    arena_reset(k->arena);
    k->load = arena_alloc(k->arena, sizeof *k->load);
    k->load->arena = k->arena;
    load_add(k->load, SQL_PING, 0, 0, NULL, NULL);
    k->asked = counters_clock();
    k->next = k->asked + PERIOD_US;
    db_queue(k->db, k->load, k, answered);
    db_flush(k->db);
}

static void loop(struct clerk *k) {
    struct pollfd waits[2] = {{.fd = k->w->stop, .events = POLLIN}};
    while (!waits[0].revents) {
        if (!k->load && counters_clock() >= k->next)
            ask(k);
        int tick = db_tick(k->db);
        int wait = k->load ? -1 : worker_ms_until(k->next);
        if (wait < 0 || (tick >= 0 && tick < wait))
            wait = tick;
        waits[1].fd = db_socket(k->db, &waits[1].events);
        if (poll(waits, 2, wait) < 0 && errno != EINTR)
            log_fatal("poll", "%s", strerror(errno));
        if (waits[1].fd >= 0 && waits[1].revents)
            db_advance(k->db);
    }
}

int clerk_run(const struct worker *w) {
    struct clerk k = {.w = w, .db = db_new("clerk", config.reader_url), .arena = arena_new()};
    w->slot->state = SLOT_IDLE;
    loop(&k);
    db_free(k.db);
    arena_free(k.arena);
    return 0;
}
