/* route.h - from a path to the page that answers it. */
#ifndef SITA_HANDLERS_ROUTE_H
#define SITA_HANDLERS_ROUTE_H

#include "handlers/params.h"

struct route {
    const struct page *page; /* NULL: no page has this path */
    enum face face;
    struct path_value values[PATH_VALUES_MAX];
    size_t n;
};

/* The page whose HTML or JSON path matches. Patterns match segment by segment; {name} matches one
 * segment that is not empty. Pages of a closed access (bench routes while off) do not match. */
struct route route_find(const char *path);

/* Sentences about what is wrong in the route table itself: paths that can never be reached because
 * a page before has them, parameters without bounds or help, names in a pattern that are no
 * parameters, missing functions, addresses that the API document would lack. Run at start and by
 * the tests. */
MUST_CHECK enum status route_check(struct text *why);

/* The same for any table; tests have broken ones. */
MUST_CHECK enum status route_check_table(const struct page *const *table, size_t n,
                                         struct text *why);

/* The whole table as a JSON array, one object per page and line, for `sitaminter help routes`: what
 * tests walk and other programs read. */
void route_put_json(struct text *out);

#endif
