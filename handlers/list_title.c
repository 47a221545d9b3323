#include "handlers/list_title.h"

#include <string.h>

#include "base/blank.h"
#include "chain/address.h"
#include "handlers/state.h"
#include "templates/format.h"
#include "templates/messages.h"
#include "templates/values.h"

enum { TITLE_MAX = 2048 };

struct title {
    struct arena *arena;
    struct text text;
    bool more;
};

static void add(struct title *t, const char *part) {
    if (!part)
        return;
    text_put(&t->text, t->more ? ", " : ": ");
    text_put(&t->text, part);
    t->more = true;
}

static const char *cut(struct arena *a, const char *s) {
    struct text text = text_in(a, 2 * VALUE_CUT_MAX);
    text_cut(&text, s, strlen(s), VALUE_CUT, VALUE_CUT_MAX);
    return text_str(&text);
}

static const char *hash_cut(struct arena *a, const char *hash) {
    struct text text = text_in(a, ADDRESS_MAX);
    format_hash(&text, hash, strlen(hash));
    return text_str(&text);
}

static bool said(const char *name) {
    return name && !blank_text(name);
}

static void add_token(struct title *t, const struct list_asked *asked) {
    const char *called = said(asked->token_symbol) ? asked->token_symbol : asked->token_name;
    if (asked->token_id && said(called))
        add(t, arena_printf(t->arena, message("%s (token #%d)"), cut(t->arena, called),
                            asked->token_id));
    else if (asked->token_id)
        add(t, arena_printf(t->arena, message("token #%d"), asked->token_id));
}

static const char *order(enum list_sort sort) {
    static const char *const orders[] = {[SORT_OLDEST] = N_("oldest first"),
                                         [SORT_NAME] = N_("by name"),
                                         [SORT_SYMBOL] = N_("by symbol")};
    return sort == SORT_NEWEST ? NULL : message(orders[sort]);
}

static void add_place(struct title *t, const struct pager_params *at) {
    if (at->after >= 0)
        add(t, arena_printf(t->arena, message("after #%d"), at->after));
    else if (at->before > 0)
        add(t, arena_printf(t->arena, message("before #%d"), at->before));
    else if (at->before == 0)
        add(t, message("last page"));
    else if (at->page > 1)
        add(t, arena_printf(t->arena, message("page %d"), at->page));
}

const char *list_title(struct arena *a, const char *list, const struct list_asked *asked) {
    struct title t = {.arena = a, .text = text_in(a, TITLE_MAX)};
    text_put(&t.text, list);
    add_token(&t, asked);
    add(&t, asked->network ? network_label(asked->network) : NULL);
    add(&t, asked->state ? state_label(asked->state) : NULL);
    add(&t, asked->type ? type_label(asked->type) : NULL);
    if (asked->address)
        add(&t, arena_printf(a, message("of %s"), hash_cut(a, asked->address)));
    if (asked->q)
        add(&t, arena_printf(a, message("beginning with \"%s\""), cut(a, asked->q)));
    if (asked->from)
        add(&t, arena_printf(a, message("from %s"), asked->from));
    if (asked->to)
        add(&t, arena_printf(a, message("to %s"), asked->to));
    add(&t, order(asked->sort));
    if (asked->at)
        add_place(&t, asked->at);
    return text_str(&t.text);
}
