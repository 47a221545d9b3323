/* text.h - text that grows in an arena up to a stated maximum, and the escapes for each place it
 * can end up in.
 *
 * A text remembers its first error (it would have grown past its maximum) and ignores what is
 * added after that: code that writes stays free of checks, and whoever finishes the text asks
 * text_ok once. */
#ifndef SITA_BASE_TEXT_H
#define SITA_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct text {
    char *at;        /* the bytes; ends in NUL after text_str; moves while the text grows */
    size_t n;        /* how many */
    size_t capacity; /* how many fit without growing */
    size_t max;      /* most bytes it may hold */
    struct arena *arena;
    bool overflowed;
};

/* An empty text in a that refuses to hold more than max bytes. */
struct text text_in(struct arena *a, size_t max);

/* Empties it, keeping its memory and clearing the error. */
void text_clear(struct text *t);

/* Appends. s need not end in NUL for text_add. */
void text_add(struct text *t, const char *s, size_t n);
void text_put(struct text *t, const char *s);
void text_char(struct text *t, char c);
void text_long(struct text *t, int64_t value);
void text_printf(struct text *t, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Appends a literal; a variable does not compile. */
#define text_lit(t, s) text_add((t), "" s "", sizeof(s) - 1)

/* Appends with & < > " ' as entities: safe in HTML text and in quoted attributes alike.
 * Bytes that are not valid UTF-8, and U+0000, become U+FFFD. */
void text_html(struct text *t, const char *s, size_t n);

/* Appends a JSON string with its quotes (RFC 8259 section 7). < > & and U+2028/2029 are escaped
 * as \uXXXX too, so that it is safe wherever it is embedded; invalid UTF-8 becomes U+FFFD. */
void text_json(struct text *t, const char *s, size_t n);

/* Appends percent-encoded: everything but the unreserved characters of RFC 3986 section 2.3. */
void text_url(struct text *t, const char *s, size_t n);

/* Appends UTF-8 that goes on one line of a terminal: what is no text there (utf8_is_control, ends
 * of lines included) becomes a space, bytes that are no UTF-8 become "?". */
void text_line(struct text *t, const char *s, size_t n);

/* Appends at most 64 bytes of n, for a message on a terminal: everything but printable ASCII is
 * "?", and a cut ends in "...". */
void text_shown(struct text *t, const char *s, size_t n);

/* Appends s, or what utf8_fit leaves of it and "…". */
void text_cut(struct text *t, const char *s, size_t n, size_t code_points, size_t bytes);

/* Takes the controls that embed, override or isolate directions (UAX 9: U+202A to U+202E, U+2066 to
 * U+2069) out of what was added behind `from` bytes: unclosed, they would turn what follows. */
void text_drop_directions(struct text *t, size_t from);

/* True if everything that was added is there. */
bool text_ok(const struct text *t);

/* The bytes, ended by NUL (not counted in n). Borrowed until the text grows or its arena ends. */
const char *text_str(struct text *t);

/* Marks a literal in a table for templates/po/extract.mjs: what readers see. message() of
 * templates/messages.h translates it where it is used. */
#define N_(english) english

#endif
