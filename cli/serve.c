#include <stdio.h>

#include "base/config.h"
#include "base/log.h"
#include "cli/commands.h"
#include "fcgi/server.h"

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

int cli_serve(int argc, char **argv) {
    struct app *app;
    (void)argv;
    if (argc != 1) {
        fputs("Usage: sitaminter serve\n", stderr);
        return 2;
    }
    if (!urls_given())
        return 1;
    struct arena *a = arena_new();
    struct text why = text_in(a, 64 * 1024);
    bool ok = app_new(&app, &why) == OK;
    if (!ok)
        fputs(text_str(&why), stderr);
    arena_free(a);
    return ok ? server_run(app) : 1;
}
