/* What a text in the search box may stand for, and the words that a short one may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "handlers/sought.h"

static int setup(void **state) {
    *state = arena_new();
    return 0;
}

static int teardown(void **state) {
    arena_free(*state);
    return 0;
}

#define HASH "0a0b0c0d0e0f0a0b0c0d0e0f0a0b0c0d0e0f0a0b0c0d0e0f0a0b0c0d0e0f0a0b"

static void each_text_has_its_kind(void **state) {
    static const struct {
        const char *text, *kind, *hash;
        int32_t id;
    } rows[] = {
        {"0x" HASH, "hash", "0x" HASH, 0},
        {HASH, "hash", "0x" HASH, 0},
        {"0X0A0B0C0D0E0F0A0B0C0D0E0F0A0B0C0D0E0F0A0B0C0D0E0F0A0B0C0D0E0F0A0B", "hash", "0x" HASH,
         0},
        {"0x" HASH "0", "text", NULL, 0},
        {"0x0a0b", "text", NULL, 0},
        {"12", "id", NULL, 12},
        {"#12", "id", NULL, 12},
        {"2147483647", "id", NULL, INT32_MAX},
        {"2147483648", "text", NULL, 0},
        {"0", "text", NULL, 0},
        {"##1", "text", NULL, 0},
        {"#", "text", NULL, 0},
        {"ckb1q", "text", NULL, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sought s = sought_of(*state, rows[i].text);
        assert_string_equal(sought_kind(&s), rows[i].kind);
        assert_int_equal(s.id, rows[i].id);
        assert_null(s.address);
        if (rows[i].hash)
            assert_string_equal(s.hash, rows[i].hash);
        else
            assert_null(s.hash);
    }
}

static void neighbours_change_places(void **state) {
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"ab", "ba"},
        {"abc", "bac\nacb"},
        {"suid", "usid\nsiud\nsudi\nusdi"},
        {"\xE7\x86\x8A\xE7\x8C\xAB", "\xE7\x8C\xAB\xE7\x86\x8A"},
        {"a", NULL},
        {"", NULL},
        {"a\nb", NULL},
        {"abcdefghi", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *words = sought_swapped(*state, rows[i].text);
        if (rows[i].words)
            assert_string_equal(words, rows[i].words);
        else
            assert_null(words);
    }
}

/* With n letters there are as many words as Fibonacci's numbers say, less the text itself. */
static void eight_of_the_longest_characters_fit(void **state) {
    const char *words = sought_swapped(*state, "\xF0\x9F\x90\xA0\xF0\x9F\x90\xA1\xF0\x9F\x90\xA2"
                                               "\xF0\x9F\x90\xA3\xF0\x9F\x90\xA4\xF0\x9F\x90\xA5"
                                               "\xF0\x9F\x90\xA6\xF0\x9F\x90\xA7");
    assert_non_null(words);
    size_t lines = 1;
    for (const char *c = words; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 33);
    assert_int_equal(strlen(words), 33 * 8 * 4 + 32);
}

static void three_letters_in_a_row_are_a_word(void **state) {
    (void)state;
    assert_true(sought_has_word("a bcd"));
    assert_true(sought_has_word("\xE7\x86\x8A\xE7\x8C\xAB\xE5\xB8\x81"));
    assert_false(sought_has_word("ab cd"));
    assert_false(sought_has_word("%%%"));
    assert_false(sought_has_word("\xF0\x9F\x90\xAB\xF0\x9F\x90\xAB\xF0\x9F\x90\xAB"));
    assert_false(sought_has_word(""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_text_has_its_kind, setup, teardown),
        cmocka_unit_test_setup_teardown(neighbours_change_places, setup, teardown),
        cmocka_unit_test_setup_teardown(eight_of_the_longest_characters_fit, setup, teardown),
        cmocka_unit_test(three_letters_in_a_row_are_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
