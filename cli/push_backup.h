/* push_backup.h - what `sitaminter db push` has to do with backups. */
#ifndef SITA_CLI_PUSH_BACKUP_H
#define SITA_CLI_PUSH_BACKUP_H

#include "sql/push.h"

/* Takes a backup of the database of conninfo into the configured folder, and tells its name on
 * standard error. For struct push_options. */
MUST_CHECK enum status push_backup_take(const char *conninfo, struct text *why);

/* Carries the push out on a copy that is restored from the backup `file` (a path, or a name in the
 * configured folder), over a connection that may create databases. */
enum push_outcome push_backup_rehearse(const char *conninfo, const char *file,
                                       const struct push_options *options, struct text *out,
                                       struct text *say);

#endif
