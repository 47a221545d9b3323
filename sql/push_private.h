/* push_private.h - what the files of the push share. */
#ifndef SITA_SQL_PUSH_PRIVATE_H
#define SITA_SQL_PUSH_PRIVATE_H

#include "sql/directives.h"
#include "sql/plan.h"
#include "sql/push.h"
#include "sql/rights.h"

/* How long reading the schema waits for somebody who changes it. */
#define PUSH_READ_WAIT "5s"

/* How far rights are compared: not where the roles of the program are not there, and those to the
 * schema itself only by its owner. */
enum push_rights { RIGHTS_NONE, RIGHTS_OF_OBJECTS, RIGHTS_ALL };

struct push {
    struct arena *arena;
    const char *conninfo;
    struct admin *admin;
    struct admin *onlooker; /* asks what the other connection waits for; NULL until it is needed */
    bool at_work;           /* the steps have begun */
    bool patient;           /* what is under way waits for transactions, not for locks */
    const char *held_by;    /* who was seen to hold what is waited for, "" for nobody */
    const struct push_options *options;
    struct text *out, *say;
    char source_hash[SCHEMA_HASH_SIZE];
    int64_t began; /* push_clock */
    struct directives directives;
    struct rows live, declared;  /* facts; live: before anything was changed */
    struct renames renames;      /* those that are due */
    struct renames relations;    /* those of tables and views, due or not */
    struct rows declared_before; /* the declared facts by the names that the database has yet */
    struct rows last;            /* struct schema_record: what the last push noted, or none */
    struct rows managed;  /* struct schema_line, sorted: objects that pushes made or adopted */
    struct rows foreign;  /* the same: those of others */
    struct rows roles;    /* the same: "rights of sita_app", whose rights are ours */
    struct rows rights;   /* struct schema_right: before anything was changed */
    struct rows beyond;   /* struct schema_fact: properties, and what no step makes; as rights */
    struct rows outside;  /* struct schema_line: what the file touches outside of its schema */
    const char *scratch;  /* who can tell that: see push_note_outside; NULL before it was run */
    struct rows defaults; /* struct schema_object: see the query schema_default_rights */
    enum push_rights compares;
    char rights_hash[SCHEMA_HASH_SIZE];     /* of what this push leaves, "" if it compares none */
    char properties_hash[SCHEMA_HASH_SIZE]; /* the same; "" if there are none */
    bool older;                             /* made by a version that kept no record of objects */
    bool strange;                           /* not empty, and nobody adopted it */
    bool as_left;                           /* nobody changed it since the last push */
    const char *recorded; /* the id of this push in db_operations, NULL before it has one */
};

/* Milliseconds of a clock that only goes forward. */
int64_t push_clock(void);

/* The facts, and rights, of the schema that search_path names first. */
MUST_CHECK enum status push_read_facts(struct push *p, struct rows *out);

/* -- managed objects (push_managed.c) --------------------------------------------------------- */

/* Rows of struct schema_object: all that the schema has. */
MUST_CHECK enum status push_read_objects(struct push *p, struct rows *objects);

/* Reads how far rights are compared, and those that there are. */
MUST_CHECK enum status push_read_rights(struct push *p);

/* Reads the record of the last push and of managed objects. */
MUST_CHECK enum status push_read_managed(struct push *p, const struct rows *objects);

/* Whether the schema, the rights and the file are those that the last push noted. */
bool push_matches_record(struct push *p, const struct rows *objects);

/* Marks the facts of the database, those of `live` and `now` (the same under the names of the
 * file), once the declared ones are read. */
void push_mark(struct push *p, struct rows *now);

/* Adds to the facts the comments of others that a push which was cut off was yet to give back. */
void push_remember(struct push *p, struct rows *live);

/* The same for what was read later: what appeared meanwhile is somebody else's, but for what the
 * steps of this plan leave behind for a while. */
void push_mark_again(struct push *p, struct rows *live);
void push_expect(struct push *p, const struct plan *plan);

/* A line for each object of others; and for other schemas and extensions. */
void push_report_kept(struct push *p, const struct rows *objects, struct text *out);
MUST_CHECK enum status push_report_others(struct push *p, struct text *out);

/* Notes what is managed now, in the transaction that is open. plan: the one under way, or NULL. */
MUST_CHECK enum status push_note_managed(struct push *p, const struct plan *plan,
                                         char fingerprint[SCHEMA_HASH_SIZE]);

/* Makes the extensions that the schema file names, in the transaction that is open. */
MUST_CHECK enum status push_extensions(struct push *p);

/* The SQL that makes those that this push found missing; NULL if there are none. */
const char *push_extensions_made(struct push *p);

/* -- what no fact of facts.h stands for (push_beyond.c) ---------------------------------------- */

/* Rows of struct schema_fact: what the schema that search_path names first has of it. */
MUST_CHECK enum status push_read_beyond(struct push *p, struct rows *out);

/* The same behind the facts that were read. */
MUST_CHECK enum status push_join_beyond(struct push *p, struct rows *facts);

/* Notes what the schema file, which was just run, made or changed outside of the scratch schema,
 * and sets right what it set; once that is rolled back, what it took away. Names all in the plan.
 */
MUST_CHECK enum status push_note_outside(struct push *p);
MUST_CHECK enum status push_note_taken(struct push *p);
void push_name_outside(struct push *p, struct plan *plan);

/* SHA-256 in hex of the properties of what `managed` lists; "" if they have none. */
void push_hash_properties(struct push *p, const struct rows *beyond, const struct rows *managed,
                          char hash[SCHEMA_HASH_SIZE]);

/* A line for each object that no push can have made. */
void push_report_beyond(struct push *p, struct text *out);

/* -- steps ------------------------------------------------------------------------------------ */

/* Notes at the declared columns what rows without a value get. FAILED: a directive is wrong. */
MUST_CHECK enum status push_note_backfills(struct push *p);

/* Finds in the scratch schema, where the file was built, what is to be renamed, and reads the
 * declared facts under the names that the database has yet. FAILED: a directive is wrong. */
MUST_CHECK enum status push_read_renames(struct push *p);

/* Renames the objects of the scratch schema back, and reads its facts. */
MUST_CHECK enum status push_read_under_old_names(struct push *p, struct rows *out);

/* Facts of the database under the names of the file; *due: the renames that lead there, or NULL. */
struct rows push_renamed(struct push *p, const struct rows *live, const struct renames **due);

/* What the database called a declared object of that kind and parent before anything was changed.
 */
const char *push_name_now(const struct push *p, const char *kind, const char *parent,
                          const char *name);

/* Runs SQL in the transaction that is open. Of a copy: what the role may not do is noted as left
 * out, and is no failure. */
MUST_CHECK enum status push_run_permitted(struct push *p, const char *sql);
bool push_left_out(const struct push *p, const char *sql);

/* Does a backfill that is an online step. */
MUST_CHECK enum status push_backfill(struct push *p, const struct step *s);

/* Counts the rows that the steps of the plan would lose or stumble over, inside the transaction
 * that is open. Each count is bounded in time. A step needs consent, too, that rewrites a table
 * with rows, and one of which no look came to an end. */
MUST_CHECK enum status push_look(struct push *p, struct plan *plan);

/* The rows of a table, by the names that the database has now, as the steps of the plan for its
 * columns leave them (NULL: as they are): what stands behind FROM. at_most: no more than so many,
 * of any; 0: all. */
const char *push_rows(const struct push *p, const struct plan *plan, const char *table,
                      int64_t at_most);

/* Puts right, in the transaction that is open, what the server gave to new objects by itself:
 * rights and owners. rest: what is left to do after it. */
MUST_CHECK enum status push_settle(struct push *p, struct plan *rest);

/* Does the steps of the plan, having compared once more; records them. */
enum push_outcome push_execute(struct push *p, const struct plan *plan);

/* -- consent (push_consent.c) ----------------------------------------------------------------- */

enum consent {
    CONSENT_GIVEN,
    CONSENT_DECLINED, /* by a person who was asked; `say` has the step */
    CONSENT_UNBOUND,  /* given beforehand, but to no plan, and nobody is there who sees this one */
    CONSENT_MISSING   /* and nobody is there to be asked */
};

/* Whether each step of the plan that needs consent has it. */
enum consent push_consent(struct push *p, const struct plan *plan);

/* Before steps that lose something, or where it is wanted: offers a backup and takes it.
 * PUSH_APPLIED: the push may go on; else `say` has the reason. */
enum push_outcome push_offer_backup(struct push *p, const struct plan *plan);

/* -- trying ----------------------------------------------------------------------------------- */

/* A scratch schema to build in, within the transaction that is open; leaving rolls it back. */
const char *push_scratch_name(struct push *p);
MUST_CHECK enum status push_enter_scratch(struct push *p);
MUST_CHECK enum status push_leave_scratch(struct push *p);

/* Makes in the scratch schema what the facts say, as far as it is not made of something that no
 * fact makes. *whole: nothing is. */
MUST_CHECK enum status push_build_from(struct push *p, const struct rows *facts, bool *whole);

/* Does all steps of the plan on a copy of the live schema without rows, in a scratch schema, and
 * compares what they led to with the declared schema: what the server refuses and what is left is
 * named in the plan as not covered. Tries nothing where no copy can be made; a push that only shows
 * says so. */
MUST_CHECK enum status push_try(struct push *p, struct plan *plan);

/* Whether the server can be asked again after its latest error: that is not about what the
 * statement says. */
bool push_is_trouble(const struct push *p);

/* In the scratch schema, where the file was built: whether a push could note there what it did
 * (push_own.c). FAILED: it could not. */
MUST_CHECK enum status push_try_own(struct push *p);

/* -- functions that would fail when they are called (push_functions.c) ------------------------- */

/* Those in all schemas, before anything is changed: rows of struct schema_object, the parent has
 * the server's words. */
MUST_CHECK enum status push_read_failing(struct push *p, struct rows *out);

/* In the transaction, after its steps. FAILED: `say` names those that worked before. */
MUST_CHECK enum status push_check_functions(struct push *p, const struct rows *before);

/* The same on a copy, before the steps and after them: names in the plan those that work no more,
 * as far as the copy can tell, and may take the steps back. */
MUST_CHECK enum status push_prepare_functions(struct push *p);
MUST_CHECK enum status push_try_functions(struct push *p, struct plan *plan);

/* From now on whoever a statement waits for is named while it waits. */
void push_watch(struct push *p);

/* Passes the line on to whoever is there to read it now. */
void push_tell(struct push *p, const char *line);

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
