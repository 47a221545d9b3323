#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_out.h"
#include "base/when.h"

struct inner {
    int32_t id;
    const char *label;
};

static const struct field inner_fields[] = {
    FIELD_STORED(struct inner, id, "id", FIELD_INT),
    FIELD_STORED(struct inner, label, "label", FIELD_TEXT),
};
static const struct record inner_record = RECORD(inner, inner_fields);

struct outer {
    const char *name, *amount, *raw, *hidden;
    int64_t big, at;
    struct opt_int decimals;
    bool on;
    struct inner inside;
    const struct inner *link;
    struct rows list;
};

static void derive_nothing(struct text *out, const void *record) {
    (void)out;
    (void)record;
}

static const struct field outer_fields[] = {
    FIELD_STORED(struct outer, name, "name", FIELD_TEXT),
    FIELD_STORED(struct outer, amount, "amount", FIELD_AMOUNT),
    FIELD_STORED(struct outer, raw, "raw", FIELD_JSON),
    FIELD_MADE(struct outer, hidden, "hidden", FIELD_TEXT, FACE_HTML),
    FIELD_STORED(struct outer, big, "big", FIELD_LONG),
    FIELD_STORED(struct outer, at, "createdAt", FIELD_TIME),
    FIELD_STORED(struct outer, decimals, "decimals", FIELD_OPT_INT),
    FIELD_STORED(struct outer, on, "on", FIELD_BOOL),
    FIELD_INSIDE(struct outer, inside, "inside", FIELD_RECORD, FACE_BOTH, &inner_record),
    FIELD_INSIDE(struct outer, link, "link", FIELD_LINK, FACE_BOTH, &inner_record),
    FIELD_INSIDE(struct outer, list, "list", FIELD_LIST, FACE_BOTH, &inner_record),
    FIELD_SHOWN("path", FIELD_PATH, derive_nothing),
};
static const struct record outer_record = RECORD(outer, outer_fields);

static void check(const struct outer *value, const char *want) {
    struct arena *a = arena_new();
    struct text t = text_in(a, 4096);
    json_put_record(&t, &outer_record, value);
    assert_string_equal(text_str(&t), want);
    arena_free(a);
}

static void everything_absent(void **state) {
    (void)state;
    check(&(struct outer){.at = WHEN_NONE},
          "{\"name\":null,\"amount\":null,\"raw\":null,\"big\":0,\"createdAt\":null,"
          "\"decimals\":null,\"on\":false,\"inside\":{\"id\":0,\"label\":null},\"link\":null,"
          "\"list\":[]}");
}

static void everything_present(void **state) {
    struct inner items[] = {{1, "a"}, {2, "<b>"}};
    struct outer value = {.name = "na\"me",
                          .amount = "340282366920938463463374607431768211455",
                          .raw = "{\"k\":[1]}",
                          .hidden = "not for programs",
                          .big = INT64_MIN,
                          .at = 0,
                          .decimals = {0, true},
                          .on = true,
                          .inside = {-5, ""},
                          .link = &items[0],
                          .list = {items, 2}};
    (void)state;
    check(&value,
          "{\"name\":\"na\\\"me\",\"amount\":\"340282366920938463463374607431768211455\","
          "\"raw\":{\"k\":[1]},\"big\":-9223372036854775808,"
          "\"createdAt\":\"1970-01-01T00:00:00.000Z\",\"decimals\":0,\"on\":true,"
          "\"inside\":{\"id\":-5,\"label\":\"\"},\"link\":{\"id\":1,\"label\":\"a\"},"
          "\"list\":[{\"id\":1,\"label\":\"a\"},{\"id\":2,\"label\":\"\\u003cb\\u003e\"}]}");
}

static void finds_fields_by_whole_name(void **state) {
    (void)state;
    assert_ptr_equal(record_field(&outer_record, "name", 4), &outer_fields[0]);
    assert_ptr_equal(record_field(&outer_record, "names", 4), &outer_fields[0]);
    assert_null(record_field(&outer_record, "nam", 3));
    assert_null(record_field(&outer_record, "", 0));
    assert_null(record_field(&outer_record, "created_at", 10));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_absent),
        cmocka_unit_test(everything_present),
        cmocka_unit_test(finds_fields_by_whole_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
