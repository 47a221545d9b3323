/* tree.h - a JSON value as nested names and values, for the template parts/tree. */
#ifndef SITA_HANDLERS_TREE_H
#define SITA_HANDLERS_TREE_H

#include "base/record.h"

struct tree {
    const char *name;     /* of a member; the number, from 1, of an element */
    const char *value;    /* of a leaf, as text */
    struct rows children; /* struct tree */
    bool branch;          /* it has children */
};

extern const struct record record_tree;

/* What a page has room for: values, and bytes of names, text and markup. */
enum { TREE_NODES_MAX = 2000, TREE_BYTES_MAX = 18000 };

/* The tree of the JSON text, in a; of a large one the beginning, and *cut is true. NULL if it is no
 * object or array with something in it, or is too deep to be read. */
const struct tree *tree_of(struct arena *a, const char *json, bool *cut);

#endif
