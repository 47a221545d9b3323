/* config.h - the settings of the process, from environment variables that begin with SITA_.
 *
 * One table (config.c) states name, default, kind, bounds and a sentence of help for each; from
 * it come the values below and the text of `sitaminter help config`. An unknown or malformed
 * SITA_ variable stops the start with a sentence that names it. The configuration is the one
 * global of the process: read once at start, never changed after. */
#ifndef SITA_BASE_CONFIG_H
#define SITA_BASE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct config {
    /* libpq connection strings, one per role; empty = not given */
    const char *owner_url, *reader_url, *app_url, *desk_url, *monitor_url;
    const char *backup_url, *verify_url;
    /* 64 hex digits, or empty = not given: the environment's key, from which others are derived */
    const char *key;
    const char *backups_dir;
    const char *pg_tools_dir;                     /* of pg_dump and pg_restore; "" = by PATH */
    int32_t backup_days, backup_keep;             /* what a prune leaves */
    int32_t backup_warn_hours, backup_late_hours; /* ages that `db backup status` complains about */
    int32_t verify_warn_days, verify_late_days;
    /* where nginx reaches the pools: "unix:/path" or "ADDRESS:PORT" */
    const char *read_listen, *write_listen, *desk_listen;
    const char *templates_dir, *locale_dir, *icon_dir;
    const char *public_url;   /* the site's own address, no slash at the end */
    const char *monitor_from; /* addresses, comma-separated: who may read /healthz and the like */
    int32_t read_workers, write_workers, desk_workers;
    int32_t read_connections; /* database connections of one read worker */
    int32_t drain_seconds;    /* how long a stop waits for requests under way */
    int32_t io_seconds;       /* deadline for reading or writing one request */
    int32_t hang_seconds;     /* after which a worker that does not go on is replaced; 0: never */
    int32_t body_max;         /* bytes of a request body */
    int32_t params_max;       /* bytes of all FastCGI parameters of a request */
    bool bench_routes;        /* the /bench routes exist */
    int32_t log_level;        /* enum log_level */
};

/* The process configuration; valid after config_load. */
extern struct config config;

/* Reads the environment into config. BAD_INPUT: `why` gets one sentence per wrong variable.
 * The strings are borrowed from the environment. */
MUST_CHECK enum status config_load(struct text *why);

/* The help: every setting with its default, bounds and meaning. */
void config_help(struct text *out);

#endif
