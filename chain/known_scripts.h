/* known_scripts.h - code hashes that CKB's own documents and deployments fix, by the name they are
 * known under. All of these are locks with hash type "type". */
#ifndef SITA_CHAIN_KNOWN_SCRIPTS_H
#define SITA_CHAIN_KNOWN_SCRIPTS_H

#include <stdint.h>

#include "chain/hash.h"

/* The three locks that a short address (RFC 0021) names by an index. */
enum { KNOWN_SHORT_LOCKS = 3 };

/* [0] secp256k1_blake160 and [1] its multisig are the same on both networks, [2] anyone-can-pay is
 * not (RFC 0024, RFC 0026). */
extern const uint8_t known_short_locks_mainnet[KNOWN_SHORT_LOCKS][CKB_HASH_BYTES];
extern const uint8_t known_short_locks_testnet[KNOWN_SHORT_LOCKS][CKB_HASH_BYTES];

#endif
