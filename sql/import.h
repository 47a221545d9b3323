/* import.h - the queries of `sitaminter import`. Each function adds one call to a load; rows is a
 * JSON array made by cli/import_rows.c and must outlive the load. */
#ifndef SITA_SQL_IMPORT_H
#define SITA_SQL_IMPORT_H

#include "sql/db.h"

/* What became of some rows; those in none of the three were there already, unchanged. */
struct import_counts {
    int64_t made, changed;
    int64_t kept; /* differ or not: this site made or verified what is there */
};

/* A row that does not fit its token: the line of the file, and the member at fault. */
struct import_unfit {
    int32_t line;
    const char *field; /* "tokenTypeHash" or "amount" */
};

extern const struct record record_import_counts, record_import_unfit;

/* Holds back other imports until the transaction ends, and sets how its queries are planned. Must
 * be the first load of the transaction. */
void import_start(struct load *l);

void import_users(struct load *l, const char *rows);

/* One struct import_counts in *out. The users must be there. */
void import_tokens(struct load *l, const char *rows, struct rows *out);

/* structs import_unfit in *out. The tokens must be there. */
void import_unfit(struct load *l, const char *rows, struct rows *out);

/* One struct import_counts in *out. Users and tokens must be there. */
void import_transactions(struct load *l, const char *rows, struct rows *out);

#endif
