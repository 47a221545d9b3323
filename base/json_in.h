/* json_in.h - JSON from outside (RFC 8259), strict.
 *
 * A scan of ours runs before json-c, because json-c alone accepts what the standard forbids or
 * leaves unsafe: duplicate names, NaN, single quotes, comments, numbers out of range clamped,
 * trailing bytes, invalid UTF-8, NUL. What passes both is read through the functions below; the
 * library's types stay inside json_in.c. */
#ifndef SITA_BASE_JSON_IN_H
#define SITA_BASE_JSON_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct json; /* one value; borrowed from the arena it was parsed into */

enum { JSON_DEPTH_MAX = 32 };

/* Parses the n bytes at s as one JSON value into *value, which lives in a. BAD_INPUT: `why` gets a
 * sentence with the byte offset. Depth at most JSON_DEPTH_MAX; n is bounded by the caller. */
MUST_CHECK enum status json_parse(struct arena *a, const char *s, size_t n,
                                  const struct json **value, struct text *why);

enum json_type {
    JSON_NULL,
    JSON_BOOL,
    JSON_INT,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

enum json_type json_type(const struct json *v);

/* The member of an object, or NULL if v is not an object or has none of that name. */
const struct json *json_member(const struct json *v, const char *name);

/* Elements of an array or members of an object; 0 for anything else. */
size_t json_count(const struct json *v);
const struct json *json_at(const struct json *array, size_t i);
const char *json_name_at(const struct json *object, size_t i);
const struct json *json_value_at(const struct json *object, size_t i);

/* The bytes of a string (NUL-terminated, valid UTF-8, no U+0000), or NULL if v is not one. */
const char *json_string(const struct json *v);

/* A whole number within int64; false if v is anything else. */
bool json_int(const struct json *v, int64_t *out);

/* The value as compact JSON text that lives in a. */
const char *json_text(struct arena *a, const struct json *v);

#endif
