#include "handlers/unicode.h"

#include <string.h>

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

int32_t unicode_from(const char *s, enum unicode_form form, uint16_t *to) {
    UErrorCode error = U_ZERO_ERROR;
    UChar plain[UNICODE_LOOKED_AT];
    int32_t n = 0;
    /* a character that is cut becomes U+FFFD */
    u_strFromUTF8WithSub(plain, UNICODE_LOOKED_AT, &n, s, (int32_t)strnlen(s, UNICODE_LOOKED_AT),
                         0xFFFD, NULL, &error);
    if (U_FAILURE(error))
        return 0;
    if (form == UNICODE_AS_IT_IS) {
        memcpy(to, plain, (size_t)n * sizeof *to);
        return n;
    }
    const UNormalizer2 *normalizer = form == UNICODE_COMPOSED ? unorm2_getNFCInstance(&error)
                                     : form == UNICODE_PLAIN
                                         ? unorm2_getNFKCInstance(&error)
                                         : unorm2_getNFKCCasefoldInstance(&error);
    n = unorm2_normalize(normalizer, plain, n, to, UNICODE_FOLD_MAX, &error);
    return U_FAILURE(error) ? 0 : n;
}

const char *unicode_plain(struct arena *a, const char *s) {
    UErrorCode error = U_ZERO_ERROR;
    uint16_t units[UNICODE_FOLD_MAX];
    int32_t n = unicode_from(s, UNICODE_PLAIN, units), length = 0;
    if (n == 0 || strlen(s) > UNICODE_LOOKED_AT)
        return NULL;
    char *plain = arena_alloc(a, 3 * (size_t)n + 1); /* a unit is three bytes at most */
    u_strToUTF8(plain, 3 * n + 1, &length, units, n, &error);
    return U_SUCCESS(error) && strcmp(plain, s) != 0 ? plain : NULL;
}
