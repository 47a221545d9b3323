/* sitaminter db backup: takes one, prunes and pins those that are there, tells how they are. */
#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "base/when.h"
#include "cli/backup_folder.h"
#include "cli/backup_status.h"

/* -- taking one ------------------------------------------------------------------------------- */

static int take(struct backup_command *c) {
    struct manifest made;
    int64_t began = when_now();
    struct backup_run run = {.tools = config.pg_tools_dir, .watch = backup_watch(c)};
    run.conninfo = db_url(c->url, config.backup_url, "SITA_BACKUP_URL");
    int begun = run.conninfo ? backup_begin(c, NULL, true) : DB_USAGE;
    if (begun != DB_DONE)
        return begun;
    enum status status = backup_folder_lock(&c->folder, c->arena, "db backup", &c->why);
    if (status == OK)
        status = backup_take(&c->folder, c->arena, &run, &made, &c->note, &c->why);
    if (status == OK)
        backup_print(c, "made", &made, began);
    return backup_end(c, status);
}

/* -- those that are there --------------------------------------------------------------------- */

static int prune(struct backup_command *c, bool dry) {
    int begun = backup_begin(c, NULL, false);
    if (begun != DB_DONE)
        return begun;
    enum status status =
        dry ? OK : backup_folder_lock(&c->folder, c->arena, "db backup prune", &c->why);
    if (status == OK)
        status = backup_prune(c, dry);
    return backup_end(c, status);
}

static int pin(struct backup_command *c, const char *file, bool pinned) {
    int begun = backup_begin(c, file, false);
    if (begun != DB_DONE)
        return begun;
    enum status status = backup_folder_lock(&c->folder, c->arena, "db backup pin", &c->why);
    if (status == OK)
        status = backup_pin(&c->folder, c->arena, c->name, pinned, &c->why);
    if (status == OK)
        printf("%s: %s\n", c->name, pinned ? "pinned" : "no longer pinned");
    return backup_end(c, status);
}

static int run_backup(int argc, char **argv, struct arena *a) {
    struct backup_command c = backup_command(a);
    const char *given[2];
    struct db_words words = {.at = given, .max = 2};
    bool dry = false;
    const struct db_option options[] = {BACKUP_OPTIONS(&c), {"--dry-run", .flag = &dry}};
    if (!db_options(argc, argv, options, sizeof options / sizeof options[0], &words))
        return DB_USAGE;
    const char *verb = words.n > 0 ? given[0] : "";
    bool pins = strcmp(verb, "pin") == 0 || strcmp(verb, "unpin") == 0;
    bool prunes = strcmp(verb, "prune") == 0;
    if (words.n == (pins ? 2 : words.n > 0) && dry <= prunes) {
        if (words.n == 0)
            return take(&c);
        if (pins)
            return pin(&c, given[1], *verb == 'p');
        if (prunes)
            return prune(&c, dry);
        if (strcmp(verb, "status") == 0)
            return backup_status(&c);
    }
    fputs("`sitaminter db backup` is followed by nothing, status, prune [--dry-run], pin FILE or "
          "unpin FILE.\n",
          stderr);
    return DB_USAGE;
}

const struct db_command db_command_backup = {
    .name = "backup",
    .summary = "take a backup; status, prune, pin and unpin of those there are",
    .help =
        "Usage: sitaminter db backup [OPTIONS]\n"
        "       sitaminter db backup status [OPTIONS]\n"
        "       sitaminter db backup prune [--dry-run] [OPTIONS]\n"
        "       sitaminter db backup pin|unpin FILE [OPTIONS]\n"
        "\n"
        "Takes a backup with pg_dump, as a role that cannot write. NAME.dump and its manifest\n"
        "NAME.json appear together and whole, or not at all; the manifest is sealed with "
        "SITA_KEY.\n"
        "  status   the backups and how old the last good and the last verified one are; exit\n"
        "           status 0 all is well, 7 a warning, 8 critical (SITA_BACKUP_WARN_HOURS and its\n"
        "           like)\n"
        "  prune    remove those that are older than SITA_BACKUP_DAYS, if a newer one was "
        "verified;\n"
        "           the SITA_BACKUP_KEEP newest and those that are pinned stay. `db verify` does\n"
        "           it, too.\n"
        "  pin      keep a backup whatever its age, until it is unpinned\n"
        "\n"
        "  --url URL      the connection of the backup (default: SITA_BACKUP_URL)\n"
        "  --folder DIR   the folder of the backups (default: SITA_BACKUPS)\n"
        "  --format=F     of the output: text or json\n"
        "  --dry-run      show what prune would remove; remove nothing\n"
        "\n"
        "Examples:\n"
        "  sitaminter db backup && sitaminter db verify\n"
        "  sitaminter db backup status --format=json\n"
        "  sitaminter db backup prune --dry-run\n"
        "  sitaminter db backup pin backup-20261123T023000Z-5d1c9a77.dump\n",
    .run = run_backup,
};
