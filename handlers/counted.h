/* counted.h - a total as pages show it: exact up to 10,000, "more than" beyond. */
#ifndef SITA_HANDLERS_COUNTED_H
#define SITA_HANDLERS_COUNTED_H

#include "handlers/totals.h"

struct counted {
    int32_t n;
    bool more;
};

extern const struct record record_counted;

/* Of a total, once its load has run. */
struct counted counted_of(const struct list_total *total);

#endif
