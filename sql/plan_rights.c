/* Rights in a plan: what a dropped and remade object had is given back. */
#include <string.h>

#include "sql/plan.h"

/* The sequence of an identity that comes or goes goes by its own name or its column's. */
static bool is_remade_sequence(const struct plan *p, const char *object) {
    for (size_t i = 0; i < p->n; i++) {
        const struct step *s = &p->steps[i];
        if ((s->kind == STEP_ADD_IDENTITY || s->kind == STEP_DROP_IDENTITY) && s->from &&
            (strcmp(s->from, object) == 0 || strcmp(s->object, object) == 0))
            return true;
    }
    return false;
}

/* A table may make way for a view of its name, and the other way round. */
static bool made_again(const struct plan *p, const char *object) {
    bool gone = plan_has(p, STEP_DROP_VIEW, object) || plan_has(p, STEP_DROP_TABLE, object) ||
                plan_has(p, STEP_DROP_COMPUTED, object);
    bool made = plan_has(p, STEP_CREATE_VIEW, object) || plan_has(p, STEP_CREATE_TABLE, object) ||
                plan_has(p, STEP_ADD_COMPUTED, object);
    return is_remade_sequence(p, object) || (gone && made) ||
           plan_has(p, STEP_REPLACE_FUNCTION, object);
}

static enum step_kind kind_of(const struct schema_fact *f) {
    if (strcmp(f->kind, "owned") == 0)
        return STEP_SET_OWNER;
    return strcmp(f->kind, "denial") == 0 ? STEP_DENY : STEP_GRANT;
}

static void give_back(struct plan *p, const struct schema_fact *f) {
    if (f->right && f->make && made_again(p, f->special) && !plan_has(p, kind_of(f), f->name))
        (void)plan_add(p, kind_of(f), f->name, f->make);
}

static bool is_made_online(const struct plan *p, const char *identity) {
    for (size_t i = 0; i < p->n; i++)
        if (p->steps[i].kind == STEP_ADD_IDENTITY && p->steps[i].online &&
            strcmp(p->steps[i].object, identity) == 0)
            return true;
    return false;
}

/* Rights to the sequence of an identity wait for it. */
static void wait_for_identity(struct plan *p, const struct schema_fact *f) {
    if (!f->right || !is_made_online(p, f->special))
        return;
    for (size_t i = 0; i < p->n; i++)
        if (p->steps[i].kind == kind_of(f) && strcmp(p->steps[i].object, f->name) == 0)
            p->steps[i].online = true;
}

void plan_rights(struct plan *p, const struct rows *live, const struct rows *declared) {
    const struct schema_fact *f = declared->at;
    for (size_t i = 0; i < declared->n; i++)
        give_back(p, &f[i]);
    for (size_t i = 0; i < declared->n; i++)
        wait_for_identity(p, &f[i]);
    f = live->at; /* what others gave is not declared, yet kept */
    for (size_t i = 0; i < live->n; i++)
        if (f[i].foreign)
            give_back(p, &f[i]);
}

bool plan_is_right(const struct step *s) {
    return s->kind == STEP_TAKE_OWNER || s->kind == STEP_SET_OWNER || s->kind == STEP_REVOKE ||
           s->kind == STEP_DENY || s->kind == STEP_GRANT;
}

bool plan_only_rights(const struct plan *p) {
    for (size_t i = 0; i < p->n; i++)
        if (!plan_is_right(&p->steps[i]) && !p->steps[i].online)
            return false;
    return true;
}
