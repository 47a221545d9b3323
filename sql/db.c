/* Loads through one pipelined connection.
 *
 * All loads of one flush share a sync: that saves each of them two system calls and a transaction
 * (measured with 32 loads of one call: two fifths more loads per second). When one of them fails,
 * PostgreSQL skips what comes after it up to the sync; those loads run again, each with a sync of
 * its own. So a failure costs its neighbours time, never their answer. */
#include "sql/db.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "sql/db_private.h"

enum {
    WAIT_FOR_CONNECTION_MS = 1000, /* how long a load waits for an attempt under way */
    SILENCE_MS = 30000             /* a server that is asked and says nothing is given up */
};

/* -- lists ------------------------------------------------------------------------------------ */

void tickets_put(struct tickets *list, struct ticket *t) {
    t->next = NULL;
    if (list->last)
        list->last->next = t;
    else
        list->first = t;
    list->last = t;
}

struct ticket *tickets_take(struct tickets *list) {
    struct ticket *t = list->first;
    if (t) {
        list->first = t->next;
        if (!list->first)
            list->last = NULL;
    }
    return t;
}

static struct tickets take_all(struct tickets *list) {
    struct tickets taken = *list;
    *list = (struct tickets){0};
    return taken;
}

static void item_put(struct db *db, struct item item) {
    if (db->n_items == db->items_size) {
        size_t size = db->items_size ? 2 * db->items_size : 64;
        struct item *bigger = calloc(size, sizeof *bigger);
        if (!bigger)
            log_fatal("out_of_memory", "items of %s", db->name);
        for (size_t i = 0; i < db->n_items; i++)
            bigger[i] = db->items[(db->items_first + i) % db->items_size];
        free(db->items);
        db->items = bigger;
        db->items_first = 0;
        db->items_size = size;
    }
    db->items[(db->items_first + db->n_items++) % db->items_size] = item;
}

void item_drop(struct db *db) {
    db->items_first = (db->items_first + 1) % db->items_size;
    db->n_items--;
}

struct prepared *prepared_at(struct db *db, size_t index) {
    if (index >= db->n_prepared) {
        size_t n = 2 * index + 16;
        db->prepared = reallocarray(db->prepared, n, sizeof *db->prepared);
        if (!db->prepared)
            log_fatal("out_of_memory", "prepared statements of %s", db->name);
        memset(db->prepared + db->n_prepared, 0, (n - db->n_prepared) * sizeof *db->prepared);
        db->n_prepared = n;
    }
    return &db->prepared[index];
}

/* -- the life of a ticket --------------------------------------------------------------------- */

struct ticket *ticket_new(struct load *l, void *owner, db_done *done) {
    struct ticket *t = arena_alloc(l->arena, sizeof *t);
    *t = (struct ticket){.load = l, .owner = owner, .done = done};
    if (l->limit_ms > 0) { /* until the sync that follows, which is its own */
        t->command = arena_printf(l->arena, "SELECT set_config('statement_timeout', '%d', true)",
                                  (int)l->limit_ms);
        t->alone = true;
    }
    return t;
}

void ticket_finish(struct db *db, struct ticket *t) {
    db->waiting--;
    t->load->status = t->status;
    t->done(t->owner, t->load);
}

void tickets_finish(struct db *db, struct tickets *list, enum status status) {
    struct tickets taken = take_all(list);
    struct ticket *t;
    while ((t = tickets_take(&taken))) {
        t->status = status;
        ticket_finish(db, t);
    }
}

void tickets_give_up(struct db *db) {
    if (db->state == DB_DOWN)
        tickets_finish(db, &db->queued, BUSY);
}

void ticket_queue(struct db *db, struct ticket *t) {
    int64_t now = db_now_ms();
    t->since = now;
    db->waiting++;
    if (db->state == DB_DOWN && now >= db->next_attempt)
        connection_start(db);
    if (db->state == DB_DOWN) {
        t->status = BUSY;
        ticket_finish(db, t);
        return;
    }
    tickets_put(&db->queued, t);
}

void db_queue(struct db *db, struct load *l, void *owner, db_done *done) {
    struct ticket *t = ticket_new(l, owner, done);
    t->to_sync = l->n == 0; /* nothing else would tell its end */
    t->alone |= t->to_sync;
    ticket_queue(db, t);
}

static void requeue_sent(struct db *db, struct tickets *over) {
    struct tickets sent = take_all(&db->sent), later = take_all(&db->queued);
    struct ticket *t;
    while ((t = tickets_take(&sent))) {
        bool again = db->transaction == TX_NONE && !t->was_again;
        t->was_again = true;
        t->again = false;
        t->status = OK;
        t->since = db_now_ms();
        tickets_put(again ? &db->queued : over, t);
    }
    while ((t = tickets_take(&later)))
        tickets_put(&db->queued, t);
}

void connection_lost(struct db *db, const char *why) {
    struct tickets over = {0};
    char message[MESSAGE_MAX];
    message_on_one_line(message, sizeof message, why);
    log_line(LOG_WARNING, "sql_lost", "%s: %s", db->name, message);
    requeue_sent(db, &over);
    if (db->transaction != TX_NONE) {
        db->transaction = TX_BROKEN;
        db->tx_status = BUSY;
    }
    connection_drop(db);
    if (db_now_ms() >= db->next_attempt)
        connection_start(db);
    tickets_finish(db, &over, BUSY);
    tickets_give_up(db);
}

/* -- sending ---------------------------------------------------------------------------------- */

static bool send_sync(struct db *db, struct ticket *t) {
    item_put(db, (struct item){.kind = ITEM_SYNC, .ticket = t});
    return PQpipelineSync(db->conn);
}

static bool send_command(struct db *db, struct item item, const char *sql) {
    item_put(db, item);
    return PQsendQueryParams(db->conn, sql, 0, NULL, NULL, NULL, NULL, 0);
}

static bool send_prepare(struct db *db, const struct statement *s) {
    struct prepared *p = prepared_at(db, s->index);
    bool stale = p->state == PREPARED_STALE;
    char sql[192];
    if (p->state == PREPARED_YES)
        return true;
    p->state = PREPARED_YES; /* taken back if the answer is an error */
    snprintf(sql, sizeof sql, "DEALLOCATE \"%s\"", s->id);
    if (stale && !(send_command(db, (struct item){.kind = ITEM_DEALLOCATE, .statement = s}, sql) &&
                   send_sync(db, NULL)))
        return false;
    item_put(db, (struct item){.kind = ITEM_PREPARE, .statement = s});
    return PQsendPrepare(db->conn, s->id, s->text, 0, NULL) && send_sync(db, NULL);
}

/* Preparing has syncs of its own, so that a statement that cannot be prepared fails only the loads
 * that use it. */
static bool send_prepares(struct db *db, const struct ticket *first) {
    for (const struct ticket *t = first; t; t = t->next)
        for (size_t i = 0; i < t->load->n; i++)
            if (!send_prepare(db, t->load->calls[i].statement))
                return false;
    return true;
}

static bool send_call(struct db *db, struct ticket *t, size_t i) {
    const struct sql_call *c = &t->load->calls[i];
    const struct statement *s = c->statement;
    const char *values[SQL_VALUES_MAX];
    for (size_t k = 0; k < s->n_values; k++) {
        if (!(c->set >> s->value_of[k] & 1))
            log_fatal("sql_value", "%s: :%s was never given", s->id,
                      query_of(s->name)->params[s->value_of[k]]);
        values[k] = c->values[s->value_of[k]];
    }
    item_put(db, (struct item){.kind = ITEM_CALL,
                               .ticket = t,
                               .call = c,
                               .statement = s,
                               .last = i + 1 == t->load->n});
    return PQsendQueryPrepared(db->conn, s->id, s->n_values, values, NULL, NULL, 0);
}

static bool send_ticket(struct db *db, struct ticket *t) {
    t->since = db->progress;
    tickets_put(&db->sent, t);
    if (t->command &&
        !send_command(db, (struct item){.kind = ITEM_COMMAND, .ticket = t}, t->command))
        return false;
    for (size_t i = 0; i < t->load->n; i++)
        if (!send_call(db, t, i))
            return false;
    return !t->alone || send_sync(db, t->to_sync ? t : NULL);
}

/* Those that share a sync, then those that have their own. */
static bool send_queued(struct db *db) {
    struct tickets alone = {0};
    bool fine = send_prepares(db, db->queued.first), shared = false;
    struct ticket *t;
    while (fine && (t = tickets_take(&db->queued))) {
        if (t->alone) {
            tickets_put(&alone, t);
            continue;
        }
        fine = send_ticket(db, t);
        shared = true;
    }
    if (fine && shared)
        fine = send_sync(db, NULL);
    while ((t = tickets_take(&alone))) {
        if (fine)
            fine = send_ticket(db, t);
        else
            tickets_put(&db->queued, t);
    }
    return fine;
}

static void flush_socket(struct db *db) {
    int left = PQflush(db->conn);
    db->unsent = left > 0;
    if (left < 0)
        connection_lost(db, PQerrorMessage(db->conn));
}

void db_flush(struct db *db) {
    if (db->state != DB_UP || !db->queued.first)
        return;
    db->progress = db_now_ms();
    if (send_queued(db))
        flush_socket(db);
    else
        connection_lost(db, PQerrorMessage(db->conn));
}

/* -- going on --------------------------------------------------------------------------------- */

static void advance_connecting(struct db *db) {
    connection_poll(db);
    db_flush(db);
    tickets_give_up(db);
}

void db_advance(struct db *db) {
    if (db->state == DB_CONNECTING)
        advance_connecting(db);
    if (db->state != DB_UP)
        return;
    bool alive = PQconsumeInput(db->conn);
    db->progress = db_now_ms();
    if (alive && db->unsent)
        flush_socket(db);
    answers_take(db);
    if (!alive && db->state == DB_UP)
        connection_lost(db, PQerrorMessage(db->conn));
    db_flush(db); /* what has to run again */
}

static int ms_until(int64_t when, int64_t now) {
    return when <= now ? 0 : (int)(when - now);
}

static int tick_connecting(struct db *db, int64_t now) {
    int64_t next = db->attempt_ends;
    struct ticket *t;
    if (now >= db->attempt_ends) {
        connection_poll(db);
        tickets_give_up(db);
        return 0;
    }
    while ((t = db->queued.first) && now - t->since >= WAIT_FOR_CONNECTION_MS) {
        tickets_take(&db->queued);
        t->status = BUSY;
        ticket_finish(db, t);
    }
    if (db->queued.first && db->queued.first->since + WAIT_FOR_CONNECTION_MS < next)
        next = db->queued.first->since + WAIT_FOR_CONNECTION_MS;
    return ms_until(next, now);
}

static int tick_up(struct db *db, int64_t now) {
    if (db->n_items == 0)
        return -1;
    if (now - db->progress < SILENCE_MS)
        return ms_until(db->progress + SILENCE_MS, now);
    for (struct ticket *t = db->sent.first; t; t = t->next)
        t->was_again = true; /* they have waited long enough */
    connection_lost(db, "the server says nothing");
    return 0;
}

int db_tick(struct db *db) {
    int64_t now = db_now_ms();
    if (db->state == DB_DOWN && now >= db->next_attempt) {
        connection_start(db);
        tickets_give_up(db);
    }
    if (db->state == DB_DOWN)
        return ms_until(db->next_attempt, now);
    return db->state == DB_CONNECTING ? tick_connecting(db, now) : tick_up(db, now);
}

int db_socket(const struct db *db, short *events) {
    *events = POLLIN;
    if (db->state == DB_DOWN)
        return -1;
    if (db->state == DB_CONNECTING)
        *events = db->polling == PGRES_POLLING_WRITING ? POLLOUT : POLLIN;
    else if (db->unsent)
        *events = POLLIN | POLLOUT;
    return PQsocket(db->conn);
}

size_t db_waiting(const struct db *db) {
    return db->waiting;
}

int64_t db_waiting_ms(const struct db *db) {
    return db->sent.first ? db_now_ms() - db->sent.first->since : 0;
}

bool db_is_up(const struct db *db) {
    return db->state == DB_UP;
}

/* -- making and ending ------------------------------------------------------------------------ */

struct db *db_new(const char *name, const char *conninfo) {
    struct db *db = calloc(1, sizeof *db);
    if (!db || !(db->name = strdup(name)) || !(db->conninfo = strdup(conninfo)))
        log_fatal("out_of_memory", "connection %s", name);
    return db;
}

void db_free(struct db *db) {
    if (!db)
        return;
    connection_drop(db);
    db->next_attempt = INT64_MAX;
    tickets_finish(db, &db->sent, BUSY);
    tickets_finish(db, &db->queued, BUSY);
    free(db->prepared);
    free(db->items);
    free(db->conninfo);
    free(db->name);
    free(db);
}
