#include "sql/paging.h"

/* Where a statement begins: one of its options with a value, or at its own beginning. */
struct start {
    uint32_t bit;
    const char *name;
    int64_t value;
};

int32_t paging_until(const struct paging *p) {
    return p->by == PAGING_BY_PAGE && !p->oldest ? p->until : 0;
}

/* Seen from the oldest row, what comes after an id is what the list of newest rows has before it,
 * and its first page is what that list has before its end. */
static struct start start_of(const struct paging_bits *bits, const struct paging *p) {
    struct start nothing = {0};
    if (p->by == PAGING_BY_PAGE && p->page == 1 && !paging_until(p))
        return p->oldest ? (struct start){bits->before, "before", 0} : nothing;
    if (p->by == PAGING_BY_PAGE)
        return (struct start){bits->page | (p->oldest ? bits->oldest : 0) |
                                  (paging_until(p) ? bits->until : 0),
                              "skip", (int64_t)(p->page - 1) * p->limit};
    if (p->oldest && p->by == PAGING_BY_BEFORE && p->cursor == 0)
        return nothing;
    if ((p->by == PAGING_BY_AFTER) != p->oldest)
        return (struct start){bits->after, "after", p->cursor};
    return (struct start){bits->before, "before", p->cursor};
}

struct sql_call *paging_call(struct load *l, enum sql_name name, uint32_t shape,
                             const struct paging_bits *bits, const struct paging *p,
                             const struct record *as, struct rows *out) {
    struct start start = start_of(bits, p);
    struct sql_call *c = load_add(l, name, shape | start.bit, p->limit + 1, as, out);
    if (start.name)
        sql_value_int(l, c, start.name, start.value);
    if (paging_until(p))
        sql_value_int(l, c, "until", paging_until(p));
    return c;
}

struct sql_call *paging_end(struct load *l, enum sql_name name, uint32_t shape,
                            const struct paging_bits *bits, const struct paging *p,
                            const struct record *as, struct rows *out) {
    struct paging from = *p;
    from.page = 1;
    struct start start = paging_until(p) ? (struct start){bits->until, "until", paging_until(p)}
                                         : start_of(bits, &from);
    struct sql_call *c = load_add(l, name, shape | start.bit, 0, as, out);
    if (start.name)
        sql_value_int(l, c, start.name, start.value);
    return c;
}
