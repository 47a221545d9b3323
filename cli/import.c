/* sitaminter import: reads the whole file first, says what is wrong with any of it, and only then
 * opens one transaction. Valid rows wait in unlinked temporary files, so memory holds no more than
 * 48 bytes for each (to find duplicates), however large the file. */
#include "cli/import_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/import_icons.h"
#include "sql/import.h"

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_BAD_ROWS = 3,
    EXIT_UNREACHABLE = 6,
    FILE_MAX_BYTES = 256 * 1024 * 1024,
    BATCH_ROWS = 1000,
    BATCH_BYTES = 2 * 1024 * 1024
};

enum { KINDS = IMPORT_TRANSACTION + 1 };

struct key {
    uint8_t hash[32];
    uint32_t line;
    uint8_t kind, network;
};

struct icon {
    struct icon *next;
    const char *path, *sha256;
};

struct import {
    const char *file, *icons, *url;
    bool dry_run;
    struct arena *arena; /* for the whole run */
    struct import_report report;
    FILE *rows[KINDS]; /* valid rows, one a line */
    struct key *keys;
    size_t n_keys, keys_room;
    struct icon *icon_list;
    struct import_counts counts[KINDS];
    size_t given[KINDS];
};

static const char usage[] =
    "Usage: sitaminter import tokens FILE [--dry-run] [--icons DIR] [--url CONNECTION]\n"
    "\n"
    "  FILE       JSON lines of tokens and transactions recorded elsewhere; - is standard input\n"
    "  --dry-run  say what would change, change nothing\n"
    "  --icons    folder of the icon files that the lines name\n"
    "  --url      libpq connection string in place of SITA_OWNER_URL\n"
    "\n"
    "Exit status: 0 done, 1 failed, 2 wrong use, 3 bad rows (nothing was changed), 6 the database\n"
    "cannot be reached.\n";

/* -- the command line ---------------------------------------------------------------------------
 */

static bool read_option(struct import *im, char **argv, int argc, int *i) {
    const struct {
        const char *name;
        const char **value;
    } options[] = {{"--icons", &im->icons}, {"--url", &im->url}};
    if (strcmp(argv[*i], "--dry-run") == 0) {
        im->dry_run = true;
        return true;
    }
    for (size_t k = 0; k < 2; k++)
        if (strcmp(argv[*i], options[k].name) == 0 && *i + 1 < argc) {
            *options[k].value = argv[++*i];
            return true;
        }
    return false;
}

static bool read_arguments(struct import *im, int argc, char **argv) {
    if (argc < 3 || strcmp(argv[1], "tokens") != 0)
        return false;
    for (int i = 2; i < argc; i++) {
        bool option = strncmp(argv[i], "--", 2) == 0;
        if (option ? !read_option(im, argv, argc, &i) : im->file != NULL)
            return false;
        if (!option)
            im->file = argv[i];
    }
    return im->file != NULL;
}

/* -- reading and validating ---------------------------------------------------------------------
 */

enum line_end { LINE_WHOLE, LINE_TOO_LONG, LINE_NONE };

/* The next line, without its end. A line that is too long is skipped to its end. */
static enum line_end next_line(FILE *in, char *line, size_t *n, size_t *total) {
    int c;
    *n = 0;
    size_t length = 0;
    while ((c = getc_unlocked(in)) != EOF && c != '\n')
        if (length++ < IMPORT_LINE_MAX)
            line[(*n)++] = (char)c;
    *total += length + 1;
    if (c == EOF && length == 0)
        return LINE_NONE;
    return length > IMPORT_LINE_MAX ? LINE_TOO_LONG : LINE_WHOLE;
}

static void remember_key(struct import *im, const struct import_row *row, size_t line) {
    if (im->n_keys == im->keys_room) {
        im->keys_room = im->keys_room ? 2 * im->keys_room : 4096;
        im->keys = reallocarray(im->keys, im->keys_room, sizeof *im->keys);
        if (!im->keys)
            log_fatal("out_of_memory", "import of %zu rows", im->n_keys);
    }
    struct key *k = &im->keys[im->n_keys++];
    *k = (struct key){
        .line = (uint32_t)line, .kind = (uint8_t)row->kind, .network = (uint8_t)row->network};
    memcpy(k->hash, row->hash, sizeof k->hash);
}

/* False if the row's icon may not be stored. */
static bool take_icon(struct import *im, struct arena *a, const struct import_row *row,
                      size_t line) {
    if (!row->icon_file)
        return true;
    const char *wrong = im->icons ? import_icon_check(a, im->icons, row->icon_file, row->icon_hash)
                                  : "needs --icons with the folder of the icon files";
    if (wrong) {
        import_problem(&im->report, line, "iconFile", "%s", wrong);
        return false;
    }
    struct icon *icon = arena_alloc(im->arena, sizeof *icon);
    *icon = (struct icon){.next = im->icon_list,
                          .path = arena_strdup(im->arena, row->icon_file),
                          .sha256 = arena_strdup(im->arena, row->icon_hash)};
    im->icon_list = icon;
    return true;
}

static void take_line(struct import *im, struct arena *a, const char *s, size_t n, size_t line) {
    struct import_row row;
    if (!import_row_read(a, s, n, line, &im->report, &row) || !take_icon(im, a, &row, line))
        return;
    remember_key(im, &row, line);
    im->given[row.kind]++;
    fputs(row.json, im->rows[row.kind]);
    fputc('\n', im->rows[row.kind]);
}

static bool is_blank(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!memchr(" \t\r", s[i], 3))
            return false;
    return true;
}

static int read_lines(struct import *im, FILE *in) {
    static char line[IMPORT_LINE_MAX];
    struct arena *a = arena_new();
    size_t n, total = 0, number = 0;
    enum line_end end;
    while ((end = next_line(in, line, &n, &total)) != LINE_NONE && total <= FILE_MAX_BYTES) {
        number++;
        if (end == LINE_TOO_LONG)
            import_problem(&im->report, number, "", "is longer than %d bytes", IMPORT_LINE_MAX);
        else if (!is_blank(line, n))
            take_line(im, a, line, n, number);
        arena_reset(a);
    }
    arena_free(a);
    if (ferror(in)) {
        fprintf(stderr, "%s cannot be read: %s\n", im->file, strerror(errno));
        return EXIT_FAILED;
    }
    if (total > FILE_MAX_BYTES)
        import_problem(&im->report, number, "", "the file is larger than %d bytes", FILE_MAX_BYTES);
    return EXIT_DONE;
}

static int compare_keys(const void *left, const void *right) {
    const struct key *a = left, *b = right;
    int order = memcmp(a->hash, b->hash, sizeof a->hash);
    if (order == 0)
        order = a->kind != b->kind ? a->kind - b->kind : a->network - b->network;
    return order ? order : a->line < b->line ? -1 : a->line > b->line;
}

static int compare_duplicates(const void *left, const void *right) {
    const uint32_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* Pairs of lines, the later one first, in the order of the file. */
static void refuse_duplicates(struct import *im) {
    uint32_t(*pairs)[2] = calloc(im->n_keys + 1, sizeof *pairs);
    size_t n = 0;
    if (!pairs)
        log_fatal("out_of_memory", "import of %zu rows", im->n_keys);
    if (im->n_keys)
        qsort(im->keys, im->n_keys, sizeof *im->keys, compare_keys);
    for (size_t i = 1, first = 0; i < im->n_keys; i++) {
        const struct key *a = &im->keys[first], *b = &im->keys[i];
        if (memcmp(a->hash, b->hash, sizeof a->hash) != 0 || a->kind != b->kind ||
            a->network != b->network) {
            first = i;
            continue;
        }
        pairs[n][0] = b->line;
        pairs[n++][1] = a->line;
    }
    qsort(pairs, n, sizeof *pairs, compare_duplicates);
    for (size_t i = 0; i < n; i++)
        import_problem(&im->report, pairs[i][0], "", "is the same record as line %u", pairs[i][1]);
    free(pairs);
}

static int say_problems(const struct import *im) {
    const struct import_report *r = &im->report;
    if (r->problems > IMPORT_SHOWN_MAX)
        fprintf(r->out, "%zu more problems are not shown\n", r->problems - IMPORT_SHOWN_MAX);
    fprintf(r->out, "%s: %zu bad %s; nothing was changed\n", im->file, r->bad_rows,
            r->bad_rows == 1 ? "row" : "rows");
    return EXIT_BAD_ROWS;
}

static int read_all(struct import *im) {
    bool standard = strcmp(im->file, "-") == 0;
    FILE *in = standard ? stdin : fopen(im->file, "rbe");
    if (!in) {
        fprintf(stderr, "%s cannot be opened: %s\n", im->file, strerror(errno));
        return EXIT_FAILED;
    }
    int exit_status = read_lines(im, in);
    if (!standard)
        fclose(in);
    if (exit_status)
        return exit_status;
    refuse_duplicates(im);
    if (im->report.problems)
        return say_problems(im);
    if (im->n_keys == 0) {
        fprintf(stderr, "%s has no records\n", im->file);
        return EXIT_BAD_ROWS;
    }
    return EXIT_DONE;
}

/* -- the database -------------------------------------------------------------------------------
 */

/* The next rows of a spool as one JSON array; NULL at its end. */
static const char *next_batch(struct arena *a, FILE *rows) {
    struct text out = text_in(a, SIZE_MAX / 4);
    char *line = NULL;
    size_t room = 0, n = 0;
    ssize_t length;
    text_char(&out, '[');
    while (n < BATCH_ROWS && out.n < BATCH_BYTES && (length = getline(&line, &room, rows)) > 0) {
        if (n++)
            text_char(&out, ',');
        text_add(&out, line, (size_t)length - 1);
    }
    free(line);
    text_char(&out, ']');
    return n ? text_str(&out) : NULL;
}

typedef enum status batch_step(struct import *im, struct db *db, struct arena *a, const char *rows);

/* Gives the rows of a kind to the step, batch by batch. */
static enum status each_batch(struct import *im, struct db *db, enum import_kind kind,
                              batch_step *step) {
    struct arena *a = arena_new();
    enum status status = OK;
    const char *rows;
    rewind(im->rows[kind]);
    while (status == OK && (rows = next_batch(a, im->rows[kind]))) {
        status = step(im, db, a, rows);
        arena_reset(a);
    }
    arena_free(a);
    return status;
}

static void add_counts(struct import_counts *sum, const struct rows *rows) {
    const struct import_counts *c = rows->at;
    sum->made += c->made;
    sum->changed += c->changed;
    sum->kept += c->kept;
}

static enum status put_tokens(struct import *im, struct db *db, struct arena *a, const char *rows) {
    struct load l = {.arena = a};
    struct rows counts = {0};
    import_users(&l, rows);
    import_tokens(&l, rows, &counts);
    enum status status = db_run(db, &l);
    if (status == OK)
        add_counts(&im->counts[IMPORT_TOKEN], &counts);
    return status;
}

static enum status check_transactions(struct import *im, struct db *db, struct arena *a,
                                      const char *rows) {
    struct load l = {.arena = a};
    struct rows unfit = {0};
    import_unfit(&l, rows, &unfit);
    enum status status = db_run(db, &l);
    const struct import_unfit *u = unfit.at;
    for (size_t i = 0; status == OK && i < unfit.n; i++)
        import_problem(&im->report, (size_t)u[i].line, u[i].field, "%s",
                       strcmp(u[i].field, "amount") == 0
                           ? "is more, or finer, than the token's decimals allow"
                           : "is a token neither in this file nor in the database");
    return status;
}

static enum status put_transactions(struct import *im, struct db *db, struct arena *a,
                                    const char *rows) {
    struct load l = {.arena = a};
    struct rows counts = {0};
    import_users(&l, rows);
    import_transactions(&l, rows, &counts);
    enum status status = db_run(db, &l);
    if (status == OK)
        add_counts(&im->counts[IMPORT_TRANSACTION], &counts);
    return status;
}

static enum status write_rows(struct import *im, struct db *db) {
    struct arena *a = arena_new();
    struct load start = {.arena = a};
    import_start(&start);
    enum status status = db_run(db, &start);
    arena_free(a);
    if (status == OK)
        status = each_batch(im, db, IMPORT_TOKEN, put_tokens);
    if (status == OK)
        status = each_batch(im, db, IMPORT_TRANSACTION, check_transactions);
    if (status == OK && im->report.problems)
        status = BAD_INPUT;
    if (status == OK)
        status = each_batch(im, db, IMPORT_TRANSACTION, put_transactions);
    return status;
}

/* Before the commit: a picture without its row is harmless, the reverse is not. */
static enum status store_icons(struct import *im) {
    struct arena *a = arena_new();
    const char *wrong = NULL;
    for (const struct icon *i = im->icon_list; i && !wrong; i = i->next) {
        wrong = import_icon_store(a, im->icons, i->path, i->sha256, config.icon_dir);
        if (wrong)
            fprintf(stderr, "the icon %s %s\n", i->path, wrong);
        arena_reset(a);
    }
    arena_free(a);
    return wrong ? FAILED : OK;
}

/* up: the database answers all the same. */
static int say_failure(const struct import *im, enum status status, bool up, bool at_commit) {
    if (at_commit) {
        fputs("the connection was lost at the very end, so all or nothing was changed; run the "
              "import "
              "again, rows that are there stay as they are\n",
              stderr);
        return EXIT_UNREACHABLE;
    }
    if (status == BAD_INPUT)
        return say_problems(im);
    if (status == BUSY) {
        fputs(
            up ? "the database refused for now, for the reason above; nothing was changed: once it "
                 "is mended, run the import again\n"
               : "the database cannot be reached; nothing was changed\n",
            stderr);
        return EXIT_UNREACHABLE;
    }
    fputs("the import failed; nothing was changed\n", stderr);
    return EXIT_FAILED;
}

static void say_counts(const struct import *im, const char *name, const struct import_counts *c,
                       size_t given) {
    int64_t others = (int64_t)given - c->made - c->changed - c->kept;
    printf("%s%s: %ld new, %ld changed, %ld unchanged", im->dry_run ? "dry run, " : "", name,
           (long)c->made, (long)c->changed, (long)others);
    if (c->kept)
        printf(", %ld left alone (made or verified here)", (long)c->kept);
    putchar('\n');
}

static void say_done(const struct import *im) {
    static const char *const names[] = {"tokens", "transactions"};
    struct import_counts sum = {0};
    for (size_t i = 0; i < KINDS; i++) {
        const struct import_counts *c = &im->counts[i];
        say_counts(im, names[i], c, im->given[i]);
        sum.made += c->made;
        sum.changed += c->changed;
        sum.kept += c->kept;
    }
    say_counts(im, "together", &sum, im->n_keys);
}

static int write_all(struct import *im) {
    struct db *db = db_new("import", im->url);
    enum status status = db_begin(db);
    if (status == OK)
        status = write_rows(im, db);
    if (status == OK && !im->dry_run)
        status = store_icons(im);
    bool commit = status == OK && !im->dry_run;
    if (commit)
        status = db_commit(db);
    else
        db_rollback(db);
    bool up = db_is_up(db);
    db_free(db);
    if (status != OK)
        return say_failure(im, status, up, commit);
    say_done(im);
    return EXIT_DONE;
}

static int run(struct import *im) {
    for (size_t i = 0; i < KINDS; i++)
        if (!(im->rows[i] = tmpfile())) {
            fprintf(stderr, "no temporary file: %s\n", strerror(errno));
            return EXIT_FAILED;
        }
    int exit_status = read_all(im);
    if (exit_status)
        return exit_status;
    for (size_t i = 0; i < KINDS; i++)
        if (fflush(im->rows[i]) || ferror(im->rows[i])) {
            fprintf(stderr, "the temporary file cannot be written: %s\n", strerror(errno));
            return EXIT_FAILED;
        }
    return write_all(im);
}

int cli_import(int argc, char **argv) {
    struct import im = {.url = config.owner_url, .report = {.out = stderr}};
    if (argc > 1 && strcmp(argv[argc - 1], "--help") == 0) {
        fputs(usage, stdout);
        return EXIT_DONE;
    }
    if (!read_arguments(&im, argc, argv)) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    if (!*im.url) {
        fputs("No database is given: set SITA_OWNER_URL or use --url.\n", stderr);
        return EXIT_USAGE;
    }
    im.arena = arena_new();
    int exit_status = run(&im);
    for (size_t i = 0; i < KINDS; i++)
        if (im.rows[i])
            fclose(im.rows[i]);
    free(im.keys);
    arena_free(im.arena);
    return exit_status;
}
