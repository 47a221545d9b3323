/* push_private.h - what the files of the push share. */
#ifndef SITA_SQL_PUSH_PRIVATE_H
#define SITA_SQL_PUSH_PRIVATE_H

#include "sql/plan.h"
#include "sql/push.h"

struct push {
    struct arena *arena;
    struct admin *admin;
    const struct push_options *options;
    struct text *out, *say;
    char source_hash[SCHEMA_HASH_SIZE];
    struct rows declared; /* facts */
};

/* Counts the rows that the steps of the plan would lose or stumble over, inside the transaction
 * that is open. Each count is bounded in time. */
MUST_CHECK enum status push_look(struct push *p, struct plan *plan);

/* Does the steps of the plan, having compared once more; records them. */
enum push_outcome push_execute(struct push *p, const struct plan *plan);

/* Grants and records, in the transaction that is open; outcome "" if steps follow. */
MUST_CHECK enum status push_record(struct push *p, const char *outcome, const char *details);

#endif
