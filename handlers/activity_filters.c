#include "handlers/activity_filters.h"

#include "handlers/paths.h"
#include "handlers/records.h"
#include "templates/messages.h"

enum { FROM = 1, TO = 2, USER = 4, TYPE = 8, TOKEN = 16, Q = 32, NETWORK = 64, STATUS = 128 };
#define DAYS_AND(more)                                                                             \
    {FROM | (more), BY_ID}, {TO | (more), BY_ID}, {                                                \
        FROM | TO | (more), BY_ID                                                                  \
    }
static const struct list_kind kinds[] = {
    {0, BY_ID},
    {NETWORK, BY_ID},
    {STATUS, BY_ID},
    {NETWORK | STATUS, BY_ID},
    {TOKEN, BY_ID},
    {TOKEN | NETWORK, BY_ID},
    {TOKEN | STATUS, BY_ID},
    {TOKEN | NETWORK | STATUS, BY_ID},
    {USER, BY_ID},
    {USER | STATUS, BY_ID},
    {TYPE, BY_ID},
    {TYPE | NETWORK, BY_ID},
    {Q, BY_ID},
    {Q | NETWORK, BY_ID},
    {Q | STATUS, BY_ID},
    {Q | NETWORK | STATUS, BY_ID},
    DAYS_AND(0),
    DAYS_AND(TOKEN),
    DAYS_AND(USER),
};
const struct list_table activity_lists = {
    .filters = {"from", "to", "user", "txType", "tokenId", "q", "network", "status"},
    .labels = {N_("From"), N_("To"), N_("User (address)"), N_("Type"), N_("Token (id)"),
               N_("Token begins with"), N_("Network"), N_("Status")},
    .kinds = kinds,
    .n = sizeof kinds / sizeof kinds[0]};

static uint32_t given(const struct activity_filters *f) {
    return (f->from ? FROM : 0) | (f->to ? TO : 0) | (f->user ? USER : 0) | (f->type ? TYPE : 0) |
           (f->token_id ? TOKEN : 0) | (f->q ? Q : 0) | (f->network ? NETWORK : 0) |
           (f->status ? STATUS : 0);
}

bool activity_filters_read(struct request *rq, struct activity_filters *f,
                           struct transaction_filter *out) {
    bool text = list_text(rq, &f->q);
    *out = (struct transaction_filter){.network = f->network,
                                       .status = f->status,
                                       .token_id = f->token_id,
                                       .user = f->user,
                                       .type = f->type,
                                       .q = f->q};
    bool days = list_days(rq, f->from, f->to, &out->from, &out->to);
    return list_check(rq, &activity_lists, given(f), list_sort_of(f->sort)) && days && text;
}

void activity_filters_put(struct text *path, const struct activity_filters *f) {
    path_arg(path, "network", f->network);
    path_arg(path, "status", f->status);
    if (f->token_id)
        path_arg_int(path, "tokenId", f->token_id);
    path_arg(path, "txType", f->type);
    path_arg(path, "user", f->user);
    path_arg(path, "q", f->q);
    path_arg(path, "from", f->from);
    path_arg(path, "to", f->to);
}

const char *activity_filters_title(struct arena *a, const struct activity_filters *f,
                                   const struct pager_params *at, const struct rows *rows) {
    const struct transaction *x = rows->n ? rows->at : NULL;
    struct list_asked asked = {.network = f->network,
                               .state = f->status,
                               .type = f->type,
                               .address = f->user,
                               .q = f->q,
                               .from = f->from,
                               .to = f->to,
                               .token_id = f->token_id,
                               .token_symbol = x ? x->token_symbol : NULL,
                               .token_name = x ? x->token_name : NULL,
                               .sort = at ? list_sort_of(f->sort) : SORT_NEWEST,
                               .at = at};
    return list_title(a, message("Activity"), &asked);
}
