/* pages.h - the one list of pages. A new page is a new file and one more X(name) here. */
#ifndef SITA_HANDLERS_PAGES_H
#define SITA_HANDLERS_PAGES_H

#include "handlers/page.h"

#define PAGES(X)                                                                                   \
    X(home)                                                                                        \
    X(token_list)                                                                                  \
    X(token)                                                                                       \
    X(activity)                                                                                    \
    X(tokens_csv)                                                                                  \
    X(tokens_jsonl)                                                                                \
    X(activity_csv)                                                                                \
    X(activity_jsonl)                                                                              \
    X(tokens_atom)                                                                                 \
    X(activity_atom)                                                                               \
    X(transaction)                                                                                 \
    X(creator)                                                                                     \
    X(about)                                                                                       \
    X(robots)                                                                                      \
    X(sitemap_index)                                                                               \
    X(sitemap_pages)                                                                               \
    X(sitemap_tokens)                                                                              \
    X(sitemap_activity)                                                                            \
    X(sitemap_creators)                                                                            \
    X(search)                                                                                      \
    X(identicon)                                                                                   \
    X(docs)                                                                                        \
    X(newest)                                                                                      \
    X(settings)                                                                                    \
    X(openapi)                                                                                     \
    X(healthz)                                                                                     \
    X(readyz)                                                                                      \
    X(metrics)                                                                                     \
    X(bench_token_list)                                                                            \
    X(bench_token)                                                                                 \
    X(bench_sleep)                                                                                 \
    X(bench_stream)

#define DECLARE_PAGE(name) extern const struct page page_##name;
PAGES(DECLARE_PAGE)
#undef DECLARE_PAGE

#define COUNT_PAGE(name) +1
enum { PAGES_N = 0 PAGES(COUNT_PAGE) };
#undef COUNT_PAGE

/* The list as a table, in the order above. */
extern const struct page *const pages[];
extern const size_t pages_n;

#endif
