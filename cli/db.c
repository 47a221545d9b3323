/* sitaminter db: the schema and the database it lives in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "cli/commands.h"
#include "handlers/records.h"
#include "handlers/warnings.h"
#include "sql/db_admin.h"
#include "sql/embedded.h"
#include "sql/import.h"
#include "sql/push.h"
#include "sql/schema.h"

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_DIFFERS = 3,
    EXIT_REFUSED = 4,
    EXIT_LOCKED = 5,
    EXIT_UNREACHABLE = 6
};

enum { SAY_MAX = 1024 * 1024, PLAN_MAX = 16 * 1024 * 1024, SCHEMA_FILE_MAX = 1024 * 1024 };

static const char usage[] =
    "Usage: sitaminter db COMMAND [OPTIONS]\n"
    "\n"
    "  setup          make the roles, the database of SITA_OWNER_URL and the rights in it, then\n"
    "                 push; may be repeated\n"
    "    --url URL    a superuser's connection (default: SITA_DATABASE_URL, else SITA_OWNER_URL "
    "as\n"
    "                 user postgres)\n"
    "  push           make the database match the schema of this program: creates it in an empty\n"
    "                 database, does nothing where it matches, else carries out a plan of steps\n"
    "    --url URL    the owner's connection (default: SITA_OWNER_URL)\n"
    "    --schema F   a schema file in place of the built-in one\n"
    "    --dry-run    show the plan and what it would lose; change nothing\n"
    "    --check      the same, with exit status 3 if there is something to do\n"
    "    --format=F   of the plan: text, json or sql\n"
    "    --allow=STEP consent to a step that loses something, as the plan writes it\n"
    "                 (drop-column:tokens.description); may be repeated\n"
    "    --plan=HASH  carry out only the plan of this fingerprint\n"
    "  check          tell whether database and program belong together\n"
    "    --url URL    any role's connection (default: SITA_OWNER_URL)\n"
    "  check-queries  prepare every query in every shape, and compare its columns with the "
    "records\n"
    "    --url URL    the connection (default: SITA_OWNER_URL)\n"
    "  queries        print every query in every shape, a line of JSON each\n"
    "  schema         print the built-in schema file\n"
    "\n"
    "URLs are libpq connection strings: \"host=/run/postgresql dbname=sitaminter "
    "user=sita_owner\"\n"
    "or postgresql://sita_owner@db.example.org/sitaminter. A password in SITA_OWNER_URL,\n"
    "SITA_READER_URL, SITA_APP_URL or SITA_DESK_URL is given to that role by setup.\n"
    "\n"
    "Examples:\n"
    "  sitaminter db setup --url \"host=/run/postgresql user=postgres dbname=postgres\"\n"
    "  sitaminter db push\n"
    "  sitaminter db push --dry-run --format=sql\n"
    "  sitaminter db check && systemctl start sitaminter\n"
    "\n"
    "Exit status: 0 done or nothing to do, 1 failed, 2 wrong use, 3 the database differs,\n"
    "4 refused for lack of consent, 5 another operation is at work, 6 the database cannot be "
    "reached.\n";

enum { ALLOWED_MAX = 256 };

struct options {
    const char *url, *schema_file, *format, *plan;
    const char *allow[ALLOWED_MAX];
    size_t n_allow;
    bool dry_run, check;
};

struct command {
    const char *name;
    int (*run)(const struct options *o, struct arena *a);
    bool takes_url, pushes;
};

static const int exit_of_outcome[] = {
    [PUSH_APPLIED] = EXIT_DONE,    [PUSH_MATCHES] = EXIT_DONE,
    [PUSH_PLANNED] = EXIT_DONE,    [PUSH_FAILED] = EXIT_FAILED,
    [PUSH_PENDING] = EXIT_DIFFERS, [PUSH_REFUSED] = EXIT_REFUSED,
    [PUSH_LOCKED] = EXIT_LOCKED,   [PUSH_UNREACHABLE] = EXIT_UNREACHABLE,
};

static const int exit_of_status[] = {
    [OK] = EXIT_DONE,          [NOT_FOUND] = EXIT_DIFFERS, [BAD_INPUT] = EXIT_USAGE,
    [CONFLICT] = EXIT_DIFFERS, [BUSY] = EXIT_UNREACHABLE,  [FAILED] = EXIT_FAILED,
};

static int tell(struct text *say, int status) {
    fprintf(status == EXIT_DONE ? stdout : stderr, "%s\n", text_str(say));
    return status;
}

/* The given connection, else the owner's; NULL after a sentence. */
static const char *url_of(const struct options *o) {
    const char *url = o->url ? o->url : config.owner_url;
    if (!*url)
        fputs("Which database? Set SITA_OWNER_URL or use --url.\n", stderr);
    return *url ? url : NULL;
}

/* The whole file as text in a; NULL after a sentence. */
static const char *read_file(struct arena *a, const char *path) {
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
    return text;
}

/* The plan goes to standard output, as it may be another program's input; so do the sentences
 * unless that would spoil it or something went wrong. */
static int run_push(const struct options *o, struct arena *a) {
    static const char *const formats[] = {
        [PLAN_TEXT] = "text", [PLAN_JSON] = "json", [PLAN_SQL] = "sql"};
    struct text say = text_in(a, SAY_MAX), out = text_in(a, PLAN_MAX);
    const char *url = url_of(o);
    struct push_options p = {
        .schema = o->schema_file ? read_file(a, o->schema_file) : sql_schema_file,
        .dry_run = o->dry_run,
        .check = o->check,
        .allow = o->allow,
        .n_allow = o->n_allow,
        .plan = o->plan,
    };
    unsigned format = 0;
    while (format < 3 && o->format && strcmp(o->format, formats[format]) != 0)
        format++;
    if (format == 3)
        fprintf(stderr, "--format is text, json or sql, not \"%s\".\n", o->format);
    if (!url || !p.schema || format == 3)
        return EXIT_USAGE;
    p.format = (enum plan_format)format;
    int status = exit_of_outcome[push_run(url, &p, &out, &say)];
    bool well = status == EXIT_DONE && (p.format == PLAN_TEXT || out.n == 0);
    fputs(text_str(&out), stdout);
    if (say.n > 0)
        fprintf(well ? stdout : stderr, "%s\n", text_str(&say));
    return status;
}

static int run_setup(const struct options *o, struct arena *a) {
    struct text say = text_in(a, SAY_MAX);
    const char *urls[] = {config.owner_url, config.reader_url, config.app_url, config.desk_url};
    const char *admin = o->url ? o->url : getenv("SITA_DATABASE_URL");
    if (!*config.owner_url) {
        fputs("Which database? Set SITA_OWNER_URL.\n", stderr);
        return EXIT_USAGE;
    }
    int status = exit_of_outcome[push_setup(admin, config.owner_url, urls, 4, &say)];
    if (status != EXIT_DONE)
        return tell(&say, status);
    return run_push(&(struct options){0}, a);
}

static int run_check(const struct options *o, struct arena *a) {
    struct text say = text_in(a, SAY_MAX);
    const char *url = url_of(o);
    if (!url)
        return EXIT_USAGE;
    struct db *db = db_new("check", url);
    enum status status = schema_check(db, &say);
    db_free(db);
    if (status == OK)
        text_lit(&say, "The database is as this program declares it.");
    return tell(&say, exit_of_status[status]);
}

static int run_check_queries(const struct options *o, struct arena *a) {
    static const struct record *const records[] = {
        &record_token,       &record_user,          &record_id,          &record_token_name,
        &record_transaction, &record_total,         &record_schema_line, &record_schema_record,
        &record_schema_fact, &record_import_counts, &record_import_unfit};
    struct text say = text_in(a, SAY_MAX);
    struct admin *admin = NULL;
    const char *url = url_of(o);
    if (!url)
        return EXIT_USAGE;
    if (admin_open(&admin, url, NULL, NULL, &say) != OK)
        return tell(&say, EXIT_UNREACHABLE);
    size_t n = admin_check_queries(admin, records, sizeof records / sizeof records[0], &say);
    admin_close(admin);
    if (say.n > 0)
        return tell(&say, EXIT_FAILED);
    text_printf(&say, "All %zu statements fit this database and their records.", n);
    return tell(&say, EXIT_DONE);
}

static int run_queries(const struct options *o, struct arena *a) {
    (void)o;
    struct text out = text_in(a, 16 * 1024 * 1024);
    admin_list_queries(&out);
    return fputs(text_str(&out), stdout) < 0 || !text_ok(&out) ? EXIT_FAILED : EXIT_DONE;
}

static int run_schema(const struct options *o, struct arena *a) {
    (void)o;
    (void)a;
    return fputs(sql_schema_file, stdout) < 0 ? EXIT_FAILED : EXIT_DONE;
}

static const struct command commands[] = {
    {"setup", run_setup, true, false},      {"push", run_push, true, true},
    {"check", run_check, true, false},      {"check-queries", run_check_queries, true, false},
    {"queries", run_queries, false, false}, {"schema", run_schema, false, false},
};

static const struct command *command_named(const char *name) {
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* The value of "--name VALUE" or "--name=VALUE" at argv[*i], stepped over; NULL if it is not that.
 */
static const char *value_of(const char *name, int argc, char **argv, int *i) {
    size_t n = strlen(name);
    const char *word = argv[*i];
    if (strncmp(word, name, n) != 0)
        return NULL;
    if (word[n] == '=')
        return word + n + 1;
    return word[n] == '\0' && *i + 1 < argc ? argv[++*i] : NULL;
}

static bool take_flag(struct options *o, const char *word) {
    bool dry = strcmp(word, "--dry-run") == 0, check = strcmp(word, "--check") == 0;
    o->dry_run = o->dry_run || dry;
    o->check = o->check || check;
    return dry || check;
}

static bool take_option(const struct command *c, struct options *o, int argc, char **argv, int *i) {
    const struct {
        const char *name;
        const char **to;
        bool taken;
    } known[] = {
        {"--url", &o->url, c->takes_url},
        {"--schema", &o->schema_file, c->pushes},
        {"--format", &o->format, c->pushes},
        {"--plan", &o->plan, c->pushes},
        {"--allow", &o->allow[o->n_allow], c->pushes && o->n_allow < ALLOWED_MAX},
    };
    if (c->pushes && take_flag(o, argv[*i]))
        return true;
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        const char *value = known[k].taken ? value_of(known[k].name, argc, argv, i) : NULL;
        if (!value)
            continue;
        o->n_allow += known[k].to == &o->allow[o->n_allow];
        *known[k].to = value;
        return true;
    }
    return false;
}

static int wrong_use(const char *what, const char *why) {
    fprintf(stderr, "\"%s\" %s; see `sitaminter db --help`.\n", what, why);
    return EXIT_USAGE;
}

int cli_db(int argc, char **argv) {
    struct options o = {0};
    if (argc < 2) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            return EXIT_DONE;
        }
    }
    const struct command *c = command_named(argv[1]);
    if (!c)
        return wrong_use(argv[1], "is not a command of `sitaminter db`");
    for (int i = 2; i < argc; i++)
        if (!take_option(c, &o, argc, argv, &i))
            return wrong_use(argv[i], "is not an option here, or lacks its value");
    struct arena *a = arena_new();
    int status = c->run(&o, a);
    arena_free(a);
    return status;
}
