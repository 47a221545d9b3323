/* Steps that lose something are done only with consent: given beforehand, or by whoever is there.
 */
#include <inttypes.h>
#include <string.h>

#include "sql/push_private.h"

enum { QUESTION_MAX = 4096 };

static bool allowed(struct push *p, const struct step *s) {
    const char *consent = plan_consent(p->arena, s);
    for (size_t i = 0; i < p->options->n_allow; i++)
        if (strcmp(p->options->allow[i], consent) == 0)
            return true;
    return !s->consent;
}

static void put_question(struct text *out, const struct step *s) {
    const struct step_traits *t = &step_traits[s->kind];
    const char *least = s->sampled ? "at least " : "";
    text_printf(out, "%s %s", t->name, s->object);
    if (s->found > 0)
        text_printf(out, ": %s%" PRId64 " %s", least, s->found, t->look);
    if (s->unlike > 0)
        text_printf(out, ": %s%" PRId64 " values are not the same after it", least, s->unlike);
    if (s->rewrites)
        text_printf(out, "; rewrites %s, which nobody can use meanwhile", s->table);
    text_lit(out, ".\nDo it?");
}

static bool asked(struct push *p, const struct step *s) {
    struct text question = text_in(p->arena, QUESTION_MAX);
    put_question(&question, s);
    return p->options->ask(p->out, text_str(&question));
}

enum consent push_consent(struct push *p, const struct plan *plan) {
    for (size_t i = 0; i < plan->n; i++) {
        const struct step *s = &plan->steps[i];
        if (allowed(p, s))
            continue;
        if (!p->options->ask)
            return CONSENT_MISSING;
        if (!asked(p, s)) {
            text_printf(p->say, "Nothing was changed: %s %s was declined.",
                        step_traits[s->kind].name, s->object);
            return CONSENT_DECLINED;
        }
    }
    return CONSENT_GIVEN;
}
