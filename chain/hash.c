#include "chain/hash.h"

#include "base/crypto.h"

void ckb_hash(uint8_t out[CKB_HASH_BYTES], const void *data, size_t n) {
    crypto_blake2b(out, CKB_HASH_BYTES, data, n, "ckb-default-hash");
}
