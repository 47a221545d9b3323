/* db_admin.h - what commands of an administrator need and no page ever gets: scripts of several
 * statements, other users and databases, the server's own words about an error. It waits. */
#ifndef SITA_SQL_DB_ADMIN_H
#define SITA_SQL_DB_ADMIN_H

#include "sql/db.h"

struct admin; /* an open connection; owned by the caller */

/* Opens a connection. user and database, if not NULL, replace those of conninfo. BUSY: not
 * reachable, `why` has the server's words. */
MUST_CHECK enum status admin_open(struct admin **out, const char *conninfo, const char *user,
                                  const char *database, struct text *why);
void admin_close(struct admin *admin);

/* Runs a script; it is one transaction unless it says otherwise. FAILED: `why` has the server's
 * words and the line. Warnings of the server go to standard error. */
MUST_CHECK enum status admin_script(struct admin *admin, const char *sql, struct text *why);

/* From now on `waits` is called each time that another `ms` milliseconds pass without an answer to
 * whatever was asked. */
void admin_watch(struct admin *admin, int ms, void (*waits)(void *context), void *context);

/* From now on the server's warnings are appended to `into`, a line each, in place of going to
 * standard error. */
void admin_hear(struct admin *admin, struct text *into);

/* Whether the connection has come to its end. */
bool admin_is_lost(const struct admin *admin);

/* The number of the server's process behind the connection. */
int admin_backend(const struct admin *admin);

/* Runs a named query without options; parameters in the order of their first use. With `as`, rows
 * live in a. FAILED like admin_script. */
MUST_CHECK enum status admin_query(struct admin *admin, struct arena *a, enum sql_name name,
                                   const char *const *values, size_t n_values,
                                   const struct record *as, struct rows *out, struct text *why);

/* The first column of its first row as text in a, "" if there is none. */
MUST_CHECK enum status admin_value(struct admin *admin, struct arena *a, enum sql_name name,
                                   const char **out, struct text *why);

/* The same for a query that is no named one, because its text comes from a catalogue. */
MUST_CHECK enum status admin_ask(struct admin *admin, struct arena *a, const char *sql,
                                 const char **out, struct text *why);

/* Whether the SQLSTATE of the latest error begins so ("42" is a whole class). */
bool admin_failed_with(const struct admin *admin, const char *sqlstate);

/* As if there had been none. */
void admin_forget_error(struct admin *admin);

/* Ends the transaction without its changes, if there is one. */
MUST_CHECK enum status admin_rollback(struct admin *admin, struct text *why);

/* True if the connection is inside a transaction that has not failed. */
bool admin_in_transaction(const struct admin *admin);

/* Gives the role the password of conninfo, hashed here; does nothing if conninfo has none. */
MUST_CHECK enum status admin_set_password(struct admin *admin, const char *role,
                                          const char *conninfo, struct text *why);

/* `text` as an SQL identifier with its quotes, in a. */
const char *admin_identifier(struct admin *admin, struct arena *a, const char *text);

/* Whether libpq can read the connection string; if not, `why` has its reason. Else it is one with
 * keywords, a URI, or the name of a database alone. */
MUST_CHECK bool conninfo_valid(const char *conninfo, struct text *why);

/* The value of a keyword ("dbname", "user" …) in a connection string, in a; NULL if it has none. */
const char *conninfo_value(struct arena *a, const char *conninfo, const char *keyword);

/* The environment for a program of PostgreSQL that is to connect as conninfo says: ours without the
 * SITA_ variables, and PGHOST and its like in place of conninfo, so that no argument shows a
 * password. user and database, if not NULL, replace those of conninfo. Lives in a, ends in NULL. */
char *const *conninfo_environment(struct arena *a, const char *conninfo, const char *user,
                                  const char *database);

/* -- the check of all queries ----------------------------------------------------------------- */

/* Prepares every statement there can be (each shape with each limit) and checks its columns
 * against the record that its query names, one of the n `records`. Returns how many statements were
 * prepared; `why` gets a sentence for each problem. */
size_t admin_check_queries(struct admin *admin, const struct record *const *records, size_t n,
                           struct text *why);

/* Appends every statement there can be as a line of JSON: name, options, limit, parameters ($1 …)
 * and sql. */
void admin_list_queries(struct text *out);

#endif
