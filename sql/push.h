/* push.h - makes a database match the declared schema.
 *
 * It creates the schema in an empty database and does nothing where the schema matches; a database
 * that differs is refused with its differences. */
#ifndef SITA_SQL_PUSH_H
#define SITA_SQL_PUSH_H

#include "base/status.h"
#include "base/text.h"

enum push_outcome {
    PUSH_APPLIED,    /* the schema was created */
    PUSH_MATCHES,    /* nothing to do */
    PUSH_FAILED,     /* an error; nothing was changed */
    PUSH_DIFFERS,    /* the database has another schema; nothing was changed */
    PUSH_LOCKED,     /* another operation is at work */
    PUSH_UNREACHABLE /* no connection */
};

/* Pushes `schema` (the text of a schema file) to the database of conninfo, as its user. `say` gets
 * sentences for the person who asked, whatever the outcome. */
enum push_outcome push_schema(const char *conninfo, const char *schema, struct text *say);

/* Makes the roles, the database that owner_url names and the rights in it, over a connection of a
 * superuser (or a role that may create roles and databases); admin_url NULL or "": the server of
 * owner_url as user postgres. Roles whose URL in `urls` (n strings,
 * empty ones are skipped) carries a password get it. Everything may be repeated. */
enum push_outcome push_setup(const char *admin_url, const char *owner_url, const char *const *urls,
                             size_t n, struct text *say);

#endif
