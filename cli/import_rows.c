#include "cli/import_rows.h"

#include <stdarg.h>
#include <string.h>

#include "base/amount.h"
#include "base/crypto.h"
#include "base/json_in.h"
#include "base/utf8.h"
#include "base/when.h"
#include "chain/address.h"

/* What a member must be. */
enum rule_kind {
    RULE_TEXT,     /* `most` bytes, no control characters */
    RULE_URL,      /* https */
    RULE_CHOICE,   /* one of `choices` */
    RULE_HASH,     /* 0x and 64 hex digits */
    RULE_SHA256,   /* 64 hex digits */
    RULE_DECIMALS, /* 0 to `most` */
    RULE_AMOUNT,   /* decimal string */
    RULE_TIME,
    RULE_ADDRESS,
    RULE_SCRIPT,
    RULE_OBJECT /* `most` bytes of JSON text */
};

struct rule {
    const char *member; /* in the file */
    const char *column; /* in the row for the database; NULL: not there */
    enum rule_kind kind;
    bool required;
    int32_t most;
    const char *const *choices;
};

static const char *const kinds[] = {"token", "transaction", NULL};
static const char *const networks[] = {"mainnet", "testnet", "unknown", NULL};
static const char *const types[] = {"create",   "transfer", "mint", "burn",
                                    "cellbase", "unknown",  NULL};

enum { UNKNOWN_NETWORK = 2, ARGS_MAX = 1024, RULES_MAX = 16 };

/* The order is that of the rows; rules of both kinds begin alike. */
enum { KIND, NETWORK, ORIGIN, CHAIN_TIME, HASH, COMMON };
enum {
    NAME = COMMON,
    SYMBOL,
    DECIMALS,
    SUPPLY,
    CREATOR,
    SCRIPT,
    DESCRIPTION,
    ICON_URL,
    ICON_FILE,
    ICON_HASH,
    TOKEN_RULES
};
enum { TYPE = COMMON, TOKEN, AMOUNT, METADATA, TRANSACTION_RULES };

#define COMMON_RULES                                                                               \
    [KIND] = {"kind", NULL, RULE_CHOICE, true, 0, kinds}, [NETWORK] = {"network",   "network",     \
                                                                       RULE_CHOICE, true,          \
                                                                       0,           networks},     \
    [ORIGIN] = {"origin", "origin", RULE_TEXT, true, 1024, NULL}, [CHAIN_TIME] = {"chainTime",     \
                                                                                  "chain_time",    \
                                                                                  RULE_TIME,       \
                                                                                  false,           \
                                                                                  0,               \
                                                                                  NULL}

static const struct rule token_rules[TOKEN_RULES] = {
    COMMON_RULES,
    [HASH] = {"typeHash", "type_hash", RULE_HASH, true, 0, NULL},
    [NAME] = {"name", "name", RULE_TEXT, true, 255, NULL},
    [SYMBOL] = {"symbol", "symbol", RULE_TEXT, true, 255, NULL},
    [DECIMALS] = {"decimals", "decimals", RULE_DECIMALS, false, AMOUNT_DECIMALS_MAX, NULL},
    [SUPPLY] = {"supply", NULL, RULE_AMOUNT, false, 0, NULL},
    [CREATOR] = {"creatorAddress", NULL, RULE_ADDRESS, false, 0, NULL},
    [SCRIPT] = {"typeScript", "type_script", RULE_SCRIPT, true, 0, NULL},
    [DESCRIPTION] = {"description", "description", RULE_TEXT, false, 4096, NULL},
    [ICON_URL] = {"iconUrl", "icon_url", RULE_URL, false, 2048, NULL},
    [ICON_FILE] = {"iconFile", NULL, RULE_TEXT, false, 255, NULL},
    [ICON_HASH] = {"iconSha256", NULL, RULE_SHA256, false, 0, NULL},
};

static const struct rule transaction_rules[TRANSACTION_RULES] = {
    COMMON_RULES,
    [HASH] = {"txHash", "tx_hash", RULE_HASH, true, 0, NULL},
    [TYPE] = {"txType", "tx_type", RULE_CHOICE, true, 0, types},
    [TOKEN] = {"tokenTypeHash", "token_type_hash", RULE_HASH, false, 0, NULL},
    [AMOUNT] = {"amount", "amount", RULE_AMOUNT, false, 0, NULL},
    [METADATA] = {"metadata", "metadata", RULE_OBJECT, false, 16 * 1024, NULL},
};

static const struct {
    const struct rule *rules;
    size_t n;
} rules_of[] = {[IMPORT_TOKEN] = {token_rules, TOKEN_RULES},
                [IMPORT_TRANSACTION] = {transaction_rules, TRANSACTION_RULES}};

/* One line under way. */
struct reading {
    struct arena *arena;
    struct import_report *report;
    size_t line;
    const struct rule *rules;
    size_t n;
    bool bad;
    const char *values[RULES_MAX]; /* as the database gets them; NULL: absent or null */
    int decimals;                  /* if values has them */
    struct script script;
    struct address creator;
};

void import_problem(struct import_report *r, size_t line, const char *field, const char *fmt, ...) {
    r->bad_rows += r->problems == 0 || r->latest != line;
    r->latest = line;
    if (r->problems++ >= IMPORT_SHOWN_MAX)
        return;
    fprintf(r->out, "line %zu: %s%s", line, field, *field ? ": " : "");
    va_list args;
    va_start(args, fmt);
    vfprintf(r->out, fmt, args);
    va_end(args);
    fputc('\n', r->out);
}

/* Notes a problem of rule i; what is the end of "FIELD: ...". */
static void bad(struct reading *rd, size_t i, const char *what) {
    rd->bad = true;
    import_problem(rd->report, rd->line, rd->rules[i].member, "%s", what);
}

static const char *bad_text(const char *s, size_t most) {
    size_t n = strlen(s), len;
    if (n == 0)
        return "must not be empty";
    if (n > most)
        return "is too long";
    for (size_t i = 0; i < n; i += len) {
        uint32_t c = 0;
        len = utf8_decode(s + i, n - i, &c);
        if (utf8_is_control(c))
            return "must not have control characters";
    }
    return s[0] == ' ' || s[n - 1] == ' ' ? "must not begin or end with a space" : NULL;
}

/* https://HOST…, printable ASCII; no user name, which would hide the host from a reader. */
static const char *bad_url(const char *s, size_t most) {
    static const char scheme[] = "https://";
    size_t n = strlen(s);
    if (n > most)
        return "is too long";
    if (strncmp(s, scheme, sizeof scheme - 1) != 0)
        return "must begin with https://";
    for (size_t i = 0; i < n; i++)
        if (s[i] <= 0x20 || s[i] >= 0x7f || strchr("\"<>\\^`{|}", s[i]))
            return "must be a URL in printable ASCII";
    const char *host = s + sizeof scheme - 1;
    size_t length = strcspn(host, "/?#");
    return length == 0 || memchr(host, '@', length) ? "must name a host, and no user" : NULL;
}

static const char *hex_lower(struct arena *a, const char *digits, size_t bytes,
                             const char *prefix) {
    uint8_t *raw = arena_raw(a, bytes);
    if (!crypto_from_hex(raw, bytes, digits))
        return NULL;
    size_t before = strlen(prefix);
    char *s = arena_raw(a, before + 2 * bytes + 1);
    memcpy(s, prefix, before);
    crypto_hex(s + before, raw, bytes);
    return s;
}

/* "0x…" of that many bytes in small letters, or NULL. */
static const char *hex_of(struct arena *a, const char *s, size_t bytes) {
    return s && strncmp(s, "0x", 2) == 0 ? hex_lower(a, s + 2, bytes, "0x") : NULL;
}

static bool is_choice(const char *const *choices, const char *s) {
    for (; *choices; choices++)
        if (strcmp(*choices, s) == 0)
            return true;
    return false;
}

static void put_choices(struct text *out, const char *const *choices) {
    text_lit(out, "must be one of");
    for (size_t i = 0; choices[i]; i++) {
        text_put(out, i ? ", " : " ");
        text_put(out, choices[i]);
    }
}

static void read_choice(struct reading *rd, size_t i, const char *s) {
    struct text what = text_in(rd->arena, 256);
    if (is_choice(rd->rules[i].choices, s)) {
        rd->values[i] = s;
        return;
    }
    put_choices(&what, rd->rules[i].choices);
    bad(rd, i, text_str(&what));
}

static void read_hash(struct reading *rd, size_t i, const char *s) {
    bool plain = rd->rules[i].kind == RULE_SHA256;
    rd->values[i] = plain ? hex_lower(rd->arena, s, 32, "") : hex_of(rd->arena, s, 32);
    if (!rd->values[i])
        bad(rd, i,
            plain ? "must be 64 hexadecimal digits" : "must be 0x and 64 hexadecimal digits");
}

static void read_address(struct reading *rd, size_t i, const char *s) {
    struct text canonical = text_in(rd->arena, ADDRESS_MAX);
    enum address_error error = address_read(rd->arena, s, strlen(s), &rd->creator);
    if (error)
        bad(rd, i, address_error_text(error));
    else if (!address_put(&canonical, rd->creator.network, &rd->creator.script))
        bad(rd, i, address_error_text(ADDRESS_TOO_LONG));
    else
        rd->values[i] = text_str(&canonical);
}

/* A member that is a string. */
static void read_string(struct reading *rd, size_t i, const char *s) {
    const struct rule *r = &rd->rules[i];
    const char *wrong = NULL;
    int64_t ignored;
    switch (r->kind) {
    case RULE_TEXT:
        wrong = bad_text(s, (size_t)r->most);
        break;
    case RULE_URL:
        wrong = bad_url(s, (size_t)r->most);
        break;
    case RULE_AMOUNT:
        wrong = amount_valid(s, AMOUNT_DECIMALS_MAX) ? NULL : "must be a decimal number";
        break;
    case RULE_TIME:
        wrong = when_parse(s, &ignored) ? NULL : "must be a time in UTC: 2026-11-23T04:47:30Z";
        break;
    case RULE_CHOICE:
        read_choice(rd, i, s);
        return;
    case RULE_HASH:
    case RULE_SHA256:
        read_hash(rd, i, s);
        return;
    case RULE_ADDRESS:
        read_address(rd, i, s);
        return;
    case RULE_DECIMALS:
    case RULE_SCRIPT:
    case RULE_OBJECT:
        return;
    }
    if (wrong)
        bad(rd, i, wrong);
    else
        rd->values[i] = s;
}

static void read_decimals(struct reading *rd, size_t i, const struct json *v) {
    int64_t n;
    if (json_int(v, &n) && n >= 0 && n <= rd->rules[i].most) {
        rd->decimals = (int)n;
        rd->values[i] = arena_printf(rd->arena, "%d", rd->decimals);
    } else {
        bad(rd, i, "must be a whole number from 0 to 255");
    }
}

static void read_object(struct reading *rd, size_t i, const struct json *v) {
    const char *text = json_type(v) == JSON_OBJECT ? json_text(rd->arena, v) : NULL;
    if (!text)
        bad(rd, i, "must be an object");
    else if (strlen(text) > (size_t)rd->rules[i].most)
        bad(rd, i, "is too long");
    else
        rd->values[i] = text;
}

/* {codeHash, hashType, args}, into rd->script and, spelt our way, into the row. */
static void read_script(struct reading *rd, size_t i, const struct json *v) {
    const char *code = hex_of(rd->arena, json_string(json_member(v, "codeHash")), 32);
    const char *type = json_string(json_member(v, "hashType"));
    const char *args = json_string(json_member(v, "args"));
    size_t digits = args ? strlen(args) : 0, bytes = digits / 2 - 1;
    struct script *s = &rd->script;
    if (!code || !type || !args || json_count(v) != 3) {
        bad(rd, i, "must have codeHash (0x and 64 hexadecimal digits), hashType and args, no more");
        return;
    }
    if (!script_hash_type_from(type, &s->hash_type)) {
        bad(rd, i, "hashType must be one of data, type, data1, data2");
        return;
    }
    if (digits < 2 || bytes > ARGS_MAX || !(args = hex_of(rd->arena, args, bytes))) {
        bad(rd, i, "args must be 0x and whole bytes in hexadecimal digits, at most 1024");
        return;
    }
    uint8_t *raw = arena_raw(rd->arena, bytes);
    (void)crypto_from_hex(s->code_hash, sizeof s->code_hash, code + 2);
    (void)crypto_from_hex(raw, bytes, args + 2);
    s->args = raw;
    s->n = bytes;
    rd->values[i] = arena_printf(
        rd->arena, "{\"codeHash\":\"%s\",\"hashType\":\"%s\",\"args\":\"%s\"}", code, type, args);
}

static void read_member(struct reading *rd, size_t i, const struct json *v) {
    switch (rd->rules[i].kind) {
    case RULE_DECIMALS:
        read_decimals(rd, i, v);
        break;
    case RULE_OBJECT:
        read_object(rd, i, v);
        break;
    case RULE_SCRIPT:
        read_script(rd, i, v);
        break;
    default:
        if (json_string(v))
            read_string(rd, i, json_string(v));
        else
            bad(rd, i, "must be a string");
    }
}

/* -- what members mean together ---------------------------------------------------------------- */

static void check_amount(struct reading *rd) {
    unsigned __int128 chain;
    if (!rd->values[SUPPLY] || !rd->values[DECIMALS])
        return;
    if (!amount_valid(rd->values[SUPPLY], rd->decimals))
        bad(rd, SUPPLY, "has more digits after the point than decimals allows");
    else if (!amount_to_chain(rd->values[SUPPLY], rd->decimals, &chain))
        bad(rd, SUPPLY, "is more than a token can have (2^128 - 1 smallest units)");
}

static void check_type_hash(struct reading *rd) {
    uint8_t hash[CKB_HASH_BYTES];
    char hex[2 * sizeof hash + 1];
    script_hash(rd->arena, &rd->script, hash);
    crypto_hex(hex, hash, sizeof hash);
    if (strcmp(rd->values[HASH] + 2, hex) != 0)
        bad(rd, HASH, arena_printf(rd->arena, "is not the hash of typeScript, which is 0x%s", hex));
}

static void check_token(struct reading *rd) {
    const char *network = rd->values[NETWORK];
    if (network && strcmp(network, networks[UNKNOWN_NETWORK]) == 0)
        bad(rd, NETWORK, "must be known for a token");
    else if (network && rd->values[CREATOR] && strcmp(network, networks[rd->creator.network]) != 0)
        bad(rd, CREATOR, "is an address of another network");
    if (rd->values[HASH] && rd->values[SCRIPT])
        check_type_hash(rd);
    if (!rd->values[ICON_FILE] != !rd->values[ICON_HASH])
        bad(rd, ICON_FILE, "needs iconSha256, and the reverse");
    check_amount(rd);
}

static void check_transaction(struct reading *rd) {
    if (rd->values[AMOUNT] && !rd->values[TOKEN])
        bad(rd, AMOUNT, "needs tokenTypeHash");
}

/* -- the row ------------------------------------------------------------------------------------
 */

static void put_pair(struct text *out, const char *name, const char *value, bool raw) {
    if (!value)
        return;
    text_char(out, ',');
    text_json(out, name, strlen(name));
    text_char(out, ':');
    if (raw)
        text_put(out, value);
    else
        text_json(out, value, strlen(value));
}

static const char *make_json(const struct reading *rd, enum import_kind kind) {
    struct text out = text_in(rd->arena, 16 * IMPORT_LINE_MAX);
    bool token = kind == IMPORT_TOKEN, known = token && rd->values[CREATOR];
    text_printf(&out, "{\"line\":%zu", rd->line);
    for (size_t i = 0; i < rd->n; i++)
        if (rd->rules[i].column)
            put_pair(&out, rd->rules[i].column, rd->values[i],
                     rd->rules[i].kind == RULE_SCRIPT || rd->rules[i].kind == RULE_OBJECT);
    if (token) {
        put_pair(&out, "supply", rd->values[SUPPLY] ? rd->values[SUPPLY] : "", false);
        put_pair(&out, "icon_hash", rd->values[ICON_HASH], false);
    }
    put_pair(&out, "reserved", known ? "false" : "true", true);
    put_pair(&out, "user_address",
             known ? rd->values[CREATOR]
                   : arena_printf(rd->arena, "unknown:%s", rd->values[NETWORK]),
             false);
    text_char(&out, '}');
    return text_str(&out);
}

/* Called when the row is good: its network is one of the list. */
static unsigned place_of(const char *network) {
    unsigned i = 0;
    while (i < UNKNOWN_NETWORK && network && strcmp(networks[i], network) != 0)
        i++;
    return i;
}

static void fill(const struct reading *rd, enum import_kind kind, struct import_row *out) {
    *out = (struct import_row){
        .kind = kind, .json = make_json(rd, kind), .network = place_of(rd->values[NETWORK])};
    (void)crypto_from_hex(out->hash, sizeof out->hash, rd->values[HASH] + 2);
    if (kind == IMPORT_TOKEN) {
        out->icon_file = rd->values[ICON_FILE];
        out->icon_hash = rd->values[ICON_HASH];
    }
}

/* -- one line ---------------------------------------------------------------------------------- */

static bool has_rule(const struct reading *rd, const char *member) {
    for (size_t i = 0; i < rd->n; i++)
        if (strcmp(rd->rules[i].member, member) == 0)
            return true;
    return false;
}

static void refuse_others(struct reading *rd, const struct json *v) {
    for (size_t i = 0; i < json_count(v); i++) {
        const char *name = json_name_at(v, i);
        struct text shown = text_in(rd->arena, 128);
        if (has_rule(rd, name))
            continue;
        rd->bad = true;
        text_shown(&shown, name, strlen(name));
        import_problem(rd->report, rd->line, text_str(&shown), "is not a member of this kind");
    }
}

static bool read_kind(const struct json *v, enum import_kind *kind) {
    const char *s = json_string(json_member(v, "kind"));
    for (*kind = IMPORT_TOKEN; s && kinds[*kind]; (*kind)++)
        if (strcmp(kinds[*kind], s) == 0)
            return true;
    return false;
}

static void read_members(struct reading *rd, const struct json *v) {
    for (size_t i = 0; i < rd->n; i++) {
        const struct json *member = json_member(v, rd->rules[i].member);
        if (member && json_type(member) != JSON_NULL)
            read_member(rd, i, member);
        else if (rd->rules[i].required)
            bad(rd, i, "is missing");
    }
}

bool import_row_read(struct arena *a, const char *s, size_t n, size_t line,
                     struct import_report *report, struct import_row *out) {
    struct reading rd = {.arena = a, .report = report, .line = line};
    struct text why = text_in(a, 256);
    const struct json *v = NULL;
    enum import_kind kind;
    if (json_parse(a, s, n, &v, &why) != OK) {
        import_problem(report, line, "", "is not JSON: %s", text_str(&why));
        return false;
    }
    if (json_type(v) != JSON_OBJECT) {
        import_problem(report, line, "", "must be an object");
        return false;
    }
    if (!read_kind(v, &kind)) {
        import_problem(report, line, "kind", "must be one of token, transaction");
        return false;
    }
    rd.rules = rules_of[kind].rules;
    rd.n = rules_of[kind].n;
    read_members(&rd, v);
    refuse_others(&rd, v);
    if (kind == IMPORT_TOKEN)
        check_token(&rd);
    else
        check_transaction(&rd);
    if (!rd.bad)
        fill(&rd, kind, out);
    return !rd.bad;
}
