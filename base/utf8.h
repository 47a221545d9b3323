/* utf8.h - UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above
 * U+10FFFF. */
#ifndef SITA_BASE_UTF8_H
#define SITA_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length in bytes (1 to 4) of the character at s, of which n bytes may be read; 0 if those bytes
 * do not begin with a whole valid character. */
size_t utf8_next(const char *s, size_t n);

/* The same, also giving the code point. */
size_t utf8_decode(const char *s, size_t n, uint32_t *code_point);

/* True if the n bytes at s are valid UTF-8 without U+0000. */
bool utf8_valid(const char *s, size_t n);

/* True for characters that are no text: C0 and C1 controls and DEL (ECMA-48), line and paragraph
 * separators, and the controls that reorder what surrounds them (UAX 9: U+202A to U+202E, U+2066
 * to U+2069). */
bool utf8_is_control(uint32_t code_point);

/* True for what changes the direction of text and is not seen: Bidi_Control of UAX 9. */
bool utf8_is_bidi(uint32_t code_point);

/* n if the n bytes at s have at most that many code points and bytes; else the length of their
 * longest beginning that has, and that ends between what readers take for characters: not before
 * a mark, behind a joiner, or within a flag. Where all of it is one character (letters with
 * hundreds of marks) it ends between code points. */
size_t utf8_fit(const char *s, size_t n, size_t code_points, size_t bytes);

#endif
