#include "sql/tokens.h"

static const uint32_t list_bits[] = {SHAPE_TOKEN_LIST_PAGE, SHAPE_TOKEN_LIST_AFTER,
                                     SHAPE_TOKEN_LIST_BEFORE};
static const uint32_t creator_bits[] = {SHAPE_TOKEN_BY_CREATOR_PAGE, SHAPE_TOKEN_BY_CREATOR_AFTER,
                                        SHAPE_TOKEN_BY_CREATOR_BEFORE};

static void bind(struct sql_call *c, const struct token_filter *f) {
    if (f->creator)
        sql_value(c, "creator", f->creator);
    else if (f->network)
        sql_value(c, "network", f->network);
    if (f->status)
        sql_value(c, "status", f->status);
}

void token_list(struct load *l, const struct token_filter *f, const struct paging *p,
                const struct record *as, struct rows *out) {
    uint32_t shape =
        (f->network ? SHAPE_TOKEN_LIST_NETWORK : 0) | (f->status ? SHAPE_TOKEN_LIST_STATUS : 0);
    uint32_t of_creator = f->status ? SHAPE_TOKEN_BY_CREATOR_STATUS : 0;
    bind(f->creator ? paging_call(l, SQL_TOKEN_BY_CREATOR, of_creator, creator_bits, p, as, out)
                    : paging_call(l, SQL_TOKEN_LIST, shape, list_bits, p, as, out),
         f);
}

void token_total(struct load *l, const struct token_filter *f, const struct record *as,
                 struct rows *out) {
    uint32_t shape =
        (f->network ? SHAPE_TOKEN_TOTAL_NETWORK : 0) | (f->status ? SHAPE_TOKEN_TOTAL_STATUS : 0);
    uint32_t of_creator = f->status ? SHAPE_TOKEN_BY_CREATOR_TOTAL_STATUS : 0;
    bind(f->creator ? load_add(l, SQL_TOKEN_BY_CREATOR_TOTAL, of_creator, 0, as, out)
                    : load_add(l, SQL_TOKEN_TOTAL, shape, 0, as, out),
         f);
}

void token_one(struct load *l, int32_t id, const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, SQL_TOKEN_ONE, 0, 0, as, out);
    sql_value_int(l, c, "id", id);
}

void token_newest_id(struct load *l, const struct record *as, struct rows *out) {
    load_add(l, SQL_TOKEN_NEWEST_ID, 0, 0, as, out);
}

void token_ids(struct load *l, int32_t after, const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, SQL_TOKEN_IDS, 0, 0, as, out);
    sql_value_int(l, c, "after", after);
}

void token_first_symbol(struct load *l, const char *network, const char *symbol,
                        const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, SQL_TOKEN_FIRST_SYMBOL, 0, 0, as, out);
    sql_value(c, "network", network);
    sql_value(c, "symbol", symbol);
}

void token_first_name(struct load *l, const char *network, const char *name,
                      const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, SQL_TOKEN_FIRST_NAME, 0, 0, as, out);
    sql_value(c, "network", network);
    sql_value(c, "name", name);
}
