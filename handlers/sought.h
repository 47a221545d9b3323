/* sought.h - what a text that somebody types into the search box may stand for. */
#ifndef SITA_HANDLERS_SOUGHT_H
#define SITA_HANDLERS_SOUGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* All of it lives in the arena that it was made in. */
struct sought {
    const char *text;    /* as typed, without blanks around it */
    const char *address; /* the CKB address that it is, in its canonical form; NULL: none */
    const char *hash;    /* the hash that it is, with 0x and in small letters; NULL: none */
    int32_t id;          /* the id that it is ("12", "#12"); 0: none */
};

/* Reads a text of valid UTF-8. */
struct sought sought_of(struct arena *a, const char *text);

/* "hash", "address", "id" or "text". */
const char *sought_kind(const struct sought *s);

/* True if three letters or digits of any script stand in a row. */
bool sought_has_word(const char *text);

/* The words that a short text (2 to 8 characters) may be with neighbours swapped, any number of
 * pairs: a line each. NULL: it is longer, or there are none. */
const char *sought_swapped(struct arena *a, const char *text);

#endif
