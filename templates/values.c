#include "templates/values.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/amount.h"
#include "base/blank.h"
#include "base/utf8.h"
#include "base/when.h"
#include "templates/format.h"

static const void *at(const struct field *f, const void *base) {
    return (const unsigned char *)base + f->offset;
}

/* The text of a field that is stored or derived as text; empty if it is null. */
static const char *string_of(struct text *scratch, const struct field *f, const void *base,
                             size_t *n) {
    const char *s;
    if (f->type == FIELD_DERIVED) {
        text_clear(scratch);
        f->derive(scratch, base);
        s = text_str(scratch);
        *n = scratch->n;
    } else {
        s = *(const char *const *)at(f, base);
        s = s ? s : "";
        *n = strlen(s);
    }
    return s;
}

/* False if there is no number. */
static bool integer_of(const struct field *f, const void *base, int64_t *value) {
    const struct opt_int *optional;
    switch (f->type) {
    case FIELD_INT:
        *value = *(const int32_t *)at(f, base);
        return true;
    case FIELD_LONG:
        *value = *(const int64_t *)at(f, base);
        return true;
    case FIELD_OPT_INT:
        optional = at(f, base);
        *value = optional->value;
        return optional->set;
    default:
        return false;
    }
}

bool value_absent(struct text *scratch, const struct field *f, const void *base) {
    size_t n;
    bool words = f->type == FIELD_TEXT || f->type == FIELD_HASH || f->type == FIELD_AMOUNT;
    if (f->type == FIELD_DERIVED) {
        string_of(scratch, f, base, &n);
        return n == 0;
    }
    return field_absent(f, base) || (words && blank_text(string_of(scratch, f, base, &n)));
}

bool value_any_cut(const char *const *texts, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (texts[i] && strlen(texts[i]) > VALUE_MAX)
            return true;
    return false;
}

/* Browsers drop tabs and newlines inside a URL and read "\" as "/": none of these may pass. */
static bool url_bytes_ok(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c <= ' ' || c == 0x7f || c == '\\')
            return false;
    }
    return true;
}

bool value_url_ok(const char *s, size_t n) {
    static const char scheme[] = "https://";
    size_t k = sizeof scheme - 1;
    return n > k && strncasecmp(s, scheme, k) == 0 && s[k] != '/' && url_bytes_ok(s, n);
}

bool value_path_ok(const char *s, size_t n) {
    return n > 0 && s[0] == '/' && (n == 1 || s[1] != '/') && url_bytes_ok(s, n);
}

/* -- one function per way of writing --------------------------------------------------------- */

static void put_beginning(struct text *out, const char *s, size_t n, size_t characters,
                          size_t bytes) {
    size_t fits = utf8_fit(s, n, characters, bytes);
    text_html(out, s, fits);
    if (fits < n)
        text_lit(out, "…");
}

static void put_text(struct text *out, struct text *scratch, const struct field *f,
                     const void *base) {
    size_t n;
    const char *s = string_of(scratch, f, base, &n);
    put_beginning(out, s, n, VALUE_MAX, VALUE_MAX);
}

static void put_long(struct text *out, struct text *scratch, const struct field *f,
                     const void *base) {
    size_t n;
    const char *s = string_of(scratch, f, base, &n);
    put_beginning(out, s, n, VALUE_LONG_MAX, VALUE_LONG_MAX);
}

static void put_cut(struct text *out, struct text *scratch, const struct field *f,
                    const void *base) {
    size_t n;
    const char *s = string_of(scratch, f, base, &n);
    put_beginning(out, s, n, VALUE_CUT, VALUE_CUT_MAX);
}

/* A hash has 66 characters, and is of use only whole. */
static void put_hash_cut(struct text *out, struct text *scratch, const struct field *f,
                         const void *base) {
    size_t n;
    const char *s = string_of(scratch, f, base, &n);
    put_beginning(out, s, n, VALUE_CUT_HASH, VALUE_CUT_HASH);
}

static void put_path(struct text *out, struct text *scratch, const struct field *f,
                     const void *base) {
    size_t n;
    const char *s = string_of(scratch, f, base, &n);
    if (value_path_ok(s, n))
        text_html(out, s, n);
}

static void put_href(struct text *out, struct text *scratch, const struct field *f,
                     const void *base) {
    size_t n;
    const char *s = string_of(scratch, f, base, &n);
    if (value_url_ok(s, n))
        text_html(out, s, n);
}

static void put_arg(struct text *out, struct text *scratch, const struct field *f,
                    const void *base) {
    size_t n;
    const char *s = string_of(scratch, f, base, &n);
    text_url(out, s, n);
}

static void put_short(struct text *out, struct text *scratch, const struct field *f,
                      const void *base) {
    size_t n;
    const char *s = string_of(scratch, f, base, &n);
    text_clear(scratch);
    format_hash(scratch, s, n);
    put_beginning(out, scratch->at, scratch->n, VALUE_CUT, VALUE_CUT_MAX);
}

static void put_amount(struct text *out, struct text *scratch, const struct field *f,
                       const void *base) {
    size_t n;
    const char *s = string_of(scratch, f, base, &n);
    text_clear(scratch);
    format_amount(scratch, s);
    put_beginning(out, scratch->at, scratch->n, VALUE_MAX, VALUE_MAX);
}

/* Where a long amount may be broken: between groups of three digits, of the fraction too. */
enum { AMOUNT_WHOLE = 16 };

static void put_breakable(struct text *out, const char *s, size_t n) {
    bool fraction = false;
    for (size_t i = 0, since = 0; i < n; i++) {
        if (fraction && since == 3) {
            text_lit(out, "<wbr>");
            since = 0;
        }
        since += fraction;
        fraction |= s[i] == '.';
        text_char(out, s[i]);
        if (s[i] == ',')
            text_lit(out, "<wbr>");
    }
}

static void put_broken(struct text *out, struct text *scratch, const char *s, size_t most) {
    bool breaks = strlen(s) > AMOUNT_WHOLE && amount_valid(s, AMOUNT_DECIMALS_MAX);
    text_clear(scratch);
    format_amount(scratch, s);
    size_t n = scratch->n < most ? scratch->n : most;
    if (!breaks) {
        put_beginning(out, scratch->at, scratch->n, most, most);
        return;
    }
    put_breakable(out, scratch->at, n);
    if (n < scratch->n)
        text_lit(out, "…");
}

static void put_groups(struct text *out, struct text *scratch, const struct field *f,
                       const void *base) {
    size_t n;
    put_broken(out, scratch, string_of(scratch, f, base, &n), VALUE_MAX);
}

/* How many bytes of an amount, written with its commas, a row has: all before the point, and
 * behind it VALUE_CUT_PLACES, or of less than one so many from the first that is not 0. */
static size_t amount_cut(const char *s) {
    size_t whole = strcspn(s, "."), zeros = *s == '0' && s[whole] ? strspn(s + whole + 1, "0") : 0;
    size_t most = whole + (whole - 1) / 3 + 1 + zeros + VALUE_CUT_PLACES;
    return most < VALUE_CUT_HASH ? most : VALUE_CUT_HASH;
}

static void put_groups_cut(struct text *out, struct text *scratch, const struct field *f,
                           const void *base) {
    size_t n;
    const char *s = string_of(scratch, f, base, &n);
    bool valid = amount_valid(s, AMOUNT_DECIMALS_MAX);
    put_broken(out, scratch, s, valid ? amount_cut(s) : VALUE_CUT_HASH);
}

static void put_integer(struct text *out, struct text *scratch, const struct field *f,
                        const void *base) {
    int64_t value;
    (void)scratch;
    if (integer_of(f, base, &value))
        format_integer(out, value);
}

static void put_digits(struct text *out, struct text *scratch, const struct field *f,
                       const void *base) {
    int64_t value;
    (void)scratch;
    if (integer_of(f, base, &value))
        text_long(out, value);
}

static void put_bool(struct text *out, struct text *scratch, const struct field *f,
                     const void *base) {
    (void)scratch;
    text_put(out, *(const bool *)at(f, base) ? "true" : "false");
}

static void put_time(struct text *out, struct text *scratch, const struct field *f,
                     const void *base) {
    (void)scratch;
    format_time(out, *(const int64_t *)at(f, base));
}

static void put_iso(struct text *out, struct text *scratch, const struct field *f,
                    const void *base) {
    int64_t when = *(const int64_t *)at(f, base);
    (void)scratch;
    if (when != WHEN_NONE)
        when_put_iso(out, when);
}

/* -- the table ------------------------------------------------------------------------------- */

#define T(type) (1u << FIELD_##type)
#define INTEGERS (T(INT) | T(LONG) | T(OPT_INT))
#define TEXTS (T(TEXT) | T(HASH) | T(AMOUNT) | T(URL) | T(PATH))

static const struct facet facets[] = {
    {"", T(TEXT) | T(URL) | T(JSON), 0, put_text},
    {"", T(HASH), IN_URL_REST, put_text},
    {"", T(PATH), IN_URL_START | IN_URL_REST, put_path},
    {"", T(AMOUNT), 0, put_amount},
    {"", INTEGERS, 0, put_integer},
    {"", T(BOOL), 0, put_bool},
    {"", T(TIME), 0, put_time},
    {"raw", T(AMOUNT), 0, put_text},
    {"groups", T(AMOUNT), TEXT_ONLY, put_groups},
    {"cut", T(AMOUNT), TEXT_ONLY, put_groups_cut},
    {"cut", T(TEXT), 0, put_cut},
    {"cut", T(HASH), 0, put_hash_cut},
    {"long", T(TEXT) | T(JSON), 0, put_long},
    {"raw", INTEGERS, IN_URL_REST, put_digits},
    {"iso", T(TIME), 0, put_iso},
    {"short", T(HASH), 0, put_short},
    {"href", T(URL), IN_URL_START, put_href},
    {"arg", TEXTS, IN_URL_REST, put_arg},
    {"arg", INTEGERS, IN_URL_REST, put_digits},
};

enum { FACETS = sizeof facets / sizeof facets[0] };

static uint32_t type_bit(const struct field *f) {
    return 1u << (f->type == FIELD_DERIVED ? f->derived_as : f->type);
}

const struct facet *value_facet(const struct field *f, const char *name, size_t n) {
    for (size_t i = 0; i < FACETS; i++)
        if ((facets[i].types & type_bit(f)) && strlen(facets[i].name) == n &&
            memcmp(facets[i].name, name, n) == 0)
            return &facets[i];
    return NULL;
}

void value_facets_of(char *to, size_t size, const struct field *f) {
    size_t used = 0;
    snprintf(to, size, "none");
    for (size_t i = 0; i < FACETS; i++)
        if ((facets[i].types & type_bit(f)) && *facets[i].name && used < size)
            used +=
                (size_t)snprintf(to + used, size - used, "%s.%s", used ? " " : "", facets[i].name);
}
