/* paging.h - where in a list a reader is: by page number within the first 10,000 rows, by cursor
 * anywhere (keyset pagination; a cursor is the id of a row). */
#ifndef SITA_SQL_PAGING_H
#define SITA_SQL_PAGING_H

#include "sql/db.h"

enum { PAGING_COUNTED = 10000, PAGING_LIMIT_MAX = 100 };

enum paging_by { PAGING_BY_PAGE, PAGING_BY_AFTER, PAGING_BY_BEFORE };

struct paging {
    enum paging_by by;
    int32_t page;   /* BY_PAGE: from 1; (page - 1) * limit < PAGING_COUNTED */
    int32_t cursor; /* BY_AFTER: rows that follow this id in the list; BY_BEFORE: rows that precede
                       it (0: the list's end), which come in the opposite order */
    int32_t until;  /* BY_PAGE, newest first, or by words: without the rows that came after this id,
                       so that numbers go on naming the same rows; 0: with all */
    int32_t limit;  /* rows on a page, 1 to PAGING_LIMIT_MAX; one more is asked for, which tells
                       whether the list goes on */
    bool oldest;    /* a list of newest rows first is walked from its other end */
    int32_t stop;   /* not asked with: the row that a list which looks at so many rows and no more
                       came   to before its page was full; 0: the list goes on as its rows tell */
};

/* A query's own bits: SHAPE_…_PAGE, _AFTER, _BEFORE, _UNTIL, and _OLDEST (0: it has none). */
struct paging_bits {
    uint32_t page, after, before, until, oldest;
};

/* The id that the list, and its total, ends at for newer rows; 0: it has all. A list of the oldest
 * rows first grows at its end, so its numbers stay without. */
int32_t paging_until(const struct paging *p);

/* Adds the list's call and binds what paging needs: skip, after or before. */
struct sql_call *paging_call(struct load *l, enum sql_name name, uint32_t shape,
                             const struct paging_bits *bits, const struct paging *p,
                             const struct record *as, struct rows *out);

/* Adds the call that says where a statement comes to that begins as the list's and looks at so many
 * rows, whatever their page. bits: until, after, before. */
struct sql_call *paging_end(struct load *l, enum sql_name name, uint32_t shape,
                            const struct paging_bits *bits, const struct paging *p,
                            const struct record *as, struct rows *out);

#endif
