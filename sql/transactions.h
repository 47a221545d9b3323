/* transactions.h - the queries about transactions; see tokens.h for the manner. */
#ifndef SITA_SQL_TRANSACTIONS_H
#define SITA_SQL_TRANSACTIONS_H

#include "sql/paging.h"

/* How the transactions of tokens that begin with a text are found. */
enum transaction_way {
    TOKEN_BY_TOKEN,  /* of each token the newest, merged: of 1,000 tokens at most */
    SCAN_FOR_TOKENS, /* transactions are gone through by id: for 10,000 tokens at most */
    SCAN_FOR_MANY    /* the same for any number, where many are theirs */
};

/* There are lists for
 *   network, status and token in any combination,
 *   user alone or with status,
 *   type alone or with network,
 *   a span of time (from, to or both) alone, or with token or user: newest first by time,
 *   q alone, or with network and status in any combination, each in three ways.
 * The caller refuses other combinations. */
struct transaction_filter {
    const char *network, *status; /* NULL: any */
    int32_t token_id;             /* 0: any */
    const char *user;             /* canonical address; NULL: any */
    const char *type;             /* NULL: any */
    const char *from, *to;        /* PostgreSQL timestamps, both included; NULL: open */
    const char *q;                /* what the token's name or symbol begins with; NULL: any */
    enum transaction_way way;     /* with q */
};

void transaction_list(struct load *l, const struct transaction_filter *f, const struct paging *p,
                      const struct record *as, struct rows *out);

/* With a scan: two rows if the list looked at so many transactions only, whose first is the last of
 * these; else it came to its end. */
void transaction_scan_end(struct load *l, const struct transaction_filter *f,
                          const struct paging *p, const struct record *as, struct rows *out);

/* One row with `total`, counted up to PAGING_COUNTED + 1; see token_total. With q: for 1,000
 * tokens, of more of them at least so many. */
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
