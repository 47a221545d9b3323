#include "handlers/sought.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/utf8.h"
#include "chain/address.h"

enum {
    LETTERS_OF_WORD = 3, /* in a row: less makes no group of three */
    SWAPPED_MAX = 8,     /* characters: they make 33 words, one more makes half as many again */
    SWAPPED_TEXT_MAX = 34 * (SWAPPED_MAX * 4 + 1)
};

static const char *hash_in(struct arena *a, const char *s) {
    const char *digits = strncasecmp(s, "0x", 2) == 0 ? s + 2 : s;
    if (strlen(digits) != 64 || strspn(digits, "0123456789abcdefABCDEF") != 64)
        return NULL;
    char *hash = arena_printf(a, "0x%s", digits);
    for (char *c = hash; *c; c++)
        if (*c >= 'A' && *c <= 'F')
            *c = (char)(*c - 'A' + 'a');
    return hash;
}

static const char *address_in(struct arena *a, const char *s) {
    struct address address;
    struct text canonical = text_in(a, ADDRESS_MAX);
    if (address_read(a, s, strlen(s), &address) != ADDRESS_GOOD ||
        !address_put(&canonical, address.network, &address.script))
        return NULL;
    return text_str(&canonical);
}

static int32_t id_in(const char *s) {
    s += *s == '#';
    size_t n = strlen(s);
    if (n == 0 || n > 10 || strspn(s, "0123456789") != n)
        return 0;
    long long id = strtoll(s, NULL, 10);
    return id <= INT32_MAX ? (int32_t)id : 0;
}

struct sought sought_of(struct arena *a, const char *text) {
    return (struct sought){
        .text = text, .address = address_in(a, text), .hash = hash_in(a, text), .id = id_in(text)};
}

const char *sought_kind(const struct sought *s) {
    return s->hash ? "hash" : s->address ? "address" : s->id ? "id" : "text";
}

/* Letters and digits of any script; not the signs and pictures of Unicode's own blocks for them. */
static bool is_letter(uint32_t c) {
    if (c < 0x80)
        return isalnum((int)c);
    return !(c >= 0x2000 && c <= 0x2BFF) && !(c >= 0x1F000 && c <= 0x1FAFF);
}

bool sought_has_word(const char *text) {
    size_t run = 0, n;
    uint32_t c;
    for (size_t left = strlen(text); left && (n = utf8_decode(text, left, &c)); left -= n) {
        run = is_letter(c) ? run + 1 : 0;
        if (run == LETTERS_OF_WORD)
            return true;
        text += n;
    }
    return false;
}

/* The characters of a short text, as they stand in it. */
struct letters {
    const char *at[SWAPPED_MAX];
    size_t length[SWAPPED_MAX], n;
};

static bool letters_read(struct letters *out, const char *text) {
    size_t length;
    uint32_t c;
    *out = (struct letters){0};
    for (size_t left = strlen(text); left; left -= length, text += length) {
        length = utf8_decode(text, left, &c);
        if (out->n == SWAPPED_MAX || !length || utf8_is_control(c))
            return false;
        out->at[out->n] = text;
        out->length[out->n++] = length;
    }
    return true;
}

/* The word whose pairs (i, i + 1) for the bits i of swaps change places. */
static void put_swapped(struct text *out, const struct letters *l, unsigned swaps) {
    for (size_t i = 0; i < l->n; i++) {
        size_t from = swaps >> i & 1 ? i + 1 : i && (swaps >> (i - 1) & 1) ? i - 1 : i;
        text_add(out, l->at[from], l->length[from]);
    }
}

const char *sought_swapped(struct arena *a, const char *text) {
    struct letters l;
    struct text words = text_in(a, SWAPPED_TEXT_MAX);
    if (!letters_read(&l, text) || l.n < 2)
        return NULL;
    for (unsigned swaps = 1; swaps < 1U << (l.n - 1); swaps++) {
        if (swaps & swaps << 1) /* a letter changes places once */
            continue;
        if (words.n)
            text_char(&words, '\n');
        put_swapped(&words, &l, swaps);
    }
    return text_ok(&words) ? text_str(&words) : NULL;
}
