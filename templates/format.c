#include "templates/format.h"

#include "base/amount.h"
#include "base/when.h"

enum { HASH_HEAD = 10, HASH_TAIL = 8, HASH_WHOLE = 20 };

void format_integer(struct text *out, int64_t value) {
    char digits[32];
    char *p = digits + sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    int written = 0;
    do {
        if (written && written % 3 == 0)
            *--p = ',';
        *--p = (char)('0' + left % 10);
        written++;
    } while (left /= 10);
    if (value < 0)
        *--p = '-';
    text_add(out, p, (size_t)(digits + sizeof digits - p));
}

void format_amount(struct text *out, const char *amount) {
    amount_put_grouped(out, amount);
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
