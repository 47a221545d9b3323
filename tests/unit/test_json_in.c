#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_in.h"

#define BYTES(s) (s), sizeof(s) - 1

static struct arena *arena;

static int setup(void **state) {
    (void)state;
    arena = arena_new();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

/* The text of the parsed value, or NULL with the reason in *why. */
static const char *parsed(const char *s, size_t n, struct text *why) {
    const struct json *v = NULL;
    *why = text_in(arena, 1000);
    /* A copy of exactly n bytes: the sanitizer sees a read past the end. */
    char *exact = memcpy(arena_raw(arena, n), s, n);
    if (json_parse(arena, exact, n, &v, why) != OK) {
        assert_null(v);
        assert_true(why->n > 0);
        return NULL;
    }
    assert_int_equal(why->n, 0);
    return json_text(arena, v);
}

static const struct {
    const char *in;
    size_t n;
    const char *out;
} good[] = {
    {BYTES("null"), "null"},
    {BYTES(" \t\r\n true \n"), "true"},
    {BYTES("false"), "false"},
    {BYTES("0"), "0"},
    {BYTES("-0"), "0"},
    {BYTES("-1"), "-1"},
    {BYTES("9223372036854775807"), "9223372036854775807"},
    {BYTES("-9223372036854775808"), "-9223372036854775808"},
    {BYTES("9223372036854775808"), "9223372036854775808"},
    {BYTES("-9223372036854775809"), "-9223372036854775809"},
    {BYTES("18446744073709551616"), "18446744073709551616"},
    {BYTES("340282366920938463463374607431768211455"), "340282366920938463463374607431768211455"},
    {BYTES("[99999999999999999999,1,-99999999999999999999]"),
     "[99999999999999999999,1,-99999999999999999999]"},
    {BYTES("1.0"), "1.0"},
    {BYTES("0.10"), "0.10"},
    {BYTES("-0.0"), "-0.0"},
    {BYTES("-0e0"), "-0e0"},
    {BYTES("7e0"), "7e0"},
    {BYTES("1e5"), "1e5"},
    {BYTES("1E+5"), "1E+5"},
    {BYTES("1.5e-7"), "1.5e-7"},
    {BYTES("1e999"), "1e999"},
    {BYTES("0.1000000000000000055511151231257827"), "0.1000000000000000055511151231257827"},
    {BYTES("\"\""), "\"\""},
    {BYTES("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
    {BYTES("\"\\u0041\\u00e9\\u5E01\\ud83d\\uDE00\""), "\"A\xc3\xa9\xe5\xb8\x81\xf0\x9f\x98\x80\""},
    {BYTES("\"\xc3\xa9\xf0\x9f\x98\x80\x7f\""), "\"\xc3\xa9\xf0\x9f\x98\x80\\u007f\""},
    {BYTES("[]"), "[]"},
    {BYTES("{}"), "{}"},
    {BYTES("[ 1 , [ ] , { } ]"), "[1,[],{}]"},
    {BYTES("{\"b\":1,\"a\":{\"b\":[null]},\"\":2}"), "{\"b\":1,\"a\":{\"b\":[null]},\"\":2}"},
    {BYTES("[{\"a\":1},{\"a\":2}]"), "[{\"a\":1},{\"a\":2}]"},
    {BYTES("{\"a\":{\"a\":{\"a\":1}}}"), "{\"a\":{\"a\":{\"a\":1}}}"},
    {BYTES("{\"A\":1,\"a\":2}"), "{\"A\":1,\"a\":2}"},
};

/* Each with the byte offset that the message must name. */
static const struct {
    const char *in;
    size_t n;
    const char *why;
} bad[] = {
    {BYTES(""), "byte 0: a value"},
    {BYTES("  "), "byte 2: a value"},
    {BYTES("nul"), "byte 0: a value"},
    {BYTES("nulls"), "byte 4: something follows"},
    {BYTES("True"), "byte 0: a value"},
    {BYTES("NaN"), "byte 0: a value"},
    {BYTES("nan"), "byte 0: a value"},
    {BYTES("Infinity"), "byte 0: a value"},
    {BYTES("-Infinity"), "byte 1: a digit"},
    {BYTES("-"), "byte 1: a digit"},
    {BYTES("+1"), "byte 0: a value"},
    {BYTES("01"), "byte 2: a number must not begin"},
    {BYTES("-01"), "byte 3: a number must not begin"},
    {BYTES("00"), "needless zero"},
    {BYTES("1."), "byte 2: a digit was expected after the point"},
    {BYTES(".5"), "byte 0: a value"},
    {BYTES("1e"), "byte 2: a digit was expected in the exponent"},
    {BYTES("1e+"), "byte 3: a digit"},
    {BYTES("1e+-5"), "byte 3: a digit"},
    {BYTES("0x10"), "byte 1: something follows"},
    {BYTES("1 2"), "byte 2: something follows"},
    {BYTES("1,"), "byte 1: something follows"},
    {BYTES("{}{}"), "byte 2: something follows"},
    {BYTES("[]x"), "byte 2: something follows"},
    {BYTES("1\0"), "byte 1: something follows"},
    {BYTES("\0"), "byte 0: a value"},
    {BYTES("\xef\xbb\xbf{}"), "byte 0: a value"}, /* byte order mark */
    {BYTES("\"abc"), "byte 4: the string has no end"},
    {BYTES("\"abc\\"), "unknown escape"},
    {BYTES("\"abc\\\""), "byte 6: the string has no end"},
    {BYTES("'abc'"), "byte 0: a value"},
    {BYTES("{'a':1}"), "byte 1: a double quote"},
    {BYTES("\"a\nb\""), "byte 2: a control character"},
    {BYTES("\"a\tb\""), "byte 2: a control character"},
    {BYTES("\"a\0b\""), "byte 2: a control character"},
    {BYTES("\"\\u0000\""), "U+0000"},
    {BYTES("\"\\x41\""), "byte 2: an unknown escape"},
    {BYTES("\"\\'\""), "byte 2: an unknown escape"},
    {BYTES("\"\\\0\""), "byte 2: an unknown escape"},
    {BYTES("\"\\U0041\""), "byte 2: an unknown escape"},
    {BYTES("\"\\u12\""), "byte 5: \\u needs four"},
    {BYTES("\"\\u00g0\""), "byte 5: \\u needs four"},
    {BYTES("\"\\u+123\""), "\\u needs four"},
    {BYTES("\"\\ud83d\""), "a high surrogate"},
    {BYTES("\"\\ud83dx\""), "a high surrogate"},
    {BYTES("\"\\ud83d\\n\""), "a high surrogate"},
    {BYTES("\"\\ud83d\\u0041\""), "a high surrogate"},
    {BYTES("\"\\ud83d\\ud83d\""), "a high surrogate"},
    {BYTES("\"\\ude00\""), "a low surrogate"},
    {BYTES("\"\xff\""), "byte 1: not valid UTF-8"},
    {BYTES("\"\xc0\x80\""), "byte 1: not valid UTF-8"},
    {BYTES("\"\xed\xa0\x80\""), "byte 1: not valid UTF-8"},
    {BYTES("\"\xf4\x90\x80\x80\""), "byte 1: not valid UTF-8"},
    {BYTES("\"\xe5\xb8"), "byte 1: not valid UTF-8"},
    {BYTES("[1,]"), "byte 3: a value"},
    {BYTES("[,1]"), "byte 1: a value"},
    {BYTES("[1 2]"), "byte 3: a comma or ]"},
    {BYTES("[1}"), "byte 2: a comma or ]"},
    {BYTES("[1"), "byte 2: a comma or ]"},
    {BYTES("["), "byte 1: a value"},
    {BYTES("]"), "byte 0: a value"},
    {BYTES("{\"a\":1,}"), "byte 7: a double quote"},
    {BYTES("{,}"), "byte 1: a double quote"},
    {BYTES("{\"a\"}"), "byte 4: a colon"},
    {BYTES("{\"a\":}"), "byte 5: a value"},
    {BYTES("{\"a\" 1}"), "byte 5: a colon"},
    {BYTES("{\"a\":1 \"b\":2}"), "byte 7: a comma or }"},
    {BYTES("{a:1}"), "byte 1: a double quote"},
    {BYTES("{1:1}"), "byte 1: a double quote"},
    {BYTES("{\"a\":1]"), "byte 6: a comma or }"},
    {BYTES("// x\n1"), "byte 0: a value"},
    {BYTES("/* x */1"), "byte 0: a value"},
    {BYTES("1 /* x */"), "byte 2: something follows"},
    {BYTES("# x\n1"), "byte 0: a value"},
    {BYTES("\x0b"
           "1"),
     "byte 0: a value"},
    {BYTES("\xc2\xa0"
           "1"),
     "byte 0: a value"},
    {BYTES("{\"a\":1,\"a\":1}"), "byte 7: the same name twice"},
    {BYTES("{\"a\":1,\"b\":2,\"\\u0061\":3}"), "byte 13: the same name twice"},
    {BYTES("{\"\":1,\"\":2}"), "byte 6: the same name twice"},
    {BYTES("[{\"x\":{\"k\":1,\"k\":2}}]"), "byte 13: the same name twice"},
    {BYTES("{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}"), "the same name twice"},
};

static void accepts(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct text why;
        const char *text = parsed(good[i].in, good[i].n, &why);
        if (!text)
            fail_msg("refused %s: %s", good[i].in, text_str(&why));
        assert_string_equal(text, good[i].out);
        assert_string_equal(parsed(text, strlen(text), &why), text);
    }
}

static void refuses(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct text why;
        if (parsed(bad[i].in, bad[i].n, &why))
            fail_msg("accepted %s", bad[i].in);
        if (!strstr(text_str(&why), bad[i].why))
            fail_msg("%s: %s", bad[i].in, why.at);
    }
}

/* Every beginning of a document is no document. */
static void refuses_what_is_cut_off(void **state) {
    static const char whole[] =
        "{\"a\":[1,-2.5e3,\"\\u00e9\\ud83d\\ude00\xe5\xb8\x81\"],\"b\":{\"c\":null,\"d\":true}}";
    struct text why;
    (void)state;
    assert_non_null(parsed(whole, sizeof whole - 1, &why));
    for (size_t n = 0; n < sizeof whole - 1; n++)
        if (parsed(whole, n, &why))
            fail_msg("accepted the first %zu bytes", n);
}

static const char *nested(int depth, const char *open, const char *close) {
    struct text t = text_in(arena, 1 << 20);
    for (int i = 0; i < depth; i++)
        text_put(&t, open);
    text_put(&t, "1");
    for (int i = 0; i < depth; i++)
        text_put(&t, close);
    return text_str(&t);
}

static void depth_is_bounded(void **state) {
    static const char *const kinds[][2] = {{"[", "]"}, {"{\"a\":", "}"}, {" [ ", " ] "}};
    struct text why;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const char *most = nested(JSON_DEPTH_MAX, kinds[i][0], kinds[i][1]);
        const char *over = nested(JSON_DEPTH_MAX + 1, kinds[i][0], kinds[i][1]);
        const char *far = nested(20000, kinds[i][0], kinds[i][1]);
        assert_non_null(parsed(most, strlen(most), &why));
        assert_null(parsed(over, strlen(over), &why));
        assert_non_null(strstr(text_str(&why), "nested too deeply"));
        assert_null(parsed(far, strlen(far), &why));
    }
}

static void reads_values(void **state) {
    static const char s[] = "{\"n\":null,\"t\":true,\"i\":-5,\"big\":18446744073709551615,"
                            "\"f\":1.0,\"s\":\"x\\u0079\",\"a\":[1,\"2\"],\"o\":{\"k\":{}}}";
    const struct json *v = NULL;
    struct text why = text_in(arena, 100);
    int64_t i = 7;
    (void)state;
    assert_int_equal(json_parse(arena, s, sizeof s - 1, &v, &why), OK);
    assert_int_equal(json_type(v), JSON_OBJECT);
    assert_int_equal(json_count(v), 8);
    assert_string_equal(json_name_at(v, 7), "o");
    assert_ptr_equal(json_value_at(v, 7), json_member(v, "o"));
    assert_null(json_name_at(v, 8));
    assert_null(json_value_at(v, 8));
    assert_null(json_at(v, 0));
    assert_non_null(json_member(v, "n")); /* null is not absent */
    assert_int_equal(json_type(json_member(v, "n")), JSON_NULL);
    assert_null(json_member(v, "absent"));
    assert_null(json_member(v, ""));
    assert_int_equal(json_type(json_member(v, "t")), JSON_BOOL);
    assert_true(json_int(json_member(v, "i"), &i) && i == -5);
    static const char *const not_int[] = {"n", "t", "big", "f", "s", "a", "o", "absent"};
    for (size_t k = 0; k < 8; k++)
        assert_false(json_int(json_member(v, not_int[k]), &i));
    assert_int_equal(i, -5);
    assert_int_equal(json_type(json_member(v, "big")), JSON_NUMBER);
    assert_int_equal(json_type(json_member(v, "f")), JSON_NUMBER);
    assert_string_equal(json_string(json_member(v, "s")), "xy");
    assert_null(json_string(json_member(v, "i")));
    assert_null(json_string(NULL));
    const struct json *a = json_member(v, "a");
    assert_int_equal(json_count(a), 2);
    assert_string_equal(json_string(json_at(a, 1)), "2");
    assert_null(json_at(a, 2));
    assert_null(json_name_at(a, 0));
    assert_int_equal(json_count(json_member(v, "s")), 0);
    assert_null(json_member(a, "k"));
    assert_non_null(json_member(json_member(v, "o"), "k"));
}

/* Ten thousand members, all different, then one that is not; must not take quadratic time. */
static void many_names(void **state) {
    struct text t = text_in(arena, 1 << 20), why;
    (void)state;
    text_lit(&t, "{\"n0\":0");
    for (int i = 1; i < 10000; i++)
        text_printf(&t, ",\"n%d\":%d", i, i);
    size_t before = t.n;
    text_lit(&t, "}");
    assert_non_null(parsed(text_str(&t), t.n, &why));
    t.n = before;
    text_lit(&t, ",\"n4711\":0}");
    assert_null(parsed(text_str(&t), t.n, &why));
    assert_non_null(strstr(text_str(&why), "twice"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(accepts, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_what_is_cut_off, setup, teardown),
        cmocka_unit_test_setup_teardown(depth_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(reads_values, setup, teardown),
        cmocka_unit_test_setup_teardown(many_names, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
