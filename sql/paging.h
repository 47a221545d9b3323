/* paging.h - where in a list a reader is: by page number within the first 10,000 rows, by cursor
 * anywhere (keyset pagination on the id, newest first). */
#ifndef SITA_SQL_PAGING_H
#define SITA_SQL_PAGING_H

#include "sql/db.h"

enum { PAGING_COUNTED = 10000, PAGING_LIMIT_MAX = 100 };

enum paging_by { PAGING_BY_PAGE, PAGING_BY_AFTER, PAGING_BY_BEFORE };

struct paging {
    enum paging_by by;
    int32_t page;   /* BY_PAGE: from 1; (page - 1) * limit < PAGING_COUNTED */
    int32_t cursor; /* BY_AFTER: rows older than this id; BY_BEFORE: rows newer, oldest first */
    int32_t limit;  /* rows on a page, 1 to PAGING_LIMIT_MAX; one more is asked for, which tells
                       whether the list goes on */
};

/* Adds the list's call and binds what paging needs: skip, after or before. The three bits are the
 * query's own SHAPE_…_PAGE, _AFTER and _BEFORE. */
struct sql_call *paging_call(struct load *l, enum sql_name name, uint32_t shape,
                             const uint32_t bits[3], const struct paging *p,
                             const struct record *as, struct rows *out);

#endif
