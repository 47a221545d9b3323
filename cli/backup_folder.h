/* backup_folder.h - what the commands about backups share: their folder, their options, how they
 * print. */
#ifndef SITA_CLI_BACKUP_FOLDER_H
#define SITA_CLI_BACKUP_FOLDER_H

#include "cli/db.h"
#include "sql/backup.h"

enum { BACKUP_SAY_MAX = 64 * 1024, BACKUP_OUT_MAX = 64 * 1024 * 1024 };

/* A command about backups under way. */
struct backup_command {
    struct arena *arena;
    const char *url, *folder_path, *format; /* --url, --folder, --format */
    bool json;
    struct backup_folder folder;
    const char *name;      /* the backup that is meant, without ending; NULL: none was named */
    struct text note, why; /* what is worth knowing; why it failed */
    int64_t began, told;   /* of the line on the terminal that says how far it is; 0: none */
};

/* The options that all of them have, to begin the list of a command's with. */
#define BACKUP_OPTIONS(c)                                                                          \
    {"--url", .value = &(c)->url}, {"--folder", .value = &(c)->folder_path}, {                     \
        "--format", .value = &(c)->format                                                          \
    }

/* An empty one. */
struct backup_command backup_command(struct arena *a);

/* Opens the folder: that of `file` if it has a '/', else the given or the configured one. `file`
 * (or NULL) names a backup by its archive, its manifest or its name alone. DB_DONE, or the exit
 * status after a sentence. */
int backup_begin(struct backup_command *c, const char *file, bool make);

/* Ends it: closes the folder, prints the notes on standard error, and for another status than OK
 * why. Returns the exit status. */
int backup_end(struct backup_command *c, enum status status);

/* Who tells a terminal on standard error how far the command is; nobody if there is none. */
struct backup_watch backup_watch(struct backup_command *c);

/* Sets c->name to the newest backup (backup_newest), if none was named. */
MUST_CHECK enum status backup_default_name(struct backup_command *c);

/* "backup-….dump: 45.2 MB, 7 tables, 1000315 rows" or the manifest as JSON, with what was done and
 * how long it took. */
void backup_print(struct backup_command *c, const char *what, const struct manifest *m,
                  int64_t began);

/* "45.2 MB". */
const char *backup_size(struct arena *a, int64_t bytes);

/* Prunes the folder, which must be locked, and prints what went (dry: would go). */
MUST_CHECK enum status backup_prune(struct backup_command *c, bool dry);

#endif
