/* sitaminter db history: what was done to the database. */
#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "cli/db.h"
#include "sql/history.h"

enum { SAY_MAX = 64 * 1024, OUT_MAX = 256 * 1024 * 1024 };

static bool is_number(const char *s) {
    size_t n = strspn(s, "0123456789");
    if (n > 0 && n <= 18 && s[n] == '\0')
        return true;
    fprintf(stderr, "\"%s\" is not a number of up to 18 digits.\n", s);
    return false;
}

static int run_history(int argc, char **argv, struct arena *a) {
    const char *url = NULL, *format = "text", *id = NULL;
    enum db_format as;
    struct db_words ids = {.at = &id, .max = 1};
    struct history_options h = {.most = "20"};
    const struct db_option options[] = {
        {"--url", .value = &url}, {"--limit", .value = &h.most}, {"--format", .value = &format}};
    struct text say = text_in(a, SAY_MAX), out = text_in(a, OUT_MAX);
    if (!db_options(argc, argv, options, sizeof options / sizeof options[0], &ids) ||
        !db_format(format, DB_JSON, &as) || !is_number(h.most) || (id && !is_number(id)) ||
        !(url = db_url(url, config.owner_url, "SITA_OWNER_URL")))
        return DB_USAGE;
    h.id = id;
    h.json = as == DB_JSON;
    enum status status = history_print(url, &h, &out, &say);
    if (!text_ok(&out)) {
        fprintf(stderr, "There is more than %d bytes of it; ask for fewer with --limit.\n",
                OUT_MAX);
        return DB_FAILED;
    }
    fputs(text_str(&out), stdout);
    if (status == OK)
        return DB_DONE;
    return db_tell(&say, status == NOT_FOUND ? DB_FAILED : db_exit_of(status));
}

const struct db_command db_command_history = {
    .name = "history",
    .summary = "what was done to the database, newest first",
    .help = "Usage: sitaminter db history [NUMBER] [OPTIONS]\n"
            "\n"
            "Lists what was done to the database as a whole, newest first. With the number of an\n"
            "operation: all about it, with its statements and those that lead back to the schema\n"
            "before it.\n"
            "\n"
            "  --url URL      of a role that may read db_operations (default: SITA_OWNER_URL)\n"
            "  --limit N      how many at most (default: 20)\n"
            "  --format=F     text or json\n"
            "\n"
            "Examples:\n"
            "  sitaminter db history --limit 5\n"
            "  sitaminter db history 12\n",
    .run = run_history,
};
