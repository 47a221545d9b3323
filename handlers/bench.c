/* Routes for measurements and fault tests; they exist only while SITA_BENCH_ROUTES is on. The
 * token routes return exactly the rows, members and HTML of the benchmark peers. */
#include "sql/bench.h"

#include "handlers/page.h"
#include "handlers/pages.h"
#include "handlers/records.h"

struct bench_params {
    int32_t id, limit, before, ms, kib;
};

#define BENCH_INT(member, low, high, value, text)                                                  \
    {                                                                                              \
        .name = #member, .kind = PARAM_INT, .offset = offsetof(struct bench_params, member),       \
        .least = low, .most = high, .preset = value, .help = text                                  \
    }

#define T(member, json, kind) FIELD_STORED(struct token, member, json, kind)
static const struct field token_fields[] = {
    T(id, "id", FIELD_INT),
    T(name, "name", FIELD_TEXT),
    T(symbol, "symbol", FIELD_TEXT),
    T(supply, "supply", FIELD_TEXT),
    T(creator_id, "creatorId", FIELD_INT),
    T(description, "description", FIELD_TEXT),
    T(icon_url, "iconUrl", FIELD_URL),
    T(contract_address, "contractAddress", FIELD_TEXT),
    T(network_id, "networkId", FIELD_TEXT),
    T(tx_hash, "txHash", FIELD_TEXT),
    T(status, "status", FIELD_TEXT),
    T(created_at, "createdAt", FIELD_TIME),
    T(updated_at, "updatedAt", FIELD_TIME),
    T(creator_address, "creatorAddress", FIELD_TEXT),
};
static const struct record record_bench_token = RECORD(token, token_fields);

#define X(member, json, kind) FIELD_STORED(struct transaction, member, json, kind)
static const struct field transaction_fields[] = {
    X(id, "id", FIELD_INT),
    X(user_id, "userId", FIELD_INT),
    X(token_id, "tokenId", FIELD_OPT_INT),
    X(tx_hash, "txHash", FIELD_TEXT),
    X(tx_type, "txType", FIELD_TEXT),
    X(status, "status", FIELD_TEXT),
    X(amount, "amount", FIELD_TEXT),
    X(network_id, "networkId", FIELD_TEXT),
    X(metadata, "metadata", FIELD_JSON),
    X(created_at, "createdAt", FIELD_TIME),
    X(updated_at, "updatedAt", FIELD_TIME),
};
static const struct record record_bench_transaction = RECORD(transaction, transaction_fields);

/* -- /bench/tokens ------------------------------------------------------------------------------
 */

struct bench_list_meta {
    int32_t limit, count;
    struct opt_int next_cursor;
};

struct bench_list_model {
    struct rows data;
    struct bench_list_meta meta;
};

static const struct field list_meta_fields[] = {
    FIELD_MADE(struct bench_list_meta, limit, "limit", FIELD_INT, FACE_JSON),
    FIELD_MADE(struct bench_list_meta, count, "count", FIELD_INT, FACE_JSON),
    FIELD_MADE(struct bench_list_meta, next_cursor, "nextCursor", FIELD_OPT_INT, FACE_JSON),
};
static const struct record record_list_meta = RECORD(bench_list_meta, list_meta_fields);

static const struct field list_fields[] = {
    FIELD_INSIDE(struct bench_list_model, data, "data", FIELD_LIST, FACE_BOTH, &record_bench_token),
    FIELD_INSIDE(struct bench_list_model, meta, "meta", FIELD_RECORD, FACE_JSON, &record_list_meta),
};
static const struct record record_list = RECORD(bench_list_model, list_fields);

static const struct param list_params[] = {
    BENCH_INT(limit, 1, 100, 20, "Rows."),
    BENCH_INT(before, 0, INT32_MAX, 0, "Rows with smaller ids."),
};

static void list_load(struct request *rq, struct load *l, void *at) {
    const struct bench_params *p = rq->params;
    struct bench_list_model *model = at;
    bench_token_list(l, p->limit, p->before, &record_bench_token, &model->data);
}

static enum status list_show(struct request *rq, struct load *l, void *at, int round) {
    (void)l;
    (void)round;
    const struct bench_params *p = rq->params;
    struct bench_list_model *model = at;
    model->meta = (struct bench_list_meta){.limit = p->limit, .count = (int32_t)model->data.n};
    if (model->data.n) {
        const struct token *last = rows_at(&record_bench_token, &model->data, model->data.n - 1);
        model->meta.next_cursor = (struct opt_int){.value = last->id, .set = true};
    }
    return OK;
}

const struct page page_bench_token_list = {
    .name = "bench_token_list",
    .path = "/bench/tokens",
    .api_path = "/bench/api/tokens",
    .template = "bench/tokens",
    .access = ACCESS_BENCH,
    .cache = CACHE_NONE,
    .params = list_params,
    .n_params = sizeof list_params / sizeof list_params[0],
    .params_size = sizeof(struct bench_params),
    .model = &record_list,
    .load = list_load,
    .show = list_show,
};

/* -- /bench/tokens/{id} ---------------------------------------------------------------------------
 */

struct bench_token_data {
    struct token token;
    struct rows transactions;
};

struct bench_token_model {
    struct bench_token_data data;
    struct rows tokens;
};

#define D(member, json, kind)                                                                      \
    FIELD_MADE(struct bench_token_data, token.member, json, kind, FACE_BOTH)
static const struct field data_fields[] = {
    D(id, "id", FIELD_INT),
    D(name, "name", FIELD_TEXT),
    D(symbol, "symbol", FIELD_TEXT),
    D(supply, "supply", FIELD_TEXT),
    D(creator_id, "creatorId", FIELD_INT),
    D(description, "description", FIELD_TEXT),
    D(icon_url, "iconUrl", FIELD_URL),
    D(contract_address, "contractAddress", FIELD_TEXT),
    D(network_id, "networkId", FIELD_TEXT),
    D(tx_hash, "txHash", FIELD_TEXT),
    D(status, "status", FIELD_TEXT),
    D(created_at, "createdAt", FIELD_TIME),
    D(updated_at, "updatedAt", FIELD_TIME),
    D(creator_address, "creatorAddress", FIELD_TEXT),
    FIELD_INSIDE(struct bench_token_data, transactions, "transactions", FIELD_LIST, FACE_BOTH,
                 &record_bench_transaction),
};
static const struct record record_data = RECORD(bench_token_data, data_fields);

static const struct field token_model_fields[] = {
    FIELD_INSIDE(struct bench_token_model, data, "data", FIELD_RECORD, FACE_BOTH, &record_data),
};
static const struct record record_token_model = RECORD(bench_token_model, token_model_fields);

static const struct param token_params[] = {
    BENCH_INT(id, 1, INT32_MAX, 0, "The token's id."),
};

static void token_load(struct request *rq, struct load *l, void *at) {
    const struct bench_params *p = rq->params;
    struct bench_token_model *model = at;
    bench_token_one(l, p->id, &record_bench_token, &model->tokens);
    bench_transactions(l, p->id, &record_bench_transaction, &model->data.transactions);
}

static enum status token_show(struct request *rq, struct load *l, void *at, int round) {
    (void)rq;
    (void)l;
    (void)round;
    struct bench_token_model *model = at;
    if (model->tokens.n == 0)
        return NOT_FOUND;
    model->data.token = *(const struct token *)model->tokens.at;
    return OK;
}

const struct page page_bench_token = {
    .name = "bench_token",
    .path = "/bench/tokens/{id}",
    .api_path = "/bench/api/tokens/{id}",
    .template = "bench/token",
    .access = ACCESS_BENCH,
    .cache = CACHE_NONE,
    .params = token_params,
    .n_params = 1,
    .params_size = sizeof(struct bench_params),
    .model = &record_token_model,
    .load = token_load,
    .show = token_show,
};

/* -- faults on purpose: a slow query, a long download
 * ----------------------------------------------- */

struct bench_one {
    int32_t one;
};
static const struct field one_fields[] = {
    FIELD_STORED(struct bench_one, one, "one", FIELD_INT),
};
static const struct record record_one = RECORD(bench_one, one_fields);

struct bench_fault_model {
    struct rows slept;
    int32_t kib_left;
};
static const struct record record_fault = {.name = "bench_fault_model",
                                           .size = sizeof(struct bench_fault_model)};

static const struct param sleep_params[] = {
    BENCH_INT(ms, 0, 60000, 1000, "Milliseconds that the query takes."),
};

static void sleep_load(struct request *rq, struct load *l, void *at) {
    const struct bench_params *p = rq->params;
    struct bench_fault_model *model = at;
    bench_sleep(l, p->ms, &record_one, &model->slept);
}

static const char *sleep_raw(struct request *rq, struct reply *reply, void *model) {
    (void)rq;
    (void)model;
    text_lit(&reply->body, "slept\n");
    return "text/plain";
}

const struct page page_bench_sleep = {
    .name = "bench_sleep",
    .path = "/bench/sleep",
    .access = ACCESS_BENCH,
    .cache = CACHE_NONE,
    .params = sleep_params,
    .n_params = 1,
    .params_size = sizeof(struct bench_params),
    .model = &record_fault,
    .load = sleep_load,
    .raw = sleep_raw,
};

static const struct param stream_params[] = {
    BENCH_INT(kib, 1, 1048576, 1024, "Size of the body in KiB."),
};

static enum stream_state next_kib(void *state, struct text *chunk) {
    static const char line[64] =
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde\n";
    struct bench_fault_model *model = state;
    if (model->kib_left == 0)
        return STREAM_END;
    model->kib_left--;
    for (int i = 0; i < 16; i++)
        text_add(chunk, line, sizeof line);
    return STREAM_MORE;
}

static const char *stream_raw(struct request *rq, struct reply *reply, void *at) {
    const struct bench_params *p = rq->params;
    struct bench_fault_model *model = at;
    model->kib_left = p->kib;
    reply->stream = next_kib;
    reply->stream_state = model;
    return "text/plain";
}

const struct page page_bench_stream = {
    .name = "bench_stream",
    .path = "/bench/stream",
    .pool = POOL_DESK,
    .access = ACCESS_BENCH,
    .cache = CACHE_NONE,
    .params = stream_params,
    .n_params = 1,
    .params_size = sizeof(struct bench_params),
    .model = &record_fault,
    .raw = stream_raw,
};
