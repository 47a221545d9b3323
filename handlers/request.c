#include "handlers/request.h"

#include <string.h>

void request_problem(struct request *rq, const char *field, const char *message) {
    if (rq->n_problems < PROBLEMS_MAX)
        rq->problems[rq->n_problems++] = (struct problem){.field = field, .message = message};
}

enum method method_of(const char *name) {
    static const char *const names[] = {"GET", "HEAD", "OPTIONS", "POST", "PATCH", "DELETE"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return (enum method)i;
    return METHOD_OTHER;
}
