#include "cli/push_backup.h"

#include <stdio.h>

#include "base/config.h"
#include "cli/backup_folder.h"
#include "sql/push_rehearse.h"

static enum status take(struct backup_command *c, const char *conninfo, struct manifest *made) {
    const struct backup_run run = {.conninfo = conninfo, .tools = config.pg_tools_dir};
    enum status status =
        backup_folder_open(&c->folder, c->arena, c->folder_path, config.key, true, &c->why);
    if (status == OK)
        status = backup_folder_lock(&c->folder, c->arena, "db push", &c->why);
    if (status == OK)
        status = backup_take(&c->folder, c->arena, &run, made, &c->note, &c->why);
    return status;
}

enum status push_backup_take(const char *conninfo, struct text *why) {
    struct arena *a = arena_new();
    struct backup_command c = backup_command(a);
    struct manifest made;
    enum status status = take(&c, conninfo, &made);
    if (status == OK)
        fprintf(stderr, "Backup %s: %s.\n", made.archive, backup_size(a, made.bytes));
    else
        text_put(why, text_str(&c.why));
    fputs(text_str(&c.note), stderr);
    backup_folder_close(&c.folder);
    arena_free(a);
    return status;
}

enum push_outcome push_backup_rehearse(const char *conninfo, const char *file,
                                       const struct push_options *options, struct text *out,
                                       struct text *say) {
    struct arena *a = arena_new();
    struct backup_command c = backup_command(a);
    const struct backup_trial with = {.conninfo = conninfo, .tools = config.pg_tools_dir};
    enum push_outcome outcome = PUSH_FAILED;
    if (backup_begin(&c, file, false) == DB_DONE)
        outcome = push_rehearse(&c.folder, c.name, &with, options, out, say);
    backup_folder_close(&c.folder);
    arena_free(a);
    return outcome;
}
