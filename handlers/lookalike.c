#include "handlers/lookalike.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"
#include "handlers/emoji.h"

struct range {
    uint32_t first, last;
};

static bool within(const struct range *ranges, size_t n, uint32_t c) {
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

#define WITHIN(ranges, c) within(ranges, sizeof(ranges) / sizeof(ranges)[0], c)

static const struct range bidi[] = {
    {0x061C, 0x061C}, {0x200E, 0x200F}, {0x202A, 0x202E}, {0x2066, 0x2069}};
/* Default_Ignorable_Code_Point of DerivedCoreProperties.txt, Unicode 17.0, a note of music that
 * shows nothing, and blanks that are no space bar's; without those that emoji are joined and styled
 * with, which out_of_place looks at. */
static const struct range invisible[] = {
    {0x0000, 0x001F},   {0x007F, 0x00A0},  {0x00AD, 0x00AD}, {0x034F, 0x034F},   {0x115F, 0x1160},
    {0x17B4, 0x17B5},   {0x180B, 0x180F},  {0x2000, 0x200C}, {0x2028, 0x2029},   {0x202F, 0x202F},
    {0x205F, 0x2065},   {0x206A, 0x206F},  {0x2800, 0x2800}, {0x3164, 0x3164},   {0xFE00, 0xFE0D},
    {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},  {0xFFF0, 0xFFFB}, {0x1BCA0, 0x1BCA3}, {0x1D159, 0x1D159},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};
static const struct range latin[] = {{'A', 'Z'},       {'a', 'z'},       {0x00C0, 0x024F},
                                     {0x1E00, 0x1EFF}, {0xFF21, 0xFF3A}, {0xFF41, 0xFF5A}};
static const struct range greek[] = {{0x0370, 0x03FF}, {0x1F00, 0x1FFF}};
static const struct range cyrillic[] = {{0x0400, 0x052F}, {0x1C80, 0x1C8F}};
static const struct range armenian[] = {{0x0530, 0x058F}};
static const struct range cherokee[] = {{0x13A0, 0x13FF}, {0xAB70, 0xABBF}};

static unsigned script_bit(uint32_t c) {
    return WITHIN(latin, c)      ? 1u
           : WITHIN(greek, c)    ? 2u
           : WITHIN(cyrillic, c) ? 4u
           : WITHIN(armenian, c) ? 8u
           : WITHIN(cherokee, c) ? 16u
                                 : 0u;
}

enum {
    JOINER = 0x200D,
    AS_TEXT = 0xFE0E,
    AS_PICTURE = 0xFE0F,
    KEYCAP = 0x20E3,
    IDEOGRAPHIC_SPACE = 0x3000
};

/* What stands around a character; 0: nothing. */
struct beside {
    uint32_t before, after;
    bool picture; /* before it there is a picture, styled or toned perhaps */
};

/* A joiner or a choice of style that is not part of an emoji shows nothing: it only makes a name
 * another one. */
static bool out_of_place(uint32_t c, const struct beside *at) {
    bool key = (at->before >= '0' && at->before <= '9') || at->before == '#' || at->before == '*';
    if (c == JOINER)
        return !at->picture || !emoji_is_picture(at->after);
    if (c == AS_TEXT || c == AS_PICTURE)
        return !emoji_is_picture(at->before) && !emoji_is_tone(at->before) &&
               !(key && at->after == KEYCAP);
    return false;
}

/* The next character as an address of the web would have it: small, full stops and letters of
 * every width alike; OTHER for what ASCII has not. 0 at the end. */
enum { OTHER = 0x80 };
static int folded(const char **s) {
    static const uint32_t stops[] = {0x2024, 0x3002, 0xFE52, 0xFF61};
    uint32_t c;
    size_t n = **s ? utf8_decode(*s, strlen(*s), &c) : 0;
    if (!n)
        return 0;
    *s += n;
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFF01 - '!';
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
        if (c == stops[i])
            return '.';
    return c < 0x80 ? tolower((int)c) : OTHER;
}

/* True if what folds to the word stands at s; *s is moved behind it. */
static bool reads(const char **s, const char *word) {
    const char *at = *s;
    while (*word)
        if (folded(&at) != *word++)
            return false;
    *s = at;
    return true;
}

/* Behind a dot: one of the endings that such names use, and then no further ASCII letter. */
static bool ends_domain(const char *s) {
    static const char *const endings[] = {
        "com",  "org",    "net",      "io",      "xyz", "app",   "fi",   "top",  "cc",
        "me",   "co",     "gg",       "ru",      "cn",  "info",  "vip",  "link", "finance",
        "site", "online", "club",     "dev",     "ai",  "bit",   "eth",  "pro",  "fun",
        "sol",  "live",   "world",    "shop",    "biz", "store", "tech", "cash", "wtf",
        "lol",  "money",  "exchange", "network", "tv",  "ly",    "space"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        const char *at = s;
        if (reads(&at, endings[i])) {
            int next = folded(&at);
            if (next == OTHER || !isalnum(next))
                return true;
        }
    }
    return false;
}

static bool has_url(const char *text) {
    int before = 0;
    for (const char *s = text; *s;) {
        const char *at = s;
        if (reads(&at, "://") || reads(&at, "www."))
            return true;
        int c = folded(&s);
        if (!c)
            return false;
        if (c == '.' && (before == OTHER || isalnum(before)) && ends_domain(s))
            return true;
        before = c;
    }
    return false;
}

static uint32_t next_after(const char *s, size_t left) {
    uint32_t c;
    return left && utf8_decode(s, left, &c) ? c : 0;
}

unsigned lookalike_of(const char *text) {
    unsigned bits = 0, scripts = 0;
    struct beside at = {0};
    size_t left = strlen(text), n;
    uint32_t c;
    for (const char *s = text; left && (n = utf8_decode(s, left, &c)); s += n, left -= n) {
        at.after = next_after(s + n, left - n);
        scripts |= script_bit(c);
        bits |= (WITHIN(bidi, c) ? LOOKALIKE_BIDI : 0u) |
                (WITHIN(invisible, c) || out_of_place(c, &at) ? LOOKALIKE_INVISIBLE : 0u);
        at.picture = emoji_is_picture(c) || (at.picture && (c == AS_PICTURE || emoji_is_tone(c)));
        at.before = c;
    }
    if (scripts & (scripts - 1))
        bits |= LOOKALIKE_MIXED;
    return has_url(text) ? bits | LOOKALIKE_URL : bits;
}

bool lookalike_blank(const char *text) {
    uint32_t c;
    size_t n;
    for (size_t left = strlen(text); left && (n = utf8_decode(text, left, &c)); left -= n) {
        bool blank = c == ' ' || c == JOINER || c == AS_TEXT || c == AS_PICTURE ||
                     c == IDEOGRAPHIC_SPACE || WITHIN(bidi, c) || WITHIN(invisible, c);
        if (!blank)
            return false;
        text += n;
    }
    return true;
}
