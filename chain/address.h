/* address.h - CKB addresses (RFC 0021): a network and a lock script in Bech32m text.
 *
 * Three older forms are read and never written. Two addresses are the same if network and script
 * are: compare and store the canonical form. */
#ifndef SITA_CHAIN_ADDRESS_H
#define SITA_CHAIN_ADDRESS_H

#include "base/text.h"
#include "chain/script.h"

enum { ADDRESS_MAX = 1023 }; /* characters, RFC 0021's limit of Bech32m */

enum address_network { ADDRESS_MAINNET, ADDRESS_TESTNET };

enum address_format {
    ADDRESS_FULL,      /* Bech32m, code hash, hash type, arguments: the canonical form */
    ADDRESS_SHORT,     /* deprecated: one of three known locks */
    ADDRESS_FULL_DATA, /* deprecated: hash type data */
    ADDRESS_FULL_TYPE  /* deprecated: hash type type */
};

enum address_error {
    ADDRESS_GOOD,
    ADDRESS_CHARSET,       /* a byte that no address has */
    ADDRESS_TOO_LONG,      /* more than ADDRESS_MAX characters */
    ADDRESS_MIXED_CASE,    /* capitals and small letters mixed */
    ADDRESS_NO_ADDRESS,    /* no separator, or nothing but a checksum */
    ADDRESS_WRONG_PREFIX,  /* neither ckb nor ckt */
    ADDRESS_CHECKSUM,      /* mistyped */
    ADDRESS_WRONG_VARIANT, /* Bech32 where Bech32m belongs, or the reverse */
    ADDRESS_PADDING,       /* left-over bits that are not zero, or too many */
    ADDRESS_FORMAT,        /* an unknown first byte */
    ADDRESS_TRUNCATED,     /* the payload is too short */
    ADDRESS_LENGTH,        /* arguments of a wrong length */
    ADDRESS_INDEX,         /* a short address of an unknown lock */
    ADDRESS_HASH_TYPE      /* a hash type that does not exist */
};

struct address {
    enum address_network network;
    enum address_format format;
    struct script script; /* its args live in the arena of address_read */
};

/* Reads the n bytes at s, which may be anything. */
MUST_CHECK enum address_error address_read(struct arena *a, const char *s, size_t n,
                                           struct address *out);

/* What is wrong, as the end of an English sentence: "the address …". In the list of texts. */
const char *address_error_text(enum address_error error);

/* Appends the canonical form. False, and nothing appended, if it would be longer than ADDRESS_MAX
 * or the hash type does not exist. */
MUST_CHECK bool address_put(struct text *out, enum address_network network,
                            const struct script *script);

#endif
