#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "base/log.h"
#include "cli/commands.h"
#include "fcgi/server.h"
#include "sql/schema.h"
#include "templates/messages.h"

/* The connection strings that serving needs. */
static bool urls_given(void) {
    const struct {
        const char *name, *value;
    } urls[] = {{"SITA_READER_URL", config.reader_url},
                {"SITA_APP_URL", config.app_url},
                {"SITA_DESK_URL", config.desk_url}};
    bool ok = true;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++)
        if (!*urls[i].value) {
            fprintf(stderr, "%s is not set; see `sitaminter help config`.\n", urls[i].name);
            ok = false;
        }
    return ok;
}

/* False if the database has another schema than this program: then nothing can be served. One
 * that is away now may come later; until then pages with rows are answered with 503. */
static bool schema_fits(struct arena *a) {
    struct text why = text_in(a, 4096);
    struct db *db = db_new("start", config.reader_url);
    enum status status = schema_check(db, &why);
    db_free(db);
    if (status == CONFLICT)
        fprintf(stderr, "%s\n", text_str(&why));
    else if (status != OK)
        log_line(LOG_WARNING, "database_away", "starting without it: %s", text_str(&why));
    return status != CONFLICT;
}

int cli_serve(int argc, char **argv) {
    struct app *app;
    if (argc != 1) {
        bool help = argc == 2 && strcmp(argv[1], "--help") == 0;
        fputs("Usage: sitaminter serve\n\nAnswers the requests that nginx passes on, until "
              "SIGTERM. SIGHUP "
              "reloads the templates.\nSettings come from the environment: `sitaminter help "
              "config`.\n",
              help ? stdout : stderr);
        return help ? 0 : 2;
    }
    if (!urls_given())
        return 1;
    struct arena *a = arena_new();
    struct text why = text_in(a, 64 * 1024);
    messages_start(config.locale_dir);
    bool ok = app_new(&app, &why) == OK;
    if (!ok)
        fputs(text_str(&why), stderr);
    else if (!schema_fits(a)) {
        app_free(app);
        ok = false;
    }
    arena_free(a);
    return ok ? server_run(app) : 1;
}
