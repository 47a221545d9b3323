/* What happened to tokens: all transactions, newest or oldest first. */
#include "handlers/activity_filters.h"
#include "handlers/page.h"
#include "handlers/pager.h"
#include "handlers/pages.h"
#include "handlers/paths.h"
#include "handlers/totals.h"
#include "templates/messages.h"

struct activity_params {
    struct activity_filters filters;
    struct pager_params pager;
};

struct activity_meta {
    struct pager pagination;
};

struct activity_model {
    struct rows data;  /* struct transaction */
    struct rows first; /* struct transaction: that of the list */
    struct activity_meta meta;
    struct filter network, status, type, user, q, from, to, token, sort, limit;
    struct list_head by_time;
    struct rows problems; /* struct problem: what no filter shows */
    bool filtered, refused;
    bool beyond;        /* the list has rows, but not where the reader is */
    const char *tokens; /* path: the tokens that q stands for; NULL: all of them are in the list */
    struct rows matching; /* struct total: how many these are */
    struct list_files files;
    struct list_total total;
    struct paging paging;
};

static const struct param activity_param_rows[] = {
    ACTIVITY_FILTERS(struct activity_params, filters),
    ACTIVITY_SORT(struct activity_params, filters),
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
    M(q, "q", FIELD_RECORD, &record_filter),
    M(from, "from", FIELD_RECORD, &record_filter),
    M(to, "to", FIELD_RECORD, &record_filter),
    M(token, "tokenFilter", FIELD_RECORD, &record_filter),
    M(sort, "sort", FIELD_RECORD, &record_filter),
    M(limit, "limit", FIELD_RECORD, &record_filter),
    M(by_time, "byTime", FIELD_RECORD, &record_list_head),
    M(files, "files", FIELD_RECORD, &record_list_files),
    M(problems, "problems", FIELD_LIST, &record_problem),
    FIELD_MADE(struct activity_model, filtered, "filtered", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct activity_model, refused, "refused", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct activity_model, beyond, "beyond", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct activity_model, tokens, "moreTokens", FIELD_PATH, FACE_HTML),
};
static const struct record record_model = RECORD(activity_model, model_fields);

static void show_filters(struct request *rq, struct activity_model *model) {
    model->network = filter_chosen(rq, "network", state_networks, network_label);
    model->status = filter_chosen(rq, "status", state_statuses, status_label);
    model->type = filter_chosen(rq, "txType", state_types, type_label);
    model->user = filter_typed(rq, "user");
    model->q = filter_typed(rq, "q");
    model->from = filter_typed(rq, "from");
    model->to = filter_typed(rq, "to");
    model->token = filter_typed(rq, "tokenId");
    model->sort = filter_chosen(rq, "sort", list_time_sorts, list_sort_label);
    model->limit = list_limit_filter(rq);
    model->filtered = model->network.value || model->status.value || model->type.value ||
                      model->user.value || model->q.value || model->from.value || model->to.value ||
                      model->token.value;
}

static void activity_refused(struct request *rq, void *at) {
    static const char *const shown[] = {"network", "status", "txType",  "user", "q",
                                        "from",    "to",     "tokenId", "sort", "limit"};
    struct activity_model *model = at;
    show_filters(rq, model);
    model->refused = true;
    model->problems = filters_others(rq, shown, sizeof shown / sizeof shown[0]);
}

static void activity_load(struct request *rq, struct load *l, void *at) {
    struct activity_params *p = rq->params;
    struct activity_model *model = at;
    struct transaction_filter f;
    bool there = activity_filters_read(rq, &p->filters, &f);
    if (!pager_read(rq, &p->pager, &model->paging) || !there)
        return;
    model->paging.oldest = list_sort_of(p->filters.sort) == SORT_OLDEST;
    transaction_list(l, &f, &model->paging, &record_transaction, &model->data);
    totals_transactions(l, &f, paging_until(&model->paging), &model->total);
    if (pager_asks_first(&model->paging))
        transaction_list(l, &f, &pager_first, &record_transaction, &model->first);
    if (f.q && rq->face == FACE_OF_HTML)
        transaction_matching_tokens(l, &f, &record_total, &model->matching);
}

/* The list's address with its filters alone. */
static const char *address_of(struct request *rq, const struct activity_params *p) {
    struct text list = text_in(rq->arena, PATH_TEXT_MAX);
    text_lit(&list, "/activity");
    activity_filters_put(&list, &p->filters);
    return text_str(&list);
}

static const char *tokens_of(struct request *rq, const struct rows *matching) {
    const struct activity_params *p = rq->params;
    struct text path = text_in(rq->arena, PATH_TEXT_MAX);
    if (matching->n == 0 || ((const struct total *)matching->at)->total <= TRANSACTION_TOKENS)
        return NULL;
    text_lit(&path, "/tokens");
    path_arg(&path, "network", p->filters.network);
    path_arg(&path, "q", p->filters.q);
    return text_str(&path);
}

static enum status activity_show(struct request *rq, struct load *l, void *at, int round) {
    (void)l;
    (void)round;
    const struct activity_params *p = rq->params;
    struct activity_model *model = at;
    enum list_sort sort = list_sort_of(p->filters.sort);
    const char *list = address_of(rq, p), *base = list_base(rq, list, p->pager.limit);
    struct text sorted = text_in(rq->arena, PATH_TEXT_MAX);
    text_put(&sorted, base);
    list_add_sort(&sorted, sort);
    struct total total = totals_of(&model->total);
    pager_finish(rq, &model->paging, &total, text_str(&sorted), &record_transaction, &model->data,
                 &model->first, &model->meta.pagination);
    if (rq->face == FACE_OF_HTML) {
        show_filters(rq, model);
        model->files = list_files_of(rq, list, sort);
        request_feed(rq, model->files.atom, message("Activity"));
        model->by_time = list_head_time(rq, base, sort);
        model->tokens = tokens_of(rq, &model->matching);
    }
    model->beyond = model->data.n == 0 && model->meta.pagination.total > 0;
    return OK;
}

const struct page page_activity = {
    .name = "activity",
    .path = "/activity",
    .api_path = "/api/transactions",
    .summary = "Transactions, newest or oldest first.",
    .example = "?network=mainnet&limit=10",
    .template = "activity",
    .params = activity_param_rows,
    .n_params = sizeof activity_param_rows / sizeof activity_param_rows[0],
    .params_size = sizeof(struct activity_params),
    .model = &record_model,
    .load = activity_load,
    .show = activity_show,
    .refused = activity_refused,
};
