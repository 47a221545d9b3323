#include "templates/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/amount.h"
#include "base/when.h"

enum { HASH_HEAD = 10, HASH_TAIL = 8, HASH_WHOLE = 20 };

/* n digits in groups of three. */
static void put_grouped(struct text *out, const char *digits, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            text_char(out, ',');
        text_char(out, digits[i]);
    }
}

void format_integer(struct text *out, int64_t value) {
    char digits[32];
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    int n = snprintf(digits, sizeof digits, "%" PRIu64, size);
    if (value < 0)
        text_char(out, '-');
    put_grouped(out, digits, (size_t)n);
}

void format_amount(struct text *out, const char *amount) {
    size_t whole = amount_valid(amount, AMOUNT_DECIMALS_MAX) ? strcspn(amount, ".") : 0;
    put_grouped(out, amount, whole);
    text_put(out, amount + whole);
}

void format_time(struct text *out, int64_t when) {
    if (when == WHEN_NONE)
        return;
    struct when_parts p = when_split(when);
    char s[] = "0000-00-00 00:00 UTC";
    if (p.year < 0 || p.year > 9999) {
        text_long(out, p.year);
        return;
    }
    when_digits(s, p.year, 4);
    when_digits(s + 5, p.month, 2);
    when_digits(s + 8, p.day, 2);
    when_digits(s + 11, p.hour, 2);
    when_digits(s + 14, p.minute, 2);
    text_add(out, s, sizeof s - 1);
}

void format_hash(struct text *out, const char *hash, size_t n) {
    bool ascii = true;
    for (size_t i = 0; i < n; i++)
        ascii &= (unsigned char)hash[i] < 0x80;
    if (n <= HASH_WHOLE || !ascii) {
        text_add(out, hash, n);
        return;
    }
    text_add(out, hash, HASH_HEAD);
    text_lit(out, "…");
    text_add(out, hash + n - HASH_TAIL, HASH_TAIL);
}
