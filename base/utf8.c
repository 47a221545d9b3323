#include "base/utf8.h"

#include <unicode/uchar.h>

static bool continues(const char *s, size_t i) {
    return ((unsigned char)s[i] & 0xc0) == 0x80;
}

size_t utf8_decode(const char *s, size_t n, uint32_t *code_point) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (n == 0)
        return 0;
    unsigned char c = (unsigned char)s[0];
    size_t len = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : c >> 3 == 30 ? 4 : 0;
    if (len == 0 || len > n)
        return 0;
    uint32_t value = len == 1 ? c : c & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if (!continues(s, i))
            return 0;
        value = value << 6 | ((unsigned char)s[i] & 0x3f);
    }
    if (value < smallest[len] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *code_point = value;
    return len;
}

size_t utf8_next(const char *s, size_t n) {
    uint32_t ignored;
    return utf8_decode(s, n, &ignored);
}

bool utf8_valid(const char *s, size_t n) {
    for (size_t i = 0; i < n;) {
        size_t len = utf8_next(s + i, n - i);
        if (len == 0 || s[i] == '\0')
            return false;
        i += len;
    }
    return true;
}

bool utf8_is_control(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

bool utf8_is_bidi(uint32_t c) {
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

/* True for what Unicode (UAX 29) puts into one character with what stands before it. */
static bool joins(uint32_t c) {
    switch (u_getIntPropertyValue((UChar32)c, UCHAR_GRAPHEME_CLUSTER_BREAK)) {
    case U_GCB_EXTEND: /* marks, tones of skin, what styles emoji */
    case U_GCB_SPACING_MARK:
    case U_GCB_ZWJ:
    case U_GCB_V: /* the vowels and finals of Hangul syllables */
    case U_GCB_T:
        return true;
    default:
        return false;
    }
}

enum { JOINER = 0x200D, FLAG_A = 0x1F1E6, FLAG_Z = 0x1F1FF };

size_t utf8_fit(const char *s, size_t n, size_t code_points, size_t bytes) {
    size_t safe = 0, flags = 0; /* letters of flags in a row: a flag is two */
    uint32_t before = JOINER, c = 0;
    if (n <= code_points && n <= bytes)
        return n;
    for (size_t at = 0, length; at < n; at += length, code_points--) {
        length = utf8_decode(s + at, n - at, &c);
        if (length == 0) {
            length = 1;
            c = 0xFFFD;
        }
        bool flag = c >= FLAG_A && c <= FLAG_Z;
        if (before != JOINER && !joins(c) && !(flag && flags % 2))
            safe = at;
        if (code_points == 0 || at + length > bytes)
            return safe ? safe : at;
        flags = flag ? flags + 1 : 0;
        before = c;
    }
    return n;
}
