/* What arrives from the server, in the order of sending. */
#include <string.h>

#include "sql/db_private.h"

/* Whoever changed what one statement gives may have changed that of others: a load of several is
 * prepared anew as a whole, as it gets but one more attempt. */
static void make_stale(struct db *db) {
    for (size_t i = 0; i < db->n_prepared; i++) {
        if (db->prepared[i].state != PREPARED_YES)
            continue;
        prepared_forget(&db->prepared[i]);
        db->prepared[i].state = PREPARED_STALE;
    }
}

static const char *item_name(const struct item *item) {
    return item->statement ? item->statement->id : item->ticket ? item->ticket->command : "sync";
}

/* An error of a call or command. False if the connection has to go. */
static bool take_error(struct db *db, const struct item *item, const PGresult *result) {
    struct ticket *t = item->ticket;
    enum cure cure;
    enum status status = error_meaning(result, &cure);
    /* A deadlock with whoever changes a table is followed by statements that are stale. */
    bool *was = cure == CURE_PREPARE ? &t->was_stale : &t->was_again;
    bool again =
        (cure == CURE_AGAIN || cure == CURE_PREPARE) && !*was && db->transaction == TX_NONE;
    if (cure == CURE_RECONNECT)
        return false;
    if (cure == CURE_PREPARE && item->statement)
        make_stale(db);
    if (cure == CURE_PREPARE && !again && db->transaction == TX_NONE)
        status = FAILED; /* preparing anew did not help */
    if (status == BUSY && t->load->limit_ms > 0 && error_is_timeout(result))
        status = TOO_SLOW;
    if (!again)
        error_log(db, item_name(item), result);
    t->status = status;
    t->again = again;
    *was |= again;
    return true;
}

/* An earlier query of the same sync failed: of this load, which has its error already, or of a
 * neighbour, which must not matter to this load. */
static void take_aborted(struct ticket *t) {
    if (t && t->status == OK)
        t->again = true;
}

/* An answer of no single load: to preparing, or the error of a server that goes when nothing but a
 * shared sync is left to answer. False if the connection has to go. */
static bool take_shared(struct db *db, const struct item *item, const PGresult *result) {
    enum cure cure;
    if (PQresultStatus(result) == PGRES_COMMAND_OK)
        return true;
    (void)error_meaning(result, &cure);
    if (cure == CURE_RECONNECT || item->kind == ITEM_SYNC)
        return false;
    if (item->kind == ITEM_PREPARE) {
        error_log(db, item_name(item), result);
        prepared_at(db, item->statement->index)->state = PREPARED_NOT;
    }
    return true;
}

static void take_success(struct db *db, const struct item *item, PGresult *result) {
    struct ticket *t = item->ticket;
    enum status status = OK;
    if (item->kind == ITEM_CALL) {
        status = rows_decode(t->load->arena, prepared_at(db, item->statement->index), item->call,
                             result);
    } else {
        /* COMMIT of a failed transaction answers ROLLBACK; SELECT says how many rows. */
        size_t n = strcspn(t->command, " ");
        status = strncmp(PQcmdStatus(result), t->command, n) == 0 ? OK : FAILED;
        PQclear(result);
    }
    if (t->status == OK)
        t->status = status;
}

/* All answers of the first ticket that was sent are in. */
static void end_ticket(struct db *db) {
    struct ticket *t = tickets_take(&db->sent);
    if (!t->again) {
        ticket_finish(db, t);
        return;
    }
    t->again = false;
    t->alone = true;
    t->status = OK;
    tickets_put(&db->queued, t);
}

static void take_sync(struct db *db) {
    struct item item = db->items[db->items_first];
    item_drop(db);
    db->back_off = 0;
    if (item.ticket)
        end_ticket(db);
}

/* Takes one result, which is consumed. False if the connection has to go. */
static bool take_result(struct db *db, PGresult *result) {
    const struct item *item = &db->items[db->items_first];
    ExecStatusType kind = PQresultStatus(result);
    bool stays = true;
    if ((kind == PGRES_TUPLES_OK || kind == PGRES_COMMAND_OK) && item->ticket) {
        take_success(db, item, result);
        return true;
    }
    if (kind == PGRES_PIPELINE_SYNC)
        take_sync(db);
    else if (kind == PGRES_PIPELINE_ABORTED)
        take_aborted(item->ticket);
    else if (item->ticket)
        stays = take_error(db, item, result);
    else
        stays = take_shared(db, item, result);
    PQclear(result);
    return stays;
}

/* libpq gives NULL at the end of each query's results. */
static void take_end(struct db *db) {
    struct item item = db->items[db->items_first];
    item_drop(db);
    if (item.last && !item.ticket->to_sync)
        end_ticket(db);
}

void answers_take(struct db *db) {
    while (db->state == DB_UP && db->n_items > 0) {
        if (PQisBusy(db->conn))
            return;
        PGresult *result = PQgetResult(db->conn);
        if (!result && db->items[db->items_first].kind == ITEM_SYNC)
            connection_lost(db, "an answer is missing");
        else if (!result)
            take_end(db);
        else if (!take_result(db, result))
            connection_lost(db, PQerrorMessage(db->conn));
    }
}
