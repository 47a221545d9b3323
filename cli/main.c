/* sitaminter: one executable, one subcommand per task. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/config.h"
#include "base/crypto.h"
#include "cli/commands.h"
#include "handlers/openapi.h"
#include "handlers/route.h"

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    bool needs_config;
    const char *help;
};

static const struct command commands[] = {
    {"serve", cli_serve, true, "answer requests that nginx passes on, until told to stop"},
    {"db", cli_db, true, "create the schema and look after the database"},
    {"import", cli_import, true, "take tokens or transactions from a file into the database"},
    {"help", cli_help, false,
     "this text; `help config` lists the settings, `help routes` the pages, `help openapi` the "
     "API"},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void put_usage(FILE *out) {
    fputs("Usage: sitaminter COMMAND [ARGUMENTS]\n\n", out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
    fputs("\n  --help, --version\n\nSettings come from the environment, see `help config`.\n", out);
}

int cli_help(int argc, char **argv) {
    if (argc < 2) {
        put_usage(stdout);
        return 0;
    }
    static const struct {
        const char *name;
        void (*put)(struct text *out);
    } topics[] = {{"config", config_help}, {"routes", route_put_json}, {"openapi", openapi_put}};
    size_t i = 0, n = sizeof topics / sizeof topics[0];
    while (i < n && strcmp(topics[i].name, argv[1]) != 0)
        i++;
    if (argc != 2 || i == n) {
        fputs("Usage: sitaminter help [config|routes|openapi]\n", stderr);
        return 2;
    }
    struct arena *a = arena_new();
    struct text out = text_in(a, 1024 * 1024);
    topics[i].put(&out);
    fwrite(out.at, 1, out.n, stdout);
    arena_free(a);
    return 0;
}

/* Reads the environment; false after a sentence for each wrong setting. */
static bool configured(void) {
    struct arena *a = arena_new();
    struct text why = text_in(a, 64 * 1024);
    bool ok = config_load(&why) == OK;
    if (!ok)
        fputs(text_str(&why), stderr);
    arena_free(a);
    return ok;
}

/* What we open must not become a standard file that was closed: words would be printed into it. */
static void hold_standard_files(void) {
    int fd;
    do
        fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

/* Output that was lost is a failure, also where all else went well. */
static int printed(int exit_status) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return exit_status;
    fprintf(stderr, "sitaminter: the output could not be written: %s.\n", strerror(errno));
    return exit_status ? exit_status : 1;
}

static int run(const struct command *c, int argc, char **argv) {
    if (c->needs_config && !configured())
        return 1;
    crypto_start();
    return printed(c->run(argc, argv));
}

int main(int argc, char **argv) {
    const char *name = argc < 2 ? "" : argv[1];
    hold_standard_files();
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0) {
        puts("sitaminter " SITA_VERSION);
        return 0;
    }
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return run(&commands[i], argc - 1, argv + 1);
    if (*name)
        fprintf(stderr, "sitaminter: there is no command \"%s\".\n", name);
    put_usage(stderr);
    return 2;
}
