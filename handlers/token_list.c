/* All tokens, newest first. */
#include "chain/address.h"
#include "handlers/filters.h"
#include "handlers/page.h"
#include "handlers/pager.h"
#include "handlers/pages.h"
#include "handlers/paths.h"
#include "handlers/state.h"
#include "sql/tokens.h"

struct token_list_params {
    const char *network, *status, *creator;
    struct pager_params pager;
};

struct token_list_meta {
    struct pager pagination;
};

struct token_list_model {
    struct rows data; /* struct token */
    struct token_list_meta meta;
    struct filter network, status, creator;
    struct rows problems; /* struct problem: what no filter shows */
    bool filtered, refused;
    struct rows total; /* struct total, one */
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
    M(problems, "problems", FIELD_LIST, &record_problem),
    FIELD_MADE(struct token_list_model, filtered, "filtered", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct token_list_model, refused, "refused", FIELD_BOOL, FACE_HTML),
};
static const struct record record_model = RECORD(token_list_model, model_fields);

/* Of these pairs there are no lists. */
static const struct filters_apart apart[] = {{"creator", "network"}};

static void show_filters(struct request *rq, struct token_list_model *model) {
    model->network = filter_chosen(rq, "network", state_networks, network_label);
    model->status = filter_chosen(rq, "status", state_statuses, status_label);
    model->creator = filter_typed(rq, "creator");
    model->filtered = model->network.value || model->status.value || model->creator.value;
}

static void token_list_refused(struct request *rq, void *at) {
    static const char *const shown[] = {"network", "status", "creator"};
    struct token_list_model *model = at;
    show_filters(rq, model);
    model->refused = true;
    model->problems = filters_others(rq, shown, sizeof shown / sizeof shown[0]);
}

static void token_list_load(struct request *rq, struct load *l, void *at) {
    const struct token_list_params *p = rq->params;
    struct token_list_model *model = at;
    struct token_filter f = {.network = p->network, .status = p->status, .creator = p->creator};
    filters_check(rq, apart, sizeof apart / sizeof apart[0]);
    if (!pager_read(rq, &p->pager, &model->paging))
        return;
    token_list(l, &f, &model->paging, &record_token, &model->data);
    token_total(l, &f, &record_total, &model->total);
}

static enum status token_list_show(struct request *rq, struct load *l, void *at, int round) {
    (void)l;
    (void)round;
    const struct token_list_params *p = rq->params;
    struct token_list_model *model = at;
    struct text base = text_in(rq->arena, PATH_TEXT_MAX);
    text_put(&base, rq->path);
    path_arg(&base, "network", p->network);
    path_arg(&base, "status", p->status);
    path_arg(&base, "creator", p->creator);
    if (p->pager.limit != 10)
        path_arg_int(&base, "limit", p->pager.limit);
    pager_finish(rq, &model->paging, model->total.at, text_str(&base), &record_token, &model->data,
                 &model->meta.pagination);
    show_filters(rq, model);
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
