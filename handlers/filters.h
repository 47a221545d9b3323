/* filters.h - the filters of a list, as a form shows them: what was typed, what is wrong with it,
 * and what there is to choose from. */
#ifndef SITA_HANDLERS_FILTERS_H
#define SITA_HANDLERS_FILTERS_H

#include "base/record.h"
#include "handlers/request.h"

struct choice {
    const char *value, *label;
    bool selected;
};

/* One field of the form. */
struct filter {
    const char *value;   /* as typed; NULL: nothing */
    const char *problem; /* NULL: none */
    struct rows choices; /* struct choice; empty for what is typed */
};

extern const struct record record_filter;

/* The filter of that parameter of the request, valid or not. */
struct filter filter_typed(struct request *rq, const char *name);

/* The same with a choice per name of the list (ended by NULL), labelled by label(). */
struct filter filter_chosen(struct request *rq, const char *name, const char *const *names,
                            const char *(*label)(const char *name));

/* The problems that none of the n filters shows: struct problem. */
struct rows filters_others(struct request *rq, const char *const *names, size_t n);

/* The record of struct problem. */
extern const struct record record_problem;

#endif
