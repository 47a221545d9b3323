#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/counters.h"

static void codes_and_columns(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNTERS_CODES - 1; i++) {
        assert_true(counters_code(i) >= 200 && counters_code(i) < 600);
        assert_int_equal(counters_code_index(counters_code(i)), i);
    }
    assert_int_equal(counters_code(COUNTERS_CODES - 1), 0);
    assert_int_equal(counters_code_index(299), COUNTERS_CODES - 1);
    assert_int_equal(counters_code_index(0), COUNTERS_CODES - 1);
}

static void buckets_grow_and_end(void **state) {
    (void)state;
    for (size_t i = 1; i < COUNTERS_BUCKETS; i++)
        assert_true(counters_bucket_limit(i) > counters_bucket_limit(i - 1));
    assert_true(counters_bucket_limit(COUNTERS_BUCKETS - 1) == INT64_MAX);
}

static void an_answer_is_counted_once(void **state) {
    (void)state;
    struct counters *all = counters();
    const struct histogram *h = &all->seconds[ROLE_DESK];
    counters_answer(3, 404, ROLE_DESK, 250); /* the limit itself belongs to its bucket */
    counters_answer(3, 404, ROLE_DESK, 251);
    counters_answer(3, 404, ROLE_DESK, 3600000000000); /* longer than any bound */
    counters_answer(3, 200, ROLE_DESK, -5);            /* a clock that went back */
    assert_int_equal(all->requests[3][counters_code_index(404)], 3);
    assert_int_equal(all->requests[3][counters_code_index(200)], 1);
    assert_int_equal(h->bucket[0], 2);
    assert_int_equal(h->bucket[1], 1);
    assert_int_equal(h->bucket[COUNTERS_BUCKETS - 1], 1);
    assert_true(h->sum == 250 + 251 + 3600000000000);
    assert_int_equal(all->seconds[ROLE_READ].bucket[0], 0);
}

static void routes_beyond_the_table_share_its_last_row(void **state) {
    (void)state;
    size_t column = counters_code_index(200);
    counters_answer(COUNTERS_ROUTES + 50, 200, ROLE_READ, 1);
    assert_int_equal(counters()->requests[COUNTERS_ROUTES - 1][column], 1);
}

static void request_ids_are_cut_to_fit(void **state) {
    (void)state;
    struct slot *slot = &counters()->slots[0];
    char long_id[200];
    memset(long_id, 'a', sizeof long_id);
    long_id[sizeof long_id - 1] = '\0';
    slot_note_request(slot, long_id);
    assert_int_equal(strlen(slot->request), COUNTERS_REQUEST_ID - 1);
    slot_note_request(slot, "short");
    assert_string_equal(slot->request, "short");
    slot_note_request(slot, "");
    assert_string_equal(slot->request, "");
}

/* Four processes count at once; the parent sees every one. */
static void processes_share_the_mapping(void **state) {
    (void)state;
    enum { CHILDREN = 4, EACH = 20000 };
    assert_true(counters_start());
    size_t column = counters_code_index(503);
    for (int i = 0; i < CHILDREN; i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            for (int k = 0; k < EACH; k++)
                counters_answer(1, 503, ROLE_WRITE, 1000);
            _exit(0);
        }
    }
    int status;
    for (int i = 0; i < CHILDREN; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(counters()->requests[1][column], CHILDREN * EACH);
    assert_int_equal(counters()->seconds[ROLE_WRITE].bucket[2], CHILDREN * EACH);
    assert_int_equal(counters()->seconds[ROLE_WRITE].sum, (uint64_t)CHILDREN * EACH * 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_and_columns),
        cmocka_unit_test(buckets_grow_and_end),
        cmocka_unit_test(an_answer_is_counted_once),
        cmocka_unit_test(routes_beyond_the_table_share_its_last_row),
        cmocka_unit_test(request_ids_are_cut_to_fit),
        cmocka_unit_test(processes_share_the_mapping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
