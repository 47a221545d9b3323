#include "handlers/request.h"

#include <string.h>

#include "base/log.h"

void request_problem(struct request *rq, const char *field, const char *message) {
    if (rq->n_problems < PROBLEMS_MAX)
        rq->problems[rq->n_problems++] = (struct problem){.field = field, .message = message};
}

void request_feed(struct request *rq, const char *path, const char *title) {
    if (rq->n_feeds == FEEDS_MAX)
        log_fatal("request_feed", "%s has more than %d feeds", rq->path, FEEDS_MAX);
    rq->feeds[rq->n_feeds++] = (struct feed){.path = path, .title = title};
}

enum method method_of(const char *name) {
    static const char *const names[] = {"GET", "HEAD", "OPTIONS", "POST", "PATCH", "DELETE"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0)
            return (enum method)i;
    return METHOD_OTHER;
}
