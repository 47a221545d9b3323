/* All tokens, filtered and in the order that is asked for. */
#include <string.h>

#include "chain/address.h"
#include "handlers/lists.h"
#include "handlers/page.h"
#include "handlers/pager.h"
#include "handlers/pages.h"
#include "handlers/params.h"
#include "handlers/paths.h"
#include "handlers/state.h"
#include "sql/tokens.h"

enum { Q_MAX = 256 };

struct token_list_params {
    const char *network, *status, *creator, *q, *sort;
    struct pager_params pager;
};

struct token_list_meta {
    struct pager pagination;
};

struct token_list_model {
    struct rows data; /* struct token */
    struct token_list_meta meta;
    struct filter network, status, creator, q, sort, limit;
    struct list_head by_symbol, by_name, by_time;
    struct rows problems; /* struct problem: what no filter shows */
    bool filtered, refused;
    bool beyond;              /* the list has rows, but not where the reader is */
    bool capped;              /* more match q than the list holds */
    const char *in_all_words; /* path: q in symbols and names; NULL where it is sought in both */
    struct rows total;        /* struct total, one */
    struct paging paging;
};

static const struct param token_list_param_rows[] = {
    {.name = "network",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct token_list_params, network),
     .choices = state_networks,
     .help = "Only tokens of this network."},
    {.name = "status",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct token_list_params, status),
     .choices = state_statuses,
     .help = "Only tokens with this status."},
    {.name = "creator",
     .kind = PARAM_ADDRESS,
     .offset = offsetof(struct token_list_params, creator),
     .least = 1,
     .most = ADDRESS_MAX,
     .help = "Only tokens of this CKB address; together with status, not with network."},
    {.name = "q",
     .kind = PARAM_TEXT,
     .offset = offsetof(struct token_list_params, q),
     .least = 1,
     .most = Q_MAX,
     .help =
         "Only tokens whose symbol or name begins with this, letter case aside; with sort=symbol "
         "or sort=name only that is looked at. Alone or with network."},
    {.name = "sort",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct token_list_params, sort),
     .choices = list_sorts,
     .help = "The order: newest (the usual one) or oldest first; name or symbol by code point in "
             "small letters, alone or with network and q."},
    PAGER_PARAMS(struct token_list_params, pager),
};

static const struct field meta_fields[] = {
    FIELD_INSIDE_TOLD(struct token_list_meta, pagination, "pagination", FIELD_RECORD, &record_pager,
                      ALWAYS, "Where in the list these rows are."),
};
static const struct record record_meta = RECORD(token_list_meta, meta_fields);

#define M(member, json, kind, inner)                                                               \
    FIELD_INSIDE(struct token_list_model, member, json, kind, FACE_BOTH, inner)
static const struct field model_fields[] = {
    FIELD_INSIDE_TOLD(struct token_list_model, data, "data", FIELD_LIST, &record_token, ALWAYS,
                      "The rows."),
    FIELD_INSIDE_TOLD(struct token_list_model, meta, "meta", FIELD_RECORD, &record_meta, ALWAYS,
                      "About the list."),
    M(network, "network", FIELD_RECORD, &record_filter),
    M(status, "status", FIELD_RECORD, &record_filter),
    M(creator, "creator", FIELD_RECORD, &record_filter),
    M(q, "q", FIELD_RECORD, &record_filter),
    M(sort, "sort", FIELD_RECORD, &record_filter),
    M(limit, "limit", FIELD_RECORD, &record_filter),
    M(by_symbol, "bySymbol", FIELD_RECORD, &record_list_head),
    M(by_name, "byName", FIELD_RECORD, &record_list_head),
    M(by_time, "byTime", FIELD_RECORD, &record_list_head),
    M(problems, "problems", FIELD_LIST, &record_problem),
    FIELD_MADE(struct token_list_model, filtered, "filtered", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct token_list_model, refused, "refused", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct token_list_model, beyond, "beyond", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct token_list_model, capped, "capped", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct token_list_model, in_all_words, "inAllWords", FIELD_PATH, FACE_HTML),
};
static const struct record record_model = RECORD(token_list_model, model_fields);

/* Every list of tokens that there is. */
enum { CREATOR = 1, Q = 2, NETWORK = 4, STATUS = 8 };
static const struct list_kind kinds[] = {
    {0, BY_ALL}, {NETWORK, BY_ALL},     {STATUS, BY_ID},  {NETWORK | STATUS, BY_ID},
    {Q, BY_ALL}, {Q | NETWORK, BY_ALL}, {CREATOR, BY_ID}, {CREATOR | STATUS, BY_ID},
};
static const struct list_table table = {.filters = {"creator", "q", "network", "status"},
                                        .kinds = kinds,
                                        .n = sizeof kinds / sizeof kinds[0]};

static uint32_t given(const struct token_list_params *p) {
    return (p->creator ? CREATOR : 0) | (p->q ? Q : 0) | (p->network ? NETWORK : 0) |
           (p->status ? STATUS : 0);
}

static void show_filters(struct request *rq, struct token_list_model *model) {
    model->network = filter_chosen(rq, "network", state_networks, network_label);
    model->status = filter_chosen(rq, "status", state_statuses, status_label);
    model->creator = filter_typed(rq, "creator");
    model->q = filter_typed(rq, "q");
    model->sort = filter_chosen(rq, "sort", list_sorts, list_sort_label);
    model->limit = list_limit_filter(rq);
    model->filtered =
        model->network.value || model->status.value || model->creator.value || model->q.value;
}

static void token_list_refused(struct request *rq, void *at) {
    static const char *const shown[] = {"network", "status", "creator", "q", "sort", "limit"};
    struct token_list_model *model = at;
    show_filters(rq, model);
    model->refused = true;
    model->problems = filters_others(rq, shown, sizeof shown / sizeof shown[0]);
}

static struct token_filter filter_of(const struct token_list_params *p) {
    static const enum token_order orders[] = {
        [SORT_NAME] = TOKENS_BY_NAME, [SORT_SYMBOL] = TOKENS_BY_SYMBOL};
    return (struct token_filter){.network = p->network,
                                 .status = p->status,
                                 .creator = p->creator,
                                 .q = p->q,
                                 .order = orders[list_sort_of(p->sort)]};
}

static void token_list_load(struct request *rq, struct load *l, void *at) {
    struct token_list_params *p = rq->params;
    struct token_list_model *model = at;
    p->q = p->q ? params_trimmed(rq->arena, p->q) : NULL;
    struct token_filter f = filter_of(p);
    enum list_sort sort = list_sort_of(p->sort);
    bool there = list_check(rq, &table, given(p), sort);
    if (!pager_read(rq, &p->pager, &model->paging) || !there)
        return;
    model->paging.oldest = sort == SORT_OLDEST;
    token_list(l, &f, &model->paging, &record_token, &model->data);
    token_total(l, &f, &record_total, &model->total);
}

/* The list's address without order and paging. */
static const char *base_of(struct request *rq, const struct token_list_params *p) {
    struct text base = text_in(rq->arena, PATH_TEXT_MAX);
    text_put(&base, rq->path);
    path_arg(&base, "network", p->network);
    path_arg(&base, "status", p->status);
    path_arg(&base, "creator", p->creator);
    path_arg(&base, "q", p->q);
    if (p->pager.limit != 10)
        path_arg_int(&base, "limit", p->pager.limit);
    return text_str(&base);
}

static void show_heads(struct request *rq, const char *base, struct token_list_model *model) {
    const struct token_list_params *p = rq->params;
    enum list_sort sort = list_sort_of(p->sort);
    uint32_t sorts = list_sorts_for(&table, given(p));
    model->by_symbol = list_head_for(rq, base, sorts, sort, SORT_SYMBOL);
    model->by_name = list_head_for(rq, base, sorts, sort, SORT_NAME);
    model->by_time = list_head_time(rq, base, sort);
    if (p->q && (1U << sort & BY_WORDS))
        model->in_all_words = base;
    model->capped = p->q && !model->in_all_words && !model->meta.pagination.total_is_exact;
}

static enum status token_list_show(struct request *rq, struct load *l, void *at, int round) {
    (void)l;
    (void)round;
    const struct token_list_params *p = rq->params;
    struct token_list_model *model = at;
    const char *base = base_of(rq, p);
    struct text sorted = text_in(rq->arena, PATH_TEXT_MAX);
    text_put(&sorted, base);
    list_add_sort(&sorted, list_sort_of(p->sort));
    pager_finish(rq, &model->paging, model->total.at, text_str(&sorted), &record_token,
                 &model->data, &model->meta.pagination);
    if (rq->face == FACE_OF_HTML) {
        show_filters(rq, model);
        show_heads(rq, base, model);
    }
    model->beyond = model->data.n == 0 && model->meta.pagination.total > 0;
    return OK;
}

const struct page page_token_list = {
    .name = "token_list",
    .path = "/tokens",
    .api_path = "/api/tokens",
    .summary = "Tokens, newest first.",
    .example = "?network=mainnet&limit=2",
    .template = "tokens",
    .params = token_list_param_rows,
    .n_params = sizeof token_list_param_rows / sizeof token_list_param_rows[0],
    .params_size = sizeof(struct token_list_params),
    .model = &record_model,
    .load = token_list_load,
    .show = token_list_show,
    .refused = token_list_refused,
};
