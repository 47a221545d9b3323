#include "sql/push_rehearse.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "sql/backup_private.h"
#include "sql/push_private.h"

enum { RIGHTS_MAX = 16 * 1024 * 1024 };

struct rehearsal {
    struct arena *arena;
    const struct backup_trial *with;
    struct admin *admin;
    const char *scratch, *role; /* as SQL writes it */
    struct text *say, left_out; /* lines: statements, and why */
};

static void put_seconds(struct text *out, const char *what, int64_t ms) {
    text_printf(out, "%s %" PRId64 ".%03" PRId64 " s", what, ms / 1000, ms % 1000);
}

/* The rights that the archive has: what the role may not give is left out. */
static enum status restore_rights(struct rehearsal *r, const struct tools_job *job) {
    struct admin *copy = NULL;
    if (admin_open(&copy, r->with->conninfo, NULL, r->scratch, r->say) != OK)
        return FAILED;
    enum status status = tools_restore_rights(job, copy, &r->left_out, r->say);
    /* What this role may do in the database it may do as the owner here. */
    if (status == OK)
        status = admin_script(copy, "REVOKE ALL ON SCHEMA public FROM CURRENT_USER", r->say);
    admin_close(copy);
    return status;
}

/* Who rehearses, and whether that is a superuser, who makes any extension. */
static enum status read_role(struct rehearsal *r, struct tools_job *job) {
    const char *super;
    enum status status =
        admin_ask(r->admin, r->arena, "SELECT quote_ident(current_user)", &r->role, r->say);
    if (status == OK)
        status =
            admin_ask(r->admin, r->arena,
                      "SELECT rolsuper FROM pg_roles WHERE rolname = current_user", &super, r->say);
    if (status != OK || strcmp(super, "t") == 0)
        return status;
    status = admin_query(r->admin, r->arena, SQL_BACKUP_RESERVED, NULL, 0, &record_schema_line,
                         &job->reserved, r->say);
    struct text lines = text_in(r->arena, RIGHTS_MAX);
    if (status == OK)
        status = tools_list_reserved(job, &lines, r->say);
    char *rest = arena_strdup(r->arena, text_str(&lines));
    for (const char *line; (line = strtok_r(rest, "\n", &rest));)
        text_printf(&r->left_out, "%s; -- only a superuser may make it\n", line);
    return status;
}

static void say_left_out(struct rehearsal *r) {
    text_printf(r->say, " All in it belonged to %s, whoever owns it in the database.", r->role);
    if (r->left_out.n == 0) {
        text_lit(r->say, " Nothing was left out.");
        return;
    }
    char *rest = arena_strdup(r->arena, text_str(&r->left_out));
    text_printf(r->say, "\nLeft out, as %s may not do it:", r->role);
    for (const char *line; (line = strtok_r(rest, "\n", &rest));)
        text_printf(r->say, "\n  %s", line);
}

static enum push_outcome restore_and_push(struct rehearsal *r, int fd, struct push_options o,
                                          struct text *out) {
    struct tools_job job = {.arena = r->arena,
                            .tools = r->with->tools,
                            .to = {r->with->conninfo, NULL, r->scratch},
                            .fd = fd};
    int64_t began = push_clock();
    if (read_role(r, &job) != OK || tools_restore(&job, r->say) != OK ||
        restore_rights(r, &job) != OK)
        return PUSH_FAILED;
    int64_t restored = push_clock();
    o.database = r->scratch;
    o.copy = true;
    o.left_out = &r->left_out;
    o.backup = NULL;
    enum push_outcome outcome = push_run(r->with->conninfo, &o, out, r->say);
    put_seconds(r->say, "\nThis was a rehearsal on a restored copy: to restore it took",
                restored - began);
    put_seconds(r->say, ", the push", push_clock() - restored);
    text_lit(r->say, ". The database itself was not touched.");
    say_left_out(r);
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
    struct rehearsal r = {.arena = arena_new(), .with = with, .say = say, .role = ""};
    r.left_out = text_in(r.arena, RIGHTS_MAX);
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
