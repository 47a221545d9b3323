/* plan_private.h - what the files of the plan share. */
#ifndef SITA_SQL_PLAN_PRIVATE_H
#define SITA_SQL_PLAN_PRIVATE_H

#include "sql/plan.h"

struct sides {
    struct plan *plan;
    const struct rows *live, *declared;
};

/* A step for the fact; with the name, the table and the order that go with it. */
struct step *plan_fact(struct sides *c, enum step_kind kind, const struct schema_fact *f,
                       const char *sql);

/* "storage of column t.v" */
const char *plan_property(const struct sides *c, const struct schema_fact *f);

/* The steps that make a column that both sides have the declared one. */
void plan_column(struct sides *c, const struct schema_fact *now, const struct schema_fact *then);

/* Those that make a computed column go and come back. */
void plan_computed_again(struct sides *c, const struct schema_fact *now,
                         const struct schema_fact *then);

/* Those that make its identity or generation the declared one (plan_identity.c). Whether its
 * default is seen to with that. */
bool plan_identity(struct sides *c, const struct schema_fact *now, const struct schema_fact *then);

/* The step that gives a sequence the declared options. */
void plan_sequence(struct sides *c, const struct schema_fact *now, const struct schema_fact *then);

/* Whether a sequence, or whose it is, has to do with the identity that `others` have for its
 * column, so that the steps of that take care of it. */
bool plan_serves_identity(struct arena *a, const struct schema_fact *f, const struct rows *others);

/* A constraint that is new; one that is there and was not checked for all rows. */
void plan_new_constraint(struct sides *c, const struct schema_fact *f);
void plan_validate(struct sides *c, const struct schema_fact *f);

/* A table as CREATE TABLE has it, a column as it stands there; bare: without what is made of
 * functions. */
const char *plan_table_text(struct sides *c, const struct schema_fact *table, bool bare);
const char *plan_column_text(struct arena *a, const struct schema_fact *column, bool bare);

/* A column lets go of the function that its default or computation is made of (plan_again.c). */
void plan_release(struct sides *c, const struct schema_fact *column);

/* The order in which the steps are done (plan_order.c). */
void plan_sort(struct sides *c);

/* How facts name what the step is about where they are made of it (schema_fact.needs); whether a
 * fact is. */
const char *plan_needed(struct arena *a, const struct step *s);
bool plan_made_of(struct arena *a, const struct schema_fact *f, const struct step *s);

/* What the steps take along is made again (plan_again.c). */
void plan_again(struct sides *c);

#endif
