/* pager.h - paging of a keyset list: parameters in, links and counts out.
 *
 * Inside the first 10,000 rows a list has page numbers and an exact total. Beyond, the total says
 * that it is not exact, and cursors (after, before) lead on. Both stay right while rows are added:
 * the numbers of a list that grows at its beginning or within carry the id of the row that was the
 * newest when the reader came (until), and leave out what came later. Its first page, without that
 * id, is always the newest. */
#ifndef SITA_HANDLERS_PAGER_H
#define SITA_HANDLERS_PAGER_H

#include "handlers/page.h"
#include "handlers/records.h"
#include "sql/paging.h"

/* The paging parameters of a list page: a member of its parameter struct. */
struct pager_params {
    int32_t page, limit;
    int32_t until;         /* 0: not given */
    int32_t after, before; /* -1: not given; before = 0 is the end of the list */
};

enum { PAGER_LIMIT_MIN = 10 };

/* Their rows in a parameter table; st is the page's struct, member its struct pager_params. */
#define PAGER_PARAMS(st, member)                                                                   \
    {.name = "page",                                                                               \
     .kind = PARAM_INT,                                                                            \
     .offset = offsetof(st, member.page),                                                          \
     .least = 1,                                                                                   \
     .most = PAGING_COUNTED,                                                                       \
     .preset = 1,                                                                                  \
     .help = "Page number from 1; the page begins at row 10,000 or before."},                      \
        {.name = "limit",                                                                          \
         .kind = PARAM_INT,                                                                        \
         .offset = offsetof(st, member.limit),                                                     \
         .least = PAGER_LIMIT_MIN,                                                                 \
         .most = PAGING_LIMIT_MAX,                                                                 \
         .preset = 10,                                                                             \
         .help = "Rows on a page."},                                                               \
        {.name = "until",                                                                          \
         .kind = PARAM_INT,                                                                        \
         .offset = offsetof(st, member.until),                                                     \
         .least = 1,                                                                               \
         .most = INT32_MAX,                                                                        \
         .help = "With page: leaves out what was added after the row with this id, so that page "  \
                 "numbers go on naming the same rows. The links of a list carry it; oldest first " \
                 "it makes no difference. By name or symbol it is refused once very many rows "    \
                 "stand among those that it leaves."},                                             \
        {.name = "after",                                                                          \
         .kind = PARAM_INT,                                                                        \
         .offset = offsetof(st, member.after),                                                     \
         .least = 0,                                                                               \
         .most = INT32_MAX,                                                                        \
         .preset = -1,                                                                             \
         .help = "Cursor: rows that come after the row with this id in the list."},                \
    {                                                                                              \
        .name = "before", .kind = PARAM_INT, .offset = offsetof(st, member.before), .least = 0,    \
        .most = INT32_MAX, .preset = -1,                                                           \
        .help = "Cursor: rows that come before the row with this id; 0 stands for the end."        \
    }

/* Turns the parameters into paging. False, with problems noted on rq, for contradictions: more
 * than one of page, after, before, or a page that begins beyond row 10,000. */
MUST_CHECK bool pager_read(struct request *rq, const struct pager_params *p, struct paging *paging);

/* True if the page is a list's first as it is now. */
bool pager_is_first(const struct pager_params *p);

/* True if the list has to be asked for its first row, too, which numbers to come are anchored to:
 * for a page that does not begin with it and was reached without it. */
bool pager_asks_first(const struct paging *paging);

/* Where that row is: a list's first page, of the least rows. */
extern const struct paging pager_first;

/* One numbered link; path is NULL for a gap. */
struct pager_link {
    int32_t number;
    bool current;
    const char *path;
};

/* What a list says about itself. JSON shows the counts and next/prev; the page shows all. */
struct pager {
    int32_t total;
    bool total_is_exact;
    struct opt_int pages, current;
    int32_t limit;
    const char *next, *prev, *first, *last; /* addresses in the face of the request, NULL: none */
    int32_t until;                          /* what the numbers are anchored to; 0: nothing */
    struct rows links;                      /* struct pager_link */
    bool several;                           /* there is more than one page */
};

extern const struct record record_pager;

/* Finishes a list (and, for JSON, sets rq->link): puts rows that came back oldest first into list
 * order, drops the extra row that only told that the list goes on, and fills *out. `base` is the
 * list's own address with its filters and limit but without paging. Rows are structs of `as` that
 * begin with int32_t id; so does that of `first`, the row to anchor numbers to, if it was asked
 * for. */
void pager_finish(struct request *rq, const struct paging *paging, const struct total *total,
                  const char *base, const struct record *as, struct rows *rows,
                  const struct rows *first, struct pager *out);

#endif
