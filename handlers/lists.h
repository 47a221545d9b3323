/* lists.h - which lists there are: one table for each subject says which filters go together, and
 * in which orders their list can be had. Every pair has its statement and its index; what is not in
 * the table is refused by name rather than served slowly. */
#ifndef SITA_HANDLERS_LISTS_H
#define SITA_HANDLERS_LISTS_H

#include "base/record.h"
#include "handlers/filters.h"
#include "sql/tokens.h"

enum list_sort { SORT_NEWEST, SORT_OLDEST, SORT_NAME, SORT_SYMBOL };

/* Bits for the orders of a kind of list. */
enum {
    BY_ID = 1 << SORT_NEWEST | 1 << SORT_OLDEST,
    BY_WORDS = 1 << SORT_NAME | 1 << SORT_SYMBOL,
    BY_ALL = BY_ID | BY_WORDS
};

enum {
    LIST_FILTERS_MAX = 9,
    LIST_Q_CHARACTERS = 64, /* of what names begin with: as many as the keys of names have */
    LIST_Q_MAX = 4 * LIST_Q_CHARACTERS /* in bytes */
};

/* One kind of list: the filters that it takes, all of them given, and the orders it can be had in.
 */
struct list_kind {
    uint32_t filters; /* bit i: filters[i] of the table */
    uint32_t sorts;   /* bit i: enum list_sort i */
};

struct list_table {
    const char *filters[LIST_FILTERS_MAX]; /* parameters; of two that exclude each other the first
                                              is the one that is told so. Ended by NULL */
    const char *labels[LIST_FILTERS_MAX];  /* what the form calls them: N_() */
    const struct list_kind *kinds;
    size_t n;
};

/* "newest", "oldest", "name", "symbol", ended by NULL; what stands for the order of a list of
 * transactions are the first two. */
extern const char *const list_sorts[], *const list_time_sorts[];

/* The word for one of them, translated. */
const char *list_sort_label(const char *sort);

/* The order that a parameter (one of list_sorts, NULL: not given) stands for. */
enum list_sort list_sort_of(const char *sort);

/* The orders that the list of the given filters (bits) has; 0: there is no such list. */
uint32_t list_sorts_for(const struct list_table *table, uint32_t given);

/* True if there is such a list; else notes on rq which two things no list has together. */
bool list_check(struct request *rq, const struct list_table *table, uint32_t given,
                enum list_sort sort);

/* Takes the blanks around what names are to begin with; nothing left: NULL. False, noted on rq: it
 * is longer than what lists compare. */
bool list_text(struct request *rq, const char **q);

/* True if a reader's q is a whole hash or address, which is no beginning of a name: rq->redirect
 * then leads to the search for it. */
bool list_leads_to_search(struct request *rq, const char *q);

/* The first and the last moment that two days (NULL: open) stand for, as PostgreSQL reads them.
 * False, with a problem noted: they are in the wrong order. */
MUST_CHECK bool list_days(struct request *rq, const char *from, const char *to, const char **first,
                          const char **last);

/* What a column head says and leads to. */
struct list_head {
    const char *path;  /* the list in that order; NULL: there is none */
    const char *order; /* "ascending", "descending" if the list is in that order now, else NULL */
};
extern const struct record record_list_head;

/* The head for an order, and for time, which leads to the other end when it is newest or oldest
 * now. base is the list's address with its filters and its limit, without sort. */
struct list_head list_head_for(struct request *rq, const char *base, uint32_t sorts,
                               enum list_sort now, enum list_sort head);
struct list_head list_head_time(struct request *rq, const char *base, enum list_sort now);

/* A list for programs: paths of the whole of it in its order, and of what is new in it. */
struct list_files {
    const char *csv, *jsonl, *atom;
};
extern const struct record record_list_files;

/* Those of the list at `list`, which is its address with its filters ("/tokens?network=mainnet").
 */
struct list_files list_files_of(struct request *rq, const char *list, enum list_sort sort);

/* Where the reader of such a list is, in the face of the request, with its limit of rows and
 * without order and place. */
const char *list_base(struct request *rq, const char *list, int32_t limit);

/* Adds the sort to a list's address unless it is the usual one. */
void list_add_sort(struct text *path, enum list_sort sort);

/* The orders that a form offers: those among `sorts` (bits). */
struct filter list_sort_filter(struct request *rq, uint32_t sorts);

/* A list whose parameters were refused: what no field of its form shows, and where its reader goes
 * on. */
struct list_refusal {
    struct rows others;       /* struct problem */
    bool beside;              /* a field shows that something is wrong with it */
    const char *first, *last; /* paths: the list's first and last rows; NULL if a filter is wrong */
};
extern const struct record record_list_refusal;

/* That of the list at `base` (as list_base has it) in that order; `shown` are the n fields. */
struct list_refusal list_refusal_of(struct request *rq, const char *const *shown, size_t n,
                                    const char *base, enum list_sort sort);

/* The filter for the number of rows: 10, 25, 50, 100, and what was asked for. */
struct filter list_limit_filter(struct request *rq);

#endif
