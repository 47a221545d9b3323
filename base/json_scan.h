/* json_scan.h - the first half of json_in: is this text JSON as RFC 8259 defines it, and safe?
 *
 * Refused beyond the grammar: a name twice in one object (escapes resolved), U+0000, surrogates
 * without their other half, invalid UTF-8, nesting deeper than JSON_DEPTH_MAX. */
#ifndef SITA_BASE_JSON_SCAN_H
#define SITA_BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* True if the n bytes at s are one JSON value. Scratch memory comes from a. copy gets the text, in
 * which every integer that no int64 holds is followed by "e0": json-c would clamp it, but keeps
 * the text of a floating-point number. False: *at is the byte offset, *wrong says what is wrong
 * there (a literal). */
bool json_scan(struct arena *a, const char *s, size_t n, struct text *copy, size_t *at,
               const char **wrong);

#endif
