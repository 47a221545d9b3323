#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fcgi/wire.h"

enum { PARAMS_MAX = 4096, BODY_MAX = 1000 };

/* A request under construction. */
static uint8_t bytes[200000];
static size_t n;

static void put_record(int type, int id, const void *content, size_t length, int padding) {
    uint8_t head[8] = {1,
                       (uint8_t)type,
                       (uint8_t)(id >> 8),
                       (uint8_t)id,
                       (uint8_t)(length >> 8),
                       (uint8_t)length,
                       (uint8_t)padding};
    memcpy(bytes + n, head, 8);
    if (length)
        memcpy(bytes + n + 8, content, length);
    memset(bytes + n + 8 + length, 'p', (size_t)padding);
    n += 8 + length + (size_t)padding;
}

static void put_begin(int id, int role, int flags) {
    uint8_t body[8] = {(uint8_t)(role >> 8), (uint8_t)role, (uint8_t)flags};
    put_record(1, id, body, 8, 0);
}

static void whole(int flags) {
    n = 0;
    put_begin(1, 1, flags);
    put_record(4, 1, "\x01\x02Kvv\x01\0E", 8, 3);
    put_record(4, 1, NULL, 0, 0);
    put_record(5, 1, "body", 4, 0);
    put_record(5, 1, NULL, 0, 0);
}

static enum wire look(size_t length, struct wire_request *seen) {
    return wire_look(bytes, length, PARAMS_MAX, BODY_MAX, seen);
}

static enum wire look_all(void) {
    struct wire_request seen;
    return look(n, &seen);
}

static void a_whole_request(void **state) {
    (void)state;
    struct wire_request seen;
    whole(1);
    assert_int_equal(look(n, &seen), WIRE_WHOLE);
    assert_int_equal(seen.id, 1);
    assert_true(seen.keep);
    assert_int_equal(seen.params, 8);
    assert_int_equal(seen.body, 4);
    whole(0);
    assert_int_equal(look(n, &seen), WIRE_WHOLE);
    assert_false(seen.keep);
}

static void every_beginning_is_recognised(void **state) {
    (void)state;
    struct wire_request seen;
    whole(1);
    size_t head = 16 + 8 + 8 + 3 + 8;
    for (size_t i = 0; i < n; i++)
        assert_int_equal(look(i, &seen), i < head ? WIRE_PARTIAL : WIRE_HEAD);
}

static void what_follows_ends_the_connection(void **state) {
    (void)state;
    struct wire_request seen;
    whole(1);
    size_t first = n;
    put_begin(1, 1, 1);
    assert_int_equal(look(n, &seen), WIRE_WHOLE);
    assert_false(seen.keep);
    n = first - 8;
    put_record(5, 1, NULL, 0, 8); /* padding after the last record */
    assert_int_equal(look(n, &seen), WIRE_WHOLE);
    assert_false(seen.keep);
}

static void broken_ones(void **state) {
    (void)state;
    whole(1);
    bytes[0] = 2; /* version */
    assert_int_equal(look_all(), WIRE_BROKEN);
    n = 0;
    put_record(9, 0, "\x0e\0FCGI_MAX_CONNS", 16, 0); /* a management record */
    assert_int_equal(look_all(), WIRE_BROKEN);
    n = 0;
    put_begin(0, 1, 0);
    assert_int_equal(look_all(), WIRE_BROKEN);
    n = 0;
    put_begin(1, 2, 0); /* an authorizer */
    assert_int_equal(look_all(), WIRE_BROKEN);
    n = 0;
    put_begin(1, 1, 0);
    put_record(4, 2, "\x01\x01Kv", 4, 0); /* another request on the same connection */
    assert_int_equal(look_all(), WIRE_BROKEN);
    n = 0;
    put_begin(1, 1, 0);
    put_record(5, 1, NULL, 0, 0); /* body before the end of the parameters */
    assert_int_equal(look_all(), WIRE_BROKEN);
}

static enum wire look_params(const char *content, size_t length) {
    n = 0;
    put_begin(1, 1, 0);
    put_record(4, 1, content, length, 0);
    put_record(4, 1, NULL, 0, 0);
    return look_all();
}

static void lengths_of_parameters(void **state) {
    (void)state;
    assert_int_equal(look_params("\x01\x01Kv", 4), WIRE_HEAD);
    assert_int_equal(look_params("\x80\0\0\x01\x80\0\0\x01Kv", 10), WIRE_HEAD);
    assert_int_equal(look_params("\0\0", 2), WIRE_HEAD);
    assert_int_equal(look_params("\x01\x02Kv", 4), WIRE_BROKEN);            /* cut off */
    assert_int_equal(look_params("\x01\x01Kv\x01", 5), WIRE_BROKEN);        /* no second length */
    assert_int_equal(look_params("\x80\0\0", 3), WIRE_BROKEN);              /* half a length */
    assert_int_equal(look_params("\xff\xff\xff\xfe\x01K", 6), WIRE_BROKEN); /* 2 GiB */
    assert_int_equal(look_params("\xff\xff\xff\xfe\xff\xff\xff\xfe", 8), WIRE_BROKEN);
    assert_int_equal(look_params("\x01\x03Kv\0w", 6), WIRE_BROKEN); /* NUL hides the rest */
}

static void parameters_may_be_cut_anywhere(void **state) {
    (void)state;
    static const char content[] = "\x04\x80\0\0\x05NAMEvalue\x01\x01Kv";
    size_t length = sizeof content - 1;
    for (size_t i = 1; i < length; i++) {
        n = 0;
        put_begin(1, 1, 0);
        put_record(4, 1, content, i, 5);
        put_record(4, 1, content + i, length - i, 0);
        put_record(4, 1, NULL, 0, 0);
        assert_int_equal(look_all(), WIRE_HEAD);
    }
}

static void limits(void **state) {
    (void)state;
    static char large[70000];
    memset(large, 1, sizeof large); /* names and values of one byte each */
    assert_int_equal(look_params(large, PARAMS_MAX - PARAMS_MAX % 4), WIRE_HEAD);
    assert_int_equal(look_params(large, PARAMS_MAX + 4), WIRE_PARAMS_TOO_LARGE);
    whole(0);
    n -= 8 + 12;
    put_record(5, 1, large, BODY_MAX, 0);
    assert_int_equal(look_all(), WIRE_HEAD);
    put_record(5, 1, large, 1, 0);
    assert_int_equal(look_all(), WIRE_BODY_TOO_LARGE);
}

/* -- framing ---------------------------------------------------------------------------------- */

static uint8_t framed[400000];

static size_t frame(struct arena *a, const char *head, size_t head_n, const char *body,
                    size_t body_n) {
    size_t count, length = 0;
    struct iovec *v = wire_frame(a, 0x0102, head, head_n, body, body_n, &count);
    for (size_t i = 0; i < count; i++) {
        memcpy(framed + length, v[i].iov_base, v[i].iov_len);
        length += v[i].iov_len;
    }
    return length;
}

/* Reads the records back: the content of standard output to out, its length as the result. */
static size_t unframe(size_t length, uint8_t *out) {
    size_t at = 0, got = 0;
    bool ended = false, closed = false;
    while (at < length) {
        const uint8_t *h = framed + at;
        size_t content = (size_t)(h[4] << 8 | h[5]);
        assert_int_equal(h[0], 1);
        assert_int_equal(h[2] << 8 | h[3], 0x0102);
        assert_false(ended);
        if (h[1] == 6 && content) {
            assert_false(closed);
            memcpy(out + got, h + 8, content);
            got += content;
        } else if (h[1] == 6) {
            closed = true;
        } else {
            static const uint8_t done[8];
            assert_int_equal(h[1], 3);
            assert_true(closed);
            assert_int_equal(content, 8);
            assert_memory_equal(h + 8, done, 8);
            ended = true;
        }
        at += 8 + content + h[6];
    }
    assert_true(ended);
    assert_int_equal(at, length);
    return got;
}

static void answers_come_back_whole(void **state) {
    (void)state;
    static char body[300000];
    static uint8_t out[400000];
    static const size_t sizes[] = {0, 1, 65527, 65528, 65529, 131056, 299999};
    struct arena *a = arena_new();
    for (size_t i = 0; i < sizeof body; i++)
        body[i] = (char)(i * 31 + i / 251);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t got = unframe(frame(a, "head", 4, body, sizes[i]), out);
        assert_int_equal(got, 4 + sizes[i]);
        assert_memory_equal(out, "head", 4);
        assert_memory_equal(out + 4, body, sizes[i]);
        arena_reset(a);
    }
    assert_int_equal(unframe(frame(a, NULL, 0, NULL, 0), out), 0);
    arena_free(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_request),
        cmocka_unit_test(every_beginning_is_recognised),
        cmocka_unit_test(what_follows_ends_the_connection),
        cmocka_unit_test(broken_ones),
        cmocka_unit_test(lengths_of_parameters),
        cmocka_unit_test(parameters_may_be_cut_anywhere),
        cmocka_unit_test(limits),
        cmocka_unit_test(answers_come_back_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
