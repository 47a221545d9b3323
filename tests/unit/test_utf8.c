#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

/* Bytes and how many of them begin a valid character (RFC 3629 section 4). */
static const struct {
    const char *bytes;
    size_t n, length;
    uint32_t code_point;
} cases[] = {
    {"", 0, 0, 0},
    {"a", 1, 1, 'a'},
    {"\0", 1, 1, 0},
    {"\x7f", 1, 1, 0x7f},
    {"\x80", 1, 0, 0}, /* a continuation alone */
    {"\xbf", 1, 0, 0},
    {"\xc0\x80", 2, 0, 0}, /* overlong NUL */
    {"\xc1\xbf", 2, 0, 0}, /* overlong DEL */
    {"\xc2\x80", 2, 2, 0x80},
    {"\xc2", 1, 0, 0},     /* cut off */
    {"\xc2\x80", 1, 0, 0}, /* cut off by n */
    {"\xc2\x41", 2, 0, 0},
    {"\xdf\xbf", 2, 2, 0x7ff},
    {"\xe0\x80\x80", 3, 0, 0}, /* overlong */
    {"\xe0\x9f\xbf", 3, 0, 0},
    {"\xe0\xa0\x80", 3, 3, 0x800},
    {"\xed\x9f\xbf", 3, 3, 0xd7ff},
    {"\xed\xa0\x80", 3, 0, 0}, /* surrogates */
    {"\xed\xbf\xbf", 3, 0, 0},
    {"\xee\x80\x80", 3, 3, 0xe000},
    {"\xef\xbf\xbf", 3, 3, 0xffff},
    {"\xe2\x82", 2, 0, 0},
    {"\xe2\x28\xa1", 3, 0, 0},
    {"\xe2\x82\x28", 3, 0, 0},
    {"\xf0\x8f\xbf\xbf", 4, 0, 0}, /* overlong */
    {"\xf0\x90\x80\x80", 4, 4, 0x10000},
    {"\xf0\x9f\x98\x80", 4, 4, 0x1f600},
    {"\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff},
    {"\xf4\x90\x80\x80", 4, 0, 0}, /* above the last code point */
    {"\xf5\x80\x80\x80", 4, 0, 0},
    {"\xf8\x88\x80\x80\x80", 5, 0, 0},
    {"\xfe", 1, 0, 0},
    {"\xff", 1, 0, 0},
};

static void decodes(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t c = 0;
        assert_int_equal(utf8_decode(cases[i].bytes, cases[i].n, &c), cases[i].length);
        assert_int_equal(utf8_next(cases[i].bytes, cases[i].n), cases[i].length);
        assert_int_equal(c, cases[i].code_point);
    }
}

/* The bytes of a code point as RFC 3629 section 3 tells; 0 for what is none. */
static size_t encode(char *out, uint32_t c) {
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    for (size_t i = length - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(lead[length == 1 ? 0 : length] | c);
    return length;
}

static void every_code_point_comes_back(void **state) {
    (void)state;
    for (uint32_t c = 0; c <= 0x110010; c++) {
        char bytes[4];
        uint32_t back = 0xffffffff;
        bool exists = c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
        size_t n = encode(bytes, c);
        if (!exists) {
            assert_int_equal(n, 0);
            continue;
        }
        if (utf8_decode(bytes, n, &back) != n || back != c)
            fail_msg("U+%04X", c);
        for (size_t shorter = 0; shorter < n; shorter++)
            assert_int_equal(utf8_next(bytes, shorter), 0);
    }
}

static void validates(void **state) {
    (void)state;
    assert_true(utf8_valid("", 0));
    assert_true(utf8_valid("\xe5\xb8\x81 token \xf0\x9f\x98\x80", 14));
    assert_false(utf8_valid("a\0b", 3));
    assert_false(utf8_valid("abc\xff", 4));
    assert_false(utf8_valid("abc\xf0\x9f\x98", 6));
}

static void controls(void **state) {
    static const uint32_t yes[] = {0,      0x1f,   0x7f,   0x80,   0x9b,   0x9f,
                                   0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069};
    static const uint32_t no[] = {0x20,   0x7e,   0xa0,   0x200d, 0x2027,
                                  0x202f, 0x2065, 0x206a, 0x1f600};
    (void)state;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(utf8_is_control(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_false(utf8_is_control(no[i]));
}

/* A text, how many code points and bytes there may be, and what is left of it. */
static void fits(void **state) {
    static const struct {
        const char *text;
        size_t code_points, bytes;
        const char *left;
    } rows[] = {
        {"", 0, 0, ""},
        {"abc", 3, 3, "abc"},
        {"abc", 2, 9, "ab"},
        {"abc", 9, 2, "ab"},
        {"abc", 0, 9, ""},
        {"\u94fe\u5b50", 9, 5, "\u94fe"}, /* not within a character */
        {"\u94fe\u5b50", 1, 9, "\u94fe"},
        {"\u94fe", 9, 2, ""},
        {"ae\u0301\u0302b", 3, 99, "a"}, /* not before its marks */
        {"ae\u0301\u0302b", 4, 99, "ae\u0301\u0302"},
        {"a\u0915\u093f\u0916", 2, 99, "a"}, /* a mark that takes room */
        {"a\u1100\u1161\u11a8", 3, 99, "a"}, /* a Hangul syllable of three */
        {"a\U0001F44D\U0001F3FD!", 2, 99, "a"},
        {"a\U0001F469\u200D\U0001F680!", 3, 99, "a"}, /* joined on both sides */
        {"a\u2764\uFE0F!", 2, 99, "a"},
        {"a\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7", 4, 99, "a\U0001F1E9\U0001F1EA"},
        {"a\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7", 3, 99, "a\U0001F1E9\U0001F1EA"},
        {"e\u0301\u0301\u0301\u0301", 3, 99, "e\u0301\u0301"}, /* nothing else is possible */
        {"\xff\xff\xff", 2, 9, "\xff\xff"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = utf8_fit(rows[i].text, strlen(rows[i].text), rows[i].code_points, rows[i].bytes);
        assert_int_equal(n, strlen(rows[i].left));
        assert_memory_equal(rows[i].text, rows[i].left, n);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),   cmocka_unit_test(every_code_point_comes_back),
        cmocka_unit_test(validates), cmocka_unit_test(controls),
        cmocka_unit_test(fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
