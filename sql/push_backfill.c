/* Fills a column of a large table part by part: each is a transaction that locks few rows for a
 * moment. Cut off, it goes on with the rows that still have no value. */
#include <inttypes.h>
#include <stdlib.h>

#include "sql/push_private.h"

enum { PART_BLOCKS = 256 }; /* 2 MB of the table */

static enum status blocks_of(struct push *p, const struct step *s, int64_t *blocks) {
    const char *answer = "";
    enum status status = admin_ask(
        p->admin, p->arena,
        arena_printf(p->arena,
                     "SELECT coalesce((SELECT pg_relation_size(tableoid) FROM %s LIMIT 1), 0)\n"
                     "/ current_setting('block_size')::int",
                     s->table),
        &answer, p->say);
    *blocks = strtoll(answer, NULL, 10);
    return status;
}

enum status push_backfill(struct push *p, const struct step *s) {
    int64_t blocks = 0;
    enum status status = blocks_of(p, s, &blocks);
    for (int64_t at = 0; at < blocks && status == OK; at += PART_BLOCKS)
        status = admin_script(p->admin,
                              arena_printf(p->arena,
                                           "%s AND ctid >= '(%" PRId64 ",0)' "
                                           "AND ctid < '(%" PRId64 ",0)'",
                                           s->sql, at, at + PART_BLOCKS),
                              p->say);
    /* What was added meanwhile. */
    return status == OK ? admin_script(p->admin, s->sql, p->say) : status;
}
