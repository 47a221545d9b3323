#include "base/crypto.h"

#include <sodium.h>
#include <string.h>

#include "base/log.h"

void crypto_start(void) {
    if (sodium_init() < 0)
        log_fatal("crypto_start", "libsodium could not be initialised");
}

void crypto_random(void *out, size_t n) {
    randombytes_buf(out, n);
}

void crypto_sha256(uint8_t out[32], const void *data, size_t n) {
    crypto_hash_sha256(out, data, n);
}

void crypto_blake2b(uint8_t *out, size_t n_out, const void *data, size_t n,
                    const char personal[16]) {
    static const unsigned char zeros[crypto_generichash_blake2b_SALTBYTES];
    const unsigned char *person = personal ? (const unsigned char *)personal : zeros;
    if (crypto_generichash_blake2b_salt_personal(out, n_out, data, n, NULL, 0, zeros, person))
        log_fatal("blake2b", "refused an output of %zu bytes", n_out);
}

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(struct crypto_sha256_state),
               "the state fits");

static crypto_hash_sha256_state *sha256_of(struct crypto_sha256_state *state) {
    return (crypto_hash_sha256_state *)(void *)state->opaque;
}

void crypto_sha256_start(struct crypto_sha256_state *state) {
    crypto_hash_sha256_init(sha256_of(state));
}

void crypto_sha256_add(struct crypto_sha256_state *state, const void *data, size_t n) {
    crypto_hash_sha256_update(sha256_of(state), data, n);
}

void crypto_sha256_end(struct crypto_sha256_state *state, uint8_t out[32]) {
    crypto_hash_sha256_final(sha256_of(state), out);
}

void crypto_derive(uint8_t out[32], const uint8_t key[32], const char context[9]) {
    _Static_assert(crypto_kdf_KEYBYTES == 32 && crypto_kdf_CONTEXTBYTES == 8, "as declared");
    if (crypto_kdf_derive_from_key(out, 32, 1, context, key))
        log_fatal("crypto_derive", "refused %s", context);
}

void crypto_mac(uint8_t out[32], const uint8_t key[32], const void *data, size_t n) {
    if (crypto_generichash_blake2b(out, 32, data, n, key, 32))
        log_fatal("crypto_mac", "refused %zu bytes", n);
}

enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES };
_Static_assert(NONCE + crypto_aead_xchacha20poly1305_ietf_ABYTES == CRYPTO_SEAL, "as declared");

void crypto_seal(uint8_t *out, const uint8_t key[32], const void *data, size_t n,
                 const char *about) {
    randombytes_buf(out, NONCE);
    if (crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, NULL, data, n,
                                                   (const unsigned char *)about, strlen(about),
                                                   NULL, out, key))
        log_fatal("crypto_seal", "refused %zu bytes", n);
}

bool crypto_unseal(uint8_t *out, const uint8_t key[32], const uint8_t *sealed, size_t n,
                   const char *about) {
    return n >= CRYPTO_SEAL && crypto_aead_xchacha20poly1305_ietf_decrypt(
                                   out, NULL, NULL, sealed + NONCE, n - NONCE,
                                   (const unsigned char *)about, strlen(about), sealed, key) == 0;
}

bool crypto_equal(const void *a, const void *b, size_t n) {
    return sodium_memcmp(a, b, n) == 0;
}

void crypto_hex(char *out, const uint8_t *data, size_t n) {
    sodium_bin2hex(out, 2 * n + 1, data, n);
}

bool crypto_from_hex(uint8_t *out, size_t n, const char *s) {
    size_t got = 0;
    const char *end = NULL;
    if (strlen(s) != 2 * n)
        return false;
    return sodium_hex2bin(out, n, s, 2 * n, NULL, &got, &end) == 0 && got == n && *end == '\0';
}
