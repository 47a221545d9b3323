/* One transaction, the token it belongs to, and what was recorded with it. */
#include <string.h>

#include "handlers/page.h"
#include "handlers/pages.h"
#include "handlers/paths.h"
#include "handlers/records.h"
#include "handlers/tree.h"
#include "sql/transactions.h"
#include "templates/values.h"

struct transaction_params {
    int32_t id;
};

struct token_reference {
    int32_t id;
    const char *name, *symbol;
};

struct transaction_data {
    struct transaction *transaction;
    struct token_reference *token; /* NULL: it belongs to none */
    const char *metadata;          /* JSON */
};

struct transaction_model {
    struct transaction_data data;
    struct rows found;       /* struct transaction, one or none */
    struct rows others;      /* struct transaction: other records with its hash */
    const char *all;         /* path of all records with it; NULL: they are here */
    const char *lines;       /* path of what has all of it where JSON has not; NULL: that has */
    const struct tree *tree; /* of the metadata; NULL: shown as it is */
    bool cut, metadata_cut;  /* it is, or they are, too long for the page */
};

enum { SHOWN = 10 };

static const struct param transaction_param_rows[] = {
    {.name = "id",
     .kind = PARAM_INT,
     .offset = offsetof(struct transaction_params, id),
     .least = 1,
     .most = INT32_MAX,
     .help = "The transaction's id."},
};

static const struct field reference_fields[] = {
    FIELD_MADE_TOLD(struct token_reference, id, "id", FIELD_INT, ALWAYS, "Its number here."),
    FIELD_MADE_TOLD(struct token_reference, name, "name", FIELD_TEXT, ALWAYS, "Its name."),
    FIELD_MADE_TOLD(struct token_reference, symbol, "symbol", FIELD_TEXT, ALWAYS, "Its symbol."),
};
static const struct record record_reference = RECORD(token_reference, reference_fields);

static const struct field data_fields[] = {
    FIELD_INSIDE_TOLD(struct transaction_data, transaction, "transaction", FIELD_LINK,
                      &record_transaction, ALWAYS, "The transaction."),
    FIELD_INSIDE_TOLD(struct transaction_data, token, "token", FIELD_LINK, &record_reference, MAYBE,
                      "The token that it is about; null: none."),
    FIELD_MADE_TOLD(
        struct transaction_data, metadata, "metadata", FIELD_JSON, MAYBE,
        "What was recorded with it: any JSON value. Null with metadataTruncated: it has "
        "more than 3 MiB, and only /activity.jsonl has it."),
};
static const struct record record_data = RECORD(transaction_data, data_fields);

static const struct field model_fields[] = {
    FIELD_INSIDE_TOLD(struct transaction_model, data, "data", FIELD_RECORD, &record_data, ALWAYS,
                      "What was asked for."),
    FIELD_INSIDE(struct transaction_model, others, "transactions", FIELD_LIST, FACE_HTML,
                 &record_transaction),
    FIELD_MADE(struct transaction_model, all, "allRecords", FIELD_PATH, FACE_HTML),
    FIELD_MADE(struct transaction_model, lines, "lines", FIELD_PATH, FACE_HTML),
    FIELD_MADE(struct transaction_model, cut, "cut", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct transaction_model, metadata_cut, "metadataCut", FIELD_BOOL, FACE_HTML),
    FIELD_INSIDE(struct transaction_model, tree, "tree", FIELD_LINK, FACE_HTML, &record_tree),
};
static const struct record record_model = RECORD(transaction_model, model_fields);

static void transaction_load(struct request *rq, struct load *l, void *at) {
    const struct transaction_params *p = rq->params;
    struct transaction_model *model = at;
    transaction_one(l, p->id, &record_transaction, &model->found);
    if (rq->face == FACE_OF_HTML)
        transaction_beside(l, p->id, &record_transaction, &model->others);
}

static void cut_others(struct request *rq, struct transaction_model *model) {
    struct text path = text_in(rq->arena, PATH_TEXT_MAX);
    if (model->others.n <= SHOWN)
        return;
    model->others.n = SHOWN;
    text_lit(&path, "/search");
    path_arg(&path, "q", model->data.transaction->tx_hash);
    model->all = text_str(&path);
}

static void show_metadata(struct request *rq, struct transaction_model *model) {
    const char *json = model->data.metadata;
    model->tree = tree_of(rq->arena, json, &model->metadata_cut);
    if (!model->tree)
        model->metadata_cut = strlen(json) > VALUE_LONG_MAX;
}

/* More than an answer holds is left to the download. */
static void bound_metadata(struct request *rq, struct transaction_model *model) {
    struct text path = text_in(rq->arena, PATH_TEXT_MAX);
    if (!model->data.metadata || strlen(model->data.metadata) <= PATH_JSON_HOLDS)
        return;
    path_activity_lines(&path, model->data.transaction->id);
    model->lines = text_str(&path);
    if (rq->face == FACE_OF_JSON)
        model->data.metadata = NULL;
}

static bool is_cut(const struct transaction *x) {
    const char *const plain[] = {x->tx_hash,      x->tx_type,    x->status,
                                 x->amount,       x->network_id, x->origin,
                                 x->user_address, x->token_name, x->token_symbol};
    return value_any_cut(plain, sizeof plain / sizeof plain[0]);
}

static enum status transaction_show(struct request *rq, struct load *l, void *at, int round) {
    (void)l;
    (void)round;
    struct transaction_model *model = at;
    if (model->found.n == 0)
        return NOT_FOUND;
    struct transaction *x = model->found.at;
    model->data.transaction = x;
    model->data.metadata = x->metadata;
    cut_others(rq, model);
    if (x->metadata && rq->face == FACE_OF_HTML)
        show_metadata(rq, model);
    transactions_bound(&model->found);
    bound_metadata(rq, model);
    model->cut = is_cut(x);
    if (x->token_id.set) {
        model->data.token = arena_alloc(rq->arena, sizeof *model->data.token);
        *model->data.token = (struct token_reference){
            .id = x->token_id.value, .name = x->token_name, .symbol = x->token_symbol};
    }
    return OK;
}

const struct page page_transaction = {
    .name = "transaction",
    .path = "/activity/{id}",
    .api_path = "/api/transactions/{id}",
    .summary = "One transaction with its token and what was recorded with it.",
    .template = "transaction",
    .params = transaction_param_rows,
    .n_params = sizeof transaction_param_rows / sizeof transaction_param_rows[0],
    .params_size = sizeof(struct transaction_params),
    .model = &record_model,
    .load = transaction_load,
    .show = transaction_show,
};
