/* What one address made and did: its newest tokens and activity, and how much there is of both. */
#include <string.h>

#include "chain/address.h"
#include "handlers/counted.h"
#include "handlers/list_title.h"
#include "handlers/lists.h"
#include "handlers/page.h"
#include "handlers/pages.h"
#include "handlers/paths.h"
#include "handlers/records.h"
#include "handlers/state.h"
#include "sql/tokens.h"
#include "sql/transactions.h"
#include "sql/users.h"
#include "templates/messages.h"

struct creator_params {
    const char *address;
};

struct creator_data {
    const char *address, *network_id;
    int64_t created_at;
    struct counted token_count, transaction_count;
    struct rows tokens;       /* struct token */
    struct rows transactions; /* struct transaction */
};

struct creator_model {
    struct creator_data data;
    const char *network; /* for people */
    struct rows users;   /* struct user, one or none */
    struct list_total token_total, transaction_total;
    const char *all_tokens, *all_activity; /* paths; NULL when everything is shown */
    struct list_files token_files, activity_files;
};

enum { SHOWN = 10 };

static const struct param creator_param_rows[] = {
    {.name = "address",
     .kind = PARAM_ADDRESS,
     .offset = offsetof(struct creator_params, address),
     .least = 1,
     .most = ADDRESS_MAX,
     .help = "A CKB address, in any valid form."},
};

#define D(member, json, kind, when, sentence)                                                      \
    FIELD_MADE_TOLD(struct creator_data, member, json, kind, when, sentence)
#define D_IN(member, json, kind, inner, sentence)                                                  \
    FIELD_INSIDE_TOLD(struct creator_data, member, json, kind, inner, ALWAYS, sentence)
static const struct field data_fields[] = {
    D(address, "address", FIELD_HASH, ALWAYS, "The address, in its canonical form."),
    D(network_id, "networkId", FIELD_TEXT, ALWAYS, "mainnet or testnet, as the address says."),
    D(created_at, "createdAt", FIELD_TIME, MAYBE, "When it was first recorded here."),
    D_IN(token_count, "tokenCount", FIELD_RECORD, &record_counted, "How many tokens it made."),
    D_IN(transaction_count, "transactionCount", FIELD_RECORD, &record_counted,
         "How many transactions it did."),
    D_IN(tokens, "tokens", FIELD_LIST, &record_token,
         "Its newest tokens, at most ten; all are at /api/tokens with its address as creator."),
    D_IN(transactions, "transactions", FIELD_LIST, &record_transaction,
         "Its newest transactions, at most ten; all are at /api/transactions with its address as "
         "user."),
};
static const struct record record_data = RECORD(creator_data, data_fields);

#define M(member, json, kind) FIELD_MADE(struct creator_model, member, json, kind, FACE_HTML)
#define IN(member, json, kind, inner)                                                              \
    FIELD_INSIDE(struct creator_model, member, json, kind, FACE_HTML, inner)
static const struct field model_fields[] = {
    FIELD_INSIDE_TOLD(struct creator_model, data, "data", FIELD_RECORD, &record_data, ALWAYS,
                      "What was asked for."),
    M(network, "network", FIELD_TEXT),
    IN(token_files, "tokenFiles", FIELD_RECORD, &record_list_files),
    IN(activity_files, "activityFiles", FIELD_RECORD, &record_list_files),
    M(all_tokens, "allTokens", FIELD_PATH),
    M(all_activity, "allActivity", FIELD_PATH),
};
static const struct record record_model = RECORD(creator_model, model_fields);

static void creator_load(struct request *rq, struct load *l, void *at) {
    const struct creator_params *p = rq->params;
    struct creator_model *model = at;
    struct token_filter made = {.creator = p->address};
    struct transaction_filter did = {.user = p->address};
    struct paging newest = {.page = 1, .limit = SHOWN};
    user_by_address(l, p->address, &record_user, &model->users);
    token_list(l, &made, &newest, &record_token, &model->data.tokens);
    totals_tokens(l, &made, 0, &model->token_total);
    transaction_list(l, &did, &newest, &record_transaction, &model->data.transactions);
    totals_transactions(l, &did, 0, &model->transaction_total);
}

/* The list of the rest; NULL, and nothing cut, if all rows are there. */
static const char *cut(struct request *rq, struct rows *rows, const char *list, const char *filter,
                       const char *address) {
    struct text path = text_in(rq->arena, PATH_TEXT_MAX);
    if (rows->n <= SHOWN)
        return NULL;
    rows->n = SHOWN;
    text_put(&path, list);
    path_arg(&path, filter, address);
    return text_str(&path);
}

/* What only the page has: its links and files. */
static void show_page(struct request *rq, struct creator_model *model) {
    const char *address = model->data.address;
    model->token_files =
        list_files_of(rq, arena_printf(rq->arena, "/tokens?creator=%s", address), SORT_NEWEST);
    model->activity_files =
        list_files_of(rq, arena_printf(rq->arena, "/activity?user=%s", address), SORT_NEWEST);
    struct list_asked asked = {.address = address};
    request_feed(rq, model->activity_files.atom,
                 list_title(rq->arena, message("Activity"), &asked));
    request_feed(rq, model->token_files.atom, list_title(rq->arena, message("Tokens"), &asked));
    model->network = network_label(model->data.network_id);
}

static enum status creator_show(struct request *rq, struct load *l, void *at, int round) {
    (void)l;
    (void)round;
    const struct creator_params *p = rq->params;
    struct creator_model *model = at;
    struct creator_data *data = &model->data;
    struct text canonical = text_in(rq->arena, PATH_TEXT_MAX);
    if (model->users.n == 0)
        return NOT_FOUND;
    path_creator(&canonical, p->address);
    if (rq->face == FACE_OF_HTML && strcmp(text_str(&canonical), rq->path) != 0) {
        rq->redirect = text_str(&canonical);
        return OK;
    }
    data->address = p->address;
    data->network_id = strncmp(p->address, "ckb", 3) == 0 ? "mainnet" : "testnet";
    data->created_at = ((const struct user *)model->users.at)->created_at;
    data->token_count = counted_of(&model->token_total);
    data->transaction_count = counted_of(&model->transaction_total);
    model->all_tokens = cut(rq, &data->tokens, "/tokens", "creator", p->address);
    transactions_bound(&data->transactions);
    model->all_activity = cut(rq, &data->transactions, "/activity", "user", p->address);
    if (rq->face == FACE_OF_HTML)
        show_page(rq, model);
    return OK;
}

const struct page page_creator = {
    .name = "creator",
    .path = "/creators/{address}",
    .api_path = "/api/creators/{address}",
    .summary = "One address: how much it made and did, its ten newest tokens and transactions.",
    .template = "creator",
    .params = creator_param_rows,
    .n_params = sizeof creator_param_rows / sizeof creator_param_rows[0],
    .params_size = sizeof(struct creator_params),
    .model = &record_model,
    .load = creator_load,
    .show = creator_show,
};
