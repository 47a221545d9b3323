#include "chain/address.h"

#include <string.h>

#include "chain/known_scripts.h"

/* BIP 173 and BIP 350, with RFC 0021's longer limit. */
static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
static const uint32_t BECH32 = 1, BECH32M = 0x2bc830a3;

enum { CHECKSUM = 6, PREFIX = 3, PAYLOAD_MAX = ADDRESS_MAX * 5 / 8, SHORT_ARGS = 20 };

static const char *const prefixes[] = {[ADDRESS_MAINNET] = "ckb", [ADDRESS_TESTNET] = "ckt"};

const char *address_error_text(enum address_error error) {
    static const char *const texts[] = {
        [ADDRESS_GOOD] = N_("is good"),
        [ADDRESS_CHARSET] = N_("has a character that no address has"),
        [ADDRESS_TOO_LONG] = N_("is longer than 1023 characters"),
        [ADDRESS_MIXED_CASE] = N_("mixes capitals and small letters"),
        [ADDRESS_NO_ADDRESS] = N_("is not a CKB address"),
        [ADDRESS_WRONG_PREFIX] = N_("begins with neither ckb1 nor ckt1"),
        [ADDRESS_CHECKSUM] = N_("has a wrong checksum: a character is mistyped or missing"),
        [ADDRESS_WRONG_VARIANT] = N_("has the checksum of another address format"),
        [ADDRESS_PADDING] = N_("has stray bits at its end"),
        [ADDRESS_FORMAT] = N_("has an unknown format byte"),
        [ADDRESS_TRUNCATED] = N_("is too short for its format"),
        [ADDRESS_LENGTH] = N_("has arguments of a wrong length"),
        [ADDRESS_INDEX] = N_("names an unknown lock"),
        [ADDRESS_HASH_TYPE] = N_("has a hash type that does not exist"),
    };
    return texts[error];
}

/* One step of the checksum over the 5-bit value v. */
static uint32_t polymod_step(uint32_t c, uint8_t v) {
    static const uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                         0x2a1462b3};
    uint32_t top = c >> 25;
    c = (c & 0x1ffffff) << 5 ^ v;
    for (int i = 0; i < 5; i++)
        if (top >> i & 1)
            c ^= generator[i];
    return c;
}

static uint32_t polymod_prefix(const char *prefix) {
    uint32_t c = 1;
    for (size_t i = 0; i < PREFIX; i++)
        c = polymod_step(c, (uint8_t)prefix[i] >> 5);
    c = polymod_step(c, 0);
    for (size_t i = 0; i < PREFIX; i++)
        c = polymod_step(c, prefix[i] & 31);
    return c;
}

/* Copies s in small letters; every byte must be printable ASCII and of one case. */
static enum address_error fold_case(const char *s, size_t n, char *out) {
    bool small = false, capital = false;
    for (size_t i = 0; i < n; i++) {
        char c = s[i];
        if (c < 33 || c > 126)
            return ADDRESS_CHARSET;
        small |= c >= 'a' && c <= 'z';
        capital |= c >= 'A' && c <= 'Z';
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    return small && capital ? ADDRESS_MIXED_CASE : ADDRESS_GOOD;
}

static enum address_error read_prefix(const char *s, size_t n, enum address_network *network) {
    if (n != PREFIX)
        return ADDRESS_WRONG_PREFIX;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (memcmp(s, prefixes[i], PREFIX) == 0) {
            *network = (enum address_network)i;
            return ADDRESS_GOOD;
        }
    return ADDRESS_WRONG_PREFIX;
}

/* Characters to 5-bit values, in place; the checksum's final value to *sum. */
static enum address_error read_values(char *s, size_t n, const char *prefix, uint32_t *sum) {
    *sum = polymod_prefix(prefix);
    for (size_t i = 0; i < n; i++) {
        const char *found = strchr(alphabet, s[i]);
        if (!found)
            return ADDRESS_CHARSET;
        s[i] = (char)(found - alphabet);
        *sum = polymod_step(*sum, (uint8_t)s[i]);
    }
    return *sum == BECH32 || *sum == BECH32M ? ADDRESS_GOOD : ADDRESS_CHECKSUM;
}

/* n 5-bit values to bytes (room for PAYLOAD_MAX), returning how many in *n_out. */
static enum address_error regroup(const char *values, size_t n, uint8_t *out, size_t *n_out) {
    uint32_t buffer = 0;
    int bits = 0;
    *n_out = 0;
    for (size_t i = 0; i < n; i++) {
        buffer = (buffer << 5 | (uint8_t)values[i]) & 0xfff;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out[(*n_out)++] = (uint8_t)(buffer >> bits);
        }
    }
    bool stray = bits >= 5 || (buffer & ((1u << bits) - 1));
    return stray ? ADDRESS_PADDING : ADDRESS_GOOD;
}

static enum address_error read_short(const uint8_t *p, size_t n, struct address *out) {
    if (n < 1)
        return ADDRESS_TRUNCATED;
    if (p[0] >= KNOWN_SHORT_LOCKS)
        return ADDRESS_INDEX;
    if (n != 1 + SHORT_ARGS)
        return ADDRESS_LENGTH;
    const uint8_t(*locks)[CKB_HASH_BYTES] =
        out->network == ADDRESS_MAINNET ? known_short_locks_mainnet : known_short_locks_testnet;
    memcpy(out->script.code_hash, locks[p[0]], CKB_HASH_BYTES);
    out->script.hash_type = SCRIPT_TYPE;
    out->script.args = p + 1;
    out->script.n = SHORT_ARGS;
    return ADDRESS_GOOD;
}

/* The three formats that spell the code hash out; only the newest spells the hash type. */
static enum address_error read_full(const uint8_t *p, size_t n, struct address *out) {
    size_t head = CKB_HASH_BYTES + (out->format == ADDRESS_FULL);
    if (n < head)
        return ADDRESS_TRUNCATED;
    memcpy(out->script.code_hash, p, CKB_HASH_BYTES);
    out->script.hash_type = out->format == ADDRESS_FULL        ? p[CKB_HASH_BYTES]
                            : out->format == ADDRESS_FULL_TYPE ? SCRIPT_TYPE
                                                               : SCRIPT_DATA;
    out->script.args = p + head;
    out->script.n = n - head;
    return script_hash_type_exists(out->script.hash_type) ? ADDRESS_GOOD : ADDRESS_HASH_TYPE;
}

static enum address_error read_payload(const uint8_t *p, size_t n, uint32_t sum,
                                       struct address *out) {
    static const struct {
        uint8_t byte;
        enum address_format format;
        bool m;
    } formats[] = {{0x00, ADDRESS_FULL, true},
                   {0x01, ADDRESS_SHORT, false},
                   {0x02, ADDRESS_FULL_DATA, false},
                   {0x04, ADDRESS_FULL_TYPE, false}};
    if (n == 0)
        return ADDRESS_TRUNCATED;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (formats[i].byte != p[0])
            continue;
        if (formats[i].m != (sum == BECH32M))
            return ADDRESS_WRONG_VARIANT;
        out->format = formats[i].format;
        return out->format == ADDRESS_SHORT ? read_short(p + 1, n - 1, out)
                                            : read_full(p + 1, n - 1, out);
    }
    return ADDRESS_FORMAT;
}

enum address_error address_read(struct arena *a, const char *s, size_t n, struct address *out) {
    char folded[ADDRESS_MAX] = ""; /* all of it set: the prefix is read by a place in it */
    uint8_t *payload = arena_raw(a, PAYLOAD_MAX);
    uint32_t sum;
    size_t bytes;
    if (n > ADDRESS_MAX)
        return ADDRESS_TOO_LONG;
    enum address_error error = fold_case(s, n, folded);
    const char *separator = error ? NULL : memrchr(folded, '1', n);
    if (error)
        return error;
    if (!separator || n - (size_t)(separator - folded) - 1 <= CHECKSUM)
        return ADDRESS_NO_ADDRESS;
    size_t at = (size_t)(separator - folded);
    error = read_prefix(folded, at, &out->network);
    if (!error)
        error = read_values(folded + at + 1, n - at - 1, folded, &sum);
    if (!error)
        error = regroup(folded + at + 1, n - at - 1 - CHECKSUM, payload, &bytes);
    if (!error)
        error = read_payload(payload, bytes, sum, out);
    return error;
}

/* Bytes to 5-bit values, the last one filled up with zeros; returns how many. */
static size_t spread(const uint8_t *p, size_t n, uint8_t *out) {
    uint32_t buffer = 0;
    int bits = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        buffer = (buffer << 8 | p[i]) & 0xfff;
        for (bits += 8; bits >= 5; bits -= 5)
            out[count++] = buffer >> (bits - 5) & 31;
    }
    if (bits)
        out[count++] = (uint8_t)(buffer << (5 - bits)) & 31;
    return count;
}

bool address_put(struct text *out, enum address_network network, const struct script *s) {
    enum { HEAD = 2 + CKB_HASH_BYTES, VALUES_MAX = ADDRESS_MAX - PREFIX - 1 - CHECKSUM };
    uint8_t payload[PAYLOAD_MAX] = {0x00}, values[ADDRESS_MAX + 1];
    if (s->n > VALUES_MAX * 5 / 8 - HEAD || !script_hash_type_exists(s->hash_type))
        return false;
    memcpy(payload + 1, s->code_hash, CKB_HASH_BYTES);
    payload[1 + CKB_HASH_BYTES] = s->hash_type;
    if (s->n)
        memcpy(payload + HEAD, s->args, s->n);
    size_t n = spread(payload, HEAD + s->n, values);
    uint32_t sum = polymod_prefix(prefixes[network]);
    for (size_t i = 0; i < n + CHECKSUM; i++)
        sum = polymod_step(sum, i < n ? values[i] : 0);
    sum ^= BECH32M;
    text_put(out, prefixes[network]);
    text_char(out, '1');
    for (size_t i = 0; i < n; i++)
        text_char(out, alphabet[values[i]]);
    for (int shift = 25; shift >= 0; shift -= 5)
        text_char(out, alphabet[sum >> shift & 31]);
    return true;
}
