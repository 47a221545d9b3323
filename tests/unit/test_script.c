#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/vectors.h"

static struct arena *arena;

static void hash_of_nothing(void **state) {
    uint8_t hash[CKB_HASH_BYTES];
    char hex[2 * CKB_HASH_BYTES + 1];
    (void)state;
    ckb_hash(hash, "", 0);
    crypto_hex(hex, hash, sizeof hash);
    assert_string_equal(hex, "44f4c69744d5f8c55d642062949dcae49bc4e7ef43d388c5a12f42b5633d163e");
}

static void check_hash(const struct script *s, const char *want) {
    uint8_t hash[CKB_HASH_BYTES];
    size_t n;
    script_hash(arena, s, hash);
    assert_memory_equal(hash, bytes_of(arena, want, &n), sizeof hash);
}

static void hashes_of_transactions_scripts(void **state) {
    const struct json *scripts = vectors(arena, "scripts", "scripts");
    (void)state;
    for (size_t i = 0; i < json_count(scripts); i++) {
        struct script s = script_of(arena, json_member(json_at(scripts, i), "script"));
        check_hash(&s, text_of(json_at(scripts, i), "hash"));
    }
}

static void molecule_form(void **state) {
    const struct json *valid = vectors(arena, "addresses", "valid");
    (void)state;
    for (size_t i = 0; i < json_count(valid); i++) {
        const struct json *v = json_at(valid, i);
        struct script s = script_of(arena, json_member(v, "script"));
        size_t n;
        const uint8_t *want = bytes_of(arena, text_of(v, "scriptBytes"), &n);
        assert_int_equal(n, SCRIPT_EMPTY_BYTES + s.n);
        assert_memory_equal(script_bytes(arena, &s), want, n);
        check_hash(&s, text_of(v, "scriptHash"));
    }
}

static void hash_types(void **state) {
    static const char *const names[] = {"data", "type", "data1", NULL, "data2"};
    static const char *const bad[] = {"", "Data", "data3", "data 1", "typ", "types", "0x1"};
    uint8_t byte;
    (void)state;
    for (int i = 0; i < 256; i++)
        assert_int_equal(script_hash_type_exists((uint8_t)i), i < 5 && names[i]);
    for (uint8_t i = 0; i < 5; i++)
        if (names[i])
            assert_true(script_hash_type_from(names[i], &byte) && byte == i);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(script_hash_type_from(bad[i], &byte));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_of_nothing),
        cmocka_unit_test(hashes_of_transactions_scripts),
        cmocka_unit_test(molecule_form),
        cmocka_unit_test(hash_types),
    };
    crypto_start();
    arena = arena_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
