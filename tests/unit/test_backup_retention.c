/* What may go, and what is said of the backups, at times of the test's choosing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/when.h"
#include "sql/backup.h"

#define HOUR (INT64_C(3600) * 1000000)
#define DAY (24 * HOUR)

enum { MOST = 200, NEVER = -1 };

static const int64_t NOW = INT64_C(20000) * DAY; /* some day of 2024 */

static struct arena *arena;
static struct text why;
static struct backup at[MOST];
static struct backups list;
static bool drop[MOST];
static char names[MOST][16];

static int setup(void **state) {
    (void)state;
    arena = arena_new();
    why = text_in(arena, 1 << 16);
    memset(at, 0, sizeof at);
    list = (struct backups){at, 0, INT64_C(1) << 40};
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

/* Adds a backup, which must be older than those before it. */
static struct backup *add(int64_t taken, int64_t verified_at) {
    struct backup *b = &at[list.n];
    snprintf(names[list.n], sizeof names[0], "backup-%zu", list.n);
    *b = (struct backup){.name = names[list.n],
                         .manifest = {.taken = taken, .bytes = 1000},
                         .verified_at = verified_at == NEVER ? WHEN_NONE : verified_at};
    list.n++;
    return b;
}

/* One a night, `n` of them, the newest `first` days before NOW; verified from the second on. */
static void nightly(int first, int n) {
    for (int i = 0; i < n; i++)
        add(NOW - (first + i) * DAY, i ? NOW - (first + i) * DAY + HOUR : NEVER);
}

static size_t decide(int64_t now, int32_t days, int32_t keep) {
    const struct retention r = {now, days, keep};
    text_clear(&why);
    return backup_decide(&list, &r, drop, &why);
}

static void what_is_older_goes(void **state) {
    (void)state;
    nightly(0, 40);
    assert_int_equal(decide(NOW, 30, 7), 9); /* 31 to 39 days */
    for (size_t i = 0; i < list.n; i++)
        assert_int_equal(drop[i], i > 30);
    assert_int_equal(why.n, 0);
    assert_int_equal(decide(NOW, 100, 7), 0);
    assert_int_equal(why.n, 0); /* nothing is old: nothing to explain */
}

static void a_number_of_good_ones_stays(void **state) {
    (void)state;
    add(NOW, NOW);
    add(NOW - 25 * DAY, NEVER);
    for (int i = 0; i < 8; i++)
        add(NOW - (50 + i) * DAY, NEVER);
    assert_int_equal(decide(NOW, 30, 6), 4);
    assert_false(drop[5]);
    assert_true(drop[6]);
    at[3].state = BACKUP_INCOMPLETE; /* is none of them */
    assert_int_equal(decide(NOW, 30, 6), 4);
    assert_true(drop[3]);
    assert_false(drop[6]);
    assert_true(drop[7]);
}

static void pinned_ones_stay(void **state) {
    (void)state;
    nightly(0, 40);
    at[35].pinned = true;
    assert_int_equal(decide(NOW, 30, 7), 8);
    assert_false(drop[35]);
}

/* Other people's files and those of another key. */
static void unsealed_ones_stay(void **state) {
    (void)state;
    nightly(0, 40);
    struct backup *b = add(0, NEVER);
    b->state = BACKUP_UNSEALED;
    memset(&b->manifest, 0, sizeof b->manifest);
    assert_int_equal(decide(NOW, 30, 7), 9);
    assert_false(drop[40]);
}

static void nothing_goes_without_a_newer_one_that_was_verified(void **state) {
    (void)state;
    nightly(0, 60);
    for (size_t i = 0; i < 31; i++)
        at[i].verified_at = WHEN_NONE; /* verified: only ones older than 30 days */
    assert_int_equal(decide(NOW, 30, 7), 0);
    assert_non_null(strstr(text_str(&why), "no backup of the last 30 days was verified"));
    for (size_t i = 0; i < list.n; i++)
        assert_false(drop[i]);
    at[30].verified_at = NOW;
    assert_int_equal(decide(NOW, 30, 7), 29);
    at[30].state = BACKUP_INCOMPLETE; /* what was verified is there no more */
    assert_int_equal(decide(NOW, 30, 7), 0);
}

/* Forward by any step: at first nothing looks new; then one backup does, with a gap before it. */
static void a_clock_that_steps_forward(void **state) {
    static const int64_t steps[] = {31 * DAY, 365 * DAY, 3650 * DAY, 100000 * DAY};
    (void)state;
    for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++) {
        list.n = 0;
        nightly(0, 40);
        assert_int_equal(decide(NOW + steps[s], 30, 7), 0);
        assert_non_null(strstr(text_str(&why), "was verified"));
        list.n = 0;
        add(NOW + steps[s], NOW + steps[s]);
        nightly(0, 40);
        assert_int_equal(decide(NOW + steps[s], 30, 7), 0);
        assert_non_null(strstr(text_str(&why), "the clock may be wrong"));
    }
}

/* Even if it goes on with the wrong clock, the number of good ones stays. */
static void a_clock_that_stays_ahead(void **state) {
    (void)state;
    add(NOW + 3651 * DAY, NOW + 3651 * DAY);
    add(NOW + 3650 * DAY, NOW + 3650 * DAY);
    nightly(0, 40);
    assert_int_equal(decide(NOW + 3651 * DAY, 30, 7), 35);
    for (size_t i = 0; i < 7; i++)
        assert_false(drop[i]);
}

/* Back again: those from the future stay, count for nothing and prove nothing. */
static void a_clock_that_steps_back(void **state) {
    (void)state;
    add(NOW + 3651 * DAY, NOW + 3651 * DAY);
    add(NOW + 3650 * DAY, NOW + 3650 * DAY);
    nightly(0, 40);
    assert_int_equal(decide(NOW, 30, 7), 9);
    assert_false(drop[0]);
    assert_false(drop[1]);
    assert_true(drop[41]);
    for (size_t i = 2; i < list.n; i++)
        at[i].verified_at = WHEN_NONE;
    assert_int_equal(decide(NOW, 30, 7), 0);
    assert_int_equal(decide(0, 30, 7), 0); /* 1970 */
    assert_int_equal(decide(NOW - 50000 * DAY, 30, 7), 0);
}

/* Whatever the clock says, something stays of what is good. */
static void no_clock_empties_the_folder(void **state) {
    (void)state;
    nightly(0, 60);
    for (int64_t day = -40000; day <= 40000; day += 7) {
        size_t n = decide(NOW + day * DAY, 1, 1);
        assert_true(n < list.n);
        assert_false(drop[0]);
    }
}

static void assess(int64_t now, enum backup_level level, const char *says) {
    const struct backup_limits limits = {now, 26, 50, 8, 15};
    text_clear(&why);
    struct backup_health h = backup_assess(&list, &limits, &why);
    assert_int_equal(h.level, level);
    if (!strstr(text_str(&why), says))
        fail_msg("\"%s\" does not say \"%s\"", why.at, says);
}

static void health(void **state) {
    (void)state;
    assess(NOW, BACKUP_CRITICAL, "There is no good backup.");
    nightly(0, 20);
    assess(NOW, BACKUP_FINE, "");
    assert_int_equal(why.n, 0);
    assess(NOW + 26 * HOUR, BACKUP_FINE, "");
    assess(NOW + 27 * HOUR, BACKUP_WARNING, "The last good backup is 27 hours old; at most 26");
    assess(NOW + 51 * HOUR, BACKUP_CRITICAL, "The last good backup is 51 hours old");
    for (size_t i = 0; i < 9; i++)
        at[i].verified_at = WHEN_NONE;
    assess(NOW, BACKUP_WARNING, "The last verification is 215 hours old; at most 192");
    for (size_t i = 9; i < 16; i++)
        at[i].verified_at = WHEN_NONE;
    assess(NOW, BACKUP_CRITICAL, "The last verification is 383 hours old");
    for (size_t i = 16; i < 20; i++)
        at[i].verified_at = WHEN_NONE;
    assess(NOW, BACKUP_WARNING, "No backup was ever verified");
}

/* Neither a backup nor a trial whose time is yet to come tells anything. */
static void what_is_ahead_counts_for_nothing(void **state) {
    (void)state;
    add(NOW + 2 * HOUR, NEVER);
    assert_null(backup_newest(&list, NOW));
    assess(NOW, BACKUP_CRITICAL, "There is no good backup.");
    struct backup *broken = add(NOW, NEVER), *good = add(NOW - HOUR, NOW - HOUR);
    broken->state = BACKUP_INCOMPLETE;
    assert_ptr_equal(backup_newest(&list, NOW), good);
    assert_ptr_equal(backup_newest(&list, NOW + DAY), &at[0]);
    list.n = 0;
    add(NOW - HOUR, NOW + 365 * DAY);
    assess(NOW, BACKUP_WARNING, "No backup was ever verified");
}

static void oddities(void **state) {
    (void)state;
    nightly(0, 10);
    at[9].state = BACKUP_INCOMPLETE;
    assess(NOW, BACKUP_WARNING, "backup-9: its archive is missing");
    at[9].state = BACKUP_UNSEALED;
    assess(NOW, BACKUP_WARNING, "backup-9: its manifest is missing or not one");
    at[9].state = BACKUP_GOOD;
    assess(NOW - 2 * HOUR, BACKUP_WARNING, "backup-0: the clock has not come to its time");
    assess(NOW - HOUR, BACKUP_FINE, "");
    list.free_bytes = 1999;
    assess(NOW, BACKUP_WARNING, "There is room for 1999 bytes; the last backup has 1000.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_is_older_goes),
        TEST(a_number_of_good_ones_stays),
        TEST(pinned_ones_stay),
        TEST(unsealed_ones_stay),
        TEST(nothing_goes_without_a_newer_one_that_was_verified),
        TEST(a_clock_that_steps_forward),
        TEST(a_clock_that_stays_ahead),
        TEST(what_is_ahead_counts_for_nothing),
        TEST(a_clock_that_steps_back),
        TEST(no_clock_empties_the_folder),
        TEST(health),
        TEST(oddities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
