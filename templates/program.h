/* program.h - a compiled set: what compile.c makes and render.c runs.
 *
 * Every record type of the set has a slot. At run time a slot holds the struct of that type that
 * names mean now; a section over a record puts its struct there and gives the former one back at
 * its end. A type that is entered again hides the outer struct of the same type completely (each
 * name found in one is found in the other), so one slot per type is enough, and a partial that
 * calls itself over a list of its own type needs no more of them. */
#ifndef SITA_TEMPLATES_PROGRAM_H
#define SITA_TEMPLATES_PROGRAM_H

#include "templates/parse.h"
#include "templates/template.h"
#include "templates/values.h"

enum {
    SLOTS_MAX = 64,        /* record types in one set */
    SOURCES_MAX = 1024,    /* files in one set */
    LEVELS_MAX = 128,      /* sections and partials open at run time; deeper ones are left out */
    ENTRIES_MAX = 1 << 20, /* sections and partials entered for one page, likewise */
    OPS_MAX = 1 << 17,     /* in one set */
    ROUTINES_MAX = 4096    /* likewise */
};

enum op_code {
    OP_TEXT,     /* append text */
    OP_VALUE,    /* append the value through put; nothing if absent */
    OP_IF,       /* go to `to` if absent */
    OP_UNLESS,   /* go to `to` if not absent */
    OP_WITH,     /* go to `to` if absent; otherwise the record goes into slot */
    OP_END_WITH, /* give slot its former struct back */
    OP_EACH,     /* go to `to` if the list is empty; otherwise its first struct goes into slot */
    OP_NEXT,     /* the next struct into slot, on at `to`; or at the end, the former back */
    OP_CALL,     /* run routine number `to` */
    OP_RETURN
};

/* The way from a slot to the struct that holds a field: add offset, then follow the pointer that
 * is there if it is a link. */
struct hop {
    uint32_t offset;
    bool follow;
};

struct ref {
    const struct field *field;
    const struct hop *hops;
    uint8_t n; /* hops */
    uint8_t slot;
};

struct op {
    uint8_t code; /* enum op_code */
    uint8_t slot;
    uint32_t to;
    union {
        struct {
            const char *s;
            size_t n;
        } text;
        struct {
            const struct ref *ref;
            value_put *put;
            bool kept; /* to the last control character */
        } value;
    };
};

struct template {
    const char *file;
    const struct templates *set;
    uint32_t routine;
    uint8_t shell_slot, model_slot;
};

struct templates {
    struct arena *arena; /* everything that rendering needs lives in it */
    struct arena *work;  /* while loading: the sources, their trees, what compiling needs */
    struct source *sources;
    size_t n_sources;
    const struct record *slots[SLOTS_MAX];
    size_t n_slots;
    struct op *ops;
    size_t n_ops, ops_capacity;
    uint32_t *entries; /* of each routine, index into ops */
    size_t n_routines;
    struct template *pages;
    size_t n_pages;
};

/* The file of that name (without ".html"), or NULL. name need not end in NUL. */
const struct source *program_source(const struct templates *set, const char *name, size_t n);

/* An empty set that sources (at most SOURCES_MAX, in set->work) can be put into. */
struct templates *program_new(void);

/* Parses the sources, compiles the pages, and gives back what only loading needed. BAD_INPUT: the
 * problems were added to p, and the set is good for templates_free only. */
MUST_CHECK enum status program_build(struct templates *set, const struct template_page *pages,
                                     size_t n, const struct record *shell, struct problems *p);

/* Compiles the pages from the parsed sources; what is wrong is added to p. */
void compile_pages(struct templates *set, const struct template_page *pages, size_t n,
                   const struct record *shell, struct problems *p);

#endif
