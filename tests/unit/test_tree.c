/* A JSON value as a tree: names, numbers of elements, leaves as text, and what gives none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "handlers/tree.h"

static struct arena *a;

static bool cut;

static const struct tree *child(const struct tree *t, size_t i) {
    assert_true(t && i < t->children.n);
    return (const struct tree *)t->children.at + i;
}

static void members_and_elements_are_named(void **state) {
    (void)state;
    const struct tree *t =
        tree_of(a, "{\"note\":\"<b>\",\"list\":[1,{\"x\":null},[]],\"ok\":true}", &cut);
    assert_int_equal(t->children.n, 3);
    assert_false(cut);
    assert_string_equal(child(t, 0)->name, "note");
    assert_string_equal(child(t, 0)->value, "<b>");
    assert_false(child(t, 0)->branch);
    const struct tree *list = child(t, 1);
    assert_true(list->branch);
    assert_string_equal(child(list, 0)->name, "1");
    assert_string_equal(child(list, 0)->value, "1");
    assert_string_equal(child(child(list, 1), 0)->name, "x");
    assert_string_equal(child(child(list, 1), 0)->value, "null");
    assert_string_equal(child(list, 2)->value, "[]");
    assert_string_equal(child(t, 2)->value, "true");
}

static void what_is_no_tree_gives_none(void **state) {
    (void)state;
    char deep[] =
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]";
    static const char *const none[] = {"\"text\"", "12", "{}", "[]", "null", "{", ""};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_null(tree_of(a, none[i], &cut));
    assert_null(tree_of(a, deep, &cut));
}

/* How many values a tree has, and bytes of names and text. */
static size_t measured(const struct tree *t, size_t *bytes) {
    size_t n = 1;
    *bytes += (t->name ? strlen(t->name) : 0) + (t->value ? strlen(t->value) : 0);
    for (size_t i = 0; i < t->children.n; i++)
        n += measured(child(t, i), bytes);
    return n;
}

static void of_too_many_values_the_first_are_shown(void **state) {
    (void)state;
    struct text t = text_in(a, 64 * 1024);
    text_char(&t, '[');
    for (int i = 0; i < 500; i++)
        text_put(&t, i ? ",{\"x\":0}" : "{\"x\":0}");
    text_char(&t, ']');
    const struct tree *whole = tree_of(a, text_str(&t), &cut);
    assert_int_equal(whole->children.n, 500);
    assert_false(cut);
    t.n--;
    for (int i = 0; i < 2500; i++)
        text_lit(&t, ",1");
    text_char(&t, ']');
    size_t bytes = 0;
    const struct tree *begun = tree_of(a, text_str(&t), &cut);
    assert_true(cut);
    assert_in_range(measured(begun, &bytes), 1800, TREE_NODES_MAX + 1);
    assert_string_equal(child(child(begun, 499), 0)->name, "x");
    assert_string_equal(child(begun, begun->children.n - 1)->value, "1");
}

static void of_too_much_text_the_beginning_is_shown(void **state) {
    (void)state;
    struct text t = text_in(a, 256 * 1024);
    text_lit(&t, "{\"long\":\"");
    for (int i = 0; i < 1365; i++)
        text_lit(&t, "\xe9\x93\xbe");
    text_lit(&t, "\",\"next\":1}");
    const struct tree *whole = tree_of(a, text_str(&t), &cut);
    assert_false(cut);
    assert_int_equal(strlen(child(whole, 0)->value), 4095);
    assert_string_equal(child(whole, 1)->value, "1");
    t.n = 9;
    for (int i = 0; i < 1400; i++)
        text_lit(&t, "\xe9\x93\xbe");
    text_lit(&t, "\",\"next\":[");
    for (int i = 0; i < 8; i++)
        text_printf(&t, "\"%04000d\",", i);
    text_lit(&t, "1]}");
    const struct tree *begun = tree_of(a, text_str(&t), &cut);
    assert_true(cut);
    const char *value = child(begun, 0)->value;
    assert_int_equal(strlen(value), 4095 + 3);
    assert_string_equal(value + 4095 - 3, "\xe9\x93\xbe\xe2\x80\xa6");
    size_t bytes = 0;
    measured(begun, &bytes);
    assert_in_range(bytes, TREE_BYTES_MAX - 200, TREE_BYTES_MAX + 20);
    assert_int_equal(child(begun, 1)->children.n, 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_and_elements_are_named),
        cmocka_unit_test(what_is_no_tree_gives_none),
        cmocka_unit_test(of_too_many_values_the_first_are_shown),
        cmocka_unit_test(of_too_much_text_the_beginning_is_shown),
    };
    a = arena_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(a);
    return failed;
}
