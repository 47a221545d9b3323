/* Lines of CSV: quoting as RFC 4180 has it, and nothing that a spreadsheet would run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/csv_out.h"
#include "base/when.h"

struct inner {
    int32_t id;
};
static const struct field inner_fields[] = {FIELD_STORED(struct inner, id, "id", FIELD_INT)};
static const struct record inner_record = RECORD(inner, inner_fields);

struct outer {
    int32_t id;
    const char *name, *amount, *raw, *hidden;
    struct opt_int decimals;
    bool on;
    int64_t at;
    struct inner inside;
};
static const struct field outer_fields[] = {
    FIELD_STORED(struct outer, id, "id", FIELD_INT),
    FIELD_STORED(struct outer, name, "theName", FIELD_TEXT),
    FIELD_STORED(struct outer, amount, "amount", FIELD_AMOUNT),
    FIELD_STORED(struct outer, raw, "raw", FIELD_JSON),
    FIELD_MADE(struct outer, hidden, "hidden", FIELD_TEXT, FACE_HTML),
    FIELD_STORED(struct outer, decimals, "decimals", FIELD_OPT_INT),
    FIELD_STORED(struct outer, on, "on", FIELD_BOOL),
    FIELD_STORED(struct outer, at, "at", FIELD_TIME),
    FIELD_INSIDE(struct outer, inside, "inside", FIELD_RECORD, FACE_BOTH, &inner_record),
};
static const struct record outer_record = RECORD(outer, outer_fields);

static void check(const struct outer *value, const char *want) {
    struct arena *a = arena_new();
    struct text t = text_in(a, 4096);
    csv_put_record(&t, &outer_record, value);
    assert_string_equal(text_str(&t), want);
    arena_free(a);
}

static void the_head_has_the_names_of_json(void **state) {
    (void)state;
    struct arena *a = arena_new();
    struct text t = text_in(a, 4096);
    csv_put_head(&t, &outer_record);
    assert_string_equal(text_str(&t), "id,theName,amount,raw,decimals,on,at\r\n");
    arena_free(a);
}

static void values_stand_in_their_places(void **state) {
    (void)state;
    struct outer value = {.id = -7,
                          .name = "plain text",
                          .amount = "12.50",
                          .raw = "{\"a\": 1}",
                          .hidden = "no",
                          .decimals = {.value = 8, .set = true},
                          .on = true,
                          .at = 0};
    check(&value, "-7,plain text,12.50,\"{\"\"a\"\": 1}\",8,true,1970-01-01T00:00:00.000Z\r\n");
}

static void what_is_absent_is_empty_and_what_is_empty_is_quoted(void **state) {
    (void)state;
    check(&(struct outer){.at = WHEN_NONE}, "0,,,,,false,\r\n");
    check(&(struct outer){.name = "", .amount = "", .at = WHEN_NONE}, "0,\"\",,,,false,\r\n");
}

static void what_would_end_a_cell_is_quoted(void **state) {
    (void)state;
    static const char *const texts[][2] = {
        {"a,b", "\"a,b\""},
        {"say \"x\"", "\"say \"\"x\"\"\""},
        {"\"", "\"\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {"one\r\nby", "\"one\r\nby\""},
        {" blank ", " blank "},
        {"\xe7\x86\x8a", "\xe7\x86\x8a"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char want[128];
        snprintf(want, sizeof want, "0,%s,,,,false,\r\n", texts[i][1]);
        check(&(struct outer){.name = texts[i][0], .at = WHEN_NONE}, want);
    }
}

static void what_a_spreadsheet_would_run_is_text(void **state) {
    (void)state;
    static const char *const texts[] = {"=1+1",
                                        "+1",
                                        "-1",
                                        "@SUM(A1)",
                                        "\tx",
                                        "\rx",
                                        "\nx",
                                        "\uff1d1",
                                        "\uff0b1",
                                        "\uff0d1",
                                        "\uff20",
                                        "=1,2\n",
                                        "=cmd|' /C calc'!A0"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char want[128];
        snprintf(want, sizeof want, "0,\"'%s\",,,,false,\r\n", texts[i]);
        check(&(struct outer){.name = texts[i], .at = WHEN_NONE}, want);
    }
    check(&(struct outer){.name = "=\"a\"", .at = WHEN_NONE}, "0,\"'=\"\"a\"\"\",,,,false,\r\n");
    check(&(struct outer){.name = "a=1", .at = WHEN_NONE}, "0,a=1,,,,false,\r\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_head_has_the_names_of_json),
        cmocka_unit_test(values_stand_in_their_places),
        cmocka_unit_test(what_is_absent_is_empty_and_what_is_empty_is_quoted),
        cmocka_unit_test(what_would_end_a_cell_is_quoted),
        cmocka_unit_test(what_a_spreadsheet_would_run_is_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
