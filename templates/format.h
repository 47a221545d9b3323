/* format.h - the one place that knows how readers see numbers, amounts, times and hashes.
 *
 * Nothing here escapes. Whatever changes with the reader's language (separators, order of a date)
 * changes here only. Bytes for programs (JSON, datetime="…") are not written here. */
#ifndef SITA_TEMPLATES_FORMAT_H
#define SITA_TEMPLATES_FORMAT_H

#include "base/text.h"

/* 1,234,567; a minus sign before negative numbers. */
void format_integer(struct text *out, int64_t value);

/* The whole part grouped: 1,234.5. What is not an amount (base/amount.h) is put unchanged. */
void format_amount(struct text *out, const char *amount);

/* 2026-11-23 04:47 UTC; nothing for WHEN_NONE. when.h says what the number is. */
void format_time(struct text *out, int64_t when);

/* The first 10 and the last 8 characters with "…" between: 0x1234abcd…01239f0e. 20 characters and
 * fewer are put whole; so is what is not ASCII, which is no hash. */
void format_hash(struct text *out, const char *hash, size_t n);

#endif
