/* lookalike.h - what in a name may deceive the eye (Unicode Technical Standard 39 has the ideas).
 */
#ifndef SITA_HANDLERS_LOOKALIKE_H
#define SITA_HANDLERS_LOOKALIKE_H

#include <stdbool.h>

enum lookalike {
    LOOKALIKE_BIDI = 1,      /* controls that reorder what surrounds them */
    LOOKALIKE_INVISIBLE = 2, /* characters that show nothing */
    LOOKALIKE_MIXED = 4,     /* letters of scripts that share shapes: Latin and Cyrillic ... */
    LOOKALIKE_URL = 8        /* reads like an address of the web */
};

/* The bits of what the text has; text is valid UTF-8. */
unsigned lookalike_of(const char *text);

/* True if nothing of the text, valid UTF-8, can be seen. */
bool lookalike_blank(const char *text);

#endif
