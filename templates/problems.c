#include "templates/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* True if the line at [start, end of why) stands somewhere before it. */
static bool is_known(const struct text *why, size_t start) {
    return memmem(why->at, start, why->at + start, why->n - start) != NULL;
}

void problem_add(struct problems *p, const char *file, int line, const char *fmt, ...) {
    char sentence[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(sentence, sizeof sentence, fmt, args);
    va_end(args);
    if (++p->n > PROBLEMS_MAX)
        return;
    size_t start = p->why->n;
    if (line)
        text_printf(p->why, "%s:%d: %s\n", file, line, sentence);
    else
        text_printf(p->why, "%s: %s\n", file, sentence);
    if (text_ok(p->why) && is_known(p->why, start))
        p->why->n = start;
}
