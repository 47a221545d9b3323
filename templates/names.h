/* names.h - what a name means at some place of a template: looked up once, at compile time. */
#ifndef SITA_TEMPLATES_NAMES_H
#define SITA_TEMPLATES_NAMES_H

#include "templates/program.h"

/* The records that names are looked up in, innermost last, and what {{.}} is. */
struct scope {
    uint8_t slots[SLOTS_MAX];
    uint8_t n;
    const struct ref *dot; /* the scalar of the innermost section; NULL if that is a record */
};

struct found {
    const struct ref *ref;     /* lives in the set's arena */
    const struct facet *facet; /* of a value; NULL if the name ends in a list or a record */
    bool any;                  /* of a section: {{#list.any}} asks whether there are rows */
};

/* Makes the record the innermost; its slot goes to *slot. False (and a problem) if there are more
 * than SLOTS_MAX types. */
bool names_push(struct templates *set, struct scope *scope, const struct record *r, uint8_t *slot,
                const char *file, int line, struct problems *p);

/* Looks up the name of a value, section or inverted section. False, and a problem that names it,
 * if there is no such field, it is not for HTML, or there is no such facet. */
bool names_find(struct templates *set, const struct scope *scope, const struct node *node,
                const char *file, struct problems *p, struct found *found);

/* True if names mean the same in both. */
bool names_same(const struct scope *a, const struct scope *b);

#endif
