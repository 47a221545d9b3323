#include "base/json_scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_in.h"
#include "base/utf8.h"

/* One member name. Two of the same object and hash are taken for duplicates: names that differ
 * collide once in 2^64, and whoever makes them collide only has his own document refused. */
struct name {
    uint64_t object, hash;
    size_t offset;
};

struct scan {
    struct arena *arena;
    const char *s;
    size_t n, at;
    const char *wrong; /* the first thing found wrong, at `at` */
    struct name *names;
    size_t n_names, names_room;
    uint64_t objects;
    struct text *copy;
    size_t copied; /* bytes of s that are in it */
};

static bool wrong(struct scan *sc, const char *what) {
    if (!sc->wrong)
        sc->wrong = what;
    return false;
}

static int peek(const struct scan *sc) {
    return sc->at < sc->n ? (unsigned char)sc->s[sc->at] : -1;
}

static bool take(struct scan *sc, char c) {
    if (peek(sc) != (unsigned char)c)
        return false;
    sc->at++;
    return true;
}

static void skip_space(struct scan *sc) {
    while (sc->at < sc->n && memchr(" \t\n\r", sc->s[sc->at], 4))
        sc->at++;
}

static bool scan_word(struct scan *sc, const char *word) {
    size_t n = strlen(word);
    if (sc->n - sc->at < n || memcmp(sc->s + sc->at, word, n) != 0)
        return wrong(sc, "a value was expected");
    sc->at += n;
    return true;
}

static size_t scan_digits(struct scan *sc) {
    size_t start = sc->at;
    while (peek(sc) >= '0' && peek(sc) <= '9')
        sc->at++;
    return sc->at - start;
}

static void mark_if_long(struct scan *sc, size_t start, size_t digits) {
    static const char most[] = "9223372036854775807", least[] = "9223372036854775808";
    bool negative = sc->s[start] == '-';
    const char *limit = negative ? least : most;
    if (digits < 19 || (digits == 19 && memcmp(sc->s + start + negative, limit, 19) <= 0))
        return;
    text_add(sc->copy, sc->s + sc->copied, sc->at - sc->copied);
    text_lit(sc->copy, "e0");
    sc->copied = sc->at;
}

static bool scan_number(struct scan *sc) {
    size_t start = sc->at;
    take(sc, '-');
    bool zero = peek(sc) == '0';
    size_t digits = scan_digits(sc);
    if (digits == 0)
        return wrong(sc, "a digit was expected");
    if (zero && digits > 1)
        return wrong(sc, "a number must not begin with a needless zero");
    bool whole = true;
    if (take(sc, '.')) {
        whole = false;
        if (scan_digits(sc) == 0)
            return wrong(sc, "a digit was expected after the point");
    }
    if (take(sc, 'e') || take(sc, 'E')) {
        whole = false;
        if (!take(sc, '+'))
            take(sc, '-');
        if (scan_digits(sc) == 0)
            return wrong(sc, "a digit was expected in the exponent");
    }
    if (whole)
        mark_if_long(sc, start, digits);
    return true;
}

static bool scan_hex4(struct scan *sc, uint32_t *value) {
    *value = 0;
    for (int i = 0; i < 4; i++, sc->at++) {
        int c = peek(sc);
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return wrong(sc, "\\u needs four hexadecimal digits");
        *value = *value << 4 | (uint32_t)digit;
    }
    return true;
}

static bool scan_unicode_escape(struct scan *sc, uint32_t *c) {
    uint32_t low;
    if (!scan_hex4(sc, c))
        return false;
    if (*c == 0)
        return wrong(sc, "U+0000 is not accepted");
    if (*c >= 0xdc00 && *c <= 0xdfff)
        return wrong(sc, "a low surrogate without its high one");
    if (*c < 0xd800 || *c > 0xdbff)
        return true;
    if (!take(sc, '\\') || !take(sc, 'u'))
        return wrong(sc, "a high surrogate without its low one");
    if (!scan_hex4(sc, &low))
        return false;
    if (low < 0xdc00 || low > 0xdfff)
        return wrong(sc, "a high surrogate without its low one");
    *c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

static bool scan_escape(struct scan *sc, uint32_t *c) {
    static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    int letter = peek(sc);
    const char *found = letter > 0 ? strchr(letters, letter) : NULL;
    if (letter == 'u') {
        sc->at++;
        return scan_unicode_escape(sc, c);
    }
    if (!found)
        return wrong(sc, "an unknown escape");
    sc->at++;
    *c = (unsigned char)means[found - letters];
    return true;
}

/* The next character of a string, escapes resolved. */
static bool scan_character(struct scan *sc, uint32_t *c) {
    int byte = peek(sc);
    if (byte < 0)
        return wrong(sc, "the string has no end");
    if (byte < 0x20)
        return wrong(sc, "a control character in a string must be escaped");
    if (take(sc, '\\'))
        return scan_escape(sc, c);
    size_t len = utf8_decode(sc->s + sc->at, sc->n - sc->at, c);
    if (len == 0)
        return wrong(sc, "not valid UTF-8");
    sc->at += len;
    return true;
}

/* A string; *hash depends on its characters only, not on how they are escaped. */
static bool scan_string(struct scan *sc, uint64_t *hash) {
    *hash = 0xcbf29ce484222325; /* FNV-1a, by character */
    if (!take(sc, '"'))
        return wrong(sc, "a double quote was expected");
    while (!take(sc, '"')) {
        uint32_t c = 0;
        if (!scan_character(sc, &c))
            return false;
        *hash = (*hash ^ c) * 0x100000001b3;
    }
    return true;
}

static void remember_name(struct scan *sc, struct name name) {
    if (sc->n_names == sc->names_room) {
        size_t room = sc->names_room ? 2 * sc->names_room : 32;
        sc->names =
            arena_grow(sc->arena, sc->names, sc->names_room * sizeof name, room * sizeof name);
        sc->names_room = room;
    }
    sc->names[sc->n_names++] = name;
}

static bool scan_value(struct scan *sc, int depth);

static bool scan_member(struct scan *sc, uint64_t object, int depth) {
    struct name name = {.object = object, .offset = sc->at};
    if (!scan_string(sc, &name.hash))
        return false;
    remember_name(sc, name);
    skip_space(sc);
    if (!take(sc, ':'))
        return wrong(sc, "a colon was expected");
    return scan_value(sc, depth);
}

/* The inside of an array or object, whose bracket has been taken. */
static bool scan_inside(struct scan *sc, char end, int depth) {
    uint64_t object = ++sc->objects;
    if (depth > JSON_DEPTH_MAX)
        return wrong(sc, "nested too deeply");
    skip_space(sc);
    if (take(sc, end))
        return true;
    for (;;) {
        skip_space(sc);
        if (!(end == '}' ? scan_member(sc, object, depth) : scan_value(sc, depth)))
            return false;
        skip_space(sc);
        if (take(sc, end))
            return true;
        if (!take(sc, ','))
            return wrong(sc,
                         end == '}' ? "a comma or } was expected" : "a comma or ] was expected");
    }
}

static bool scan_value(struct scan *sc, int depth) {
    uint64_t ignored;
    skip_space(sc);
    switch (peek(sc)) {
    case '{':
        sc->at++;
        return scan_inside(sc, '}', depth + 1);
    case '[':
        sc->at++;
        return scan_inside(sc, ']', depth + 1);
    case '"':
        return scan_string(sc, &ignored);
    case 't':
        return scan_word(sc, "true");
    case 'f':
        return scan_word(sc, "false");
    case 'n':
        return scan_word(sc, "null");
    case '-':
    case '0' ... '9':
        return scan_number(sc);
    default:
        return wrong(sc, "a value was expected");
    }
}

static int compare_names(const void *left, const void *right) {
    const struct name *a = left, *b = right;
    if (a->object != b->object)
        return a->object < b->object ? -1 : 1;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return a->offset < b->offset ? -1 : a->offset > b->offset;
}

static bool names_differ(struct scan *sc) {
    if (sc->n_names)
        qsort(sc->names, sc->n_names, sizeof *sc->names, compare_names);
    for (size_t i = 1; i < sc->n_names; i++) {
        const struct name *a = &sc->names[i - 1], *b = &sc->names[i];
        if (a->object == b->object && a->hash == b->hash) {
            sc->at = b->offset;
            return wrong(sc, "the same name twice in one object");
        }
    }
    return true;
}

static bool scan_document(struct scan *sc) {
    if (!scan_value(sc, 0))
        return false;
    skip_space(sc);
    if (sc->at < sc->n)
        return wrong(sc, "something follows the value");
    text_add(sc->copy, sc->s + sc->copied, sc->n - sc->copied);
    return names_differ(sc);
}

bool json_scan(struct arena *a, const char *s, size_t n, struct text *copy, size_t *at,
               const char **what) {
    struct scan sc = {.arena = a, .s = s, .n = n, .copy = copy};
    bool good = scan_document(&sc);
    *at = sc.at;
    *what = sc.wrong;
    return good;
}
