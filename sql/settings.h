/* settings.h - what operators set for the site, in the table settings: by name, public or not, and
 * secrets. A secret is in the database as "sealed:" and hexadecimal digits: encrypted with a key
 * from the environment's key and bound to its name, so that a backup or a stolen database is of no
 * use without that key, and no secret can be put in the place of another. */
#ifndef SITA_SQL_SETTINGS_H
#define SITA_SQL_SETTINGS_H

#include "base/record.h"
#include "sql/db_admin.h"

enum { SETTING_KEY_MAX = 64, SETTING_VALUE_MAX = 8192, SETTING_DESCRIPTION_MAX = 500 };

struct setting {
    const char *key, *value, *description; /* value: NULL in a list if it is a secret */
    bool is_public, secret;
    int64_t last_updated; /* when.h */
};

extern const struct record record_setting, record_public_setting;

struct public_setting {
    const char *key, *value, *description;
    int64_t last_updated;
};

/* What readers see of them: struct public_setting, up to 200; with key not NULL only that one. */
void public_settings(struct load *l, const char *key, struct rows *out);

/* What is to be set. */
struct setting_change {
    const char *key;             /* up to SETTING_KEY_MAX of a-z 0-9 . _ - */
    const char *value;           /* UTF-8, up to SETTING_VALUE_MAX bytes */
    const char *description;     /* UTF-8, up to SETTING_DESCRIPTION_MAX bytes; NULL: as it was */
    const char *visible;         /* "public", "private"; NULL: as it was, a new one private */
    bool secret;                 /* needs the environment's key; always private */
    const char *environment_key; /* hexadecimal; "" if there is none */
};

/* All settings by name, or one: `out` gets struct setting in a. The value of a secret is told only
 * if environment_key is not NULL. NOT_FOUND: there is none called so; FAILED: a secret that was not
 * sealed with this key under this name, or `why` has the server's words. */
MUST_CHECK enum status settings_read(struct admin *admin, struct arena *a, const char *key,
                                     const char *environment_key, struct rows *out,
                                     struct text *why);

/* Sets it and notes that in db_operations, both or neither. BAD_INPUT: `why` names what is wrong;
 * CONFLICT: it is a secret and would be one no longer; FAILED: no key, or the server's words. */
MUST_CHECK enum status setting_set(struct admin *admin, struct arena *a,
                                   const struct setting_change *change, struct text *why);

/* Removes it and notes that. NOT_FOUND: there is none called so. */
MUST_CHECK enum status setting_unset(struct admin *admin, struct arena *a, const char *key,
                                     struct text *why);

#endif
