/* params.h - typed parameters: from the path and the query string into a page's parameter struct.
 */
#ifndef SITA_HANDLERS_PARAMS_H
#define SITA_HANDLERS_PARAMS_H

#include "handlers/page.h"

/* One value cut out of a path by a {name} in its pattern, still percent-encoded. */
struct path_value {
    const char *name; /* n_name bytes inside the pattern */
    size_t n_name;
    const char *value;
    size_t n_value;
};

enum { PATH_VALUES_MAX = 4 };

/* Fills rq->params (zeroed, of page->params_size) with presets, then with what the path and the
 * query say. BAD_INPUT: rq->problems names each field that is malformed, out of bounds, or given
 * twice; at the addresses for programs (the JSON face, downloads, feeds) also each that the page
 * does not know: a mistyped filter must not give the whole list. An HTML page ignores those, so
 * that links decorated by others still work. */
MUST_CHECK enum status params_read(struct request *rq, const struct page *page,
                                   const struct path_value *path, size_t n_path);

/* True if the parameter stands in the path of the page, the same in both faces, and not in a query.
 */
bool params_in_path(const struct page *page, const struct param *p);

/* What the query of the request gives for the name, as it was typed, or NULL: for showing a form
 * again. Lives in the request's arena. */
const char *params_given(struct request *rq, const char *name);

/* Adds the parameters that the query of the request gives to the address, in the order of the
 * page's table and in the one spelling of each value: a page that two queries ask for has one
 * address. Left out are what says the same as nothing, what the page does not know, and the
 * parameter `except` (NULL: none). */
void params_put(const struct request *rq, const char *except, struct text *address);

/* True if what is wrong with the request will stand in a form, among the words that readers choose
 * from, and not where programs read it. */
bool params_on_form(const struct request *rq);

/* The text without blanks around it, in a; NULL if nothing is left. */
const char *params_trimmed(struct arena *a, const char *s);

/* Decodes percent-encoding (and "+" as a space when plus is true) into a. NULL if malformed, not
 * valid UTF-8 or with U+0000. */
char *params_decode(struct arena *a, const char *s, size_t n, bool plus);

#endif
