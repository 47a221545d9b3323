#include "sql/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "sql/embedded.h"

enum { TEXT_MAX = 4 * 1024 * 1024 };

static const struct field line_fields[] = {
    FIELD_STORED(struct schema_line, line, "line", FIELD_TEXT),
};

static const struct field object_fields[] = {
    FIELD_STORED(struct schema_object, object, "object", FIELD_TEXT),
    FIELD_STORED(struct schema_object, parent, "parent", FIELD_TEXT),
    FIELD_STORED(struct schema_object, line, "line", FIELD_TEXT),
};

static const struct field record_fields[] = {
    FIELD_STORED(struct schema_record, fingerprint, "fingerprint", FIELD_TEXT),
    FIELD_STORED(struct schema_record, source_hash, "sourceHash", FIELD_TEXT),
    FIELD_STORED(struct schema_record, fits, "fits", FIELD_TEXT),
    FIELD_STORED(struct schema_record, finished_at, "finishedAt", FIELD_TIME),
};

const struct record record_schema_line = RECORD(schema_line, line_fields);
const struct record record_schema_object = RECORD(schema_object, object_fields);
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

static int compare_lines(const void *a, const void *b) {
    return strcmp(((const struct schema_line *)a)->line, ((const struct schema_line *)b)->line);
}

struct rows schema_sorted(struct schema_line *lines, size_t n) {
    qsort(lines, n, sizeof *lines, compare_lines);
    return (struct rows){.at = lines, .n = n};
}

bool schema_lists(const struct rows *lines, const char *line) {
    struct schema_line wanted = {line};
    return lines->n > 0 && bsearch(&wanted, lines->at, lines->n, sizeof wanted, compare_lines);
}

bool schema_has_table(const struct rows *objects, const char *name) {
    static const char word[] = "table ";
    for (size_t i = 0; i < objects->n; i++) {
        const struct schema_object *o = rows_at(&record_schema_object, objects, i);
        if (strncmp(o->object, word, sizeof word - 1) == 0 &&
            strcmp(o->object + sizeof word - 1, name) == 0)
            return true;
    }
    return false;
}

void schema_fingerprint(char out[SCHEMA_HASH_SIZE], struct arena *a, const struct rows *objects,
                        const struct rows *managed) {
    struct text all = text_in(a, TEXT_MAX);
    for (size_t i = 0; i < objects->n; i++) {
        const struct schema_object *o = rows_at(&record_schema_object, objects, i);
        if (!schema_lists(managed, o->object))
            continue;
        text_put(&all, o->line);
        text_char(&all, '\n');
    }
    hash_text(out, &all);
}

static enum status compare(const struct rows *recorded, const char *fingerprint, struct text *why) {
    const struct schema_record *r = recorded->n ? recorded->at : NULL;
    char source[SCHEMA_HASH_SIZE];
    schema_source_hash(source, sql_schema_file);
    if (!r || !r->fits || !strstr(r->fits, source)) {
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

/* Compares what the last push noted with the objects that the database has. */
static enum status check_recorded(struct db *db, struct load *l, const struct rows *objects,
                                  struct text *why) {
    struct rows recorded, managed;
    char fingerprint[SCHEMA_HASH_SIZE];
    load_clear(l);
    load_add(l, SQL_SCHEMA_RECORDED, 0, 0, &record_schema_record, &recorded);
    load_add(l, SQL_SCHEMA_MANAGED, 0, 0, &record_schema_line, &managed);
    enum status status = db_run(db, l);
    if (status != OK)
        return load_failed(status, why);
    schema_fingerprint(fingerprint, l->arena, objects, &managed);
    return compare(&recorded, fingerprint, why);
}

enum status schema_check(struct db *db, struct text *why) {
    struct load l = {.arena = arena_new()};
    struct rows objects;
    load_add(&l, SQL_SCHEMA_TEXT, 0, 0, &record_schema_object, &objects);
    enum status status = db_run(db, &l);
    if (status != OK) {
        status = load_failed(status, why);
    } else if (!schema_has_table(&objects, "db_operations") ||
               !schema_has_table(&objects, "db_objects")) {
        text_lit(why, "The database lacks tables of this program; run `sitaminter db push`.");
        status = CONFLICT;
    } else {
        status = check_recorded(db, &l, &objects, why);
    }
    arena_free(l.arena);
    return status;
}
