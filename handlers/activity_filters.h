/* activity_filters.h - the filters of lists of transactions: of the page, its exports and its feed.
 */
#ifndef SITA_HANDLERS_ACTIVITY_FILTERS_H
#define SITA_HANDLERS_ACTIVITY_FILTERS_H

#include "chain/address.h"
#include "handlers/list_title.h"
#include "handlers/lists.h"
#include "handlers/state.h"
#include "sql/transactions.h"

/* What the parameters say; a member of a page's parameter struct. NULL, 0: not given. */
struct activity_filters {
    const char *network, *status, *user, *type, *q, *from, *to, *sort;
    int32_t token_id;
};

/* Their rows in a parameter table; st is the page's struct, member its struct activity_filters. */
#define ACTIVITY_FILTERS(st, member)                                                               \
    {.name = "network",                                                                            \
     .kind = PARAM_CHOICE,                                                                         \
     .offset = offsetof(st, member.network),                                                       \
     .choices = state_networks,                                                                    \
     .label = network_label,                                                                       \
     .help = "Only transactions of this network."},                                                \
        {.name = "status",                                                                         \
         .kind = PARAM_CHOICE,                                                                     \
         .offset = offsetof(st, member.status),                                                    \
         .choices = state_names,                                                                   \
         .label = state_label,                                                                     \
         .help = "Only transactions in this state (see the member state)."},                       \
        {.name = "tokenId",                                                                        \
         .kind = PARAM_INT,                                                                        \
         .offset = offsetof(st, member.token_id),                                                  \
         .least = 1,                                                                               \
         .most = INT32_MAX,                                                                        \
         .help = "Only transactions of the token with this id."},                                  \
        {.name = "txType",                                                                         \
         .kind = PARAM_CHOICE,                                                                     \
         .offset = offsetof(st, member.type),                                                      \
         .choices = state_types,                                                                   \
         .label = type_label,                                                                      \
         .help = "Only transactions of this kind; alone or with network."},                        \
        {.name = "user",                                                                           \
         .kind = PARAM_ADDRESS,                                                                    \
         .offset = offsetof(st, member.user),                                                      \
         .least = 1,                                                                               \
         .most = ADDRESS_MAX,                                                                      \
         .help = "Only what this CKB address did; alone, with status, or with days."},             \
        {.name = "q",                                                                              \
         .kind = PARAM_TEXT,                                                                       \
         .offset = offsetof(st, member.q),                                                         \
         .least = 1,                                                                               \
         .most = LIST_Q_MAX,                                                                       \
         .help = "Only transactions of tokens whose symbol or name begins with this (64 "          \
                 "characters at most), letter case aside. Alone, or with network and status."},    \
        {.name = "from",                                                                           \
         .kind = PARAM_DATE,                                                                       \
         .offset = offsetof(st, member.from),                                                      \
         .least = 10,                                                                              \
         .most = 10,                                                                               \
         .help =                                                                                   \
             "Only what was added on this day (UTC) or later; alone, with tokenId or with user."}, \
    {                                                                                              \
        .name = "to", .kind = PARAM_DATE, .offset = offsetof(st, member.to), .least = 10,          \
        .most = 10, .help = "Only what was added on this day (UTC) or before; as from."            \
    }

/* The row of the order, for pages that have one. */
#define ACTIVITY_SORT(st, member)                                                                  \
    {                                                                                              \
        .name = "sort", .kind = PARAM_CHOICE, .offset = offsetof(st, member.sort),                 \
        .choices = list_time_sorts, .label = list_sort_label, .preset = 1,                         \
        .help = "The order: newest (the usual one) or oldest first; of days by time, else by id."  \
    }

/* Every list of transactions that there is. */
extern const struct list_table activity_lists;

/* The filter that the parameters stand for, blanks around q taken away. False, with problems noted
 * on rq: there is no such list.
 */
MUST_CHECK bool activity_filters_read(struct request *rq, struct activity_filters *f,
                                      struct transaction_filter *out);

/* Adds the filters to an address, without the order. */
void activity_filters_put(struct text *path, const struct activity_filters *f);

/* What the list is called, where at is (NULL: a feed, which is always the newest). rows, some of it
 * (struct transaction), tell what its token is called. */
const char *activity_filters_title(struct arena *a, const struct activity_filters *f,
                                   const struct pager_params *at, const struct rows *rows);

#endif
