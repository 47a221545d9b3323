/* unicode.h - names as ICU has them: UTF-16, normalized. */
#ifndef SITA_HANDLERS_UNICODE_H
#define SITA_HANDLERS_UNICODE_H

#include <stdint.h>

#include "base/arena.h"

enum {
    UNICODE_LOOKED_AT = 1024,                /* bytes of UTF-8; no name is longer that is read */
    UNICODE_FOLD_MAX = 6 * UNICODE_LOOKED_AT /* U+FDFA: 3 bytes become 18 units */
};

enum unicode_form {
    UNICODE_AS_IT_IS,
    UNICODE_COMPOSED, /* NFC */
    UNICODE_PLAIN,    /* NFKC: one width and style */
    UNICODE_FOLDED    /* NFKC_Casefold: small letters of one width and style, nothing unseen */
};

/* Puts what is looked at of the valid UTF-8 at s, in that form, into the UNICODE_FOLD_MAX units at
 * to. How many they are. */
int32_t unicode_from(const char *s, enum unicode_form form, uint16_t *to);

/* The valid UTF-8 at s in NFKC, in a; NULL if it is just that, or is not looked at to its end. */
const char *unicode_plain(struct arena *a, const char *s);

#endif
