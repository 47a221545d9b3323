/* What happened to tokens: all transactions, newest first. */
#include "handlers/choices.h"
#include "handlers/page.h"
#include "handlers/pager.h"
#include "handlers/pages.h"
#include "handlers/paths.h"
#include "handlers/state.h"
#include "sql/transactions.h"

struct activity_params {
    const char *network, *status;
    int32_t token_id;
    struct pager_params pager;
};

struct activity_meta {
    struct pager pagination;
};

struct activity_model {
    struct rows data; /* struct transaction */
    struct activity_meta meta;
    struct rows networks, statuses; /* struct choice */
    bool filtered;
    struct opt_int token_id;
    struct rows total; /* struct total, one */
    struct paging paging;
};

static const struct param activity_param_rows[] = {
    {.name = "network",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct activity_params, network),
     .choices = state_networks,
     .help = "Only transactions of this network."},
    {.name = "status",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct activity_params, status),
     .choices = state_statuses,
     .help = "Only transactions with this status."},
    {.name = "tokenId",
     .kind = PARAM_INT,
     .offset = offsetof(struct activity_params, token_id),
     .least = 1,
     .most = INT32_MAX,
     .help = "Only transactions of the token with this id."},
    PAGER_PARAMS(struct activity_params, pager),
};

static const struct field meta_fields[] = {
    FIELD_INSIDE(struct activity_meta, pagination, "pagination", FIELD_RECORD, FACE_BOTH,
                 &record_pager),
};
static const struct record record_meta = RECORD(activity_meta, meta_fields);

#define M(member, json, kind, inner)                                                               \
    FIELD_INSIDE(struct activity_model, member, json, kind, FACE_BOTH, inner)
static const struct field model_fields[] = {
    M(data, "data", FIELD_LIST, &record_transaction),
    M(data, "transactions", FIELD_LIST, &record_transaction), /* as the shared part names it */
    M(meta, "meta", FIELD_RECORD, &record_meta),
    M(networks, "networks", FIELD_LIST, &record_choice),
    M(statuses, "statuses", FIELD_LIST, &record_choice),
    FIELD_MADE(struct activity_model, filtered, "filtered", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct activity_model, token_id, "tokenFilter", FIELD_OPT_INT, FACE_HTML),
};
static const struct record record_model = RECORD(activity_model, model_fields);

static void activity_load(struct request *rq, struct load *l, void *at) {
    const struct activity_params *p = rq->params;
    struct activity_model *model = at;
    struct transaction_filter f = {
        .network = p->network, .status = p->status, .token_id = p->token_id};
    if (!pager_read(rq, &p->pager, &model->paging))
        return;
    transaction_list(l, &f, &model->paging, &record_transaction, &model->data);
    transaction_total(l, &f, &record_total, &model->total);
}

static enum status activity_show(struct request *rq, struct load *l, void *at, int round) {
    (void)l;
    (void)round;
    const struct activity_params *p = rq->params;
    struct activity_model *model = at;
    struct text base = text_in(rq->arena, PATH_TEXT_MAX);
    text_put(&base, rq->path);
    path_arg(&base, "network", p->network);
    path_arg(&base, "status", p->status);
    if (p->token_id)
        path_arg_int(&base, "tokenId", p->token_id);
    if (p->pager.limit != 10)
        path_arg_int(&base, "limit", p->pager.limit);
    pager_finish(rq, &model->paging, model->total.at, text_str(&base), &record_transaction,
                 &model->data, &model->meta.pagination);
    model->filtered = p->network || p->status || p->token_id;
    model->token_id = (struct opt_int){.value = p->token_id, .set = p->token_id != 0};
    model->networks = choices_of(rq->arena, state_networks, network_label, p->network);
    model->statuses = choices_of(rq->arena, state_statuses, status_label, p->status);
    return OK;
}

const struct page page_activity = {
    .name = "activity",
    .path = "/activity",
    .api_path = "/api/transactions",
    .template = "activity",
    .params = activity_param_rows,
    .n_params = sizeof activity_param_rows / sizeof activity_param_rows[0],
    .params_size = sizeof(struct activity_params),
    .model = &record_model,
    .load = activity_load,
    .show = activity_show,
};
