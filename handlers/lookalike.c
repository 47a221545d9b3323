#include "handlers/lookalike.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

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
/* Default_Ignorable_Code_Point and blanks that are no space bar's, without the two that emoji are
 * joined and styled with. */
static const struct range invisible[] = {
    {0x0000, 0x001F}, {0x007F, 0x00A0}, {0x00AD, 0x00AD}, {0x034F, 0x034F},  {0x115F, 0x1160},
    {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x2000, 0x200C}, {0x2028, 0x2029},  {0x202F, 0x202F},
    {0x205F, 0x2065}, {0x206A, 0x206F}, {0x2800, 0x2800}, {0x3164, 0x3164},  {0xFE00, 0xFE0E},
    {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF}};
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

/* A dot, one of the endings that such names use, and then no further letter. */
static bool has_domain(const char *text) {
    static const char *const endings[] = {"com", "org", "net", "io", "xyz",  "app",     "fi",
                                          "top", "cc",  "me",  "co", "link", "finance", "site",
                                          "vip", "gg",  "ru",  "cn", "info", "online",  "club"};
    for (const char *dot = strchr(text, '.'); dot; dot = strchr(dot + 1, '.')) {
        if (dot == text || !isalnum((unsigned char)dot[-1]))
            continue;
        for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
            size_t n = strlen(endings[i]);
            if (strncasecmp(dot + 1, endings[i], n) == 0 && !isalnum((unsigned char)dot[1 + n]))
                return true;
        }
    }
    return false;
}

static bool has_url(const char *text) {
    return strstr(text, "://") || strcasestr(text, "www.") || has_domain(text);
}

unsigned lookalike_of(const char *text) {
    unsigned bits = 0, scripts = 0;
    size_t left = strlen(text), n;
    uint32_t c;
    for (const char *s = text; left && (n = utf8_decode(s, left, &c)); s += n, left -= n) {
        scripts |= script_bit(c);
        bits |= (WITHIN(bidi, c) ? LOOKALIKE_BIDI : 0u) |
                (WITHIN(invisible, c) ? LOOKALIKE_INVISIBLE : 0u);
    }
    if (scripts & (scripts - 1))
        bits |= LOOKALIKE_MIXED;
    return has_url(text) ? bits | LOOKALIKE_URL : bits;
}
