/* Tries a plan where there is nothing to lose: on a copy of the schema without rows. */
#include <string.h>

#include "sql/push_private.h"

enum { SCRIPT_MAX = 16 * 1024 * 1024, WHY_MAX = 64 * 1024 };

const char *push_scratch_name(struct push *p) {
    return arena_printf(p->arena, "sitaminter_scratch_%d", admin_backend(p->admin));
}

static enum status read_defaults(struct push *p) {
    const char *values[] = {push_scratch_name(p)};
    return admin_query(p->admin, p->arena, SQL_SCHEMA_DEFAULT_RIGHTS, values, 1,
                       &record_schema_object, &p->defaults, p->say);
}

/* Takes back what ALTER DEFAULT PRIVILEGES gives to what is created; or gives it again, as in
 * public. */
static enum status set_defaults(struct push *p, bool again) {
    enum status status = OK;
    for (size_t i = 0; status == OK && i < p->defaults.n; i++) {
        const struct schema_object *r = rows_at(&record_schema_object, &p->defaults, i);
        const char *sql = again ? r->line : r->parent;
        if (sql && *sql)
            status = admin_script(p->admin, sql, p->say);
    }
    return status;
}

/* Those statements come first, in the same subtransaction: they are about schemas, too. */
enum status push_enter_scratch(struct push *p) {
    const char *name = push_scratch_name(p);
    enum status status = admin_script(p->admin, "SAVEPOINT scratch", p->say);
    if (status == OK)
        status = read_defaults(p);
    if (status == OK)
        status = set_defaults(p, false);
    return status == OK ? admin_script(p->admin,
                                       arena_printf(p->arena,
                                                    "CREATE SCHEMA %s; "
                                                    "SET LOCAL search_path = %s, pg_temp; "
                                                    "SET LOCAL check_function_bodies = off",
                                                    name, name),
                                       p->say)
                        : status;
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

static enum status do_all(struct push *p, const struct plan *all, struct text *why) {
    struct text script = text_in(p->arena, SCRIPT_MAX);
    for (size_t i = 0; i < all->n; i++)
        text_printf(&script, "%s;\n", all->steps[i].sql);
    return admin_script(p->admin, text_str(&script), why);
}

/* The statement as it can be done on a copy: a transaction does nothing concurrently, and need not
 * where nobody else is; a sequence of the copy has given no number, which the looks see to. */
static const char *on_copy(struct arena *a, const struct step *s) {
    static const char word[] = " INDEX CONCURRENTLY ";
    const char *at = strstr(s->sql, word);
    if (at)
        return arena_printf(a, "%.*s INDEX %s", (int)(at - s->sql), s->sql, at + sizeof word - 1);
    bool bounded = s->kind == STEP_ALTER_SEQUENCE || s->kind == STEP_ALTER_IDENTITY;
    return bounded && s->look ? arena_printf(a, "%s RESTART", s->sql) : s->sql;
}

bool push_is_trouble(const struct push *p) {
    static const char *const states[] = {"08", "53", "55P03", "57", "58", "XX", "40"};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (admin_failed_with(p->admin, states[i]))
            return true;
    return admin_is_lost(p->admin);
}

/* Step by step, without those that the server refuses. */
static enum status do_what_can_be(struct push *p, const struct plan *all) {
    enum status status = OK;
    for (size_t i = 0; i < all->n && status == OK; i++) {
        struct text why = text_in(p->arena, WHY_MAX);
        const char *sql =
            arena_printf(p->arena, "SAVEPOINT one; %s;\nRELEASE SAVEPOINT one", all->steps[i].sql);
        if (admin_script(p->admin, sql, &why) != OK)
            status = admin_script(p->admin, "ROLLBACK TO SAVEPOINT one", p->say);
    }
    return status;
}

enum status push_build_from(struct push *p, const struct rows *facts, bool *whole) {
    struct plan all = plan_from_nothing(p, facts);
    struct text why = text_in(p->arena, WHY_MAX);
    enum status status = admin_script(p->admin, "SAVEPOINT built", p->say);
    *whole = status == OK && do_all(p, &all, &why) == OK;
    if (*whole || status != OK)
        return status;
    if (push_is_trouble(p)) {
        text_put(p->say, text_str(&why));
        return FAILED;
    }
    status = admin_script(p->admin, "ROLLBACK TO SAVEPOINT built", p->say);
    return status == OK ? do_what_can_be(p, &all) : status;
}

/* What the server refuses is named as all that a push does not cover. */
static enum status do_steps(struct push *p, struct plan *plan, bool online) {
    for (size_t i = 0; i < plan->n && !plan_uncovered(plan); i++) {
        const struct step *s = &plan->steps[i];
        bool others = s->fact && s->fact->foreign; /* the copy has nothing of theirs */
        struct text why = text_in(p->arena, WHY_MAX);
        if (s->online != online || others || s->kind == STEP_TAKE_OWNER ||
            s->kind == STEP_SET_OWNER || admin_script(p->admin, on_copy(p->arena, s), &why) == OK)
            continue;
        const char *name = step_traits[s->kind].name;
        if (push_is_trouble(p)) {
            text_printf(p->say, "%s (step %s %s, tried on a copy without rows)", text_str(&why),
                        name, s->object);
            return FAILED;
        }
        text_printf(&plan->uncovered,
                    "%s %s, which the server refuses: %s; leave it out, or push it in parts\n",
                    name, s->object, text_str(&why));
        return OK;
    }
    return OK;
}

/* What is left to be done on the copy. */
static enum status read_rest(struct push *p, struct plan *rest) {
    struct rows after;
    enum status status = push_read_facts(p, &after);
    if (status != OK)
        return status;
    push_mark_again(p, &after);
    struct rows declared = without_owners(p, &p->declared);
    after = without_owners(p, &after);
    *rest = plan_make(p->arena, &after, &declared, NULL);
    return OK;
}

static bool comes_later(const struct plan *plan, const struct step *right) {
    for (size_t i = 0; i < plan->n; i++)
        if (plan->steps[i].online && strcmp(plan->steps[i].sql, right->sql) == 0)
            return true;
    return false;
}

/* A push puts right by itself what the server gave to new objects; the plan as SQL has to say it.
 */
static enum status settle(struct push *p, struct plan *plan, bool online) {
    struct plan rest;
    struct text sql = text_in(p->arena, SCRIPT_MAX);
    if (p->defaults.n == 0 || plan_uncovered(plan))
        return OK;
    if (read_rest(p, &rest) != OK)
        return FAILED;
    for (size_t i = 0; i < rest.n; i++)
        if (plan_is_right(&rest.steps[i]) && (online || !comes_later(plan, &rest.steps[i])))
            text_printf(&sql, "%s;\n", rest.steps[i].sql);
    if (sql.n > 0)
        plan->settles[online] = text_str(&sql);
    return sql.n > 0 ? admin_script(p->admin, text_str(&sql), p->say) : OK;
}

/* Both phases, and the functions of others, as far as they can be made there. */
static enum status do_all_steps(struct push *p, struct plan *plan) {
    enum status status = set_defaults(p, true);
    if (status == OK)
        status = push_prepare_functions(p);
    for (int online = 0; online < 2 && status == OK; online++) {
        status = do_steps(p, plan, online);
        if (status == OK)
            status = settle(p, plan, online);
    }
    return status;
}

/* Names what the steps would leave to be done. */
static enum status compare(struct push *p, struct plan *plan) {
    struct plan rest;
    if (read_rest(p, &rest) != OK)
        return FAILED;
    for (size_t i = 0; i < rest.n; i++)
        text_printf(&plan->uncovered,
                    "%s %s, which the steps would leave to be done; push it in parts\n",
                    step_traits[rest.steps[i].kind].name, rest.steps[i].object);
    text_put(&plan->uncovered, text_str(&rest.uncovered));
    return OK;
}

static enum status try_on_copy(struct push *p, const struct plan *copy, struct plan *plan,
                               struct text *why) {
    enum status status = push_enter_scratch(p);
    if (status != OK)
        return status;
    if (do_all(p, copy, why) != OK)
        return push_is_trouble(p) ? FAILED : push_leave_scratch(p);
    status = do_all_steps(p, plan);
    if (status == OK && !plan_uncovered(plan))
        status = compare(p, plan);
    if (status == OK && !plan_uncovered(plan))
        status = push_try_functions(p, plan);
    return status == OK ? push_leave_scratch(p) : status;
}

enum status push_try(struct push *p, struct plan *plan) {
    struct rows live = without_owners(p, &p->live);
    struct plan copy = plan_from_nothing(p, &live);
    struct text why = text_in(p->arena, WHY_MAX);
    bool shows = p->options->dry_run || p->options->check;
    if (plan_uncovered(&copy))
        text_lit(&why, "it holds what no copy is made of");
    else if (try_on_copy(p, &copy, plan, &why) != OK) {
        text_put(p->say, text_str(&why));
        return FAILED;
    }
    if (shows && why.n > 0)
        text_printf(p->say, "The plan was not tried on a copy of the schema: %s.\n",
                    text_str(&why));
    else if (shows && !plan_uncovered(plan))
        text_lit(p->say, "Tried on a copy of the schema without rows; nothing was changed.\n");
    return OK;
}
