/* Taking a backup: what the database holds, pg_dump of the same snapshot, the manifest. */
#include <inttypes.h>
#include <string.h>

#include "base/crypto.h"
#include "base/process.h"
#include "base/when.h"
#include "sql/backup_private.h"

static const char magic[] = "PGDMP"; /* how every archive begins */

enum { MAGIC = sizeof magic - 1 };

struct taking {
    struct backup_folder *folder;
    struct arena *arena;
    const struct backup_run *run;
    struct admin *admin;
    struct growing growing;
    struct crypto_sha256_state hash;
    struct manifest *made;
    const char *name, *snapshot;
    bool in_snapshot; /* the transaction that has it is open */
    struct text *note, *why;
};

/* -- the connection --------------------------------------------------------------------------- */

/* The transaction waits for pg_dump, longer than the server may like its sessions to idle. */
static const char prepare_session[] =
    "SET application_name = 'sitaminter db backup'; SET statement_timeout = 0; SET jit = off; "
    "SET idle_in_transaction_session_timeout = 0; SET idle_session_timeout = 0";

static enum status lock_database(struct taking *t) {
    const char *locked, *holder = "";
    enum status status = admin_script(t->admin, prepare_session, t->why);
    if (status == OK)
        status = admin_value(t->admin, t->arena, SQL_SCHEMA_LOCK, &locked, t->why);
    if (status != OK || strcmp(locked, "t") == 0)
        return status;
    if (admin_value(t->admin, t->arena, SQL_SCHEMA_LOCK_HOLDER, &holder, t->why) == OK)
        text_printf(t->why, "Another operation on this database is at work%s%s; try again later.",
                    *holder ? ": " : "", holder);
    return CONFLICT;
}

/* Opens the snapshot and reads what the database holds in it. */
static enum status look(struct taking *t) {
    enum status status =
        admin_script(t->admin, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", t->why);
    t->in_snapshot = status == OK;
    if (status == OK)
        status = admin_value(t->admin, t->arena, SQL_BACKUP_SNAPSHOT, &t->snapshot, t->why);
    t->made->taken = when_now();
    if (status == OK)
        status = contents_read(t->admin, t->arena, t->made, t->why);
    if (status == OK && t->made->large_objects > 0)
        text_printf(t->note,
                    "Left out: %" PRId64 " large objects, which this program does not use.\n",
                    t->made->large_objects);
    return status;
}

/* -- the dump --------------------------------------------------------------------------------- */

static bool take_piece(void *context, const char *bytes, size_t n) {
    struct taking *t = context;
    size_t at = (size_t)t->made->bytes;
    for (size_t i = 0; at + i < MAGIC && i < n; i++) {
        if (bytes[i] != magic[at + i]) {
            text_lit(t->why, "pg_dump wrote something that is not an archive.");
            return false;
        }
    }
    crypto_sha256_add(&t->hash, bytes, n);
    t->made->bytes += (int64_t)n;
    if (t->run->watch.tell)
        t->run->watch.tell(t->run->watch.context, "writing", t->made->bytes, 0);
    return growing_add(&t->growing, bytes, n, t->why);
}

static enum status run_pg_dump(struct taking *t) {
    struct text said = text_in(t->arena, 2 * PROCESS_SAID_MAX);
    const char *argv[] = {tools_path(t->arena, t->run->tools, "pg_dump"),
                          "--format=custom",
                          "--compress=6",
                          "-B", /* no role of the program may use large objects */
                          "--no-password",
                          "--lock-wait-timeout=60s",
                          arena_printf(t->arena, "--snapshot=%s", t->snapshot),
                          NULL};
    const struct process p = {
        .argv = argv,
        .environment = conninfo_environment(t->arena, t->run->conninfo, NULL, t->made->database),
        .input = -1,
        .take = take_piece,
        .context = t};
    enum status status = process_run(&p, &said, t->why);
    if (status == OK && t->made->bytes < MAGIC) {
        text_lit(t->why, "pg_dump ended well but wrote no archive.");
        return FAILED;
    }
    if (status == OK && said.n > 0)
        text_printf(t->note, "pg_dump says: %s\n", text_str(&said));
    return status == CONFLICT ? FAILED : status;
}

static enum status dump(struct taking *t) {
    uint8_t sum[32];
    char *hex = arena_alloc(t->arena, 65);
    crypto_sha256_start(&t->hash);
    enum status status = run_pg_dump(t);
    if (status != OK)
        return status;
    crypto_sha256_end(&t->hash, sum);
    crypto_hex(hex, sum, sizeof sum);
    t->made->sha256 = hex;
    status = admin_script(t->admin, "COMMIT", t->why);
    t->in_snapshot = status != OK;
    return status == OK ? contents_advance(t->admin, t->arena, t->made, t->why) : status;
}

/* -- the files -------------------------------------------------------------------------------- */

/* The manifest first: only with its archive beside it is it one of a backup. */
static enum status finish(struct taking *t) {
    const char *file = arena_printf(t->arena, "%s.json", t->name);
    t->made->finished = when_now();
    const char *sealed = sealed_write(t->arena, t->folder->key, &record_manifest, t->made);
    enum status status = file_write(t->folder, t->arena, file, sealed, t->why);
    if (status != OK)
        return status;
    status = growing_finish(&t->growing, t->folder, t->why);
    if (status != OK)
        file_remove(t->folder, file);
    return status;
}

static enum status take_file(struct taking *t) {
    t->name = backup_new_name(t->arena, t->made->taken);
    t->made->archive = arena_printf(t->arena, "%s.dump", t->name);
    enum status status = growing_open(&t->growing, t->folder, t->arena, t->made->archive, t->why);
    if (status != OK)
        return status;
    status = dump(t);
    if (status == OK)
        status = finish(t);
    growing_drop(&t->growing, t->folder);
    return status;
}

static void note(struct taking *t, enum status status) {
    struct text facts = text_in(t->arena, 16 * 1024), ignored = text_in(t->arena, 16 * 1024);
    bool made = status == OK;
    text_put(&facts, made ? "{\"archive\": " : "{\"error\": ");
    text_json(&facts, made ? t->made->archive : text_str(t->why),
              made ? strlen(t->made->archive) : t->why->n);
    if (made)
        text_printf(&facts, ", \"sha256\": \"%s\"", t->made->sha256);
    text_char(&facts, '}');
    if (t->in_snapshot)
        (void)!admin_script(t->admin, "ROLLBACK", &ignored);
    (void)operation_note(t->admin, t->arena, "backup", made ? "made" : "failed", t->made->taken,
                         text_str(&facts), made ? t->note : &ignored);
}

enum status backup_take(struct backup_folder *f, struct arena *a, const struct backup_run *run,
                        struct manifest *made, struct text *said, struct text *why) {
    struct taking t = {.folder = f,
                       .arena = a,
                       .run = run,
                       .growing = {.fd = -1},
                       .made = made,
                       .note = said,
                       .why = why};
    *made =
        (struct manifest){.format = MANIFEST_FORMAT, .program = SITA_VERSION, .taken = when_now()};
    enum status status = admin_open(&t.admin, run->conninfo, NULL, NULL, why);
    if (status == OK)
        status = lock_database(&t);
    if (status == OK) {
        status = look(&t);
        if (status == OK)
            status = take_file(&t);
        note(&t, status);
    }
    admin_close(t.admin);
    return status;
}
