/* An archive against its manifest. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "sql/backup_private.h"

enum { PIECE = 64 * 1024 };

static enum status read_manifest(struct backup_folder *f, struct arena *a, const char *name,
                                 struct manifest *m, struct text *why) {
    const char *file = arena_printf(a, "%s.json", name);
    enum status status = file_read_sealed(f, a, file, &record_manifest, m, why);
    if (status == NOT_FOUND)
        text_printf(why, " Without its manifest %s.dump is not a backup that was made here.", name);
    if (status != OK)
        return BAD_INPUT;
    if (strcmp(m->format, MANIFEST_FORMAT) != 0) {
        text_printf(why, "%s is no manifest.", file);
        return BAD_INPUT;
    }
    if (strcmp(m->archive, arena_printf(a, "%s.dump", name)) != 0) {
        text_printf(why, "%s is the manifest of %s.", file, m->archive);
        return BAD_INPUT;
    }
    return OK;
}

/* The SHA-256 in hex of all of the file. */
static bool digest(int fd, char hex[65]) {
    struct crypto_sha256_state hash;
    char piece[PIECE];
    uint8_t sum[32];
    ssize_t n;
    crypto_sha256_start(&hash);
    while ((n = read(fd, piece, PIECE)) != 0) {
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            crypto_sha256_add(&hash, piece, (size_t)n);
    }
    crypto_sha256_end(&hash, sum);
    crypto_hex(hex, sum, sizeof sum);
    return lseek(fd, 0, SEEK_SET) == 0;
}

static enum status check_archive(int fd, const struct manifest *m, struct text *why) {
    struct stat st;
    char hex[65];
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        text_printf(why, "%s is not a file.", m->archive);
        return BAD_INPUT;
    }
    if (st.st_size != m->bytes) {
        text_printf(why, "%s has %" PRId64 " bytes; it was made with %" PRId64 ".", m->archive,
                    (int64_t)st.st_size, m->bytes);
        return BAD_INPUT;
    }
    if (!digest(fd, hex)) {
        text_printf(why, "%s cannot be read: %s.", m->archive, strerror(errno));
        return FAILED;
    }
    if (strcmp(hex, m->sha256) == 0)
        return OK;
    text_printf(why, "%s was changed: its SHA-256 is not the one in its manifest.", m->archive);
    return BAD_INPUT;
}

enum status backup_open(struct backup_folder *f, struct arena *a, const char *name,
                        struct manifest *manifest, int *fd, struct text *why) {
    const char *archive = arena_printf(a, "%s.dump", name);
    if (!backup_is_name(name, strlen(name))) {
        text_shown(why, archive, strlen(archive));
        text_lit(why, " is not named as the backups that are made here are.");
        return BAD_INPUT;
    }
    enum status status = read_manifest(f, a, name, manifest, why);
    if (status != OK)
        return status;
    int opened = openat(f->fd, archive, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (opened < 0) {
        text_printf(why, "%s/%s cannot be opened: %s.", f->path, archive, strerror(errno));
        return BAD_INPUT;
    }
    status = check_archive(opened, manifest, why);
    if (status == OK)
        *fd = opened;
    else
        close(opened);
    return status;
}
