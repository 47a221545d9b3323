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
    int64_t began;              /* push_clock */
    struct rows live, declared; /* facts; live: before anything was changed */
    const char *recorded;       /* the id of this push in db_operations, NULL before it has one */
};

/* Milliseconds of a clock that only goes forward. */
int64_t push_clock(void);

/* The canonical text of the schema that search_path names first, as rows of struct schema_line. */
MUST_CHECK enum status push_read_schema(struct push *p, struct rows *lines);

/* Gives the roles of the program their rights. */
MUST_CHECK enum status push_grant(struct push *p);

/* Counts the rows that the steps of the plan would lose or stumble over, inside the transaction
 * that is open. Each count is bounded in time. */
MUST_CHECK enum status push_look(struct push *p, struct plan *plan);

/* Does the steps of the plan, having compared once more; records them. */
enum push_outcome push_execute(struct push *p, const struct plan *plan);

/* -- db_operations (push_record.c) ------------------------------------------------------------ */

/* Grants and records the plan, in the transaction that is open. A push that was cut off before is
 * noted as such. done false: online steps follow. */
MUST_CHECK enum status push_record(struct push *p, const struct plan *plan, bool done);

/* Records, in the transaction that is open, that the online steps are done. */
MUST_CHECK enum status push_record_end(struct push *p);

/* Records, outside of a transaction, that the plan could not be carried out, and `why`, if the
 * database has db_operations. */
void push_record_failure(struct push *p, const struct plan *plan, const char *why);

#endif
