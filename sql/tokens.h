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
    bool scan; /* with q, by id: tokens are gone through by id, which is sooner where many match;
                  else all of the first 200,000 that match, by name and by symbol, are looked at */
};

void token_list(struct load *l, const struct token_filter *f, const struct paging *p,
                const struct record *as, struct rows *out);

/* With f->scan: two rows if the list looked at so many tokens only, whose first is the last of
 * these; else it came to its end. */
void token_scan_end(struct load *l, const struct paging *p, const struct record *as,
                    struct rows *out);

/* With q, by id and without f->scan: one row if there are more than the list knows, none if it has
 * all. */
void token_matching_beyond(struct load *l, const struct token_filter *f, const struct record *as,
                           struct rows *out);

/* One row with `total`: how many rows the filter has, at most PAGING_COUNTED + 1; with until those
 * that paging with it has, or -1 if these cannot be told within a bound: by q, of very many. */
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
 * perhaps: one row. like: what it reads as in visible ASCII, NULL to go by the database's table. */
void token_alike_symbol(struct load *l, const char *network, int32_t id, const char *like,
                        const struct record *as, struct rows *out);
void token_alike_name(struct load *l, const char *network, int32_t id, const char *like,
                      const struct record *as, struct rows *out);

#endif
