/* Scratch databases, and the note of what was done. */
#include <string.h>

#include "base/crypto.h"
#include "base/when.h"
#include "sql/backup_private.h"
#include "sql/schema.h"

enum { NAME_MAX_BYTES = 63, SCRATCH_DIGITS = 12 };

const char *tools_path(struct arena *a, const char *tools, const char *program) {
    return *tools ? arena_printf(a, "%s/%s", tools, program) : program;
}

/* -- scratch databases ------------------------------------------------------------------------ */

const char *scratch_prefix(struct arena *a, const char *database, const char *what) {
    size_t room = NAME_MAX_BYTES - SCRATCH_DIGITS - strlen(what), n = strlen(database);
    while (n > room || (n > 0 && n < strlen(database) && (database[n] & 0xc0) == 0x80))
        n--; /* not in the middle of a character */
    return arena_printf(a, "%.*s%s", (int)n, database, what);
}

const char *scratch_name(struct arena *a, const char *prefix) {
    uint8_t random[SCRATCH_DIGITS / 2];
    char hex[SCRATCH_DIGITS + 1];
    crypto_random(random, sizeof random);
    crypto_hex(hex, random, sizeof random);
    return arena_printf(a, "%s%s", prefix, hex);
}

enum status scratch_lock(struct admin *admin, struct arena *a, struct text *why) {
    const char *locked;
    enum status status = admin_value(admin, a, SQL_BACKUP_VERIFY_LOCK, &locked, why);
    if (status != OK || strcmp(locked, "t") == 0)
        return status;
    text_lit(why, "Another rehearsal or trial of a backup of this database is under way; try again "
                  "later.");
    return CONFLICT;
}

enum status scratch_make(struct admin *admin, struct arena *a, const char *prefix,
                         const char **name, struct text *why) {
    enum status status = scratch_clean(admin, a, prefix, NULL, why);
    if (status != OK)
        return status;
    *name = scratch_name(a, prefix);
    return admin_script(admin,
                        arena_printf(a,
                                     "CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8' "
                                     "LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'",
                                     admin_identifier(admin, a, *name)),
                        why);
}

/* Who is no superuser needs both ways: the plain one ends autovacuum and waits five seconds for the
 * others, WITH (FORCE) ends the others and is refused where autovacuum is at work. */
enum status scratch_drop(struct admin *admin, struct arena *a, const char *name, struct text *why) {
    enum { TRIES = 6 };
    const char *identifier = admin_identifier(admin, a, name);
    size_t before = why->n;
    enum status status = FAILED;
    for (int i = 0; i < TRIES && status != OK; i++) {
        if (i > 0 && !admin_failed_with(admin, "55006") && !admin_failed_with(admin, "42501"))
            return status;
        why->n = before;
        status = admin_script(admin,
                              arena_printf(a, "DROP DATABASE IF EXISTS %s%s", identifier,
                                           i % 2 ? " WITH (FORCE)" : ""),
                              why);
    }
    return status;
}

enum status scratch_clean(struct admin *admin, struct arena *a, const char *prefix,
                          const char *owner, struct text *why) {
    struct rows found;
    const char *values[] = {prefix, owner};
    enum status status =
        admin_query(admin, a, SQL_BACKUP_SCRATCHES, values, 2, &record_schema_line, &found, why);
    for (size_t i = 0; status == OK && i < found.n; i++) {
        const struct schema_line *line = rows_at(&record_schema_line, &found, i);
        status = scratch_drop(admin, a, line->line, why);
    }
    return status;
}

/* -- the note --------------------------------------------------------------------------------- */

bool operation_note(struct admin *admin, struct arena *a, const char *kind, const char *result,
                    int64_t began, const char *facts, struct text *note) {
    struct text time = text_in(a, 64), problem = text_in(a, 4096);
    when_put_iso(&time, began);
    const char *values[] = {kind, result, text_str(&time), facts};
    /* The role of backups reads only unless it says otherwise; what it may write is this. */
    if (admin_script(admin, "BEGIN READ WRITE", &problem) != OK ||
        admin_query(admin, a, SQL_BACKUP_NOTE, values, 4, NULL, NULL, &problem) != OK ||
        admin_script(admin, "COMMIT", &problem) != OK) {
        text_printf(note, "It could not be noted in db_operations: %s.\n", text_str(&problem));
        (void)!admin_script(admin, "ROLLBACK", &problem);
        return false;
    }
    return true;
}
