#include "cli/import_icons.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"

struct picture {
    uint8_t *bytes;
    size_t n;
    const char *extension;
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

static const char *extension_of(const uint8_t *bytes, size_t n) {
    static const struct {
        const char *extension, *magic;
        size_t n, at;
    } formats[] = {{"png", "\x89PNG\r\n\x1a\n", 8, 0},
                   {"jpg", "\xff\xd8\xff", 3, 0},
                   {"gif", "GIF87a", 6, 0},
                   {"gif", "GIF89a", 6, 0},
                   {"webp", "WEBP", 4, 8}};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (n >= formats[i].at + formats[i].n &&
            memcmp(bytes + formats[i].at, formats[i].magic, formats[i].n) == 0 &&
            (formats[i].at == 0 || memcmp(bytes, "RIFF", 4) == 0))
            return formats[i].extension;
    return NULL;
}

/* The whole of a regular file of at most IMPORT_ICON_MAX bytes. */
static const char *read_file(struct arena *a, int fd, struct picture *p) {
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return "is not a regular file";
    p->bytes = arena_raw(a, IMPORT_ICON_MAX + 1);
    ssize_t got = 1;
    while (p->n <= IMPORT_ICON_MAX && got > 0) {
        got = read(fd, p->bytes + p->n, IMPORT_ICON_MAX + 1 - p->n);
        if (got > 0)
            p->n += (size_t)got;
    }
    if (got < 0)
        return "cannot be read";
    return p->n > IMPORT_ICON_MAX ? "is larger than 1 MiB" : NULL;
}

static const char *load(struct arena *a, const char *dir, const char *path, const char *sha256,
                        struct picture *p) {
    uint8_t digest[32];
    char hex[2 * sizeof digest + 1];
    *p = (struct picture){0};
    if (!is_plain_path(path))
        return "must be a plain path below the folder of --icons";
    int fd =
        open(arena_printf(a, "%s/%s", dir, path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return arena_printf(a, "cannot be opened: %s", strerror(errno));
    const char *wrong = read_file(a, fd, p);
    close(fd);
    if (wrong)
        return wrong;
    crypto_sha256(digest, p->bytes, p->n);
    crypto_hex(hex, digest, sizeof digest);
    if (strcmp(hex, sha256) != 0)
        return arena_printf(a, "has another SHA-256: %s", hex);
    p->extension = extension_of(p->bytes, p->n);
    return p->extension ? NULL : "is not a PNG, JPEG, GIF or WebP picture";
}

const char *import_icon_check(struct arena *a, const char *dir, const char *path,
                              const char *sha256) {
    struct picture p;
    return load(a, dir, path, sha256, &p);
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
static bool put_file(struct arena *a, const char *name, const struct picture *p) {
    const char *unfinished = arena_printf(a, "%s.%d", name, (int)getpid());
    int fd = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return false;
    bool whole = write_all(fd, p->bytes, p->n);
    whole = close(fd) == 0 && whole && rename(unfinished, name) == 0;
    int why = errno;
    if (!whole)
        unlink(unfinished);
    errno = why;
    return whole;
}

const char *import_icon_store(struct arena *a, const char *dir, const char *path,
                              const char *sha256, const char *store) {
    struct picture p;
    const char *wrong = load(a, dir, path, sha256, &p);
    if (wrong)
        return wrong;
    const char *name = arena_printf(a, "%s/%s.%s", store, sha256, p.extension);
    if (access(name, F_OK) == 0)
        return NULL;
    if (mkdir(store, 0755) != 0 && errno != EEXIST)
        return arena_printf(a, "cannot be stored, %s cannot be made: %s", store, strerror(errno));
    if (!put_file(a, name, &p))
        return arena_printf(a, "cannot be stored as %s: %s", name, strerror(errno));
    return NULL;
}
