/* token_filters.h - the filters of lists of tokens: of the page, its exports and its feed. */
#ifndef SITA_HANDLERS_TOKEN_FILTERS_H
#define SITA_HANDLERS_TOKEN_FILTERS_H

#include "chain/address.h"
#include "handlers/list_title.h"
#include "handlers/lists.h"
#include "handlers/state.h"
#include "sql/tokens.h"

/* What the parameters say; a member of a page's parameter struct. NULL: not given. */
struct token_filters {
    const char *network, *status, *creator, *q, *from, *to, *sort;
};

/* Their rows in a parameter table; st is the page's struct, member its struct token_filters. */
#define TOKEN_FILTERS(st, member)                                                                  \
    {.name = "network",                                                                            \
     .kind = PARAM_CHOICE,                                                                         \
     .offset = offsetof(st, member.network),                                                       \
     .choices = state_networks,                                                                    \
     .label = network_label,                                                                       \
     .help = "Only tokens of this network."},                                                      \
        {.name = "status",                                                                         \
         .kind = PARAM_CHOICE,                                                                     \
         .offset = offsetof(st, member.status),                                                    \
         .choices = state_names,                                                                   \
         .label = state_label,                                                                     \
         .help = "Only tokens in this state (see the member state)."},                             \
        {.name = "creator",                                                                        \
         .kind = PARAM_ADDRESS,                                                                    \
         .offset = offsetof(st, member.creator),                                                   \
         .least = 1,                                                                               \
         .most = ADDRESS_MAX,                                                                      \
         .help = "Only tokens of this CKB address; alone, with status, or with days."},            \
        {.name = "from",                                                                           \
         .kind = PARAM_DATE,                                                                       \
         .offset = offsetof(st, member.from),                                                      \
         .least = 10,                                                                              \
         .most = 10,                                                                               \
         .help = "Only what was added on this day (UTC) or later; alone, with network or with "    \
                 "creator."},                                                                      \
        {.name = "to",                                                                             \
         .kind = PARAM_DATE,                                                                       \
         .offset = offsetof(st, member.to),                                                        \
         .least = 10,                                                                              \
         .most = 10,                                                                               \
         .help = "Only what was added on this day (UTC) or before; as from."},                     \
    {                                                                                              \
        .name = "q", .kind = PARAM_TEXT, .offset = offsetof(st, member.q), .least = 1,             \
        .most = LIST_Q_MAX,                                                                        \
        .help =                                                                                    \
            "Only tokens whose symbol or name begins with this (64 characters at most), letter "   \
            "case aside; with sort=symbol or sort=name only that is looked at. Alone or with "     \
            "network."                                                                             \
    }

/* The row of the order, for pages that have one. */
#define TOKEN_SORT(st, member)                                                                     \
    {                                                                                              \
        .name = "sort", .kind = PARAM_CHOICE, .offset = offsetof(st, member.sort),                 \
        .choices = list_sorts, .label = list_sort_label, .preset = 1,                              \
        .help = "The order: newest (the usual one) or oldest first, of days by time, else by id; " \
                "name "                                                                            \
                "or symbol by code point in small letters, alone or with network and q."           \
    }

/* Every list of tokens that there is. */
extern const struct list_table token_lists;

/* Which of its filters are given. */
uint32_t token_filters_given(const struct token_filters *f);

/* The filter that the parameters stand for, blanks around q taken away. False, with problems noted
 * on rq: there is no such list. */
MUST_CHECK bool token_filters_read(struct request *rq, struct token_filters *f,
                                   struct token_filter *out);

/* Adds the filters to an address, without the order. */
void token_filters_put(struct text *path, const struct token_filters *f);

/* What the list is called, where at is (NULL: a feed, which is always the newest). */
const char *token_filters_title(struct arena *a, const struct token_filters *f,
                                const struct pager_params *at);

#endif
