#include "sql/push.h"

#include <string.h>

#include "sql/embedded.h"
#include "sql/push_private.h"

enum { KEPT_MAX = 256 * 1024 };

static enum status run_file(struct push *p) {
    enum status status = admin_script(p->admin, p->options->schema, p->say);
    if (status == OK && !admin_in_transaction(p->admin)) {
        text_lit(p->say, "The schema file ends the transaction it runs in; it may not.");
        return FAILED;
    }
    return status;
}

/* In a subtransaction of its own, so that what it touches can be told from what others do. */
static enum status run_file_apart(struct push *p) {
    enum status status = admin_script(
        p->admin, "SAVEPOINT file; SELECT set_config('sitaminter.role', current_user, true)",
        p->say);
    if (status == OK)
        status = run_file(p);
    if (status == OK)
        status = admin_script(p->admin, "RELEASE SAVEPOINT file", p->say);
    return status == OK ? push_note_outside(p) : status;
}

/* Runs the schema file and the grants in the schema that search_path names first; in a scratch
 * schema notes what the file makes elsewhere. */
static enum status build(struct push *p, bool scratch) {
    enum status status = scratch ? run_file_apart(p) : run_file(p);
    if (status == OK && scratch)
        status = push_try_own(p);
    if (status == OK && p->compares != RIGHTS_NONE)
        status = admin_script(p->admin, sql_grants_file, p->say);
    return status;
}

static enum status record_and_commit(struct push *p, const struct plan *plan) {
    enum status status = push_record(p, plan, true);
    return status == OK ? admin_script(p->admin, "COMMIT", p->say) : status;
}

static bool is_other_plan(struct push *p, const struct plan *plan) {
    if (!p->options->plan || strcmp(p->options->plan, plan->fingerprint) == 0)
        return false;
    text_lit(p->say, "This is not the plan that --plan names; nothing was changed.");
    return true;
}

/* -- the plan --------------------------------------------------------------------------------- */

static enum status read_declared(struct push *p) {
    enum status status = push_enter_scratch(p);
    if (status == OK)
        status = build(p, true);
    if (status == OK)
        status = push_read_facts(p, &p->declared);
    if (status == OK)
        status = push_note_backfills(p);
    if (status == OK)
        status = push_read_renames(p);
    if (status == OK)
        status = push_leave_scratch(p);
    return status == OK ? push_note_taken(p) : status;
}

/* Makes the declared schema once more, from the texts that the server gave: what a plan makes reads
 * like this, and some expressions read differently after it. */
static enum status read_declared_again(struct push *p) {
    struct rows again, before;
    bool whole = false;
    enum status status = push_enter_scratch(p);
    if (status == OK)
        status = push_build_from(p, &p->declared, &whole);
    if (status == OK)
        status = push_read_facts(p, &again);
    if (status == OK && whole && p->renames.n > 0) {
        status = push_read_under_old_names(p, &before);
        if (status == OK)
            facts_note_also(&p->declared_before, &before);
    }
    if (status == OK)
        facts_note_also(&p->declared, &again);
    return status == OK ? push_leave_scratch(p) : status;
}

static bool only_shows(const struct push *p) {
    return p->options->dry_run || p->options->check;
}

static struct plan plan_marked(struct push *p) {
    const struct renames *due;
    push_remember(p, &p->live);
    struct rows now = push_renamed(p, &p->live, &due);
    push_mark(p, &now);
    struct plan plan = plan_make(p->arena, &now, &p->declared, due);
    push_name_outside(p, &plan);
    return plan;
}

/* In a schema that is empty nothing can be lost, and the file says it all. */
static bool is_uncovered(struct push *p, const struct plan *plan) {
    if (!plan_uncovered(plan))
        return false;
    text_lit(p->say, "The database differs in what a push does not cover; nothing was changed.");
    return true;
}

/* A program gets a plan whatever there is to do; a person gets words where nothing is. */
static void show_to_program(struct push *p, const struct plan *plan) {
    if (p->options->format != PLAN_TEXT)
        plan_print(p->out, plan, p->options->format);
}

static enum push_outcome create(struct push *p) {
    struct rows objects;
    struct plan plan, rest;
    if (push_extensions(p) != OK || push_read_facts(p, &p->live) != OK || read_declared(p) != OK)
        return PUSH_FAILED;
    plan = plan_marked(p);
    if (is_other_plan(p, &plan))
        return PUSH_REFUSED;
    if (is_uncovered(p, &plan)) {
        plan_print(p->out, &plan, p->options->format);
        return PUSH_FAILED;
    }
    if (build(p, false) != OK || push_settle(p, &rest) != OK ||
        push_read_objects(p, &objects) != OK || record_and_commit(p, &plan) != OK)
        return PUSH_FAILED;
    show_to_program(p, &plan);
    text_printf(p->say, "Created the schema: %zu objects.", objects.n);
    return PUSH_APPLIED;
}

/* Leaves no transaction open. */
static enum status make_plan(struct push *p, const struct rows *objects, struct plan *plan) {
    if (push_extensions(p) != OK || push_read_facts(p, &p->live) != OK || read_declared(p) != OK)
        return FAILED;
    *plan = plan_marked(p);
    if (plan->n > 0) {
        if (!plan_uncovered(plan) && read_declared_again(p) != OK)
            return FAILED;
        *plan = plan_marked(p);
    }
    if (plan->n > 0 && !plan_uncovered(plan) && !p->options->copy && push_try(p, plan) != OK) {
        plan_print(p->out, plan, p->options->format);
        return FAILED;
    }
    plan->before = push_extensions_made(p);
    plan->kept = text_in(p->arena, KEPT_MAX);
    push_report_kept(p, objects, &plan->kept);
    if (push_look(p, plan) != OK || push_report_others(p, &plan->kept) != OK)
        return FAILED;
    return admin_script(p->admin, "ROLLBACK", p->say);
}

static void say_kept(struct push *p, struct text *kept) {
    if (kept->n > 0)
        text_printf(p->say, "Kept, as no push made it:\n%s", text_str(kept));
}

/* -- what may be done with it ----------------------------------------------------------------- */

static void say_consents(struct push *p, const struct plan *plan) {
    text_printf(p->say, "%s --plan=%s", p->strange ? " --adopt" : "", plan->fingerprint);
    for (size_t i = 0; i < plan->n; i++) {
        if (!plan->steps[i].consent)
            continue;
        text_lit(p->say, " --allow=");
        plan_put_consent(p->say, p->arena, &plan->steps[i]);
    }
}

static enum push_outcome refuse_strange(struct push *p, const struct plan *plan) {
    text_lit(p->say, "No push made what is in this database; nothing was changed. To take it over, "
                     "keeping what the schema file does not name: sitaminter db push");
    say_consents(p, plan);
    return PUSH_REFUSED;
}

static bool can_be_done(struct push *p, const struct plan *plan) {
    for (size_t i = 0; i < plan->n; i++) {
        const struct step *s = &plan->steps[i];
        if (s->stops || (step_traits[s->kind].blocks && s->found > 0)) {
            text_printf(p->say, "%s %s cannot be done; nothing was changed.",
                        step_traits[s->kind].name, s->object);
            return false;
        }
    }
    return true;
}

/* PUSH_APPLIED: nothing stands against it; else `say` has the reason. */
static enum push_outcome may_execute(struct push *p, const struct plan *plan) {
    if (p->strange && !p->options->adopt)
        return refuse_strange(p, plan);
    if (!can_be_done(p, plan))
        return PUSH_FAILED;
    if (is_other_plan(p, plan))
        return PUSH_REFUSED;
    switch (push_consent(p, plan)) {
    case CONSENT_GIVEN:
        return push_offer_backup(p, plan);
    case CONSENT_DECLINED:
        return PUSH_REFUSED;
    case CONSENT_UNBOUND:
        text_lit(p->say, "Without a terminal, consent is to one plan, which --plan names. ");
        break;
    case CONSENT_MISSING:
        break;
    }
    text_lit(p->say, "Nothing was changed. To consent, push with");
    say_consents(p, plan);
    text_lit(p->say,
             "\nWith --backup a backup is taken before; or take one by `sitaminter db backup`.");
    return PUSH_REFUSED;
}

static enum push_outcome only_note(struct push *p, const struct plan *plan) {
    if (p->options->dry_run || p->options->check) {
        text_lit(p->say, "The database already has this schema; a push would note it.");
        return p->options->check ? PUSH_PENDING : PUSH_PLANNED;
    }
    if (p->strange && !p->options->adopt)
        return refuse_strange(p, plan);
    if (admin_script(p->admin, "BEGIN", p->say) != OK || record_and_commit(p, plan) != OK)
        return PUSH_FAILED;
    text_lit(p->say, "The database already has this schema; noted it.");
    return PUSH_MATCHES;
}

static enum push_outcome change(struct push *p, const struct rows *objects) {
    struct plan plan;
    if (make_plan(p, objects, &plan) != OK)
        return PUSH_FAILED;
    if (plan.n == 0 && !plan_uncovered(&plan)) {
        say_kept(p, &plan.kept);
        show_to_program(p, &plan);
        return only_note(p, &plan);
    }
    plan_print(p->out, &plan, p->options->format);
    if (is_uncovered(p, &plan))
        return p->options->check ? PUSH_PENDING : PUSH_FAILED;
    if (p->options->check)
        return PUSH_PENDING;
    if (p->options->dry_run)
        return PUSH_PLANNED;
    enum push_outcome outcome = may_execute(p, &plan);
    return outcome == PUSH_APPLIED ? push_execute(p, &plan) : outcome;
}

/* -- the whole -------------------------------------------------------------------------------- */

/* Nothing is different; what others keep here is named. */
static enum push_outcome matches(struct push *p, const struct rows *objects) {
    struct text kept = text_in(p->arena, KEPT_MAX);
    push_report_kept(p, objects, &kept);
    if (only_shows(p) && push_report_others(p, &kept) != OK)
        return PUSH_FAILED;
    say_kept(p, &kept);
    struct rows none = {0};
    struct plan nothing = plan_make(p->arena, &none, &none, NULL);
    nothing.kept = kept;
    show_to_program(p, &nothing);
    text_lit(p->say, "The database already has this schema; nothing to do.");
    return PUSH_MATCHES;
}

static enum push_outcome push_locked(struct push *p) {
    struct rows objects;
    /* The operator's role may have time limits that suit pages, not this. Should the client die,
     * the server notices and ends what it does. */
    if (admin_script(p->admin,
                     "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; "
                     "SET jit = off; SET client_connection_check_interval = '1s'; "
                     "SET lock_timeout = '" PUSH_READ_WAIT "'",
                     p->say) != OK ||
        admin_script(p->admin, "BEGIN", p->say) != OK || /* alone: its end keeps the settings */
        push_read_objects(p, &objects) != OK || push_read_rights(p) != OK ||
        push_read_beyond(p, &p->beyond) != OK ||
        directives_read(p->arena, p->options->schema, &p->directives, p->say) != OK)
        return PUSH_FAILED;
    if (objects.n == 0 && !only_shows(p))
        return create(p);
    if (push_read_managed(p, &objects) != OK)
        return PUSH_FAILED;
    return push_matches_record(p, &objects) ? matches(p, &objects) : change(p, &objects);
}

/* A push that could not even read what is there says so. */
static enum push_outcome name_lock(struct push *p, enum push_outcome outcome) {
    if (outcome != PUSH_FAILED || p->at_work || !admin_failed_with(p->admin, "55P03"))
        return outcome;
    text_printf(p->say, ".%s\nNothing was changed.", p->held_by);
    return PUSH_LOCKED;
}

static enum push_outcome push_connected(struct push *p) {
    const char *locked = "t", *holder = "";
    if (!only_shows(p) && admin_value(p->admin, p->arena, SQL_SCHEMA_LOCK, &locked, p->say) != OK)
        return PUSH_FAILED;
    if (strcmp(locked, "t") == 0)
        return name_lock(p, push_locked(p));
    if (admin_value(p->admin, p->arena, SQL_SCHEMA_LOCK_HOLDER, &holder, p->say) != OK)
        return PUSH_FAILED;
    text_printf(p->say,
                "Another push or operation on this database is at work%s%s; try again later.",
                *holder ? ": " : "", holder);
    return PUSH_LOCKED;
}

enum push_outcome push_run(const char *conninfo, const struct push_options *options,
                           struct text *out, struct text *say) {
    struct push p = {.arena = arena_new(),
                     .conninfo = conninfo,
                     .held_by = "",
                     .options = options,
                     .out = out,
                     .say = say,
                     .began = push_clock()};
    enum push_outcome outcome = PUSH_UNREACHABLE;
    schema_source_hash(p.source_hash, options->schema);
    if (admin_open(&p.admin, conninfo, NULL, options->database, say) == OK) {
        push_watch(&p);
        outcome = push_connected(&p);
    }
    admin_close(p.onlooker);
    admin_close(p.admin); /* ends what did not commit */
    arena_free(p.arena);
    return outcome;
}
