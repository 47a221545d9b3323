#include "handlers/choices.h"

#include <string.h>

static const struct field choice_fields[] = {
    FIELD_MADE(struct choice, value, "value", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct choice, label, "label", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct choice, selected, "selected", FIELD_BOOL, FACE_HTML),
};
const struct record record_choice = RECORD(choice, choice_fields);

struct rows choices_of(struct arena *a, const char *const *names,
                       const char *(*label)(const char *name), const char *chosen) {
    size_t n = 0;
    while (names[n])
        n++;
    struct choice *choices = arena_array(a, n, sizeof *choices);
    for (size_t i = 0; i < n; i++)
        choices[i] = (struct choice){.value = names[i],
                                     .label = label(names[i]),
                                     .selected = chosen && strcmp(chosen, names[i]) == 0};
    return (struct rows){.at = choices, .n = n};
}
