#include "base/counters.h"

#include <string.h>
#include <sys/mman.h>
#include <time.h>

static struct counters own;
static struct counters *shared = &own;

static const int codes[COUNTERS_CODES] = {200, 201, 204, 301, 302, 303, 304, 400,
                                          401, 403, 404, 405, 406, 408, 409, 413,
                                          414, 415, 422, 429, 431, 500, 503, 0};

static const int64_t limits[COUNTERS_BUCKETS] = {250,    500,     1000,    2500,     5000,
                                                 10000,  25000,   50000,   100000,   250000,
                                                 500000, 1000000, 5000000, INT64_MAX};

bool counters_start(void) {
    void *at = mmap(NULL, sizeof own, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return false;
    shared = at;
    return true;
}

struct counters *counters(void) {
    return shared;
}

static void add(_Atomic uint64_t *counter, uint64_t n) {
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void counters_answer(size_t route, int status, enum role pool, int64_t microseconds) {
    struct histogram *h = &shared->seconds[pool];
    size_t bucket = 0;
    while (microseconds > limits[bucket])
        bucket++;
    add(&h->bucket[bucket], 1);
    add(&h->sum, microseconds > 0 ? (uint64_t)microseconds : 0);
    if (route >= COUNTERS_ROUTES)
        route = COUNTERS_ROUTES - 1;
    add(&shared->requests[route][counters_code_index(status)], 1);
}

size_t counters_code_index(int status) {
    size_t i = 0;
    while (i < COUNTERS_CODES - 1 && codes[i] != status)
        i++;
    return i;
}

int counters_code(size_t index) {
    return codes[index];
}

int64_t counters_bucket_limit(size_t index) {
    return limits[index];
}

void slot_note_request(struct slot *slot, const char *id) {
    size_t n = strnlen(id, COUNTERS_REQUEST_ID - 1);
    memcpy(slot->request, id, n);
    slot->request[n] = '\0';
}

const char *role_name(enum role role) {
    static const char *const names[ROLES] = {"read", "write", "desk", "clerk"};
    return names[role];
}

int64_t counters_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
