/* push.h - makes a database match the declared schema.
 *
 * An empty database gets the schema as the file writes it. Otherwise the declared schema is built
 * in a scratch schema that is rolled back, both are read as facts, and the plan (plan.h) that leads
 * from one to the other is shown, or carried out if nothing is lost without consent. */
#ifndef SITA_SQL_PUSH_H
#define SITA_SQL_PUSH_H

#include "base/status.h"
#include "base/text.h"
#include "sql/plan.h"

enum push_outcome {
    PUSH_APPLIED,    /* the schema was created or changed */
    PUSH_MATCHES,    /* nothing to do */
    PUSH_PLANNED,    /* dry run: there is something to do */
    PUSH_PENDING,    /* check: there is something to do */
    PUSH_FAILED,     /* an error, or a difference that is not covered */
    PUSH_REFUSED,    /* something would be lost, and nobody consented; nothing was changed */
    PUSH_LOCKED,     /* another operation is at work, or a lock was not to be had */
    PUSH_UNREACHABLE /* no connection */
};

struct push_options {
    const char *schema;       /* the text of a schema file */
    bool dry_run;             /* show the plan, change nothing */
    bool check;               /* the same, and PUSH_PENDING if there is something to do */
    bool adopt;               /* take over a database that no push made */
    enum plan_format format;  /* of the plan that is shown */
    const char *const *allow; /* consents: "drop-column:tokens.description" */
    size_t n_allow;
    const char *plan;      /* the fingerprint that the plan must have, or NULL */
    const char *database;  /* in place of that of the connection string, or NULL */
    bool copy;             /* a restored copy is pushed to: nothing needs consent */
    struct text *left_out; /* of a copy: gets a line for each statement about rights, owners or
                              extensions that this role may not run, in place of failing */
    /* Takes a backup of the database of conninfo; `why` has a sentence if not OK. NULL: none can
     * be. */
    enum status (*backup)(const char *conninfo, struct text *why);
    bool with_backup; /* take one before anything is changed */
    /* Told at once what a push waits for. May be NULL. */
    void (*tell)(const char *line);
    /* Asks a person a question of some lines, having shown what is in `out`; true for yes. NULL:
     * nobody is there. */
    bool (*ask)(struct text *out, const char *question);
};

/* Pushes to the database of conninfo, as its user. `out` gets the plan where one is to be shown,
 * `say` sentences for the person who asked, whatever the outcome. */
enum push_outcome push_run(const char *conninfo, const struct push_options *options,
                           struct text *out, struct text *say);

/* Makes the roles, the database that owner_url names and the rights in it, over a connection of a
 * superuser (or a role that may create roles and databases); admin_url NULL or "": the server of
 * owner_url as user postgres. Roles whose URL in `urls` (n strings,
 * empty ones are skipped) carries a password get it. Everything may be repeated. */
enum push_outcome push_setup(const char *admin_url, const char *owner_url, const char *const *urls,
                             size_t n, struct text *say);

/* The same for a database of another name than owner_url's. */
enum push_outcome push_setup_database(const char *admin_url, const char *owner_url,
                                      const char *database, const char *const *urls, size_t n,
                                      struct text *say);

#endif
