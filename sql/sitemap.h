/* sitemap.h - the queries of the sitemap; see tokens.h for the manner. */
#ifndef SITA_SQL_SITEMAP_H
#define SITA_SQL_SITEMAP_H

#include "sql/db.h"

enum sitemap_of { SITEMAP_TOKENS, SITEMAP_ACTIVITY, SITEMAP_CREATORS };

/* The ids of part n are (n - 1) * SITEMAP_PART + 1 to n * SITEMAP_PART. */
enum { SITEMAP_PART = 50000, SITEMAP_PIECE = 500 };

/* The numbers of the parts that have rows, ascending, as ids. */
void sitemap_parts(struct load *l, enum sitemap_of of, const struct record *as, struct rows *out);

/* The first SITEMAP_PIECE rows of a part behind an id: id, wallet_address (creators) and
 * changed_at. A page for each; creators who neither made nor did anything, and reserved users, are
 * left out. */
void sitemap_piece(struct load *l, enum sitemap_of of, int32_t part, int32_t after,
                   const struct record *as, struct rows *out);

#endif
