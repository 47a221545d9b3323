#include "handlers/walk.h"

enum {
    TOKENS_MERGED = 1000, /* as transaction_matching and its total take */
    ROWS_MERGED = 101000  /* of all these tokens together, for one page */
};

const struct record *walk_record(const struct walk *w) {
    return w->of_tokens ? &record_token : &record_transaction;
}

static const char *q_of(const struct walk *w) {
    return !w->of_tokens ? w->transactions.q : w->tokens.order == TOKENS_BY_ID ? w->tokens.q : NULL;
}

bool walk_count(struct load *l, struct walk *w) {
    if (!q_of(w))
        return false;
    struct token_filter tokens = {
        .q = q_of(w), .network = w->of_tokens ? w->tokens.network : w->transactions.network};
    totals_tokens(l, &tokens, 0, &w->matching);
    return true;
}

void walk_choose(struct walk *w, int32_t rows) {
    if (!q_of(w))
        return;
    int32_t n = totals_of(&w->matching).total;
    w->tokens.scan = n > PAGING_COUNTED;
    w->transactions.way = n > PAGING_COUNTED                                     ? SCAN_FOR_MANY
                          : n > TOKENS_MERGED || (int64_t)n * rows > ROWS_MERGED ? SCAN_FOR_TOKENS
                                                                                 : TOKEN_BY_TOKEN;
}

bool walk_scans(const struct walk *w) {
    return q_of(w) && (w->of_tokens ? w->tokens.scan : w->transactions.way != TOKEN_BY_TOKEN);
}

bool walk_total_is_part(const struct walk *w) {
    return !w->of_tokens && q_of(w) && totals_of(&w->matching).total > TOKENS_MERGED;
}

void walk_list(struct load *l, struct walk *w) {
    if (w->of_tokens)
        token_list(l, &w->tokens, &w->paging, &record_token, &w->rows);
    else
        transaction_list(l, &w->transactions, &w->paging, &record_transaction, &w->rows);
}

void walk_end(struct load *l, struct walk *w) {
    if (w->of_tokens)
        token_scan_end(l, &w->paging, &record_id, &w->end);
    else
        transaction_scan_end(l, &w->transactions, &w->paging, &record_id, &w->end);
}

int32_t walk_stop(const struct walk *w) {
    return w->end.n > 1 ? ((const struct id *)w->end.at)->id : 0;
}

/* Of many tokens that begin so, those that are not among the newest: all of them, if they are
 * known. */
static void look_by_key(struct load *l, const struct walk *w, struct rows *beyond,
                        struct rows *by_key) {
    struct token_filter all = w->tokens;
    all.scan = false;
    token_matching_beyond(l, &all, &record_id, beyond);
    token_list(l, &all, &w->paging, &record_token, by_key);
}

void walk_begin(struct load *l, struct walk *w) {
    w->step = walk_count(l, w) ? WALK_COUNTS : WALK_ENDS;
    if (w->step == WALK_ENDS)
        walk_list(l, w);
}

static int32_t rows_merged(const struct paging *p) {
    return (p->by == PAGING_BY_PAGE ? p->page : 1) * p->limit + 1;
}

bool walk_on(struct load *l, struct walk *w) {
    bool full = w->rows.n > (size_t)w->paging.limit;
    if (w->step == WALK_COUNTS) {
        walk_choose(w, rows_merged(&w->paging));
        walk_list(l, w);
        w->step = walk_scans(w) ? WALK_SCANS : WALK_ENDS;
        return true;
    }
    if (w->step == WALK_SCANS && !full) {
        walk_end(l, w);
        if (w->of_tokens)
            look_by_key(l, w, &w->beyond, &w->by_key);
        w->step = WALK_LOOKS;
        return true;
    }
    if (w->step == WALK_LOOKS && w->of_tokens && w->beyond.n == 0)
        w->rows = w->by_key;
    else if (w->step == WALK_LOOKS)
        w->paging.stop = walk_stop(w);
    w->step = WALK_ENDS;
    return false;
}
