/* What in a name may deceive the eye, and what may not be taken for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/blank.h"
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
    {"Seal\xF0\x9D\x85\xBB", LOOKALIKE_MARKS},     /* U+1D17B is seen: a mark on the letter */
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
    {"\xEF\xBD\x93.\xEF\xBD\x83\xEF\xBD\x8F\xEF\xBD\x8D",
     LOOKALIKE_URL | LOOKALIKE_LETTERS}, /* fullwidth letters */
    {"\xE7\x86\x8A\xE7\x8C\xAB.com", LOOKALIKE_URL},
    {"seal.com\xE5\xAE\x98\xE7\xBD\x91", LOOKALIKE_URL}, /* no ASCII letter follows */
    {"https\xEF\xBC\x9A\xEF\xBC\x8F\xEF\xBC\x8Fx", LOOKALIKE_URL},
    {"ai", 0},
    {"seal. ai", 0},
    {"seal.aim", 0},
    {"\xE4\xBD\xA0\xE5\xA5\xBD\xE3\x80\x82", 0}, /* a sentence */
    {"ww.w", 0},
};

/* Names as people write them, in their own languages: nothing to warn of. */
static const char *const honest[] = {
    "Wrapped Bitcoin",
    "USDC.e",
    "BTC.b",
    "CKB",
    "x402",
    "v1.0",
    "Uniswap V2.5",
    "0.5%",
    "1.2.3.4",
    "A.I.",
    "U.S.D",
    "e=mc²",
    "Token™",
    "H2O №1",
    "Dr.Doge",
    "gpj.exe",
    "Node.js",
    "No.1",
    "Seal (RGB++)",
    "seal/ckb",
    "USDC.e/ETH",
    "熊猫币",
    "比特币BTC",
    "〇一二三四",
    "〇",
    "工口人",
    "一",
    "你好。世界",
    "中国（上海）",
    "繁體中文幣",
    "ㄅㄆㄇ注音",
    "トークン",
    "ビットコイン",
    "東京トークンABC",
    "ニ",
    "ロ口",
    "ﾄｰｸﾝ",
    "か\u309A",
    "お茶のお金",
    "이더리움",
    "한국은행 KRW",
    "코인2049",
    "大韓民國 원",
    "이",
    "토큰",
    "Рубль",
    "Монета",
    "Биткоин",
    "Токен USDT",
    "Ёлка",
    "Київ гривня",
    "Їжак",
    "Љубав Ђ",
    "България",
    "Δραχμή",
    "Ελλάδα",
    "Ωμέγα",
    "Αθήνα νόμισμα",
    "ᾦ Ζεῦ",
    "درهم",
    "عملة رقمية",
    "مُحَمَّد",
    "اه",
    "ریال می\u200cشود",
    "שקל",
    "סוס",
    "שָׁלוֹם",
    "Đồng Việt Nam",
    "Tiếng Việt Phở",
    "Ệ ậ ữ ỡ",
    "Tie\u0302\u0301ng Vie\u0323\u0302t",
    "Türk Lirası",
    "İstanbul Işık ığdır",
    "Çiğ köfte",
    "Straße Größe",
    "Österreich Übung",
    "Español Ñandú",
    "Français cœur",
    "Łódź Żółć",
    "Čeština Řeř",
    "Ísland Þór Æsir",
    "Română Șț",
    "Azərbaycan Əli",
    "Ọ̀yọ́",
    "रुपया",
    "बिटकॉइन",
    "क्\u200dष",
    "টাকা",
    "ரூபாய்",
    "เหรียญบาท",
    "ກີບ",
    "ကျပ်",
    "ព្រះ",
    "བོད་ཡིག",
    "ლარი",
    "Դրամ",
    "ብር",
    "ᐃᓄᒃᑎᑐᑦ",
    "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ",
    "🚀🌕",
    "🇩🇪 Euro",
    "👩🏽‍🚀",
    "❤️‍🔥 1️⃣",
    "Ⓜ️ ℹ️ ©️",
    "₿ ≠ $",
    "µToken",
    "100 × 2",
    "Ⓢeal",
};

static const struct example deceptive[] = {
    /* one letter of another script in a word */
    {"USDТ", LOOKALIKE_MIXED},
    {"Еthereum", LOOKALIKE_MIXED},
    {"pаypal", LOOKALIKE_MIXED},
    {"Βitcoin", LOOKALIKE_MIXED},
    {"ΝΕRVΟS", LOOKALIKE_MIXED},
    {"CꓗB", LOOKALIKE_MIXED},
    {"ꓚKB", LOOKALIKE_MIXED},
    {"ᑌSDT", LOOKALIKE_MIXED},
    {"ᑌᔕᗪT", LOOKALIKE_MIXED},
    {"ⲤKB", LOOKALIKE_MIXED},
    {"CKᏴ", LOOKALIKE_MIXED},
    {"ՍSDT", LOOKALIKE_MIXED},
    {"Tetհer", LOOKALIKE_MIXED},
    {"ႽEAL", LOOKALIKE_MIXED},
    {"sსal", LOOKALIKE_MIXED},
    {"𐐄RDI", LOOKALIKE_MIXED},
    {"USD৪", LOOKALIKE_MIXED},
    {"Tеther Gоld", LOOKALIKE_MIXED},
    {"Bitкоин", LOOKALIKE_MIXED},
    {"口オКен", LOOKALIKE_MIXED},
    {"USDコСКВ", LOOKALIKE_MIXED},
    {"ⵔRDI", LOOKALIKE_MIXED},
    {"Ꭱichcoin", LOOKALIKE_MIXED},
    /* a word among Latin ones that only looks Latin */
    {"Nervos СКВ", LOOKALIKE_MIXED},
    {"СКВ Token", LOOKALIKE_MIXED},
    {"U-S-D-Т", LOOKALIKE_MIXED},
    {"Tether ꓴꓢꓓꓔ", LOOKALIKE_MIXED},
    {"The ΑΡΕ", LOOKALIKE_MIXED},
    /* nothing but letters that look Latin */
    {"СКВ", LOOKALIKE_LETTERS},
    {"ВТС", LOOKALIKE_LETTERS},
    {"ЕТН-2", LOOKALIKE_LETTERS},
    {"ΒΤΟ", LOOKALIKE_LETTERS},
    {"ꓴꓢꓓꓔ", LOOKALIKE_LETTERS},
    {"ᏟᏦᏴ", LOOKALIKE_LETTERS},
    {"ⲤⲔⲂ", LOOKALIKE_LETTERS},
    {"ՍՏՕ", LOOKALIKE_LETTERS},
    {"ᑌᗪᑌ", LOOKALIKE_LETTERS},
    {"ᑌᔕᗪ", LOOKALIKE_LETTERS},
    {"𐐄", LOOKALIKE_LETTERS},
    {"ⵔⵏ", LOOKALIKE_LETTERS},
    /* letters and digits of other widths, styles and uses */
    {"ＵＳＤＴ", LOOKALIKE_LETTERS},
    {"𝐔𝐒𝐃𝐓", LOOKALIKE_LETTERS},
    {"𝕊𝕖𝕒𝕝", LOOKALIKE_LETTERS},
    {"𝒞𝒦ℬ", LOOKALIKE_LETTERS},
    {"ⅭKB", LOOKALIKE_LETTERS},
    {"Ⅿoon", LOOKALIKE_LETTERS},
    {"ℂKB", LOOKALIKE_LETTERS},
    {"ᴄᴋʙ", LOOKALIKE_LETTERS},
    {"ɡold", LOOKALIKE_LETTERS},
    {"cɑt", LOOKALIKE_LETTERS},
    {"ﬁnance", LOOKALIKE_LETTERS},
    {"USDT𝟐", LOOKALIKE_LETTERS},
    {"ǀota", LOOKALIKE_LETTERS},
    {"ᵁSDT", LOOKALIKE_LETTERS},
    /* marks */
    {"C\u0323KB", LOOKALIKE_MARKS},
    {"Coin\u0302", LOOKALIKE_MARKS},
    {"i\u0307con", LOOKALIKE_MARKS},
    {"C\u0338KB", LOOKALIKE_MARKS},
    {"\u0301 CKB", LOOKALIKE_MARKS},
    {"Se\u0301\u0301al", LOOKALIKE_MARKS},
    {"Z\u0351\u036b\u0343\u0363\u0340A\u0321\u034a\u0360L", LOOKALIKE_MARKS},
    {"币\u0300\u0301\u0302", LOOKALIKE_MARKS},
    {"ก\u0E48\u0E49\u0E48\u0E49\u0E48", LOOKALIKE_MARKS},
    {"о\u0335", LOOKALIKE_MARKS | LOOKALIKE_LETTERS},
    /* joiners where nothing is joined */
    {"می\u200c", LOOKALIKE_INVISIBLE},
    {"CK\u200cB", LOOKALIKE_INVISIBLE},
    {"CK\u1680B", LOOKALIKE_INVISIBLE},
    /* addresses */
    {"ckb.claims", LOOKALIKE_URL},
    {"free.gift", LOOKALIKE_URL},
    {"seal.us", LOOKALIKE_URL},
    {"seal.de", LOOKALIKE_URL},
    {"d.id", LOOKALIKE_URL},
    {"go.to", LOOKALIKE_URL},
    {"1.2.3.4/x", LOOKALIKE_URL},
    {"t.me/x", LOOKALIKE_URL},
    {"t.me", LOOKALIKE_URL},
    {"claim-now.xyz", LOOKALIKE_URL},
    {"hxxp://x", LOOKALIKE_URL},
    {"www.x", LOOKALIKE_URL},
    {"Visit SEAL.GIFT!", LOOKALIKE_URL},
    {"seal。gift", LOOKALIKE_URL},
    {"seal．gift", LOOKALIKE_URL},
    {"seal․gift", LOOKALIKE_URL},
    {"seal｡gift", LOOKALIKE_URL},
    {"кошелёк.рф", LOOKALIKE_URL},
    {"seal.xn--p1ai", LOOKALIKE_URL},
    {"seal.airdrop/now", LOOKALIKE_URL},
    {"seal.airdrop∕now", LOOKALIKE_URL},
    {"🚀.com", LOOKALIKE_URL},
    {"a.b.c.d.io", LOOKALIKE_URL},
    {"sea\u200bl.c\u200bom", LOOKALIKE_URL | LOOKALIKE_INVISIBLE},
    {"𝐬𝐞𝐚𝐥.𝐜𝐨𝐦", LOOKALIKE_URL | LOOKALIKE_LETTERS},
    {"v1.0 at seal.app", LOOKALIKE_URL},
};

static void honest_names_have_none(void **state) {
    (void)state;
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof honest / sizeof honest[0]; i++)
        if (lookalike_of(honest[i])) {
            wrong++;
            print_error("\"%s\": %u\n", honest[i], lookalike_of(honest[i]));
        }
    assert_int_equal(wrong, 0);
}

static void deceptive_names_have_theirs(void **state) {
    (void)state;
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof deceptive / sizeof deceptive[0]; i++)
        if (lookalike_of(deceptive[i].text) != deceptive[i].bits) {
            wrong++;
            print_error("\"%s\": %u, not %u\n", deceptive[i].text, lookalike_of(deceptive[i].text),
                        deceptive[i].bits);
        }
    assert_int_equal(wrong, 0);
}

/* What is cut off is cut between characters, and the longest expansion fits. */
static void only_the_beginning_counts(void **state) {
    (void)state;
    char long_name[4096];
    for (size_t i = 0; i + 3 < sizeof long_name; i += 3)
        memcpy(long_name + i, "\xEF\xB7\xBA", 4); /* U+FDFA: 18 letters */
    assert_int_equal(lookalike_of(long_name), 0);
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    memcpy(long_name + 1020, ".com", 4);
    assert_int_equal(lookalike_of(long_name), LOOKALIKE_URL);
    memcpy(long_name + 1020, "aaaa.com", 8);
    assert_int_equal(lookalike_of(long_name), 0);
}

static void names_read_as_others_do(void **state) {
    (void)state;
    static const struct {
        const char *text, *plain;
    } readings[] = {{"CKB", "CKB"},
                    {"C K\u200bB", "CKB"},
                    {"ꓚꓗꓐ", "CKB"},
                    {"Ｃ𝐊ℬ", "CKB"},
                    {"C\u0323K\u0338B", "CKB"},
                    {"СКВ", "CKB"},
                    {"ﬁ", "fi"},
                    {"v1.0", "v1.0"},
                    {"", ""},
                    {"Ç", NULL},
                    {"币", NULL},
                    {"סוס", NULL},
                    {"اه", NULL},
                    {"〇", NULL},
                    {"Ж", NULL},
                    {"🚀", NULL}};
    struct arena *a = arena_new();
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        const char *plain = lookalike_plain(a, readings[i].text);
        if (!plain || !readings[i].plain ? plain != readings[i].plain
                                         : strcmp(plain, readings[i].plain) != 0)
            fail_msg("\"%s\" reads as \"%s\"", readings[i].text, plain ? plain : "NULL");
    }
    arena_free(a);
}

static void blank_names_are_known(void **state) {
    (void)state;
    static const char *const blank[] = {"",
                                        " ",
                                        "\u200b",
                                        "\u3164\uffa0",
                                        "\u2800",
                                        "\u3000\u00a0 ",
                                        "\u202e\u2066",
                                        "\u200d\ufe0f",
                                        "\U000e0041",
                                        "\u115f\u1160",
                                        "\t\n",
                                        "\u180e\u1680\u00ad"};
    static const char *const seen[] = {"a", "\u200b.", "币", "\u0301", "🚀", "\u202eb"};
    for (size_t i = 0; i < sizeof blank / sizeof blank[0]; i++)
        if (!blank_text(blank[i]))
            fail_msg("blank[%zu] is seen", i);
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++)
        if (blank_text(seen[i]))
            fail_msg("seen[%zu] is blank", i);
}

static void each_example_has_its_bits(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        if (lookalike_of(examples[i].text) != examples[i].bits)
            fail_msg("\"%s\": %u, not %u", examples[i].text, lookalike_of(examples[i].text),
                     examples[i].bits);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_example_has_its_bits),   cmocka_unit_test(honest_names_have_none),
        cmocka_unit_test(deceptive_names_have_theirs), cmocka_unit_test(only_the_beginning_counts),
        cmocka_unit_test(names_read_as_others_do),     cmocka_unit_test(blank_names_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
