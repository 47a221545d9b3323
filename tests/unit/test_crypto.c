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

/* The example of draft-irtf-cfrg-xchacha-03, A.3.1, as this program lays it out: nonce, text, tag.
 */
static void what_is_sealed_opens_with_its_key_only(void **state) {
    static const char text[] =
        "Ladies and Gentlemen of the class of '99: If I could offer you only "
        "one tip for the future, sunscreen would be it.";
    static const char about[] = "PQRS\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7";
    enum { N = sizeof text - 1 };
    uint8_t key[32], sealed[CRYPTO_SEAL + N], mine[CRYPTO_SEAL + N], opened[N];
    (void)state;
    for (size_t i = 0; i < 32; i++)
        key[i] = (uint8_t)(0x80 + i);
    assert_true(crypto_from_hex(
        sealed, sizeof sealed,
        "404142434445464748494a4b4c4d4e4f5051525354555657bd6d179d3e83d43b9576579493c0e939572a1700"
        "252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
        "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f6"
        "15c68b13b52ec0875924c1c7987947deafd8780acf49"));
    assert_true(crypto_unseal(opened, key, sealed, sizeof sealed, about));
    assert_memory_equal(opened, text, N);
    crypto_seal(mine, key, text, N, about);
    assert_memory_not_equal(mine, sealed, sizeof mine); /* another nonce */
    assert_true(crypto_unseal(opened, key, mine, sizeof mine, about));
    assert_memory_equal(opened, text, N);
    assert_false(crypto_unseal(opened, key, mine, sizeof mine, "PQRS"));
    for (size_t n = 0; n < sizeof mine; n++) {
        assert_false(crypto_unseal(opened, key, mine, n, about));
        mine[n] ^= 1;
        assert_false(crypto_unseal(opened, key, mine, sizeof mine, about));
        mine[n] ^= 1;
    }
    key[31] ^= 1;
    assert_false(crypto_unseal(opened, key, mine, sizeof mine, about));
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
        cmocka_unit_test(random_differs), cmocka_unit_test(what_is_sealed_opens_with_its_key_only),
    };
    crypto_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
