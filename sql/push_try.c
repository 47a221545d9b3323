/* Tries a plan where there is nothing to lose: on a copy of the schema without rows. */
#include <string.h>

#include "sql/push_private.h"

enum { SCRIPT_MAX = 16 * 1024 * 1024 };

enum status push_enter_scratch(struct push *p) {
    const char *name = arena_printf(p->arena, "sitaminter_scratch_%d", admin_backend(p->admin));
    return admin_script(p->admin,
                        arena_printf(p->arena,
                                     "SAVEPOINT scratch; CREATE SCHEMA %s; "
                                     "SET LOCAL search_path = %s, pg_temp; "
                                     "SET LOCAL check_function_bodies = off",
                                     name, name),
                        p->say);
}

enum status push_leave_scratch(struct push *p) {
    return admin_script(p->admin, "ROLLBACK TO SAVEPOINT scratch", p->say);
}

/* All in a scratch schema belongs to whoever pushes. */
static struct rows without_owners(struct push *p, const struct rows *facts) {
    const struct schema_fact *from = facts->at;
    struct schema_fact *to = arena_array(p->arena, facts->n + 1, sizeof *to);
    size_t n = 0;
    for (size_t i = 0; i < facts->n; i++)
        if (strcmp(from[i].kind, "owned") != 0)
            to[n++] = from[i];
    return (struct rows){.at = to, .n = n};
}

static struct plan plan_from_nothing(struct push *p, const struct rows *facts) {
    struct rows nothing = {0};
    return plan_make(p->arena, &nothing, facts, NULL);
}

static enum status do_all(struct push *p, const struct plan *all) {
    struct text script = text_in(p->arena, SCRIPT_MAX);
    for (size_t i = 0; i < all->n; i++)
        text_printf(&script, "%s;\n", all->steps[i].sql);
    return admin_script(p->admin, text_str(&script), p->say);
}

enum status push_build_from(struct push *p, const struct rows *facts) {
    struct plan all = plan_from_nothing(p, facts);
    return do_all(p, &all);
}

/* A transaction cannot do it concurrently, and need not where nobody else is. */
static const char *within_transaction(struct arena *a, const char *sql) {
    static const char word[] = " INDEX CONCURRENTLY ";
    const char *at = strstr(sql, word);
    return at ? arena_printf(a, "%.*s INDEX %s", (int)(at - sql), sql, at + sizeof word - 1) : sql;
}

static enum status do_steps(struct push *p, const struct plan *plan) {
    enum status status = OK;
    for (size_t i = 0; i < plan->n && status == OK; i++) {
        const struct step *s = &plan->steps[i];
        if (s->kind == STEP_TAKE_OWNER || s->kind == STEP_SET_OWNER)
            continue;
        status = admin_script(p->admin, within_transaction(p->arena, s->sql), p->say);
        if (status != OK)
            text_printf(p->say, " (step %s, tried on a copy without rows)",
                        plan_consent(p->arena, s));
    }
    return status;
}

static enum status compare(struct push *p) {
    struct rows after;
    enum status status = push_read_facts(p, &after);
    if (status != OK)
        return status;
    push_mark_again(p, &after);
    struct rows declared = without_owners(p, &p->declared);
    after = without_owners(p, &after);
    struct plan rest = plan_make(p->arena, &after, &declared, NULL);
    if (rest.n == 0 && !plan_uncovered(&rest))
        return OK;
    text_lit(p->say, "Tried on a copy without rows, the steps did not lead to the declared schema; "
                     "what is left:\n");
    plan_print(p->say, &rest, PLAN_TEXT);
    return FAILED;
}

enum status push_try(struct push *p, const struct plan *plan) {
    struct rows live = without_owners(p, &p->live);
    struct plan copy = plan_from_nothing(p, &live);
    if (plan_uncovered(&copy)) {
        text_lit(p->say, "The database holds what no copy is made of, so the plan was not tried on "
                         "one.\n");
        return OK;
    }
    enum status status = push_enter_scratch(p);
    if (status == OK)
        status = do_all(p, &copy);
    if (status == OK)
        status = do_steps(p, plan);
    if (status == OK)
        status = compare(p);
    if (status != OK || push_leave_scratch(p) != OK)
        return FAILED;
    text_lit(p->say, "Tried on a copy of the schema without rows; nothing was changed.\n");
    return OK;
}
