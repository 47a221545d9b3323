/* lookalike.h - what in a name may deceive the eye: Unicode Technical Standard 39, by ICU's data.
 */
#ifndef SITA_HANDLERS_LOOKALIKE_H
#define SITA_HANDLERS_LOOKALIKE_H

#include "base/arena.h"

enum lookalike {
    LOOKALIKE_BIDI = 1,      /* controls that reorder what surrounds them */
    LOOKALIKE_INVISIBLE = 2, /* characters that show nothing */
    LOOKALIKE_MIXED = 4,     /* a word of several scripts that are not written together ("highly
                                restrictive"), or Latin words and one that only looks Latin */
    LOOKALIKE_URL = 8,       /* reads like an address of the web */
    LOOKALIKE_LETTERS = 16,  /* other characters that look like the letters and digits of ASCII */
    LOOKALIKE_MARKS = 32     /* letters under marks that no alphabet puts there */
};

/* Reads ICU's data now rather than with the first name (12 ms); what is forked later shares it.
 * Ends the process if there is none. */
void lookalike_prepare(void);

/* The bits of what the text has; text is valid UTF-8, of which the first 1,024 bytes count. */
unsigned lookalike_of(const char *text);

/* What a reader takes the text for, in visible ASCII: letters that look like those of ASCII are
 * these, and what is not seen, blanks, and marks that no alphabet puts on its letter are left out.
 * NULL if something else is in it. Lives in a. */
const char *lookalike_plain(struct arena *a, const char *text);

#endif
