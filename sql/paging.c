#include "sql/paging.h"

struct sql_call *paging_call(struct load *l, enum sql_name name, uint32_t shape,
                             const uint32_t bits[3], const struct paging *p,
                             const struct record *as, struct rows *out) {
    static const char *const names[] = {"skip", "after", "before"};
    bool first = p->by == PAGING_BY_PAGE && p->page == 1;
    int64_t value = p->by == PAGING_BY_PAGE ? (int64_t)(p->page - 1) * p->limit : p->cursor;
    if (!first)
        shape |= bits[p->by];
    struct sql_call *c = load_add(l, name, shape, p->limit + 1, as, out);
    if (!first)
        sql_value_int(l, c, names[p->by], value);
    return c;
}
