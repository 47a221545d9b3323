/* choices.h - the options of a filter, as a form shows them. */
#ifndef SITA_HANDLERS_CHOICES_H
#define SITA_HANDLERS_CHOICES_H

#include "base/record.h"

struct choice {
    const char *value, *label;
    bool selected;
};

extern const struct record record_choice;

/* One choice per name of the list (ended by NULL), labelled by label(), the one equal to chosen
 * marked. chosen may be NULL. The rows live in a. */
struct rows choices_of(struct arena *a, const char *const *names,
                       const char *(*label)(const char *name), const char *chosen);

#endif
