#include "cli/import_icons.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "pictures/thumbnail.h"

struct icon_file {
    uint8_t *bytes;
    size_t n;
    const char *extension;
    uint8_t *small; /* the thumbnail, n_small bytes */
    size_t n_small;
};

/* Plain names between slashes; none begins with a dot, so none leads out of the folder. */
static bool is_plain_path(const char *path) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789._+@-";
    for (;;) {
        size_t n = strspn(path, plain);
        if (n == 0 || path[0] == '.')
            return false;
        path += n;
        if (*path == '\0')
            return true;
        if (*path++ != '/')
            return false;
    }
}

/* The whole of a regular file of at most IMPORT_ICON_MAX bytes. */
static const char *read_file(struct arena *a, int fd, struct icon_file *f) {
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return "is not a regular file";
    f->bytes = arena_raw(a, IMPORT_ICON_MAX + 1);
    ssize_t got = 1;
    while (f->n <= IMPORT_ICON_MAX && got > 0) {
        got = read(fd, f->bytes + f->n, IMPORT_ICON_MAX + 1 - f->n);
        if (got > 0)
            f->n += (size_t)got;
    }
    if (got < 0)
        return "cannot be read";
    return f->n > IMPORT_ICON_MAX ? "is larger than 1 MiB" : NULL;
}

static const char *read_picture(struct arena *a, struct icon_file *f) {
    struct picture p;
    const char *wrong = picture_read(a, f->bytes, f->n, &p);
    if (wrong)
        return wrong;
    f->extension = p.extension;
    f->small = thumbnail_make(a, &p, &f->n_small);
    picture_free(&p);
    return f->small ? NULL : "cannot be made small";
}

static const char *load(struct arena *a, const char *dir, const char *path, const char *sha256,
                        struct icon_file *f) {
    uint8_t digest[32];
    char hex[2 * sizeof digest + 1];
    *f = (struct icon_file){0};
    if (!is_plain_path(path))
        return "must be a plain path below the folder of --icons";
    int fd =
        open(arena_printf(a, "%s/%s", dir, path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return arena_printf(a, "cannot be opened: %s", strerror(errno));
    const char *wrong = read_file(a, fd, f);
    close(fd);
    if (wrong)
        return wrong;
    crypto_sha256(digest, f->bytes, f->n);
    crypto_hex(hex, digest, sizeof digest);
    if (strcmp(hex, sha256) != 0)
        return arena_printf(a, "has another SHA-256: %s", hex);
    return read_picture(a, f);
}

const char *import_icon_check(struct arena *a, const char *dir, const char *path,
                              const char *sha256) {
    struct icon_file f;
    return load(a, dir, path, sha256, &f);
}

static bool write_all(int fd, const uint8_t *bytes, size_t n) {
    while (n > 0) {
        ssize_t written = write(fd, bytes, n);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        n -= (size_t)written;
    }
    return fsync(fd) == 0;
}

/* Under a name of its own first, so that a reader never meets half a picture. */
static bool put_file(struct arena *a, const char *name, const uint8_t *bytes, size_t n) {
    const char *unfinished = arena_printf(a, "%s.%d", name, (int)getpid());
    int fd = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return false;
    bool whole = write_all(fd, bytes, n);
    whole = close(fd) == 0 && whole && rename(unfinished, name) == 0;
    int why = errno;
    if (!whole)
        unlink(unfinished);
    errno = why;
    return whole;
}

/* A file of that name is there, or is made. */
static const char *put_new(struct arena *a, const char *name, const uint8_t *bytes, size_t n) {
    if (access(name, F_OK) == 0 || put_file(a, name, bytes, n))
        return NULL;
    return arena_printf(a, "cannot be stored as %s: %s", name, strerror(errno));
}

static const char *make_folder(struct arena *a, const char *name) {
    if (mkdir(name, 0755) == 0 || errno == EEXIST)
        return NULL;
    return arena_printf(a, "cannot be stored, %s cannot be made: %s", name, strerror(errno));
}

const char *import_icon_store(struct arena *a, const char *dir, const char *path,
                              const char *sha256, const char *store) {
    struct icon_file f;
    const char *wrong = load(a, dir, path, sha256, &f);
    if (!wrong)
        wrong = make_folder(a, store);
    if (!wrong)
        wrong = put_new(a, arena_printf(a, "%s/%s.small.webp", store, sha256), f.small, f.n_small);
    return wrong
               ? wrong
               : put_new(a, arena_printf(a, "%s/%s.%s", store, sha256, f.extension), f.bytes, f.n);
}
