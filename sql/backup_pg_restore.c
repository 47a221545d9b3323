/* pg_restore, and what it is to leave out: extensions that only a superuser may make. They hold no
 * data, and neither the role that tries backups out nor the owner could make them. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/process.h"
#include "sql/backup_private.h"
#include "sql/schema.h"

enum { LIST_MAX = 16 * 1024 * 1024 };

/* A connection string that is nothing but the database, whatever its name contains. */
static const char *only_database(struct arena *a, const char *database) {
    struct text t = text_in(a, 1024);
    text_lit(&t, "dbname='");
    for (; *database; database++) {
        if (*database == '\'' || *database == '\\')
            text_char(&t, '\\');
        text_char(&t, *database);
    }
    text_char(&t, '\'');
    return text_str(&t);
}

/* pg_restore reads the file that we opened, so where it is in it can be seen here. Indexes and keys
 * come after all rows, when it has read to the end. */
static void tell_restoring(void *context) {
    const struct tools_job *job = context;
    off_t at = lseek(job->fd, 0, SEEK_CUR);
    if (at < job->bytes)
        job->watch.tell(job->watch.context, "restoring", at, job->bytes);
    else
        job->watch.tell(job->watch.context, "making indexes and keys", 0, 0);
}

static bool keep(void *context, const char *bytes, size_t n) {
    text_add(context, bytes, n);
    return text_ok(context);
}

/* Its output becomes `taken`, if that is not NULL. */
static enum status run(const struct tools_job *job, const char *const *argv, int list,
                       struct text *taken, struct text *why) {
    struct text said = text_in(job->arena, 2 * PROCESS_SAID_MAX);
    struct tools_job watched = *job;
    const struct backup_access *to = &job->to;
    const struct process p = {
        .argv = argv,
        .environment = conninfo_environment(job->arena, to->conninfo, to->user, to->database),
        .input = job->fd,
        .list = list,
        .take = taken ? keep : NULL,
        .waits = !taken && job->watch.tell ? tell_restoring : NULL,
        .context = taken ? (void *)taken : &watched};
    if (lseek(job->fd, 0, SEEK_SET) != 0) {
        text_printf(why, "The archive cannot be read: %s.", strerror(errno));
        return FAILED;
    }
    return process_run(&p, &said, why);
}

/* -- the list of what an archive holds -------------------------------------------------------- */

static enum status read_list(const struct tools_job *job, struct text *list, struct text *why) {
    const char *argv[] = {tools_path(job->arena, job->tools, "pg_restore"), "--list", NULL};
    enum status status = run(job, argv, 0, list, why);
    if (status != CONFLICT)
        return status;
    text_printf(why, "The list of what the archive holds has more than %d bytes.", LIST_MAX);
    return FAILED;
}

/* What follows the three numbers of an entry: "218; 1259 16385 TABLE public users sita_owner". */
static const char *entry_of(const char *line) {
    for (int i = 0; i < 3; i++) {
        line += strcspn(line, " ");
        line += *line == ' ';
    }
    return line;
}

/* The name of the extension that the entry makes or comments on, perhaps in quotes; or NULL. */
static const char *extension_of(const char *line) {
    static const char *const forms[] = {"EXTENSION - ", "COMMENT - EXTENSION "};
    const char *entry = entry_of(line);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strncmp(entry, forms[i], strlen(forms[i])) == 0)
            return entry + strlen(forms[i]);
    return NULL;
}

static bool is_reserved(const struct tools_job *job, const char *line) {
    const char *name = extension_of(line);
    if (name && *name == '"')
        name++;
    for (size_t i = 0; name && i < job->reserved.n; i++) {
        const char *one =
            ((const struct schema_line *)rows_at(&record_schema_line, &job->reserved, i))->line;
        size_t n = strlen(one);
        if (strncmp(name, one, n) == 0 && (name[n] == ' ' || name[n] == '"'))
            return true;
    }
    return false;
}

static bool is_open(const struct tools_job *job, const char *line) {
    return !is_reserved(job, line);
}

static bool is_right(const struct tools_job *job, const char *line) {
    static const char *const forms[] = {"ACL ", "DEFAULT ACL "};
    const char *entry = entry_of(line);
    (void)job;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strncmp(entry, forms[i], strlen(forms[i])) == 0)
            return true;
    return false;
}

/* The lines of the archive's list that are wanted, with *n how many. */
static enum status pick(const struct tools_job *job,
                        bool (*wanted)(const struct tools_job *job, const char *line),
                        const char **picked, size_t *n, struct text *why) {
    struct text list = text_in(job->arena, LIST_MAX), lines = text_in(job->arena, LIST_MAX);
    enum status status = read_list(job, &list, why);
    char *rest = arena_strdup(job->arena, text_str(&list));
    *n = 0;
    for (char *line; status == OK && (line = strtok_r(rest, "\n", &rest));) {
        if (!wanted(job, line))
            continue;
        text_printf(&lines, "%s\n", line);
        ++*n;
    }
    *picked = text_str(&lines);
    return status;
}

/* A file without a name that holds the text; -1 with a sentence. */
static int file_of(const char *text, struct text *why) {
    size_t n = strlen(text);
    int fd = memfd_create("list", MFD_CLOEXEC);
    if (fd >= 0 && write(fd, text, n) == (ssize_t)n && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    text_printf(why, "The list for pg_restore cannot be written: %s.", strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* -- restoring -------------------------------------------------------------------------------- */

static enum status restore(const struct tools_job *job, const char *picked, struct text *why) {
    struct arena *a = job->arena;
    const char *argv[] = {tools_path(a, job->tools, "pg_restore"),
                          "--exit-on-error",
                          "--single-transaction",
                          "--no-owner",
                          "--no-privileges",
                          "--no-password",
                          "--use-list=/proc/self/fd/3",
                          arena_printf(a, "--dbname=%s", only_database(a, job->to.database)),
                          job->role ? arena_printf(a, "--role=%s", job->role) : NULL,
                          NULL};
    int list = file_of(picked, why);
    if (list < 0)
        return FAILED;
    enum status status = run(job, argv, list, NULL, why);
    close(list);
    return status;
}

enum status tools_restore(const struct tools_job *job, struct text *why) {
    const char *picked;
    size_t n;
    enum status status = pick(job, is_open, &picked, &n, why);
    return status == OK && n > 0 ? restore(job, picked, why) : status;
}

enum status tools_restore_reserved(const struct tools_job *job, struct text *why) {
    const char *picked;
    size_t n;
    enum status status = pick(job, is_reserved, &picked, &n, why);
    return status == OK && n > 0 ? restore(job, picked, why) : status;
}

enum status tools_list_reserved(const struct tools_job *job, struct text *lines, struct text *why) {
    const char *picked;
    size_t n;
    enum status status = pick(job, is_reserved, &picked, &n, why);
    char *rest = arena_strdup(job->arena, status == OK ? picked : "");
    for (char *line; (line = strtok_r(rest, "\n", &rest));) {
        const char *name = extension_of(line);
        if (strncmp(entry_of(line), "EXTENSION ", strlen("EXTENSION ")) == 0)
            text_printf(lines, "CREATE EXTENSION %.*s\n", (int)strcspn(name, " "), name);
    }
    return status;
}

/* -- rights ----------------------------------------------------------------------------------- */

/* The archive's GRANTs, REVOKEs and rights of objects to come, with what pg_restore writes around
 * them. */
static enum status read_rights(const struct tools_job *job, struct text *script, struct text *why) {
    const char *picked;
    size_t n;
    enum status status = pick(job, is_right, &picked, &n, why);
    if (status != OK || n == 0)
        return status;
    const char *argv[] = {tools_path(job->arena, job->tools, "pg_restore"), "--file=-",
                          "--use-list=/proc/self/fd/3", "--no-owner", NULL};
    int list = file_of(picked, why);
    if (list < 0)
        return FAILED;
    status = run(job, argv, list, script, why);
    close(list);
    return status;
}

/* The next statement of a script about rights, cut out of it without its semicolon; NULL after the
 * last. Names may hold anything within their quotes; what else pg_restore writes is passed over. */
static const char *rights_next(char **script) {
    static const char *const forms[] = {"GRANT ", "REVOKE ", "ALTER DEFAULT ", "SET SESSION ",
                                        "RESET SESSION "};
    while (**script) {
        char *begin = *script, *at = begin;
        bool passed = begin[0] == '\n' || begin[0] == '\\' || strncmp(begin, "--", 2) == 0;
        for (bool quoted = false; *at && (quoted || *at != (passed ? '\n' : ';')); at++)
            quoted ^= *at == '"' && !passed;
        *script = at + (*at != '\0');
        *at = '\0';
        for (size_t i = 0; !passed && i < sizeof forms / sizeof forms[0]; i++)
            if (strncmp(begin, forms[i], strlen(forms[i])) == 0)
                return begin;
    }
    return NULL;
}

enum status tools_restore_rights(const struct tools_job *job, struct admin *copy,
                                 struct text *left_out, struct text *why) {
    struct text script = text_in(job->arena, LIST_MAX);
    enum status status = read_rights(job, &script, why);
    if (status != OK || script.n == 0)
        return status;
    char *rest = arena_strdup(job->arena, text_str(&script));
    const char *barred = NULL; /* why nothing is given in another's name */
    for (const char *sql; (sql = rights_next(&rest));) {
        struct text problem = text_in(job->arena, 4096);
        admin_hear(copy, &problem); /* what may not be revoked is only warned of */
        if (strncmp(sql, "RESET ", strlen("RESET ")) == 0)
            barred = NULL;
        if (barred || admin_script(copy, sql, &problem) != OK || problem.n > 0)
            text_printf(left_out, "%s; -- %s\n", sql, barred ? barred : text_str(&problem));
        if (strncmp(sql, "SET ", strlen("SET ")) == 0 && problem.n > 0)
            barred = arena_strdup(job->arena, text_str(&problem));
    }
    admin_hear(copy, NULL);
    return OK;
}
