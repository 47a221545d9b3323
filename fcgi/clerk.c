/* The clerk: one child that does once for all workers what none of them should do by itself.
 *
 * Once a second it asks the database for a sign of life and whether a setting has changed, and
 * once a minute whether its schema is the one of this program. What it learns is left in the
 * shared counters. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/config.h"
#include "base/log.h"
#include "base/when.h"
#include "fcgi/worker.h"
#include "sql/schema.h"

enum { PERIOD_US = 1000000, SCHEMA_PERIOD_US = 60 * PERIOD_US };

struct settings_state {
    int64_t settings, latest;
};

static const struct field settings_fields[] = {
    FIELD_STORED(struct settings_state, settings, "settings", FIELD_LONG),
    FIELD_STORED(struct settings_state, latest, "latest", FIELD_TIME),
};
static const struct record record_settings = RECORD(settings_state, settings_fields);

struct clerk {
    const struct worker *w;
    struct db *db;
    struct arena *arena;
    size_t asking; /* questions under way */
    int64_t asked, next, next_schema;
    bool answered_before;
    struct rows rows;
    struct settings_state settings;
};

static void ping_done(void *owner, struct load *l) {
    struct clerk *k = owner;
    struct counters *all = counters();
    bool up = l->status == OK;
    k->asking--;
    if (up != all->database_up || !k->answered_before)
        log_line(up ? LOG_INFO : LOG_WARNING, up ? "database_up" : "database_down",
                 up ? "the database answers" : "the database does not answer");
    k->answered_before = true;
    all->database_up = up;
    k->w->slot->database_up = up;
    if (up)
        all->database_ping = (uint64_t)(counters_clock() - k->asked);
}

static void settings_done(void *owner, struct load *l) {
    struct clerk *k = owner;
    k->asking--;
    if (l->status != OK || k->rows.n != 1)
        return;
    struct settings_state now = *(const struct settings_state *)k->rows.at;
    if (now.settings != k->settings.settings || now.latest != k->settings.latest)
        counters()->settings_generation++;
    k->settings = now;
}

static void ask(struct clerk *k) {
    struct load *loads = arena_array(k->arena, 2, sizeof *loads);
    loads[0].arena = loads[1].arena = k->arena;
    load_add(&loads[0], SQL_PING, 0, 0, NULL, NULL);
    load_add(&loads[1], SQL_SETTINGS_STATE, 0, 0, &record_settings, &k->rows);
    k->asked = counters_clock();
    k->next = k->asked + PERIOD_US;
    /* A database without our tables still answers a ping. */
    k->asking = counters()->schema == SCHEMA_SAME ? 2 : 1;
    db_queue(k->db, &loads[0], k, ping_done);
    if (k->asking == 2)
        db_queue(k->db, &loads[1], k, settings_done);
    db_flush(k->db);
}

/* Compares the database's schema with the program's; says so when the answer is a new one. */
static void check_schema(struct clerk *k) {
    struct text why = text_in(k->arena, 4096);
    enum status status = schema_check(k->db, &why);
    int state = status == OK ? SCHEMA_SAME : status == CONFLICT ? SCHEMA_DIFFERS : SCHEMA_UNKNOWN;
    if (state == SCHEMA_DIFFERS && counters()->schema != state)
        log_line(LOG_ERROR, "schema_differs", "%s", text_str(&why));
    counters()->schema = state;
    k->next_schema = counters_clock() + (state == SCHEMA_UNKNOWN ? PERIOD_US : SCHEMA_PERIOD_US);
}

static void do_due(struct clerk *k) {
    if (k->asking)
        return;
    arena_reset(k->arena);
    if (counters()->database_up && counters_clock() >= k->next_schema)
        check_schema(k);
    if (counters_clock() >= k->next)
        ask(k);
}

static void loop(struct clerk *k) {
    struct pollfd waits[2] = {{.fd = k->w->stop, .events = POLLIN}};
    while (!waits[0].revents) {
        do_due(k);
        k->w->slot->beats++;
        int wait = db_tick(k->db);
        int most = k->asking ? BEAT_MS : worker_ms_until(k->next);
        if (wait < 0 || wait > most)
            wait = most;
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
