#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chain/address.h"
#include "tests/unit/vectors.h"

static struct arena *arena;

static int setup(void **state) {
    (void)state;
    arena = arena_new();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static enum address_error read_text(const char *s, struct address *out) {
    return address_read(arena, s, strlen(s), out);
}

static void check_script(const struct script *got, const struct script *want) {
    assert_memory_equal(got->code_hash, want->code_hash, sizeof got->code_hash);
    assert_int_equal(got->hash_type, want->hash_type);
    assert_int_equal(got->n, want->n);
    if (want->n)
        assert_memory_equal(got->args, want->args, want->n);
}

static void reads_every_valid_vector(void **state) {
    static const char *const formats[] = {"full", "short", "full-data", "full-type"};
    static const char *const networks[] = {"mainnet", "testnet"};
    const struct json *valid = vectors(arena, "addresses", "valid");
    (void)state;
    assert_int_equal(json_count(valid), 80);
    for (size_t i = 0; i < json_count(valid); i++) {
        const struct json *v = json_at(valid, i);
        struct script want = script_of(arena, json_member(v, "script"));
        struct address got;
        assert_int_equal(read_text(text_of(v, "address"), &got), ADDRESS_GOOD);
        assert_string_equal(networks[got.network], text_of(v, "network"));
        assert_string_equal(formats[got.format], text_of(v, "format"));
        check_script(&got.script, &want);
        struct text canonical = text_in(arena, ADDRESS_MAX);
        assert_true(address_put(&canonical, got.network, &got.script));
        assert_true(text_ok(&canonical));
        assert_string_equal(text_str(&canonical), text_of(v, "canonical"));
    }
}

/* The vectors' reason, and the errors that say the same. */
static bool says(const char *reason, enum address_error error) {
    static const struct {
        const char *reason;
        enum address_error first, second;
    } same[] = {
        /* a "1" too much reads as a longer prefix */
        {"charset", ADDRESS_CHARSET, ADDRESS_WRONG_PREFIX},
        {"checksum", ADDRESS_CHECKSUM, ADDRESS_WRONG_PREFIX},
        {"wrong_hrp", ADDRESS_WRONG_PREFIX, ADDRESS_WRONG_PREFIX},
        {"bad_format", ADDRESS_FORMAT, ADDRESS_FORMAT},
        {"format", ADDRESS_NO_ADDRESS, ADDRESS_WRONG_PREFIX},
        {"bad_hash_type", ADDRESS_HASH_TYPE, ADDRESS_HASH_TYPE},
        {"wrong_variant", ADDRESS_WRONG_VARIANT, ADDRESS_WRONG_VARIANT},
        {"truncated", ADDRESS_TRUNCATED, ADDRESS_TRUNCATED},
        {"bad_length", ADDRESS_LENGTH, ADDRESS_LENGTH},
        {"mixed_case", ADDRESS_MIXED_CASE, ADDRESS_MIXED_CASE},
        {"bad_code_hash_index", ADDRESS_INDEX, ADDRESS_INDEX},
        {"too_long", ADDRESS_TOO_LONG, ADDRESS_TOO_LONG},
        {"padding", ADDRESS_PADDING, ADDRESS_PADDING},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (strcmp(same[i].reason, reason) == 0)
            return error == same[i].first || error == same[i].second;
    return false;
}

static void refuses_every_invalid_vector(void **state) {
    const struct json *invalid = vectors(arena, "addresses", "invalid");
    (void)state;
    assert_int_equal(json_count(invalid), 150);
    for (size_t i = 0; i < json_count(invalid); i++) {
        const struct json *v = json_at(invalid, i);
        struct address got;
        size_t n;
        const uint8_t *bytes = bytes_of(arena, text_of(v, "addressUtf8Hex"), &n);
        enum address_error error = address_read(arena, (const char *)bytes, n, &got);
        if (!says(text_of(v, "reason"), error))
            fail_msg("%s (%s): %s", text_of(v, "name"), text_of(v, "reason"),
                     address_error_text(error));
    }
}

static void capitals_are_the_same_address(void **state) {
    static const char small[] =
        "ckb1qzda0cr08m85hc8jlnfp3zer7xulejywt49kt2rr0vthywaa50xwsq0sj409ltt"
        "8wm7ph4qvy2yraqmh2swu7zqcywhmp";
    char capital[sizeof small];
    struct address a, b;
    (void)state;
    for (size_t i = 0; i < sizeof small; i++)
        capital[i] = small[i] >= 'a' ? (char)(small[i] - 32) : small[i];
    assert_int_equal(read_text(small, &a), ADDRESS_GOOD);
    assert_int_equal(read_text(capital, &b), ADDRESS_GOOD);
    check_script(&b.script, &a.script);
}

/* Bech32m finds every change of one character. */
static void every_single_typo_is_found(void **state) {
    static const char address[] =
        "ckb1qzda0cr08m85hc8jlnfp3zer7xulejywt49kt2rr0vthywaa50xwsq0sj409l"
        "tt8wm7ph4qvy2yraqmh2swu7zqcywhmp";
    struct address got;
    (void)state;
    for (size_t i = 0; i < sizeof address - 1; i++) {
        for (int c = 0; c < 256; c++) {
            char typo[sizeof address];
            memcpy(typo, address, sizeof address);
            if (typo[i] == (char)c)
                continue;
            typo[i] = (char)c;
            if (address_read(arena, typo, sizeof address - 1, &got) == ADDRESS_GOOD)
                fail_msg("accepted 0x%02x at %zu", c, i);
        }
        arena_reset(arena);
    }
}

static void every_length_of_arguments_comes_back(void **state) {
    uint8_t args[700];
    (void)state;
    for (size_t i = 0; i < sizeof args; i++)
        args[i] = (uint8_t)(i * 7 + 1);
    for (size_t n = 0; n <= sizeof args; n++) {
        struct script s = {.hash_type = SCRIPT_DATA2, .args = args, .n = n};
        struct text t = text_in(arena, 2 * ADDRESS_MAX);
        memset(s.code_hash, (int)n, sizeof s.code_hash);
        enum address_network network = n % 2 ? ADDRESS_TESTNET : ADDRESS_MAINNET;
        bool fits = address_put(&t, network, &s);
        assert_int_equal(fits, n <= 599); /* 3 + 1 + 8 (34 + 599) / 5 + 6 = 1023 */
        assert_int_equal(t.n > 0, fits);
        assert_true(t.n <= ADDRESS_MAX);
        struct address got;
        if (fits) {
            assert_int_equal(address_read(arena, t.at, t.n, &got), ADDRESS_GOOD);
            assert_int_equal(got.network, network);
            check_script(&got.script, &s);
        }
        arena_reset(arena);
    }
    struct script bad = {.hash_type = 3};
    struct text t = text_in(arena, 2 * ADDRESS_MAX);
    assert_false(address_put(&t, ADDRESS_MAINNET, &bad));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_every_valid_vector, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_every_invalid_vector, setup, teardown),
        cmocka_unit_test_setup_teardown(capitals_are_the_same_address, setup, teardown),
        cmocka_unit_test_setup_teardown(every_single_typo_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(every_length_of_arguments_comes_back, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
