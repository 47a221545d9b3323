#include "base/log.h"
#include "templates/program.h"

enum { SCRATCH_MAX = 64 * 1024 };

/* A section or partial that is open. */
struct level {
    const void *former;      /* WITH, EACH: what the slot held */
    const unsigned char *at; /* EACH: the struct that is in the slot */
    size_t left;             /* EACH: how many follow it */
    uint32_t back;           /* CALL: where to go on */
};

struct run {
    const struct templates *set;
    struct text *out;
    struct text scratch;
    const void *slots[SLOTS_MAX];
    struct level levels[LEVELS_MAX];
    size_t depth, entries;
    bool said;
};

/* The struct that holds the field, or NULL if a link on the way is null. */
static const void *holder(const struct run *r, const struct ref *ref) {
    const unsigned char *at = r->slots[ref->slot];
    for (uint8_t i = 0; at && i < ref->n; i++) {
        at += ref->hops[i].offset;
        if (ref->hops[i].follow)
            at = *(const unsigned char *const *)(const void *)at;
    }
    return at;
}

static bool is_absent(struct run *r, const struct ref *ref) {
    const void *base = holder(r, ref);
    return !base || value_absent(&r->scratch, ref->field, base);
}

/* False if no further section or partial may be opened: partials that call themselves without end
 * are shown down to there, and the log says so once for each page. */
static bool may_enter(struct run *r) {
    if (r->depth < LEVELS_MAX && r->entries < ENTRIES_MAX) {
        r->entries++;
        return text_ok(r->out);
    }
    if (!r->said)
        log_line(LOG_WARNING, "template_depth", "a page was cut: %zu sections open, %zu entered",
                 r->depth, r->entries);
    r->said = true;
    return false;
}

static void put_value(struct run *r, const struct op *op) {
    const void *base = holder(r, op->value.ref);
    size_t before = r->out->n;
    if (base)
        op->value.put(r->out, &r->scratch, op->value.ref->field, base);
    if (!op->value.kept)
        text_drop_directions(r->out, before);
}

static bool enter_record(struct run *r, const struct op *op) {
    if (is_absent(r, op->value.ref) || !may_enter(r))
        return false;
    const struct field *f = op->value.ref->field;
    const unsigned char *at = (const unsigned char *)holder(r, op->value.ref) + f->offset;
    if (f->type == FIELD_LINK)
        at = *(const unsigned char *const *)(const void *)at;
    r->levels[r->depth++].former = r->slots[op->slot];
    r->slots[op->slot] = at;
    return true;
}

static bool enter_list(struct run *r, const struct op *op) {
    if (is_absent(r, op->value.ref) || !may_enter(r))
        return false;
    const unsigned char *base = holder(r, op->value.ref);
    const struct rows *rows = (const void *)(base + op->value.ref->field->offset);
    struct level *level = &r->levels[r->depth++];
    level->former = r->slots[op->slot];
    level->at = rows->at;
    level->left = rows->n - 1;
    r->slots[op->slot] = level->at;
    return true;
}

static void leave_record(struct run *r, const struct op *op) {
    r->slots[op->slot] = r->levels[--r->depth].former;
}

/* True if there is a next struct. */
static bool next_row(struct run *r, const struct op *op) {
    struct level *level = &r->levels[r->depth - 1];
    if (level->left == 0 || !text_ok(r->out)) {
        leave_record(r, op);
        return false;
    }
    level->left--;
    level->at += r->set->slots[op->slot]->size;
    r->slots[op->slot] = level->at;
    return true;
}

static bool call(struct run *r, uint32_t back) {
    if (!may_enter(r))
        return false;
    r->levels[r->depth++].back = back;
    return true;
}

static void run(struct run *r, uint32_t pc) {
    const struct op *ops = r->set->ops;
    for (;;) {
        const struct op *op = &ops[pc++];
        switch ((enum op_code)op->code) {
        case OP_TEXT:
            text_add(r->out, op->text.s, op->text.n);
            break;
        case OP_VALUE:
            put_value(r, op);
            break;
        case OP_IF:
            pc = is_absent(r, op->value.ref) ? op->to : pc;
            break;
        case OP_UNLESS:
            pc = is_absent(r, op->value.ref) ? pc : op->to;
            break;
        case OP_WITH:
            pc = enter_record(r, op) ? pc : op->to;
            break;
        case OP_END_WITH:
            leave_record(r, op);
            break;
        case OP_EACH:
            pc = enter_list(r, op) ? pc : op->to;
            break;
        case OP_NEXT:
            pc = next_row(r, op) ? op->to : pc;
            break;
        case OP_CALL:
            pc = call(r, pc) ? r->set->entries[op->to] : pc;
            break;
        case OP_RETURN:
            if (r->depth == 0)
                return;
            pc = r->levels[--r->depth].back;
            break;
        }
    }
}

void template_render(const struct template *t, const void *shell, const void *model,
                     struct text *out) {
    struct run r = {.set = t->set, .out = out, .scratch = text_in(out->arena, SCRATCH_MAX)};
    r.slots[t->shell_slot] = shell;
    r.slots[t->model_slot] = model;
    run(&r, t->set->entries[t->routine]);
}
