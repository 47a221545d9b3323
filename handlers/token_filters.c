#include "handlers/token_filters.h"

#include "handlers/paths.h"
#include "templates/messages.h"

enum { FROM = 1, TO = 2, CREATOR = 4, Q = 8, NETWORK = 16, STATUS = 32 };
#define DAYS_AND(more)                                                                             \
    {FROM | (more), BY_ID}, {TO | (more), BY_ID}, {                                                \
        FROM | TO | (more), BY_ID                                                                  \
    }
static const struct list_kind kinds[] = {
    {0, BY_ALL}, {NETWORK, BY_ALL},     {STATUS, BY_ID},   {NETWORK | STATUS, BY_ID},
    {Q, BY_ALL}, {Q | NETWORK, BY_ALL}, {CREATOR, BY_ID},  {CREATOR | STATUS, BY_ID},
    DAYS_AND(0), DAYS_AND(NETWORK),     DAYS_AND(CREATOR),
};
const struct list_table token_lists = {
    .filters = {"from", "to", "creator", "q", "network", "status"},
    .labels = {N_("From"), N_("To"), N_("Creator (address)"), N_("Symbol or name begins with"),
               N_("Network"), N_("Status")},
    .kinds = kinds,
    .n = sizeof kinds / sizeof kinds[0]};

uint32_t token_filters_given(const struct token_filters *f) {
    return (f->from ? FROM : 0) | (f->to ? TO : 0) | (f->creator ? CREATOR : 0) | (f->q ? Q : 0) |
           (f->network ? NETWORK : 0) | (f->status ? STATUS : 0);
}

bool token_filters_read(struct request *rq, struct token_filters *f, struct token_filter *out) {
    static const enum token_order orders[] = {
        [SORT_NAME] = TOKENS_BY_NAME, [SORT_SYMBOL] = TOKENS_BY_SYMBOL};
    enum list_sort sort = list_sort_of(f->sort);
    bool text = list_text(rq, &f->q);
    *out = (struct token_filter){.network = f->network,
                                 .status = f->status,
                                 .creator = f->creator,
                                 .q = f->q,
                                 .order = orders[sort]};
    bool days = list_days(rq, f->from, f->to, &out->from, &out->to);
    return list_check(rq, &token_lists, token_filters_given(f), sort) && days && text;
}

void token_filters_put(struct text *path, const struct token_filters *f) {
    path_arg(path, "network", f->network);
    path_arg(path, "status", f->status);
    path_arg(path, "creator", f->creator);
    path_arg(path, "q", f->q);
    path_arg(path, "from", f->from);
    path_arg(path, "to", f->to);
}

const char *token_filters_title(struct arena *a, const struct token_filters *f,
                                const struct pager_params *at) {
    struct list_asked asked = {.network = f->network,
                               .state = f->status,
                               .address = f->creator,
                               .q = f->q,
                               .from = f->from,
                               .to = f->to,
                               .sort = at ? list_sort_of(f->sort) : SORT_NEWEST,
                               .at = at};
    return list_title(a, message("Tokens"), &asked);
}
