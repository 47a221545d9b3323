#include "handlers/records.h"

#include <string.h>

#include "base/blank.h"
#include "base/crypto.h"
#include "handlers/identicon.h"
#include "handlers/paths.h"
#include "handlers/state.h"
#include "templates/messages.h"
#include "templates/values.h"

/* What a row has room for of a word that is none of ours: 12 letters, 4 Chinese characters. */
enum { TAG_BYTES = 12 };

/* label stands for what is stored: a word of ours, or just that, which can be of any length. */
static void put_tag(struct text *out, const char *label, const char *stored) {
    if (label == stored)
        text_cut(out, label, strlen(label), TAG_BYTES, TAG_BYTES);
    else
        text_put(out, label);
}

/* As much as a page would show: the database sets no limit. */
static void put_bounded(struct text *out, const char *s) {
    text_cut(out, s, strlen(s), VALUE_MAX, VALUE_MAX);
}

void token_put_called(struct text *out, const char *symbol, const char *name, int32_t id) {
    if (!blank_text(symbol))
        put_bounded(out, symbol);
    else if (!blank_text(name))
        put_bounded(out, name);
    else
        text_printf(out, message("unnamed token #%d"), id);
}

void token_put_name(struct text *out, const char *symbol, const char *name) {
    if (!blank_text(symbol) && !blank_text(name))
        put_bounded(out, name);
}

static void token_called(struct text *out, const void *record) {
    const struct token *t = record;
    token_put_called(out, t->symbol, t->name, t->id);
}

static void token_also_called(struct text *out, const void *record) {
    const struct token *t = record;
    token_put_name(out, t->symbol, t->name);
}

static void token_url(struct text *out, const void *record) {
    path_token(out, ((const struct token *)record)->id);
}

/* A token's picture is drawn from its type script hash, which is its identity on chain, or from
 * what we know it by until it has one: the same everywhere, and nothing that its maker could
 * choose. */
static void token_seed(uint8_t seed[IDENTICON_SEED], const struct token *t) {
    if (t->type_hash && strlen(t->type_hash) == 66) {
        char hex[2 * IDENTICON_SEED + 1] = "";
        memcpy(hex, t->type_hash + 2, 2 * IDENTICON_SEED);
        if (crypto_from_hex(seed, IDENTICON_SEED, hex))
            return;
    }
    uint8_t digest[16];
    crypto_blake2b(digest, sizeof digest, &t->id, sizeof t->id, "sitaminter-icon\0");
    memcpy(seed, digest, IDENTICON_SEED);
}

/* Our copy of its icon, or the drawn picture. */
static void token_icon(struct text *out, const void *record) {
    const struct token *t = record;
    uint8_t seed[IDENTICON_SEED];
    char hex[2 * IDENTICON_SEED + 1];
    if (t->icon_hash) {
        path_icon_small(out, t->icon_hash);
        return;
    }
    token_seed(seed, t);
    crypto_hex(hex, seed, sizeof seed);
    path_identicon(out, hex);
}

static void token_hue(struct text *out, const void *record) {
    uint8_t seed[IDENTICON_SEED];
    token_seed(seed, record);
    text_long(out, identicon_hue(seed));
}

static void token_squares(struct text *out, const void *record) {
    uint8_t seed[IDENTICON_SEED];
    token_seed(seed, record);
    identicon_put_squares(out, seed);
}

static void token_explorer(struct text *out, const void *record) {
    const struct token *t = record;
    path_explorer(out, t->network_id, "xudt", t->type_hash);
}

static void token_issue_explorer(struct text *out, const void *record) {
    const struct token *t = record;
    path_explorer(out, t->network_id, "transaction", t->tx_hash);
}

static void token_creator_url(struct text *out, const void *record) {
    const struct token *t = record;
    if (t->creator_address)
        path_creator(out, t->creator_address);
}

static void token_state_class(struct text *out, const void *record) {
    text_put(out, state_class(((const struct token *)record)->state));
}

static void token_state_label(struct text *out, const void *record) {
    text_put(out, state_label(((const struct token *)record)->state));
}

static void token_state_tag(struct text *out, const void *record) {
    const char *stored = ((const struct token *)record)->state;
    put_tag(out, state_label(stored), stored);
}

static void token_state_help(struct text *out, const void *record) {
    text_put(out, state_help(((const struct token *)record)->state));
}

static void token_state_icon(struct text *out, const void *record) {
    text_put(out, state_icon(((const struct token *)record)->state));
}

static void token_network_icon(struct text *out, const void *record) {
    text_put(out, network_icon(((const struct token *)record)->network_id));
}

static void token_network_label(struct text *out, const void *record) {
    text_put(out, network_label(((const struct token *)record)->network_id));
}

static void token_network_tag(struct text *out, const void *record) {
    const char *stored = ((const struct token *)record)->network_id;
    put_tag(out, network_label(stored), stored);
}

#define T(member, json, kind, when, sentence)                                                      \
    FIELD_TOLD(struct token, member, json, kind, when, sentence)
static const struct field token_fields[] = {
    T(id, "id", FIELD_INT, ALWAYS, "Its number here."),
    T(name, "name", FIELD_TEXT, ALWAYS, "What its maker called it; anybody can give any name."),
    T(symbol, "symbol", FIELD_TEXT, ALWAYS, "The short name its maker gave it; not unique."),
    T(supply, "supply", FIELD_AMOUNT, MAYBE,
      "How much there is, in whole tokens as people write them; null: not recorded."),
    T(decimals, "decimals", FIELD_OPT_INT, MAYBE,
      "Places after the point: the chain's amount is supply times 10 to this power; null: not "
      "recorded."),
    T(creator_id, "creatorId", FIELD_INT, ALWAYS, "The number of its creator here."),
    T(creator_address, "creatorAddress", FIELD_HASH, MAYBE,
      "The CKB address of its creator; null: not recorded."),
    T(description, "description", FIELD_TEXT, MAYBE, "What its maker wrote about it."),
    T(icon_url, "iconUrl", FIELD_URL, MAYBE,
      "Where its maker says that its icon is: somebody else's server, text from outside."),
    T(contract_address, "contractAddress", FIELD_HASH, MAYBE,
      "What was recorded as its contract address."),
    T(network_id, "networkId", FIELD_TEXT, ALWAYS,
      "mainnet, testnet, or unknown where nobody recorded it."),
    T(tx_hash, "txHash", FIELD_HASH, MAYBE, "The transaction that issued it."),
    T(status, "status", FIELD_TEXT, ALWAYS, "What was recorded: pending, confirmed or failed."),
    T(state, "state", FIELD_TEXT, ALWAYS,
      "What holds here: pending, confirmed (verified on chain by this site), failed, or recorded "
      "(somewhere else, and not verified here)."),
    T(origin, "origin", FIELD_TEXT, MAYBE, "Who recorded it, if that was not this site."),
    T(type_hash, "typeHash", FIELD_HASH, MAYBE,
      "The hash of its type script: what tells tokens apart."),
    T(type_script, "typeScript", FIELD_JSON, MAYBE,
      "That script, as an object with codeHash, hashType and args."),
    T(icon_hash, "iconHash", FIELD_HASH, MAYBE,
      "The SHA-256 of our copy of its icon, which is at /icons/ and this, small with .small "
      "behind it."),
    T(chain_time, "chainTime", FIELD_TIME, MAYBE, "The time of the block that issued it."),
    T(verified_at, "verifiedAt", FIELD_TIME, MAYBE,
      "When this site last found it on the chain as recorded; null: never."),
    T(created_at, "createdAt", FIELD_TIME, MAYBE, "When it was added here."),
    T(updated_at, "updatedAt", FIELD_TIME, MAYBE, "When this record last changed."),
    FIELD_SHOWN("called", FIELD_TEXT, token_called),
    FIELD_SHOWN("alsoCalled", FIELD_TEXT, token_also_called),
    FIELD_SHOWN("url", FIELD_PATH, token_url),
    FIELD_SHOWN("icon", FIELD_PATH, token_icon),
    FIELD_SHOWN("hue", FIELD_TEXT, token_hue),
    FIELD_SHOWN("squares", FIELD_TEXT, token_squares),
    FIELD_SHOWN("explorer", FIELD_URL, token_explorer),
    FIELD_SHOWN("issueExplorer", FIELD_URL, token_issue_explorer),
    FIELD_SHOWN("creatorUrl", FIELD_PATH, token_creator_url),
    FIELD_SHOWN("stateClass", FIELD_TEXT, token_state_class),
    FIELD_SHOWN("stateLabel", FIELD_TEXT, token_state_label),
    FIELD_SHOWN("stateTag", FIELD_TEXT, token_state_tag),
    FIELD_SHOWN("stateHelp", FIELD_TEXT, token_state_help),
    FIELD_SHOWN("stateIcon", FIELD_PATH, token_state_icon),
    FIELD_SHOWN("networkLabel", FIELD_TEXT, token_network_label),
    FIELD_SHOWN("networkTag", FIELD_TEXT, token_network_tag),
    FIELD_SHOWN("networkIcon", FIELD_PATH, token_network_icon),
};
const struct record record_token = RECORD(token, token_fields);

static void transaction_url(struct text *out, const void *record) {
    path_activity(out, ((const struct transaction *)record)->id);
}

static void transaction_token_url(struct text *out, const void *record) {
    const struct transaction *x = record;
    if (x->token_id.set)
        path_token(out, x->token_id.value);
}

static void transaction_token_called(struct text *out, const void *record) {
    const struct transaction *x = record;
    if (x->token_id.set)
        token_put_called(out, x->token_symbol, x->token_name, x->token_id.value);
}

static void transaction_token_also_called(struct text *out, const void *record) {
    const struct transaction *x = record;
    if (x->token_id.set)
        token_put_name(out, x->token_symbol, x->token_name);
}

static void transaction_explorer(struct text *out, const void *record) {
    const struct transaction *x = record;
    path_explorer(out, x->network_id, "transaction", x->tx_hash);
}

static void transaction_user_url(struct text *out, const void *record) {
    const struct transaction *x = record;
    if (x->user_address)
        path_creator(out, x->user_address);
}

static void transaction_state_class(struct text *out, const void *record) {
    text_put(out, state_class(((const struct transaction *)record)->state));
}

static void transaction_state_label(struct text *out, const void *record) {
    text_put(out, state_label(((const struct transaction *)record)->state));
}

static void transaction_state_tag(struct text *out, const void *record) {
    const char *stored = ((const struct transaction *)record)->state;
    put_tag(out, state_label(stored), stored);
}

static void transaction_state_help(struct text *out, const void *record) {
    text_put(out, state_help(((const struct transaction *)record)->state));
}

static void transaction_state_icon(struct text *out, const void *record) {
    text_put(out, state_icon(((const struct transaction *)record)->state));
}

static void transaction_network_icon(struct text *out, const void *record) {
    text_put(out, network_icon(((const struct transaction *)record)->network_id));
}

static void transaction_network_label(struct text *out, const void *record) {
    text_put(out, network_label(((const struct transaction *)record)->network_id));
}

static void transaction_network_tag(struct text *out, const void *record) {
    const char *stored = ((const struct transaction *)record)->network_id;
    put_tag(out, network_label(stored), stored);
}

static void transaction_type_label(struct text *out, const void *record) {
    text_put(out, type_label(((const struct transaction *)record)->tx_type));
}

static void transaction_type_tag(struct text *out, const void *record) {
    const char *stored = ((const struct transaction *)record)->tx_type;
    put_tag(out, type_label(stored), stored);
}

#define X(member, json, kind, when, sentence)                                                      \
    FIELD_TOLD(struct transaction, member, json, kind, when, sentence)
static const struct field transaction_fields[] = {
    X(id, "id", FIELD_INT, ALWAYS, "Its number here."),
    X(user_id, "userId", FIELD_INT, ALWAYS, "The number here of who did it."),
    X(user_address, "userAddress", FIELD_HASH, MAYBE,
      "The CKB address of who did it; null: not recorded."),
    X(token_id, "tokenId", FIELD_OPT_INT, MAYBE, "The token it is about; null: none."),
    X(token_name, "tokenName", FIELD_TEXT, MAYBE, "The name of that token."),
    X(token_symbol, "tokenSymbol", FIELD_TEXT, MAYBE, "The symbol of that token."),
    X(tx_hash, "txHash", FIELD_HASH, MAYBE, "Its hash on the chain."),
    X(tx_type, "txType", FIELD_TEXT, ALWAYS,
      "create, mint, transfer, burn, cellbase, or unknown where it was not classified."),
    X(status, "status", FIELD_TEXT, ALWAYS, "What was recorded: pending, confirmed or failed."),
    X(state, "state", FIELD_TEXT, ALWAYS,
      "What holds here: pending, confirmed (verified on chain by this site), failed, or recorded "
      "(somewhere else, and not verified here)."),
    X(amount, "amount", FIELD_AMOUNT, MAYBE,
      "How much, in whole tokens as people write them; null: none, or not recorded."),
    X(network_id, "networkId", FIELD_TEXT, ALWAYS,
      "mainnet, testnet, or unknown where nobody recorded it."),
    X(metadata, "metadata", FIELD_JSON, MAYBE, "What was recorded with it: any JSON value."),
    FIELD_MADE_TOLD(
        struct transaction, metadata_truncated, "metadataTruncated", FIELD_BOOL, ALWAYS,
        "True: metadata is null here because it has more than 32 KiB. The data.metadata "
        "of /api/transactions/{id} has up to 3 MiB of it, /activity.jsonl all."),
    X(origin, "origin", FIELD_TEXT, MAYBE, "Who recorded it, if that was not this site."),
    X(chain_time, "chainTime", FIELD_TIME, MAYBE, "The time of its block."),
    X(verified_at, "verifiedAt", FIELD_TIME, MAYBE,
      "When this site last found it on the chain as recorded; null: never."),
    X(created_at, "createdAt", FIELD_TIME, MAYBE, "When it was added here."),
    X(updated_at, "updatedAt", FIELD_TIME, MAYBE, "When this record last changed."),
    FIELD_SHOWN("url", FIELD_PATH, transaction_url),
    FIELD_SHOWN("tokenUrl", FIELD_PATH, transaction_token_url),
    FIELD_SHOWN("tokenCalled", FIELD_TEXT, transaction_token_called),
    FIELD_SHOWN("tokenAlsoCalled", FIELD_TEXT, transaction_token_also_called),
    FIELD_SHOWN("explorer", FIELD_URL, transaction_explorer),
    FIELD_SHOWN("userUrl", FIELD_PATH, transaction_user_url),
    FIELD_SHOWN("stateClass", FIELD_TEXT, transaction_state_class),
    FIELD_SHOWN("stateLabel", FIELD_TEXT, transaction_state_label),
    FIELD_SHOWN("stateTag", FIELD_TEXT, transaction_state_tag),
    FIELD_SHOWN("stateHelp", FIELD_TEXT, transaction_state_help),
    FIELD_SHOWN("stateIcon", FIELD_PATH, transaction_state_icon),
    FIELD_SHOWN("networkLabel", FIELD_TEXT, transaction_network_label),
    FIELD_SHOWN("networkTag", FIELD_TEXT, transaction_network_tag),
    FIELD_SHOWN("networkIcon", FIELD_PATH, transaction_network_icon),
    FIELD_SHOWN("typeLabel", FIELD_TEXT, transaction_type_label),
    FIELD_SHOWN("typeTag", FIELD_TEXT, transaction_type_tag),
};
const struct record record_transaction = RECORD(transaction, transaction_fields);

void transactions_bound(struct rows *transactions) {
    for (size_t i = 0; i < transactions->n; i++) {
        struct transaction *x = (struct transaction *)transactions->at + i;
        x->metadata_truncated = x->metadata && strlen(x->metadata) > METADATA_MAX;
        if (x->metadata_truncated)
            x->metadata = NULL;
    }
}

static const struct field user_fields[] = {
    FIELD_STORED(struct user, id, "id", FIELD_INT),
    FIELD_STORED(struct user, wallet_address, "walletAddress", FIELD_HASH),
    FIELD_STORED(struct user, created_at, "createdAt", FIELD_TIME),
};
const struct record record_user = RECORD(user, user_fields);

static const struct field id_fields[] = {
    FIELD_STORED(struct id, id, "id", FIELD_INT),
};
const struct record record_id = RECORD(id, id_fields);

static const struct field total_fields[] = {
    FIELD_STORED(struct total, total, "total", FIELD_INT),
};
const struct record record_total = RECORD(total, total_fields);
