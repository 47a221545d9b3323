/* sitaminter db: the schema and the database it lives in. The commands are files of their own. */
#include "cli/db.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/commands.h"
#include "sql/db_admin.h"

#define ADDRESS_OF(name) &db_command_##name,
static const struct db_command *const commands[] = {DB_COMMANDS(ADDRESS_OF)};

enum { COMMANDS = sizeof commands / sizeof commands[0], WHY_MAX = 4096 };

static const char after_commands[] =
    "\n"
    "`sitaminter db COMMAND --help` has the options and examples of each.\n"
    "\n"
    "URLs are libpq connection strings: \"host=/run/postgresql dbname=sitaminter "
    "user=sita_owner\"\n"
    "or postgresql://sita_owner@db.example.org/sitaminter.\n";

static const char after_help[] =
    "\n"
    "Exit status: 0 done or nothing to do, 1 failed, 2 wrong use, 3 the database differs,\n"
    "4 refused for lack of consent, 5 another operation is at work, 6 the database cannot be "
    "reached,\n7 a warning, 8 critical.\n";

static void put_usage(FILE *out) {
    fputs("Usage: sitaminter db COMMAND [OPTIONS]\n\n", out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-14s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(out, "%s%s", after_commands, after_help);
}

static const struct db_command *command_named(const char *name) {
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static bool wrong_use(const char *what, const char *why) {
    fprintf(stderr, "\"%s\" %s; see `sitaminter db --help`.\n", what, why);
    return false;
}

static bool add_word(struct db_words *words, const char *word) {
    if (words->n == words->max)
        return wrong_use(word, "is one argument too many");
    words->at[words->n++] = word;
    return true;
}

/* The option that the argument names, alone or before a '='. */
static const struct db_option *option_named(const struct db_option *options, size_t n,
                                            const char *argument) {
    size_t length = strcspn(argument, "=");
    for (size_t i = 0; i < n; i++)
        if (strlen(options[i].name) == length && memcmp(options[i].name, argument, length) == 0)
            return &options[i];
    return NULL;
}

bool db_is_url(const char *name, const char *url) {
    struct arena *a = arena_new();
    struct text why = text_in(a, WHY_MAX);
    bool valid = conninfo_valid(url, &why);
    if (!valid)
        fprintf(stderr, "%s is no connection string: %s.\n", name, text_str(&why));
    arena_free(a);
    return valid;
}

bool db_options(int argc, char **argv, const struct db_option *options, size_t n,
                struct db_words *words) {
    for (int i = 1; i < argc; i++) {
        const char *argument = argv[i], *equals = strchr(argument, '=');
        if (strncmp(argument, "--", 2) != 0) {
            if (!words)
                return wrong_use(argument, "is not an option here");
            if (!add_word(words, argument))
                return false;
            continue;
        }
        const struct db_option *o = option_named(options, n, argument);
        bool lacks = o && !o->flag && !equals && i + 1 == argc;
        if (!o || lacks || (o->flag && equals))
            return wrong_use(argument, lacks ? "lacks its value" : "is not an option here");
        const char *value = equals ? equals + 1 : o->flag ? NULL : argv[++i];
        if (strcmp(o->name, "--url") == 0 && !db_is_url(o->name, value))
            return false;
        if (o->flag)
            *o->flag = true;
        else if (o->value)
            *o->value = value;
        else if (!add_word(o->words, value))
            return false;
    }
    return true;
}

const char *db_url(const char *url, const char *preset, const char *variable) {
    const char *found = url ? url : preset;
    if (*found)
        return found == url || db_is_url(variable, found) ? found : NULL;
    fprintf(stderr, "Which database? Set %s or use --url.\n", variable);
    return NULL;
}

bool db_format(const char *format, enum db_format last, enum db_format *out) {
    static const char *const names[] = {[DB_TEXT] = "text", [DB_JSON] = "json", [DB_SQL] = "sql"};
    for (size_t i = 0; i < sizeof names / sizeof names[0] && i <= last; i++)
        if (strcmp(names[i], format) == 0) {
            *out = (enum db_format)i;
            return true;
        }
    fprintf(stderr, "--format is text%s, not \"%s\".\n",
            last == DB_SQL ? ", json or sql" : " or json", format);
    return false;
}

bool db_has_terminal(void) {
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool db_ask(const char *question) {
    char answer[16] = "";
    fprintf(stderr, "%s [y/N] ", question);
    if (!fgets(answer, sizeof answer, stdin))
        fputc('\n', stderr);
    return strcasecmp(answer, "y\n") == 0 || strcasecmp(answer, "yes\n") == 0;
}

int db_tell(struct text *say, int exit_status) {
    fprintf(exit_status == DB_DONE ? stdout : stderr, "%s\n", text_str(say));
    return exit_status;
}

int db_exit_of(enum status status) {
    static const int exits[] = {
        [OK] = DB_DONE,          [NOT_FOUND] = DB_DIFFERS, [BAD_INPUT] = DB_USAGE,
        [CONFLICT] = DB_DIFFERS, [BUSY] = DB_UNREACHABLE,  [TOO_SLOW] = DB_FAILED,
        [FAILED] = DB_FAILED,
    };
    return exits[status];
}

static bool asks_for_help(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return true;
    return false;
}

int cli_db(int argc, char **argv) {
    if (argc < 2 || strcmp(argv[1], "--help") == 0) {
        put_usage(argc < 2 ? stderr : stdout);
        return argc < 2 ? DB_USAGE : DB_DONE;
    }
    const struct db_command *c = command_named(argv[1]);
    if (!c) {
        (void)wrong_use(argv[1], "is not a command of `sitaminter db`");
        return DB_USAGE;
    }
    if (asks_for_help(argc - 1, argv + 1)) {
        printf("%s%s", c->help, after_help);
        return DB_DONE;
    }
    struct arena *a = arena_new();
    int exit_status = c->run(argc - 1, argv + 1, a);
    arena_free(a);
    return exit_status;
}
