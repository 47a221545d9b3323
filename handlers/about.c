/* What this site is, what its words mean, and where its records come from. */
#include "base/when.h"
#include "handlers/page.h"
#include "handlers/pages.h"
#include "handlers/state.h"

struct about_model {
    struct rows states; /* struct meaning */
};

struct meaning {
    const char *name, *label, *help;
};

static const struct field meaning_fields[] = {
    FIELD_MADE(struct meaning, name, "name", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct meaning, label, "label", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct meaning, help, "help", FIELD_TEXT, FACE_HTML),
};
static const struct record record_meaning = RECORD(meaning, meaning_fields);

static const struct field model_fields[] = {
    FIELD_INSIDE(struct about_model, states, "states", FIELD_LIST, FACE_HTML, &record_meaning),
};
static const struct record record_model = RECORD(about_model, model_fields);

static enum status about_show(struct request *rq, struct load *l, void *at, int round) {
    (void)l;
    (void)round;
    struct about_model *model = at;
    enum { STATES = 4 };
    struct meaning *states = arena_array(rq->arena, STATES, sizeof *states);
    for (size_t i = 0; i < STATES; i++)
        states[i] = (struct meaning){.name = state_names[i],
                                     .label = state_label(state_names[i]),
                                     .help = state_help(state_names[i])};
    model->states = (struct rows){.at = states, .n = STATES};
    return OK;
}

const struct page page_about = {
    .name = "about",
    .path = "/about",
    .template = "about",
    .model = &record_model,
    .show = about_show,
};
