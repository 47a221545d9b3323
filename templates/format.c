#include "templates/format.h"

#include <time.h>

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

/* value as n digits. */
static void put_digits(char *to, int value, int n) {
    for (int i = n - 1; i >= 0; i--, value /= 10)
        to[i] = (char)('0' + value % 10);
}

void format_time(struct text *out, int64_t when) {
    if (when == WHEN_NONE)
        return;
    time_t seconds = (time_t)(when / 1000000 - (when % 1000000 < 0));
    struct tm utc;
    gmtime_r(&seconds, &utc);
    if (utc.tm_year + 1900 > 9999 || utc.tm_year + 1900 < 0) {
        text_printf(out, "%d", utc.tm_year + 1900);
        return;
    }
    char s[] = "0000-00-00 00:00 UTC";
    put_digits(s, utc.tm_year + 1900, 4);
    put_digits(s + 5, utc.tm_mon + 1, 2);
    put_digits(s + 8, utc.tm_mday, 2);
    put_digits(s + 11, utc.tm_hour, 2);
    put_digits(s + 14, utc.tm_min, 2);
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
