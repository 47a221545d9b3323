/* Trying a backup out. */
#include <string.h>
#include <unistd.h>

#include "base/when.h"
#include "sql/backup_private.h"
#include "sql/schema.h"

struct trial {
    struct backup_folder *folder;
    struct arena *arena;
    const struct backup_trial *with;
    const char *name, *scratch;
    const struct manifest *manifest;
    struct admin *admin;
    int fd;
    struct text *note, *why;
};

static enum status restore_and_compare(struct trial *t) {
    struct tools_job job = {.arena = t->arena,
                            .tools = t->with->tools,
                            .to = {t->with->conninfo, NULL, t->scratch},
                            .fd = t->fd,
                            .watch = t->with->watch,
                            .bytes = t->manifest->bytes};
    struct admin *scratch = NULL;
    enum status status = admin_query(t->admin, t->arena, SQL_BACKUP_RESERVED, NULL, 0,
                                     &record_schema_line, &job.reserved, t->why);
    if (status == OK)
        status = tools_restore(&job, t->why);
    if (status == OK)
        status = admin_open(&scratch, job.to.conninfo, NULL, t->scratch, t->why);
    if (status == OK) {
        contents_watch(scratch, &job.watch);
        status = contents_check(scratch, t->arena, t->manifest, t->why);
    }
    admin_close(scratch);
    return status;
}

static enum status try_out(struct trial *t) {
    struct text ignored = text_in(t->arena, 4096);
    enum status status = scratch_make(t->admin, t->arena,
                                      scratch_prefix(t->arena, t->manifest->database, "_verify_"),
                                      &t->scratch, t->why);
    if (status != OK)
        return status;
    status = restore_and_compare(t);
    if (scratch_drop(t->admin, t->arena, t->scratch, &ignored) != OK)
        text_printf(t->note, "The scratch database %s is still there: %s.\n", t->scratch,
                    text_str(&ignored));
    return status;
}

/* In the database. A backup that could not be read has no manifest to quote from. */
static bool note_outcome(struct trial *t, enum status status, int64_t began) {
    struct text facts = text_in(t->arena, 16 * 1024);
    const char *archive = arena_printf(t->arena, "%s.dump", t->name);
    text_lit(&facts, "{\"archive\": ");
    text_json(&facts, archive, strlen(archive));
    if (t->fd >= 0)
        text_printf(&facts, ", \"sha256\": \"%s\"", t->manifest->sha256);
    if (status != OK) {
        text_lit(&facts, ", \"error\": ");
        text_json(&facts, text_str(t->why), t->why->n);
    }
    text_char(&facts, '}');
    return operation_note(t->admin, t->arena, "verify", status == OK ? "verified" : "failed", began,
                          text_str(&facts), t->note);
}

/* In the folder, too, which may be read-only. */
static void mark_verified(struct trial *t) {
    struct text problem = text_in(t->arena, 4096);
    if (backup_mark_verified(t->folder, t->arena, t->name, t->manifest, when_now(), &problem) != OK)
        text_printf(t->note, "%s\n", text_str(&problem));
}

static enum status prove(struct trial *t, int64_t began) {
    enum status status = admin_open(&t->admin, t->with->conninfo, NULL, NULL, t->why);
    if (status == OK)
        status = scratch_lock(t->admin, t->arena, t->why);
    if (status != OK)
        return status;
    status = try_out(t);
    bool noted = note_outcome(t, status, began);
    if (status != OK)
        return status;
    mark_verified(t);
    if (noted)
        return OK;
    text_printf(t->why, "%s is good, but that is not recorded.", t->manifest->archive);
    return FAILED;
}

/* A damaged backup is to be known in the database, too, if that can be reached. */
static void note_damage(struct trial *t, enum status status, int64_t began) {
    struct text problem = text_in(t->arena, 4096);
    if (admin_open(&t->admin, t->with->conninfo, NULL, NULL, &problem) == OK)
        (void)note_outcome(t, status, began);
    else
        text_printf(t->note, "It could not be noted in db_operations: %s\n", text_str(&problem));
}

enum status backup_verify(struct backup_folder *f, struct arena *a, const char *name,
                          const struct backup_trial *with, struct manifest *manifest,
                          struct text *said, struct text *why) {
    struct trial t = {.folder = f,
                      .arena = a,
                      .with = with,
                      .name = name,
                      .manifest = manifest,
                      .fd = -1,
                      .note = said,
                      .why = why};
    int64_t began = when_now();
    enum status status = backup_open(f, a, name, manifest, &t.fd, why);
    if (status == OK)
        status = prove(&t, began);
    else
        note_damage(&t, status, began);
    admin_close(t.admin);
    if (t.fd >= 0)
        close(t.fd);
    return status;
}
