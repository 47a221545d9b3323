#include "sql/tokens.h"

void token_list(struct load *l, const struct token_filter *f, const struct paging *p,
                const struct record *as, struct rows *out) {
    static const uint32_t bits[] = {SHAPE_TOKEN_LIST_PAGE, SHAPE_TOKEN_LIST_AFTER,
                                    SHAPE_TOKEN_LIST_BEFORE};
    uint32_t shape =
        (f->network ? SHAPE_TOKEN_LIST_NETWORK : 0) | (f->status ? SHAPE_TOKEN_LIST_STATUS : 0);
    struct sql_call *c = paging_call(l, SQL_TOKEN_LIST, shape, bits, p, as, out);
    if (f->network)
        sql_value(c, "network", f->network);
    if (f->status)
        sql_value(c, "status", f->status);
}

void token_total(struct load *l, const struct token_filter *f, const struct record *as,
                 struct rows *out) {
    uint32_t shape =
        (f->network ? SHAPE_TOKEN_TOTAL_NETWORK : 0) | (f->status ? SHAPE_TOKEN_TOTAL_STATUS : 0);
    struct sql_call *c = load_add(l, SQL_TOKEN_TOTAL, shape, 0, as, out);
    if (f->network)
        sql_value(c, "network", f->network);
    if (f->status)
        sql_value(c, "status", f->status);
}

void token_one(struct load *l, int32_t id, const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, SQL_TOKEN_ONE, 0, 0, as, out);
    sql_value_int(l, c, "id", id);
}
