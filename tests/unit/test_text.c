#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define BYTES(s) (s), sizeof(s) - 1
#define FFFD "\xef\xbf\xbd"

static int setup(void **state) {
    *state = arena_new();
    return 0;
}

static int teardown(void **state) {
    arena_free(*state);
    return 0;
}

typedef void put(struct text *t, const char *s, size_t n);

struct escape {
    put *fn;
    const char *in;
    size_t n;
    const char *out;
};

static const struct escape escapes[] = {
    {text_html, BYTES(""), ""},
    {text_html, BYTES("plain text 123"), "plain text 123"},
    {text_html, BYTES("<script>alert('x')</script>"),
     "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"},
    {text_html, BYTES("a&b\"c"), "a&amp;b&quot;c"},
    {text_html, BYTES("&amp;"), "&amp;amp;"},
    {text_html, BYTES("a\0b"), "a" FFFD "b"},
    {text_html, BYTES("\xe5\xb8\x81\xf0\x9f\x98\x80"), "\xe5\xb8\x81\xf0\x9f\x98\x80"},
    {text_html, BYTES("\xff<\xc0\x80"), FFFD "&lt;" FFFD FFFD},
    {text_html, BYTES("\xe5\xb8"), FFFD FFFD},
    {text_html, BYTES("\xed\xa0\x80"), FFFD FFFD FFFD},
    {text_json, BYTES(""), "\"\""},
    {text_json, BYTES("abc"), "\"abc\""},
    {text_json, BYTES("\"\\/"), "\"\\\"\\\\/\""},
    {text_json, BYTES("\b\t\n\f\r"), "\"\\b\\t\\n\\f\\r\""},
    {text_json, BYTES("\0\x01\x1f\x7f"), "\"\\u0000\\u0001\\u001f\\u007f\""},
    {text_json, BYTES("</script>&"), "\"\\u003c/script\\u003e\\u0026\""},
    {text_json, BYTES("\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa"), "\"\\u2028\\u2029\xe2\x80\xaa\""},
    {text_json, BYTES("\xf0\x9f\x98\x80"), "\"\xf0\x9f\x98\x80\""},
    {text_json, BYTES("x\xff\xe5\xb8y"), "\"x" FFFD FFFD FFFD "y\""},
    {text_url, BYTES("AZaz09-._~"), "AZaz09-._~"},
    {text_url, BYTES(" !\"#$%&'()*+,/:;<=>?@[\\]^`{|}"),
     "%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D"},
    {text_url, BYTES("\0\x7f\xe5\xff"), "%00%7F%E5%FF"},
};

static void directions_are_dropped_behind_a_place(void **state) {
    struct text t = text_in(*state, 1000);
    text_drop_directions(&t, 0);
    assert_int_equal(t.n, 0);
    text_put(&t, "\u202ea");
    size_t from = t.n;
    text_put(&t, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069");      /* each of them */
    text_put(&t, "b\u2029\u202f\u2065\u206a\u200f\u2026\u2166\u306e c\xe2\x80"); /* none */
    text_drop_directions(&t, from);
    assert_string_equal(text_str(&t),
                        "\u202eab\u2029\u202f\u2065\u206a\u200f\u2026\u2166\u306e c\xe2\x80");
}

static void escapes_for_each_place(void **state) {
    for (size_t i = 0; i < sizeof escapes / sizeof *escapes; i++) {
        struct text t = text_in(*state, 1000);
        escapes[i].fn(&t, escapes[i].in, escapes[i].n);
        assert_string_equal(text_str(&t), escapes[i].out);
        assert_true(text_ok(&t));
    }
}

/* Every single byte: what comes out holds no byte that could end its place. */
static void no_byte_breaks_out(void **state) {
    for (int c = 0; c < 256; c++) {
        struct text t = text_in(*state, 100);
        char byte = (char)c;
        text_html(&t, &byte, 1);
        assert_null(strpbrk(text_str(&t), "<>\"'"));
        text_clear(&t);
        text_json(&t, &byte, 1);
        assert_null(strpbrk(text_str(&t) + 1, "<>&"));
        assert_ptr_equal(strrchr(t.at, '"'), t.at + t.n - 1);
        text_clear(&t);
        text_url(&t, &byte, 1);
        assert_int_equal(strspn(text_str(&t), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                              "0123456789-._~%"),
                         t.n);
    }
}

static void numbers(void **state) {
    static const struct {
        int64_t value;
        const char *out;
    } cases[] = {{0, "0"},
                 {7, "7"},
                 {-7, "-7"},
                 {1000000, "1000000"},
                 {INT64_MAX, "9223372036854775807"},
                 {INT64_MIN, "-9223372036854775808"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text t = text_in(*state, 100);
        text_long(&t, cases[i].value);
        assert_string_equal(text_str(&t), cases[i].out);
    }
}

static void holds_exactly_its_maximum(void **state) {
    struct text t = text_in(*state, 5);
    text_put(&t, "12345");
    assert_true(text_ok(&t));
    assert_string_equal(text_str(&t), "12345");
    text_put(&t, "");
    assert_true(text_ok(&t));
    text_char(&t, '6');
    assert_false(text_ok(&t));
    assert_string_equal(text_str(&t), "12345");
}

static void remembers_its_first_error(void **state) {
    struct text t = text_in(*state, 4);
    text_put(&t, "abc");
    text_put(&t, "de"); /* does not fit: nothing of it is added */
    text_char(&t, 'f'); /* would fit, but the text is already wrong */
    text_printf(&t, "%d", 1);
    assert_false(text_ok(&t));
    assert_string_equal(text_str(&t), "abc");
    text_clear(&t);
    assert_true(text_ok(&t));
    text_printf(&t, "%d%d", 12, 34);
    assert_string_equal(text_str(&t), "1234");
    text_printf(&t, "%s", "x");
    assert_false(text_ok(&t));
}

static void empty_text_is_a_string(void **state) {
    struct text t = text_in(*state, 10);
    assert_string_equal(text_str(&t), "");
    text_put(&t, "ab");
    assert_string_equal(text_str(&t), "ab");
}

static void grows_among_others(void **state) {
    struct text t = text_in(*state, 1000000);
    for (int i = 0; i < 100000; i++) {
        text_char(&t, (char)('a' + i % 26));
        if (i % 1000 == 0)
            arena_alloc(*state, 33);
    }
    text_str(&t);
    assert_int_equal(t.n, 100000);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(t.at[i], 'a' + i % 26);
}

static void shown_on_a_terminal(void **state) {
    char lengthy[66];
    struct text t = text_in(*state, 1000);
    text_shown(&t, BYTES("a\x1b[31m\0\xe5 <b>~"));
    assert_string_equal(text_str(&t), "a?[31m?? <b>~");
    memset(lengthy, 'x', 65);
    lengthy[65] = 0;
    text_clear(&t);
    text_shown(&t, lengthy, 64);
    assert_int_equal(t.n, 64);
    text_clear(&t);
    text_shown(&t, lengthy, 65);
    assert_string_equal(text_str(&t) + 64, "...");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(directions_are_dropped_behind_a_place, setup, teardown),
        cmocka_unit_test_setup_teardown(escapes_for_each_place, setup, teardown),
        cmocka_unit_test_setup_teardown(no_byte_breaks_out, setup, teardown),
        cmocka_unit_test_setup_teardown(numbers, setup, teardown),
        cmocka_unit_test_setup_teardown(holds_exactly_its_maximum, setup, teardown),
        cmocka_unit_test_setup_teardown(remembers_its_first_error, setup, teardown),
        cmocka_unit_test_setup_teardown(empty_text_is_a_string, setup, teardown),
        cmocka_unit_test_setup_teardown(shown_on_a_terminal, setup, teardown),
        cmocka_unit_test_setup_teardown(grows_among_others, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
