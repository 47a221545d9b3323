/* records.h - the records that travel between database, templates and JSON. */
#ifndef SITA_HANDLERS_RECORDS_H
#define SITA_HANDLERS_RECORDS_H

#include "base/record.h"

struct token {
    int32_t id, creator_id;
    const char *name, *symbol;
    const char *supply; /* decimal string as people write it; "" = unknown */
    struct opt_int decimals;
    const char *description, *icon_url, *contract_address, *network_id, *tx_hash, *status, *state;
    const char *origin; /* who recorded it, if it was not created here */
    const char *type_hash, *type_script, *icon_hash;
    const char *creator_address; /* NULL: unknown */
    int64_t chain_time, verified_at, created_at, updated_at;
};

struct transaction {
    int32_t id, user_id;
    struct opt_int token_id;
    const char *tx_hash, *tx_type, *status, *state;
    const char *amount; /* decimal string in units of the token; NULL: none or unknown */
    const char *network_id, *metadata, *origin;
    const char *user_address;              /* NULL: unknown */
    const char *token_name, *token_symbol; /* NULL: no token */
    bool metadata_truncated;               /* it is left out: see transactions_bound */
    int64_t chain_time, verified_at, created_at, updated_at;
};

struct user {
    int32_t id;
    const char *wallet_address;
    int64_t created_at;
};

/* A row of nothing but an id. */
struct id {
    int32_t id;
};

struct total {
    int32_t total; /* -1: cannot be told */
    bool is_part;  /* not from the database: there are at least so many */
};

/* What a page calls a token: its symbol, else its name, else a number, since databases may have
 * neither; and its name beside its symbol, nothing if it has not both. Of a text that is too long
 * for a page (templates/values.h) the beginning is put, and "…". */
void token_put_called(struct text *out, const char *symbol, const char *name, int32_t id);
void token_put_name(struct text *out, const char *symbol, const char *name);

extern const struct record record_token, record_transaction, record_user, record_id, record_total;

/* Leaves metadata that is longer than METADATA_MAX bytes of JSON out of the transactions, so that a
 * hundred of them fit into an answer. The database bounds none, the import takes 16 KiB. */
enum { METADATA_MAX = 32 * 1024 };
void transactions_bound(struct rows *transactions);

#endif
