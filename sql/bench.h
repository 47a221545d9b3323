/* bench.h - the queries of the /bench routes: what the benchmark peers ask, column for column. */
#ifndef SITA_SQL_BENCH_H
#define SITA_SQL_BENCH_H

#include "sql/db.h"

/* The newest tokens, or those before an id; limit at most 100; before 0 = the newest. */
void bench_token_list(struct load *l, int32_t limit, int32_t before, const struct record *as,
                      struct rows *out);

void bench_token_one(struct load *l, int32_t id, const struct record *as, struct rows *out);

/* The 10 newest transactions of a token. */
void bench_transactions(struct load *l, int32_t id, const struct record *as, struct rows *out);

/* Sleeps in the database for ms milliseconds. */
void bench_sleep(struct load *l, int32_t ms, const struct record *as, struct rows *out);

#endif
