#include "cli/backup_folder.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/config.h"
#include "base/json_out.h"
#include "base/when.h"

struct backup_command backup_command(struct arena *a) {
    return (struct backup_command){.arena = a,
                                   .folder_path = config.backups_dir,
                                   .format = "text",
                                   .folder = {.fd = -1, .lock = -1},
                                   .note = text_in(a, BACKUP_SAY_MAX),
                                   .why = text_in(a, BACKUP_SAY_MAX)};
}

/* Takes a path apart; what is left of it is the name. */
static void read_file_name(struct backup_command *c, const char *file) {
    static const char *const endings[] = {".dump", ".json"};
    const char *slash = strrchr(file, '/');
    if (slash)
        c->folder_path =
            slash == file ? "/" : arena_strndup(c->arena, file, (size_t)(slash - file));
    const char *name = slash ? slash + 1 : file;
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (n > strlen(endings[i]) && strcmp(name + n - strlen(endings[i]), endings[i]) == 0)
            c->name = arena_strndup(c->arena, name, n - strlen(endings[i]));
    if (!c->name)
        c->name = name;
}

int backup_begin(struct backup_command *c, const char *file, bool make) {
    c->json = strcmp(c->format, "json") == 0;
    if (!c->json && strcmp(c->format, "text") != 0) {
        fprintf(stderr, "--format is text or json, not \"%s\".\n", c->format);
        return DB_USAGE;
    }
    if (file)
        read_file_name(c, file);
    enum status status =
        backup_folder_open(&c->folder, c->arena, c->folder_path, config.key, make, &c->why);
    return status == OK ? DB_DONE : backup_end(c, status);
}

/* -- how far it is ---------------------------------------------------------------------------- */

enum { TELL_US = 200 * 1000 };

static void tell(void *context, const char *doing, int64_t bytes, int64_t of) {
    struct backup_command *c = context;
    int64_t now = when_now(), passed = (now - c->began) / 1000000;
    if (now - c->told < TELL_US)
        return;
    c->told = now;
    fprintf(stderr, "\r%s", doing);
    if (of > 0)
        fprintf(stderr, ", %.1f of %.1f MB", (double)bytes / 1e6, (double)of / 1e6);
    else if (bytes > 0)
        fprintf(stderr, ", %.1f MB", (double)bytes / 1e6);
    fprintf(stderr, ", %" PRId64 ":%02" PRId64 " \033[K", passed / 60, passed % 60);
    fflush(stderr);
}

struct backup_watch backup_watch(struct backup_command *c) {
    c->began = when_now();
    return (struct backup_watch){.tell = isatty(STDERR_FILENO) == 1 ? tell : NULL, .context = c};
}

static void wipe(struct backup_command *c) {
    if (c->told)
        fputs("\r\033[K", stderr);
    c->told = 0;
}

/* -- the end ---------------------------------------------------------------------------------- */

int backup_end(struct backup_command *c, enum status status) {
    static const int exits[] = {
        [OK] = DB_DONE,         [NOT_FOUND] = DB_FAILED, [BAD_INPUT] = DB_FAILED,
        [CONFLICT] = DB_LOCKED, [BUSY] = DB_UNREACHABLE, [FAILED] = DB_FAILED,
    };
    wipe(c);
    backup_folder_close(&c->folder);
    fputs(text_str(&c->note), stderr);
    if (status != OK)
        fprintf(stderr, "%s\n", text_str(&c->why));
    return exits[status];
}

enum status backup_default_name(struct backup_command *c) {
    struct backups list;
    const struct backup *newest = NULL;
    if (c->name)
        return OK;
    enum status status = backup_list(&c->folder, c->arena, &list, &c->why);
    if (status == OK)
        newest = backup_newest(&list, when_now());
    if (newest)
        c->name = newest->name;
    if (status == OK && !newest) {
        text_printf(&c->why, "There is no good backup in %s.", c->folder_path);
        status = NOT_FOUND;
    }
    return status;
}

/* -- printing --------------------------------------------------------------------------------- */

const char *backup_size(struct arena *a, int64_t bytes) {
    static const char *const units[] = {"kB", "MB", "GB", "TB"};
    double size = (double)bytes / 1000;
    size_t unit = 0;
    for (; size >= 1000 && unit < 3; unit++)
        size /= 1000;
    return arena_printf(a, "%.1f %s", size, units[unit]);
}

static int64_t rows_of(const struct manifest *m) {
    int64_t n = 0;
    for (size_t i = 0; i < m->tables.n; i++)
        n += ((const struct backup_table *)rows_at(&record_backup_table, &m->tables, i))->rows;
    return n;
}

void backup_print(struct backup_command *c, const char *what, const struct manifest *m,
                  int64_t began) {
    double seconds = (double)(when_now() - began) / 1e6;
    struct text out = text_in(c->arena, BACKUP_OUT_MAX);
    wipe(c);
    if (c->json) {
        text_printf(&out, "{\"outcome\": \"%s\", \"seconds\": %.3f, \"manifest\": ", what, seconds);
        json_put_record(&out, &record_manifest, m);
        text_char(&out, '}');
    } else {
        text_printf(&out, "%s: %s, %s, %zu tables, %" PRId64 " rows, %.1f s", m->archive, what,
                    backup_size(c->arena, m->bytes), m->tables.n, rows_of(m), seconds);
    }
    puts(text_str(&out));
}

/* -- pruning ---------------------------------------------------------------------------------- */

static void print_pruned(const struct backup_command *c, const struct backups *list,
                         const bool *drop, bool dry) {
    bool first = true;
    if (c->json)
        printf("{\"outcome\": \"%s\", \"backups\": [", dry ? "would prune" : "pruned");
    for (size_t i = 0; i < list->n; i++) {
        if (!drop[i])
            continue;
        if (c->json)
            printf("%s\"%s\"", first ? "" : ", ", list->at[i].name);
        else
            printf("%s: %s\n", list->at[i].name, dry ? "would be pruned" : "pruned");
        first = false;
    }
    if (c->json)
        puts("]}");
    else if (first)
        puts("Nothing to prune.");
}

enum status backup_prune(struct backup_command *c, bool dry) {
    const struct retention keep = {when_now(), config.backup_days, config.backup_keep};
    struct backups list;
    enum status status = backup_list(&c->folder, c->arena, &list, &c->why);
    if (status != OK)
        return status;
    bool *drop = arena_array(c->arena, list.n, sizeof *drop);
    (void)backup_decide(&list, &keep, drop, &c->note);
    if (c->note.n > 0)
        text_char(&c->note, '\n');
    for (size_t i = 0; status == OK && !dry && i < list.n; i++)
        if (drop[i])
            status = backup_remove(&c->folder, c->arena, &list.at[i], &c->why);
    print_pruned(c, &list, drop, dry);
    return status;
}
