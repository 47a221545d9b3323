/* backup.h - backups of a database: taken by pg_dump, stated by a manifest, tried out, restored.
 *
 * A backup is two files in one folder, NAME.dump (an archive of pg_dump's custom format) and
 * NAME.json (its manifest). The manifest is written first, so that the archive's name is what makes
 * a backup. NAME.verified says that it was tried out, NAME.pinned that it is to be kept. Manifest
 * and NAME.verified are sealed: a MAC with a key that comes from the environment's key. */
#ifndef SITA_SQL_BACKUP_H
#define SITA_SQL_BACKUP_H

#include "base/record.h"
#include "base/status.h"
#include "base/text.h"

/* -- the manifest ----------------------------------------------------------------------------- */

struct backup_table {
    const char *name;   /* as SQL writes it: public.tokens */
    int64_t rows;       /* in the snapshot */
    const char *digest; /* sum of a digest of each row, decimal */
};

struct backup_sequence {
    const char *name;
    int64_t least, most; /* how far it had got before and after the dump */
};

struct manifest {
    const char *format;  /* MANIFEST_FORMAT */
    const char *archive; /* NAME.dump */
    int64_t bytes;
    const char *sha256; /* of the archive */
    int64_t taken, finished;
    const char *database, *server,
        *program;            /* its name; versions of PostgreSQL and of this program */
    const char *fingerprint; /* SHA-256 of the canonical text of all objects (schema.h) */
    const char *shape;   /* the same without casts and brackets, which a restore may write anew */
    int64_t constraints; /* how many there are */
    struct rows tables, sequences;
    int64_t large_objects; /* that are left out; not written */
};

#define MANIFEST_FORMAT "sitaminter-backup-1"

extern const struct record record_manifest, record_backup_table, record_backup_sequence;
extern const struct record record_backup_source, record_backup_look; /* of queries/backup.sql */

/* -- the folder ------------------------------------------------------------------------------- */

struct backup_folder {
    const char *path;
    int fd;
    int lock; /* -1 until it is locked */
    uint8_t key[32];
};

/* Opens the folder `path`; `make`: makes it if it is not there. key is the environment's, in hex.
 * BAD_INPUT: no key; FAILED: the folder cannot be used. `why` has a sentence. End it with
 * backup_folder_close, which may be called after a failure too. */
MUST_CHECK enum status backup_folder_open(struct backup_folder *f, struct arena *a,
                                          const char *path, const char *key, bool make,
                                          struct text *why);
void backup_folder_close(struct backup_folder *f);

/* From now on no other process changes the folder. CONFLICT: one does, `why` says who. `what` is
 * what others will read about us. Removes what a killed run left behind. */
MUST_CHECK enum status backup_folder_lock(struct backup_folder *f, struct arena *a,
                                          const char *what, struct text *why);

enum backup_state {
    BACKUP_GOOD,
    BACKUP_INCOMPLETE, /* the archive is missing or has another length */
    BACKUP_UNSEALED    /* the manifest is not one that was made here with this key */
};

struct backup {
    const char *name; /* without an ending */
    enum backup_state state;
    struct manifest manifest; /* unless BACKUP_UNSEALED */
    int64_t verified_at;      /* or WHEN_NONE */
    bool pinned;
};

struct backups {
    struct backup *at; /* newest first; the unsealed last */
    size_t n;
    int64_t free_bytes; /* room left on the file system */
};

/* Everything in the folder that is named like a backup; lives in a. */
MUST_CHECK enum status backup_list(struct backup_folder *f, struct arena *a, struct backups *out,
                                   struct text *why);

/* Opens the archive NAME.dump after checking the manifest's seal and the archive against it, byte
 * by byte; *fd is then at its beginning and the caller's to close. BAD_INPUT: it is not a whole
 * backup that was made here, `why` says what is wrong. */
MUST_CHECK enum status backup_open(struct backup_folder *f, struct arena *a, const char *name,
                                   struct manifest *manifest, int *fd, struct text *why);

/* Keeps the backup from being pruned, or no longer; the folder must be locked. NOT_FOUND: there is
 * none of that name. */
MUST_CHECK enum status backup_pin(struct backup_folder *f, struct arena *a, const char *name,
                                  bool pinned, struct text *why);

/* Notes in the folder that the backup was tried out. */
MUST_CHECK enum status backup_mark_verified(struct backup_folder *f, struct arena *a,
                                            const char *name, const struct manifest *manifest,
                                            int64_t when, struct text *why);

/* -- what may go ------------------------------------------------------------------------------ */

struct retention {
    int64_t now;  /* (when.h) */
    int32_t days; /* what is older may go */
    int32_t keep; /* this many good ones stay whatever their age */
};

/* Sets drop[i] for each backup of the list that may go, and returns how many. Nothing goes unless a
 * newer backup of the last `days` days was verified. Those that the clock has not come to yet are
 * neither dropped nor counted; after a gap of more than `days` between the two newest ones the
 * clock is not believed. `why` gets the reason if something old stays for one of these. */
size_t backup_decide(const struct backups *list, const struct retention *r, bool *drop,
                     struct text *why);

/* Whether it was taken at a time that is yet to come: a clock was wrong then, or is now. */
bool backup_is_ahead(const struct backup *b, int64_t now);

/* The newest good one, or NULL: none whose time is yet to come, which would be it for as long. */
const struct backup *backup_newest(const struct backups *list, int64_t now);

enum backup_level { BACKUP_FINE, BACKUP_WARNING, BACKUP_CRITICAL };

struct backup_limits {
    int64_t now;
    int32_t warn_hours, late_hours;             /* age of the last good backup */
    int32_t verify_warn_days, verify_late_days; /* since one was verified */
};

struct backup_health {
    enum backup_level level;
    const struct backup *good;     /* the newest good one, or NULL */
    const struct backup *verified; /* the one that was verified last, or NULL */
};

/* What is to be said of the backups; `problems` gets a line for each thing that is not as it should
 * be. */
struct backup_health backup_assess(const struct backups *list, const struct backup_limits *limits,
                                   struct text *problems);

/* Removes the files of a backup of the list. The folder must be locked. */
MUST_CHECK enum status backup_remove(struct backup_folder *f, struct arena *a,
                                     const struct backup *b, struct text *why);

/* Who is told how far an operation is, every now and then: what it is `doing` ("restoring"), and
 * the bytes that are done of how many; 0 where that is not known. */
struct backup_watch {
    void (*tell)(void *context, const char *doing, int64_t bytes, int64_t of); /* NULL: nobody */
    void *context;
};

/* -- taking one ------------------------------------------------------------------------------- */

struct backup_run {
    const char *conninfo; /* a role that can read everything */
    const char *tools;    /* folder of pg_dump and pg_restore, "" = by PATH */
    struct backup_watch watch;
};

/* Takes a backup into the folder, which must be locked. OK: `made` has its manifest, `name` its
 * name; `note` gets a sentence for each thing worth knowing (pg_dump's warnings, not recorded in
 * the database). Else `why` says what went wrong and nothing is left that looks like a backup:
 * BUSY: the database cannot be reached; CONFLICT: another operation is at work in it; NOT_FOUND: no
 * pg_dump. */
MUST_CHECK enum status backup_take(struct backup_folder *f, struct arena *a,
                                   const struct backup_run *run, struct manifest *made,
                                   struct text *note, struct text *why);

/* -- trying one out, restoring one ------------------------------------------------------------ */

struct backup_trial {
    const char *conninfo; /* of a role that may create databases */
    const char *tools;
    struct backup_watch watch;
};

/* Restores the backup NAME into a scratch database and compares that with the manifest: rows and
 * digests of each table, sequences, constraints, fingerprint. The scratch database is dropped, and
 * so are those that killed trials left behind. OK: it is as the manifest says, and the folder says
 * so; BAD_INPUT: it is not, `why` says what is wrong; BUSY, CONFLICT, NOT_FOUND, FAILED as above.
 * What came of it is noted in db_operations, damage of the files included. `note` as above. */
MUST_CHECK enum status backup_verify(struct backup_folder *f, struct arena *a, const char *name,
                                     const struct backup_trial *trial, struct manifest *manifest,
                                     struct text *note, struct text *why);

struct backup_restoring {
    const char *admin_url;   /* a superuser's, or of a role that may create roles and databases */
    const char *owner_url;   /* names the live database and the server's roles */
    const char *const *urls; /* roles whose passwords are set */
    size_t n_urls;
    const char *tools;
    const char *into;    /* the database to make */
    const char *replace; /* consent: the name of a database that may be put aside; or NULL */
    bool *refused;       /* becomes true if it is this consent that was missing */
    struct backup_watch watch;
};

/* Makes the database `into` from a backup: first under another name, compared like a trial, with
 * the program's rights, then renamed. A database of that name that is not empty, and the live one,
 * are put aside under a name that `note` tells, if `replace` names them; CONFLICT otherwise, and if
 * another restore is at work on the server. */
MUST_CHECK enum status backup_restore(struct backup_folder *f, struct arena *a, const char *name,
                                      const struct backup_restoring *r, struct manifest *manifest,
                                      struct text *note, struct text *why);

#endif
