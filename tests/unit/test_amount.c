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

static const char *from_chain(unsigned __int128 chain, int decimals) {
    struct text t = text_in(arena, 1000);
    amount_put_from_chain(&t, chain, decimals);
    return text_str(&t);
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
            assert_string_equal(from_chain(chain, 0), text_of(v, "raw"));
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

static void from_the_chain(void **state) {
    const unsigned __int128 most = ~(unsigned __int128)0;
    (void)state;
    assert_string_equal(from_chain(0, 0), "0");
    assert_string_equal(from_chain(0, 8), "0");
    assert_string_equal(from_chain(1, 0), "1");
    assert_string_equal(from_chain(1, 8), "0.00000001");
    assert_string_equal(from_chain(100000000, 8), "1");
    assert_string_equal(from_chain(150000000, 8), "1.5");
    assert_string_equal(from_chain(1230, 1), "123");
    assert_string_equal(from_chain(1230, 2), "12.3");
    assert_string_equal(from_chain(most, 0), "340282366920938463463374607431768211455");
    assert_string_equal(from_chain(most, 38), "3.40282366920938463463374607431768211455");
    assert_string_equal(from_chain(most, 39), "0.340282366920938463463374607431768211455");
    assert_int_equal(strlen(from_chain(1, 255)), 257);
}

static void comes_back_with_all_decimals(void **state) {
    (void)state;
    for (int decimals = 0; decimals <= AMOUNT_DECIMALS_MAX; decimals++) {
        unsigned __int128 chain = 1;
        for (int bit = 0; bit < 128; bit++, chain = chain * 2 + (unsigned)bit % 2) {
            unsigned __int128 back = 0;
            const char *s = from_chain(chain, decimals);
            if (!amount_to_chain(s, decimals, &back) || back != chain)
                fail_msg("%s with %d decimals", s, decimals);
        }
        arena_reset(arena);
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

static void groups(void **state) {
    static const char *const cases[][2] = {
        {"0", "0"},
        {"999", "999"},
        {"1000", "1,000"},
        {"1234567", "1,234,567"},
        {"123456.7891011", "123,456.7891011"},
        {"", ""},
        {"about 1000", "about 1000"},
        {"-1000", "-1000"},
        {"<b>", "<b>"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text t = text_in(arena, 1000);
        amount_put_grouped(&t, cases[i][0]);
        assert_string_equal(text_str(&t), cases[i][1]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(vectors_of_amounts, setup, teardown),
        cmocka_unit_test_setup_teardown(validity, setup, teardown),
        cmocka_unit_test_setup_teardown(from_the_chain, setup, teardown),
        cmocka_unit_test_setup_teardown(comes_back_with_all_decimals, setup, teardown),
        cmocka_unit_test_setup_teardown(zero_fits_any_number_of_decimals, setup, teardown),
        cmocka_unit_test_setup_teardown(groups, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
