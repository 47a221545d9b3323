#include "sql/schema.h"

#include <string.h>

#include "base/crypto.h"
#include "sql/embedded.h"

enum { TEXT_MAX = 4 * 1024 * 1024 };

static const struct field line_fields[] = {
    FIELD_STORED(struct schema_line, line, "line", FIELD_TEXT),
};

static const struct field record_fields[] = {
    FIELD_STORED(struct schema_record, fingerprint, "fingerprint", FIELD_TEXT),
    FIELD_STORED(struct schema_record, source_hash, "sourceHash", FIELD_TEXT),
    FIELD_STORED(struct schema_record, finished_at, "finishedAt", FIELD_TIME),
};

const struct record record_schema_line = RECORD(schema_line, line_fields);
const struct record record_schema_record = RECORD(schema_record, record_fields);

static void hash_text(char out[SCHEMA_HASH_SIZE], const struct text *t) {
    uint8_t hash[32];
    crypto_sha256(hash, t->at ? t->at : "", t->n);
    crypto_hex(out, hash, sizeof hash);
}

void schema_source_hash(char out[SCHEMA_HASH_SIZE], const char *schema) {
    struct arena *a = arena_new();
    struct text all = text_in(a, 2 * TEXT_MAX);
    text_put(&all, schema);
    text_char(&all, '\n');
    text_put(&all, sql_grants_file);
    hash_text(out, &all);
    arena_free(a);
}

void schema_fingerprint(char out[SCHEMA_HASH_SIZE], struct arena *a, const struct rows *lines) {
    struct text all = text_in(a, TEXT_MAX);
    for (size_t i = 0; i < lines->n; i++) {
        const struct schema_line *line = rows_at(&record_schema_line, lines, i);
        text_put(&all, line->line);
        text_char(&all, '\n');
    }
    hash_text(out, &all);
}

/* A database without this table was never pushed to. */
static bool has_operations(const struct rows *lines) {
    for (size_t i = 0; i < lines->n; i++) {
        const struct schema_line *line = rows_at(&record_schema_line, lines, i);
        if (strncmp(line->line, "table db_operations", strlen("table db_operations")) == 0)
            return true;
    }
    return false;
}

static enum status compare(const struct rows *recorded, const char *fingerprint, struct text *why) {
    const struct schema_record *r = recorded->n ? recorded->at : NULL;
    char source[SCHEMA_HASH_SIZE];
    schema_source_hash(source, sql_schema_file);
    if (!r || !r->source_hash || strcmp(r->source_hash, source) != 0) {
        text_lit(why, "The database was made for another version of this program; run `sitaminter "
                      "db push` of this version.");
        return CONFLICT;
    }
    if (!r->fingerprint || strcmp(r->fingerprint, fingerprint) != 0) {
        text_lit(why,
                 "The database's tables were changed after the last push; `sitaminter db push` "
                 "says how they differ.");
        return CONFLICT;
    }
    return OK;
}

static enum status load_failed(enum status status, struct text *why) {
    if (status == BUSY)
        text_lit(why, "The database cannot be reached.");
    else
        text_lit(why, "The database's schema could not be read; the log says why.");
    return status == BUSY ? BUSY : FAILED;
}

enum status schema_check(struct db *db, struct text *why) {
    struct load l = {.arena = arena_new()};
    struct rows lines, recorded;
    char fingerprint[SCHEMA_HASH_SIZE];
    load_add(&l, SQL_SCHEMA_TEXT, 0, 0, &record_schema_line, &lines);
    enum status status = db_run(db, &l);
    if (status == OK && !has_operations(&lines)) {
        text_lit(why, "The database has no tables of this program; run `sitaminter db push`.");
        status = CONFLICT;
    } else if (status == OK) {
        schema_fingerprint(fingerprint, l.arena, &lines);
        load_clear(&l);
        load_add(&l, SQL_SCHEMA_RECORDED, 0, 0, &record_schema_record, &recorded);
        status = db_run(db, &l);
        if (status == OK)
            status = compare(&recorded, fingerprint, why);
        else
            status = load_failed(status, why);
    } else {
        status = load_failed(status, why);
    }
    arena_free(l.arena);
    return status;
}
