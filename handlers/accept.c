#include "handlers/accept.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* 3 for the type itself, 2 for its "type/ *", 1 for any type, 0 for no match. */
static int specificity(const char *range, size_t n, const char *type) {
    size_t main_n = strcspn(type, "/") + 1;
    if (n == strlen(type) && strncasecmp(range, type, n) == 0)
        return 3;
    if (n == main_n + 1 && range[n - 1] == '*' && strncasecmp(range, type, main_n) == 0)
        return 2;
    return n == 3 && strncmp(range, "*/*", 3) == 0;
}

/* "0", "1", "0.5", "1.000" in thousandths; 1000 for what is no qvalue. */
static int parse_quality(const char *s, size_t n) {
    int value = 0, unit = 100;
    if (n == 0 || (s[0] != '0' && s[0] != '1'))
        return 1000;
    value = (s[0] - '0') * 1000;
    for (size_t i = 2; i < n && i < 5 && s[1] == '.' && s[i] >= '0' && s[i] <= '9'; i++, unit /= 10)
        value += (s[i] - '0') * unit;
    return value > 1000 ? 1000 : value;
}

static int range_quality(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (s[i] != ';')
            continue;
        size_t skip = strspn(s + i + 1, " \t") + i + 1;
        if (skip + 2 <= n && (s[skip] == 'q' || s[skip] == 'Q') && s[skip + 1] == '=')
            return parse_quality(s + skip + 2, strcspn(s + skip + 2, " \t;,"));
    }
    return 1000;
}

int accept_quality(const char *accept, const char *type) {
    int best = 0, quality = 0;
    if (accept[strspn(accept, " \t")] == '\0')
        return 1000;
    while (*accept) {
        accept += strspn(accept, " \t,");
        size_t n = strcspn(accept, ",");
        int match = specificity(accept, strcspn(accept, " \t;,"), type);
        if (match > best) {
            best = match;
            quality = range_quality(accept, n);
        }
        accept += n;
    }
    return quality;
}
