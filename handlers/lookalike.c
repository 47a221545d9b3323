#include "handlers/lookalike.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

#include "base/blank.h"
#include "base/log.h"
#include "base/text.h"
#include "base/utf8.h"
#include "handlers/unicode.h"
#include "handlers/web_address.h"

enum {
    NON_JOINER = 0x200C,
    JOINER = 0x200D,
    AS_TEXT = 0xFE0E,
    AS_PICTURE = 0xFE0F,
    KEYCAP = 0x20E3,
    IDEOGRAPHIC_SPACE = 0x3000,
    VIRAMA = 9, /* combining classes */
    OVERLAY = 1
};

enum { LETTERS = U_GC_L_MASK | U_GC_NL_MASK, WORD = U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK };

static bool is(UChar32 c, uint32_t categories) {
    return U_GET_GC_MASK(c) & categories;
}

/* The character at *i, which is moved behind it; 0 at the end. */
static UChar32 next(const uint16_t *s, int32_t *i, int32_t n) {
    UChar32 c = 0;
    if (*i < n)
        U16_NEXT(s, *i, n, c);
    return c;
}

/* What checks whole words, made once. */
static const USpoofChecker *checker(void) {
    static USpoofChecker *made;
    if (made)
        return made;
    UErrorCode error = U_ZERO_ERROR;
    USpoofChecker *new = uspoof_open(&error);
    uspoof_setRestrictionLevel(new, USPOOF_HIGHLY_RESTRICTIVE);
    uspoof_setChecks(new, USPOOF_RESTRICTION_LEVEL, &error);
    if (U_FAILURE(error))
        log_fatal("unicode_data", "ICU cannot check names: %s", u_errorName(error));
    return made = new;
}

/* -- what cannot be seen ---------------------------------------------------------------------- */

/* What stands around a character; 0: nothing. */
struct beside {
    UChar32 before, after;
    bool picture; /* before it there is a picture, styled or toned perhaps */
};

static bool is_picture(UChar32 c) {
    return u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC);
}

static bool is_tone(UChar32 c) {
    return u_hasBinaryProperty(c, UCHAR_EMOJI_MODIFIER);
}

static bool joins(UChar32 c, UJoiningType to) {
    int32_t type = u_getIntPropertyValue(c, UCHAR_JOINING_TYPE);
    return type == U_JT_DUAL_JOINING || type == (int32_t)to;
}

/* Between the letters of scripts that it shapes (RFC 5892, appendices A.1 and A.2). */
static bool shapes(UChar32 c, const struct beside *at) {
    return u_getCombiningClass(at->before) == VIRAMA ||
           (c == NON_JOINER && joins(at->before, U_JT_LEFT_JOINING) &&
            joins(at->after, U_JT_RIGHT_JOINING));
}

/* A joiner or a choice of style that is not part of an emoji shows nothing: it only makes a name
 * another one. */
static bool out_of_place(UChar32 c, const struct beside *at) {
    bool key = (at->before >= '0' && at->before <= '9') || at->before == '#' || at->before == '*';
    if (c == JOINER || c == NON_JOINER)
        return !shapes(c, at) && (c == NON_JOINER || !at->picture || !is_picture(at->after));
    return !is_picture(at->before) && !is_tone(at->before) && !(key && at->after == KEYCAP);
}

static bool is_unseen(UChar32 c, const struct beside *at) {
    if (c == ' ' || c == IDEOGRAPHIC_SPACE || utf8_is_bidi((uint32_t)c))
        return false;
    if (c == JOINER || c == NON_JOINER || c == AS_TEXT || c == AS_PICTURE)
        return out_of_place(c, at);
    return blank_character((uint32_t)c);
}

static unsigned unseen_in(const uint16_t *s, int32_t n) {
    unsigned bits = 0;
    struct beside at = {0};
    for (int32_t i = 0; i < n;) {
        UChar32 c = next(s, &i, n);
        int32_t behind = i;
        at.after = next(s, &behind, n);
        bits |= (utf8_is_bidi((uint32_t)c) ? LOOKALIKE_BIDI : 0u) |
                (is_unseen(c, &at) ? LOOKALIKE_INVISIBLE : 0u);
        at.picture = is_picture(c) || (at.picture && (c == AS_PICTURE || is_tone(c)));
        at.before = c;
    }
    return bits;
}

/* -- letters ---------------------------------------------------------------------------------- */

/* What the letters of a text, or of one word of it, are. */
struct letters {
    int32_t all, rare;   /* rare: of scripts that hardly anybody writes today */
    int32_t standing_in; /* of other scripts than Latin, looking like ASCII */
};

static bool is_plain(const UChar *s, int32_t n) {
    for (int32_t i = 0; i < n; i++)
        if (s[i] >= 0x80 || !u_isalnum(s[i]))
            return false;
    return n > 0;
}

enum { PLAIN_MAX = 64 };

/* The letters or digits of ASCII that c, which is none, looks like, into `to`: what it may be
 * confused with, or what it is another width or style of. How many; 0: it does not. */
static int32_t plain_of(UChar32 c, UChar *to) {
    UErrorCode error = U_ZERO_ERROR;
    UChar one[2];
    int32_t n = 0;
    U16_APPEND_UNSAFE(one, n, c);
    n = uspoof_getSkeleton(checker(), 0, one, n, to, PLAIN_MAX, &error);
    if (U_SUCCESS(error) && is_plain(to, n))
        return n;
    error = U_ZERO_ERROR;
    n = unorm2_getDecomposition(unorm2_getNFKCInstance(&error), c, to, PLAIN_MAX, &error);
    return U_SUCCESS(error) && is_plain(to, n) ? n : 0;
}

static bool looks_plain(UChar32 c) {
    UChar plain[PLAIN_MAX];
    return c >= 0x80 && plain_of(c, plain);
}

/* What is written from right to left, or in Chinese (one zero is a circle), is not. */
static bool is_read_as_latin(UScriptCode script) {
    return script != USCRIPT_HAN && !uscript_isRightToLeft(script);
}

/* A letter of another script that stands in for one of ASCII; Latin and common ones are is_odd's.
 */
static bool stands_in(UChar32 c, UScriptCode script) {
    return script != USCRIPT_LATIN && script != USCRIPT_COMMON && is_read_as_latin(script) &&
           looks_plain(c);
}

/* A letter or digit that no language writes so, but that looks like one of ASCII: of full width,
 * mathematical, of phonetics, a Roman number's. */
static bool is_odd(UChar32 c, UScriptCode script) {
    UErrorCode error = U_ZERO_ERROR;
    return (script == USCRIPT_LATIN || script == USCRIPT_COMMON) && !is_picture(c) &&
           !uset_contains(uspoof_getRecommendedSet(&error), c) && looks_plain(c);
}

static bool look_latin(const struct letters *l) {
    int32_t enough = l->rare == l->all ? (l->all + 1) / 2 : l->all;
    return l->all > 0 && l->standing_in >= enough;
}

static bool is_mixed(const uint16_t *s, int32_t n) {
    UErrorCode error = U_ZERO_ERROR;
    return uspoof_check2(checker(), s, n, NULL, &error) & USPOOF_RESTRICTION_LEVEL;
}

static bool add_letter(struct letters *l, UChar32 c) {
    UErrorCode error = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript(c, &error);
    if (is(c, LETTERS)) {
        l->all++;
        l->rare += uscript_getUsage(script) != USCRIPT_USAGE_RECOMMENDED;
        l->standing_in += stands_in(c, script);
    }
    return is(c, LETTERS | U_GC_ND_MASK) && is_odd(c, script);
}

/* Whole names in two languages are no deception: each word is looked at for itself, and the whole
 * only if one of them reads as Latin without being it. */
static unsigned letters_in(const uint16_t *s, int32_t n) {
    struct letters text = {0}, word = {0};
    bool mixed = false, disguised = false, odd = false;
    for (int32_t i = 0, start = 0; i < n;) {
        int32_t at = i;
        UChar32 c = next(s, &i, n);
        bool inside = is(c, WORD);
        if (inside) {
            odd |= add_letter(&word, c);
            if (i < n)
                continue;
        }
        mixed |= is_mixed(s + start, (inside ? i : at) - start);
        disguised |= look_latin(&word);
        text.all += word.all;
        text.rare += word.rare;
        text.standing_in += word.standing_in;
        word = (struct letters){0};
        start = i;
    }
    mixed |= disguised && is_mixed(s, n);
    return (mixed ? LOOKALIKE_MIXED : 0u) | (odd || look_latin(&text) ? LOOKALIKE_LETTERS : 0u);
}

/* -- marks ------------------------------------------------------------------------------------ */

static bool is_mark(UChar32 c) {
    return is(c, U_GC_MN_MASK | U_GC_ME_MASK) && c != KEYCAP &&
           !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

/* The mark that a composed character ends in; 0 if it is none. */
static UChar32 mark_within(UChar32 c) {
    enum { MORE = 8 };
    UErrorCode error = U_ZERO_ERROR;
    UChar parts[MORE];
    int32_t n = unorm2_getDecomposition(unorm2_getNFCInstance(&error), c, parts, MORE, &error);
    UChar32 last = 0;
    for (int32_t i = 0; U_SUCCESS(error) && i < n;)
        last = next(parts, &i, n);
    return last;
}

/* Composed, what alphabets have is one character: what is left on a letter of ASCII, strikes it
 * out, stands on nothing, comes twice, or is one of many, only changes how it looks. (Marks of
 * scripts that pile their own have that script, all others are "inherited".) */
static unsigned marks_in(const uint16_t *s, int32_t n) {
    enum { INHERITED_MAX = 2, MAX = 4 };
    UChar32 base = ' ', last = 0;
    int32_t marks = 0, inherited = 0;
    for (int32_t i = 0; i < n;) {
        UChar32 c = next(s, &i, n);
        if (!is_mark(c)) {
            base = c;
            marks = inherited = 0;
            last = mark_within(c);
            continue;
        }
        UErrorCode error = U_ZERO_ERROR;
        bool everywhere = uscript_getScript(c, &error) == USCRIPT_INHERITED;
        marks++;
        inherited += everywhere;
        bool bare = base < 0x80 && (u_isalnum(base) || base == ' ') && everywhere;
        if (bare || marks > MAX || inherited > INHERITED_MAX || c == last ||
            u_getCombiningClass(c) == OVERLAY)
            return LOOKALIKE_MARKS;
        last = c;
    }
    return 0;
}

/* -- all of it -------------------------------------------------------------------------------- */

const char *lookalike_plain(struct arena *a, const char *text) {
    uint16_t s[UNICODE_FOLD_MAX];
    UChar plain[PLAIN_MAX];
    struct text out = text_in(a, (size_t)UNICODE_FOLD_MAX * PLAIN_MAX);
    int32_t n = unicode_from(text, UNICODE_COMPOSED, s);
    for (int32_t i = 0; i < n;) {
        UChar32 c = next(s, &i, n);
        if (blank_character((uint32_t)c) || is_mark(c))
            continue;
        UErrorCode error = U_ZERO_ERROR;
        int32_t more = c < 0x80 ? 0 : plain_of(c, plain);
        if (c < 0x80)
            text_char(&out, (char)c);
        else if (!more || !is_read_as_latin(uscript_getScript(c, &error)))
            return NULL;
        for (int32_t k = 0; k < more; k++)
            text_char(&out, (char)plain[k]);
    }
    return text_str(&out);
}

void lookalike_prepare(void) {
    (void)lookalike_of("\xd0\xbf\xcc\x82.\xd1\x80\xd1\x84"); /* every table has a say */
}

unsigned lookalike_of(const char *text) {
    uint16_t s[UNICODE_FOLD_MAX];
    int32_t n = unicode_from(text, UNICODE_AS_IT_IS, s);
    unsigned bits = unseen_in(s, n);
    n = unicode_from(text, UNICODE_COMPOSED, s);
    bits |= letters_in(s, n) | marks_in(s, n);
    return web_address_in(text) ? bits | LOOKALIKE_URL : bits;
}
