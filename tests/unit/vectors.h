/* vectors.h - reading the JSON files of tests/data in unit tests. */
#ifndef SITA_TESTS_VECTORS_H
#define SITA_TESTS_VECTORS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/json_in.h"
#include "chain/script.h"

/* The member `list` of tests/data/NAME.json; must be an array that is not empty. */
static inline const struct json *vectors(struct arena *a, const char *name, const char *list) {
    const char *path = arena_printf(a, "tests/data/%s.json", name);
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("%s cannot be opened; run in the source directory", path);
    size_t room = 1 << 20;
    char *s = arena_raw(a, room);
    size_t n = fread(s, 1, room, f);
    fclose(f);
    const struct json *document = NULL;
    struct text why = text_in(a, 1000);
    if (json_parse(a, s, n, &document, &why) != OK)
        fail_msg("%s: %s", path, text_str(&why));
    assert_true(json_count(json_member(document, list)) > 0);
    return json_member(document, list);
}

/* A string member that must be there. */
static inline const char *text_of(const struct json *v, const char *name) {
    const char *s = json_string(json_member(v, name));
    if (!s)
        fail_msg("no member %s", name);
    return s;
}

/* The bytes of hex digits, with or without 0x. */
static inline uint8_t *bytes_of(struct arena *a, const char *hex, size_t *n) {
    hex += strncmp(hex, "0x", 2) == 0 ? 2 : 0;
    *n = strlen(hex) / 2;
    uint8_t *bytes = arena_raw(a, *n);
    assert_true(crypto_from_hex(bytes, *n, hex));
    return bytes;
}

/* A script in its JSON-RPC form. */
static inline struct script script_of(struct arena *a, const struct json *v) {
    struct script s;
    size_t n;
    memcpy(s.code_hash, bytes_of(a, text_of(v, "code_hash"), &n), sizeof s.code_hash);
    assert_int_equal(n, sizeof s.code_hash);
    assert_true(script_hash_type_from(text_of(v, "hash_type"), &s.hash_type));
    s.args = bytes_of(a, text_of(v, "args"), &s.n);
    return s;
}

#endif
