#include "sql/users.h"

void user_by_address(struct load *l, const char *address, const struct record *as,
                     struct rows *out) {
    struct sql_call *c = load_add(l, SQL_USER_BY_ADDRESS, 0, 0, as, out);
    sql_value(c, "address", address);
}

void user_newest(struct load *l, const struct record *as, struct rows *out) {
    load_add(l, SQL_USER_NEWEST, 0, 0, as, out);
}
