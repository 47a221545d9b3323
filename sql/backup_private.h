/* backup_private.h - what the files of the backup share. */
#ifndef SITA_SQL_BACKUP_PRIVATE_H
#define SITA_SQL_BACKUP_PRIVATE_H

#include "sql/backup.h"
#include "sql/db_admin.h"

enum { SEALED_MAX = 4 * 1024 * 1024 }; /* bytes of a manifest */

/* -- sealed text (backup_manifest.c) ---------------------------------------------------------- */

/* The record as a line of JSON whose last member is "mac": of all that stands before it. */
const char *sealed_write(struct arena *a, const uint8_t key[32], const struct record *as,
                         const void *from);

/* Reads such a line into `into`. BAD_INPUT: it is not one, or another key made it; `why` has the
 * end of a sentence that begins with the file's name. */
MUST_CHECK enum status sealed_read(struct arena *a, const uint8_t key[32], const char *text,
                                   size_t n, const struct record *as, void *into, struct text *why);

/* What NAME.verified says. */
struct backup_mark {
    const char *format; /* MARK_FORMAT */
    const char *sha256; /* of the archive that was tried out */
    int64_t verified;
};

#define MARK_FORMAT "sitaminter-verified-1"

extern const struct record record_backup_mark;

/* -- files (backup_files.c) ------------------------------------------------------------------- */

/* A file that grows under a name that is no backup's: ".FILE.part". */
struct growing {
    int fd;
    const char *temporary, *file;
};

/* FAILED, here and below: `why` has a sentence. */
MUST_CHECK enum status growing_open(struct growing *g, struct backup_folder *f, struct arena *a,
                                    const char *file, struct text *why);
MUST_CHECK bool growing_add(struct growing *g, const char *bytes, size_t n, struct text *why);

/* Puts it on disk under its name, whole, mode 0600; never over another file. */
MUST_CHECK enum status growing_finish(struct growing *g, struct backup_folder *f, struct text *why);

/* Removes it, unless it was finished. */
void growing_drop(struct growing *g, struct backup_folder *f);

/* All of it at once. */
MUST_CHECK enum status file_write(struct backup_folder *f, struct arena *a, const char *file,
                                  const char *bytes, struct text *why);

void file_remove(struct backup_folder *f, const char *file);

/* The bytes of a small file, in a; NULL if there is none of at most SEALED_MAX bytes. */
const char *file_read(struct backup_folder *f, struct arena *a, const char *file, size_t *n);

/* Reads the sealed file into `into`; `why` gets a sentence. NOT_FOUND: there is no such file. */
MUST_CHECK enum status file_read_sealed(struct backup_folder *f, struct arena *a, const char *file,
                                        const struct record *as, void *into, struct text *why);

/* A new name for a backup: its time in UTC and random digits. */
const char *backup_new_name(struct arena *a, int64_t taken);

/* Whether the n bytes at s are such a name. */
bool backup_is_name(const char *s, size_t n);

/* -- what a database holds (backup_contents.c) ------------------------------------------------ */

struct backup_source {
    const char *database, *server;
    int64_t constraints, large_objects;
};

struct backup_look {
    bool sequence;
    const char *name, *look;
};

/* Fills database, server, fingerprint, shape, constraints, tables and sequences. Inside a
 * transaction. */
MUST_CHECK enum status contents_read(struct admin *admin, struct arena *a, struct manifest *m,
                                     struct text *why);

/* Reads what the database holds, in one snapshot, and compares it with what the manifest states.
 * BAD_INPUT: it differs, `why` says in what. */
MUST_CHECK enum status contents_check(struct admin *admin, struct arena *a,
                                      const struct manifest *stated, struct text *why);

/* From now on `watch`, which must stay where it is, is told each time that the connection waits. */
void contents_watch(struct admin *admin, struct backup_watch *watch);

/* Raises `most` of each sequence to how far it got by now. */
MUST_CHECK enum status contents_advance(struct admin *admin, struct arena *a, struct manifest *m,
                                        struct text *why);

/* Whether a database that was restored holds what the manifest states; `why` names what does not.
 */
bool contents_equal(const struct manifest *stated, const struct manifest *found, struct text *why);

/* -- programs and databases (backup_tools.c, backup_pg_restore.c) ------------------------------ */

/* Where a program or a connection goes; user and database, if not NULL, replace conninfo's. */
struct backup_access {
    const char *conninfo, *user, *database;
};

/* A restore: of the archive behind fd into the empty database of `to`. */
struct tools_job {
    struct arena *arena;
    const char *tools; /* (backup.h) */
    struct backup_access to;
    const char *role; /* whom everything will belong to, or NULL */
    int fd;
    struct rows reserved; /* schema_line: extensions that only a superuser may make */
    struct backup_watch watch;
    int64_t bytes; /* of the archive */
};

/* Restores everything but the reserved extensions, in one transaction. */
MUST_CHECK enum status tools_restore(const struct tools_job *job, struct text *why);

/* Gives the rights that the archive has, statement by statement, over `copy`, a connection to where
 * it was restored. What could not be given is appended to left_out, a line each: "STATEMENT; --
 * why". */
MUST_CHECK enum status tools_restore_rights(const struct tools_job *job, struct admin *copy,
                                            struct text *left_out, struct text *why);

/* Appends a line "CREATE EXTENSION name" for each reserved extension that the archive has. */
MUST_CHECK enum status tools_list_reserved(const struct tools_job *job, struct text *lines,
                                           struct text *why);

/* Makes the reserved extensions that the archive has, if any; `to` is a superuser's. */
MUST_CHECK enum status tools_restore_reserved(const struct tools_job *job, struct text *why);

/* The path of a program of PostgreSQL, or its name if PATH is to tell. */
const char *tools_path(struct arena *a, const char *tools, const char *program);

/* A new name for a database: prefix and twelve random hex digits. */
const char *scratch_name(struct arena *a, const char *prefix);

/* The prefix for those of a database: `database`, cut to what leaves room, and `what`. */
const char *scratch_prefix(struct arena *a, const char *database, const char *what);

/* Drops the databases of the role `owner` (NULL: of this session's) that begin so and end in twelve
 * hex digits: nobody but a killed run leaves one. */
MUST_CHECK enum status scratch_clean(struct admin *admin, struct arena *a, const char *prefix,
                                     const char *owner, struct text *why);

/* From now on, until the session ends, nobody else tries out or rehearses with a backup of this
 * database: what a killed one left behind is told from one under way by this. CONFLICT: somebody
 * does, `why` says so. */
MUST_CHECK enum status scratch_lock(struct admin *admin, struct arena *a, struct text *why);

/* Makes an empty database for a restore, after dropping what killed runs left: *name begins with
 * the prefix and lives in a. */
MUST_CHECK enum status scratch_make(struct admin *admin, struct arena *a, const char *prefix,
                                    const char **name, struct text *why);
MUST_CHECK enum status scratch_drop(struct admin *admin, struct arena *a, const char *name,
                                    struct text *why);

/* Notes it in db_operations; if that cannot be, `note` says so. */
bool operation_note(struct admin *admin, struct arena *a, const char *kind, const char *result,
                    int64_t began, const char *facts, struct text *note);

#endif
