/* Steps that lose something are done only with consent: given beforehand, or by whoever is there.
 */
#include <inttypes.h>
#include <string.h>

#include "sql/push_private.h"

/* The session that took a backup ends a moment after its client: its lock is tried for 5 seconds.
 */
enum { QUESTION_MAX = 4096, LOCK_ATTEMPTS = 100 };

static bool allowed(struct push *p, const struct step *s) {
    const char *consent = plan_consent(p->arena, s);
    for (size_t i = 0; i < p->options->n_allow; i++)
        if (strcmp(p->options->allow[i], consent) == 0)
            return true;
    return !s->consent || p->options->copy;
}

static void put_question(struct text *out, const struct step *s) {
    const struct step_traits *t = &step_traits[s->kind];
    const char *least = s->sampled ? "at least " : "";
    text_printf(out, "%s %s", t->name, s->object);
    if (s->found > 0)
        text_printf(out, ": %s%" PRId64 " %s", least, s->found, t->look);
    if (s->unlike > 0)
        text_printf(out, ": %s%" PRId64 " values are not the same after it", least, s->unlike);
    if (s->unseen)
        text_printf(out, "; not counted how many %s: %s", t->look, s->unseen);
    if (s->rewrites)
        text_printf(out, "; rewrites %s, which nobody can use meanwhile", s->table);
    text_lit(out, ".\nDo it?");
}

static bool asked(struct push *p, const struct step *s) {
    struct text question = text_in(p->arena, QUESTION_MAX);
    put_question(&question, s);
    return p->options->ask(p->out, text_str(&question));
}

static bool any_needs_consent(const struct plan *plan) {
    for (size_t i = 0; i < plan->n; i++)
        if (plan->steps[i].consent)
            return true;
    return false;
}

enum consent push_consent(struct push *p, const struct plan *plan) {
    const struct push_options *o = p->options;
    for (size_t i = 0; i < plan->n; i++) {
        const struct step *s = &plan->steps[i];
        if (allowed(p, s))
            continue;
        if (!o->ask)
            return CONSENT_MISSING;
        if (!asked(p, s)) {
            text_printf(p->say, "Nothing was changed: %s %s was declined.",
                        step_traits[s->kind].name, s->object);
            return CONSENT_DECLINED;
        }
    }
    bool bound = o->plan || o->ask || o->copy || !(p->strange || any_needs_consent(plan));
    return bound ? CONSENT_GIVEN : CONSENT_UNBOUND;
}

/* -- a backup before it ----------------------------------------------------------------------- */

/* A backup is an operation, too, and takes the lock of operations. Whoever comes in between is
 * noticed: the first phase compares once more. */
static enum push_outcome take_backup(struct push *p) {
    const char *locked;
    push_tell(p, "Taking a backup.");
    if (admin_value(p->admin, p->arena, SQL_SCHEMA_UNLOCK, &locked, p->say) != OK)
        return PUSH_FAILED;
    if (p->options->backup(p->conninfo, p->say) != OK) {
        text_lit(p->say, " There is no backup, so nothing was changed.");
        return PUSH_FAILED;
    }
    for (int attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
        if (admin_script(p->admin, attempt > 0 ? "SELECT pg_sleep(0.05)" : "", p->say) != OK ||
            admin_value(p->admin, p->arena, SQL_SCHEMA_LOCK, &locked, p->say) != OK)
            return PUSH_FAILED;
        if (strcmp(locked, "t") == 0)
            return PUSH_APPLIED;
    }
    text_lit(p->say, "Another operation began while the backup was taken; nothing was changed.");
    return PUSH_LOCKED;
}

enum push_outcome push_offer_backup(struct push *p, const struct plan *plan) {
    const struct push_options *o = p->options;
    bool lossy = any_needs_consent(plan) && !o->copy;
    if (!o->backup || (!o->with_backup && !lossy))
        return PUSH_APPLIED;
    if (o->with_backup || (o->ask && o->ask(p->out, "Take a backup first?")))
        return take_backup(p);
    if (!o->ask)
        push_tell(p, "No backup is taken before this; with --backup one is.");
    return PUSH_APPLIED;
}
