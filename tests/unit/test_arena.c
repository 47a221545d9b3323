#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

static int setup(void **state) {
    *state = arena_new();
    return 0;
}

static int teardown(void **state) {
    arena_free(*state);
    return 0;
}

static void zeroed_and_aligned(void **state) {
    struct arena *a = *state;
    static const size_t sizes[] = {0, 1, 7, 16, 17, 4096, 65536, 65537, 300000, 5000000};
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            unsigned char *p = arena_alloc(a, sizes[i]);
            assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
            for (size_t k = 0; k < sizes[i]; k++)
                assert_int_equal(p[k], 0);
            memset(p, 0xff, sizes[i]); /* the next round must not see it */
        }
        arena_reset(a);
    }
}

static void empty_allocations_are_distinct(void **state) {
    assert_ptr_not_equal(arena_alloc(*state, 0), arena_alloc(*state, 0));
}

static void allocations_do_not_overlap(void **state) {
    enum { N = 3000 };
    unsigned char *at[N];
    for (size_t i = 0; i < N; i++)
        at[i] = memset(arena_raw(*state, i % 97 + 1), (int)(i % 251), i % 97 + 1);
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < i % 97 + 1; k++)
            assert_int_equal(at[i][k], i % 251);
}

static void used_counts_and_returns_to_zero(void **state) {
    struct arena *a = *state;
    assert_int_equal(arena_used(a), 0);
    arena_alloc(a, 100);
    assert_true(arena_used(a) >= 100 && arena_used(a) < 200);
    arena_alloc(a, 1000000);
    assert_true(arena_used(a) >= 1000100 && arena_used(a) < 1000300);
    arena_reset(a);
    assert_int_equal(arena_used(a), 0);
}

static void reset_keeps_the_first_block(void **state) {
    void *first = arena_raw(*state, 64);
    arena_reset(*state);
    assert_ptr_equal(arena_raw(*state, 64), first);
}

static void grows_in_place_only_when_last(void **state) {
    struct arena *a = *state;
    char *p = arena_grow(a, NULL, 0, 10);
    memcpy(p, "123456789", 10);
    char *longer = arena_grow(a, p, 10, 1000);
    assert_ptr_equal(longer, p);
    arena_raw(a, 1);
    char *moved = arena_grow(a, longer, 1000, 2000);
    assert_ptr_not_equal(moved, longer);
    assert_string_equal(moved, "123456789");
    assert_ptr_equal(arena_grow(a, moved, 2000, 500), moved); /* never shrinks */
}

static void grows_across_blocks(void **state) {
    struct arena *a = *state;
    unsigned char *p = NULL;
    size_t n = 0;
    while (n < 3000000) {
        size_t more = n * 2 + 3;
        p = arena_grow(a, p, n, more);
        memset(p + n, (int)(more % 256), more - n);
        n = more;
    }
    for (size_t at = 0, end = 3; at < n; at = end, end = end * 2 + 3)
        for (size_t i = at; i < end; i++)
            assert_int_equal(p[i], end % 256);
}

static void copies_end_in_nul(void **state) {
    struct arena *a = *state;
    assert_null(arena_strdup(a, NULL));
    assert_string_equal(arena_strdup(a, ""), "");
    assert_string_equal(arena_strdup(a, "abc"), "abc");
    assert_string_equal(arena_strndup(a, "abcdef", 3), "abc");
    assert_string_equal(arena_strndup(a, NULL, 0), "");
    assert_string_equal(arena_printf(a, "%s-%d", "x", 42), "x-42");
    char *wide = arena_printf(a, "%100000d", 7);
    assert_int_equal(strlen(wide), 100000);
}

static char order[8];
static size_t n_order;

static void note(void *arg) {
    order[n_order++] = *(const char *)arg;
}

static void deferred_run_last_first_and_once(void **state) {
    struct arena *a = *state;
    n_order = 0;
    memset(order, 0, sizeof order);
    for (const char *s = "abc"; *s; s++)
        arena_defer(a, note, arena_strndup(a, s, 1)); /* its argument may live in the arena */
    assert_string_equal(order, "");
    arena_reset(a);
    assert_string_equal(order, "cba");
    arena_reset(a);
    assert_string_equal(order, "cba");
    struct arena *b = arena_new();
    arena_defer(b, note, arena_strdup(b, "z"));
    arena_free(b);
    assert_string_equal(order, "cbaz");
    arena_free(NULL);
}

static void poisoned(void **state) {
#if defined(__SANITIZE_ADDRESS__)
    struct arena *a = *state;
    unsigned char *p = arena_raw(a, 5);
    assert_false(__asan_address_is_poisoned(p + 4));
    assert_true(__asan_address_is_poisoned(p + 5)); /* one past the end is found at once */
    arena_reset(a);
    assert_true(__asan_address_is_poisoned(p));
    unsigned char *q = arena_raw(a, 3);
    assert_ptr_equal(q, p);
    assert_false(__asan_address_is_poisoned(q + 2));
    assert_true(__asan_address_is_poisoned(q + 3));
    q = arena_grow(a, q, 3, 40);
    assert_false(__asan_address_is_poisoned(q + 39));
#else
    (void)state;
    skip();
#endif
}

/* Runs fn in a child; true if it ended by a signal (log_fatal aborts). */
static bool dies(void (*fn)(void)) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        close(STDERR_FILENO);
        fn();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void overflowing_array(void) {
    arena_array(arena_new(), SIZE_MAX / 4, 8);
}

static void impossible_size(void) {
    arena_raw(arena_new(), SIZE_MAX - 4);
}

static void impossible_growth(void) {
    struct arena *a = arena_new();
    arena_grow(a, arena_raw(a, 8), 8, SIZE_MAX - 2);
}

static void lost_memory_ends_the_process(void **state) {
    (void)state;
    assert_true(dies(overflowing_array));
    assert_true(dies(impossible_size));
    assert_true(dies(impossible_growth));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(zeroed_and_aligned, setup, teardown),
        cmocka_unit_test_setup_teardown(empty_allocations_are_distinct, setup, teardown),
        cmocka_unit_test_setup_teardown(allocations_do_not_overlap, setup, teardown),
        cmocka_unit_test_setup_teardown(used_counts_and_returns_to_zero, setup, teardown),
        cmocka_unit_test_setup_teardown(reset_keeps_the_first_block, setup, teardown),
        cmocka_unit_test_setup_teardown(grows_in_place_only_when_last, setup, teardown),
        cmocka_unit_test_setup_teardown(grows_across_blocks, setup, teardown),
        cmocka_unit_test_setup_teardown(copies_end_in_nul, setup, teardown),
        cmocka_unit_test_setup_teardown(deferred_run_last_first_and_once, setup, teardown),
        cmocka_unit_test_setup_teardown(poisoned, setup, teardown),
        cmocka_unit_test(lost_memory_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
