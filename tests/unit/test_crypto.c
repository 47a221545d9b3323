#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"

static const char *hex_of(const uint8_t *bytes, size_t n) {
    static char hex[2 * 64 + 1];
    crypto_hex(hex, bytes, n);
    return hex;
}

/* FIPS 180-4 examples, RFC 7693 appendix A. */
static void known_digests(void **state) {
    uint8_t out[64];
    (void)state;
    crypto_sha256(out, "abc", 3);
    assert_string_equal(hex_of(out, 32),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    crypto_sha256(out, "", 0);
    assert_string_equal(hex_of(out, 32),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    crypto_blake2b(out, 64, "abc", 3, NULL);
    assert_string_equal(hex_of(out, 64),
                        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                        "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
}

static void a_digest_in_pieces(void **state) {
    struct crypto_sha256_state hash;
    uint8_t whole[32], pieces[32];
    char text[200];
    (void)state;
    memset(text, 'x', sizeof text);
    crypto_sha256(whole, text, sizeof text);
    crypto_sha256_start(&hash);
    crypto_sha256_add(&hash, text, 63);
    crypto_sha256_add(&hash, text + 63, 0);
    crypto_sha256_add(&hash, text + 63, sizeof text - 63);
    crypto_sha256_end(&hash, pieces);
    assert_memory_equal(whole, pieces, 32);
}

/* Made with Python's hashlib: blake2b(digest_size=32, key=...), for the derived key with salt
 * 01 00... and the context as personal, as crypto_kdf states it. */
static void keyed_digests(void **state) {
    uint8_t key[32], out[32];
    (void)state;
    for (size_t i = 0; i < 32; i++)
        key[i] = (uint8_t)i;
    crypto_mac(out, key, "abc", 3);
    assert_string_equal(hex_of(out, 32),
                        "d63a32d3e44738d7907f964316c241adaba0abfeabc32349677578a15a203f7f");
    crypto_derive(out, key, "contexts");
    assert_string_equal(hex_of(out, 32),
                        "3502d632436752ec114a4aacfe6be3439c06f6afb0341a0248c72ec8c66b830a");
    assert_true(crypto_equal("abc", "abd", 2));
    assert_false(crypto_equal("abc", "abd", 3));
}

static void hex_both_ways(void **state) {
    uint8_t bytes[4] = {1, 2, 3, 4};
    (void)state;
    assert_true(crypto_from_hex(bytes, 4, "00fFa0Be"));
    assert_string_equal(hex_of(bytes, 4), "00ffa0be");
    assert_true(crypto_from_hex(bytes, 0, ""));
    static const char *const bad[] = {"",          "0",           "00ffa0b",
                                      "00ffa0be0", "00ffa0bg",    "0x00ffa0",
                                      "00 ffa0b",  "00ffa0b\xff", "00:ff:a0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(crypto_from_hex(bytes, 4, bad[i]));
}

static void random_differs(void **state) {
    uint8_t a[32] = {0}, b[32] = {0};
    (void)state;
    crypto_random(a, sizeof a);
    crypto_random(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_digests),  cmocka_unit_test(a_digest_in_pieces),
        cmocka_unit_test(keyed_digests),  cmocka_unit_test(hex_both_ways),
        cmocka_unit_test(random_differs),
    };
    crypto_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
