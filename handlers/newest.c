/* The newest ids: what a page that is open asks to learn whether there is anything new. It is the
 * same for everybody, and costs two looks at an index once a second. */
#include "handlers/page.h"
#include "handlers/pages.h"
#include "handlers/records.h"
#include "sql/tokens.h"
#include "sql/transactions.h"

struct newest {
    struct opt_int token, transaction;
};

struct newest_model {
    struct newest data;
    struct rows tokens, transactions; /* struct id: one or none */
};

static const struct field newest_fields[] = {
    FIELD_MADE_TOLD(struct newest, token, "token", FIELD_OPT_INT, MAYBE,
                    "The newest token's id; null: there is none."),
    FIELD_MADE_TOLD(struct newest, transaction, "transaction", FIELD_OPT_INT, MAYBE,
                    "The newest transaction's id; null: there is none."),
};
static const struct record record_newest = RECORD(newest, newest_fields);

static const struct field model_fields[] = {
    FIELD_INSIDE_TOLD(struct newest_model, data, "data", FIELD_RECORD, &record_newest, ALWAYS,
                      "The ids."),
};
static const struct record record_model = RECORD(newest_model, model_fields);

static void newest_load(struct request *rq, struct load *l, void *at) {
    (void)rq;
    struct newest_model *model = at;
    token_newest_id(l, &record_id, &model->tokens);
    transaction_newest_id(l, &record_id, &model->transactions);
}

static struct opt_int first_of(const struct rows *ids) {
    const struct id *id = ids->at;
    return ids->n ? (struct opt_int){.value = id->id, .set = true} : (struct opt_int){0};
}

static enum status newest_show(struct request *rq, struct load *l, void *at, int round) {
    (void)rq;
    (void)l;
    (void)round;
    struct newest_model *model = at;
    model->data = (struct newest){.token = first_of(&model->tokens),
                                  .transaction = first_of(&model->transactions)};
    return OK;
}

const struct page page_newest = {
    .name = "newest",
    .api_path = "/api/newest",
    .summary = "The newest ids: a cheap way to ask whether there is anything new.",
    .model = &record_model,
    .load = newest_load,
    .show = newest_show,
};
