/* Restoring a backup: into a new database first, which then takes the name. */
#include <string.h>
#include <unistd.h>

#include "base/when.h"
#include "sql/backup_private.h"
#include "sql/push.h"
#include "sql/schema.h"

static const char owner[] = "sita_owner";

struct restoring {
    struct arena *arena;
    const struct backup_restoring *with;
    const struct manifest *manifest;
    struct backup_access server; /* as administrator, not in the database itself */
    struct admin *admin;         /* connected there */
    const char *scratch;
    bool exists, empty; /* the database that is to be made */
    int fd;
    struct text *note, *why;
};

/* -- may it be? ------------------------------------------------------------------------------- */

static enum status look_at_target(struct restoring *r) {
    struct rows found;
    struct admin *target = NULL;
    const char *empty = "f", *values[] = {r->with->into};
    enum status status = admin_query(r->admin, r->arena, SQL_BACKUP_TARGET, values, 1,
                                     &record_schema_line, &found, r->why);
    r->exists = status == OK && found.n > 0;
    if (!r->exists || strcmp(((const struct schema_line *)found.at)->line, "closed") == 0)
        return status;
    status = admin_open(&target, r->server.conninfo, r->server.user, r->with->into, r->why);
    if (status == OK)
        status = admin_value(target, r->arena, SQL_BACKUP_IS_EMPTY, &empty, r->why);
    admin_close(target);
    r->empty = strcmp(empty, "t") == 0;
    return status;
}

static enum status may_restore(struct restoring *r) {
    const char *live = conninfo_value(r->arena, r->with->owner_url, "dbname");
    bool is_live = live && strcmp(live, r->with->into) == 0;
    enum status status = look_at_target(r);
    if (status != OK || (!is_live && (!r->exists || r->empty)) ||
        (r->with->replace && strcmp(r->with->replace, r->with->into) == 0))
        return status;
    text_printf(r->why, "The database %s is %s; to put this backup in its place, add --replace=%s.",
                r->with->into, is_live ? "the live one" : "there and not empty", r->with->into);
    *r->with->refused = true;
    return CONFLICT;
}

static enum status lock(struct restoring *r) {
    const char *locked;
    enum status status = admin_value(r->admin, r->arena, SQL_SCHEMA_LOCK, &locked, r->why);
    if (status != OK || strcmp(locked, "t") == 0)
        return status;
    text_lit(r->why, "Another restore on this server is under way; try again later.");
    return CONFLICT;
}

/* -- the new database ------------------------------------------------------------------------- */

static enum status as_owner(struct admin *admin, struct arena *a, struct text *why) {
    return admin_script(admin, arena_printf(a, "SET ROLE %s", owner), why);
}

static enum status make_scratch(struct restoring *r) {
    const char *prefix = scratch_prefix(r->arena, r->with->into, "_restore_");
    enum status status = scratch_clean(r->admin, r->arena, prefix, owner, r->why);
    if (status != OK)
        return status;
    r->scratch = scratch_name(r->arena, prefix);
    if (push_setup_database(r->with->admin_url, r->with->owner_url, r->scratch, r->with->urls,
                            r->with->n_urls, r->why) != PUSH_APPLIED)
        return FAILED;
    return OK;
}

/* Rights are those of the backup, whatever this program would give: `db push` says what differs.
 * One to a role that is not on this server is lost with a word. */
static enum status give_rights(struct restoring *r, const struct tools_job *job,
                               struct admin *scratch) {
    struct text left_out = text_in(r->arena, 1024 * 1024);
    enum status status = admin_script(scratch, "RESET ROLE", r->why); /* some are a superuser's */
    if (status == OK)
        status = tools_restore_rights(job, scratch, &left_out, r->why);
    if (status == OK)
        status = as_owner(scratch, r->arena, r->why);
    if (left_out.n > 0)
        text_printf(r->note, "Rights that could not be given:\n%s", text_str(&left_out));
    return status;
}

/* What a backup does not hold: the planner's statistics; and a note that it was restored. */
static enum status complete(struct restoring *r, struct admin *scratch, int64_t began) {
    struct text facts = text_in(r->arena, 4096);
    text_lit(&facts, "{\"archive\": ");
    text_json(&facts, r->manifest->archive, strlen(r->manifest->archive));
    text_printf(&facts, ", \"sha256\": \"%s\"}", r->manifest->sha256);
    enum status status = OK;
    (void)operation_note(scratch, r->arena, "restore", "restored", began, text_str(&facts),
                         r->note);
    for (size_t i = 0; status == OK && i < r->manifest->tables.n; i++) {
        const struct backup_table *t = rows_at(&record_backup_table, &r->manifest->tables, i);
        status = admin_script(scratch, arena_printf(r->arena, "ANALYZE %s", t->name), r->why);
    }
    return status;
}

/* Nothing that was restored needs them, or it could not have been; so a restore goes on without. */
static void make_reserved(struct restoring *r, struct tools_job job) {
    struct text problem = text_in(r->arena, 4096);
    job.role = NULL;
    if (tools_restore_reserved(&job, &problem) != OK)
        text_printf(r->note, "Extensions that only a superuser may make were left out: %s\n",
                    text_str(&problem));
}

static enum status fill(struct restoring *r, int64_t began) {
    struct tools_job job = {.arena = r->arena,
                            .tools = r->with->tools,
                            .to = {r->server.conninfo, r->server.user, r->scratch},
                            .role = owner,
                            .fd = r->fd,
                            .watch = r->with->watch,
                            .bytes = r->manifest->bytes};
    struct admin *scratch = NULL;
    enum status status = admin_query(r->admin, r->arena, SQL_BACKUP_RESERVED, NULL, 0,
                                     &record_schema_line, &job.reserved, r->why);
    if (status == OK)
        status = tools_restore(&job, r->why);
    if (status == OK)
        make_reserved(r, job);
    if (status == OK)
        status = admin_open(&scratch, job.to.conninfo, job.to.user, r->scratch, r->why);
    if (status == OK)
        status = as_owner(scratch, r->arena, r->why);
    if (status == OK) {
        contents_watch(scratch, &job.watch);
        status = contents_check(scratch, r->arena, r->manifest, r->why);
    }
    if (status == OK)
        status = give_rights(r, &job, scratch);
    if (status == OK)
        status = complete(r, scratch, began);
    admin_close(scratch);
    return status;
}

/* -- taking the name -------------------------------------------------------------------------- */

static enum status rename_script(struct restoring *r, const char *aside) {
    const char *into = admin_identifier(r->admin, r->arena, r->with->into);
    const char *scratch = admin_identifier(r->admin, r->arena, r->scratch);
    const char *first = "";
    if (r->exists)
        first = arena_printf(r->arena, "ALTER DATABASE %s RENAME TO %s; ", into,
                             admin_identifier(r->admin, r->arena, aside));
    return admin_script(r->admin,
                        arena_printf(r->arena, "BEGIN; %sALTER DATABASE %s RENAME TO %s; COMMIT",
                                     first, scratch, into),
                        r->why);
}

static enum status let_in(struct restoring *r, const char *database, bool in) {
    return admin_script(r->admin,
                        arena_printf(r->arena, "ALTER DATABASE %s ALLOW_CONNECTIONS %s",
                                     admin_identifier(r->admin, r->arena, database),
                                     in ? "true" : "false"),
                        r->why);
}

/* Nobody may be connected to a database whose name changes. */
static enum status empty_out(struct restoring *r) {
    const char *values[] = {r->with->into};
    enum status status = let_in(r, r->with->into, false);
    if (status == OK)
        status =
            admin_query(r->admin, r->arena, SQL_BACKUP_SESSIONS, values, 1, NULL, NULL, r->why);
    return status;
}

/* The old database stays, under another name. */
static enum status take_name(struct restoring *r) {
    struct when_parts t = when_split(when_now());
    struct text ignored = text_in(r->arena, 4096), *why = r->why;
    const char *aside =
        scratch_prefix(r->arena, r->with->into,
                       arena_printf(r->arena, "_before_%04d%02d%02dt%02d%02d%02dz", (int)t.year,
                                    t.month, t.day, t.hour, t.minute, t.second));
    enum status status = r->exists ? empty_out(r) : OK;
    if (status == OK)
        status = rename_script(r, aside);
    if (!r->exists)
        return status;
    r->why = &ignored; /* the first failure is the one to tell */
    if (status != OK)
        (void)!admin_script(r->admin, "ROLLBACK", &ignored);
    (void)!let_in(r, status == OK ? aside : r->with->into, true);
    r->why = why;
    if (status == OK)
        text_printf(r->note, "The database that was there is now called %s.\n", aside);
    return status;
}

/* -- the whole -------------------------------------------------------------------------------- */

static void drop_scratch(struct restoring *r) {
    struct text problem = text_in(r->arena, 4096);
    if (scratch_drop(r->admin, r->arena, r->scratch, &problem) != OK)
        text_printf(r->note, "The unfinished database %s is still there: %s.\n", r->scratch,
                    text_str(&problem));
}

static enum status restore(struct restoring *r) {
    int64_t began = when_now();
    enum status status = may_restore(r);
    if (status == OK)
        status = lock(r);
    if (status == OK)
        status = make_scratch(r);
    if (status != OK)
        return status;
    status = fill(r, began);
    if (status == OK)
        status = take_name(r);
    if (status != OK)
        drop_scratch(r);
    return status;
}

enum status backup_restore(struct backup_folder *f, struct arena *a, const char *name,
                           const struct backup_restoring *with, struct manifest *manifest,
                           struct text *note, struct text *why) {
    struct restoring r = {.arena = a,
                          .with = with,
                          .manifest = manifest,
                          .server = {.conninfo = with->admin_url},
                          .fd = -1,
                          .note = note,
                          .why = why};
    if (!with->admin_url || !*with->admin_url)
        r.server = (struct backup_access){with->owner_url, "postgres", "postgres"};
    enum status status = backup_open(f, a, name, manifest, &r.fd, why);
    if (status != OK)
        return status;
    status = admin_open(&r.admin, r.server.conninfo, r.server.user, r.server.database, why);
    if (status == OK)
        status = restore(&r);
    admin_close(r.admin);
    close(r.fd);
    return status;
}
