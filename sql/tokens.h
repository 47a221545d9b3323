/* tokens.h - the queries about tokens. Each function adds one call to a load; the rows are there
 * when the load has run. `as` is the record that a row becomes (handlers/records.h). */
#ifndef SITA_SQL_TOKENS_H
#define SITA_SQL_TOKENS_H

#include "sql/paging.h"

enum token_order { TOKENS_BY_ID, TOKENS_BY_NAME, TOKENS_BY_SYMBOL };

/* There are lists by id for network and status in any combination, for creator alone or with
 * status, for q alone or with network; by name and by symbol for network and q in any combination;
 * by time for a span of it (from, to or both) alone, with network or with creator. The caller
 * refuses other combinations (handlers/token_filters.c has the table). */
struct token_filter {
    const char *network, *status; /* NULL: any */
    const char *creator;          /* canonical address; NULL: any */
    const char *q; /* what name or symbol begins with; ordered by one of them, what that begins
                      with. NULL: any */
    const char *from, *to; /* PostgreSQL timestamps, both included; NULL: open */
    enum token_order order;
};

/* With q and by id, of more than 10,000 matches only the first of symbols and names are in the list
 * (by name and by symbol all are). */
void token_list(struct load *l, const struct token_filter *f, const struct paging *p,
                const struct record *as, struct rows *out);

enum { TOKEN_SCAN_IDS = 20000 };

/* Up to limit + 1 tokens that match f->q (and network) among the TOKEN_SCAN_IDS ids before cursor,
 * or, oldest first, after it. */
void token_scan(struct load *l, const struct token_filter *f, int64_t cursor, bool oldest,
                int32_t limit, const struct record *as, struct rows *out);

/* One row with `total`: how many rows the filter has, at most PAGING_COUNTED + 1; with until those
 * that paging with it has. */
void token_total(struct load *l, const struct token_filter *f, int32_t until,
                 const struct record *as, struct rows *out);

/* One row or none. */
void token_one(struct load *l, int32_t id, const struct record *as, struct rows *out);

/* The newest token's id: one row or none. */
void token_newest_id(struct load *l, const struct record *as, struct rows *out);

/* The first token of the network with the same symbol (or name), letter case aside: one row. */
void token_first_symbol(struct load *l, const char *network, const char *symbol,
                        const struct record *as, struct rows *out);
void token_first_name(struct load *l, const char *network, const char *name,
                      const struct record *as, struct rows *out);

/* The first token of the network whose symbol (or name) looks like that of the token id, itself
 * perhaps: one row. */
void token_alike_symbol(struct load *l, const char *network, int32_t id, const struct record *as,
                        struct rows *out);
void token_alike_name(struct load *l, const char *network, int32_t id, const struct record *as,
                      struct rows *out);

#endif
