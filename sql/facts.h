/* facts.h - a schema as facts that are compared one by one (the query schema_facts).
 *
 * Texts are rendered relative to the search_path under which they were read, so that facts of two
 * schemas compare whatever the schemas are called. */
#ifndef SITA_SQL_FACTS_H
#define SITA_SQL_FACTS_H

#include "sql/db_admin.h"
#include "sql/schema.h"

struct schema_right;

/* Strings are never NULL except make, unmake and look. Identifiers are quoted where they need it.
 */
struct schema_fact {
    const char *kind, *parent, *name; /* "column", "tokens", "symbol": unique together; a property:
                                         "storage of", "tokens", "column tokens.symbol" */
    const char *definition;           /* equal for equal objects; columns: see the members below */
    const char *also;                 /* another text that means the same, or NULL */
    const char *make, *unmake;        /* statements; make NULL: this kind is not covered */
    const char *type;                 /* column: type and collation; constraint: p u c x f */
    const char *special;              /* column: identity or generation; foreign key: the index of
                                         the key that it refers to; function: name and types of what
                                         it takes; else what it hangs on */
    const char *preset;               /* column: default; view: its columns, ",x,,y," */
    const char *look;                 /* samples of the rows in its way; {rows} is the table */
    const char *needs;                /* ",table,table.column,", ",table.key (constraint)," and
                                         ";function(arguments);" that it is made of: of a column
                                         its type and default; functions come last */
    bool not_null;
    int64_t bytes, position;          /* of its table; order in which it was made */
    const struct schema_right *right; /* what it is made of (rights.h), or NULL */
    /* Set by facts_mark. */
    bool foreign; /* nobody declared it and no push made it: it is left alone */
    bool owed;    /* a comment that a push which was cut off took away and is to give back */
    bool found;   /* declared, but what the database has was not made by a push */
    /* Set by the push, from the file. */
    const char *backfill; /* column: what rows get that have no value, or NULL */
};

extern const struct record record_schema_fact;

/* The facts of the schema that search_path names first, as rows of struct schema_fact in a. */
MUST_CHECK enum status facts_read(struct admin *admin, struct arena *a, struct rows *out,
                                  struct text *why);

/* The fact of that kind, parent and name, or NULL. */
const struct schema_fact *facts_find(const struct rows *facts, const char *kind, const char *parent,
                                     const char *name);
const struct schema_fact *facts_like(const struct rows *facts, const struct schema_fact *f);

/* The sequence of that name that another column owns, or none; or NULL. */
const struct schema_fact *facts_moved(const struct rows *facts, const struct schema_fact *f);

/* The function that takes the same as `f` by other names, so that both cannot be; or NULL. */
const struct schema_fact *facts_twin(const struct rows *facts, const struct schema_fact *f);

/* Whether it is a property that is a fact of its own, and whether it is an object of a kind that no
 * push covers (the query schema_beyond). */
bool facts_is_property(const struct schema_fact *f);
bool facts_is_beyond(const struct schema_fact *f);

/* Whether it is a column whose values are computed from others; of what, is then `special`. */
bool facts_is_computed(const struct schema_fact *f);

/* Whether it is made of the relation, column or function (with its arguments). */
bool facts_need(struct arena *a, const struct schema_fact *f, const char *object);

/* Whether one of them stands for the object that the record calls so ("column tokens.symbol"). */
bool facts_have(struct arena *a, const struct rows *facts, const char *object);

/* "tokens.symbol" for what is named within its table, else the name alone; in a. */
const char *facts_name(struct arena *a, const struct schema_fact *f);

/* What the record of managed objects calls it ("column tokens.symbol"), in a. */
const char *facts_object(struct arena *a, const struct schema_fact *f);

/* Tells in `live` what is not ours: neither among the managed objects (rows of struct schema_line,
 * sorted) nor declared. Returns the foreign objects in the same form, in a. */
struct rows facts_mark(struct arena *a, struct rows *live, const struct rows *declared,
                       const struct rows *managed);

/* Notes in `declared` the texts that the server gives to the same objects when they are made from
 * its own texts: an expression may change once on that way. */
void facts_note_also(struct rows *declared, const struct rows *again);

/* `declared` in a, with the texts of `live` where they mean the same: the schema that a push
 * leaves, as it reads afterwards. */
struct rows facts_settled(struct arena *a, const struct rows *declared, const struct rows *live);

/* Whether a text of `live` is one of those of `declared`. */
bool facts_same(const struct schema_fact *live, const struct schema_fact *declared);

/* `text` as an SQL string constant with its quotes, in a. */
const char *facts_literal(struct arena *a, const char *text);

#endif
