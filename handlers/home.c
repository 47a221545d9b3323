/* The front page: what this is, the newest tokens and activity, and how much there is. */
#include "handlers/chart.h"
#include "handlers/counted.h"
#include "handlers/page.h"
#include "handlers/pages.h"
#include "handlers/records.h"
#include "sql/tokens.h"
#include "sql/transactions.h"
#include "templates/messages.h"

struct home_model {
    struct rows tokens;       /* struct token */
    struct rows transactions; /* struct transaction */
    struct list_total token_total, transaction_total;
    struct counted token_count, transaction_count;
    struct rows spans; /* struct chart_row */
    const struct chart *chart;
};

enum { SHOWN = 6 };

static const struct field model_fields[] = {
    FIELD_INSIDE(struct home_model, tokens, "tokens", FIELD_LIST, FACE_HTML, &record_token),
    FIELD_INSIDE(struct home_model, transactions, "transactions", FIELD_LIST, FACE_HTML,
                 &record_transaction),
    FIELD_INSIDE(struct home_model, token_count, "tokenCount", FIELD_RECORD, FACE_HTML,
                 &record_counted),
    FIELD_INSIDE(struct home_model, transaction_count, "transactionCount", FIELD_RECORD, FACE_HTML,
                 &record_counted),
    FIELD_INSIDE(struct home_model, chart, "chart", FIELD_LINK, FACE_HTML, &record_chart),
};
static const struct record record_model = RECORD(home_model, model_fields);

static void home_load(struct request *rq, struct load *l, void *at) {
    (void)rq;
    struct home_model *model = at;
    struct paging newest = {.page = 1, .limit = SHOWN};
    token_list(l, &(struct token_filter){0}, &newest, &record_token, &model->tokens);
    totals_tokens(l, &(struct token_filter){0}, 0, &model->token_total);
    transaction_list(l, &(struct transaction_filter){0}, &newest, &record_transaction,
                     &model->transactions);
    totals_transactions(l, &(struct transaction_filter){0}, 0, &model->transaction_total);
    activity_chart(l, &record_chart_row, &model->spans);
}

static void cut(struct rows *rows) {
    if (rows->n > SHOWN)
        rows->n = SHOWN;
}

static enum status home_show(struct request *rq, struct load *l, void *at, int round) {
    (void)l;
    (void)round;
    struct home_model *model = at;
    cut(&model->tokens);
    cut(&model->transactions);
    request_feed(rq, "/activity.atom", message("Activity"));
    request_feed(rq, "/tokens.atom", message("Tokens"));
    model->token_count = counted_of(&model->token_total);
    model->transaction_count = counted_of(&model->transaction_total);
    model->chart = chart_of(rq->arena, &model->spans);
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
