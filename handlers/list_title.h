/* list_title.h - what a list is, in a line: for the title of its page, of its feed, and of the
 * links to that. Two lists that differ have titles that do. */
#ifndef SITA_HANDLERS_LIST_TITLE_H
#define SITA_HANDLERS_LIST_TITLE_H

#include "base/arena.h"
#include "handlers/lists.h"
#include "handlers/pager.h"

/* What was asked for; NULL and 0: not. */
struct list_asked {
    const char *network, *state, *type, *address, *q, *from, *to;
    int32_t token_id;
    const char *token_symbol, *token_name; /* of that, if they are known */
    enum list_sort sort;
    const struct pager_params *at; /* where in it; NULL: at its beginning */
};

/* Tokens: Testnet, beginning with "SE", oldest first, page 2; list is the translated first word.
 * Lives in a, translated, not escaped, at most some hundred bytes long. */
const char *list_title(struct arena *a, const char *list, const struct list_asked *asked);

#endif
