/* renames.h - objects that the schema file calls otherwise than the database does.
 *
 * A schema file says so in a comment (directives.h). The facts of the database are then read as if
 * the renames were done, so that whatever hangs on a name (the text of an index, a CHECK, a foreign
 * key, a view) is no difference; the plan begins with them. */
#ifndef SITA_SQL_RENAMES_H
#define SITA_SQL_RENAMES_H

#include "sql/facts.h"

/* What can be renamed. */
struct rename_kind {
    const char *word; /* as facts have it: "column" */
    const char *sql;  /* "COLUMN" */
    bool within;      /* it is named within its table */
    bool seen;        /* programs use the name */
};

/* Names are written as the server prints them, those of functions with their arguments. */
struct rename {
    const struct rename_kind *kind;
    const char *parent; /* of what is named within its table: the table; else "" */
    const char *from, *to;
};

/* In the order in which they are done: relations go first, and what is within them has the new name
 * of its table for a parent. */
struct renames {
    struct rename *at;
    size_t n;
};

/* The kind of that word, or NULL. */
const struct rename_kind *rename_kind(const char *word);

/* "column tokens.hue", in a. */
const char *rename_object(struct arena *a, const struct rename *r);

/* The statement that does it, in a. */
const char *rename_statement(struct arena *a, const struct rename *r);

/* The way back, in a: each the other way round, the last one first. */
struct renames renames_back(struct arena *a, const struct renames *renames);

/* The name of a function with its arguments, in a, as the renames of relations whose row types it
 * takes leave it. */
const char *renames_signature(struct arena *a, const struct renames *renames, const char *name);

/* The fact of what is called `name` and is of the kind and parent of r, or NULL. The sequence of an
 * identity is no fact of its own: its column stands for it. */
const struct schema_fact *rename_find(const struct rows *facts, const struct rename *r,
                                      const char *parent, const char *name);

/* `live` under the new names, in a and in the same order. Where a text of it is that of the same
 * object in `before` (the declared schema under the old names), it becomes that of `declared`. */
struct rows renames_carry(struct arena *a, const struct renames *renames, const struct rows *live,
                          const struct rows *before, const struct rows *declared);

/* The data is looked at before anything is renamed: the looks of `declared` become those of
 * `before`. */
void renames_keep_looks(struct arena *a, const struct renames *renames, struct rows *declared,
                        const struct rows *before);

#endif
