/* Which objects are managed: read from the database's record, told from those of others, noted. */
#include <string.h>

#include "base/crypto.h"
#include "sql/directives.h"
#include "sql/push_private.h"

enum { OBJECTS_MAX = 8 * 1024 * 1024, OWED_MAX = 2000 /* a key of db_objects is no longer */ };

enum status push_read_objects(struct push *p, struct rows *objects) {
    return admin_query(p->admin, p->arena, SQL_SCHEMA_TEXT, NULL, 0, &record_schema_object, objects,
                       p->say);
}

enum status push_read_rights(struct push *p) {
    const char *compares;
    enum status status = admin_value(p->admin, p->arena, SQL_SCHEMA_ROLES, &compares, p->say);
    if (status != OK || !*compares)
        return status;
    p->compares = strcmp(compares, "schema") == 0 ? RIGHTS_ALL : RIGHTS_OF_OBJECTS;
    return rights_read(p->admin, p->arena, &p->rights, p->say);
}

enum status push_read_facts(struct push *p, struct rows *out) {
    struct rows facts, rights;
    enum status status = facts_read(p->admin, p->arena, &facts, p->say);
    if (status == OK)
        status = push_join_beyond(p, &facts);
    if (status != OK || p->compares == RIGHTS_NONE) {
        *out = facts;
        return status;
    }
    status = rights_read(p->admin, p->arena, &rights, p->say);
    if (status == OK)
        *out = rights_join(p->arena, &facts, &rights, p->compares == RIGHTS_ALL);
    return status;
}

/* A table of that name need not be ours, so the query may fail, which is no error here. */
static enum status ask(struct push *p, enum sql_name name, const struct record *as,
                       struct rows *out) {
    struct text ignored = text_in(p->arena, 4096);
    enum status status = admin_script(p->admin, "SAVEPOINT ask", p->say);
    *out = (struct rows){0};
    if (status == OK && admin_query(p->admin, p->arena, name, NULL, 0, as, out, &ignored) != OK)
        *out = (struct rows){0};
    return status == OK ? admin_script(p->admin, "ROLLBACK TO SAVEPOINT ask", p->say) : status;
}

/* The objects that the record does not list. */
static struct rows not_managed(struct push *p, const struct rows *objects) {
    struct schema_line *lines = arena_array(p->arena, objects->n + 1, sizeof *lines);
    size_t n = 0;
    for (size_t i = 0; i < objects->n; i++) {
        const struct schema_object *o = rows_at(&record_schema_object, objects, i);
        if (!schema_lists(&p->managed, o->object))
            lines[n++].line = o->object;
    }
    return schema_sorted(lines, n);
}

/* "comment owed on INDEX i: its text" */
static const char owed[] = "comment owed on ", owed_on[] = "INDEX ";

static struct schema_fact owed_fact(struct push *p, const char *line) {
    const char *name = line + sizeof owed - 1, *end = directives_find(name, ": ");
    const char *object = arena_strndup(p->arena, name, (size_t)(end - name));
    const char *text = end + 2;
    return (struct schema_fact){.kind = "comment",
                                .parent = "",
                                .name = object,
                                .definition = text,
                                .make = arena_printf(p->arena, "COMMENT ON %s IS %s", object,
                                                     facts_literal(p->arena, text)),
                                .unmake = arena_printf(p->arena, "COMMENT ON %s IS NULL", object),
                                .type = "",
                                .special = object + sizeof owed_on - 1,
                                .preset = "",
                                .needs = "",
                                .owed = true};
}

static bool has_comment(const struct rows *facts, const char *name) {
    const struct schema_fact *f = facts->at;
    for (size_t i = 0; i < facts->n; i++)
        if (strcmp(f[i].kind, "comment") == 0 && strcmp(f[i].name, name) == 0)
            return true;
    return false;
}

void push_remember(struct push *p, struct rows *live) {
    struct schema_fact *all = arena_array(p->arena, live->n + p->managed.n + 1, sizeof *all);
    size_t n = live->n;
    if (n > 0)
        memcpy(all, live->at, n * sizeof *all);
    for (size_t i = 0; i < p->managed.n; i++) {
        const struct schema_line *m = rows_at(&record_schema_line, &p->managed, i);
        if (strncmp(m->line, owed, sizeof owed - 1) != 0)
            continue;
        struct schema_fact f = owed_fact(p, m->line);
        if (!has_comment(live, f.name) && !has_comment(&p->declared, f.name))
            all[n++] = f;
    }
    *live = (struct rows){.at = all, .n = n};
}

/* An index that a push was about to build: another one of its name is somebody else's. */
static const char *left_index(struct push *p, const char *object, const char *definition,
                              size_t n) {
    uint8_t hash[32];
    char hex[SCHEMA_HASH_SIZE];
    crypto_sha256(hash, definition, n);
    crypto_hex(hex, hash, sizeof hash);
    return arena_printf(p->arena, "left %s: %s", object, hex);
}

/* What a push that was cut off has left is ours. */
static void list_left(struct push *p, const struct rows *objects) {
    static const char word[] = "index ", broken[] = " not valid";
    struct schema_line *all = arena_array(p->arena, p->managed.n + objects->n + 1, sizeof *all);
    size_t n = p->managed.n;
    if (n > 0)
        memcpy(all, p->managed.at, n * sizeof *all);
    for (size_t i = 0; i < objects->n; i++) {
        const struct schema_object *o = rows_at(&record_schema_object, objects, i);
        size_t length = strlen(o->line), end = sizeof broken - 1;
        if (strncmp(o->line, word, sizeof word - 1) != 0)
            continue;
        if (length > end && strcmp(o->line + length - end, broken) == 0)
            length -= end;
        if (schema_lists(&p->managed, left_index(p, o->object, o->line + sizeof word - 1,
                                                 length - (sizeof word - 1))))
            all[n++].line = o->object;
    }
    p->managed = schema_sorted(all, n);
}

enum status push_read_managed(struct push *p, const struct rows *objects) {
    enum status status = OK;
    if (schema_has_table(objects, "db_operations"))
        status = ask(p, SQL_SCHEMA_RECORDED, &record_schema_record, &p->last);
    if (status == OK && schema_has_table(objects, "db_objects"))
        status = ask(p, SQL_SCHEMA_MANAGED, &record_schema_line, &p->managed);
    list_left(p, objects);
    p->older = p->managed.n == 0 && p->last.n > 0;
    p->strange = p->managed.n == 0 && p->last.n == 0 && objects->n > 0;
    p->foreign = not_managed(p, objects);
    p->roles = rights_roles(p->arena, &p->declared, &p->managed);
    return status;
}

/* An object that is among the lines by the one name is so by the other, too. */
static void list_both(struct push *p, struct rows *lines, const struct rows *names,
                      const struct rows *others) {
    const struct schema_fact *f = names->at, *other = others->at;
    struct schema_line *all = arena_array(p->arena, lines->n + names->n + 1, sizeof *all);
    size_t n = lines->n;
    if (n > 0)
        memcpy(all, lines->at, n * sizeof *all);
    for (size_t i = 0; i < names->n; i++)
        if (schema_lists(lines, facts_object(p->arena, &f[i])))
            all[n++].line = facts_object(p->arena, &other[i]);
    *lines = schema_sorted(all, n);
}

void push_mark(struct push *p, struct rows *now) {
    struct schema_fact *f = now->at, *live = p->live.at;
    if (p->renames.n > 0)
        list_both(p, &p->managed, &p->live, now);
    p->foreign = facts_mark(p->arena, now, &p->declared, &p->managed);
    if (p->renames.n > 0)
        list_both(p, &p->foreign, now, &p->live);
    p->roles = rights_roles(p->arena, &p->declared, &p->managed);
    rights_mark(p->arena, now, &p->foreign, &p->roles);
    for (size_t i = 0; i < now->n; i++) {
        /* Earlier versions pushed what they declared and kept no record of it. */
        f[i].found &= !p->older;
        live[i].found = f[i].found;
        live[i].foreign = f[i].foreign;
    }
}

/* What a step leaves behind, if the push is cut off. */
static const char *left_behind(struct push *p, const struct step *s) {
    const char *kind = s->kind == STEP_CREATE_INDEX ? "index"
                       : s->kind == STEP_ADD_GUARD  ? "constraint"
                                                    : NULL;
    return kind ? arena_printf(p->arena, "%s %s", kind, s->object) : NULL;
}

void push_expect(struct push *p, const struct plan *plan) {
    struct schema_line *all = arena_array(p->arena, p->managed.n + plan->n + 1, sizeof *all);
    size_t n = p->managed.n;
    if (n > 0)
        memcpy(all, p->managed.at, n * sizeof *all);
    for (size_t i = 0; i < plan->n; i++) {
        all[n].line = left_behind(p, &plan->steps[i]);
        n += all[n].line != NULL;
    }
    p->managed = schema_sorted(all, n);
}

void push_mark_again(struct push *p, struct rows *live) {
    struct rows foreign = facts_mark(p->arena, live, &p->declared, &p->managed);
    rights_mark(p->arena, live, &foreign, &p->roles);
}

/* Rights, if they are compared, and properties are no part of the fingerprint. */
static bool the_rest_matches(struct push *p) {
    struct rows recorded;
    char rights[SCHEMA_HASH_SIZE], properties[SCHEMA_HASH_SIZE];
    if (ask(p, SQL_SCHEMA_RECORDED_REST, &record_schema_line, &recorded) != OK || recorded.n != 1)
        return false;
    const char *line = ((const struct schema_line *)recorded.at)->line, *space = strchr(line, ' ');
    push_hash_properties(p, &p->beyond, &p->managed, properties);
    rights_hash(rights, p->arena, &p->rights, &p->managed);
    return strcmp(space + 1, properties) == 0 &&
           (p->compares == RIGHTS_NONE ||
            strcmp(arena_strndup(p->arena, line, (size_t)(space - line)), rights) == 0);
}

bool push_matches_record(struct push *p, const struct rows *objects) {
    const struct schema_record *r = p->last.at;
    char fingerprint[SCHEMA_HASH_SIZE];
    if (p->last.n != 1 || p->managed.n == 0)
        return false;
    schema_fingerprint(fingerprint, p->arena, objects, &p->managed);
    p->as_left = strcmp(r->fingerprint, fingerprint) == 0 && the_rest_matches(p);
    return p->as_left && strcmp(r->source_hash, p->source_hash) == 0;
}

/* What belongs to a relation of others is not named beside it. */
static bool belongs_to_foreign(struct push *p, const struct schema_object *o) {
    static const char *const kinds[] = {"table", "view", "materialized view", "partitioned table",
                                        "foreign table"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && *o->parent; i++)
        if (schema_lists(&p->foreign, arena_printf(p->arena, "%s %s", kinds[i], o->parent)))
            return true;
    return false;
}

/* Rights that others gave to what is ours. */
static void report_rights(struct push *p, struct text *out) {
    for (size_t i = 0; i < p->rights.n; i++) {
        const struct schema_right *r = rows_at(&record_schema_right, &p->rights, i);
        const char *named = rights_name(p->arena, r);
        if (rights_foreign(p->arena, r, &p->foreign, &p->roles) &&
            !schema_lists(&p->foreign, rights_object(p->arena, r)) &&
            !directives_ignore(&p->directives, named))
            text_printf(out, "%s\n", named);
    }
}

void push_report_kept(struct push *p, const struct rows *objects, struct text *out) {
    const char *last = "";
    for (size_t i = 0; i < objects->n; i++) {
        const struct schema_object *o = rows_at(&record_schema_object, objects, i);
        if (!schema_lists(&p->foreign, o->object) || belongs_to_foreign(p, o) ||
            directives_ignore(&p->directives, o->object) || strcmp(o->object, last) == 0)
            continue;
        text_printf(out, "%s\n", o->object);
        last = o->object;
    }
    report_rights(p, out);
    push_report_beyond(p, out);
}

enum status push_report_others(struct push *p, struct text *out) {
    struct rows others;
    enum status status = admin_query(p->admin, p->arena, SQL_SCHEMA_OTHERS, NULL, 0,
                                     &record_schema_line, &others, p->say);
    for (size_t i = 0; i < others.n && status == OK; i++) {
        const struct schema_line *other = rows_at(&record_schema_line, &others, i);
        if (!directives_ignore(&p->directives, other->line))
            text_printf(out, "%s\n", other->line);
    }
    return status;
}

static void put_object(struct text *json, const char *object) {
    text_put(json, json->n ? ", " : "[");
    text_json(json, object, strlen(object));
}

static void put_left(struct push *p, struct text *json, const struct step *s) {
    const char *left = left_behind(p, s), *texts[] = {s->from, s->to};
    for (size_t i = 0; left && s->kind == STEP_CREATE_INDEX && s->online && i < 2; i++)
        if (texts[i])
            put_object(json, left_index(p, left, texts[i], strlen(texts[i])));
    if (left && s->kind != STEP_CREATE_INDEX)
        put_object(json, left);
}

/* A comment of others that comes back only after the index that it is about. */
static void put_owed(struct push *p, struct text *json, const struct step *s) {
    const struct schema_fact *f = s->fact;
    if (s->kind == STEP_COMMENT && s->online && f && f->foreign &&
        strncmp(f->name, owed_on, sizeof owed_on - 1) == 0 && strlen(f->definition) <= OWED_MAX)
        put_object(json, arena_printf(p->arena, "%s%s: %s", owed, f->name, f->definition));
}

static void put_what_comes(struct push *p, struct text *json, const struct step *s) {
    put_left(p, json, s);
    put_owed(p, json, s);
}

/* What will be built when the transaction is done. */
static bool is_yet_to_come(const struct plan *plan, const struct schema_fact *f) {
    for (size_t i = 0; plan && strcmp(f->kind, "index") == 0 && i < plan->n; i++)
        if (plan->steps[i].kind == STEP_CREATE_INDEX && plan->steps[i].online &&
            strcmp(plan->steps[i].object, f->name) == 0)
            return true;
    return false;
}

/* Ours are: what is declared, what was ours and is still there, what steps may leave behind. What
 * appeared meanwhile is somebody else's. */
static const char *managed_now(struct push *p, const struct rows *objects,
                               const struct plan *plan) {
    struct text json = text_in(p->arena, OBJECTS_MAX);
    const struct schema_fact *f = p->declared.at;
    for (size_t i = 0; i < p->declared.n; i++)
        if (!f[i].right && !is_yet_to_come(plan, &f[i]))
            put_object(&json, facts_object(p->arena, &f[i]));
    for (size_t i = 0; i < p->roles.n; i++) {
        const struct schema_line *role = rows_at(&record_schema_line, &p->roles, i);
        put_object(&json, role->line);
    }
    for (size_t i = 0; i < objects->n; i++) {
        const struct schema_object *o = rows_at(&record_schema_object, objects, i);
        if (schema_lists(&p->managed, o->object))
            put_object(&json, o->object);
    }
    for (size_t i = 0; plan && i < plan->n; i++)
        put_what_comes(p, &json, &plan->steps[i]);
    text_char(&json, ']');
    return text_str(&json);
}

static enum status note_rights(struct push *p, const struct rows *managed) {
    struct rows rights;
    enum status status = rights_read(p->admin, p->arena, &rights, p->say);
    if (status == OK)
        rights_hash(p->rights_hash, p->arena, &rights, managed);
    return status;
}

static enum status note_properties(struct push *p, const struct rows *managed) {
    struct rows beyond;
    enum status status = push_read_beyond(p, &beyond);
    if (status == OK)
        push_hash_properties(p, &beyond, managed, p->properties_hash);
    return status;
}

enum status push_note_managed(struct push *p, const struct plan *plan,
                              char fingerprint[SCHEMA_HASH_SIZE]) {
    struct rows objects, managed;
    enum status status = push_read_objects(p, &objects);
    if (status != OK)
        return status;
    const char *values[] = {managed_now(p, &objects, plan)};
    status = admin_query(p->admin, p->arena, SQL_SCHEMA_MANAGE, values, 1, NULL, NULL, p->say);
    if (status == OK)
        status = admin_query(p->admin, p->arena, SQL_SCHEMA_MANAGED, NULL, 0, &record_schema_line,
                             &managed, p->say);
    if (status == OK)
        schema_fingerprint(fingerprint, p->arena, &objects, &managed);
    if (status == OK)
        status = note_properties(p, &managed);
    return status == OK && p->compares != RIGHTS_NONE ? note_rights(p, &managed) : status;
}
