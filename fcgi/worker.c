#include "fcgi/worker.h"

#include <errno.h>
#include <fcgiapp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>

#include "base/log.h"

_Static_assert((int)POOL_READ == ROLE_READ && (int)POOL_WRITE == ROLE_WRITE &&
                   (int)POOL_DESK == ROLE_DESK,
               "a pool is counted under the role of the same number");

void worker_prepare(void) {
    /* libfcgi would poll for two seconds after each connection that it closes itself. */
    setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1);
    if (FCGX_Init() != 0)
        log_fatal("libfcgi", "FCGX_Init failed");
}

int worker_signals(const int *signals) {
    sigset_t set;
    sigemptyset(&set);
    for (; *signals; signals++)
        sigaddset(&set, *signals);
    int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0)
        log_fatal("signalfd", "%s", strerror(errno));
    return fd;
}

int worker_ms_until(int64_t moment) {
    int64_t left = moment - counters_clock();
    return left <= 0 ? 0 : (int)(left / 1000 + 1);
}

void worker_count(const struct worker *w, const struct job *job, int64_t started) {
    counters_answer(app_page_index(job->rq->page), job->reply.status, (enum role)w->pool,
                    counters_clock() - started);
}

void worker_count_load(const struct worker *w, const struct load *l) {
    if (l->status == BUSY || l->status == FAILED)
        counters()->database_failures[w->pool]++;
}
