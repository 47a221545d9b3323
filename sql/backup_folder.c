/* The folder of the backups: its lock, and what is in it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/when.h"
#include "sql/backup_private.h"

static const char lock_file[] = ".lock";

static enum status failed(struct text *why, const char *what, const char *path) {
    text_printf(why, "The folder %s cannot be %s: %s.", path, what, strerror(errno));
    return FAILED;
}

/* Beyond a limit on the size of files a write is to fail, not to end us half-way. */
static void fail_when_too_large(void) {
    sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
}

enum status backup_folder_open(struct backup_folder *f, struct arena *a, const char *path,
                               const char *key, bool make, struct text *why) {
    uint8_t environment[32];
    fail_when_too_large();
    *f = (struct backup_folder){.path = arena_strdup(a, path), .fd = -1, .lock = -1};
    if (!crypto_from_hex(environment, sizeof environment, key)) {
        text_lit(why,
                 "Backups are sealed with the environment's key: set SITA_KEY to 64 hexadecimal "
                 "digits (`openssl rand -hex 32` makes some), and keep a copy of it where the "
                 "backups are not.");
        return BAD_INPUT;
    }
    crypto_derive(f->key, environment, "backups1");
    if (make && mkdir(path, 0700) != 0 && errno != EEXIST)
        return failed(why, "made", path);
    f->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return f->fd < 0 ? failed(why, "opened", path) : OK;
}

void backup_folder_close(struct backup_folder *f) {
    if (f->lock >= 0)
        close(f->lock);
    if (f->fd >= 0)
        close(f->fd);
    f->fd = f->lock = -1;
}

/* -- the lock --------------------------------------------------------------------------------- */

/* Calls fn for each name in the folder. */
static enum status each_file(struct backup_folder *f, void (*fn)(void *context, const char *file),
                             void *context, struct text *why) {
    int fd = openat(f->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    if (!folder) {
        enum status status = failed(why, "read", f->path);
        if (fd >= 0)
            close(fd);
        return status;
    }
    for (errno = 0; (entry = readdir(folder)); errno = 0)
        fn(context, entry->d_name);
    enum status status = errno ? failed(why, "read", f->path) : OK;
    closedir(folder);
    return status;
}

static bool ends_in(const char *file, const char *ending) {
    size_t n = strlen(file), m = strlen(ending);
    return n > m && strcmp(file + n - m, ending) == 0;
}

/* An archive gets its name right after its manifest. Between the two the run may have been killed.
 */
static void remove_orphan(struct backup_folder *f, const char *name, int n) {
    struct stat st;
    char dump[64], manifest[64];
    snprintf(dump, sizeof dump, "%.*s.dump", n, name);
    snprintf(manifest, sizeof manifest, "%.*s.json", n, name);
    if (fstatat(f->fd, dump, &st, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
        unlinkat(f->fd, manifest, 0);
}

/* Whoever makes an archive or a manifest holds the lock; so one that is there now has no maker.
 * Marks are made without it. */
static void remove_stale(void *context, const char *file) {
    struct backup_folder *f = context;
    struct stat st;
    size_t n = *file == '.' ? strcspn(file + 1, ".") : 0;
    if (!backup_is_name(file + 1, n) || !ends_in(file, ".part") ||
        fstatat(f->fd, file, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode) ||
        st.st_uid != geteuid())
        return;
    if (strcmp(file + 1 + n, ".dump.part") == 0)
        remove_orphan(f, file + 1, (int)n);
    unlinkat(f->fd, file, 0);
}

enum status backup_folder_lock(struct backup_folder *f, struct arena *a, const char *what,
                               struct text *why) {
    struct text mine = text_in(a, 256);
    size_t n;
    int fd = openat(f->fd, lock_file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return failed(why, "locked", f->path);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        const char *other = file_read(f, a, lock_file, &n);
        close(fd);
        text_printf(why, "Another process is at work in %s: ", f->path);
        text_shown(why, other ? other : "", other ? strcspn(other, "\n") : 0);
        text_lit(why, "; try again later.");
        return CONFLICT;
    }
    f->lock = fd;
    text_printf(&mine, "%s, process %d, since ", what, (int)getpid());
    when_put_iso(&mine, when_now());
    text_char(&mine, '\n');
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text_str(&mine), mine.n, 0) != (ssize_t)mine.n)
        return failed(why, "locked", f->path);
    return each_file(f, remove_stale, f, why);
}

/* -- the list --------------------------------------------------------------------------------- */

struct names {
    struct arena *arena;
    const char **at;
    size_t n;
};

static void gather(void *context, const char *file) {
    struct names *names = context;
    size_t n = strcspn(file, ".");
    if (!backup_is_name(file, n) ||
        (strcmp(file + n, ".json") != 0 && strcmp(file + n, ".dump") != 0))
        return;
    if ((names->n & (names->n - 1)) == 0) /* room for the next power of two */
        names->at = arena_grow(names->arena, names->at, names->n * sizeof *names->at,
                               (names->n ? 2 * names->n : 1) * sizeof *names->at);
    names->at[names->n++] = arena_strndup(names->arena, file, n);
}

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int64_t size_of(const struct backup_folder *f, const char *file) {
    struct stat st;
    bool there = fstatat(f->fd, file, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
    return there ? (int64_t)st.st_size : -1;
}

static void read_one(struct backup_folder *f, struct arena *a, struct backup *b) {
    struct text ignored = text_in(a, 4096);
    struct manifest *m = &b->manifest;
    struct backup_mark mark;
    const char *archive = arena_printf(a, "%s.dump", b->name);
    b->state = BACKUP_UNSEALED;
    b->verified_at = WHEN_NONE;
    b->pinned = size_of(f, arena_printf(a, "%s.pinned", b->name)) >= 0;
    if (file_read_sealed(f, a, arena_printf(a, "%s.json", b->name), &record_manifest, m,
                         &ignored) != OK ||
        strcmp(m->format, MANIFEST_FORMAT) != 0 || strcmp(m->archive, archive) != 0)
        return;
    b->state = size_of(f, archive) == m->bytes ? BACKUP_GOOD : BACKUP_INCOMPLETE;
    if (file_read_sealed(f, a, arena_printf(a, "%s.verified", b->name), &record_backup_mark, &mark,
                         &ignored) == OK &&
        strcmp(mark.format, MARK_FORMAT) == 0 && strcmp(mark.sha256, m->sha256) == 0)
        b->verified_at = mark.verified;
}

static int newest_first(const void *one, const void *other) {
    const struct backup *a = one, *b = other;
    bool a_last = a->state == BACKUP_UNSEALED, b_last = b->state == BACKUP_UNSEALED;
    if (a_last != b_last)
        return a_last ? 1 : -1;
    if (!a_last && a->manifest.taken != b->manifest.taken)
        return a->manifest.taken < b->manifest.taken ? 1 : -1;
    return strcmp(b->name, a->name);
}

enum status backup_list(struct backup_folder *f, struct arena *a, struct backups *out,
                        struct text *why) {
    struct names names = {.arena = a};
    struct statvfs room;
    if (fstatvfs(f->fd, &room) != 0)
        return failed(why, "read", f->path);
    *out = (struct backups){.free_bytes = (int64_t)room.f_bavail * (int64_t)room.f_frsize};
    enum status status = each_file(f, gather, &names, why);
    if (status != OK)
        return status;
    out->at = arena_array(a, names.n, sizeof *out->at);
    if (names.n == 0)
        return OK;
    qsort(names.at, names.n, sizeof *names.at, compare_names);
    for (size_t i = 0; i < names.n; i++) {
        if (i > 0 && strcmp(names.at[i - 1], names.at[i]) == 0)
            continue;
        out->at[out->n].name = names.at[i];
        read_one(f, a, &out->at[out->n++]);
    }
    qsort(out->at, out->n, sizeof *out->at, newest_first);
    return OK;
}

/* -- changes ---------------------------------------------------------------------------------- */

enum status backup_pin(struct backup_folder *f, struct arena *a, const char *name, bool pinned,
                       struct text *why) {
    const char *pin = arena_printf(a, "%s.pinned", name);
    if (!backup_is_name(name, strlen(name)) || size_of(f, arena_printf(a, "%s.dump", name)) < 0) {
        text_lit(why, "There is no backup ");
        text_shown(why, name, strlen(name));
        text_printf(why, " in %s.", f->path);
        return NOT_FOUND;
    }
    if (pinned && size_of(f, pin) < 0)
        return file_write(f, a, pin, "", why);
    if (!pinned && unlinkat(f->fd, pin, 0) != 0 && errno != ENOENT)
        return failed(why, "changed", f->path);
    return OK;
}

enum status backup_mark_verified(struct backup_folder *f, struct arena *a, const char *name,
                                 const struct manifest *manifest, int64_t when, struct text *why) {
    struct backup_mark mark = {MARK_FORMAT, manifest->sha256, when};
    const char *file = arena_printf(a, "%s.verified", name);
    if (unlinkat(f->fd, file, 0) != 0 && errno != ENOENT)
        return failed(why, "changed", f->path);
    return file_write(f, a, file, sealed_write(a, f->key, &record_backup_mark, &mark), why);
}

enum status backup_remove(struct backup_folder *f, struct arena *a, const struct backup *b,
                          struct text *why) {
    static const char *const endings[] = {"dump", "verified", "json"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (unlinkat(f->fd, arena_printf(a, "%s.%s", b->name, endings[i]), 0) != 0 &&
            errno != ENOENT)
            return failed(why, "pruned", f->path);
    return fsync(f->fd) == 0 ? OK : failed(why, "pruned", f->path);
}
