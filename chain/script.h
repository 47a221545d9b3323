/* script.h - a CKB script: which code, and its arguments. As a lock it says who may spend a cell,
 * as a type what the cell is; a token is known by the hash of its type script. */
#ifndef SITA_CHAIN_SCRIPT_H
#define SITA_CHAIN_SCRIPT_H

#include <stdbool.h>

#include "base/arena.h"
#include "chain/hash.h"

/* The values are the bytes of the molecule form (RFC 0022, RFC 0032). */
enum script_hash_type { SCRIPT_DATA = 0, SCRIPT_TYPE = 1, SCRIPT_DATA1 = 2, SCRIPT_DATA2 = 4 };

struct script {
    uint8_t code_hash[CKB_HASH_BYTES];
    uint8_t hash_type;   /* enum script_hash_type */
    const uint8_t *args; /* n bytes; borrowed or in an arena, as the maker says */
    size_t n;
};

/* True if byte is one of enum script_hash_type. */
bool script_hash_type_exists(uint8_t byte);

/* "data", "type", "data1" or "data2", as the JSON-RPC spells them; false for anything else. */
bool script_hash_type_from(const char *name, uint8_t *out);

enum { SCRIPT_EMPTY_BYTES = 53 }; /* size of the molecule form without arguments */

/* The molecule form (RFC 0008): SCRIPT_EMPTY_BYTES + s->n bytes that live in a. */
const uint8_t *script_bytes(struct arena *a, const struct script *s);

/* ckbhash of the molecule form; scratch memory comes from a. */
void script_hash(struct arena *a, const struct script *s, uint8_t out[CKB_HASH_BYTES]);

#endif
