#include "handlers/activity_filters.h"

#include <string.h>

#include "handlers/paths.h"
#include "templates/messages.h"

enum { FROM = 1, TO = 2, USER = 4, TYPE = 8, TOKEN = 16, NETWORK = 32, STATUS = 64 };
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
    DAYS_AND(0),
    DAYS_AND(TOKEN),
    DAYS_AND(USER),
};
const struct list_table activity_lists = {
    .filters = {"from", "to", "user", "txType", "tokenId", "network", "status"},
    .kinds = kinds,
    .n = sizeof kinds / sizeof kinds[0]};

static uint32_t given(const struct activity_filters *f) {
    return (f->from ? FROM : 0) | (f->to ? TO : 0) | (f->user ? USER : 0) | (f->type ? TYPE : 0) |
           (f->token_id ? TOKEN : 0) | (f->network ? NETWORK : 0) | (f->status ? STATUS : 0);
}

bool activity_filters_read(struct request *rq, const struct activity_filters *f,
                           struct transaction_filter *out) {
    bool days = f->from && f->to && strcmp(f->from, f->to) > 0;
    if (days)
        request_problem(rq, "to", message("must not be before from"));
    *out = (struct transaction_filter){
        .network = f->network,
        .status = f->status,
        .token_id = f->token_id,
        .user = f->user,
        .type = f->type,
        .from = f->from,
        .to = f->to ? arena_printf(rq->arena, "%s 23:59:59.999999", f->to) : NULL};
    return list_check(rq, &activity_lists, given(f), list_sort_of(f->sort)) && !days;
}

void activity_filters_put(struct text *path, const struct activity_filters *f) {
    path_arg(path, "network", f->network);
    path_arg(path, "status", f->status);
    if (f->token_id)
        path_arg_int(path, "tokenId", f->token_id);
    path_arg(path, "txType", f->type);
    path_arg(path, "user", f->user);
    path_arg(path, "from", f->from);
    path_arg(path, "to", f->to);
}
