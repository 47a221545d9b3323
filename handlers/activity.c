/* What happened to tokens: all transactions, newest or oldest first. */
#include "handlers/activity_filters.h"
#include "handlers/page.h"
#include "handlers/pager.h"
#include "handlers/pages.h"
#include "handlers/paths.h"
#include "handlers/walk.h"
#include "templates/messages.h"

struct activity_params {
    struct activity_filters filters;
    struct pager_params pager;
};

struct activity_meta {
    struct pager pagination;
};

struct activity_model {
    struct walk walk;  /* whose rows are the page's */
    struct rows first; /* struct transaction or struct id: what page numbers are anchored to */
    struct activity_meta meta;
    struct filter network, status, type, user, q, from, to, token, sort, limit;
    struct list_head by_time;
    struct list_refusal refusal;
    bool filtered, refused;
    bool stopped; /* before the page was full */
    bool beyond;  /* the list has rows, but not where the reader is */
    bool watched; /* its page tells of new rows: they would be the first ones here */
    struct list_files files;
    const char *title;
    struct list_total total;
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
    FIELD_INSIDE_TOLD(struct activity_model, walk.rows, "data", FIELD_LIST, &record_transaction,
                      ALWAYS, "The rows."),
    M(walk.rows, "transactions", FIELD_LIST, &record_transaction), /* as the shared part names it */
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
    M(refusal, "refusal", FIELD_RECORD, &record_list_refusal),
    FIELD_MADE(struct activity_model, title, "title", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct activity_model, filtered, "filtered", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct activity_model, refused, "refused", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct activity_model, beyond, "beyond", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct activity_model, watched, "watched", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct activity_model, stopped, "stopped", FIELD_BOOL, FACE_HTML),
};
static const struct record record_model = RECORD(activity_model, model_fields);

static void show_filters(struct request *rq, struct activity_model *model) {
    model->network = filter_chosen(rq, "network", state_networks, network_label);
    model->status = filter_chosen(rq, "status", state_names, state_label);
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

static void activity_load(struct request *rq, struct load *l, void *at) {
    struct activity_params *p = rq->params;
    struct activity_model *model = at;
    struct walk *w = &model->walk;
    if (list_leads_to_search(rq, p->filters.q))
        return;
    bool there = activity_filters_read(rq, &p->filters, &w->transactions);
    if (!pager_read(rq, &p->pager, &w->paging) || !there)
        return;
    w->paging.oldest = list_sort_of(p->filters.sort) == SORT_OLDEST;
    walk_begin(l, w);
    totals_transactions(l, &w->transactions, paging_until(&w->paging), &model->total);
    if (w->transactions.q)
        transaction_newest_id(l, &record_id, &model->first);
    else if (pager_asks_first(&w->paging))
        transaction_list(l, &w->transactions, &pager_first, &record_transaction, &model->first);
}

/* The list's address with its filters alone. */
static const char *address_of(struct request *rq, const struct activity_params *p) {
    struct text list = text_in(rq->arena, PATH_TEXT_MAX);
    text_lit(&list, "/activity");
    activity_filters_put(&list, &p->filters);
    return text_str(&list);
}

static void activity_refused(struct request *rq, void *at) {
    static const char *const shown[] = {"network", "status", "txType",  "user", "q",
                                        "from",    "to",     "tokenId", "sort", "limit"};
    const struct activity_params *p = rq->params;
    struct activity_model *model = at;
    show_filters(rq, model);
    model->refused = true;
    model->title = message("Activity");
    const char *base = list_base(rq, address_of(rq, p), p->pager.limit);
    model->refusal = list_refusal_of(rq, shown, sizeof shown / sizeof shown[0], base,
                                     list_sort_of(p->filters.sort));
}

static enum status activity_show(struct request *rq, struct load *l, void *at, int round) {
    (void)round;
    const struct activity_params *p = rq->params;
    struct activity_model *model = at;
    struct walk *w = &model->walk;
    if (rq->redirect || walk_on(l, w))
        return OK;
    enum list_sort sort = list_sort_of(p->filters.sort);
    const char *list = address_of(rq, p), *base = list_base(rq, list, p->pager.limit);
    struct text sorted = text_in(rq->arena, PATH_TEXT_MAX);
    text_put(&sorted, base);
    list_add_sort(&sorted, sort);
    struct total total = totals_of(&model->total);
    total.is_part = walk_total_is_part(w);
    pager_finish(rq, &w->paging, &total, text_str(&sorted), &record_transaction, &w->rows,
                 &model->first, &model->meta.pagination);
    if (rq->face == FACE_OF_HTML) {
        show_filters(rq, model);
        model->files = list_files_of(rq, list, sort);
        request_feed(rq, model->files.atom,
                     activity_filters_title(rq->arena, &p->filters, NULL, &w->rows));
        model->title = activity_filters_title(rq->arena, &p->filters, &p->pager, &w->rows);
        model->by_time = list_head_time(rq, base, sort);
    }
    transactions_bound(&w->rows);
    model->watched = pager_is_first(&p->pager) && (sort == SORT_NEWEST || w->rows.n == 0);
    model->stopped = w->paging.stop != 0;
    model->beyond = w->rows.n == 0 && (model->stopped || model->meta.pagination.total > 0);
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
