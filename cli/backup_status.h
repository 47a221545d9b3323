/* backup_status.h - `sitaminter db backup status`. */
#ifndef SITA_CLI_BACKUP_STATUS_H
#define SITA_CLI_BACKUP_STATUS_H

#include "cli/backup_folder.h"

/* Prints how the backups are. The exit status: DB_DONE if all is well, DB_WARNING, DB_CRITICAL. */
int backup_status(struct backup_command *c);

#endif
