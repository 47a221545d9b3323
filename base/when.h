/* when.h - times: microseconds since 1970-01-01T00:00:00 UTC in an int64_t, which covers every
 * PostgreSQL timestamp people meet. All times in this program are UTC. */
#ifndef SITA_BASE_WHEN_H
#define SITA_BASE_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define WHEN_NONE INT64_MIN /* no time: NULL in the database, null in JSON */

/* Reads "YYYY-MM-DD", "YYYY-MM-DD HH:MM:SS[.ffffff]" (what PostgreSQL prints with DateStyle ISO)
 * or the same with "T" and an optional "Z" (RFC 3339 in UTC). Years 0001 to 9999. False, and
 * *when untouched, for anything else, impossible dates included. */
bool when_parse(const char *s, int64_t *when);

/* A time in its parts, UTC, proleptic Gregorian. Years before 0001 count down through 0. */
struct when_parts {
    int64_t year;
    int month, day, hour, minute, second, microsecond;
};

/* Any time but WHEN_NONE. Takes no lock and reads no time zone, unlike gmtime_r. */
struct when_parts when_split(int64_t when);

/* The time by the system's clock. */
int64_t when_now(void);

/* value, which is not negative, as exactly n digits to to. */
void when_digits(char *to, int64_t value, int n);

/* RFC 3339 with milliseconds and Z: 2026-11-23T04:47:30.000Z. */
void when_put_iso(struct text *out, int64_t when);

#endif
