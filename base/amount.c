#include "base/amount.h"

#include <string.h>

enum { WHOLE_DIGITS_MAX = 39 };

static size_t digits_at(const char *s) {
    return strspn(s, "0123456789");
}

bool amount_valid(const char *s, int decimals) {
    size_t whole = digits_at(s);
    if (decimals < 0 || decimals > AMOUNT_DECIMALS_MAX)
        return false;
    if (whole == 0 || whole > WHOLE_DIGITS_MAX || (whole > 1 && s[0] == '0'))
        return false;
    if (s[whole] == '\0')
        return true;
    size_t fraction = digits_at(s + whole + 1);
    return s[whole] == '.' && fraction > 0 && fraction <= (size_t)decimals &&
           s[whole + 1 + fraction] == '\0';
}

static bool push_digit(unsigned __int128 *value, unsigned digit) {
    return !__builtin_mul_overflow(*value, (unsigned __int128)10, value) &&
           !__builtin_add_overflow(*value, (unsigned __int128)digit, value);
}

bool amount_to_chain(const char *s, int decimals, unsigned __int128 *chain) {
    if (!amount_valid(s, decimals))
        return false;
    unsigned __int128 value = 0;
    const char *p = s;
    for (; *p && *p != '.'; p++)
        if (!push_digit(&value, (unsigned)(*p - '0')))
            return false;
    if (*p == '.')
        p++;
    for (int i = 0; i < decimals; i++)
        if (!push_digit(&value, *p ? (unsigned)(*p++ - '0') : 0))
            return false;
    *chain = value;
    return true;
}
