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
    /* joiners and styles: within emoji nothing, elsewhere unseen */
    {"Se\xE2\x80\x8D"
     "al",
     LOOKALIKE_INVISIBLE},
    {"Seal\xEF\xB8\x8F", LOOKALIKE_INVISIBLE},
    {"Seal\xEF\xB8\x8E", LOOKALIKE_INVISIBLE},
    {"\xEF\xB8\x8F", LOOKALIKE_INVISIBLE},
    {"\xE2\x80\x8D", LOOKALIKE_INVISIBLE},
    {"\xF0\x9F\x9A\x80\xE2\x80\x8D", LOOKALIKE_INVISIBLE},  /* joined to nothing */
    {"\xF0\x9F\x9A\x80\xE2\x80\x8Dx", LOOKALIKE_INVISIBLE}, /* joined to a letter */
    {"x\xE2\x80\x8D\xF0\x9F\x9A\x80", LOOKALIKE_INVISIBLE},
    {"\xE2\x9D\xA4\xEF\xB8\x8F\xEF\xB8\x8F", LOOKALIKE_INVISIBLE}, /* styled twice */
    {"\xE2\x9D\xA4\xEF\xB8\x8E \xC2\xA9\xEF\xB8\x8F", 0},
    {"\xF0\x9F\x91\xA9\xF0\x9F\x8F\xBD\xE2\x80\x8D\xF0\x9F\x9A\x80", 0}, /* toned and joined */
    {"\xE2\x9D\xA4\xEF\xB8\x8F\xE2\x80\x8D\xF0\x9F\x94\xA5", 0},         /* heart on fire */
    {"1\xEF\xB8\x8F\xE2\x83\xA3 #\xEF\xB8\x8F\xE2\x83\xA3", 0},          /* keycaps */
    {"1\xEF\xB8\x8F", LOOKALIKE_INVISIBLE},
    {"Seal\xEF\xB8\x80", LOOKALIKE_INVISIBLE},     /* VS1 */
    {"Seal\xF0\x9D\x85\xB3", LOOKALIKE_INVISIBLE}, /* U+1D173 */
    {"Seal\xF0\x9D\x85\xBA", LOOKALIKE_INVISIBLE}, /* U+1D17A */
    {"Seal\xF0\x9D\x85\xBB", 0},                   /* U+1D17B is a sign */
    {"Seal\xF3\xA0\x80\x81", LOOKALIKE_INVISIBLE}, /* U+E0001 */
    {"Seal\xF3\xA0\x81\x81", LOOKALIKE_INVISIBLE}, /* U+E0041 */
    {"Seal\xF3\xA0\x87\xAF", LOOKALIKE_INVISIBLE}, /* U+E01EF, VS256 */
    {"Seal\xF0\x9B\xB2\xA0", LOOKALIKE_INVISIBLE}, /* U+1BCA0 */
    /* addresses */
    {"seal.dev", LOOKALIKE_URL},
    {"seal.AI", LOOKALIKE_URL},
    {"seal.bit now", LOOKALIKE_URL},
    {"seal.eth", LOOKALIKE_URL},
    {"(seal.pro)", LOOKALIKE_URL},
    {"pump.fun", LOOKALIKE_URL},
    {"seal\xE3\x80\x82"
     "com",
     LOOKALIKE_URL}, /* ideographic full stop */
    {"seal\xEF\xBC\x8E"
     "com",
     LOOKALIKE_URL}, /* fullwidth full stop */
    {"seal\xEF\xBD\xA1"
     "com",
     LOOKALIKE_URL}, /* halfwidth ideographic full stop */
    {"\xEF\xBD\x93.\xEF\xBD\x83\xEF\xBD\x8F\xEF\xBD\x8D", LOOKALIKE_URL}, /* fullwidth letters */
    {"\xE7\x86\x8A\xE7\x8C\xAB.com", LOOKALIKE_URL},
    {"seal.com\xE5\xAE\x98\xE7\xBD\x91", LOOKALIKE_URL}, /* no ASCII letter follows */
    {"https\xEF\xBC\x9A\xEF\xBC\x8F\xEF\xBC\x8Fx", LOOKALIKE_URL},
    {"ai", 0},
    {"seal. ai", 0},
    {"seal.aim", 0},
    {"\xE4\xBD\xA0\xE5\xA5\xBD\xE3\x80\x82", 0}, /* a sentence */
    {"ww.w", 0},
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
