#include "sql/push_rehearse.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "sql/backup_private.h"
#include "sql/push_private.h"

struct rehearsal {
    struct arena *arena;
    const struct backup_trial *with;
    struct admin *admin;
    const char *scratch;
    struct text *say;
};

static void put_seconds(struct text *out, const char *what, int64_t ms) {
    text_printf(out, "%s %" PRId64 ".%03" PRId64 " s", what, ms / 1000, ms % 1000);
}

static enum push_outcome restore_and_push(struct rehearsal *r, int fd, struct push_options o,
                                          struct text *out) {
    struct tools_job job = {.arena = r->arena,
                            .tools = r->with->tools,
                            .to = {r->with->conninfo, NULL, r->scratch},
                            .fd = fd};
    int64_t began = push_clock();
    if (admin_query(r->admin, r->arena, SQL_BACKUP_RESERVED, NULL, 0, &record_schema_line,
                    &job.reserved, r->say) != OK ||
        tools_restore(&job, r->say) != OK)
        return PUSH_FAILED;
    int64_t restored = push_clock();
    o.database = r->scratch;
    o.copy = true;
    o.backup = NULL;
    enum push_outcome outcome = push_run(r->with->conninfo, &o, out, r->say);
    put_seconds(r->say, "\nThis was a rehearsal on a restored copy: to restore it took",
                restored - began);
    put_seconds(r->say, ", the push", push_clock() - restored);
    text_lit(r->say, ". Rights and owners are no part of it. The database itself was not touched.");
    return outcome;
}

static enum push_outcome rehearse(struct rehearsal *r, const char *database, int fd,
                                  const struct push_options *options, struct text *out) {
    if (admin_open(&r->admin, r->with->conninfo, NULL, NULL, r->say) != OK)
        return PUSH_UNREACHABLE;
    enum status status = scratch_lock(r->admin, r->arena, r->say);
    if (status == OK)
        status = scratch_make(r->admin, r->arena, scratch_prefix(r->arena, database, "_rehearse_"),
                              &r->scratch, r->say);
    if (status != OK)
        return status == CONFLICT ? PUSH_LOCKED : PUSH_FAILED;
    enum push_outcome outcome = restore_and_push(r, fd, *options, out);
    if (scratch_drop(r->admin, r->arena, r->scratch, r->say) != OK)
        text_printf(r->say, " The scratch database %s is still there.", r->scratch);
    return outcome;
}

enum push_outcome push_rehearse(struct backup_folder *f, const char *name,
                                const struct backup_trial *with, const struct push_options *options,
                                struct text *out, struct text *say) {
    struct rehearsal r = {.arena = arena_new(), .with = with, .say = say};
    struct manifest manifest;
    enum push_outcome outcome = PUSH_FAILED;
    int fd = -1;
    if (backup_open(f, r.arena, name, &manifest, &fd, say) == OK) {
        outcome = rehearse(&r, manifest.database, fd, options, out);
        close(fd);
    }
    admin_close(r.admin);
    arena_free(r.arena);
    return outcome;
}
