/* values.h - how a field becomes text of a page: the one table of facets.
 *
 * A facet is what stands after the last point of {{supply.raw}}; the plain value is the facet with
 * the empty name. Everything is escaped for HTML text and quoted attributes. */
#ifndef SITA_TEMPLATES_VALUES_H
#define SITA_TEMPLATES_VALUES_H

#include "base/record.h"

/* A page weighs little whatever its rows hold: of a longer text it shows the beginning and "…".
 * In bytes: the plain value, the facet .long, and the facet .cut, which is for rows of lists: of
 * texts VALUE_CUT characters and VALUE_CUT_MAX bytes (16 Chinese characters), of hashes what has
 * all of one, of amounts all before the point and VALUE_CUT_PLACES behind it, counted from the
 * first that is not 0 where less than one whole is meant. */
enum {
    VALUE_MAX = 1024,
    VALUE_LONG_MAX = 4096,
    VALUE_CUT = 40,
    VALUE_CUT_MAX = 48,
    VALUE_CUT_HASH = 80,
    VALUE_CUT_PLACES = 8
};

/* Appends the value of the field of the struct at base. scratch is for intermediate text. */
typedef void value_put(struct text *out, struct text *scratch, const struct field *f,
                       const void *base);

/* Where in the value of href, src, action … a facet may stand. */
enum { IN_URL_START = 1, IN_URL_REST = 2, TEXT_ONLY = 4 /* it has markup: in no attribute */ };

struct facet {
    const char *name; /* "" for the plain value */
    uint32_t types;   /* bit 1 << type for each field type that has it */
    uint8_t in_url;   /* IN_URL_… bits, TEXT_ONLY */
    value_put *put;
};

/* The facet of that name for fields like f (a DERIVED field counts as what it is derived as), or
 * NULL. name need not end in NUL. */
const struct facet *value_facet(const struct field *f, const char *name, size_t n);

/* The names of all facets that f has, for people, into size bytes at to: ".raw .arg"; "none". */
void value_facets_of(char *to, size_t size, const struct field *f);

/* True if one of the n texts (NULL: none) is too long for its plain value. */
bool value_any_cut(const char *const *texts, size_t n);

/* True if the field of the struct at base counts as absent in a section; like field_absent, but a
 * DERIVED field is absent if its text is empty, and a text if nothing of it can be seen. */
bool value_absent(struct text *scratch, const struct field *f, const void *base);

/* True for a URL that a page may link to: https only, without control characters, spaces and
 * backslashes. */
bool value_url_ok(const char *s, size_t n);

/* The same for a path on this site: one "/" first, never "//" (that names another host). */
bool value_path_ok(const char *s, size_t n);

#endif
