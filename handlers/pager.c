#include "handlers/pager.h"

#include <string.h>

#include "handlers/params.h"
#include "handlers/paths.h"
#include "templates/messages.h"

static const struct field link_fields[] = {
    FIELD_MADE(struct pager_link, number, "number", FIELD_INT, FACE_HTML),
    FIELD_MADE(struct pager_link, current, "isCurrent", FIELD_BOOL, FACE_HTML),
    FIELD_MADE(struct pager_link, path, "path", FIELD_PATH, FACE_HTML),
};
static const struct record record_pager_link = RECORD(pager_link, link_fields);

#define P(member, json, kind) FIELD_MADE(struct pager, member, json, kind, FACE_HTML)
#define TOLD(member, json, kind, when, sentence)                                                   \
    FIELD_MADE_TOLD(struct pager, member, json, kind, when, sentence)
static const struct field pager_fields[] = {
    TOLD(total, "total", FIELD_INT, ALWAYS, "How many rows the list has, counted up to 10,000."),
    TOLD(total_is_exact, "totalIsExact", FIELD_BOOL, ALWAYS, "False: there are at least so many."),
    TOLD(pages, "pages", FIELD_OPT_INT, MAYBE, "How many pages; null if the total is not exact."),
    TOLD(current, "current", FIELD_OPT_INT, MAYBE, "This page's number; null after a cursor."),
    TOLD(limit, "limit", FIELD_INT, ALWAYS, "Rows on a page."),
    TOLD(next, "next", FIELD_PATH, MAYBE,
         "The address of the page after this; null: none. With q a page may have a next and fewer "
         "rows than limit, or none: so many rows were looked at that did not match."),
    TOLD(prev, "prev", FIELD_PATH, MAYBE, "The address of the page before this; null: none."),
    P(first, "first", FIELD_PATH),
    P(last, "last", FIELD_PATH),
    P(several, "several", FIELD_BOOL),
    FIELD_INSIDE(struct pager, links, "links", FIELD_LIST, FACE_HTML, &record_pager_link),
};
const struct record record_pager = RECORD(pager, pager_fields);

/* A page has a number if its first row is one of those that are counted. */
static bool numbered(int32_t page, int32_t limit) {
    return (int64_t)(page - 1) * limit < PAGING_COUNTED;
}

bool pager_read(struct request *rq, const struct pager_params *p, struct paging *paging) {
    bool after = p->after >= 0, before = p->before >= 0;
    if (after && before)
        request_problem(rq, "before", message("cannot be used together with after"));
    if ((after || before) && p->page != 1)
        request_problem(rq, "page", message("cannot be used together with after or before"));
    if ((after || before) && p->until)
        request_problem(rq, "until", message("cannot be used together with after or before"));
    if (!numbered(p->page, p->limit))
        request_problem(rq, "page",
                        params_on_form(rq)
                            ? message("goes up to row 10,000; what follows has no numbers")
                            : message("goes up to row 10,000; use after or before to go on"));
    *paging = (struct paging){.by = after    ? PAGING_BY_AFTER
                                    : before ? PAGING_BY_BEFORE
                                             : PAGING_BY_PAGE,
                              .page = p->page,
                              .cursor = after ? p->after : p->before,
                              .until = p->until,
                              .limit = p->limit};
    return rq->n_problems == 0;
}

static void reverse(struct arena *a, const struct record *as, struct rows *rows) {
    unsigned char *at = rows->at, *spare = arena_raw(a, as->size);
    for (size_t i = 0, j = rows->n; i + 1 < j; i++) {
        j--;
        memcpy(spare, at + i * as->size, as->size);
        memcpy(at + i * as->size, at + j * as->size, as->size);
        memcpy(at + j * as->size, spare, as->size);
    }
}

static int32_t id_at(const struct record *as, const struct rows *rows, size_t i) {
    return *(const int32_t *)rows_at(as, rows, i);
}

static const char *with(struct request *rq, const char *base, const char *name, int32_t value) {
    struct text t = text_in(rq->arena, PATH_TEXT_MAX);
    text_put(&t, base);
    if (name)
        path_arg_int(&t, name, value);
    return text_str(&t);
}

/* The first page is always the newest: the reader who comes back to it begins anew. */
static const char *page_path(struct request *rq, const struct pager *p, int32_t number) {
    if (number == 1)
        return p->first;
    const char *page = with(rq, p->first, "page", number);
    return p->until ? with(rq, page, "until", p->until) : page;
}

const struct paging pager_first = {.by = PAGING_BY_PAGE, .page = 1, .limit = PAGER_LIMIT_MIN};

bool pager_is_first(const struct pager_params *p) {
    return p->page == 1 && p->until == 0 && p->after < 0 && p->before < 0;
}

bool pager_asks_first(const struct paging *paging) {
    bool there = paging->by == PAGING_BY_PAGE && (paging->page == 1 || paging->until);
    return !there && !paging->oldest;
}

/* The id that the numbers are anchored to; 0: none, in an empty list or one that grows at its end.
 */
static int32_t anchor(const struct paging *paging, const struct record *as, const struct rows *rows,
                      const struct rows *first) {
    bool is_first = paging->by == PAGING_BY_PAGE && paging->page == 1;
    if (paging->oldest)
        return 0;
    if (paging_until(paging))
        return paging->until;
    if (first->n)
        return *(const int32_t *)first->at;
    return is_first && rows->n ? id_at(as, rows, 0) : 0;
}

/* 1 … 4 5 [6] 7 8 … 20: the ends, the neighbours, and gaps. */
static void number_links(struct request *rq, struct pager *out) {
    enum { AROUND = 2, MOST = 2 * AROUND + 7 };
    int32_t pages = out->pages.value, current = out->current.set ? out->current.value : 0;
    struct pager_link *links = arena_array(rq->arena, MOST, sizeof *links);
    size_t n = 0;
    int32_t last_shown = 0;
    for (int32_t i = 1; i <= pages; i++) {
        bool shown = i == 1 || i == pages || (i >= current - AROUND && i <= current + AROUND);
        if (!shown)
            continue;
        if (i > last_shown + 1)
            links[n++] = (struct pager_link){0};
        links[n++] = (struct pager_link){
            .number = i, .current = i == current, .path = page_path(rq, out, i)};
        last_shown = i;
    }
    out->links = (struct rows){.at = links, .n = n};
}

/* The ids that cursors to the neighbours begin at: of the rows at the ends of the page, or, where
 * it is not full or has none, of what was looked at. Seen from the oldest row, ids grow. */
struct ends {
    int32_t front, back; /* 0: there is none */
};

static struct ends ends_of(const struct paging *p, const struct record *as, const struct rows *rows,
                           bool full) {
    struct ends e = {0};
    int32_t step = p->oldest ? -1 : 1;
    if (rows->n)
        e = (struct ends){.front = id_at(as, rows, 0), .back = id_at(as, rows, rows->n - 1)};
    else if (p->stop && p->by == PAGING_BY_AFTER)
        e.front = p->cursor - step;
    else if (p->stop && p->by == PAGING_BY_BEFORE)
        e.back = p->cursor + step;
    if (!full && p->stop && p->by == PAGING_BY_BEFORE)
        e.front = p->stop;
    else if (!full && p->stop)
        e.back = p->stop;
    return e;
}

/* Next and previous by number where the neighbour has one, by cursor otherwise. */
static void step_links(struct request *rq, const struct paging *paging, const char *base,
                       const struct ends *ends, bool goes_on, bool full, struct pager *out) {
    bool by_page = paging->by == PAGING_BY_PAGE;
    bool forward = paging->by == PAGING_BY_BEFORE ? paging->cursor > 0 : goes_on;
    bool back = by_page ? paging->page > 1 : paging->by == PAGING_BY_BEFORE ? goes_on : true;
    if (forward && by_page && full && numbered(paging->page + 1, paging->limit))
        out->next = page_path(rq, out, paging->page + 1);
    else if (forward && ends->back)
        out->next = with(rq, base, "after", ends->back);
    else if (!ends->back && out->total && paging->by == PAGING_BY_BEFORE)
        out->next = base; /* past the beginning: on to the first rows */
    if (back && by_page && out->pages.set && paging->page > out->pages.value)
        out->prev = page_path(rq, out, out->pages.value);
    else if (back && by_page)
        out->prev = page_path(rq, out, paging->page - 1);
    else if (back && ends->front)
        out->prev = with(rq, base, "before", ends->front);
    else if (!ends->front && out->total && paging->by == PAGING_BY_AFTER)
        out->prev = with(rq, base, "before", 0); /* past the end: back to the last rows */
}

/* The neighbours as a Link header, for programs that page without reading the body. */
static const char *link_header(struct request *rq, const struct pager *p) {
    const struct {
        const char *rel, *path;
    } links[] = {{"first", p->first}, {"prev", p->prev}, {"next", p->next}, {"last", p->last}};
    struct text t = text_in(rq->arena, PATH_TEXT_MAX);
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        if (links[i].path)
            text_printf(&t, "%s<%s>; rel=\"%s\"", t.n ? ", " : "", links[i].path, links[i].rel);
    return text_ok(&t) ? text_str(&t) : NULL;
}

/* How many rows there are, or at least are: no less than the page shows. */
static int32_t counted(const struct paging *p, const struct total *total, size_t rows) {
    int32_t n = total->total < PAGING_COUNTED ? total->total : PAGING_COUNTED;
    int32_t seen = p->by == PAGING_BY_PAGE && rows ? (p->page - 1) * p->limit + (int32_t)rows : 0;
    return total->is_part && n < seen ? seen : n;
}

void pager_finish(struct request *rq, const struct paging *paging, const struct total *total,
                  const char *base, const struct record *as, struct rows *rows,
                  const struct rows *first, struct pager *out) {
    bool full = rows->n > (size_t)paging->limit, goes_on = full || paging->stop;
    bool exact = total->total <= PAGING_COUNTED && !total->is_part;
    if (full)
        rows->n = (size_t)paging->limit;
    if (paging->by == PAGING_BY_BEFORE)
        reverse(rq->arena, as, rows);
    *out = (struct pager){.total = counted(paging, total, rows->n),
                          .total_is_exact = exact,
                          .limit = paging->limit,
                          .until = anchor(paging, as, rows, first),
                          .first = base};
    int32_t pages = (out->total + paging->limit - 1) / paging->limit;
    out->pages = (struct opt_int){.value = pages ? pages : 1, .set = exact};
    out->current = (struct opt_int){.value = paging->page, .set = paging->by == PAGING_BY_PAGE};
    out->several = pages > 1 || !exact;
    out->last = exact ? page_path(rq, out, out->pages.value) : with(rq, base, "before", 0);
    struct ends ends = ends_of(paging, as, rows, full);
    step_links(rq, paging, base, &ends, goes_on, full, out);
    if (rq->face == FACE_OF_JSON)
        rq->link = link_header(rq, out);
    else if (exact)
        number_links(rq, out);
}
