#include "sql/sitemap.h"

void sitemap_parts(struct load *l, enum sitemap_of of, const struct record *as, struct rows *out) {
    static const uint32_t shapes[] = {[SITEMAP_TOKENS] = 0,
                                      [SITEMAP_ACTIVITY] = SHAPE_SITEMAP_PARTS_TRANSACTIONS,
                                      [SITEMAP_CREATORS] = SHAPE_SITEMAP_PARTS_USERS};
    load_add(l, SQL_SITEMAP_PARTS, shapes[of], 0, as, out);
}

void sitemap_piece(struct load *l, enum sitemap_of of, int32_t part, int32_t after,
                   const struct record *as, struct rows *out) {
    static const enum sql_name names[] = {[SITEMAP_TOKENS] = SQL_SITEMAP_TOKENS,
                                          [SITEMAP_ACTIVITY] = SQL_SITEMAP_TRANSACTIONS,
                                          [SITEMAP_CREATORS] = SQL_SITEMAP_USERS};
    struct sql_call *c = load_add(l, names[of], 0, 0, as, out);
    sql_value_int(l, c, "after", after);
    sql_value_int(l, c, "last", (int64_t)part * SITEMAP_PART);
}
