#include "sql/transactions.h"

static void bind(struct load *l, struct sql_call *c, const struct transaction_filter *f) {
    bool span = f->from || f->to;
    if (f->network)
        sql_value(c, "network", f->network);
    if (f->status)
        sql_value(c, "status", f->status);
    if (f->token_id)
        sql_value_int(l, c, "token", f->token_id);
    if (f->user)
        sql_value(c, "user", f->user);
    if (f->type)
        sql_value(c, "type", f->type);
    if (f->q)
        sql_value(c, "q", f->q);
    if (span) {
        sql_value(c, "from", f->from ? f->from : "-infinity");
        sql_value(c, "to", f->to ? f->to : "infinity");
    }
}

/* A kind of list: its two queries, and the bits of its shapes. */
struct kind {
    enum sql_name list, total;
    struct paging_bits bits;
    uint32_t network, status, token, user;
    uint32_t total_network, total_status, total_token, total_user, total_until;
};

static const struct kind plain = {
    .list = SQL_TRANSACTION_LIST,
    .total = SQL_TRANSACTION_TOTAL,
    .total_until = SHAPE_TRANSACTION_TOTAL_UNTIL,
    .bits = {SHAPE_TRANSACTION_LIST_PAGE, SHAPE_TRANSACTION_LIST_AFTER,
             SHAPE_TRANSACTION_LIST_BEFORE, SHAPE_TRANSACTION_LIST_UNTIL,
             SHAPE_TRANSACTION_LIST_OLDEST},
    .network = SHAPE_TRANSACTION_LIST_NETWORK,
    .status = SHAPE_TRANSACTION_LIST_STATUS,
    .token = SHAPE_TRANSACTION_LIST_TOKEN,
    .total_network = SHAPE_TRANSACTION_TOTAL_NETWORK,
    .total_status = SHAPE_TRANSACTION_TOTAL_STATUS,
    .total_token = SHAPE_TRANSACTION_TOTAL_TOKEN};
static const struct kind by_user = {
    .list = SQL_TRANSACTION_BY_USER,
    .total = SQL_TRANSACTION_BY_USER_TOTAL,
    .total_until = SHAPE_TRANSACTION_BY_USER_TOTAL_UNTIL,
    .bits = {SHAPE_TRANSACTION_BY_USER_PAGE, SHAPE_TRANSACTION_BY_USER_AFTER,
             SHAPE_TRANSACTION_BY_USER_BEFORE, SHAPE_TRANSACTION_BY_USER_UNTIL,
             SHAPE_TRANSACTION_BY_USER_OLDEST},
    .status = SHAPE_TRANSACTION_BY_USER_STATUS,
    .total_status = SHAPE_TRANSACTION_BY_USER_TOTAL_STATUS};
static const struct kind by_type = {
    .list = SQL_TRANSACTION_BY_TYPE,
    .total = SQL_TRANSACTION_BY_TYPE_TOTAL,
    .total_until = SHAPE_TRANSACTION_BY_TYPE_TOTAL_UNTIL,
    .bits = {SHAPE_TRANSACTION_BY_TYPE_PAGE, SHAPE_TRANSACTION_BY_TYPE_AFTER,
             SHAPE_TRANSACTION_BY_TYPE_BEFORE, SHAPE_TRANSACTION_BY_TYPE_UNTIL,
             SHAPE_TRANSACTION_BY_TYPE_OLDEST},
    .network = SHAPE_TRANSACTION_BY_TYPE_NETWORK,
    .total_network = SHAPE_TRANSACTION_BY_TYPE_TOTAL_NETWORK};
static const struct kind by_date = {
    .list = SQL_TRANSACTION_BY_DATE,
    .total = SQL_TRANSACTION_BY_DATE_TOTAL,
    .total_until = SHAPE_TRANSACTION_BY_DATE_TOTAL_UNTIL,
    .bits = {SHAPE_TRANSACTION_BY_DATE_PAGE, SHAPE_TRANSACTION_BY_DATE_AFTER,
             SHAPE_TRANSACTION_BY_DATE_BEFORE, SHAPE_TRANSACTION_BY_DATE_UNTIL,
             SHAPE_TRANSACTION_BY_DATE_OLDEST},
    .token = SHAPE_TRANSACTION_BY_DATE_TOKEN,
    .user = SHAPE_TRANSACTION_BY_DATE_USER,
    .total_token = SHAPE_TRANSACTION_BY_DATE_TOTAL_TOKEN,
    .total_user = SHAPE_TRANSACTION_BY_DATE_TOTAL_USER};

static const struct kind matching = {
    .list = SQL_TRANSACTION_MATCHING,
    .total = SQL_TRANSACTION_MATCHING_TOTAL,
    .total_until = SHAPE_TRANSACTION_MATCHING_TOTAL_UNTIL,
    .bits = {SHAPE_TRANSACTION_MATCHING_PAGE, SHAPE_TRANSACTION_MATCHING_AFTER,
             SHAPE_TRANSACTION_MATCHING_BEFORE, SHAPE_TRANSACTION_MATCHING_UNTIL,
             SHAPE_TRANSACTION_MATCHING_OLDEST},
    .network = SHAPE_TRANSACTION_MATCHING_NETWORK,
    .status = SHAPE_TRANSACTION_MATCHING_STATUS,
    .total_network = SHAPE_TRANSACTION_MATCHING_TOTAL_NETWORK,
    .total_status = SHAPE_TRANSACTION_MATCHING_TOTAL_STATUS};

static const struct kind scanned = {
    .list = SQL_TRANSACTION_SCAN,
    .total = SQL_TRANSACTION_MATCHING_TOTAL,
    .total_until = SHAPE_TRANSACTION_MATCHING_TOTAL_UNTIL,
    .bits = {SHAPE_TRANSACTION_SCAN_PAGE, SHAPE_TRANSACTION_SCAN_AFTER,
             SHAPE_TRANSACTION_SCAN_BEFORE, SHAPE_TRANSACTION_SCAN_UNTIL,
             SHAPE_TRANSACTION_SCAN_OLDEST},
    .network = SHAPE_TRANSACTION_SCAN_NETWORK,
    .status = SHAPE_TRANSACTION_SCAN_STATUS,
    .total_network = SHAPE_TRANSACTION_MATCHING_TOTAL_NETWORK,
    .total_status = SHAPE_TRANSACTION_MATCHING_TOTAL_STATUS};

static const struct kind *kind_of(const struct transaction_filter *f) {
    return f->from || f->to ? &by_date
           : f->user        ? &by_user
           : f->type        ? &by_type
           : f->q           ? f->way ? &scanned : &matching
                            : &plain;
}

static uint32_t many(const struct transaction_filter *f, uint32_t bit) {
    return f->way == SCAN_FOR_MANY ? bit : 0;
}

void transaction_list(struct load *l, const struct transaction_filter *f, const struct paging *p,
                      const struct record *as, struct rows *out) {
    const struct kind *k = kind_of(f);
    uint32_t shape = (f->network ? k->network : 0) | (f->status ? k->status : 0) |
                     (f->token_id ? k->token : 0) | (f->user ? k->user : 0) |
                     (k == &scanned ? many(f, SHAPE_TRANSACTION_SCAN_MANY) : 0);
    bind(l, paging_call(l, k->list, shape, &k->bits, p, as, out), f);
}

void transaction_scan_end(struct load *l, const struct transaction_filter *f,
                          const struct paging *p, const struct record *as, struct rows *out) {
    static const struct paging_bits bits = {.after = SHAPE_TRANSACTION_SCAN_END_AFTER,
                                            .before = SHAPE_TRANSACTION_SCAN_END_BEFORE,
                                            .until = SHAPE_TRANSACTION_SCAN_END_UNTIL};
    uint32_t shape = (f->status ? SHAPE_TRANSACTION_SCAN_END_STATUS : 0) |
                     many(f, SHAPE_TRANSACTION_SCAN_END_MANY);
    struct sql_call *c = paging_end(l, SQL_TRANSACTION_SCAN_END, shape, &bits, p, as, out);
    if (f->status)
        sql_value(c, "status", f->status);
}

void transaction_total(struct load *l, const struct transaction_filter *f, int32_t until,
                       const struct record *as, struct rows *out) {
    const struct kind *k = kind_of(f);
    uint32_t shape = (f->network ? k->total_network : 0) | (f->status ? k->total_status : 0) |
                     (f->token_id ? k->total_token : 0) | (f->user ? k->total_user : 0) |
                     (until ? k->total_until : 0);
    struct sql_call *c = load_add(l, k->total, shape, 0, as, out);
    bind(l, c, f);
    if (until)
        sql_value_int(l, c, "until", until);
}

void transaction_one(struct load *l, int32_t id, const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, SQL_TRANSACTION_ONE, 0, 0, as, out);
    sql_value_int(l, c, "id", id);
}

void transaction_issuing(struct load *l, const char *network, const char *hash, int32_t token,
                         const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, SQL_TRANSACTION_ISSUING, 0, 0, as, out);
    sql_value(c, "network", network);
    sql_value(c, "hash", hash);
    sql_value_int(l, c, "token", token);
}

void transaction_beside(struct load *l, int32_t id, const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, SQL_TRANSACTION_BESIDE, 0, 0, as, out);
    sql_value_int(l, c, "id", id);
}

void transaction_newest_id(struct load *l, const struct record *as, struct rows *out) {
    load_add(l, SQL_TRANSACTION_NEWEST_ID, 0, 0, as, out);
}

void activity_chart(struct load *l, const struct record *as, struct rows *out) {
    load_add(l, SQL_ACTIVITY_CHART, 0, 0, as, out);
}
