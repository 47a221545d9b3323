/* transactions.h - the queries about transactions; see tokens.h for the manner. */
#ifndef SITA_SQL_TRANSACTIONS_H
#define SITA_SQL_TRANSACTIONS_H

#include "sql/paging.h"

/* There are lists for
 *   network, status and token in any combination,
 *   user alone or with status,
 *   type alone or with network,
 *   a span of time (from, to or both) alone, or with token or user: newest first by time,
 *   q alone, or with network and status in any combination: of the first TRANSACTION_TOKENS tokens
 *   that begin so, symbols before names.
 * The caller refuses other combinations. */
struct transaction_filter {
    const char *network, *status; /* NULL: any */
    int32_t token_id;             /* 0: any */
    const char *user;             /* canonical address; NULL: any */
    const char *type;             /* NULL: any */
    const char *from, *to;        /* PostgreSQL timestamps, both included; NULL: open */
    const char *q;                /* what the token's name or symbol begins with; NULL: any */
};

enum { TRANSACTION_TOKENS = 20, TRANSACTION_SCAN_IDS = 20000 };

void transaction_list(struct load *l, const struct transaction_filter *f, const struct paging *p,
                      const struct record *as, struct rows *out);

/* Up to limit + 1 transactions that match f->q (and network, status) among the
 * TRANSACTION_SCAN_IDS ids before cursor, or, oldest first, after it. */
void transaction_scan(struct load *l, const struct transaction_filter *f, int64_t cursor,
                      bool oldest, int32_t limit, const struct record *as, struct rows *out);

/* One row with `total`: how many tokens f->q (and network) stands for, more than
 * TRANSACTION_TOKENS if not all are in the list. */
void transaction_matching_tokens(struct load *l, const struct transaction_filter *f,
                                 const struct record *as, struct rows *out);

/* One row with `total`, counted up to PAGING_COUNTED + 1; see token_total. */
void transaction_total(struct load *l, const struct transaction_filter *f, int32_t until,
                       const struct record *as, struct rows *out);

/* One row or none. */
void transaction_one(struct load *l, int32_t id, const struct record *as, struct rows *out);

/* The id of the record of the transaction with the hash that issued a token: one row or none. */
void transaction_issuing(struct load *l, const char *network, const char *hash, int32_t token,
                         const struct record *as, struct rows *out);

/* At most 11 other records with the hash of a transaction, on its network. */
void transaction_beside(struct load *l, int32_t id, const struct record *as, struct rows *out);

/* The newest transaction's id: one row or none. */
void transaction_newest_id(struct load *l, const struct record *as, struct rows *out);

/* How much happened when, oldest first: at most 101 rows. */
void activity_chart(struct load *l, const struct record *as, struct rows *out);

#endif
