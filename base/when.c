#include "base/when.h"

#include <string.h>
#include <time.h>

static const int64_t US = 1000000;

/* Days from 1970-01-01, proleptic Gregorian: years run from March so that leap days come last. */
static int64_t days_from_civil(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

/* Exactly n digits at *s, moved past; -1 otherwise. */
static int64_t digits(const char **s, int n) {
    int64_t value = 0;
    for (int i = 0; i < n; i++, (*s)++) {
        if (**s < '0' || **s > '9')
            return -1;
        value = value * 10 + (**s - '0');
    }
    return value;
}

static bool literal(const char **s, char c) {
    return *(*s)++ == c;
}

static bool parse_date(const char **s, int64_t *days) {
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t y = digits(s, 4);
    if (y < 1 || !literal(s, '-'))
        return false;
    int64_t m = digits(s, 2);
    if (m < 1 || m > 12 || !literal(s, '-'))
        return false;
    int64_t d = digits(s, 2);
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    if (d < 1 || d > lengths[m - 1] || (m == 2 && d == 29 && !leap))
        return false;
    *days = days_from_civil(y, m, d);
    return true;
}

/* Up to six digits after the point; 0 without a point, -1 if malformed. */
static int64_t parse_fraction(const char **s) {
    int64_t value = 0, unit = US / 10;
    if (**s != '.')
        return 0;
    (*s)++;
    if (**s < '0' || **s > '9')
        return -1;
    for (; **s >= '0' && **s <= '9'; (*s)++, unit /= 10) {
        if (unit == 0)
            return -1;
        value += (**s - '0') * unit;
    }
    return value;
}

static bool parse_clock(const char **s, int64_t *us) {
    int64_t h = digits(s, 2);
    if (h < 0 || h > 23 || !literal(s, ':'))
        return false;
    int64_t m = digits(s, 2);
    if (m < 0 || m > 59 || !literal(s, ':'))
        return false;
    int64_t sec = digits(s, 2);
    if (sec < 0 || sec > 59)
        return false;
    int64_t fraction = parse_fraction(s);
    *us = ((h * 60 + m) * 60 + sec) * US + fraction;
    return fraction >= 0;
}

bool when_parse(const char *s, int64_t *when) {
    int64_t days, us = 0;
    if (!parse_date(&s, &days))
        return false;
    if (*s == ' ' || *s == 'T') {
        s++;
        if (!parse_clock(&s, &us))
            return false;
        if (*s == 'Z')
            s++;
    }
    if (*s != '\0')
        return false;
    *when = days * 86400 * US + us;
    return true;
}

/* The inverse of days_from_civil. */
static void civil_from_days(int64_t days, struct when_parts *parts) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    parts->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    parts->month = (int)(month < 10 ? month + 3 : month - 9);
    parts->year = year_of_era + era * 400 + (parts->month <= 2);
}

struct when_parts when_split(int64_t when) {
    struct when_parts parts;
    int64_t seconds = when / US, us = when % US;
    if (us < 0) {
        us += US;
        seconds--;
    }
    int64_t days = seconds / 86400, left = seconds % 86400;
    if (left < 0) {
        left += 86400;
        days--;
    }
    civil_from_days(days, &parts);
    parts.hour = (int)(left / 3600);
    parts.minute = (int)(left / 60 % 60);
    parts.second = (int)(left % 60);
    parts.microsecond = (int)us;
    return parts;
}

int64_t when_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * US + now.tv_nsec / 1000;
}

void when_digits(char *to, int64_t value, int n) {
    for (int i = n - 1; i >= 0; i--, value /= 10)
        to[i] = (char)('0' + value % 10);
}

void when_put_iso(struct text *out, int64_t when) {
    struct when_parts p = when_split(when);
    char s[] = "0000-00-00T00:00:00.000Z";
    if (p.year < 0 || p.year > 9999) {
        text_long(out, p.year);
    } else {
        when_digits(s, p.year, 4);
        text_add(out, s, 4);
    }
    when_digits(s + 5, p.month, 2);
    when_digits(s + 8, p.day, 2);
    when_digits(s + 11, p.hour, 2);
    when_digits(s + 14, p.minute, 2);
    when_digits(s + 17, p.second, 2);
    when_digits(s + 20, p.microsecond / 1000, 3);
    text_add(out, s + 4, sizeof s - 5);
}
