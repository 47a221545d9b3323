/* sitaminter db setup and push: roles, database, schema. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "cli/db.h"
#include "cli/push_backup.h"
#include "sql/embedded.h"
#include "sql/push.h"

enum {
    SAY_MAX = 1024 * 1024,
    PLAN_MAX = 16 * 1024 * 1024,
    SCHEMA_FILE_MAX = 1024 * 1024,
    ALLOWED_MAX = 256
};

static const int exit_of_outcome[] = {
    [PUSH_APPLIED] = DB_DONE,    [PUSH_MATCHES] = DB_DONE,
    [PUSH_PLANNED] = DB_DONE,    [PUSH_FAILED] = DB_FAILED,
    [PUSH_PENDING] = DB_DIFFERS, [PUSH_REFUSED] = DB_REFUSED,
    [PUSH_LOCKED] = DB_LOCKED,   [PUSH_UNREACHABLE] = DB_UNREACHABLE,
};

/* The whole file as text in a, without a byte order mark; NULL after a sentence. */
static const char *read_file(struct arena *a, const char *path) {
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    FILE *f = fopen(path, "r");
    char *text = arena_raw(a, SCHEMA_FILE_MAX + 1);
    size_t n = f ? fread(text, 1, SCHEMA_FILE_MAX + 1, f) : 0;
    bool ok = f && !ferror(f) && n <= SCHEMA_FILE_MAX && !memchr(text, 0, n);
    if (!f)
        fprintf(stderr, "%s cannot be read: %m\n", path);
    else if (!ok)
        fprintf(stderr, "%s is not a text file of at most %d bytes.\n", path, SCHEMA_FILE_MAX);
    if (f)
        fclose(f);
    if (!ok)
        return NULL;
    text[n] = '\0';
    return strncmp(text, byte_order_mark, strlen(byte_order_mark)) == 0
               ? text + strlen(byte_order_mark)
               : text;
}

static void tell(const char *line) {
    fprintf(stderr, "%s\n", line);
}

static bool ask(struct text *out, const char *question) {
    fputs(text_str(out), stdout);
    text_clear(out);
    fflush(stdout);
    return db_ask(question);
}

/* The plan goes to standard output, as it may be another program's input; so do the sentences
 * unless that would spoil it or something went wrong. */
static int push(const char *url, const struct push_options *p, const char *rehearse,
                struct arena *a) {
    struct text say = text_in(a, SAY_MAX), out = text_in(a, PLAN_MAX);
    int exit_status = exit_of_outcome[rehearse ? push_backup_rehearse(url, rehearse, p, &out, &say)
                                               : push_run(url, p, &out, &say)];
    bool well = exit_status == DB_DONE && p->format == PLAN_TEXT;
    fputs(text_str(&out), stdout);
    if (say.n > 0)
        fprintf(well ? stdout : stderr, "%s\n", text_str(&say));
    return exit_status;
}

static bool makes_sense(const struct push_options *p, const char *rehearse) {
    bool shows = p->dry_run || p->check;
    if (!(shows && (rehearse || p->with_backup)) && !(rehearse && p->with_backup))
        return true;
    fputs("A push either shows its plan (--dry-run, --check), or rehearses it (--rehearse), or "
          "carries it out (with --backup).\n",
          stderr);
    return false;
}

static int run_push(int argc, char **argv, struct arena *a) {
    static const enum plan_format formats[] = {
        [DB_TEXT] = PLAN_TEXT, [DB_JSON] = PLAN_JSON, [DB_SQL] = PLAN_SQL};
    const char *url = NULL, *file = NULL, *format = "text", *allowed[ALLOWED_MAX];
    enum db_format as;
    const char *rehearse = NULL;
    struct db_words allow = {.at = allowed, .max = ALLOWED_MAX};
    struct push_options p = {.allow = allowed, .tell = tell, .ask = db_has_terminal() ? ask : NULL};
    const struct db_option options[] = {
        {"--url", .value = &url},           {"--schema", .value = &file},
        {"--format", .value = &format},     {"--plan", .value = &p.plan},
        {"--dry-run", .flag = &p.dry_run},  {"--check", .flag = &p.check},
        {"--allow", .words = &allow},       {"--adopt", .flag = &p.adopt},
        {"--rehearse", .value = &rehearse}, {"--backup", .flag = &p.with_backup},
    };
    if (!db_options(argc, argv, options, sizeof options / sizeof options[0], NULL) ||
        !db_format(format, DB_SQL, &as) || !makes_sense(&p, rehearse))
        return DB_USAGE;
    url = rehearse ? db_url(url, config.verify_url, "SITA_VERIFY_URL")
                   : db_url(url, config.owner_url, "SITA_OWNER_URL");
    if (!url)
        return DB_USAGE;
    if (*config.key || p.with_backup)
        p.backup = push_backup_take;
    p.format = formats[as];
    p.n_allow = allow.n;
    p.schema = file ? read_file(a, file) : sql_schema_file;
    return p.schema ? push(url, &p, rehearse, a) : DB_USAGE;
}

static int run_setup(int argc, char **argv, struct arena *a) {
    const char *urls[] = {config.owner_url,   config.reader_url, config.app_url,   config.desk_url,
                          config.monitor_url, config.backup_url, config.verify_url};
    const char *url = getenv("SITA_DATABASE_URL");
    const struct db_option options[] = {{"--url", .value = &url}};
    struct text say = text_in(a, SAY_MAX);
    if (!db_options(argc, argv, options, 1, NULL))
        return DB_USAGE;
    if (!*config.owner_url) {
        fputs("Which database? Set SITA_OWNER_URL.\n", stderr);
        return DB_USAGE;
    }
    if (!db_is_url("SITA_OWNER_URL", config.owner_url) ||
        (url && !db_is_url("SITA_DATABASE_URL", url)))
        return DB_USAGE;
    int exit_status = exit_of_outcome[push_setup(url, config.owner_url, urls,
                                                 sizeof urls / sizeof urls[0], &say)];
    if (exit_status != DB_DONE)
        return db_tell(&say, exit_status);
    return push(config.owner_url, &(struct push_options){.schema = sql_schema_file}, NULL, a);
}

const struct db_command db_command_setup = {
    .name = "setup",
    .summary = "make the roles, the database and the rights in it, then push",
    .help = "Usage: sitaminter db setup [OPTIONS]\n"
            "\n"
            "Makes the roles, the database of SITA_OWNER_URL and the rights in it, then pushes; "
            "may be\n"
            "repeated. A password in SITA_OWNER_URL, SITA_READER_URL, SITA_APP_URL or "
            "SITA_DESK_URL is\n"
            "given to that role.\n"
            "\n"
            "  --url URL      a superuser's connection (default: SITA_DATABASE_URL, else\n"
            "                 SITA_OWNER_URL as user postgres)\n"
            "\n"
            "Example:\n"
            "  sitaminter db setup --url \"host=/run/postgresql user=postgres dbname=postgres\"\n",
    .run = run_setup,
};

const struct db_command db_command_push = {
    .name = "push",
    .summary = "make the database match the schema of this program",
    .help =
        "Usage: sitaminter db push [OPTIONS]\n"
        "\n"
        "Makes the database match the schema of this program: creates it in an empty database,\n"
        "does nothing where it matches, else carries out a plan of steps.\n"
        "\n"
        "  --url URL      the owner's connection (default: SITA_OWNER_URL)\n"
        "  --schema FILE  a schema file in place of the built-in one\n"
        "  --dry-run      show the plan and what it would lose; change nothing\n"
        "  --check        the same, with exit status 3 if there is something to do\n"
        "  --format=F     of the plan: text, json or sql\n"
        "  --allow=STEP   consent to a step that loses something, as the plan writes it\n"
        "                 (drop-column:tokens.description); may be repeated. A terminal is asked\n"
        "                 for each step that lacks it; otherwise the push is refused\n"
        "  --plan=HASH    carry out only the plan of this fingerprint; without a terminal, "
        "--allow\n"
        "                 needs it\n"
        "  --backup       take a backup before anything is changed (a terminal is asked); where "
        "to,\n"
        "                 and with which key: `sitaminter db backup --help`\n"
        "  --rehearse BACKUP\n"
        "                 restore the backup into a scratch database, carry the push out there in\n"
        "                 full, report, and drop it; --url is then of a role that may create\n"
        "                 databases (default: SITA_VERIFY_URL)\n"
        "  --adopt        take over a database that no push made, with its rows; what the schema\n"
        "                 file does not name is kept, and stays somebody else's; without a "
        "terminal,\n"
        "                 it needs --plan\n"
        "\n"
        "Comments in the schema file, each a line of its own, say what SQL cannot:\n"
        "  -- push: extension NAME in SCHEMA             the file is made with it\n"
        "  -- push: ignore PATTERN                       others' objects that are not named\n"
        "  -- push: backfill TABLE.COLUMN with EXPR      for rows whose NULL may not stay\n"
        "  -- push: rename KIND NAME to NAME             the same object, another name\n"
        "\n"
        "Examples:\n"
        "  sitaminter db push\n"
        "  sitaminter db push --dry-run --format=sql\n",
    .run = run_push,
};
