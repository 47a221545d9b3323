/* walk.h - the rows of a list, found in the way that is soonest.
 *
 * Most lists stand in an index, and are one call. Those of what begins with a text (q) do not stand
 * in the order of ids: where few tokens begin so, these are looked up and put in order; where many
 * do, rows are gone through by id until a page is full. So it is counted first how many there are.
 * A page may then end before it is full, where so many rows were looked at that a reader need not
 * wait longer: paging.stop says where, and the list goes on from there. */
#ifndef SITA_HANDLERS_WALK_H
#define SITA_HANDLERS_WALK_H

#include "handlers/totals.h"

struct walk {
    bool of_tokens; /* which of the two filters it is */
    struct token_filter tokens;
    struct transaction_filter transactions;
    struct paging paging;
    struct rows rows;           /* struct token or struct transaction: the page */
    struct list_total matching; /* how many tokens begin with q; set only if walk_counts */
    struct rows end, beyond, by_key;
    enum { WALK_COUNTS, WALK_SCANS, WALK_LOOKS, WALK_ENDS } step;
};

/* The record of its rows. */
const struct record *walk_record(const struct walk *w);

/* For a page: walk_begin adds what to ask first; after each load walk_on adds what to ask next and
 * is true, or is false when rows and paging.stop are as they shall be. */
void walk_begin(struct load *l, struct walk *w);
bool walk_on(struct load *l, struct walk *w);

/* For a list that is asked piece after piece: true, and the count added, if the way depends on it.
 * The way is chosen once; it is good for pieces of so many rows. */
bool walk_count(struct load *l, struct walk *w);
void walk_choose(struct walk *w, int32_t rows);

/* Asks for the rows where w->paging is; and, if walk_scans, for where that came to: walk_stop then
 * says it, 0 if it came to the list's end. */
void walk_list(struct load *l, struct walk *w);
bool walk_scans(const struct walk *w);
void walk_end(struct load *l, struct walk *w);
int32_t walk_stop(const struct walk *w);

/* With q, of transactions: true if these are of more tokens than their total counts. */
bool walk_total_is_part(const struct walk *w);

#endif
