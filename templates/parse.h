/* parse.h - the text of one template as a tree.
 *
 * The tree keeps what Mustache's white space rules need: tags alone on their line have lost that
 * line, and each line that remains begins with a NODE_LINE that carries its indentation. */
#ifndef SITA_TEMPLATES_PARSE_H
#define SITA_TEMPLATES_PARSE_H

#include "base/arena.h"
#include "templates/problems.h"

enum node_kind {
    NODE_TEXT,     /* s: literal text */
    NODE_LINE,     /* s: white space that the line begins with */
    NODE_VALUE,    /* {{s}} */
    NODE_SECTION,  /* {{#s}}children{{/s}} */
    NODE_INVERTED, /* {{^s}}children{{/s}} */
    NODE_PARTIAL,  /* {{>s}} */
    NODE_PARENT,   /* {{<s}}children{{/s}} */
    NODE_BLOCK,    /* {{$s}}children{{/s}} */
    NODE_MESSAGE   /* {{#_}}s{{/_}}, children being s as a tree */
};

struct node {
    enum node_kind kind;
    int line;
    bool own_line; /* PARTIAL, PARENT, BLOCK: stood alone on its line, behind `indent` */
    const char *s; /* name or text, n bytes; borrowed from the source */
    size_t n;
    const char *indent; /* indent_n bytes; borrowed from the source */
    size_t indent_n;
    struct node *children, *next;
    struct node *last; /* the last of children */
};

enum { NESTING_MAX = 32 };

/* One template file. */
struct source {
    const char *file; /* path below the folder, for problems: "parts/pager.html" */
    const char *at;   /* n bytes of valid UTF-8; must live as long as the tree */
    size_t n;
    struct node *root; /* its children are the content */
};

/* Parses src into src->root, which lives in a. What is wrong is added to p; the tree is then only
 * good for finding more problems. */
void parse_source(struct arena *a, struct source *src, struct problems *p);

/* The same for text that stands in the middle of a line (a translation): no tag of it is alone on
 * a line and no NODE_LINE is made. */
void parse_fragment(struct arena *a, struct source *src, struct problems *p);

#endif
