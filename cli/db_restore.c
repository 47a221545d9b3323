/* sitaminter db verify and restore. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/when.h"
#include "cli/backup_folder.h"

/* -- verify ----------------------------------------------------------------------------------- */

/* What is old may go now that something new is proven; but only from the folder of our own. */
static enum status prune_after(struct backup_command *c, const char *file) {
    if (file && strchr(file, '/'))
        return OK;
    enum status status = backup_folder_lock(&c->folder, c->arena, "db verify", &c->why);
    if (status != CONFLICT)
        return status == OK ? backup_prune(c, false) : status;
    text_printf(&c->note, "Nothing is pruned. %s\n", text_str(&c->why));
    return OK;
}

static enum status verify(struct backup_command *c, const char *file, bool keep) {
    struct backup_trial trial = {c->url, config.pg_tools_dir, backup_watch(c)};
    struct manifest manifest;
    int64_t began = when_now();
    enum status status = backup_default_name(c);
    if (status == OK)
        status = backup_verify(&c->folder, c->arena, c->name, &trial, &manifest, &c->note, &c->why);
    if (status != OK)
        return status;
    backup_print(c, "verified", &manifest, began);
    return keep ? OK : prune_after(c, file);
}

static int run_verify(int argc, char **argv, struct arena *a) {
    struct backup_command c = backup_command(a);
    const char *given[1] = {NULL};
    struct db_words words = {.at = given, .max = 1};
    bool keep = false;
    const struct db_option options[] = {BACKUP_OPTIONS(&c), {"--no-prune", .flag = &keep}};
    if (!db_options(argc, argv, options, sizeof options / sizeof options[0], &words) ||
        !(c.url = db_url(c.url, config.verify_url, "SITA_VERIFY_URL")))
        return DB_USAGE;
    int begun = backup_begin(&c, given[0], false);
    return begun == DB_DONE ? backup_end(&c, verify(&c, given[0], keep)) : begun;
}

const struct db_command db_command_verify = {
    .name = "verify",
    .summary = "restore a backup into a scratch database and compare",
    .help =
        "Usage: sitaminter db verify [FILE] [OPTIONS]\n"
        "\n"
        "Proves a backup: checks the seal of its manifest and every byte of its archive, restores\n"
        "it into a scratch database, compares rows, digests, sequences, constraints and schema\n"
        "with the manifest, drops the scratch database. The outcome is noted in db_operations.\n"
        "Then what is old is pruned (see `db backup --help`), if FILE has no slash.\n"
        "\n"
        "  FILE           the backup: a path, or a name in the folder of the backups (default:\n"
        "                 the newest one)\n"
        "  --url URL      a role that may create databases (default: SITA_VERIFY_URL)\n"
        "  --folder DIR   the folder of the backups (default: SITA_BACKUPS)\n"
        "  --format=F     of the output: text or json\n"
        "  --no-prune     prune nothing afterwards\n"
        "\n"
        "Examples:\n"
        "  sitaminter db verify\n"
        "  sitaminter db verify /mnt/elsewhere/backup-20261123T023000Z-5d1c9a77.dump\n",
    .run = run_verify,
};

/* -- restore ---------------------------------------------------------------------------------- */

static int restore(struct backup_command *c, struct backup_restoring *r) {
    struct manifest manifest;
    int64_t began = when_now();
    enum status status = backup_default_name(c);
    r->watch = backup_watch(c);
    if (status == OK)
        status = backup_restore(&c->folder, c->arena, c->name, r, &manifest, &c->note, &c->why);
    if (status == OK)
        backup_print(c, arena_printf(c->arena, "restored into %s", r->into), &manifest, began);
    int exit_status = backup_end(c, status);
    return *r->refused ? DB_REFUSED : exit_status;
}

static int run_restore(int argc, char **argv, struct arena *a) {
    struct backup_command c = backup_command(a);
    const char *given[1] = {NULL};
    const char *urls[] = {config.owner_url,   config.reader_url, config.app_url,   config.desk_url,
                          config.monitor_url, config.backup_url, config.verify_url};
    struct db_words words = {.at = given, .max = 1};
    bool refused = false;
    struct backup_restoring r = {.owner_url = config.owner_url,
                                 .refused = &refused,
                                 .urls = urls,
                                 .n_urls = sizeof urls / sizeof urls[0],
                                 .tools = config.pg_tools_dir};
    const struct db_option options[] = {
        BACKUP_OPTIONS(&c), {"--into", .value = &r.into}, {"--replace", .value = &r.replace}};
    c.url = getenv("SITA_DATABASE_URL");
    if (!db_options(argc, argv, options, sizeof options / sizeof options[0], &words))
        return DB_USAGE;
    if (!given[0] || !r.into || !*r.into || !*config.owner_url) {
        fputs(*config.owner_url
                  ? "Which backup, into which database? `sitaminter db restore FILE --into NAME`.\n"
                  : "Which server? Set SITA_OWNER_URL.\n",
              stderr);
        return DB_USAGE;
    }
    r.admin_url = c.url;
    int begun = backup_begin(&c, given[0], false);
    return begun == DB_DONE ? restore(&c, &r) : begun;
}

const struct db_command db_command_restore = {
    .name = "restore",
    .summary = "make a database from a backup",
    .help =
        "Usage: sitaminter db restore FILE --into NAME [OPTIONS]\n"
        "\n"
        "Makes the database NAME from a backup, with the roles and rights of the program. It is\n"
        "restored under another name, compared with the manifest, and renamed when all is well.\n"
        "The live database, and any that is there and not empty, needs --replace; it is not lost,\n"
        "but put aside under a name that is told.\n"
        "\n"
        "  FILE           the backup: a path, or a name in the folder of the backups\n"
        "  --into NAME    the database to make\n"
        "  --replace=NAME consent: the same name again\n"
        "  --url URL      a superuser's connection, to another database than NAME (default:\n"
        "                 SITA_DATABASE_URL, else SITA_OWNER_URL as user postgres)\n"
        "  --folder DIR   the folder of the backups (default: SITA_BACKUPS)\n"
        "  --format=F     of the output: text or json\n"
        "\n"
        "Examples:\n"
        "  sitaminter db restore backup-20261123T023000Z-5d1c9a77.dump --into a_look\n"
        "  sitaminter db restore backup-20261123T023000Z-5d1c9a77.dump --into sitaminter \\\n"
        "      --replace=sitaminter\n",
    .run = run_restore,
};
