/* sitaminter db diagnose: what is wrong, and the command that cures it; ending a session. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "cli/db.h"
#include "sql/diagnose.h"

enum { SAY_MAX = 64 * 1024, REPORT_MAX = 64 * 1024 * 1024, WORDS_MAX = 64 };

static const char help[] =
    "Usage: sitaminter db diagnose [OPTIONS]\n"
    "       sitaminter db diagnose --cancel PID | --terminate PID [--yes] [--system]\n"
    "\n"
    "Looks at the database and its server and says of each check ok, warning or critical, with\n"
    "the command that cures it. Changes nothing. A cure that ends in a semicolon is SQL.\n"
    "\n"
    "  --url URL      the connection (default: SITA_MONITOR_URL, else SITA_OWNER_URL)\n"
    "  --format=F     text or json\n"
    "  --verbose      every finding, also those that are well\n"
    "  --check NAME   only this check; may be repeated\n"
    "  --skip NAME    without this check; may be repeated\n"
    "  --limit NAME=WARNING[,CRITICAL]\n"
    "                 from which value on a finding of the check counts as what\n"
    "\n"
    "  --cancel PID   ask that process of the server to end its statement\n"
    "  --terminate PID\n"
    "                 end that session, with the transaction it is in\n"
    "  --yes          do not ask (needed where nobody can answer)\n"
    "  --system       also a process that serves replication, autovacuum or the server itself\n"
    "                 These connect by SITA_OWNER_URL and note what they do in db_operations.\n"
    "\n"
    "Checks: size, index-usage, unused-index, duplicate-index, invalid-index,\n"
    "unindexed-foreign-key, no-index, sequential-reads, dead-rows, wraparound, long-running,\n"
    "idle-in-transaction, blocking, connections, cache, checksums, replication, slow-statements,\n"
    "settings. --format=json tells the limits of each.\n"
    "\n"
    "Examples:\n"
    "  sitaminter db diagnose\n"
    "  sitaminter db diagnose --check blocking --check long-running\n"
    "  sitaminter db diagnose --format=json | jq '.checks[] | select(.state != \"ok\")'\n"
    "  sitaminter db diagnose --limit connections=60,80 --skip slow-statements\n"
    "  sitaminter db diagnose --terminate 4711 --yes\n";

struct wish {
    const char *url, *format, *cancel, *terminate;
    struct db_words check, skip, limit;
    bool verbose, yes, system;
};

/* -- options ---------------------------------------------------------------------------------- */

static bool wrong(const char *option, const char *value, const char *why) {
    fprintf(stderr, "%s %s: %s; see `sitaminter db diagnose --help`.\n", option, value, why);
    return false;
}

static bool pick_checks(const struct wish *w, struct diagnose_check *checks, size_t n) {
    for (size_t i = 0; i < n; i++)
        checks[i].skipped = w->check.n > 0;
    for (size_t i = 0; i < w->check.n + w->skip.n; i++) {
        bool skip = i >= w->check.n;
        const char *name = skip ? w->skip.at[i - w->check.n] : w->check.at[i];
        struct diagnose_check *c = diagnose_check_named(checks, n, name);
        if (!c)
            return wrong(skip ? "--skip" : "--check", name, "there is no such check");
        c->skipped = skip;
    }
    return true;
}

/* Reads a limit up to `end`; false if it is no number from 0 on. */
static bool read_number(const char **s, char end, int64_t *out) {
    char *rest;
    errno = 0;
    *out = strtoll(*s, &rest, 10);
    bool ok = !errno && rest != *s && **s >= '0' && **s <= '9' && *rest == end;
    *s = rest + 1;
    return ok;
}

static bool set_limits(const struct wish *w, struct arena *a, struct diagnose_check *checks,
                       size_t n) {
    for (size_t i = 0; i < w->limit.n; i++) {
        const char *given = w->limit.at[i];
        size_t length = strcspn(given, "=");
        const char *s = given + length + (given[length] == '=');
        bool both = strchr(s, ',') != NULL;
        struct diagnose_check *c = diagnose_check_named(checks, n, arena_strndup(a, given, length));
        if (!c)
            return wrong("--limit", given, "there is no such check");
        if (!read_number(&s, both ? ',' : '\0', &c->warning) ||
            (both && !read_number(&s, '\0', &c->critical)))
            return wrong("--limit", given, "it is NAME=WARNING or NAME=WARNING,CRITICAL");
    }
    return true;
}

/* -- the report ------------------------------------------------------------------------------- */

static int report(const struct wish *w, const char *url, bool json, struct arena *a) {
    static const int exits[] = {DB_DONE, DB_WARNING, DB_WARNING, DB_CRITICAL};
    size_t n;
    struct diagnose_check *checks = diagnose_checks(a, &n);
    struct diagnose_report found;
    struct text why = text_in(a, SAY_MAX), out = text_in(a, REPORT_MAX);
    if (!pick_checks(w, checks, n) || !set_limits(w, a, checks, n))
        return DB_USAGE;
    enum status status = diagnose_run(url, a, checks, n, &found, &why);
    if (status != OK)
        return db_tell(&why, db_exit_of(status));
    if (json)
        diagnose_print_json(&out, &found);
    else
        diagnose_print(&out, &found, w->verbose || w->check.n > 0);
    bool printed = text_ok(&out) && fputs(text_str(&out), stdout) >= 0 && fflush(stdout) == 0;
    return printed ? exits[found.health] : DB_FAILED;
}

/* -- ending a session ------------------------------------------------------------------------- */

/* False after a sentence: it is to be left alone. */
static bool may_end(const struct diagnose_session *s, const struct wish *w) {
    const char *why = NULL;
    if (strcmp(s->reason, "own") == 0)
        why = "is this very command";
    else if (strcmp(s->reason, "elsewhere") == 0)
        why = "is of another database";
    else if (strcmp(s->reason, "system") == 0 && !w->system)
        why = "is one of the server's own; add --system if that is meant";
    else if (w->cancel && strcmp(s->state, "active") != 0 && strcmp(s->reason, "") == 0)
        why = "runs no statement that could be cancelled; --terminate ends the session";
    if (why)
        fprintf(stderr, "Process %" PRId32 " %s.\n", s->pid, why);
    return !why;
}

static void show_session(const struct diagnose_session *s, struct arena *a) {
    struct text out = text_in(a, SAY_MAX);
    text_printf(&out, "Process %" PRId32 ", %s, user ", s->pid, s->kind);
    diagnose_put(&out, s->usename);
    text_lit(&out, ", application ");
    diagnose_put(&out, *s->application ? s->application : "unknown");
    text_printf(&out, ", %s for %" PRId64 " s:\n  ", *s->state ? s->state : "at work", s->seconds);
    diagnose_put(&out, s->query);
    fprintf(stderr, "%s\n", text_str(&out));
}

static bool consents(const struct wish *w) {
    if (w->yes)
        return true;
    if (!db_has_terminal()) {
        fputs("Nobody can be asked here; add --yes.\n", stderr);
        return false;
    }
    return db_ask(w->cancel ? "Cancel this statement?" : "End this session?");
}

static int tell_end(enum status status, bool cancel, struct text *why) {
    if (status == OK)
        text_put(why, cancel ? "The statement was cancelled." : "The session was ended.");
    else if (status == CONFLICT)
        text_lit(why, "It ended by itself, or does something else by now; nothing was done.");
    else if (status == BUSY)
        text_lit(why, "The server was asked to, but it has not happened within ten seconds.");
    return db_tell(why, status == BUSY ? DB_FAILED : db_exit_of(status));
}

static int end_session(const struct wish *w, const char *url, struct arena *a) {
    const char *pid = w->cancel ? w->cancel : w->terminate;
    const struct diagnose_session *session;
    struct admin *admin = NULL;
    struct text why = text_in(a, SAY_MAX);
    int exit_status;
    if (strlen(pid) > 9 || pid[strspn(pid, "0123456789")] || !*pid) {
        (void)wrong(w->cancel ? "--cancel" : "--terminate", pid,
                    "it takes the number of a process");
        return DB_USAGE;
    }
    if (admin_open(&admin, url, NULL, NULL, &why) != OK)
        return db_tell(&why, DB_UNREACHABLE);
    enum status status = diagnose_session(admin, a, pid, &session, &why);
    if (status == NOT_FOUND) {
        text_printf(&why, "The server has no process %s.", pid);
        exit_status = db_tell(&why, DB_FAILED);
    } else if (status != OK) {
        exit_status = db_tell(&why, DB_FAILED);
    } else if (!may_end(session, w)) {
        exit_status = DB_REFUSED;
    } else {
        show_session(session, a);
        exit_status = consents(w) ? tell_end(diagnose_end(admin, a, session, !w->cancel, &why),
                                             w->cancel, &why)
                                  : DB_REFUSED;
    }
    admin_close(admin);
    return exit_status;
}

/* -- the command ------------------------------------------------------------------------------ */

static bool read_options(int argc, char **argv, struct wish *w) {
    const struct db_option options[] = {
        {"--url", .value = &w->url},       {"--format", .value = &w->format},
        {"--cancel", .value = &w->cancel}, {"--terminate", .value = &w->terminate},
        {"--check", .words = &w->check},   {"--skip", .words = &w->skip},
        {"--limit", .words = &w->limit},   {"--verbose", .flag = &w->verbose},
        {"--yes", .flag = &w->yes},        {"--system", .flag = &w->system},
    };
    if (!db_options(argc, argv, options, sizeof options / sizeof options[0], NULL))
        return false;
    if (w->cancel && w->terminate)
        return wrong("--cancel", w->cancel, "it does not go with --terminate");
    return true;
}

static int run(int argc, char **argv, struct arena *a) {
    const char *check[WORDS_MAX], *skip[WORDS_MAX], *limit[WORDS_MAX];
    struct wish w = {.format = "text",
                     .check = {check, .max = WORDS_MAX},
                     .skip = {skip, .max = WORDS_MAX},
                     .limit = {limit, .max = WORDS_MAX}};
    enum db_format as;
    if (!read_options(argc, argv, &w) || !db_format(w.format, DB_JSON, &as))
        return DB_USAGE;
    bool ends = w.cancel || w.terminate;
    const char *preset = ends || !*config.monitor_url ? config.owner_url : config.monitor_url;
    const char *url = db_url(w.url, preset, "SITA_OWNER_URL");
    if (!url)
        return DB_USAGE;
    return ends ? end_session(&w, url, a) : report(&w, url, as == DB_JSON, a);
}

const struct db_command db_command_diagnose = {
    .name = "diagnose",
    .summary = "what is wrong with the database, and the cure",
    .help = help,
    .run = run,
};
