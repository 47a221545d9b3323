/* plan.h - the steps that lead from one schema to another, as facts give them.
 *
 * Steps stand in the order in which they are done. Those of the first phase are one transaction;
 * online steps follow it one by one, because they would hold a lock for as long as a large table
 * takes. What is left of a plan after its first phase is found by planning again, so a push that
 * was cut off is finished by the next one. */
#ifndef SITA_SQL_PLAN_H
#define SITA_SQL_PLAN_H

#include "sql/facts.h"
#include "sql/renames.h"
#include "sql/schema.h"

/* A table up to this size is changed within the transaction: it is read in well under a second. */
enum { PLAN_SMALL_BYTES = 8 * 1024 * 1024 };

enum step_kind {
    STEP_RENAME,     /* the steps after it go by the new names */
    STEP_TAKE_OWNER, /* from a role that is not to own it */
    STEP_REVOKE,
    STEP_DROP_COMMENT,
    STEP_RESET_PROPERTY,
    STEP_DROP_TRIGGER,
    STEP_DROP_VIEW,
    STEP_DROP_FOREIGN_KEY,
    STEP_DROP_CONSTRAINT,
    STEP_DROP_INDEX,
    STEP_RELEASE_DEFAULT, /* from a function that is replaced */
    STEP_DROP_READER,     /* a function that is made of tables */
    STEP_DROP_EXPRESSION,
    STEP_DROP_COMPUTED, /* a column whose values are computed from others */
    STEP_REPLACE_FUNCTION,
    STEP_DROP_TABLE,
    STEP_DROP_COLUMN,
    STEP_CREATE_SEQUENCE,
    STEP_ALTER_SEQUENCE,
    STEP_CREATE_FUNCTION,
    STEP_CREATE_TABLE,
    STEP_ADD_COLUMN,
    STEP_DROP_IDENTITY,
    STEP_DROP_DEFAULT,
    STEP_ALTER_TYPE,
    STEP_ADD_COMPUTED,
    STEP_SET_DEFAULT,
    STEP_DROP_NOT_NULL,
    STEP_BACKFILL,
    STEP_ADD_GUARD, /* a CHECK that lets NOT NULL be set without reading the table again */
    STEP_VALIDATE_GUARD,
    STEP_SET_NOT_NULL,
    STEP_DROP_GUARD,
    STEP_ADD_IDENTITY,
    STEP_ALTER_IDENTITY,
    STEP_OWN_SEQUENCE,
    STEP_ADD_CONSTRAINT,
    STEP_CREATE_INDEX,
    STEP_SWAP_INDEX, /* one that was built online takes the place of another */
    STEP_USE_INDEX,  /* a constraint gets an index that was built online */
    STEP_ADD_FOREIGN_KEY,
    STEP_VALIDATE_CONSTRAINT,
    STEP_CREATE_VIEW,
    STEP_CREATE_TRIGGER,
    STEP_SET_PROPERTY,
    STEP_COMMENT,
    STEP_DROP_SEQUENCE,
    STEP_DROP_FUNCTION,
    STEP_SET_OWNER,
    STEP_DENY, /* what the server gives to everybody */
    STEP_GRANT,
    STEP_KINDS
};

/* What holds for every step of a kind. */
struct step_traits {
    const char *name; /* "drop-column" */
    const char *lock; /* what it takes on its table; "" for none that matters */
    const char *look; /* what the rows are that its look counts, or NULL */
    bool blocks;      /* a row that is found makes the step impossible */
};

extern const struct step_traits step_traits[STEP_KINDS];

struct step {
    enum step_kind kind;
    const char *object;             /* "tokens.description" */
    const struct schema_fact *fact; /* of either side: what it is about; NULL: of no account */
    const char *table;              /* the table that is locked, "" for none */
    const char *sql;  /* no semicolon at the end; more than one statement: done as one */
    const char *look; /* a query with samples of rows of the table {rows}, of {table NAME}, or of
                         the sequence {sequence NAME}; or NULL */
    const char *from, *to; /* ALTER_TYPE: the two types; SWAP_INDEX: what it is built as, foreign
                              keys that are made again with it (",c.k,c.l,") or NULL; of an
                              identity: its sequence, if that is made again, NULL; ADD_COLUMN:
                              its text if a default may be computed for each row, NULL;
                              CREATE_INDEX: what it will be defined as, in either text, or NULL */
    int64_t bytes;         /* size of the table */
    int64_t order;         /* among steps of its kind */
    bool online;           /* second phase */
    bool expands;          /* a program that was made before it does not notice */
    bool consent;          /* something is lost; or a look found that a table with rows is
                              rewritten, or did not find what it was to find (push_looks.c) */
    bool rewrites;
    bool bare;           /* of a table or column: steps of their own see to what it has or had that
                            is made of functions (plan_order.c) */
    bool empty;          /* rewrites: a table without rows */
    bool stops;          /* a look found a row at which it fails: `unseen` says why */
    int64_t found;       /* rows that the look found; -1: it was not taken */
    const char *unseen;  /* why it was not, where it was tried; or NULL */
    int64_t unlike;      /* ALTER_TYPE: values that change on the way there and back */
    int64_t sampled;     /* the look was too long for the whole table: it took so many rows */
    struct text samples; /* lines: a few of what it found */
    struct text note;    /* lines that warn */
};

struct plan {
    struct arena *arena;
    struct step *steps;
    size_t n, capacity;
    const char *before;     /* SQL that makes the extensions that are missing; NULL: none is */
    const char *settles[2]; /* SQL that ends the first and the second phase: takes back the rights
                               that the server gives by itself; NULL: none */
    struct text uncovered;  /* a line for each difference that no step covers */
    struct text kept;       /* a line for each object that is somebody else's; push_make_plan */
    char fingerprint[SCHEMA_HASH_SIZE];
};

/* The plan from `live` to `declared`, which begins with the renames (NULL: none); its facts go by
 * the names after them. It and its strings live in a and in the facts. */
struct plan plan_make(struct arena *a, const struct rows *live, const struct rows *declared,
                      const struct renames *renames);

/* Adds steps: used by plan_columns.c and plan_rights.c. */
struct step *plan_add(struct plan *p, enum step_kind kind, const char *object, const char *sql);

bool plan_has(const struct plan *p, enum step_kind kind, const char *object);

/* Whether the step takes away or changes what views and functions may read. */
bool plan_changes_relation(const struct step *s);

/* Notes at the tables that go what refers to them. */
void plan_references(struct plan *p, const struct rows *live);

/* How a column that is added to an existing table stands to the rows that are there. */
void plan_new_column(struct plan *p, const struct rows *live, const struct schema_fact *table,
                     const struct schema_fact *f);

/* The name of what passes, made of that of what it is for, in a; one that is long or needs quotes
 * is hashed, behind the word. */
const char *plan_passing_name(struct arena *a, const char *name, const char *word, const char *end);

/* The name of the CHECK that stands for a NOT NULL under way; and whether a name is one. */
const char *plan_guard(struct arena *a, const struct schema_fact *column);
bool plan_is_guard(const char *name);

/* The steps for indexes (plan_indexes.c): one that is new; one whose building was cut off; */
void plan_new_index(struct plan *p, const struct rows *live, const struct schema_fact *f);
void plan_broken_index(struct plan *p, const struct rows *live, const struct schema_fact *now,
                       const struct schema_fact *then);

/* a new key, or a replaced index or key, of a large table: false where it takes the ordinary way.
 */
bool plan_new_key(struct plan *p, const struct rows *live, const struct schema_fact *f);
bool plan_replaced_index(struct plan *p, const struct rows *live, const struct schema_fact *now,
                         const struct schema_fact *then);

/* Whether a name is that of an index that is built to replace another; drops those that a push
 * which was cut off has left and no step uses. */
bool plan_is_building(const char *name);
void plan_left_indexes(struct plan *p, const struct rows *live, const struct rows *declared);

/* What the steps mean for objects that are not ours (plan_foreign.c): those that would go along are
 * noted at the step, those that stand in its way are named as not covered. */
void plan_foreign(struct plan *p, const struct rows *live, const struct rows *declared);

/* Rights of what is dropped and made again (plan_rights.c). */
void plan_rights(struct plan *p, const struct rows *live, const struct rows *declared);

/* Whether a step is about rights or owners; whether nothing else is to be put right in the first
 * phase. */
bool plan_is_right(const struct step *s);
bool plan_only_rights(const struct plan *p);

/* A line more that warns of the step. */
void plan_note(struct plan *p, struct step *s, const char *line);

bool plan_uncovered(const struct plan *p);

/* Whether programs that were made for the schema before it can do with the one after it. */
bool plan_only_expands(const struct plan *p);

/* Number of steps of the first (online false) or second phase. */
size_t plan_count(const struct plan *p, bool online);

/* "drop-column:tokens.description" in a: how consent to a step is written. */
const char *plan_consent(struct arena *a, const struct step *s);

/* The same as a word of a shell. */
void plan_put_consent(struct text *out, struct arena *a, const struct step *s);

/* -- what people and programs read (plan_print.c) --------------------------------------------- */

/* PLAN_RECORD: the JSON without samples of the data, for what is kept. */
enum plan_format { PLAN_TEXT, PLAN_JSON, PLAN_SQL, PLAN_RECORD };

void plan_print(struct text *out, const struct plan *p, enum plan_format format);

#endif
