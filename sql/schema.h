/* schema.h - the declared schema (schema.sql, part of the executable) and the one a database has.
 *
 * A schema's fingerprint is the SHA-256, in hex, of its canonical text (the query schema_text).
 * Each push records the fingerprint it left and the SHA-256 of the files it worked from, so that
 * any role can tell whether database and program belong together. */
#ifndef SITA_SQL_SCHEMA_H
#define SITA_SQL_SCHEMA_H

#include "sql/db.h"

enum { SCHEMA_HASH_SIZE = 65 }; /* 64 hex digits and NUL */

/* One line of the canonical text. */
struct schema_line {
    const char *line;
};

/* What the last push recorded. */
struct schema_record {
    const char *fingerprint, *source_hash;
    int64_t finished_at;
};

extern const struct record record_schema_line, record_schema_record;

/* Whether the database is as this program's schema.sql declares it; any role may ask. OK; CONFLICT:
 * it is not, and `why` has a sentence with the cure; BUSY: it cannot be reached; FAILED: the log
 * has the reason. */
enum status schema_check(struct db *db, struct text *why);

/* SHA-256 in hex of a schema file together with the grants: changes when either does. */
void schema_source_hash(char out[SCHEMA_HASH_SIZE], const char *schema);

/* SHA-256 in hex of n lines (rows of struct schema_line). */
void schema_fingerprint(char out[SCHEMA_HASH_SIZE], struct arena *a, const struct rows *lines);

#endif
