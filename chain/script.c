#include "chain/script.h"

#include <string.h>

static const struct {
    const char *name;
    uint8_t byte;
} hash_types[] = {
    {"data", SCRIPT_DATA},
    {"type", SCRIPT_TYPE},
    {"data1", SCRIPT_DATA1},
    {"data2", SCRIPT_DATA2},
};

enum { HASH_TYPES = sizeof hash_types / sizeof hash_types[0] };

bool script_hash_type_exists(uint8_t byte) {
    for (size_t i = 0; i < HASH_TYPES; i++)
        if (hash_types[i].byte == byte)
            return true;
    return false;
}

bool script_hash_type_from(const char *name, uint8_t *out) {
    for (size_t i = 0; i < HASH_TYPES; i++)
        if (strcmp(hash_types[i].name, name) == 0) {
            *out = hash_types[i].byte;
            return true;
        }
    return false;
}

static uint8_t *put_u32(uint8_t *p, size_t value) {
    for (int shift = 0; shift < 32; shift += 8)
        *p++ = (uint8_t)(value >> shift);
    return p;
}

const uint8_t *script_bytes(struct arena *a, const struct script *s) {
    enum { HEADER = 16, CODE_HASH_END = HEADER + CKB_HASH_BYTES };
    uint8_t *bytes = arena_raw(a, SCRIPT_EMPTY_BYTES + s->n), *p = bytes;
    p = put_u32(p, SCRIPT_EMPTY_BYTES + s->n);
    p = put_u32(p, HEADER);
    p = put_u32(p, CODE_HASH_END);
    p = put_u32(p, CODE_HASH_END + 1);
    p = (uint8_t *)mempcpy(p, s->code_hash, CKB_HASH_BYTES);
    *p++ = s->hash_type;
    p = put_u32(p, s->n);
    if (s->n)
        memcpy(p, s->args, s->n);
    return bytes;
}

void script_hash(struct arena *a, const struct script *s, uint8_t out[CKB_HASH_BYTES]) {
    ckb_hash(out, script_bytes(a, s), SCRIPT_EMPTY_BYTES + s->n);
}
