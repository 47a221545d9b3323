/* What in a name may deceive the eye, and what may not be taken for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "handlers/lookalike.h"

struct example {
    const char *text;
    unsigned bits;
};

static const struct example examples[] = {
    {"", 0},
    {"Wrapped BTC v2.0", 0},
    {"中文名", 0},
    {"Ünïcode ß", 0},
    {"Монета", 0},
    {"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80 \xE2\x9D\xA4\xEF\xB8\x8F", 0}, /* joined emoji */
    {"gpj\xE2\x80\xAE.exe", LOOKALIKE_BIDI},
    {"a\xE2\x81\xA6z", LOOKALIKE_BIDI},
    {"US\xE2\x80\x8B"
     "DT",
     LOOKALIKE_INVISIBLE},
    {"USDT\xC2\xAD", LOOKALIKE_INVISIBLE},
    {"U\xD0\x85"
     "DT",
     LOOKALIKE_MIXED},               /* Cyrillic Dze */
    {"\xCE\x92TC", LOOKALIKE_MIXED}, /* Greek Beta */
    {"claim at https://x", LOOKALIKE_URL},
    {"WWW.example", LOOKALIKE_URL},
    {"free-ckb.xyz", LOOKALIKE_URL},
    {"node.common", 0},
    {".com", 0},
    {"free.io \xE2\x80\xAE", LOOKALIKE_URL | LOOKALIKE_BIDI},
};

static void each_example_has_its_bits(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        if (lookalike_of(examples[i].text) != examples[i].bits)
            fail_msg("\"%s\": %u, not %u", examples[i].text, lookalike_of(examples[i].text),
                     examples[i].bits);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_example_has_its_bits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
