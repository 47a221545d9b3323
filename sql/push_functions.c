/* Functions that the server keeps, though they fail once what they read has changed: those whose
 * text it does not read before they are called, and those whose rows are to be a table's, in whose
 * columns another order came. Their languages can tell. */
#include <string.h>

#include "sql/push_private.h"

enum { SCRIPT_MAX = 4 * 1024 * 1024, WHY_MAX = 16 * 1024 };

/* Their text is looked at again, and no lock is waited for: what cannot be told is not. */
#define APART "SAVEPOINT functions"
#define AS_CALLED "SET LOCAL check_function_bodies = on; SET LOCAL lock_timeout = '100ms'"

static enum status read_functions(struct push *p, bool everywhere, struct rows *out) {
    const char *values[] = {everywhere ? "true" : "false"};
    return admin_query(p->admin, p->arena, SQL_SCHEMA_FUNCTIONS, values, 1, &record_schema_object,
                       out, p->say);
}

/* Whether it failed before: by its name or, as it may have another now, by the call. */
static bool is_known(const struct rows *before, const struct schema_object *f) {
    for (size_t i = 0; before && i < before->n; i++) {
        const struct schema_object *b = rows_at(&record_schema_object, before, i);
        if (strcmp(b->object, f->object) == 0 || strcmp(b->line, f->line) == 0)
            return true;
    }
    return false;
}

/* Most of the time all are well, which one question tells. */
static bool all_are_well(struct push *p, const struct rows *all, const struct rows *before) {
    struct text script = text_in(p->arena, SCRIPT_MAX), ignored = text_in(p->arena, WHY_MAX);
    text_lit(&script, AS_CALLED);
    for (size_t i = 0; i < all->n; i++) {
        const struct schema_object *f = rows_at(&record_schema_object, all, i);
        if (!is_known(before, f))
            text_printf(&script, "; %s", f->line);
    }
    return admin_script(p->admin, text_str(&script), &ignored) == OK;
}

/* Adds it to those that fail, with the server's words in place of the parent. */
static enum status ask(struct push *p, const struct schema_object *f, bool before,
                       struct schema_object *failing, size_t *n) {
    struct text why = text_in(p->arena, WHY_MAX);
    if (admin_script(
            p->admin,
            arena_printf(p->arena, "ROLLBACK TO SAVEPOINT functions; " AS_CALLED "; %s", f->line),
            &why) == OK)
        return OK;
    bool untold = admin_failed_with(p->admin, "55P03") || admin_failed_with(p->admin, "42501");
    if (!untold && push_is_trouble(p)) {
        text_printf(p->say, "%s (%s)", text_str(&why), f->object);
        return FAILED;
    }
    if (before || !untold)
        failing[(*n)++] = (struct schema_object){f->object, text_str(&why), f->line};
    return OK;
}

/* Those that fail, without those of `before` (or NULL). */
static enum status failing_functions(struct push *p, bool everywhere, const struct rows *before,
                                     struct rows *out) {
    struct rows all;
    size_t n = 0;
    *out = (struct rows){0};
    if (read_functions(p, everywhere, &all) != OK)
        return FAILED;
    if (all.n == 0)
        return OK;
    struct schema_object *failing = arena_array(p->arena, all.n, sizeof *failing);
    enum status status = admin_script(p->admin, APART, p->say);
    bool well = status == OK && all_are_well(p, &all, before);
    for (size_t i = 0; i < all.n && status == OK && !well; i++) {
        const struct schema_object *f = rows_at(&record_schema_object, &all, i);
        if (!is_known(before, f))
            status = ask(p, f, !before, failing, &n);
    }
    *out = (struct rows){.at = failing, .n = n};
    if (status != OK)
        return status;
    return admin_script(p->admin, "ROLLBACK TO SAVEPOINT functions; RELEASE SAVEPOINT functions",
                        p->say);
}

static void say_failing(struct push *p, struct text *out, const struct schema_object *f) {
    static const char mismatch[] = "return type mismatch in function declared to return ";
    const size_t n = sizeof mismatch - 1;
    const char *table = strncmp(f->parent, mismatch, n) == 0 ? f->parent + n : "";
    text_printf(out, "%s%s would fail when it is called: %s", f->object,
                schema_lists(&p->foreign, f->object) ? ", which no push made," : "", f->parent);
    if (facts_find(&p->declared, "table", "", table))
        text_printf(out,
                    "; the table would have other columns than its text gives, or in another "
                    "order: SELECT %s FROM %s gives whole rows",
                    table, table);
    text_char(out, '\n');
}

enum status push_check_functions(struct push *p, const struct rows *before) {
    struct rows failing;
    enum status status = failing_functions(p, true, before, &failing);
    for (size_t i = 0; i < failing.n && status == OK; i++)
        say_failing(p, p->say, rows_at(&record_schema_object, &failing, i));
    return failing.n == 0 ? status : FAILED;
}

/* Those of others, as far as they can be made of the copy; the rest has failed before. */
static enum status make_those_of_others(struct push *p) {
    const struct schema_fact *f = p->live.at;
    for (size_t i = 0; i < p->live.n; i++, f++) {
        if (strcmp(f->kind, "function") != 0 || !f->foreign || !f->make)
            continue;
        struct text ignored = text_in(p->arena, WHY_MAX);
        enum status status = admin_script(p->admin, "SAVEPOINT theirs", p->say);
        if (status == OK && admin_script(p->admin, f->make, &ignored) != OK)
            status = admin_script(p->admin, "ROLLBACK TO SAVEPOINT theirs", p->say);
        if (status != OK)
            return status;
    }
    return OK;
}

/* What is new in a text that names the schema itself is not there yet: the transaction will tell.
 */
static bool is_certain(struct push *p, const struct schema_object *f) {
    static const char word[] = "function ";
    const char *name = f->object + sizeof word - 1;
    const struct schema_fact *then = facts_find(&p->declared, "function", "", name);
    const struct schema_fact *now = facts_find(&p->live, "function", "", name);
    return !then || (now && facts_same(now, then)) || !strstr(then->definition, "public.");
}

enum status push_prepare_functions(struct push *p) {
    enum status status = make_those_of_others(p);
    return status == OK ? admin_script(p->admin, "SAVEPOINT steps", p->say) : status;
}

/* A language may remember that it found a text right; so what comes after is asked first. */
enum status push_try_functions(struct push *p, struct plan *plan) {
    struct rows failing, before;
    enum status status = failing_functions(p, false, NULL, &failing);
    if (status != OK || failing.n == 0)
        return status;
    status = admin_script(p->admin, "ROLLBACK TO SAVEPOINT steps", p->say);
    if (status == OK)
        status = failing_functions(p, false, NULL, &before);
    for (size_t i = 0; i < failing.n && status == OK; i++) {
        const struct schema_object *f = rows_at(&record_schema_object, &failing, i);
        if (!is_known(&before, f) && is_certain(p, f))
            say_failing(p, &plan->uncovered, f);
    }
    return status;
}

/* For the same reason over another connection. */
enum status push_read_failing(struct push *p, struct rows *out) {
    struct push beside = *p;
    struct text ignored = text_in(p->arena, WHY_MAX);
    if (!p->onlooker &&
        admin_open(&p->onlooker, p->conninfo, NULL, p->options->database, &ignored) != OK) {
        text_printf(p->say, "Whether functions fail could not be asked: %s", text_str(&ignored));
        return FAILED;
    }
    beside.admin = p->onlooker;
    enum status status = admin_script(p->onlooker, "BEGIN", p->say);
    if (status == OK)
        status = failing_functions(&beside, true, NULL, out);
    return status == OK ? admin_script(p->onlooker, "ROLLBACK", p->say) : status;
}
