#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/amount.h"
#include "tests/unit/vectors.h"

static struct arena *arena;

static int setup(void **state) {
    (void)state;
    arena = arena_new();
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static const char *decimal(unsigned __int128 value) {
    char digits[40], *p = digits + sizeof digits;
    *--p = '\0';
    do
        *--p = (char)('0' + (int)(value % 10));
    while (value /= 10);
    return arena_printf(arena, "%s", p);
}

/* Two of our rules differ from the vectors, on purpose: they are about issuing a token, where zero
 * is refused (a transfer's amount may be 0), and they take needless leading zeros, we do not. */
static void vectors_of_amounts(void **state) {
    const struct json *amounts = vectors(arena, "amounts", "amounts");
    (void)state;
    assert_int_equal(json_count(amounts), 34);
    for (size_t i = 0; i < json_count(amounts); i++) {
        const struct json *v = json_at(amounts, i);
        const char *name = text_of(v, "name"), *supply = text_of(v, "supply");
        const char *reason = json_string(json_member(v, "reason"));
        bool want = strcmp(text_of(v, "expect"), "valid") == 0;
        int64_t decimals;
        unsigned __int128 chain = 77;
        assert_true(json_int(json_member(v, "decimals"), &decimals));
        bool got = amount_to_chain(supply, (int)decimals, &chain);
        if (strcmp(name, "leading-zeros") == 0)
            want = false;
        if (reason && strcmp(reason, "zero") == 0)
            assert_true(got && chain == 0);
        else if (got != want)
            fail_msg("%s", name);
        else if (got)
            assert_string_equal(decimal(chain), text_of(v, "raw"));
        else
            assert_true(chain == 77);
    }
}

static void validity(void **state) {
    static const struct {
        const char *s;
        int decimals;
        bool valid;
    } cases[] = {
        {"0", 0, true},
        {"0.0", 1, true},
        {"0.0", 0, false},
        {"1", 0, true},
        {"10", 0, true},
        {"01", 0, false},
        {"00", 0, false},
        {"00.1", 8, false},
        {"0.1", 1, true},
        {"0.10", 1, false},
        {"0.10", 2, true},
        {"1.", 8, false},
        {".1", 8, false},
        {"", 8, false},
        {"-1", 8, false},
        {"+1", 8, false},
        {"1 ", 8, false},
        {" 1", 8, false},
        {"1,0", 8, false},
        {"1e1", 8, false},
        {"1.0.0", 8, false},
        {"1.0x", 8, false},
        {"x", 8, false},
        {"1.x", 8, false},
        {"1", -1, false},
        {"1.5", -1, false},
        {"1", 256, false},
        {"1.5", 255, true},
        {"1\xd9\xa1", 8, false},
        {"999999999999999999999999999999999999999", 0, true},   /* 39 digits */
        {"9999999999999999999999999999999999999990", 0, false}, /* 40 */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (amount_valid(cases[i].s, cases[i].decimals) != cases[i].valid)
            fail_msg("\"%s\" with %d decimals", cases[i].s, cases[i].decimals);
}

static void to_the_chain(void **state) {
    static const struct {
        const char *amount;
        int decimals;
        const char *chain;
    } cases[] = {
        {"0", 8, "0"},
        {"1", 0, "1"},
        {"0.00000001", 8, "1"},
        {"1", 8, "100000000"},
        {"1.5", 8, "150000000"},
        {"12.3", 2, "1230"},
        {"340282366920938463463374607431768211455", 0, "340282366920938463463374607431768211455"},
        {"3.40282366920938463463374607431768211455", 38, "340282366920938463463374607431768211455"},
        {"0.340282366920938463463374607431768211455", 39,
         "340282366920938463463374607431768211455"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned __int128 chain = 77;
        assert_true(amount_to_chain(cases[i].amount, cases[i].decimals, &chain));
        assert_string_equal(decimal(chain), cases[i].chain);
    }
    for (unsigned __int128 value = 1, bit = 0; bit < 128; bit++, value = value * 2 + bit % 2) {
        unsigned __int128 back = 0;
        assert_true(amount_to_chain(decimal(value), 0, &back) && back == value);
    }
}

static void zero_fits_any_number_of_decimals(void **state) {
    unsigned __int128 chain = 1;
    (void)state;
    assert_true(amount_to_chain("0", 255, &chain) && chain == 0);
    chain = 1;
    assert_false(amount_to_chain("1", 255, &chain));
    assert_false(amount_to_chain("1", 39, &chain));
    assert_true(chain == 1);
    assert_true(amount_to_chain("1", 38, &chain));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(vectors_of_amounts, setup, teardown),
        cmocka_unit_test_setup_teardown(validity, setup, teardown),
        cmocka_unit_test_setup_teardown(to_the_chain, setup, teardown),
        cmocka_unit_test_setup_teardown(zero_fits_any_number_of_decimals, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
