/* db.h - the commands of `sitaminter db`. A new one is a new file cli/db_NAME.c that defines
 * db_command_NAME, and one more X(NAME) here. */
#ifndef SITA_CLI_DB_H
#define SITA_CLI_DB_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"

#define DB_COMMANDS(X)                                                                             \
    X(setup)                                                                                       \
    X(push)                                                                                        \
    X(history)                                                                                     \
    X(check)                                                                                       \
    X(check_queries)                                                                               \
    X(queries)                                                                                     \
    X(schema)                                                                                      \
    X(diagnose)                                                                                    \
    X(backup)                                                                                      \
    X(verify)                                                                                      \
    X(restore)                                                                                     \
    X(maintain)                                                                                    \
    X(settings)

/* What a command returns, for whoever runs it from a script. */
enum db_exit {
    DB_DONE = 0,        /* done, or nothing to do */
    DB_FAILED = 1,      /* standard error says why */
    DB_USAGE = 2,       /* wrong use */
    DB_DIFFERS = 3,     /* the database is not as it should be */
    DB_REFUSED = 4,     /* for lack of consent */
    DB_LOCKED = 5,      /* another operation is at work */
    DB_UNREACHABLE = 6, /* no connection to the database */
    DB_WARNING = 7,     /* something is not well */
    DB_CRITICAL = 8     /* something needs attention now */
};

struct db_command {
    const char *name;    /* the word after `sitaminter db` */
    const char *summary; /* for the list of commands: a phrase of at most 62 characters */
    const char *help;    /* what --help prints: usage, options, examples */
    int (*run)(int argc, char **argv, struct arena *a); /* argv[0] is the name */
};

#define DECLARE_COMMAND(name) extern const struct db_command db_command_##name;
DB_COMMANDS(DECLARE_COMMAND)
#undef DECLARE_COMMAND

/* -- arguments -------------------------------------------------------------------------------- */

/* What a list of arguments is gathered in; `max` is how many fit into `at`. */
struct db_words {
    const char **at;
    size_t n, max;
};

/* An option of a command. One of the three says where it goes. */
struct db_option {
    const char *name;       /* "--url" */
    const char **value;     /* "--url VALUE" or "--url=VALUE"; the last one counts */
    bool *flag;             /* takes no value; becomes true */
    struct db_words *words; /* takes a value, may be repeated */
};

/* Reads argv[1] and on. Arguments that are no options go to `words` (NULL: there may be none).
 * Everything is borrowed from argv. False after a sentence on standard error: wrong use. */
MUST_CHECK bool db_options(int argc, char **argv, const struct db_option *options, size_t n,
                           struct db_words *words);

/* Whether it is a connection string; false after a sentence that begins with `name`, "--url" or a
 * setting. db_options looks at --url. */
MUST_CHECK bool db_is_url(const char *name, const char *url);

/* url, if it is given, else the preset (config.owner_url and its like), whose setting is called
 * `variable`; NULL after a sentence if both are empty, or the preset is no connection string. */
MUST_CHECK const char *db_url(const char *url, const char *preset, const char *variable);

enum db_format { DB_TEXT, DB_JSON, DB_SQL };

/* Reads what --format says: text, json, or up to `last`. False after a sentence. */
MUST_CHECK bool db_format(const char *format, enum db_format last, enum db_format *out);

/* True if a person is there to be asked. */
bool db_has_terminal(void);

/* Asks a question; y or yes is yes, anything else, the end of the input too, is no. */
bool db_ask(const char *question);

/* Prints what is said, to standard output if exit status is DB_DONE, and returns it. */
int db_tell(struct text *say, int exit_status);

/* The exit status for a status. */
int db_exit_of(enum status status);

#endif
