/* users.h - the queries about users; see tokens.h for the manner. */
#ifndef SITA_SQL_USERS_H
#define SITA_SQL_USERS_H

#include "sql/db.h"

/* One row or none; the address in its canonical form. */
void user_by_address(struct load *l, const char *address, const struct record *as,
                     struct rows *out);

/* The newest whom an address of CKB names: one row or none. */
void user_newest(struct load *l, const struct record *as, struct rows *out);

#endif
