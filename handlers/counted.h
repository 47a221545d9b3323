/* counted.h - a total as pages show it: exact up to 10,000, "more than" beyond. */
#ifndef SITA_HANDLERS_COUNTED_H
#define SITA_HANDLERS_COUNTED_H

#include "base/record.h"

struct counted {
    int32_t n;
    bool more;
};

extern const struct record record_counted;

/* Of the one struct total that a total's query gave. */
struct counted counted_of(const struct rows *total);

#endif
