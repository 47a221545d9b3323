/* sitaminter db maintain: VACUUM (ANALYZE) of each table, with its outcome. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/config.h"
#include "base/utf8.h"
#include "cli/db.h"
#include "sql/maintain.h"

enum {
    SAY_MAX = 64 * 1024,
    TEXT_MAX = 16 * 1024,
    REPORT_MAX = 64 * 1024 * 1024,
    TABLES_MAX = 256,
    SHOWN_MAX = 68 /* bytes of it: one line of the terminal */
};

static const char help[] =
    "Usage: sitaminter db maintain [OPTIONS]\n"
    "\n"
    "Removes dead rows and renews the planner's statistics, table by table: VACUUM (ANALYZE), the\n"
    "most urgent first. A table that PostgreSQL skips, whose lock is not to be had or that was "
    "not\n"
    "reached in time is named, and makes the whole fail. Tells of each table its dead rows before\n"
    "and after, and its age: transactions since its oldest row, in percent of the age at which "
    "the\n"
    "server vacuums it by itself whatever else there is to do (autovacuum_freeze_max_age).\n"
    "\n"
    "  --url URL      the owner's connection (default: SITA_OWNER_URL)\n"
    "  --table NAME   only this table; may be repeated. With its schema or without, as it is or "
    "as\n"
    "                 SQL writes it\n"
    "  --time-limit S end after so many seconds, and name what was not reached (default: none)\n"
    "  --lock-timeout S\n"
    "                 wait so many seconds for the lock of each table (default: 5)\n"
    "  --delay MS     rest so many milliseconds after each portion of work, so that the site does\n"
    "                 not feel it (vacuum_cost_delay; default: 2; 0: as fast as it goes)\n"
    "  --format=F     text or json\n"
    "\n"
    "One operation at a time is at work in a database. What was done is noted in db_operations\n"
    "(`sitaminter db history`). Exit status 1: a table was not maintained; 7 and 8: all were, and\n"
    "yet dead rows or an age are left that `db diagnose` would warn of; who keeps them is named.\n"
    "\n"
    "Examples:\n"
    "  sitaminter db maintain\n"
    "  sitaminter db maintain --table tokens --table 'audit.\"Old Events\"' --delay 0\n"
    "  sitaminter db maintain --time-limit 3600 --format=json\n";

struct wish {
    const char *url, *format, *time_limit, *lock_timeout, *delay;
    struct db_words tables;
};

/* What is written while the run goes on. */
struct screen {
    struct arena *arena;
    bool lines;    /* a line per table on standard output */
    bool terminal; /* progress on standard error */
    bool begun;
};

static void clear_progress(const struct screen *s) {
    if (s->terminal)
        fputs("\r\033[K", stderr);
}

static void show_working(void *context, const struct maintain_report *report, size_t at,
                         const struct maintain_progress *progress) {
    const struct screen *s = context;
    struct arena *a = arena_new();
    struct text line = text_in(a, TEXT_MAX);
    diagnose_put(&line, report->results[at].table);
    text_lit(&line, ": ");
    diagnose_put(&line, progress->phase);
    const char *shown = text_str(&line);
    size_t n = line.n < SHOWN_MAX ? line.n : SHOWN_MAX;
    while (n > 0 && ((unsigned char)shown[n] & 0xc0) == 0x80) /* whole characters */
        n--;
    clear_progress(s);
    fprintf(stderr, "%zu/%zu %.*s", at + 1, report->n, (int)n, shown);
    if (progress->percent > 0)
        fprintf(stderr, " %" PRId32 " %%", progress->percent);
    fflush(stderr);
    arena_free(a);
}

static void show_ended(void *context, const struct maintain_report *report,
                       const struct maintain_result *result) {
    struct screen *s = context;
    struct arena *a = arena_new();
    struct text out = text_in(a, TEXT_MAX);
    clear_progress(s);
    if (s->lines && !s->begun)
        maintain_print_head(&out, report);
    s->begun = true;
    if (s->lines)
        maintain_print_result(&out, result);
    fputs(text_str(&out), stdout);
    fflush(stdout);
    arena_free(a);
}

static int maintain(const struct maintain_options *o, bool json, struct arena *a) {
    static const int exits[] = {DB_DONE, DB_WARNING, DB_WARNING, DB_CRITICAL};
    struct text why = text_in(a, SAY_MAX), out = text_in(a, REPORT_MAX);
    struct maintain_report report;
    enum status status = maintain_run(o, a, &report, &why);
    if (status != OK)
        return db_tell(&why, status == CONFLICT ? DB_LOCKED : db_exit_of(status));
    if (!json && report.n == 0)
        maintain_print_head(&out, &report);
    if (json)
        maintain_print_json(&out, &report);
    else
        maintain_print_end(&out, &report);
    if (why.n > 0)
        fprintf(stderr, "%s\n", text_str(&why));
    bool printed = text_ok(&out) && fputs(text_str(&out), stdout) >= 0 && fflush(stdout) == 0;
    return printed && report.missed == 0 ? exits[report.health] : DB_FAILED;
}

/* -- options ---------------------------------------------------------------------------------- */

static bool wrong(const char *option, const char *value, const char *why) {
    fprintf(stderr, "%s %s: %s; see `sitaminter db maintain --help`.\n", option, value, why);
    return false;
}

/* Leaves the preset where nothing is given. */
static bool read_number(const char *option, const char *given, long least, long most,
                        int32_t *out) {
    if (!given)
        return true;
    size_t n = strspn(given, "0123456789");
    long value = n > 0 && n < 10 && !given[n] ? strtol(given, NULL, 10) : -1;
    if (value < least || value > most) {
        fprintf(stderr, "%s takes a whole number from %ld to %ld, not \"%s\".\n", option, least,
                most, given);
        return false;
    }
    *out = (int32_t)value;
    return true;
}

static bool read_tables(const struct db_words *tables) {
    for (size_t i = 0; i < tables->n; i++)
        if (!*tables->at[i] || !utf8_valid(tables->at[i], strlen(tables->at[i])))
            return wrong("--table", "", "it takes the name of a table");
    return true;
}

static bool read_options(int argc, char **argv, struct wish *w, struct maintain_options *o) {
    const struct db_option options[] = {
        {"--url", .value = &w->url},
        {"--format", .value = &w->format},
        {"--table", .words = &w->tables},
        {"--time-limit", .value = &w->time_limit},
        {"--lock-timeout", .value = &w->lock_timeout},
        {"--delay", .value = &w->delay},
    };
    if (!db_options(argc, argv, options, sizeof options / sizeof options[0], NULL))
        return false;
    if (strcmp(w->format, "text") != 0 && strcmp(w->format, "json") != 0)
        return wrong("--format", w->format, "it is text or json");
    o->tables = w->tables.at;
    o->n_tables = w->tables.n;
    return read_tables(&w->tables) &&
           read_number("--time-limit", w->time_limit, 1, 604800, &o->time_limit) &&
           read_number("--lock-timeout", w->lock_timeout, 1, 3600, &o->lock_timeout) &&
           read_number("--delay", w->delay, 0, 100, &o->delay);
}

static int run(int argc, char **argv, struct arena *a) {
    const char *tables[TABLES_MAX];
    struct wish w = {.format = "text", .tables = {tables, .max = TABLES_MAX}};
    struct screen s = {.arena = a, .terminal = isatty(STDERR_FILENO) == 1};
    struct maintain_options o = {.lock_timeout = 5, .delay = 2, .ended = show_ended, .context = &s};
    if (!read_options(argc, argv, &w, &o) ||
        !(o.conninfo = db_url(w.url, config.owner_url, "SITA_OWNER_URL")))
        return DB_USAGE;
    bool json = strcmp(w.format, "json") == 0;
    s.lines = !json;
    o.working = s.terminal ? show_working : NULL;
    return maintain(&o, json, a);
}

const struct db_command db_command_maintain = {
    .name = "maintain",
    .summary = "remove dead rows, renew statistics; table by table",
    .help = help,
    .run = run,
};
