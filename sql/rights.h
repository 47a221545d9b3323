/* rights.h - who may do what with the objects of a schema, and whose they are (the query
 * schema_rights), as facts beside those of facts.h.
 *
 * What the server gives to every new object of the schema's owner is no fact; what differs from
 * that is: a "right" that a role has beyond it, a "denial" of what it would have, "owned" by
 * another role. Rights are ours where the object and the role are: a role is ours once the schema
 * file or the grants gave it something, and stays so (db_objects: "rights of sita_app"). */
#ifndef SITA_SQL_RIGHTS_H
#define SITA_SQL_RIGHTS_H

#include "sql/facts.h"

/* Strings are never NULL. Names are quoted where they need it. */
struct schema_right {
    const char *kind;      /* "right", "denial", "owned" */
    const char *role;      /* who has it; "PUBLIC", "owner"; "" for "owned" */
    const char *holder;    /* denial: who that is here; owned: to whom it belongs */
    const char *privilege; /* "SELECT" */
    const char *part;      /* the column, or "" */
    const char *target;    /* "TABLE", as GRANT calls it */
    const char *name;      /* of the relation or function; "" for the schema itself */
    const char *word;      /* "table", as facts call it */
    const char *special;   /* and under which name (facts_name) */
    bool grantable;        /* what it is about is that the right may be passed on */
    const char *giver;     /* right: who gave it, "" for the owner; owned: to whom it is to belong,
                              "" if that is not in the power of whoever pushes */
};

extern const struct record record_schema_right;

MUST_CHECK enum status rights_read(struct admin *admin, struct arena *a, struct rows *out,
                                   struct text *why);

/* The rights as facts behind those of `facts`, in a. Those of the schema itself only if whole. */
struct rows rights_join(struct arena *a, const struct rows *facts, const struct rows *rights,
                        bool whole);

/* One of them as a fact, in a. */
struct schema_fact rights_fact(struct arena *a, const struct schema_right *right);

/* "right mallory: SELECT ON TABLE tokens": what a report calls it, in a. */
const char *rights_name(struct arena *a, const struct schema_right *right);

/* What facts_object calls the object that it is about, in a. */
const char *rights_object(struct arena *a, const struct schema_right *right);

/* Whether it is not ours: the right of a role that is not among `roles`, to an object that
 * `foreign` lists (rows of struct schema_line, sorted), or what a push cannot take back. */
bool rights_foreign(struct arena *a, const struct schema_right *right, const struct rows *foreign,
                    const struct rows *roles);

/* The roles that are ours: those of the declared facts and of `managed`; sorted, in a, as rows of
 * struct schema_line ("rights of sita_app"). */
struct rows rights_roles(struct arena *a, const struct rows *declared, const struct rows *managed);

/* Tells in `live` which rights are not ours. */
void rights_mark(struct arena *a, struct rows *live, const struct rows *foreign,
                 const struct rows *roles);

/* SHA-256 in hex of the rights (rows of struct schema_right) that `managed` has to do with. */
void rights_hash(char out[SCHEMA_HASH_SIZE], struct arena *a, const struct rows *rights,
                 const struct rows *managed);

#endif
