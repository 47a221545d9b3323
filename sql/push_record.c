/* What a push leaves in db_operations: its plan, how it ended, and the way back. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "sql/history.h"
#include "sql/push_private.h"

enum {
    DETAILS_MAX = 32 * 1024 * 1024,
    INVERSE_MAX = 8 * 1024 * 1024,
    ID_MAX = 24,
    FITTING_MAX = 4096
};

int64_t push_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* -- the way back ----------------------------------------------------------------------------- */

static void put_lost(struct text *out, const char *object, const char *what, int64_t n,
                     const struct step *s) {
    if (n > 0)
        text_printf(out, "-- not brought back: %s: %s%" PRId64 " %s\n", object,
                    s->sampled ? "at least " : "", n, what);
}

static void put_losses(struct text *out, const struct plan *plan) {
    for (size_t i = 0; i < plan->n; i++) {
        const struct step *s = &plan->steps[i];
        if (s->kind == STEP_DROP_TABLE)
            put_lost(out, s->object, "rows", s->found, s);
        else if (s->kind == STEP_DROP_COLUMN)
            put_lost(out, s->object, "values", s->found, s);
        else if (s->kind == STEP_ALTER_TYPE)
            put_lost(out, s->object, "values that the new type changed", s->unlike, s);
    }
}

/* What was written since the push goes with the columns and tables that it made. */
static void put_losses_of_return(struct text *out, const struct plan *back) {
    for (size_t i = 0; i < back->n; i++) {
        const struct step *s = &back->steps[i];
        if (s->kind == STEP_DROP_TABLE || s->kind == STEP_DROP_COLUMN)
            text_printf(out, "-- loses what is in %s by then\n", s->object);
    }
}

static const char *inverse(struct push *p, const struct plan *plan) {
    struct text out = text_in(p->arena, INVERSE_MAX);
    struct rows after = facts_settled(p->arena, &p->declared_before, &p->live);
    struct renames names = renames_back(p->arena, &p->renames);
    struct plan back = plan_make(p->arena, &after, &p->live, &names);
    put_losses(&out, plan);
    put_losses_of_return(&out, &back);
    plan_print(&out, &back, PLAN_SQL);
    return text_str(&out);
}

/* -- rows ------------------------------------------------------------------------------------- */

static void member(struct text *out, const char *before, const char *name, const char *value) {
    text_printf(out, "%s\"%s\": ", before, name);
    text_json(out, value, strlen(value));
}

static const char *details_of(struct push *p, const struct plan *plan, const char *error) {
    struct text details = text_in(p->arena, DETAILS_MAX);
    text_lit(&details, "{\"plan\": ");
    plan_print(&details, plan, PLAN_RECORD);
    member(&details, ", ", "operator", history_operator(p->arena));
    member(&details, ", ", "inverse", inverse(p, plan));
    if (*p->rights_hash)
        member(&details, ", ", "rights", p->rights_hash);
    if (*p->properties_hash)
        member(&details, ", ", "properties", p->properties_hash);
    if (error)
        member(&details, ", ", "error", error);
    text_lit(&details, "}");
    return text_str(&details);
}

/* The files whose programs can do with the schema: the one that was pushed, and, where that only
 * added, those of the push before, the newest first. */
static const char *fitting(struct push *p, const struct plan *plan) {
    struct text fits = text_in(p->arena, FITTING_MAX);
    text_put(&fits, p->source_hash);
    if (!p->as_left || !plan_only_expands(plan))
        return text_str(&fits);
    const char *at = ((const struct schema_record *)p->last.at)->fits;
    for (size_t n; *at && fits.n + SCHEMA_HASH_SIZE <= FITTING_MAX; at += n + (at[n] == ' ')) {
        n = strcspn(at, " ");
        if (strncmp(at, p->source_hash, n) != 0)
            text_printf(&fits, " %.*s", (int)n, at);
    }
    return text_str(&fits);
}

static enum status insert(struct push *p, const struct plan *plan, const char *fingerprint,
                          const char *outcome, const char *details) {
    struct rows id;
    const char *values[] = {fingerprint, fitting(p, plan),
                            arena_printf(p->arena, "%" PRId64, push_clock() - p->began), details,
                            outcome};
    enum status status = admin_query(p->admin, p->arena, SQL_SCHEMA_PUSH_RECORD, values, 5,
                                     &record_schema_line, &id, p->say);
    if (status == OK)
        p->recorded = ((const struct schema_line *)id.at)->line;
    return status;
}

/* In a database of one's own, for tests, the owner is the only one who needs rights. */
static void say_rights(struct push *p) {
    if (p->compares == RIGHTS_NONE)
        text_lit(p->say, "The roles of the program do not all exist on this server, so rights were "
                         "neither compared nor given (`sitaminter db setup` makes them).\n");
}

enum status push_record(struct push *p, const struct plan *plan, bool done) {
    char fingerprint[SCHEMA_HASH_SIZE];
    say_rights(p);
    if (push_note_managed(p, plan, fingerprint) != OK ||
        admin_query(p->admin, p->arena, SQL_SCHEMA_PUSH_INTERRUPTED, NULL, 0, NULL, NULL, p->say) !=
            OK)
        return FAILED;
    return insert(p, plan, fingerprint, done ? "applied" : "", details_of(p, plan, NULL));
}

static enum status end(struct push *p, const char *fingerprint, const char *outcome,
                       const char *details) {
    const char *values[] = {fingerprint, outcome, details, p->recorded};
    return admin_query(p->admin, p->arena, SQL_SCHEMA_PUSH_FINISH, values, 4, NULL, NULL, p->say);
}

enum status push_record_end(struct push *p) {
    char fingerprint[SCHEMA_HASH_SIZE];
    struct text rest = text_in(p->arena, DETAILS_MAX);
    enum status status = push_note_managed(p, NULL, fingerprint);
    member(&rest, "{", "rights", p->rights_hash);
    member(&rest, ", ", "properties", p->properties_hash);
    text_lit(&rest, "}");
    return status == OK ? end(p, fingerprint, "applied", text_str(&rest)) : status;
}

void push_record_failure(struct push *p, const struct plan *plan, const char *why) {
    const char *exist = "f";
    struct text error = text_in(p->arena, DETAILS_MAX);
    why = arena_strdup(p->arena, why);
    if (admin_value(p->admin, p->arena, SQL_SCHEMA_OPERATIONS_EXIST, &exist, p->say) != OK ||
        strcmp(exist, "t") != 0)
        return;
    member(&error, "{", "error", why);
    text_lit(&error, "}");
    bool noted = p->recorded ? end(p, "", "failed", text_str(&error)) == OK
                             : insert(p, plan, "", "failed", details_of(p, plan, why)) == OK;
    if (!noted)
        text_lit(p->say, "\nThat could not be noted in db_operations.");
}
