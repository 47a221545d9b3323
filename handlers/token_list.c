/* All tokens, filtered and in the order that is asked for. */
#include "handlers/page.h"
#include "handlers/pager.h"
#include "handlers/pages.h"
#include "handlers/paths.h"
#include "handlers/token_filters.h"
#include "handlers/walk.h"
#include "templates/messages.h"

struct token_list_params {
    struct token_filters filters;
    struct pager_params pager;
};

struct token_list_meta {
    struct pager pagination;
};

struct token_list_model {
    struct walk walk;  /* whose rows are the page's */
    struct rows first; /* struct token or struct id: what page numbers are anchored to */
    struct token_list_meta meta;
    struct filter network, status, creator, q, from, to, sort, limit;
    struct list_head by_symbol, by_name, by_time;
    struct list_refusal refusal;
    bool filtered, refused;
    bool stopped;             /* before the page was full */
    bool beyond;              /* the list has rows, but not where the reader is */
    bool watched;             /* its page tells of new rows: they would be the first ones here */
    const char *in_all_words; /* path: q in symbols and names; NULL where it is sought in both */
    struct list_files files;
    const char *title;
    struct list_total counted;
    const struct list_total *total; /* that, or the walk's own count where it is the same */
};

static const struct param token_list_param_rows[] = {
    TOKEN_FILTERS(struct token_list_params, filters),
    TOKEN_SORT(struct token_list_params, filters),
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
    FIELD_INSIDE_TOLD(struct token_list_model, walk.rows, "data", FIELD_LIST, &record_token, ALWAYS,
                      "The rows."),
    FIELD_INSIDE_TOLD(struct token_list_model, meta, "meta", FIELD_RECORD, &record_meta, ALWAYS,
                      "About the list."),
    M(network, "network", FIELD_RECORD, &record_filter),
    M(status, "status", FIELD_RECORD, &record_filter),
    M(creator, "creator", FIELD_RECORD, &record_filter),
    M(q, "q", FIELD_RECORD, &record_filter),
    M(from, "from", FIELD_RECORD, &record_filter),
    M(to, "to", FIELD_RECORD, &record_filter),
    M(sort, "sort", FIELD_RECORD, &record_filter),
    M(limit, "limit", FIELD_RECORD, &record_filter),
    M(by_symbol, "bySymbol", FIELD_RECORD, &record_list_head),
    M(by_name, "byName", FIELD_RECORD, &record_list_head),
    M(by_time, "byTime", FIELD_RECORD, &record_list_head),
    M(files, "files", FIELD_RECORD, &record_list_files),
    M(refusal, "refusal", FIELD_RECORD, &record_list_refusal),
    FIELD_MADE(struct token_list_model, title, "title", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct token_list_model, filtered, "filtered", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct token_list_model, refused, "refused", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct token_list_model, beyond, "beyond", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct token_list_model, watched, "watched", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct token_list_model, stopped, "stopped", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct token_list_model, in_all_words, "inAllWords", FIELD_PATH, FACE_HTML),
};
static const struct record record_model = RECORD(token_list_model, model_fields);

/* The form, with those among the orders (bits) that it is to offer. */
static void show_filters(struct request *rq, struct token_list_model *model, uint32_t sorts) {
    model->network = filter_chosen(rq, "network", state_networks, network_label);
    model->status = filter_chosen(rq, "status", state_names, state_label);
    model->creator = filter_typed(rq, "creator");
    model->q = filter_typed(rq, "q");
    model->from = filter_typed(rq, "from");
    model->to = filter_typed(rq, "to");
    model->sort = list_sort_filter(rq, sorts);
    model->limit = list_limit_filter(rq);
    model->filtered = model->network.value || model->status.value || model->creator.value ||
                      model->q.value || model->from.value || model->to.value;
}

static void token_list_load(struct request *rq, struct load *l, void *at) {
    struct token_list_params *p = rq->params;
    struct token_list_model *model = at;
    struct walk *w = &model->walk;
    w->of_tokens = true;
    if (list_leads_to_search(rq, p->filters.q))
        return;
    bool there = token_filters_read(rq, &p->filters, &w->tokens);
    if (!pager_read(rq, &p->pager, &w->paging) || !there)
        return;
    w->paging.oldest = list_sort_of(p->filters.sort) == SORT_OLDEST;
    walk_begin(l, w);
    bool same = w->step == WALK_COUNTS && !paging_until(&w->paging);
    model->total = same ? &w->matching : &model->counted;
    if (!same)
        totals_tokens(l, &w->tokens, paging_until(&w->paging), &model->counted);
    if (w->tokens.q || w->tokens.order != TOKENS_BY_ID) /* any place may be a new one's */
        token_newest_id(l, &record_id, &model->first);
    else if (pager_asks_first(&w->paging))
        token_list(l, &w->tokens, &pager_first, &record_token, &model->first);
}

/* The list's address with its filters alone. */
static const char *address_of(struct request *rq, const struct token_list_params *p) {
    struct text list = text_in(rq->arena, PATH_TEXT_MAX);
    text_lit(&list, "/tokens");
    token_filters_put(&list, &p->filters);
    return text_str(&list);
}

static void token_list_refused(struct request *rq, void *at) {
    static const char *const shown[] = {"network", "status", "creator", "q",
                                        "from",    "to",     "sort",    "limit"};
    const struct token_list_params *p = rq->params;
    struct token_list_model *model = at;
    show_filters(rq, model, BY_ALL);
    model->refused = true;
    model->title = message("Tokens");
    const char *base = list_base(rq, address_of(rq, p), p->pager.limit);
    model->refusal = list_refusal_of(rq, shown, sizeof shown / sizeof shown[0], base,
                                     list_sort_of(p->filters.sort));
}

static void show_heads(struct request *rq, const char *base, struct token_list_model *model) {
    const struct token_list_params *p = rq->params;
    enum list_sort sort = list_sort_of(p->filters.sort);
    uint32_t sorts = list_sorts_for(&token_lists, token_filters_given(&p->filters));
    model->by_symbol = list_head_for(rq, base, sorts, sort, SORT_SYMBOL);
    model->by_name = list_head_for(rq, base, sorts, sort, SORT_NAME);
    model->by_time = list_head_time(rq, base, sort);
    if (p->filters.q && (1U << sort & BY_WORDS))
        model->in_all_words = base;
}

/* Of a list in the order of words those that came after until are passed over: there may be so many
 * of them that the page does not get past. */
static bool lost_among_newer(const struct walk *w, const struct total *total) {
    int64_t before = (int64_t)(w->paging.page - 1) * w->paging.limit;
    bool has_all = !total->is_part && before + (int64_t)w->rows.n >= total->total;
    return w->tokens.order != TOKENS_BY_ID && paging_until(&w->paging) &&
           w->rows.n <= (size_t)w->paging.limit && !has_all;
}

static void show_list(struct request *rq, struct token_list_model *model,
                      const struct total *total) {
    const struct token_list_params *p = rq->params;
    struct walk *w = &model->walk;
    const char *list = address_of(rq, p), *base = list_base(rq, list, p->pager.limit);
    struct text sorted = text_in(rq->arena, PATH_TEXT_MAX);
    text_put(&sorted, base);
    list_add_sort(&sorted, list_sort_of(p->filters.sort));
    pager_finish(rq, &w->paging, total, text_str(&sorted), &record_token, &w->rows, &model->first,
                 &model->meta.pagination);
    if (rq->face == FACE_OF_HTML) {
        show_filters(rq, model, list_sorts_for(&token_lists, token_filters_given(&p->filters)));
        model->files = list_files_of(rq, list, list_sort_of(p->filters.sort));
        request_feed(rq, model->files.atom, token_filters_title(rq->arena, &p->filters, NULL));
        model->title = token_filters_title(rq->arena, &p->filters, &p->pager);
        show_heads(rq, base, model);
    }
    model->watched = pager_is_first(&p->pager) &&
                     (list_sort_of(p->filters.sort) == SORT_NEWEST || w->rows.n == 0);
    model->stopped = w->paging.stop != 0;
    model->beyond = w->rows.n == 0 && (model->stopped || model->meta.pagination.total > 0);
}

static enum status token_list_show(struct request *rq, struct load *l, void *at, int round) {
    (void)round;
    struct token_list_model *model = at;
    if (rq->redirect || walk_on(l, &model->walk))
        return OK;
    struct total total = totals_of(model->total);
    if (lost_among_newer(&model->walk, &total)) {
        request_problem(rq, "until",
                        message("was followed by so many that its pages cannot be told "
                                "any more; begin again without it"));
        return BAD_INPUT;
    }
    show_list(rq, model, &total);
    return OK;
}

const struct page page_token_list = {
    .name = "token_list",
    .path = "/tokens",
    .api_path = "/api/tokens",
    .summary = "Tokens, newest first or in another order.",
    .example = "?network=mainnet&limit=10",
    .template = "tokens",
    .params = token_list_param_rows,
    .n_params = sizeof token_list_param_rows / sizeof token_list_param_rows[0],
    .params_size = sizeof(struct token_list_params),
    .model = &record_model,
    .load = token_list_load,
    .show = token_list_show,
    .refused = token_list_refused,
};
