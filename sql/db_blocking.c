/* Loads run one at a time by a caller that waits, and the transactions made of them. */
#include <poll.h>

#include "base/log.h"
#include "sql/db_private.h"

static void mark_done(void *owner, struct load *l) {
    (void)l;
    *(bool *)owner = true;
}

static enum status run_ticket(struct db *db, struct load *l, const char *command) {
    bool done = false;
    struct ticket *t = ticket_new(l, &done, mark_done);
    if (command)
        t->command = command;
    t->to_sync = true;
    t->alone = true;
    ticket_queue(db, t);
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

/* BEGIN travels with the first load, which saves a round trip. */
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
    bool open = db->transaction == TX_OPEN || db->transaction == TX_BROKEN;
    if (open && db->state == DB_UP)
        (void)end_transaction(db, "ROLLBACK");
    db->transaction = TX_NONE;
}
