#include "handlers/paths.h"

#include <string.h>

#include "base/arena.h"
#include "chain/address.h"

void path_token(struct text *out, int32_t id) {
    text_lit(out, "/tokens/");
    text_long(out, id);
}

void path_activity(struct text *out, int32_t id) {
    text_lit(out, "/activity/");
    text_long(out, id);
}

void path_token_lines(struct text *out, int32_t id) {
    text_printf(out, "/tokens.jsonl?sort=oldest&after=%d", id - 1);
}

void path_activity_lines(struct text *out, int32_t id) {
    text_printf(out, "/activity.jsonl?sort=oldest&after=%d", id - 1);
}

/* The database takes any text for an address. */
static bool has_page(const char *address) {
    size_t n = strlen(address);
    if (n > ADDRESS_MAX || (strncmp(address, "ckb1", 4) && strncmp(address, "ckt1", 4)))
        return false;
    struct arena *a = arena_new();
    struct address read;
    struct text canonical = text_in(a, ADDRESS_MAX);
    bool is = address_read(a, address, n, &read) == ADDRESS_GOOD &&
              address_put(&canonical, read.network, &read.script) &&
              strcmp(text_str(&canonical), address) == 0;
    arena_free(a);
    return is;
}

void path_creator(struct text *out, const char *address) {
    if (!has_page(address))
        return;
    text_lit(out, "/creators/");
    text_url(out, address, strlen(address));
}

void path_icon_small(struct text *out, const char *hash) {
    text_lit(out, "/icons/");
    text_put(out, hash);
    text_lit(out, ".small");
}

void path_identicon(struct text *out, const char *seed) {
    text_lit(out, "/icons/identicon/");
    text_add(out, seed, 16);
    text_lit(out, ".svg");
}

static bool is_hash(const char *id) {
    return strncmp(id, "0x", 2) == 0 && strlen(id) == 66 &&
           strspn(id + 2, "0123456789abcdef") == 64;
}

static bool is_address(const char *network, const char *id) {
    return strncmp(id, strcmp(network, "mainnet") == 0 ? "ckb1" : "ckt1", 4) == 0;
}

void path_explorer(struct text *out, const char *network, const char *thing, const char *id) {
    static const char *const sites[][2] = {{"mainnet", "https://explorer.nervos.org/"},
                                           {"testnet", "https://testnet.explorer.nervos.org/"}};
    bool known = id && (is_hash(id) || is_address(network, id));
    for (size_t i = 0; known && i < 2; i++)
        if (strcmp(network, sites[i][0]) == 0) {
            text_printf(out, "%s%s/", sites[i][1], thing);
            text_url(out, id, strlen(id));
        }
}

static void put_name(struct text *path, const char *name) {
    bool first = path->n == 0 || !memchr(path->at, '?', path->n);
    text_char(path, first ? '?' : '&');
    text_put(path, name);
    text_char(path, '=');
}

void path_arg(struct text *path, const char *name, const char *value) {
    if (!value)
        return;
    put_name(path, name);
    text_url(path, value, strlen(value));
}

void path_arg_int(struct text *path, const char *name, int32_t value) {
    put_name(path, name);
    text_long(path, value);
}
