/* What a database holds, in figures that are equal for equal content. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/process.h"
#include "sql/backup_private.h"
#include "sql/schema.h"

static const struct field source_fields[] = {
    FIELD_STORED(struct backup_source, database, "database", FIELD_TEXT),
    FIELD_STORED(struct backup_source, server, "server", FIELD_TEXT),
    FIELD_STORED(struct backup_source, constraints, "constraints", FIELD_LONG),
    FIELD_STORED(struct backup_source, large_objects, "largeObjects", FIELD_LONG),
};
const struct record record_backup_source = RECORD(backup_source, source_fields);

static const struct field look_fields[] = {
    FIELD_STORED(struct backup_look, sequence, "sequence", FIELD_BOOL),
    FIELD_STORED(struct backup_look, name, "name", FIELD_TEXT),
    FIELD_STORED(struct backup_look, look, "look", FIELD_TEXT),
};
const struct record record_backup_look = RECORD(backup_look, look_fields);

/* -- the schema ------------------------------------------------------------------------------- */

/* The length of a cast at s that says nothing about a text column's constraint, or 0. */
static size_t text_cast(const char *s) {
    static const char *const casts[] = {"::text", "::character varying", "::bpchar"};
    for (size_t i = 0; i < sizeof casts / sizeof casts[0]; i++) {
        size_t n = strlen(casts[i]);
        if (strncmp(s, casts[i], n) == 0)
            return strncmp(s + n, "[]", 2) == 0 ? n + 2 : n;
    }
    return 0;
}

/* A constraint on a varchar reads differently once it was made from its own text: other casts,
 * other brackets. Without them it reads the same. */
static void put_shape(struct text *out, const char *line) {
    while (*line) {
        size_t cast = text_cast(line);
        if (!cast && *line != '(' && *line != ')')
            text_char(out, *line);
        line += cast ? cast : 1;
    }
    text_char(out, '\n');
}

static const char *hash_of(struct arena *a, const struct text *t) {
    uint8_t hash[32];
    char *hex = arena_alloc(a, SCHEMA_HASH_SIZE);
    crypto_sha256(hash, t->at ? t->at : "", t->n);
    crypto_hex(hex, hash, sizeof hash);
    return hex;
}

/* Of all objects, whoever made them: a restore has to bring them all back. */
static enum status read_schema(struct admin *admin, struct arena *a, struct manifest *m,
                               struct text *why) {
    struct rows objects;
    struct text lines = text_in(a, SEALED_MAX), shapes = text_in(a, SEALED_MAX);
    enum status status =
        admin_query(admin, a, SQL_SCHEMA_TEXT, NULL, 0, &record_schema_object, &objects, why);
    for (size_t i = 0; status == OK && i < objects.n; i++) {
        const struct schema_object *o = rows_at(&record_schema_object, &objects, i);
        text_put(&lines, o->line);
        text_char(&lines, '\n');
        put_shape(&shapes, o->line);
    }
    m->fingerprint = hash_of(a, &lines);
    m->shape = hash_of(a, &shapes);
    return status;
}

/* -- the data --------------------------------------------------------------------------------- */

static enum status read_table(struct admin *admin, struct arena *a, const struct backup_look *look,
                              struct backup_table *table, struct text *why) {
    const char *found;
    char *end;
    enum status status = admin_ask(admin, a, look->look, &found, why);
    if (status != OK)
        return status;
    table->name = look->name;
    table->rows = strtoll(found, &end, 10);
    table->digest = *end ? end + 1 : end;
    return OK;
}

static enum status read_sequence(struct admin *admin, struct arena *a,
                                 const struct backup_look *look, int64_t *position,
                                 struct text *why) {
    const char *found;
    enum status status = admin_ask(admin, a, look->look, &found, why);
    if (status == OK)
        *position = strtoll(found, NULL, 10);
    return status;
}

static enum status read_one(struct admin *admin, struct arena *a, const struct backup_look *look,
                            struct manifest *m, struct text *why) {
    if (!look->sequence)
        return read_table(admin, a, look, (struct backup_table *)m->tables.at + m->tables.n++, why);
    struct backup_sequence *s = (struct backup_sequence *)m->sequences.at + m->sequences.n++;
    s->name = look->name;
    enum status status = read_sequence(admin, a, look, &s->least, why);
    s->most = s->least;
    return status;
}

static enum status read_looks(struct admin *admin, struct arena *a, struct rows *looks,
                              struct text *why) {
    return admin_query(admin, a, SQL_BACKUP_LOOKS, NULL, 0, &record_backup_look, looks, why);
}

/* A value has one text, whatever the database's own settings are. */
static const char one_spelling[] =
    "SET LOCAL bytea_output = hex; SET LOCAL extra_float_digits = 1; "
    "SET LOCAL intervalstyle = postgres; SET LOCAL lc_monetary = 'C'";

enum status contents_read(struct admin *admin, struct arena *a, struct manifest *m,
                          struct text *why) {
    struct rows source, looks;
    enum status status = admin_script(admin, one_spelling, why);
    if (status == OK)
        status =
            admin_query(admin, a, SQL_BACKUP_SOURCE, NULL, 0, &record_backup_source, &source, why);
    if (status == OK)
        status = read_schema(admin, a, m, why);
    if (status == OK)
        status = read_looks(admin, a, &looks, why);
    if (status != OK)
        return status;
    const struct backup_source *from = source.at;
    m->database = from->database;
    m->server = from->server;
    m->constraints = from->constraints;
    m->large_objects = from->large_objects;
    m->tables.at = arena_array(a, looks.n, sizeof(struct backup_table));
    m->sequences.at = arena_array(a, looks.n, sizeof(struct backup_sequence));
    m->tables.n = m->sequences.n = 0;
    for (size_t i = 0; i < looks.n && status == OK; i++)
        status = read_one(admin, a, rows_at(&record_backup_look, &looks, i), m, why);
    return status;
}

enum status contents_advance(struct admin *admin, struct arena *a, struct manifest *m,
                             struct text *why) {
    struct rows looks;
    enum status status = read_looks(admin, a, &looks, why);
    for (size_t i = 0; i < looks.n && status == OK; i++) {
        const struct backup_look *look = rows_at(&record_backup_look, &looks, i);
        int64_t position = 0;
        if (look->sequence)
            status = read_sequence(admin, a, look, &position, why);
        for (size_t k = 0; look->sequence && status == OK && k < m->sequences.n; k++) {
            struct backup_sequence *s = (struct backup_sequence *)m->sequences.at + k;
            if (strcmp(s->name, look->name) == 0) {
                s->least = position < s->least ? position : s->least;
                s->most = position > s->most ? position : s->most;
            }
        }
    }
    return status;
}

/* -- comparing -------------------------------------------------------------------------------- */

static const struct backup_table *table_named(const struct manifest *m, const char *name) {
    for (size_t i = 0; i < m->tables.n; i++) {
        const struct backup_table *t = rows_at(&record_backup_table, &m->tables, i);
        if (strcmp(t->name, name) == 0)
            return t;
    }
    return NULL;
}

static void compare_table(const struct backup_table *stated, const struct manifest *found,
                          struct text *why) {
    const struct backup_table *t = table_named(found, stated->name);
    if (!t)
        text_printf(why, "The table %s is missing. ", stated->name);
    else if (t->rows != stated->rows)
        text_printf(why, "%s has %" PRId64 " rows, not %" PRId64 ". ", stated->name, t->rows,
                    stated->rows);
    else if (strcmp(t->digest, stated->digest) != 0)
        text_printf(why, "The rows of %s are not those that were backed up. ", stated->name);
}

static void compare_sequence(const struct backup_sequence *stated, const struct manifest *found,
                             struct text *why) {
    for (size_t i = 0; i < found->sequences.n; i++) {
        const struct backup_sequence *s = rows_at(&record_backup_sequence, &found->sequences, i);
        if (strcmp(s->name, stated->name) != 0)
            continue;
        if (s->least < stated->least || s->most > stated->most)
            text_printf(
                why, "The sequence %s stands at %" PRId64 ", not at %" PRId64 " to %" PRId64 ". ",
                stated->name, s->least, stated->least, stated->most);
        return;
    }
    text_printf(why, "The sequence %s is missing. ", stated->name);
}

static bool equal(const struct manifest *stated, const struct manifest *found, struct text *why) {
    size_t before = why->n;
    for (size_t i = 0; i < stated->tables.n; i++)
        compare_table(rows_at(&record_backup_table, &stated->tables, i), found, why);
    for (size_t i = 0; i < stated->sequences.n; i++)
        compare_sequence(rows_at(&record_backup_sequence, &stated->sequences, i), found, why);
    if (stated->tables.n < found->tables.n || stated->sequences.n < found->sequences.n)
        text_lit(why, "There are tables or sequences that were not backed up. ");
    if (stated->constraints != found->constraints)
        text_printf(why, "There are %" PRId64 " constraints, not %" PRId64 ". ", found->constraints,
                    stated->constraints);
    if (strcmp(stated->fingerprint, found->fingerprint) != 0 &&
        strcmp(stated->shape, found->shape) != 0)
        text_lit(why, "The schema is not the one that was backed up. ");
    if (why->n > before)
        why->n--; /* the last space */
    return why->n == before;
}

static void tell_comparing(void *context) {
    const struct backup_watch *watch = context;
    watch->tell(watch->context, "comparing", 0, 0);
}

void contents_watch(struct admin *admin, struct backup_watch *watch) {
    if (watch->tell)
        admin_watch(admin, PROCESS_TICK_MS, tell_comparing, watch);
}

enum status contents_check(struct admin *admin, struct arena *a, const struct manifest *stated,
                           struct text *why) {
    struct manifest found = {0};
    enum status status =
        admin_script(admin, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", why);
    if (status == OK)
        status = contents_read(admin, a, &found, why);
    if (status == OK)
        status = admin_script(admin, "COMMIT", why);
    if (status == OK && !equal(stated, &found, why))
        return BAD_INPUT;
    return status;
}
