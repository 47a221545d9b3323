#include "handlers/filters.h"

#include <string.h>

#include "handlers/params.h"
#include "templates/messages.h"

static const struct field choice_fields[] = {
    FIELD_MADE(struct choice, value, "value", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct choice, label, "label", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct choice, selected, "selected", FIELD_BOOL, FACE_HTML),
};
static const struct record record_choice = RECORD(choice, choice_fields);

static const struct field filter_fields[] = {
    FIELD_MADE(struct filter, value, "value", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct filter, problem, "problem", FIELD_TEXT, FACE_HTML),
    FIELD_INSIDE(struct filter, choices, "choices", FIELD_LIST, FACE_HTML, &record_choice),
};
const struct record record_filter = RECORD(filter, filter_fields);

static const struct field problem_fields[] = {
    FIELD_MADE_TOLD(struct problem, field, "field", FIELD_TEXT, ALWAYS,
                    "The parameter or member that is wrong."),
    FIELD_MADE_TOLD(struct problem, message, "message", FIELD_TEXT, ALWAYS,
                    "What is wrong with it."),
};
const struct record record_problem = RECORD(problem, problem_fields);

struct filter filter_typed(struct request *rq, const char *name) {
    struct filter f = {.value = params_given(rq, name)};
    for (size_t i = 0; i < rq->n_problems && !f.problem; i++)
        if (strcmp(rq->problems[i].field, name) == 0)
            f.problem = rq->problems[i].message;
    return f;
}

struct filter filter_chosen(struct request *rq, const char *name, const char *const *names,
                            const char *(*label)(const char *name)) {
    struct filter f = filter_typed(rq, name);
    size_t n = 0;
    while (names[n])
        n++;
    struct choice *choices = arena_array(rq->arena, n, sizeof *choices);
    for (size_t i = 0; i < n; i++)
        choices[i] = (struct choice){.value = names[i],
                                     .label = label(names[i]),
                                     .selected = f.value && strcmp(f.value, names[i]) == 0};
    f.choices = (struct rows){.at = choices, .n = n};
    return f;
}

struct rows filters_others(struct request *rq, const char *const *names, size_t n) {
    struct problem *others = arena_array(rq->arena, PROBLEMS_MAX, sizeof *others);
    size_t count = 0;
    for (size_t i = 0; i < rq->n_problems; i++) {
        bool shown = false;
        for (size_t k = 0; k < n && !shown; k++)
            shown = strcmp(names[k], rq->problems[i].field) == 0;
        if (!shown)
            others[count++] = rq->problems[i];
    }
    return (struct rows){.at = others, .n = count};
}
