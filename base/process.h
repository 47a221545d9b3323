/* process.h - runs another program: arguments without a shell, an environment of its own, its
 * output into a function, its complaints into a bounded text. */
#ifndef SITA_BASE_PROCESS_H
#define SITA_BASE_PROCESS_H

#include "base/text.h"

enum {
    PROCESS_SAID_MAX = 1000, /* bytes kept of what a program says on standard error */
    PROCESS_TICK_MS = 200
};

struct process {
    const char *const *argv;  /* ends in NULL; argv[0] is looked for on PATH unless it has a '/' */
    char *const *environment; /* ends in NULL */
    int input;                /* becomes standard input; -1: there is none */
    int list;                 /* if not 0: can be read as /proc/self/fd/3 */
    /* Gets standard output as it comes. False: no more of it is wanted, the program is ended.
     * NULL: output is dropped. */
    bool (*take)(void *context, const char *bytes, size_t n);
    /* Called about every PROCESS_TICK_MS while it runs. NULL: nothing is. */
    void (*waits)(void *context);
    void *context;
};

/* Runs it to its end. `said` gets the beginning of its standard error on one line, free of control
 * characters. OK: exit status 0. NOT_FOUND: cannot be started, `why` has a sentence. FAILED:
 * another status or a signal, `why` has a sentence that quotes `said`. CONFLICT: `take` wanted no
 * more. */
MUST_CHECK enum status process_run(const struct process *p, struct text *said, struct text *why);

#endif
