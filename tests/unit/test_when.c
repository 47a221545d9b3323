#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/when.h"

#define S(seconds) ((int64_t)(seconds)*1000000)

/* Expected seconds are from `date -u -d … +%s`. */
static const struct {
    const char *in;
    int64_t when;
    const char *iso;
} good[] = {
    {"1970-01-01", 0, "1970-01-01T00:00:00.000Z"},
    {"1970-01-01 00:00:00", 0, "1970-01-01T00:00:00.000Z"},
    {"1969-12-31 23:59:59.999", -1000, "1969-12-31T23:59:59.999Z"},
    {"1969-12-31 23:59:59.9999", -100, "1969-12-31T23:59:59.999Z"},
    {"2026-11-23T04:47:30.123456Z", S(1795409250) + 123456, "2026-11-23T04:47:30.123Z"},
    {"2026-11-23 04:47:30.1", S(1795409250) + 100000, "2026-11-23T04:47:30.100Z"},
    {"2000-02-29", S(951782400), "2000-02-29T00:00:00.000Z"},
    {"2024-02-29T23:59:59Z", S(1709251199), "2024-02-29T23:59:59.000Z"},
    {"2023-03-01", S(1677628800), "2023-03-01T00:00:00.000Z"},
    {"1900-02-28", S(-2203977600), "1900-02-28T00:00:00.000Z"},
    {"1900-03-01", S(-2203891200), "1900-03-01T00:00:00.000Z"},
    {"0001-01-01", S(-62135596800), "0001-01-01T00:00:00.000Z"},
    {"9999-12-31 23:59:59.999999", S(253402300799) + 999999, "9999-12-31T23:59:59.999Z"},
};

static const char *const bad[] = {
    "",
    "now",
    "0000-01-01",
    "2023-02-29",
    "1900-02-29",
    "2100-02-29",
    "2024-02-30",
    "2024-04-31",
    "2024-00-01",
    "2024-13-01",
    "2024-01-00",
    "2024-01-32",
    "2024-1-1",
    "24-01-01",
    "12024-01-01",
    "2024/01/01",
    " 2024-01-01",
    "2024-01-01 ",
    "2024-01-01T",
    "2024-01-01Z",
    "2024-01-01T24:00:00",
    "2024-01-01T00:60:00",
    "2024-01-01T00:00:60",
    "2024-01-01T00:00",
    "2024-01-01T00:00:00.",
    "2024-01-01T00:00:00.1234567",
    "2024-01-01T00:00:00.1x",
    "2024-01-01T00:00:00+00",
    "2024-01-01T00:00:00+01:00",
    "2024-01-01T00:00:00ZZ",
    "2024-01-01t00:00:00z",
    "2024-01-01  00:00:00",
    "-024-01-01",
    "infinity",
    "2024-01-01 00:00:00 BC",
};

static void reads_and_writes(void **state) {
    struct arena *a = arena_new();
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t when = WHEN_NONE;
        if (!when_parse(good[i].in, &when))
            fail_msg("refused %s", good[i].in);
        assert_int_equal(when, good[i].when);
        struct text t = text_in(a, 100);
        when_put_iso(&t, when);
        assert_string_equal(text_str(&t), good[i].iso);
    }
    arena_free(a);
}

static void refuses(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t when = 12345;
        if (when_parse(bad[i], &when))
            fail_msg("accepted %s", bad[i]);
        assert_int_equal(when, 12345);
    }
}

/* Every day of four centuries against the C library's calendar. */
static void agrees_with_the_c_library(void **state) {
    struct arena *a = arena_new();
    (void)state;
    for (int64_t day = -25567; day < 146097 - 25567; day++) {
        time_t t = (time_t)(day * 86400);
        char date[32];
        struct tm utc;
        gmtime_r(&t, &utc);
        strftime(date, sizeof date, "%Y-%m-%d", &utc);
        int64_t when = WHEN_NONE;
        assert_true(when_parse(date, &when));
        if (when != S(t))
            fail_msg("%s", date);
    }
    arena_free(a);
}

/* The other way round, over all years that an int64_t of microseconds reaches. */
static void splits_as_the_c_library(void **state) {
    int64_t step = INT64_MAX / 200003;
    (void)state;
    for (int64_t when = INT64_MIN + 1; when < INT64_MAX - step; when += step) {
        struct when_parts p = when_split(when);
        time_t t = (time_t)(when / 1000000 - (when % 1000000 < 0));
        struct tm utc;
        gmtime_r(&t, &utc);
        if (p.year != utc.tm_year + 1900 || p.month != utc.tm_mon + 1 || p.day != utc.tm_mday ||
            p.hour != utc.tm_hour || p.minute != utc.tm_min || p.second != utc.tm_sec ||
            p.microsecond != (when % 1000000 + 1000000) % 1000000)
            fail_msg("%lld", (long long)when);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes),
        cmocka_unit_test(refuses),
        cmocka_unit_test(agrees_with_the_c_library),
        cmocka_unit_test(splits_as_the_c_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
