/* push_rehearse.h - a push on a database that is restored from a backup for it, and dropped. */
#ifndef SITA_SQL_PUSH_REHEARSE_H
#define SITA_SQL_PUSH_REHEARSE_H

#include "sql/backup.h"
#include "sql/push.h"

/* Restores the backup NAME of the folder into a scratch database, carries the push out there in
 * full, every step with consent, and drops it. `say` gets how long either took. */
enum push_outcome push_rehearse(struct backup_folder *f, const char *name,
                                const struct backup_trial *with, const struct push_options *options,
                                struct text *out, struct text *say);

#endif
