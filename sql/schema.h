/* schema.h - the declared schema (schema.sql, part of the executable) and the one a database has.
 *
 * A schema's fingerprint is the SHA-256, in hex, of the canonical text (the query schema_text) of
 * its managed objects: those that a push made or adopted. Each push records the fingerprint it left
 * and the SHA-256 of the files it worked from, so that any role can tell whether database and
 * program belong together, whatever others keep in the database. A push that only added to what an
 * earlier one left names the files of that one, too: their programs start as before. */
#ifndef SITA_SQL_SCHEMA_H
#define SITA_SQL_SCHEMA_H

#include "sql/db.h"

enum { SCHEMA_HASH_SIZE = 65 }; /* 64 hex digits and NUL */

struct schema_line {
    const char *line;
};

/* An object of a schema with its line of the canonical text. */
struct schema_object {
    const char *object; /* "column tokens.symbol" */
    const char *parent; /* the relation that it belongs to, or "" */
    const char *line;
};

/* What the last push recorded. */
struct schema_record {
    const char *fingerprint, *source_hash;
    const char *fits; /* that, and the hashes of earlier files whose programs can do with it */
    int64_t finished_at;
};

extern const struct record record_schema_line, record_schema_object, record_schema_record;

/* Whether the database is as this program's schema.sql declares it, or has no more than additions
 * to that; any role may ask. OK; CONFLICT:
 * it is not, and `why` has a sentence with the cure; BUSY: it cannot be reached; FAILED: the log
 * has the reason. */
enum status schema_check(struct db *db, struct text *why);

/* SHA-256 in hex of a schema file together with the grants: changes when either does. */
void schema_source_hash(char out[SCHEMA_HASH_SIZE], const char *schema);

/* Whether a table is among the objects (rows of struct schema_object). */
bool schema_has_table(const struct rows *objects, const char *name);

/* The n lines as rows in the order of their bytes; sorts them where they are. */
struct rows schema_sorted(struct schema_line *lines, size_t n);

/* Whether a line is among these, which are in the order of their bytes (rows of schema_line). */
bool schema_lists(const struct rows *lines, const char *line);

/* SHA-256 in hex of the objects (rows of struct schema_object) that `managed` lists. */
void schema_fingerprint(char out[SCHEMA_HASH_SIZE], struct arena *a, const struct rows *objects,
                        const struct rows *managed);

#endif
