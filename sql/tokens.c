#include "sql/tokens.h"

/* A kind of list: its queries, the bits of their shapes. */
struct kind {
    enum sql_name list, total;
    struct paging_bits bits;
    uint32_t network, status, creator, q;
    uint32_t total_network, total_status, total_creator, total_until;
    uint32_t total_shape; /* always in */
};

static const struct kind plain = {.list = SQL_TOKEN_LIST,
                                  .total = SQL_TOKEN_TOTAL,
                                  .total_until = SHAPE_TOKEN_TOTAL_UNTIL,
                                  .bits = {SHAPE_TOKEN_LIST_PAGE, SHAPE_TOKEN_LIST_AFTER,
                                           SHAPE_TOKEN_LIST_BEFORE, SHAPE_TOKEN_LIST_UNTIL,
                                           SHAPE_TOKEN_LIST_OLDEST},
                                  .network = SHAPE_TOKEN_LIST_NETWORK,
                                  .status = SHAPE_TOKEN_LIST_STATUS,
                                  .total_network = SHAPE_TOKEN_TOTAL_NETWORK,
                                  .total_status = SHAPE_TOKEN_TOTAL_STATUS};
static const struct kind by_creator = {
    .list = SQL_TOKEN_BY_CREATOR,
    .total = SQL_TOKEN_BY_CREATOR_TOTAL,
    .total_until = SHAPE_TOKEN_BY_CREATOR_TOTAL_UNTIL,
    .bits = {SHAPE_TOKEN_BY_CREATOR_PAGE, SHAPE_TOKEN_BY_CREATOR_AFTER,
             SHAPE_TOKEN_BY_CREATOR_BEFORE, SHAPE_TOKEN_BY_CREATOR_UNTIL,
             SHAPE_TOKEN_BY_CREATOR_OLDEST},
    .status = SHAPE_TOKEN_BY_CREATOR_STATUS,
    .total_status = SHAPE_TOKEN_BY_CREATOR_TOTAL_STATUS};
static const struct kind by_date = {.list = SQL_TOKEN_BY_DATE,
                                    .total = SQL_TOKEN_BY_DATE_TOTAL,
                                    .total_until = SHAPE_TOKEN_BY_DATE_TOTAL_UNTIL,
                                    .bits = {SHAPE_TOKEN_BY_DATE_PAGE, SHAPE_TOKEN_BY_DATE_AFTER,
                                             SHAPE_TOKEN_BY_DATE_BEFORE, SHAPE_TOKEN_BY_DATE_UNTIL,
                                             SHAPE_TOKEN_BY_DATE_OLDEST},
                                    .network = SHAPE_TOKEN_BY_DATE_NETWORK,
                                    .creator = SHAPE_TOKEN_BY_DATE_CREATOR,
                                    .total_network = SHAPE_TOKEN_BY_DATE_TOTAL_NETWORK,
                                    .total_creator = SHAPE_TOKEN_BY_DATE_TOTAL_CREATOR};
static const struct kind matching = {
    .list = SQL_TOKEN_MATCHING,
    .total = SQL_TOKEN_MATCHING_TOTAL,
    .total_until = SHAPE_TOKEN_MATCHING_TOTAL_UNTIL,
    .bits = {SHAPE_TOKEN_MATCHING_PAGE, SHAPE_TOKEN_MATCHING_AFTER, SHAPE_TOKEN_MATCHING_BEFORE,
             SHAPE_TOKEN_MATCHING_UNTIL, SHAPE_TOKEN_MATCHING_OLDEST},
    .network = SHAPE_TOKEN_MATCHING_NETWORK,
    .total_network = SHAPE_TOKEN_MATCHING_TOTAL_NETWORK};
static const struct kind scanned = {.list = SQL_TOKEN_SCAN,
                                    .total = SQL_TOKEN_MATCHING_TOTAL,
                                    .total_until = SHAPE_TOKEN_MATCHING_TOTAL_UNTIL,
                                    .bits = {SHAPE_TOKEN_SCAN_PAGE, SHAPE_TOKEN_SCAN_AFTER,
                                             SHAPE_TOKEN_SCAN_BEFORE, SHAPE_TOKEN_SCAN_UNTIL,
                                             SHAPE_TOKEN_SCAN_OLDEST},
                                    .network = SHAPE_TOKEN_SCAN_NETWORK,
                                    .total_network = SHAPE_TOKEN_MATCHING_TOTAL_NETWORK};
static const struct kind by_name = {.list = SQL_TOKEN_BY_NAME,
                                    .total = SQL_TOKEN_MATCHING_TOTAL,
                                    .total_until = SHAPE_TOKEN_MATCHING_TOTAL_UNTIL,
                                    .bits = {SHAPE_TOKEN_BY_NAME_PAGE, SHAPE_TOKEN_BY_NAME_AFTER,
                                             SHAPE_TOKEN_BY_NAME_BEFORE, SHAPE_TOKEN_BY_NAME_UNTIL,
                                             0},
                                    .network = SHAPE_TOKEN_BY_NAME_NETWORK,
                                    .q = SHAPE_TOKEN_BY_NAME_Q,
                                    .total_network = SHAPE_TOKEN_MATCHING_TOTAL_NETWORK,
                                    .total_shape = SHAPE_TOKEN_MATCHING_TOTAL_NAME};
static const struct kind by_symbol = {
    .list = SQL_TOKEN_BY_SYMBOL,
    .total = SQL_TOKEN_MATCHING_TOTAL,
    .total_until = SHAPE_TOKEN_MATCHING_TOTAL_UNTIL,
    .bits = {SHAPE_TOKEN_BY_SYMBOL_PAGE, SHAPE_TOKEN_BY_SYMBOL_AFTER, SHAPE_TOKEN_BY_SYMBOL_BEFORE,
             SHAPE_TOKEN_BY_SYMBOL_UNTIL, 0},
    .network = SHAPE_TOKEN_BY_SYMBOL_NETWORK,
    .q = SHAPE_TOKEN_BY_SYMBOL_Q,
    .total_network = SHAPE_TOKEN_MATCHING_TOTAL_NETWORK,
    .total_shape = SHAPE_TOKEN_MATCHING_TOTAL_SYMBOL};

static const struct kind *kind_of(const struct token_filter *f) {
    static const struct kind *const ordered[] = {
        [TOKENS_BY_NAME] = &by_name, [TOKENS_BY_SYMBOL] = &by_symbol};
    return f->order != TOKENS_BY_ID ? ordered[f->order]
           : f->from || f->to       ? &by_date
           : f->creator             ? &by_creator
           : f->q                   ? f->scan ? &scanned : &matching
                                    : &plain;
}

static void bind(struct sql_call *c, const struct token_filter *f) {
    if (f->creator)
        sql_value(c, "creator", f->creator);
    else if (f->network)
        sql_value(c, "network", f->network);
    if (f->status)
        sql_value(c, "status", f->status);
    if (f->q)
        sql_value(c, "q", f->q);
    if (f->from || f->to) {
        sql_value(c, "from", f->from ? f->from : "-infinity");
        sql_value(c, "to", f->to ? f->to : "infinity");
    }
}

static uint32_t given(const struct token_filter *f, uint32_t network, uint32_t status,
                      uint32_t creator) {
    return (f->network ? network : 0) | (f->status ? status : 0) | (f->creator ? creator : 0);
}

void token_list(struct load *l, const struct token_filter *f, const struct paging *p,
                const struct record *as, struct rows *out) {
    const struct kind *k = kind_of(f);
    uint32_t shape = given(f, k->network, k->status, k->creator) | (f->q ? k->q : 0);
    bind(paging_call(l, k->list, shape, &k->bits, p, as, out), f);
}

void token_scan_end(struct load *l, const struct paging *p, const struct record *as,
                    struct rows *out) {
    static const struct paging_bits bits = {.after = SHAPE_TOKEN_SCAN_END_AFTER,
                                            .before = SHAPE_TOKEN_SCAN_END_BEFORE,
                                            .until = SHAPE_TOKEN_SCAN_END_UNTIL};
    paging_end(l, SQL_TOKEN_SCAN_END, 0, &bits, p, as, out);
}

void token_matching_beyond(struct load *l, const struct token_filter *f, const struct record *as,
                           struct rows *out) {
    uint32_t shape = f->network ? SHAPE_TOKEN_MATCHING_BEYOND_NETWORK : 0;
    bind(load_add(l, SQL_TOKEN_MATCHING_BEYOND, shape, 0, as, out), f);
}

void token_total(struct load *l, const struct token_filter *f, int32_t until,
                 const struct record *as, struct rows *out) {
    const struct kind *k = f->q || f->order == TOKENS_BY_ID ? kind_of(f) : &plain;
    uint32_t shape = k->total_shape |
                     given(f, k->total_network, k->total_status, k->total_creator) |
                     (until ? k->total_until : 0);
    struct sql_call *c = load_add(l, k->total, shape, 0, as, out);
    bind(c, f);
    if (until)
        sql_value_int(l, c, "until", until);
}

void token_one(struct load *l, int32_t id, const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, SQL_TOKEN_ONE, 0, 0, as, out);
    sql_value_int(l, c, "id", id);
}

void token_newest_id(struct load *l, const struct record *as, struct rows *out) {
    load_add(l, SQL_TOKEN_NEWEST_ID, 0, 0, as, out);
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

static void alike(struct load *l, enum sql_name name, const char *network, int32_t id,
                  const char *like, const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, name, 0, 0, as, out);
    sql_value(c, "network", network);
    sql_value_int(l, c, "id", id);
    sql_value(c, "like", like);
}

void token_alike_symbol(struct load *l, const char *network, int32_t id, const char *like,
                        const struct record *as, struct rows *out) {
    alike(l, SQL_TOKEN_ALIKE_SYMBOL, network, id, like, as, out);
}

void token_alike_name(struct load *l, const char *network, int32_t id, const char *like,
                      const struct record *as, struct rows *out) {
    alike(l, SQL_TOKEN_ALIKE_NAME, network, id, like, as, out);
}
