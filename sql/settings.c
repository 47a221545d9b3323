#include "sql/settings.h"

#include <string.h>

#include "base/crypto.h"
#include "base/utf8.h"
#include "sql/history.h"
#include "sql/schema.h"

static const char sealed_mark[] = "sealed:";

static const struct field setting_fields[] = {
    FIELD_STORED(struct setting, key, "key", FIELD_TEXT),
    FIELD_STORED(struct setting, value, "value", FIELD_TEXT),
    FIELD_STORED(struct setting, description, "description", FIELD_TEXT),
    FIELD_STORED(struct setting, is_public, "public", FIELD_BOOL),
    FIELD_STORED(struct setting, secret, "secret", FIELD_BOOL),
    FIELD_STORED(struct setting, last_updated, "lastUpdated", FIELD_TIME),
};
const struct record record_setting = RECORD(setting, setting_fields);

static const struct field public_setting_fields[] = {
    FIELD_TOLD(struct public_setting, key, "key", FIELD_TEXT, ALWAYS, "Its name."),
    FIELD_TOLD(struct public_setting, value, "value", FIELD_TEXT, ALWAYS, "Its value."),
    FIELD_TOLD(struct public_setting, description, "description", FIELD_TEXT, MAYBE,
               "What it is for; null: nobody said."),
    FIELD_TOLD(struct public_setting, last_updated, "lastUpdated", FIELD_TIME, ALWAYS,
               "When it was set."),
};
const struct record record_public_setting = RECORD(public_setting, public_setting_fields);

void public_settings(struct load *l, const char *key, struct rows *out) {
    struct sql_call *c =
        load_add(l, SQL_PUBLIC_SETTING_LIST, key ? SHAPE_PUBLIC_SETTING_LIST_KEY : 0, 0,
                 &record_public_setting, out);
    if (key)
        sql_value(c, "key", key);
}

/* -- sealing ---------------------------------------------------------------------------------- */

static bool key_of(uint8_t out[32], const char *environment_key, struct text *why) {
    uint8_t environment[32];
    if (!crypto_from_hex(environment, sizeof environment, environment_key)) {
        text_lit(why,
                 "Secrets are sealed with the environment's key: set SITA_KEY to 64 hexadecimal "
                 "digits (`openssl rand -hex 32` makes some).");
        return false;
    }
    crypto_derive(out, environment, "settings");
    return true;
}

static const char *seal(struct arena *a, const uint8_t key[32], const char *name,
                        const char *value) {
    size_t n = strlen(value), sealed = n + CRYPTO_SEAL;
    uint8_t *bytes = arena_raw(a, sealed);
    char *hex = arena_raw(a, 2 * sealed + 1);
    crypto_seal(bytes, key, value, n, name);
    crypto_hex(hex, bytes, sealed);
    return arena_printf(a, "%s%s", sealed_mark, hex);
}

/* NULL if it was not sealed with this key under this name. */
static const char *unseal(struct arena *a, const uint8_t key[32], const char *name,
                          const char *value) {
    const char *hex = value + strlen(sealed_mark);
    size_t n = strlen(hex) / 2;
    uint8_t *bytes = arena_raw(a, n + 1);
    char *out = arena_array(a, n + 1, 1);
    if (!crypto_from_hex(bytes, n, hex) || !crypto_unseal((uint8_t *)out, key, bytes, n, name))
        return NULL;
    return out;
}

/* -- reading ---------------------------------------------------------------------------------- */

static enum status reveal(struct arena *a, struct setting *s, const char *environment_key,
                          struct text *why) {
    uint8_t key[32];
    if (!key_of(key, environment_key, why))
        return FAILED;
    s->value = unseal(a, key, s->key, s->value);
    if (s->value)
        return OK;
    text_printf(why, "%s was sealed with another key than this SITA_KEY, or changed since.",
                s->key);
    return FAILED;
}

enum status settings_read(struct admin *admin, struct arena *a, const char *key,
                          const char *environment_key, struct rows *out, struct text *why) {
    const char *values[] = {key ? key : ""};
    enum status status =
        admin_query(admin, a, SQL_SETTING_LIST, values, 1, &record_setting, out, why);
    if (status == OK && key && out->n == 0) {
        text_lit(why, "No setting is called ");
        text_shown(why, key, strlen(key));
        text_char(why, '.');
        return NOT_FOUND;
    }
    struct setting *all = out->at;
    for (size_t i = 0; status == OK && i < out->n; i++) {
        if (all[i].secret && environment_key)
            status = reveal(a, &all[i], environment_key, why);
        else if (all[i].secret)
            all[i].value = NULL;
    }
    return status;
}

/* -- changing --------------------------------------------------------------------------------- */

static bool is_text(const char *what, const char *s, size_t most, struct text *why) {
    size_t n = strlen(s);
    if (n <= most && utf8_valid(s, n))
        return true;
    text_printf(why, "The %s must be UTF-8 text of up to %zu bytes.", what, most);
    return false;
}

static bool is_key(const char *key, struct text *why) {
    size_t n = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789._-");
    if (n > 0 && n <= SETTING_KEY_MAX && key[n] == '\0')
        return true;
    text_printf(why,
                "The name of a setting has up to %d characters: a to z, digits, \".\", \"_\", "
                "\"-\".",
                SETTING_KEY_MAX);
    return false;
}

static bool is_sound(const struct setting_change *c, struct text *why) {
    if (!is_key(c->key, why) || !is_text("value", c->value, SETTING_VALUE_MAX, why) ||
        (c->description && !is_text("description", c->description, SETTING_DESCRIPTION_MAX, why)))
        return false;
    if (c->secret && c->visible && strcmp(c->visible, "public") == 0)
        text_lit(why, "A secret cannot be public.");
    else if (strncmp(c->value, sealed_mark, strlen(sealed_mark)) == 0)
        text_printf(why, "No value may begin with \"%s\": that marks a secret.", sealed_mark);
    else
        return true;
    return false;
}

enum status setting_set(struct admin *admin, struct arena *a, const struct setting_change *c,
                        struct text *why) {
    uint8_t key[32];
    struct rows noted = {0};
    if (!is_sound(c, why))
        return BAD_INPUT;
    if (c->secret && !key_of(key, c->environment_key, why))
        return FAILED;
    const char *visible = c->secret ? "private" : c->visible ? c->visible : "";
    /* in the order in which the query names them */
    const char *values[] = {c->key, c->secret ? seal(a, key, c->key, c->value) : c->value,
                            c->description ? c->description : "", visible, history_operator(a)};
    enum status status =
        admin_query(admin, a, SQL_SETTING_PUT, values, 5, &record_schema_line, &noted, why);
    if (status != OK || noted.n > 0)
        return status;
    text_printf(why, "%s is a secret: set it as one, or unset it first.", c->key);
    return CONFLICT;
}

enum status setting_unset(struct admin *admin, struct arena *a, const char *key, struct text *why) {
    struct rows noted = {0};
    const char *values[] = {key, history_operator(a)};
    if (!is_key(key, why))
        return BAD_INPUT;
    enum status status =
        admin_query(admin, a, SQL_SETTING_DROP, values, 2, &record_schema_line, &noted, why);
    if (status != OK || noted.n > 0)
        return status;
    text_printf(why, "No setting is called %s.", key);
    return NOT_FOUND;
}
