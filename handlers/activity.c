/* What happened to tokens: all transactions, newest or oldest first. */
#include <string.h>

#include "chain/address.h"
#include "handlers/lists.h"
#include "handlers/page.h"
#include "handlers/pager.h"
#include "handlers/pages.h"
#include "handlers/paths.h"
#include "handlers/state.h"
#include "sql/transactions.h"
#include "templates/messages.h"

struct activity_params {
    const char *network, *status, *user, *type, *from, *to, *sort;
    int32_t token_id;
    struct pager_params pager;
};

struct activity_meta {
    struct pager pagination;
};

struct activity_model {
    struct rows data; /* struct transaction */
    struct activity_meta meta;
    struct filter network, status, type, user, from, to, token, sort, limit;
    struct list_head by_time;
    struct rows problems; /* struct problem: what no filter shows */
    bool filtered, refused;
    bool beyond;       /* the list has rows, but not where the reader is */
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
    {.name = "txType",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct activity_params, type),
     .choices = state_types,
     .help = "Only transactions of this kind; alone or with network."},
    {.name = "user",
     .kind = PARAM_ADDRESS,
     .offset = offsetof(struct activity_params, user),
     .least = 1,
     .most = ADDRESS_MAX,
     .help = "Only what this CKB address did; alone, with status, or with days."},
    {.name = "from",
     .kind = PARAM_DATE,
     .offset = offsetof(struct activity_params, from),
     .least = 10,
     .most = 10,
     .help = "Only what was added on this day (UTC) or later; alone, with tokenId or with user."},
    {.name = "to",
     .kind = PARAM_DATE,
     .offset = offsetof(struct activity_params, to),
     .least = 10,
     .most = 10,
     .help = "Only what was added on this day (UTC) or before; as from."},
    {.name = "sort",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct activity_params, sort),
     .choices = list_time_sorts,
     .help = "The order: newest (the usual one) or oldest first; of days by time, else by id."},
    PAGER_PARAMS(struct activity_params, pager),
};

static const struct field meta_fields[] = {
    FIELD_INSIDE_TOLD(struct activity_meta, pagination, "pagination", FIELD_RECORD, &record_pager,
                      ALWAYS, "Where in the list these rows are."),
};
static const struct record record_meta = RECORD(activity_meta, meta_fields);

#define M(member, json, kind, inner)                                                               \
    FIELD_INSIDE(struct activity_model, member, json, kind, FACE_BOTH, inner)
static const struct field model_fields[] = {
    FIELD_INSIDE_TOLD(struct activity_model, data, "data", FIELD_LIST, &record_transaction, ALWAYS,
                      "The rows."),
    M(data, "transactions", FIELD_LIST, &record_transaction), /* as the shared part names it */
    FIELD_INSIDE_TOLD(struct activity_model, meta, "meta", FIELD_RECORD, &record_meta, ALWAYS,
                      "About the list."),
    M(network, "network", FIELD_RECORD, &record_filter),
    M(status, "status", FIELD_RECORD, &record_filter),
    M(type, "txType", FIELD_RECORD, &record_filter),
    M(user, "user", FIELD_RECORD, &record_filter),
    M(from, "from", FIELD_RECORD, &record_filter),
    M(to, "to", FIELD_RECORD, &record_filter),
    M(token, "tokenFilter", FIELD_RECORD, &record_filter),
    M(sort, "sort", FIELD_RECORD, &record_filter),
    M(limit, "limit", FIELD_RECORD, &record_filter),
    M(by_time, "byTime", FIELD_RECORD, &record_list_head),
    M(problems, "problems", FIELD_LIST, &record_problem),
    FIELD_MADE(struct activity_model, filtered, "filtered", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct activity_model, refused, "refused", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct activity_model, beyond, "beyond", FIELD_BOOL, FACE_HTML),
};
static const struct record record_model = RECORD(activity_model, model_fields);

/* Every list of transactions that there is. */
enum { FROM = 1, TO = 2, USER = 4, TYPE = 8, TOKEN = 16, NETWORK = 32, STATUS = 64 };
#define DAYS_AND(more)                                                                             \
    {FROM | (more), BY_ID}, {TO | (more), BY_ID}, {                                                \
        FROM | TO | (more), BY_ID                                                                  \
    }
static const struct list_kind kinds[] = {
    {0, BY_ID},
    {NETWORK, BY_ID},
    {STATUS, BY_ID},
    {NETWORK | STATUS, BY_ID},
    {TOKEN, BY_ID},
    {TOKEN | NETWORK, BY_ID},
    {TOKEN | STATUS, BY_ID},
    {TOKEN | NETWORK | STATUS, BY_ID},
    {USER, BY_ID},
    {USER | STATUS, BY_ID},
    {TYPE, BY_ID},
    {TYPE | NETWORK, BY_ID},
    DAYS_AND(0),
    DAYS_AND(TOKEN),
    DAYS_AND(USER),
};
static const struct list_table table = {
    .filters = {"from", "to", "user", "txType", "tokenId", "network", "status"},
    .kinds = kinds,
    .n = sizeof kinds / sizeof kinds[0]};

static uint32_t given(const struct activity_params *p) {
    return (p->from ? FROM : 0) | (p->to ? TO : 0) | (p->user ? USER : 0) | (p->type ? TYPE : 0) |
           (p->token_id ? TOKEN : 0) | (p->network ? NETWORK : 0) | (p->status ? STATUS : 0);
}

static void show_filters(struct request *rq, struct activity_model *model) {
    model->network = filter_chosen(rq, "network", state_networks, network_label);
    model->status = filter_chosen(rq, "status", state_statuses, status_label);
    model->type = filter_chosen(rq, "txType", state_types, type_label);
    model->user = filter_typed(rq, "user");
    model->from = filter_typed(rq, "from");
    model->to = filter_typed(rq, "to");
    model->token = filter_typed(rq, "tokenId");
    model->sort = filter_chosen(rq, "sort", list_time_sorts, list_sort_label);
    model->limit = list_limit_filter(rq);
    model->filtered = model->network.value || model->status.value || model->type.value ||
                      model->user.value || model->from.value || model->to.value ||
                      model->token.value;
}

static void activity_refused(struct request *rq, void *at) {
    static const char *const shown[] = {"network", "status",  "txType", "user", "from",
                                        "to",      "tokenId", "sort",   "limit"};
    struct activity_model *model = at;
    show_filters(rq, model);
    model->refused = true;
    model->problems = filters_others(rq, shown, sizeof shown / sizeof shown[0]);
}

static struct transaction_filter filter_of(struct request *rq, const struct activity_params *p) {
    return (struct transaction_filter){
        .network = p->network,
        .status = p->status,
        .token_id = p->token_id,
        .user = p->user,
        .type = p->type,
        .from = p->from,
        .to = p->to ? arena_printf(rq->arena, "%s 23:59:59.999999", p->to) : NULL};
}

static void activity_load(struct request *rq, struct load *l, void *at) {
    const struct activity_params *p = rq->params;
    struct activity_model *model = at;
    struct transaction_filter f = filter_of(rq, p);
    enum list_sort sort = list_sort_of(p->sort);
    bool there = list_check(rq, &table, given(p), sort);
    if (p->from && p->to && strcmp(p->from, p->to) > 0)
        request_problem(rq, "to", message("must not be before from"));
    if (!pager_read(rq, &p->pager, &model->paging) || !there)
        return;
    model->paging.oldest = sort == SORT_OLDEST;
    transaction_list(l, &f, &model->paging, &record_transaction, &model->data);
    transaction_total(l, &f, &record_total, &model->total);
}

/* The list's address without order and paging. */
static const char *base_of(struct request *rq, const struct activity_params *p) {
    struct text base = text_in(rq->arena, PATH_TEXT_MAX);
    text_put(&base, rq->path);
    path_arg(&base, "network", p->network);
    path_arg(&base, "status", p->status);
    if (p->token_id)
        path_arg_int(&base, "tokenId", p->token_id);
    path_arg(&base, "txType", p->type);
    path_arg(&base, "user", p->user);
    path_arg(&base, "from", p->from);
    path_arg(&base, "to", p->to);
    if (p->pager.limit != 10)
        path_arg_int(&base, "limit", p->pager.limit);
    return text_str(&base);
}

static enum status activity_show(struct request *rq, struct load *l, void *at, int round) {
    (void)l;
    (void)round;
    const struct activity_params *p = rq->params;
    struct activity_model *model = at;
    enum list_sort sort = list_sort_of(p->sort);
    const char *base = base_of(rq, p);
    struct text sorted = text_in(rq->arena, PATH_TEXT_MAX);
    text_put(&sorted, base);
    list_add_sort(&sorted, sort);
    pager_finish(rq, &model->paging, model->total.at, text_str(&sorted), &record_transaction,
                 &model->data, &model->meta.pagination);
    if (rq->face == FACE_OF_HTML) {
        show_filters(rq, model);
        model->by_time = list_head_time(rq, base, sort);
    }
    model->beyond = model->data.n == 0 && model->meta.pagination.total > 0;
    return OK;
}

const struct page page_activity = {
    .name = "activity",
    .path = "/activity",
    .api_path = "/api/transactions",
    .summary = "Transactions, newest first.",
    .example = "?network=mainnet&limit=2",
    .template = "activity",
    .params = activity_param_rows,
    .n_params = sizeof activity_param_rows / sizeof activity_param_rows[0],
    .params_size = sizeof(struct activity_params),
    .model = &record_model,
    .load = activity_load,
    .show = activity_show,
    .refused = activity_refused,
};
