/* problems.h - what is wrong with a set of templates: one sentence per problem, each once. */
#ifndef SITA_TEMPLATES_PROBLEMS_H
#define SITA_TEMPLATES_PROBLEMS_H

#include "base/text.h"

struct problems {
    struct text *why; /* "file:line: sentence" lines; borrowed from the caller */
    size_t n;         /* how many were found, those not written included */
};

/* Adds "file:line: sentence" unless that line is already there. After PROBLEMS_MAX it only counts.
 * line 0 stands for the whole file. */
void problem_add(struct problems *p, const char *file, int line, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

enum { PROBLEMS_MAX = 100 };

#endif
