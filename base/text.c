#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

struct text text_in(struct arena *a, size_t max) {
    return (struct text){.arena = a, .max = max};
}

void text_clear(struct text *t) {
    t->n = 0;
    t->overflowed = false;
}

/* Room for more bytes (and the NUL of text_str), or false once the maximum is passed. */
static bool make_room(struct text *t, size_t more) {
    if (t->overflowed || more > t->max || t->n > t->max - more) {
        t->overflowed = true;
        return false;
    }
    size_t need = t->n + more + 1;
    if (need > t->capacity) {
        size_t size = t->capacity ? t->capacity * 2 : 256;
        if (size < need)
            size = need;
        t->at = arena_grow(t->arena, t->at, t->capacity, size);
        t->capacity = size;
    }
    return true;
}

void text_add(struct text *t, const char *s, size_t n) {
    if (n && make_room(t, n)) {
        memcpy(t->at + t->n, s, n);
        t->n += n;
    }
}

void text_put(struct text *t, const char *s) {
    text_add(t, s, strlen(s));
}

void text_char(struct text *t, char c) {
    text_add(t, &c, 1);
}

void text_long(struct text *t, int64_t value) {
    char digits[24];
    char *p = digits + sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do
        *--p = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0)
        *--p = '-';
    text_add(t, p, (size_t)(digits + sizeof digits - p));
}

void text_printf(struct text *t, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n > 0 && make_room(t, (size_t)n)) {
        vsnprintf(t->at + t->n, (size_t)n + 1, fmt, again);
        t->n += (size_t)n;
    }
    va_end(again);
}

#define REPLACEMENT "\xef\xbf\xbd"

static const char *html_entity(unsigned char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\0':
        return REPLACEMENT;
    default:
        return NULL;
    }
}

/* Walks s in runs that need no change; what needs one is handed to put_special, which writes it
 * and says how many bytes it took. */
typedef size_t put_special(struct text *t, const char *s, size_t n);

static void put_runs(struct text *t, const char *s, size_t n, const bool special[256],
                     put_special *put) {
    size_t start = 0, i = 0;
    while (i < n) {
        if (!special[(unsigned char)s[i]]) {
            i++;
            continue;
        }
        text_add(t, s + start, i - start);
        i += put(t, s + i, n - i);
        start = i;
    }
    text_add(t, s + start, n - start);
}

static size_t put_html_special(struct text *t, const char *s, size_t n) {
    const char *entity = html_entity((unsigned char)*s);
    size_t len = entity ? 1 : utf8_next(s, n);
    if (entity)
        text_put(t, entity);
    else if (len == 0)
        text_lit(t, REPLACEMENT);
    else
        text_add(t, s, len);
    return len ? len : 1;
}

#define HIGH_BYTES [0x80 ... 0xff] = true

void text_html(struct text *t, const char *s, size_t n) {
    static const bool special[256] = {['&'] = true,  ['<'] = true,  ['>'] = true, ['"'] = true,
                                      ['\''] = true, ['\0'] = true, HIGH_BYTES};
    put_runs(t, s, n, special, put_html_special);
}

static size_t put_json_special(struct text *t, const char *s, size_t n) {
    static const char shorts[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                  ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    unsigned char c = (unsigned char)*s;
    uint32_t code_point = c;
    size_t len = utf8_decode(s, n, &code_point);
    if (len == 0) {
        text_lit(t, REPLACEMENT);
        return 1;
    }
    if (c < sizeof shorts && shorts[c])
        text_printf(t, "\\%c", shorts[c]);
    else if (c < 0x80 || code_point == 0x2028 || code_point == 0x2029)
        text_printf(t, "\\u%04x", code_point);
    else
        text_add(t, s, len);
    return len;
}

void text_json(struct text *t, const char *s, size_t n) {
    static const bool special[256] = {
        [0 ... 0x1f] = true, ['"'] = true, ['\\'] = true, ['<'] = true,
        ['>'] = true,        ['&'] = true, [0x7f] = true, HIGH_BYTES};
    text_char(t, '"');
    put_runs(t, s, n, special, put_json_special);
    text_char(t, '"');
}

static size_t put_url_special(struct text *t, const char *s, size_t n) {
    (void)n;
    text_printf(t, "%%%02X", (unsigned char)*s);
    return 1;
}

void text_url(struct text *t, const char *s, size_t n) {
    static const bool special[256] = {[0 ... ','] = true,   ['/'] = true, [':' ... '@'] = true,
                                      ['[' ... '^'] = true, ['`'] = true, ['{' ... '}'] = true,
                                      [0x7f] = true,        HIGH_BYTES};
    put_runs(t, s, n, special, put_url_special);
}

void text_line(struct text *t, const char *s, size_t n) {
    uint32_t c;
    for (size_t i = 0, length; i < n; i += length) {
        length = utf8_decode(s + i, n - i, &c);
        if (length == 0 || utf8_is_control(c))
            text_char(t, length == 0 ? '?' : ' ');
        else
            text_add(t, s + i, length);
        length += length == 0;
    }
}

void text_shown(struct text *t, const char *s, size_t n) {
    enum { SHOWN = 64 };
    for (size_t i = 0; i < n && i < SHOWN; i++)
        text_char(t, s[i] >= 0x20 && s[i] < 0x7f ? s[i] : '?');
    if (n > SHOWN)
        text_lit(t, "...");
}

void text_cut(struct text *t, const char *s, size_t n, size_t code_points, size_t bytes) {
    size_t fits = utf8_fit(s, n, code_points, bytes);
    text_add(t, s, fits);
    if (fits < n)
        text_lit(t, "\xe2\x80\xa6");
}

static bool is_direction(const char *s) {
    unsigned char middle = (unsigned char)s[1], last = (unsigned char)s[2];
    return (middle == 0x80 && last >= 0xaa && last <= 0xae) ||
           (middle == 0x81 && last >= 0xa6 && last <= 0xa9);
}

void text_drop_directions(struct text *t, size_t from) {
    enum { LEAD = 0xe2, BYTES = 3 };
    if (from >= t->n || !memchr(t->at + from, LEAD, t->n - from))
        return;
    size_t kept = from;
    for (size_t i = from; i < t->n;) {
        bool drop = i + BYTES <= t->n && (unsigned char)t->at[i] == LEAD && is_direction(t->at + i);
        if (drop)
            i += BYTES;
        else
            t->at[kept++] = t->at[i++];
    }
    t->n = kept;
}

bool text_ok(const struct text *t) {
    return !t->overflowed;
}

const char *text_str(struct text *t) {
    if (!t->at) {
        t->at = arena_raw(t->arena, 1);
        t->capacity = 1;
    }
    t->at[t->n] = '\0';
    return t->at;
}
