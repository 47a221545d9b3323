#include "handlers/web_address.h"

#include <string.h>

#include <libpsl.h>
#include <unicode/uchar.h>
#include <unicode/ustring.h>

#include "handlers/unicode.h"

enum { LABEL_MAX = 63, IDEOGRAPHIC_STOP = 0x3002 };

struct folded {
    uint16_t at[UNICODE_FOLD_MAX + 1]; /* ended by 0 */
    int32_t n;
};

static bool is_dot(uint16_t c) {
    static const uint16_t dots[] = {'.', IDEOGRAPHIC_STOP, 0x0701, 0x0702, 0xA4F8, 0xA60E};
    for (size_t i = 0; i < sizeof dots / sizeof dots[0]; i++)
        if (c == dots[i])
            return true;
    return false;
}

static bool is_slash(uint16_t c) {
    return c == '/' || c == 0x2044 || c == 0x2215;
}

static bool is_digit(uint16_t c) {
    return c >= '0' && c <= '9';
}

static bool is_ascii(uint16_t c) {
    return is_digit(c) || (c >= 'a' && c <= 'z');
}

/* Letters and digits of all scripts; of those beyond U+FFFF each half. */
static bool is_word(uint16_t c) {
    return is_ascii(c) || (c >= 0x80 && (U16_IS_SURROGATE(c) || u_isalnum(c)));
}

/* Where the label that begins at i ends: of ASCII, or of what is none ("seal.com" and Chinese words
 * right behind it). */
static int32_t end_of_label(const struct folded *f, int32_t i) {
    bool ascii = is_ascii(f->at[i]);
    while (ascii ? is_ascii(f->at[i]) || f->at[i] == '-' : is_word(f->at[i]) && !is_ascii(f->at[i]))
        i++;
    while (f->at[i - 1] == '-')
        i--;
    return i;
}

static bool is_ending(const struct folded *f, int32_t from, int32_t to) {
    static const char *const on_chains[] = {"eth", "sol", "bit", "crypto", "onion"};
    char label[4 * LABEL_MAX + 1];
    UErrorCode error = U_ZERO_ERROR;
    if (to - from > LABEL_MAX)
        return false;
    u_strToUTF8(label, sizeof label, NULL, f->at + from, to - from, &error);
    if (U_FAILURE(error))
        return false;
    for (size_t i = 0; i < sizeof on_chains / sizeof on_chains[0]; i++)
        if (strcmp(label, on_chains[i]) == 0)
            return true;
    return psl_is_public_suffix2(psl_builtin(), label, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
}

/* Four numbers with dots between them end at i. */
static bool is_ipv4(const struct folded *f, int32_t i) {
    for (int parts = 0, digits = 0;; digits = 0) {
        while (i > 0 && is_digit(f->at[i - 1]))
            i--, digits++;
        if (digits < 1 || digits > 3)
            return false;
        if (++parts == 4)
            return i == 0 || !is_word(f->at[i - 1]);
        if (i == 0 || !is_dot(f->at[--i]))
            return false;
    }
}

/* At i stands the dot between two labels. */
static bool is_host(const struct folded *f, int32_t i) {
    int32_t from = i + 1, to = end_of_label(f, from);
    if (f->at[i] == IDEOGRAPHIC_STOP && !is_ascii(f->at[from]))
        return false; /* between sentences */
    if (is_ending(f, from, to))
        return true;
    if (!is_slash(f->at[to]))
        return false;
    return is_digit(f->at[from]) ? is_ipv4(f, to) : to - from > 1;
}

static bool begins(const struct folded *f, int32_t i, const char *word) {
    while (*word && f->at[i] == (unsigned char)*word)
        i++, word++;
    return !*word;
}

bool web_address_in(const char *text) {
    struct folded f;
    f.n = unicode_from(text, UNICODE_FOLDED, f.at);
    f.at[f.n] = 0;
    for (int32_t i = 0; i < f.n; i++) {
        if (begins(&f, i, "://") || begins(&f, i, "www."))
            return true;
        if (i > 0 && is_dot(f.at[i]) && is_word(f.at[i - 1]) && is_word(f.at[i + 1]) &&
            is_host(&f, i))
            return true;
    }
    return false;
}
