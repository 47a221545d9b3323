/* Does the steps of a plan: one transaction, then one by one what would hold a lock for long. */
#include <string.h>

#include "sql/push_private.h"

enum { ATTEMPTS = 6 };

/* Whoever waits for a table lock makes all that come later wait, too: so it waits shortly; but
 * longer than the server's deadlock_timeout (1 s), at which it ends an autovacuum that is in the
 * way. */
#define LOCK_WAIT "1500ms"

static enum status plan_now(struct push *p, struct plan *plan) {
    struct rows live;
    enum status status = push_read_facts(p, &live);
    if (status != OK)
        return status;
    const struct renames *due;
    push_remember(p, &live);
    live = push_renamed(p, &live, &due);
    push_mark_again(p, &live);
    *plan = plan_make(p->arena, &live, &p->declared, due);
    return OK;
}

/* Some SQL of a step, or for it. */
static enum status run_sql(struct push *p, const struct step *s, const char *sql) {
    enum status status =
        plan_is_right(s) ? push_run_permitted(p, sql) : admin_script(p->admin, sql, p->say);
    if (status != OK)
        text_printf(p->say, " (step %s)", plan_consent(p->arena, s));
    return status;
}

static enum status run_step(struct push *p, const struct step *s) {
    if (s->kind != STEP_BACKFILL || !s->online)
        return run_sql(p, s, s->sql);
    enum status status = push_backfill(p, s);
    if (status != OK)
        text_printf(p->say, " (step %s)", plan_consent(p->arena, s));
    return status;
}

enum status push_settle(struct push *p, struct plan *rest) {
    enum status status = plan_now(p, rest);
    if (status != OK || !plan_only_rights(rest))
        return status;
    for (size_t i = 0; i < rest->n && status == OK; i++)
        if (!rest->steps[i].online)
            status = run_step(p, &rest->steps[i]);
    return status == OK ? plan_now(p, rest) : status;
}

/* The first phase may leave nothing but online steps. */
static enum status check_rest(struct push *p, const struct plan *rest, bool online_left) {
    bool done = !plan_uncovered(rest);
    for (size_t i = 0; i < rest->n; i++)
        done &= rest->steps[i].online ? online_left : push_left_out(p, rest->steps[i].sql);
    if (done)
        return OK;
    text_lit(p->say, "The steps did not lead to the declared schema; what is left:\n");
    plan_print(p->say, rest, PLAN_TEXT);
    return FAILED;
}

static enum status do_first_phase(struct push *p, const struct plan *plan) {
    enum status status = OK;
    for (size_t i = 0; i < plan->n && status == OK; i++)
        if (!plan->steps[i].online)
            status = run_step(p, &plan->steps[i]);
    return status;
}

/* failing: functions that fail already. */
static enum status first_phase(struct push *p, const struct plan *plan,
                               const struct rows *failing) {
    struct plan again, rest;
    if (admin_script(p->admin,
                     "BEGIN; SET LOCAL lock_timeout = '" LOCK_WAIT "'; "
                     "SET LOCAL check_function_bodies = off",
                     p->say) != OK ||
        push_extensions(p) != OK || plan_now(p, &again) != OK)
        return FAILED;
    if (strcmp(again.fingerprint, plan->fingerprint) != 0) {
        text_lit(p->say, "The schema was changed by somebody else since the plan was made. Push "
                         "again.");
        return FAILED;
    }
    if (do_first_phase(p, plan) != OK || push_settle(p, &rest) != OK ||
        check_rest(p, &rest, plan_count(plan, true) > 0) != OK ||
        push_check_functions(p, failing) != OK ||
        push_record(p, plan, plan_count(plan, true) == 0) != OK)
        return FAILED;
    return admin_script(p->admin, "COMMIT", p->say);
}

/* After a failure: true if it was a lock that was not got, and another attempt is due. */
static bool try_again(struct push *p, size_t said, int attempt) {
    bool locked = admin_failed_with(p->admin, "55P03") || admin_failed_with(p->admin, "40P01");
    if (admin_rollback(p->admin, p->say) != OK || !locked)
        return false;
    text_printf(p->say, "; attempt %d of %d.", attempt + 1, ATTEMPTS);
    if (attempt + 1 == ATTEMPTS) {
        text_put(p->say, p->held_by);
        text_char(p->say, '\n');
        return false;
    }
    push_tell(p, text_str(p->say) + said);
    p->say->n = said;
    return admin_script(p->admin,
                        arena_printf(p->arena, "SELECT pg_sleep(%g)", 0.1 * (1 << attempt)),
                        p->say) == OK;
}

static enum push_outcome do_transaction(struct push *p, const struct plan *plan) {
    struct rows failing = {0};
    if (plan_count(plan, false) > 0 && push_read_failing(p, &failing) != OK)
        return PUSH_FAILED;
    for (int attempt = 0;; attempt++) {
        size_t said = p->say->n;
        admin_forget_error(p->admin);
        if (first_phase(p, plan, &failing) == OK)
            return PUSH_APPLIED;
        p->recorded = NULL; /* rolled back with the rest */
        bool locked = admin_failed_with(p->admin, "55P03");
        if (!try_again(p, said, attempt))
            return locked ? PUSH_LOCKED : PUSH_FAILED;
    }
}

/* What is done CONCURRENTLY waits for the transactions that began before it, beside readers and
 * writers, and would leave half an index if it gave up: so it gets all the time it needs. Whether
 * its table is to be had is found out first, by a lock that stops neither. */
static bool is_patient(const struct step *s) {
    return s->kind == STEP_CREATE_INDEX || s->kind == STEP_DROP_INDEX;
}

static const char *lock_wait(struct push *p, const struct step *s) {
    if (!is_patient(s))
        return "SET lock_timeout = '" LOCK_WAIT "'";
    return arena_printf(p->arena,
                        "SET lock_timeout = '" LOCK_WAIT "'; BEGIN; "
                        "LOCK TABLE %s IN SHARE UPDATE EXCLUSIVE MODE; COMMIT; "
                        "SET lock_timeout = 0",
                        s->table);
}

static enum status do_online_step(struct push *p, const struct step *s) {
    for (int attempt = 0;; attempt++) {
        size_t said = p->say->n;
        admin_forget_error(p->admin);
        enum status status = run_sql(p, s, lock_wait(p, s));
        p->patient = status == OK && is_patient(s);
        if (status == OK)
            status = run_step(p, s);
        p->patient = false;
        if (status == OK)
            return OK;
        if (!try_again(p, said, attempt))
            return FAILED;
    }
}

static enum status finish(struct push *p) {
    struct plan rest;
    if (admin_script(p->admin, "BEGIN; SET LOCAL lock_timeout = '" PUSH_READ_WAIT "'", p->say) !=
        OK)
        return FAILED;
    bool well = push_settle(p, &rest) == OK && check_rest(p, &rest, false) == OK &&
                push_record_end(p) == OK;
    return admin_script(p->admin, well ? "COMMIT" : "ROLLBACK", p->say) == OK && well ? OK : FAILED;
}

static enum push_outcome do_online(struct push *p, const struct plan *plan) {
    for (size_t i = 0; i < plan->n; i++) {
        if (plan->steps[i].online && do_online_step(p, &plan->steps[i]) != OK) {
            text_lit(p->say,
                     "\nThe first phase is done; once nothing stands in the way of the rest, "
                     "a push will finish it.");
            return admin_failed_with(p->admin, "55P03") ? PUSH_LOCKED : PUSH_FAILED;
        }
    }
    return finish(p) == OK ? PUSH_APPLIED : PUSH_FAILED;
}

enum push_outcome push_execute(struct push *p, const struct plan *plan) {
    size_t said = p->say->n;
    p->at_work = true;
    push_expect(p, plan);
    enum push_outcome outcome = do_transaction(p, plan);
    if (outcome != PUSH_APPLIED && !admin_is_lost(p->admin)) /* else nobody knows */
        text_printf(p->say, "%sNothing was changed.", outcome == PUSH_LOCKED ? "" : "\n");
    if (outcome == PUSH_APPLIED && plan_count(plan, true) > 0)
        outcome = do_online(p, plan);
    if (outcome == PUSH_APPLIED)
        text_printf(p->say, "Applied plan %s: %zu step%s.", plan->fingerprint, plan->n,
                    plan->n == 1 ? "" : "s");
    else
        push_record_failure(p, plan, text_str(p->say) + said);
    return outcome;
}
