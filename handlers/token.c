/* One token: what it is, and the newest things that happened to it. */
#include "handlers/page.h"
#include "handlers/pages.h"
#include "handlers/paths.h"
#include "handlers/records.h"
#include "sql/tokens.h"
#include "sql/transactions.h"

struct token_params {
    int32_t id;
};

struct token_data {
    struct token *token;
    const char *creator_address;
    struct rows transactions; /* struct transaction */
};

struct token_model {
    struct token_data data;
    const char *all_activity; /* path; NULL when everything is shown */
    struct rows tokens;       /* struct token, one or none */
};

enum { SHOWN = 10 };

static const struct param token_param_rows[] = {
    {.name = "id",
     .kind = PARAM_INT,
     .offset = offsetof(struct token_params, id),
     .least = 1,
     .most = INT32_MAX,
     .help = "The token's id."},
};

static const struct field data_fields[] = {
    FIELD_INSIDE(struct token_data, token, "token", FIELD_LINK, FACE_BOTH, &record_token),
    FIELD_MADE(struct token_data, creator_address, "creatorAddress", FIELD_HASH, FACE_BOTH),
    FIELD_INSIDE(struct token_data, transactions, "transactions", FIELD_LIST, FACE_BOTH,
                 &record_transaction),
};
static const struct record record_data = RECORD(token_data, data_fields);

static const struct field model_fields[] = {
    FIELD_INSIDE(struct token_model, data, "data", FIELD_RECORD, FACE_BOTH, &record_data),
    FIELD_MADE(struct token_model, all_activity, "allActivity", FIELD_PATH, FACE_HTML),
};
static const struct record record_model = RECORD(token_model, model_fields);

static void token_load(struct request *rq, struct load *l, void *at) {
    const struct token_params *p = rq->params;
    struct token_model *model = at;
    struct transaction_filter f = {.token_id = p->id};
    struct paging newest = {.page = 1, .limit = SHOWN};
    token_one(l, p->id, &record_token, &model->tokens);
    transaction_list(l, &f, &newest, &record_transaction, &model->data.transactions);
}

static enum status token_show(struct request *rq, struct load *l, void *at, int round) {
    (void)l;
    (void)round;
    struct token_model *model = at;
    struct token_data *data = &model->data;
    if (model->tokens.n == 0)
        return NOT_FOUND;
    data->token = model->tokens.at;
    data->creator_address = data->token->creator_address;
    if (data->transactions.n > SHOWN) {
        struct text path = text_in(rq->arena, PATH_TEXT_MAX);
        text_lit(&path, "/activity");
        path_arg_int(&path, "tokenId", data->token->id);
        model->all_activity = text_str(&path);
        data->transactions.n = SHOWN;
    }
    return OK;
}

const struct page page_token = {
    .name = "token",
    .path = "/tokens/{id}",
    .api_path = "/api/tokens/{id}",
    .template = "token",
    .params = token_param_rows,
    .n_params = sizeof token_param_rows / sizeof token_param_rows[0],
    .params_size = sizeof(struct token_params),
    .model = &record_model,
    .load = token_load,
    .show = token_show,
};
