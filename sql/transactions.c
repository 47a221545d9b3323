#include "sql/transactions.h"

static void bind(struct load *l, struct sql_call *c, const struct transaction_filter *f) {
    if (f->network)
        sql_value(c, "network", f->network);
    if (f->status)
        sql_value(c, "status", f->status);
    if (f->token_id)
        sql_value_int(l, c, "token", f->token_id);
}

void transaction_list(struct load *l, const struct transaction_filter *f, const struct paging *p,
                      const struct record *as, struct rows *out) {
    static const uint32_t bits[] = {SHAPE_TRANSACTION_LIST_PAGE, SHAPE_TRANSACTION_LIST_AFTER,
                                    SHAPE_TRANSACTION_LIST_BEFORE};
    uint32_t shape = (f->network ? SHAPE_TRANSACTION_LIST_NETWORK : 0) |
                     (f->status ? SHAPE_TRANSACTION_LIST_STATUS : 0) |
                     (f->token_id ? SHAPE_TRANSACTION_LIST_TOKEN : 0);
    bind(l, paging_call(l, SQL_TRANSACTION_LIST, shape, bits, p, as, out), f);
}

void transaction_total(struct load *l, const struct transaction_filter *f, const struct record *as,
                       struct rows *out) {
    uint32_t shape = (f->network ? SHAPE_TRANSACTION_TOTAL_NETWORK : 0) |
                     (f->status ? SHAPE_TRANSACTION_TOTAL_STATUS : 0) |
                     (f->token_id ? SHAPE_TRANSACTION_TOTAL_TOKEN : 0);
    bind(l, load_add(l, SQL_TRANSACTION_TOTAL, shape, 0, as, out), f);
}

void transaction_one(struct load *l, int32_t id, const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, SQL_TRANSACTION_ONE, 0, 0, as, out);
    sql_value_int(l, c, "id", id);
}
