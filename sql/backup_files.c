/* The files of a backup folder: names, writing whole or not at all, reading. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/when.h"
#include "sql/backup_private.h"

/* -- names ------------------------------------------------------------------------------------ */

/* 0: any digit, x: any hex digit; the rest stands for itself. */
static const char pattern[] = "backup-00000000T000000Z-xxxxxxxx";

const char *backup_new_name(struct arena *a, int64_t taken) {
    struct when_parts t = when_split(taken);
    uint8_t random[4];
    char hex[2 * sizeof random + 1];
    crypto_random(random, sizeof random);
    crypto_hex(hex, random, sizeof random);
    return arena_printf(a, "backup-%04d%02d%02dT%02d%02d%02dZ-%s", (int)t.year, t.month, t.day,
                        t.hour, t.minute, t.second, hex);
}

bool backup_is_name(const char *s, size_t n) {
    bool ok = n == sizeof pattern - 1;
    for (size_t i = 0; ok && i < n; i++) {
        bool digit = s[i] >= '0' && s[i] <= '9';
        if (pattern[i] == '0')
            ok = digit;
        else if (pattern[i] == 'x')
            ok = digit || (s[i] >= 'a' && s[i] <= 'f');
        else
            ok = s[i] == pattern[i];
    }
    return ok;
}

/* -- writing ---------------------------------------------------------------------------------- */

static enum status say_failed(struct text *why, const struct backup_folder *f, const char *file) {
    text_printf(why, "%s/%s cannot be written: %s.", f->path, file, strerror(errno));
    return FAILED;
}

enum status growing_open(struct growing *g, struct backup_folder *f, struct arena *a,
                         const char *file, struct text *why) {
    *g = (struct growing){.temporary = arena_printf(a, ".%s.part", file),
                          .file = arena_strdup(a, file)};
    const int how = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    g->fd = openat(f->fd, g->temporary, how, 0600);
    if (g->fd < 0 && errno == EEXIST && unlinkat(f->fd, g->temporary, 0) == 0) /* of a killed run */
        g->fd = openat(f->fd, g->temporary, how, 0600);
    return g->fd < 0 ? say_failed(why, f, file) : OK;
}

bool growing_add(struct growing *g, const char *bytes, size_t n, struct text *why) {
    while (n > 0) {
        ssize_t written = write(g->fd, bytes, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            text_printf(why, "%s cannot be written: %s.", g->file, strerror(errno));
            return false;
        }
        bytes += written;
        n -= (size_t)written;
    }
    return true;
}

/* Gives the file its name unless that is taken. Not every file system knows the flag. */
static int give_name(int folder, const char *temporary, const char *file) {
    if (renameat2(folder, temporary, folder, file, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (linkat(folder, temporary, folder, file, 0) != 0)
        return -1;
    unlinkat(folder, temporary, 0); /* if it stays, the next run removes it */
    return 0;
}

enum status growing_finish(struct growing *g, struct backup_folder *f, struct text *why) {
    /* a late error of writing may come with either; the first is what went wrong */
    int error = fchmod(g->fd, 0600) == 0 && fsync(g->fd) == 0 ? 0 : errno;
    if (close(g->fd) != 0 && !error)
        error = errno;
    g->fd = -1;
    errno = error;
    bool named = !error && give_name(f->fd, g->temporary, g->file) == 0;
    if (named && fsync(f->fd) == 0)
        return OK;
    enum status status = say_failed(why, f, g->file);
    unlinkat(f->fd, named ? g->file : g->temporary, 0);
    return status;
}

void growing_drop(struct growing *g, struct backup_folder *f) {
    if (g->fd < 0)
        return;
    close(g->fd);
    g->fd = -1;
    unlinkat(f->fd, g->temporary, 0);
}

enum status file_write(struct backup_folder *f, struct arena *a, const char *file,
                       const char *bytes, struct text *why) {
    struct growing g;
    enum status status = growing_open(&g, f, a, file, why);
    if (status == OK && growing_add(&g, bytes, strlen(bytes), why))
        return growing_finish(&g, f, why);
    growing_drop(&g, f);
    return FAILED;
}

void file_remove(struct backup_folder *f, const char *file) {
    unlinkat(f->fd, file, 0);
}

/* -- reading ---------------------------------------------------------------------------------- */

const char *file_read(struct backup_folder *f, struct arena *a, const char *file, size_t *n) {
    struct stat st;
    const char *found = NULL;
    int fd = openat(f->fd, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= SEALED_MAX) {
        char *bytes = arena_raw(a, (size_t)st.st_size + 1);
        ssize_t got = read(fd, bytes, (size_t)st.st_size);
        if (got == st.st_size) {
            bytes[got] = '\0';
            *n = (size_t)got;
            found = bytes;
        }
    }
    if (fd >= 0)
        close(fd);
    return found;
}

enum status file_read_sealed(struct backup_folder *f, struct arena *a, const char *file,
                             const struct record *as, void *into, struct text *why) {
    size_t n;
    const char *bytes = file_read(f, a, file, &n);
    if (!bytes) {
        text_printf(why, "There is no %s.", file);
        return NOT_FOUND;
    }
    text_printf(why, "%s ", file);
    size_t before = why->n;
    enum status status = sealed_read(a, f->key, bytes, n, as, into, why);
    if (status != OK)
        text_char(why, '.');
    else
        why->n = before - strlen(file) - 1;
    return status;
}
