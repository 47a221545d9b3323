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

enum { TREE_NODES_MAX = 2000 };

/* The tree of the JSON text, in a. NULL if it is no object or array with something in it, is too
 * deep to be read, or has more than TREE_NODES_MAX values. */
const struct tree *tree_of(struct arena *a, const char *json);

#endif
