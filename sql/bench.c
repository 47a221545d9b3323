#include "sql/bench.h"

void bench_token_list(struct load *l, int32_t limit, int32_t before, const struct record *as,
                      struct rows *out) {
    uint32_t shape = before ? SHAPE_BENCH_TOKEN_LIST_BEFORE : 0;
    struct sql_call *c = load_add(l, SQL_BENCH_TOKEN_LIST, shape, limit, as, out);
    if (before)
        sql_value_int(l, c, "before", before);
}

void bench_token_one(struct load *l, int32_t id, const struct record *as, struct rows *out) {
    sql_value_int(l, load_add(l, SQL_BENCH_TOKEN_ONE, 0, 0, as, out), "id", id);
}

void bench_transactions(struct load *l, int32_t id, const struct record *as, struct rows *out) {
    sql_value_int(l, load_add(l, SQL_BENCH_TRANSACTIONS, 0, 10, as, out), "id", id);
}

void bench_sleep(struct load *l, int32_t ms, const struct record *as, struct rows *out) {
    sql_value_int(l, load_add(l, SQL_BENCH_SLEEP, 0, 0, as, out), "ms", ms);
}
