#include "base/blank.h"

#include <string.h>

#include <unicode/uchar.h>

#include "base/utf8.h"

/* Beside what Unicode says is ignored, controls and blanks: notes of interlinear annotations, an
 * empty Braille pattern and an empty head of a musical note are drawn as nothing. */
bool blank_character(uint32_t c) {
    UChar32 point = (UChar32)c;
    return u_hasBinaryProperty(point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
           (U_GET_GC_MASK(point) & (U_GC_CC_MASK | U_GC_Z_MASK)) || (c >= 0xFFF9 && c <= 0xFFFB) ||
           c == 0x2800 || c == 0x1D159;
}

bool blank_text(const char *text) {
    uint32_t c;
    size_t n;
    for (size_t left = strlen(text); left && (n = utf8_decode(text, left, &c)); left -= n) {
        if ((c > ' ' && c < 0x7F) || !blank_character(c))
            return false;
        text += n;
    }
    return true;
}
