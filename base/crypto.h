/* crypto.h - what this program uses of libsodium. No other file includes sodium.h. */
#ifndef SITA_BASE_CRYPTO_H
#define SITA_BASE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Must run once before anything else here; ends the process if the library cannot start. */
void crypto_start(void);

/* Fills out with n unpredictable bytes. */
void crypto_random(void *out, size_t n);

/* SHA-256 (FIPS 180-4) of the n bytes at data. */
void crypto_sha256(uint8_t out[32], const void *data, size_t n);

/* BLAKE2b (RFC 7693), n_out bytes (16 to 64), no key, salt of zeros; personal is 16 bytes or
 * NULL for none. */
void crypto_blake2b(uint8_t *out, size_t n_out, const void *data, size_t n,
                    const char personal[16]);

/* SHA-256 piece by piece: start, add as often as you like, end. The state is the caller's. */
struct crypto_sha256_state {
    _Alignas(16) unsigned char opaque[128];
};
void crypto_sha256_start(struct crypto_sha256_state *state);
void crypto_sha256_add(struct crypto_sha256_state *state, const void *data, size_t n);
void crypto_sha256_end(struct crypto_sha256_state *state, uint8_t out[32]);

/* A key for one purpose from the environment's key: libsodium's crypto_kdf (keyed BLAKE2b). context
 * is 8 bytes that name the purpose; no other purpose may use the same. */
void crypto_derive(uint8_t out[32], const uint8_t key[32], const char context[9]);

/* Keyed BLAKE2b (RFC 7693), 32 bytes: only who has the key can make it. */
void crypto_mac(uint8_t out[32], const uint8_t key[32], const void *data, size_t n);

/* Encrypts the n bytes at data, so that only who has the key can read them: XChaCha20-Poly1305
 * (AEAD of RFC 8439 with the 24-byte nonce of draft-irtf-cfrg-xchacha-03), a random nonce first.
 * out gets n + CRYPTO_SEAL bytes. What it is `about` is not in it, but it opens only as that. */
enum { CRYPTO_SEAL = 24 + 16 };
void crypto_seal(uint8_t *out, const uint8_t key[32], const void *data, size_t n,
                 const char *about);

/* The other way; n counts the sealed bytes, out gets n - CRYPTO_SEAL. False: not sealed with this
 * key about this, cut off or changed. */
MUST_CHECK bool crypto_unseal(uint8_t *out, const uint8_t key[32], const uint8_t *sealed, size_t n,
                              const char *about);

/* Whether n bytes are equal, in a time that does not depend on where they differ. */
bool crypto_equal(const void *a, const void *b, size_t n);

/* Lower-case hex of n bytes to out (2 n + 1 bytes, ends in NUL). */
void crypto_hex(char *out, const uint8_t *data, size_t n);

/* Exactly n bytes from 2 n hex digits of either case, at s, which must end after them. */
bool crypto_from_hex(uint8_t *out, size_t n, const char *s);

#endif
