/* What readers see of numbers, amounts, times and hashes. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/when.h"
#include "templates/format.h"

static struct arena *arena;

static int open_arena(void **state) {
    (void)state;
    arena = arena_new();
    return 0;
}

static int close_arena(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static void test_integers(void **state) {
    static const struct {
        int64_t value;
        const char *expected;
    } cases[] = {{0, "0"},
                 {7, "7"},
                 {999, "999"},
                 {1000, "1,000"},
                 {-1, "-1"},
                 {-999, "-999"},
                 {-1000, "-1,000"},
                 {123456789, "123,456,789"},
                 {1234567890, "1,234,567,890"},
                 {INT64_MAX, "9,223,372,036,854,775,807"},
                 {INT64_MIN, "-9,223,372,036,854,775,808"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text out = text_in(arena, 100);
        format_integer(&out, cases[i].value);
        assert_string_equal(text_str(&out), cases[i].expected);
    }
}

static void test_amounts(void **state) {
    static const char *const cases[][2] = {{"0", "0"},
                                           {"1000", "1,000"},
                                           {"340282366920938463463374607431768211455",
                                            "340,282,366,920,938,463,463,374,607,431,768,211,455"},
                                           {"1234567.1234567", "1,234,567.1234567"},
                                           {"0.00000001", "0.00000001"},
                                           {"", ""},
                                           {"-1000", "-1000"},
                                           {"1e9", "1e9"},
                                           {"<b>", "<b>"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text out = text_in(arena, 100);
        format_amount(&out, cases[i][0]);
        assert_string_equal(text_str(&out), cases[i][1]);
    }
}

static void test_times(void **state) {
    static const char *const cases[][2] = {{"2026-11-23 04:47:59.999999", "2026-11-23 04:47 UTC"},
                                           {"1970-01-01", "1970-01-01 00:00 UTC"},
                                           {"1969-12-31 23:59:59.999999", "1969-12-31 23:59 UTC"},
                                           {"2024-02-29 12:00:00", "2024-02-29 12:00 UTC"},
                                           {"0001-01-01", "0001-01-01 00:00 UTC"},
                                           {"9999-12-31 23:59:59", "9999-12-31 23:59 UTC"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text out = text_in(arena, 100);
        int64_t when;
        assert_true(when_parse(cases[i][0], &when));
        format_time(&out, when);
        assert_string_equal(text_str(&out), cases[i][1]);
    }
    struct text out = text_in(arena, 100);
    format_time(&out, WHEN_NONE);
    assert_int_equal(out.n, 0);
    format_time(&out, INT64_MAX);
    assert_string_equal(text_str(&out), "294247");
}

static void test_hashes(void **state) {
    static const char *const cases[][2] = {
        {"0x1234abcd00000000000000000000000000000000000000000000000000009f0e",
         "0x1234abcd…00009f0e"},
        {"ckb1qzda0cr08m85hc8jlnfp3zer7xulejywt49kt2rr0vthywaa50xwsq0l2z", "ckb1qzda0c…xwsq0l2z"},
        {"12345678901234567890", "12345678901234567890"},
        {"123456789012345678901", "1234567890…45678901"},
        {"", ""},
        {"äääääääääääääääääääääääääääääääää", "äääääääääääääääääääääääääääääääää"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text out = text_in(arena, 200);
        format_hash(&out, cases[i][0], strlen(cases[i][0]));
        assert_string_equal(text_str(&out), cases[i][1]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_amounts),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_hashes),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
