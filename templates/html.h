/* html.h - where in HTML the end of a piece of template output stands.
 *
 * Escaping is right for text and for quoted attribute values. Everywhere else (names, unquoted
 * values, scripts, styles) a value could become markup or code, so the compiler asks here before it
 * lets one stand. This follows the tokens of HTML closely enough for that, and no further. */
#ifndef SITA_TEMPLATES_HTML_H
#define SITA_TEMPLATES_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum html_place {
    HTML_TEXT,
    HTML_LESS, /* after "<" */
    HTML_TAG_NAME,
    HTML_TAG,    /* in a tag, before or after an attribute */
    HTML_NAME,   /* in an attribute's name */
    HTML_EQUALS, /* after "=", before its value */
    HTML_VALUE,  /* in a quoted value */
    HTML_BARE,   /* in a value without quotes */
    HTML_COMMENT,
    HTML_MARKUP, /* <!doctype …> and the like */
    HTML_RAW     /* in a script or a style */
};

struct html_state {
    uint8_t place; /* enum html_place */
    char quote;    /* VALUE: which */
    bool at_start; /* VALUE: nothing stands in it yet */
    uint8_t tag_n, name_n;
    char tag[12], name[14]; /* the tag's and the attribute's name, cut, lower case */
    char before[2];         /* the last two bytes, for the end of comments */
};

enum html_rule {
    HTML_ANY,       /* a value may stand here */
    HTML_URL_START, /* only what is a whole URL of a safe kind */
    HTML_URL_REST,  /* only what is percent-encoded or of a safe alphabet */
    HTML_NEVER      /* no value may stand here */
};

/* Moves on over n literal bytes. */
void html_feed(struct html_state *h, const char *s, size_t n);

/* Moves on over a value. */
void html_value(struct html_state *h);

/* What may stand here; *where gets words for a message: "in the attribute href". The words live in
 * static memory or in h. */
enum html_rule html_rule(const struct html_state *h, const char **where);

/* True in an attribute whose value comes back to us or is copied: it must be what it is, to the
 * last control character. Everything else is read. */
bool html_is_kept(const struct html_state *h);

/* True if the same markup may follow both: text with text, the same quoted value with itself. */
bool html_alike(const struct html_state *a, const struct html_state *b);

#endif
