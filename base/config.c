#include "base/config.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/utf8.h"

extern char **environ;

struct config config;

enum kind { KIND_TEXT, KIND_SITE, KIND_INT, KIND_SWITCH, KIND_LEVEL, KIND_KEY, KIND_OUTSIDE };

struct setting {
    const char *name; /* without SITA_ */
    enum kind kind;
    size_t offset;
    const char *preset;
    int32_t least, most;
    const char *help;
};

#define TEXT(name, member, preset, help)                                                           \
    { name, KIND_TEXT, offsetof(struct config, member), preset, 0, 4096, help }
#define INT(name, member, preset, least, most, help)                                               \
    { name, KIND_INT, offsetof(struct config, member), preset, least, most, help }
#define OUTSIDE(name, help)                                                                        \
    { name, KIND_OUTSIDE, 0, "", 0, 0, help }

static const struct setting settings[] = {
    TEXT("OWNER_URL", owner_url, "", "libpq connection string of the role that owns the schema"),
    TEXT("READER_URL", reader_url, "", "connection string of the read pool"),
    TEXT("APP_URL", app_url, "", "connection string of the write pool"),
    TEXT("DESK_URL", desk_url, "", "connection string of the desk pool"),
    TEXT("MONITOR_URL", monitor_url, "", "connection string of `sitaminter db diagnose`"),
    TEXT("BACKUP_URL", backup_url, "", "connection string of backups: role sita_backup"),
    TEXT("VERIFY_URL", verify_url, "",
         "connection string of the role that tries backups out: "
         "sita_verify"),
    {"KEY", KIND_KEY, offsetof(struct config, key), "", 0, 0,
     "the environment's key; keep a copy where the backups are not (openssl rand -hex 32)"},
    TEXT("BACKUPS", backups_dir, "var/backups", "folder of the backups"),
    TEXT("PG_TOOLS", pg_tools_dir, "", "folder of pg_dump and pg_restore, if PATH is not to tell"),
    INT("BACKUP_DAYS", backup_days, "30", 1, 36500,
        "days after which a backup may be pruned, once a newer one was verified"),
    INT("BACKUP_KEEP", backup_keep, "7", 1, 10000, "backups that are kept whatever their age"),
    INT("BACKUP_WARN_HOURS", backup_warn_hours, "26", 1, 876000,
        "age of the last backup that is a warning"),
    INT("BACKUP_LATE_HOURS", backup_late_hours, "50", 1, 876000,
        "age of the last backup that is critical"),
    INT("VERIFY_WARN_DAYS", verify_warn_days, "8", 1, 36500,
        "age of the last verified backup that is a warning"),
    INT("VERIFY_LATE_DAYS", verify_late_days, "15", 1, 36500,
        "age of the last verified backup that is critical"),
    TEXT("READ_LISTEN", read_listen, "unix:var/run/read.sock", "where the read pool listens"),
    TEXT("WRITE_LISTEN", write_listen, "unix:var/run/write.sock", "where the write pool listens"),
    TEXT("DESK_LISTEN", desk_listen, "unix:var/run/desk.sock", "where the desk pool listens"),
    TEXT("TEMPLATES", templates_dir, "templates", "folder of the page templates"),
    TEXT("LOCALES", locale_dir, "templates/po", "folder of the compiled message catalogues"),
    TEXT("ICONS", icon_dir, "var/icons", "folder where token icons are stored by content hash"),
    {"PUBLIC_URL", KIND_SITE, offsetof(struct config, public_url), "https://localhost:8443", 0, 255,
     "the site's own address"},
    TEXT("MONITOR_FROM", monitor_from, "127.0.0.1,::1",
         "addresses, separated by commas, that may read /healthz, /readyz and /metrics"),
    INT("READ_WORKERS", read_workers, "2", 1, 64, "read workers"),
    INT("WRITE_WORKERS", write_workers, "4", 1, 64, "write workers"),
    INT("DESK_WORKERS", desk_workers, "4", 1, 64, "desk workers"),
    INT("READ_CONNECTIONS", read_connections, "2", 1, 16,
        "database connections of each read worker"),
    INT("DRAIN_SECONDS", drain_seconds, "20", 1, 600,
        "seconds that a stop waits for requests under way"),
    INT("IO_SECONDS", io_seconds, "10", 1, 300,
        "seconds that reading or writing one request may take"),
    INT("HANG_SECONDS", hang_seconds, "30", 0, 3600,
        "seconds after which a read worker that does not go on is replaced (a write or desk worker "
        "has twice that and twice SITA_IO_SECONDS); 0: never"),
    INT("BODY_MAX", body_max, "65536", 1024, 16777216, "bytes that a request body may have"),
    INT("PARAMS_MAX", params_max, "32768", 4096, 1048576,
        "bytes that a request's line and headers may have together"),
    {"BENCH_ROUTES", KIND_SWITCH, offsetof(struct config, bench_routes), "off", 0, 0,
     "the /bench routes, for measurements and fault tests (on or off)"},
    {"LOG_LEVEL", KIND_LEVEL, offsetof(struct config, log_level), "info", 0, 0,
     "least level that is logged: debug, info, warning or error"},
    OUTSIDE("HTTPS_PORT", "port of the site (read by ./run and nginx's template)"),
    OUTSIDE("HTTP_PORT", "port that redirects to the site (read by ./run and nginx's template)"),
    OUTSIDE("FLOOD_RATE",
            "requests a second that nginx takes from one address (read by nginx's template)"),
    OUTSIDE("STATE", "folder of everything that is made at run time (read by ./run)"),
    OUTSIDE("DATABASE_URL",
            "a PostgreSQL server to use in place of the private one (read by ./run)"),
};

enum { SETTINGS = sizeof settings / sizeof settings[0] };

static bool parse_int(const struct setting *s, const char *value, int32_t *out) {
    char *end;
    if (*value < '0' || *value > '9') /* strtol would skip spaces and take a sign */
        return false;
    errno = 0;
    long n = strtol(value, &end, 10);
    if (errno || *end || n < s->least || n > s->most)
        return false;
    *out = (int32_t)n;
    return true;
}

/* The index of value in a list of names ended by NULL, or -1. */
static int32_t index_of(const char *const *names, const char *value) {
    for (int32_t i = 0; names[i]; i++)
        if (strcmp(names[i], value) == 0)
            return i;
    return -1;
}

static bool parse_text(const struct setting *s, const char *value, const char **out) {
    size_t n = strlen(value);
    *out = value;
    for (const char *p = value; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return false;
    return n <= (size_t)s->most && utf8_valid(value, n);
}

/* An http or https URL with a host, printable ASCII, no path, query or fragment. */
static bool parse_site(const struct setting *s, const char *value, const char **out) {
    const char *host = strstr(value, "://");
    size_t scheme = host ? (size_t)(host - value) : 0;
    if (!parse_text(s, value, out) || !((scheme == 5 && memcmp(value, "https", 5) == 0) ||
                                        (scheme == 4 && memcmp(value, "http", 4) == 0)))
        return false;
    size_t n = strspn(host + 3, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789.-:[]");
    return n > 0 && host[3 + n] == '\0';
}

static bool store(const struct setting *s, const char *value) {
    static const char *const switches[] = {"off", "on", NULL};
    static const char *const levels[] = {"debug", "info", "warning", "error", NULL};
    void *at = (unsigned char *)&config + s->offset;
    int32_t chosen;
    switch (s->kind) {
    case KIND_TEXT:
        return parse_text(s, value, at);
    case KIND_SITE:
        return parse_site(s, value, at);
    case KIND_INT:
        return parse_int(s, value, at);
    case KIND_SWITCH:
        chosen = index_of(switches, value);
        *(bool *)at = chosen == 1;
        return chosen >= 0;
    case KIND_LEVEL:
        chosen = index_of(levels, value);
        *(int32_t *)at = chosen;
        return chosen >= 0;
    case KIND_KEY:
        *(const char **)at = value;
        return !*value || (strlen(value) == 64 && strspn(value, "0123456789abcdefABCDEF") == 64);
    case KIND_OUTSIDE:
        return true;
    }
    return false;
}

static void say_bounds(struct text *out, const struct setting *s) {
    switch (s->kind) {
    case KIND_TEXT:
        text_printf(out, "UTF-8 text of at most %d bytes without control characters", s->most);
        break;
    case KIND_SITE:
        text_lit(out, "an http or https address without a path or a slash at the end");
        break;
    case KIND_INT:
        text_printf(out, "a whole number from %d to %d", s->least, s->most);
        break;
    case KIND_SWITCH:
        text_lit(out, "on or off");
        break;
    case KIND_LEVEL:
        text_lit(out, "debug, info, warning or error");
        break;
    case KIND_KEY:
        text_lit(out, "64 hexadecimal digits");
        break;
    case KIND_OUTSIDE:
        break;
    }
}

static const struct setting *find(const char *variable, size_t n) {
    for (size_t i = 0; i < SETTINGS; i++)
        if (strlen(settings[i].name) == n && memcmp(settings[i].name, variable, n) == 0)
            return &settings[i];
    return NULL;
}

static void load_one(struct text *why, const char *variable) {
    const char *equals = strchr(variable, '=');
    size_t n = equals ? (size_t)(equals - variable) : strlen(variable);
    const char *value = equals ? equals + 1 : "";
    const struct setting *s = find(variable, n);
    if (!s) {
        text_put(why, "SITA_");
        text_shown(why, variable, n);
        text_lit(why, " is not a setting of this program; see `sitaminter help config`.\n");
    } else if (!store(s, value)) {
        text_printf(why, "SITA_%s must be ", s->name);
        say_bounds(why, s);
        if (s->kind != KIND_TEXT && s->kind != KIND_KEY) { /* connection strings hold passwords */
            text_lit(why, ", not \"");
            text_shown(why, value, strlen(value));
            text_char(why, '"');
        }
        text_lit(why, ".\n");
    }
}

enum status config_load(struct text *why) {
    size_t before = why->n;
    for (size_t i = 0; i < SETTINGS; i++)
        if (!store(&settings[i], settings[i].preset))
            log_fatal("config", "the preset of SITA_%s is wrong", settings[i].name);
    for (char **e = environ; *e; e++)
        if (strncmp(*e, "SITA_", 5) == 0)
            load_one(why, *e + 5);
    log_set_level((enum log_level)config.log_level);
    return why->n == before ? OK : BAD_INPUT;
}

void config_help(struct text *out) {
    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *s = &settings[i];
        text_printf(out, "SITA_%s\n    %s", s->name, s->help);
        if (s->kind != KIND_OUTSIDE) {
            text_lit(out, ":\n    ");
            say_bounds(out, s);
            text_printf(out, "; %s%s", *s->preset ? "default " : "no default", s->preset);
        }
        text_char(out, '\n');
    }
}
