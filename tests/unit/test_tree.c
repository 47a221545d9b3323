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

static const struct tree *child(const struct tree *t, size_t i) {
    assert_true(t && i < t->children.n);
    return (const struct tree *)t->children.at + i;
}

static void members_and_elements_are_named(void **state) {
    (void)state;
    const struct tree *t =
        tree_of(a, "{\"note\":\"<b>\",\"list\":[1,{\"x\":null},[]],\"ok\":true}");
    assert_int_equal(t->children.n, 3);
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
        assert_null(tree_of(a, none[i]));
    assert_null(tree_of(a, deep));
}

static void a_tree_of_too_many_values_is_refused(void **state) {
    (void)state;
    struct text t = text_in(a, 64 * 1024);
    text_char(&t, '[');
    for (int i = 0; i < TREE_NODES_MAX; i++)
        text_put(&t, i ? ",0" : "0");
    text_char(&t, ']');
    assert_non_null(tree_of(a, text_str(&t)));
    t.n--;
    text_lit(&t, ",0]");
    assert_null(tree_of(a, text_str(&t)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_and_elements_are_named),
        cmocka_unit_test(what_is_no_tree_gives_none),
        cmocka_unit_test(a_tree_of_too_many_values_is_refused),
    };
    a = arena_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(a);
    return failed;
}
