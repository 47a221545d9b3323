/* totals.h - how many rows a list has, without counting ten thousand of them for every page.
 *
 * A total up to 10,000 is exact and counted each time. That a list has more is remembered by the
 * worker for one second, per filter and values, in a table of fixed size: nothing that this
 * program does deletes rows, so such a list goes on having more (a change of status can make it
 * smaller, which is then seen a second later). */
#ifndef SITA_HANDLERS_TOTALS_H
#define SITA_HANDLERS_TOTALS_H

#include "handlers/records.h"
#include "sql/tokens.h"
#include "sql/transactions.h"

struct list_total {
    struct rows found; /* struct total, one; none if it was remembered */
    uint8_t key[16];   /* of the filter and its values */
};

/* Adds the query of the list's total to the load unless the answer is remembered. until: as in
 * struct paging, 0 for all rows. */
void totals_tokens(struct load *l, const struct token_filter *f, int32_t until,
                   struct list_total *out);
void totals_transactions(struct load *l, const struct transaction_filter *f, int32_t until,
                         struct list_total *out);

/* The total, once the load has run: at most PAGING_COUNTED + 1; 0 and is_part if the database could
 * not tell. */
struct total totals_of(const struct list_total *t);

#endif
