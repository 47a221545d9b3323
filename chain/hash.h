/* hash.h - the hash of everything on CKB: BLAKE2b, 32 bytes, personalisation "ckb-default-hash"
 * (RFC 0022 of the Nervos network, section "crypto primitives"). */
#ifndef SITA_CHAIN_HASH_H
#define SITA_CHAIN_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { CKB_HASH_BYTES = 32 };

/* ckbhash of the n bytes at data. */
void ckb_hash(uint8_t out[CKB_HASH_BYTES], const void *data, size_t n);

#endif
