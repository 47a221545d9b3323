#include "handlers/counted.h"

#include "sql/paging.h"

static const struct field counted_fields[] = {
    FIELD_MADE_TOLD(struct counted, n, "n", FIELD_INT, ALWAYS, "How many, counted up to 10,000."),
    FIELD_MADE_TOLD(struct counted, more, "more", FIELD_BOOL, ALWAYS, "True: more than that."),
};
const struct record record_counted = RECORD(counted, counted_fields);

struct counted counted_of(const struct list_total *total) {
    int32_t n = totals_of(total).total;
    bool more = n > PAGING_COUNTED;
    return (struct counted){.n = more ? PAGING_COUNTED : n, .more = more};
}
