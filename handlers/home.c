/* The front page: what this is, the newest tokens and activity, and how much there is. */
#include "handlers/page.h"
#include "handlers/pages.h"
#include "handlers/records.h"
#include "sql/tokens.h"
#include "sql/transactions.h"

struct home_model {
    struct rows tokens;       /* struct token */
    struct rows transactions; /* struct transaction */
    struct rows token_total, transaction_total;
    int32_t token_count, transaction_count;
    bool many_tokens, many_transactions; /* the counts stop at 10,000 */
};

enum { SHOWN = 6 };

#define M(member, json, kind) FIELD_MADE(struct home_model, member, json, kind, FACE_HTML)
static const struct field model_fields[] = {
    FIELD_INSIDE(struct home_model, tokens, "tokens", FIELD_LIST, FACE_HTML, &record_token),
    FIELD_INSIDE(struct home_model, transactions, "transactions", FIELD_LIST, FACE_HTML,
                 &record_transaction),
    M(token_count, "tokenCount", FIELD_INT),
    M(transaction_count, "transactionCount", FIELD_INT),
    M(many_tokens, "manyTokens", FIELD_BOOL),
    M(many_transactions, "manyTransactions", FIELD_BOOL),
};
static const struct record record_model = RECORD(home_model, model_fields);

static void home_load(struct request *rq, struct load *l, void *at) {
    (void)rq;
    struct home_model *model = at;
    struct paging newest = {.page = 1, .limit = SHOWN};
    token_list(l, &(struct token_filter){0}, &newest, &record_token, &model->tokens);
    token_total(l, &(struct token_filter){0}, &record_total, &model->token_total);
    transaction_list(l, &(struct transaction_filter){0}, &newest, &record_transaction,
                     &model->transactions);
    transaction_total(l, &(struct transaction_filter){0}, &record_total, &model->transaction_total);
}

static int32_t counted(const struct rows *total, bool *many) {
    int32_t n = ((const struct total *)total->at)->total;
    *many = n > PAGING_COUNTED;
    return *many ? PAGING_COUNTED : n;
}

static void cut(struct rows *rows) {
    if (rows->n > SHOWN)
        rows->n = SHOWN;
}

static enum status home_show(struct request *rq, struct load *l, void *at, int round) {
    (void)rq;
    (void)l;
    (void)round;
    struct home_model *model = at;
    cut(&model->tokens);
    cut(&model->transactions);
    model->token_count = counted(&model->token_total, &model->many_tokens);
    model->transaction_count = counted(&model->transaction_total, &model->many_transactions);
    return OK;
}

const struct page page_home = {
    .name = "home",
    .path = "/",
    .template = "home",
    .model = &record_model,
    .load = home_load,
    .show = home_show,
};
