/* The description of a record: finding fields, and which of them count as absent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/record.h"
#include "base/when.h"

struct part {
    int32_t n;
};

struct thing {
    const char *text, *hash, *amount, *url, *path, *json;
    int32_t number;
    int64_t big, time;
    struct opt_int maybe;
    bool flag;
    struct part inside;
    const struct part *link;
    struct rows list;
};

static void write_nothing(struct text *out, const void *record) {
    (void)out;
    (void)record;
}

static const struct field part_fields[] = {
    FIELD_STORED(struct part, n, "n", FIELD_INT),
};
static const struct record record_part = RECORD(part, part_fields);

#define F(member, kind) FIELD_STORED(struct thing, member, #member, kind)
#define I(member, kind) FIELD_INSIDE(struct thing, member, #member, kind, FACE_BOTH, &record_part)
static const struct field thing_fields[] = {
    F(text, FIELD_TEXT),
    F(hash, FIELD_HASH),
    F(amount, FIELD_AMOUNT),
    F(url, FIELD_URL),
    F(path, FIELD_PATH),
    F(json, FIELD_JSON),
    F(maybe, FIELD_OPT_INT),
    F(flag, FIELD_BOOL),
    F(time, FIELD_TIME),
    I(link, FIELD_LINK),
    I(list, FIELD_LIST),
    /* never absent, from here on */
    F(number, FIELD_INT),
    F(big, FIELD_LONG),
    I(inside, FIELD_RECORD),
    FIELD_SHOWN("shown", FIELD_TEXT, write_nothing),
};
static const struct record record_thing = RECORD(thing, thing_fields);

enum { CAN_BE_ABSENT = 11 };

static void absent_as(const struct thing *t, bool expected) {
    for (size_t i = 0; i < record_thing.n; i++) {
        bool absent = field_absent(&thing_fields[i], t);
        if (absent != (i < CAN_BE_ABSENT && expected))
            fail_msg("%s is %s", thing_fields[i].name, absent ? "absent" : "there");
    }
}

static void what_was_never_set_is_absent(void **state) {
    (void)state;
    struct thing t = {.time = WHEN_NONE};
    absent_as(&t, true);
}

static void what_was_set_is_there(void **state) {
    (void)state;
    struct part part = {0};
    struct thing t = {.text = "t",
                      .hash = "0x0",
                      .amount = "0",
                      .url = "https://x",
                      .path = "/",
                      .json = "null",
                      .maybe = {.value = 0, .set = true},
                      .flag = true,
                      .time = 0,
                      .link = &part,
                      .list = {.at = &part, .n = 1}};
    absent_as(&t, false);
}

/* An unknown supply is stored as ''; an empty description is one that somebody wrote. */
static void empty_is_absent_where_it_can_only_mean_unknown(void **state) {
    (void)state;
    struct thing t = {.text = "", .hash = "", .amount = "", .url = "", .path = "", .json = ""};
    static const bool expected[] = {false, true, true, true, true, false};
    for (size_t i = 0; i < sizeof expected; i++)
        assert_int_equal(field_absent(&thing_fields[i], &t), expected[i]);
}

static void fields_are_found_by_their_whole_name(void **state) {
    (void)state;
    assert_ptr_equal(record_field(&record_thing, "text", 4), &thing_fields[0]);
    assert_ptr_equal(record_field(&record_thing, "list.any", 4), &thing_fields[10]);
    assert_null(record_field(&record_thing, "tex", 3));
    assert_null(record_field(&record_thing, "texts", 5));
    assert_null(record_field(&record_thing, "Text", 4));
    assert_null(record_field(&record_thing, "", 0));
}

static void rows_lie_side_by_side(void **state) {
    (void)state;
    struct part parts[] = {{1}, {2}, {3}};
    struct rows rows = {.at = parts, .n = 3};
    assert_ptr_equal(rows_at(&record_part, &rows, 0), &parts[0]);
    assert_ptr_equal(rows_at(&record_part, &rows, 2), &parts[2]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_never_set_is_absent),
        cmocka_unit_test(what_was_set_is_there),
        cmocka_unit_test(empty_is_absent_where_it_can_only_mean_unknown),
        cmocka_unit_test(fields_are_found_by_their_whole_name),
        cmocka_unit_test(rows_lie_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
