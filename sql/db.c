/* Loads through one pipelined connection. Sending: each load is its calls and a sync of its own,
 * so that PostgreSQL ends the effect of an error at the load's border. Answers come in the order
 * of sending; the ring of items says what the next one belongs to. */
#include "sql/db.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "sql/db_private.h"

enum {
    WAIT_FOR_CONNECTION_MS = 1000, /* how long a load waits for an attempt under way */
    SILENCE_MS = 30000             /* a server that is asked and says nothing is given up */
};

/* -- lists ------------------------------------------------------------------------------------ */

static void tickets_put(struct tickets *list, struct ticket *t) {
    t->next = NULL;
    if (list->last)
        list->last->next = t;
    else
        list->first = t;
    list->last = t;
}

static struct ticket *tickets_take(struct tickets *list) {
    struct ticket *t = list->first;
    if (t) {
        list->first = t->next;
        if (!list->first)
            list->last = NULL;
    }
    return t;
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

static void item_drop(struct db *db) {
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

static void finish(struct db *db, struct ticket *t) {
    db->waiting--;
    t->load->status = t->status;
    t->done(t->owner, t->load);
}

static void finish_all(struct db *db, struct tickets list, enum status status) {
    struct ticket *t;
    while ((t = tickets_take(&list))) {
        t->status = status;
        finish(db, t);
    }
}

static struct tickets take_all(struct tickets *list) {
    struct tickets taken = *list;
    *list = (struct tickets){0};
    return taken;
}

/* After a failed attempt nobody waits any longer. */
static void give_up_queued(struct db *db) {
    if (db->state == DB_DOWN)
        finish_all(db, take_all(&db->queued), BUSY);
}

/* A load that was under way runs once more over the next connection, unless it is part of a
 * transaction, which died with the old one. */
static void connection_lost(struct db *db, const char *why) {
    log_line(LOG_WARNING, "sql_lost", "%s: %s", db->name, why);
    struct tickets sent = take_all(&db->sent), later = take_all(&db->queued), over = {0};
    struct ticket *t;
    bool in_transaction = db->transaction != TX_NONE;
    if (in_transaction) {
        db->transaction = TX_BROKEN;
        db->tx_status = BUSY;
    }
    connection_drop(db);
    while ((t = tickets_take(&sent))) {
        bool again = !in_transaction && !t->was_again;
        t->was_again = true;
        t->again = false;
        t->status = OK;
        t->since = db_now_ms();
        tickets_put(again ? &db->queued : &over, t);
    }
    while ((t = tickets_take(&later)))
        tickets_put(&db->queued, t);
    if (db_now_ms() >= db->next_attempt)
        connection_start(db);
    finish_all(db, over, BUSY);
    give_up_queued(db);
}

/* -- sending ---------------------------------------------------------------------------------- */

static bool send_prepare(struct db *db, const struct statement *s) {
    struct prepared *p = prepared_at(db, s->index);
    if (p->state == PREPARED_YES)
        return true;
    if (p->state == PREPARED_STALE) {
        char sql[192];
        snprintf(sql, sizeof sql, "DEALLOCATE \"%s\"", s->id);
        if (!PQsendQueryParams(db->conn, sql, 0, NULL, NULL, NULL, NULL, 0) ||
            !PQpipelineSync(db->conn))
            return false;
        item_put(db, (struct item){.kind = ITEM_DEALLOCATE, .statement = s});
        item_put(db, (struct item){.kind = ITEM_SYNC});
    }
    if (!PQsendPrepare(db->conn, s->id, s->text, 0, NULL) || !PQpipelineSync(db->conn))
        return false;
    item_put(db, (struct item){.kind = ITEM_PREPARE, .statement = s});
    item_put(db, (struct item){.kind = ITEM_SYNC});
    p->state = PREPARED_YES; /* taken back if the answer is an error */
    return true;
}

static bool send_call(struct db *db, struct ticket *t, const struct sql_call *c) {
    const struct statement *s = c->statement;
    const char *values[SQL_VALUES_MAX];
    for (size_t i = 0; i < s->n_values; i++) {
        if (!(c->set >> s->value_of[i] & 1))
            log_fatal("sql_value", "%s: :%s was never given", s->id,
                      query_of(s->name)->params[s->value_of[i]]);
        values[i] = c->values[s->value_of[i]];
    }
    item_put(db, (struct item){.kind = ITEM_CALL, .ticket = t, .call = c, .statement = s});
    return PQsendQueryPrepared(db->conn, s->id, s->n_values, values, NULL, NULL, 0);
}

static bool send_ticket(struct db *db, struct ticket *t) {
    for (size_t i = 0; i < t->load->n; i++)
        if (!send_prepare(db, t->load->calls[i].statement))
            return false;
    if (t->command) {
        item_put(db, (struct item){.kind = ITEM_COMMAND, .ticket = t});
        if (!PQsendQueryParams(db->conn, t->command, 0, NULL, NULL, NULL, NULL, 0))
            return false;
    }
    for (size_t i = 0; i < t->load->n; i++)
        if (!send_call(db, t, &t->load->calls[i]))
            return false;
    item_put(db, (struct item){.kind = ITEM_SYNC, .ticket = t});
    return PQpipelineSync(db->conn);
}

static void flush_socket(struct db *db) {
    int left = PQflush(db->conn);
    db->unsent = left > 0;
    if (left < 0)
        connection_lost(db, PQerrorMessage(db->conn));
}

void db_flush(struct db *db) {
    struct ticket *t;
    if (db->state != DB_UP)
        return;
    int64_t now = db_now_ms();
    if (!db->sent.first)
        db->progress = now;
    while ((t = tickets_take(&db->queued))) {
        t->since = now;
        tickets_put(&db->sent, t);
        if (!send_ticket(db, t)) {
            connection_lost(db, PQerrorMessage(db->conn));
            return;
        }
    }
    flush_socket(db);
}

static void queue_ticket(struct db *db, struct ticket *t) {
    int64_t now = db_now_ms();
    t->since = now;
    db->waiting++;
    if (db->state == DB_DOWN && now >= db->next_attempt)
        connection_start(db);
    if (db->state == DB_DOWN) {
        t->status = BUSY;
        finish(db, t);
        return;
    }
    tickets_put(&db->queued, t);
}

static struct ticket *ticket_new(struct load *l, void *owner, db_done *done) {
    struct ticket *t = arena_alloc(l->arena, sizeof *t);
    *t = (struct ticket){.load = l, .owner = owner, .done = done};
    return t;
}

void db_queue(struct db *db, struct load *l, void *owner, db_done *done) {
    queue_ticket(db, ticket_new(l, owner, done));
}

/* -- receiving -------------------------------------------------------------------------------- */

static void make_stale(struct db *db, const struct statement *s) {
    struct prepared *p = prepared_at(db, s->index);
    prepared_forget(p);
    p->state = PREPARED_STALE;
}

static const char *item_name(const struct item *item) {
    return item->statement ? item->statement->id : item->ticket ? item->ticket->command : "sync";
}

/* An error of a call or command: the load's status is that of its first error. False if the
 * connection has to go. */
static bool take_error(struct db *db, const struct item *item, const PGresult *result) {
    struct ticket *t = item->ticket;
    enum cure cure;
    enum status status = error_meaning(result, &cure);
    bool again =
        (cure == CURE_AGAIN || cure == CURE_PREPARE) && !t->was_again && db->transaction == TX_NONE;
    if (cure == CURE_RECONNECT)
        return false;
    if (cure == CURE_PREPARE && item->statement)
        make_stale(db, item->statement);
    if (cure == CURE_PREPARE && !again && db->transaction == TX_NONE)
        status = FAILED; /* preparing anew did not help */
    if (!again)
        error_log(db, item_name(item), result);
    t->status = status;
    t->again = again;
    return true;
}

static enum status take_command(const struct ticket *t, PGresult *result) {
    /* COMMIT of a failed transaction answers ROLLBACK. */
    enum status status = strcmp(PQcmdStatus(result), t->command) == 0 ? OK : FAILED;
    PQclear(result);
    return status;
}

static void take_rows(struct db *db, const struct item *item, PGresult *result) {
    struct ticket *t = item->ticket;
    enum status status = OK;
    if (item->kind == ITEM_COMMAND)
        status = take_command(t, result);
    else
        status = rows_decode(t->load->arena, prepared_at(db, item->statement->index), item->call,
                             result);
    if (t->status == OK)
        t->status = status;
}

/* An answer that belongs to preparing, not to a load. */
static void take_preparing(struct db *db, const struct item *item, const PGresult *result) {
    if (PQresultStatus(result) == PGRES_COMMAND_OK || item->kind == ITEM_DEALLOCATE)
        return;
    error_log(db, item->statement->id, result);
    prepared_at(db, item->statement->index)->state = PREPARED_NOT;
}

static void take_sync(struct db *db) {
    struct item item = db->items[db->items_first];
    item_drop(db);
    db->back_off = 0;
    if (!item.ticket)
        return;
    struct ticket *t = tickets_take(&db->sent);
    if (t->again) {
        t->again = false;
        t->was_again = true;
        t->status = OK;
        tickets_put(&db->queued, t);
        return;
    }
    finish(db, t);
}

/* Takes one result that is there. False if the connection has to go; the result is consumed. */
static bool take_result(struct db *db, PGresult *result) {
    const struct item *item = &db->items[db->items_first];
    bool stays = true;
    switch (PQresultStatus(result)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        if (item->ticket) {
            take_rows(db, item, result);
            return true;
        }
        break;
    case PGRES_PIPELINE_ABORTED: /* an earlier call of the same load failed and has said why */
        break;
    case PGRES_PIPELINE_SYNC:
        PQclear(result);
        take_sync(db);
        return true;
    default:
        if (item->ticket) {
            stays = take_error(db, item, result);
            break;
        }
        take_preparing(db, item, result);
        break;
    }
    PQclear(result);
    return stays && PQstatus(db->conn) == CONNECTION_OK;
}

/* Takes everything that has arrived. */
static void take_results(struct db *db) {
    while (db->state == DB_UP && db->n_items > 0) {
        if (PQisBusy(db->conn))
            return;
        PGresult *result = PQgetResult(db->conn);
        if (result) {
            if (!take_result(db, result))
                connection_lost(db, PQerrorMessage(db->conn));
        } else if (db->items[db->items_first].kind == ITEM_SYNC) {
            connection_lost(db, "an answer is missing");
        } else {
            item_drop(db); /* the end of one query's results */
        }
    }
}

void db_advance(struct db *db) {
    if (db->state == DB_CONNECTING) {
        connection_poll(db);
        if (db->state == DB_UP)
            db_flush(db);
        give_up_queued(db);
        return;
    }
    if (db->state != DB_UP)
        return;
    if (!PQconsumeInput(db->conn)) {
        take_results(db);
        if (db->state == DB_UP)
            connection_lost(db, PQerrorMessage(db->conn));
        return;
    }
    db->progress = db_now_ms();
    if (db->unsent)
        flush_socket(db);
    take_results(db);
    if (db->state == DB_UP && db->queued.first)
        db_flush(db);
}

/* -- time ------------------------------------------------------------------------------------- */

static int ms_until(int64_t when, int64_t now) {
    return when <= now ? 0 : (int)(when - now);
}

static int tick_connecting(struct db *db, int64_t now) {
    int64_t next = db->attempt_ends;
    struct ticket *t;
    if (now >= db->attempt_ends) {
        connection_poll(db);
        give_up_queued(db);
        return 0;
    }
    while ((t = db->queued.first) && now - t->since >= WAIT_FOR_CONNECTION_MS) {
        tickets_take(&db->queued);
        t->status = BUSY;
        finish(db, t);
    }
    if (db->queued.first && db->queued.first->since + WAIT_FOR_CONNECTION_MS < next)
        next = db->queued.first->since + WAIT_FOR_CONNECTION_MS;
    return ms_until(next, now);
}

int db_tick(struct db *db) {
    int64_t now = db_now_ms();
    if (db->state == DB_DOWN && now >= db->next_attempt) {
        connection_start(db);
        give_up_queued(db);
    }
    if (db->state == DB_DOWN)
        return ms_until(db->next_attempt, now);
    if (db->state == DB_CONNECTING)
        return tick_connecting(db, now);
    if (!db->sent.first)
        return -1;
    if (now - db->progress < SILENCE_MS)
        return ms_until(db->progress + SILENCE_MS, now);
    for (struct ticket *t = db->sent.first; t; t = t->next)
        t->was_again = true; /* they have waited long enough */
    connection_lost(db, "the server says nothing");
    return 0;
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

/* -- blocking use ----------------------------------------------------------------------------- */

static void mark_done(void *owner, struct load *l) {
    (void)l;
    *(bool *)owner = true;
}

static enum status run_ticket(struct db *db, struct load *l, const char *command) {
    bool done = false;
    struct ticket *t = ticket_new(l, &done, mark_done);
    t->command = command;
    queue_ticket(db, t);
    db_flush(db);
    while (!done) {
        struct pollfd p = {.revents = 0};
        int timeout = db_tick(db);
        if (done)
            break;
        p.fd = db_socket(db, &p.events);
        if (poll(&p, 1, timeout) > 0)
            db_advance(db);
    }
    return l->status;
}

enum status db_run(struct db *db, struct load *l) {
    if (db->transaction == TX_BROKEN)
        return l->status = db->tx_status;
    bool begins = db->transaction == TX_WANTED;
    if (begins)
        db->transaction = TX_OPEN;
    enum status status = run_ticket(db, l, begins ? "BEGIN" : NULL);
    if (db->transaction == TX_OPEN && status != OK) {
        db->transaction = TX_BROKEN;
        db->tx_status = status;
    }
    return status;
}

enum status db_begin(struct db *db) {
    if (db->transaction != TX_NONE)
        log_fatal("sql_begin", "%s: a transaction is already open", db->name);
    db->transaction = TX_WANTED;
    return OK;
}

static enum status end_transaction(struct db *db, const char *command) {
    struct arena *a = arena_new();
    struct load l = {.arena = a};
    enum status status = run_ticket(db, &l, command);
    arena_free(a);
    db->transaction = TX_NONE;
    return status;
}

enum status db_commit(struct db *db) {
    enum status broken = db->tx_status;
    if (db->transaction == TX_OPEN)
        return end_transaction(db, "COMMIT");
    if (db->transaction == TX_BROKEN) {
        db_rollback(db);
        return broken;
    }
    db->transaction = TX_NONE;
    return OK;
}

void db_rollback(struct db *db) {
    /* Without its connection the transaction is gone already. */
    if (db->transaction != TX_NONE && db->transaction != TX_WANTED && db->state == DB_UP)
        (void)end_transaction(db, "ROLLBACK");
    db->transaction = TX_NONE;
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
    finish_all(db, take_all(&db->sent), BUSY);
    finish_all(db, take_all(&db->queued), BUSY);
    connection_drop(db);
    free(db->prepared);
    free(db->items);
    free(db->conninfo);
    free(db->name);
    free(db);
}
