/* record.h - one description of each record that travels, three uses.
 *
 * A struct that travels (token, transaction, page model …) has one field table. From it come the
 * row mapping (by column name, sql/), the JSON (json_out.h) and the names that a template may use
 * (templates/). A name that is not in the table stops the start-up and the tests, never a reader's
 * page.
 *
 * The C types behind the field types:
 * - FIELD_TEXT, _HASH, _AMOUNT, _URL, _PATH, _JSON: const char *, NULL = null
 * - FIELD_INT: int32_t; FIELD_LONG: int64_t; FIELD_OPT_INT: struct opt_int
 * - FIELD_BOOL: bool; FIELD_TIME: int64_t (when.h)
 * - FIELD_RECORD: a struct, embedded; FIELD_LINK: pointer to a struct, NULL = null
 * - FIELD_LIST: struct rows
 * - FIELD_DERIVED: no storage, derive() writes it from the record (template only) */
#ifndef SITA_BASE_RECORD_H
#define SITA_BASE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum field_type {
    FIELD_TEXT,   /* plain text, UTF-8 */
    FIELD_HASH,   /* hex hash or address: long, unbreakable, shown shortened on request */
    FIELD_AMOUNT, /* exact decimal number as text, shown grouped */
    FIELD_URL,    /* a URL from outside: a template gets it only if its scheme is https */
    FIELD_PATH,   /* one of our own paths, made by handlers/paths.h: starts with "/" */
    FIELD_JSON,   /* JSON text from the database: printed as it is in JSON, as text in HTML */
    FIELD_INT,
    FIELD_LONG,
    FIELD_OPT_INT,
    FIELD_BOOL,
    FIELD_TIME,
    FIELD_RECORD,
    FIELD_LINK,
    FIELD_LIST,
    FIELD_DERIVED
};

/* Which faces of a page show the field. */
enum { FACE_JSON = 1, FACE_HTML = 2, FACE_BOTH = 3 };

struct opt_int {
    int32_t value;
    bool set;
};

/* n structs side by side; what they are is in the field's `of`. */
struct rows {
    void *at;
    size_t n;
};

struct record;

struct field {
    const char *name;   /* camelCase: the JSON member and the template name */
    const char *column; /* the column of a query's result, or NULL if it never comes from one */
    enum field_type type;
    uint8_t faces; /* FACE_* */
    uint16_t offset;
    const struct record *of; /* RECORD, LINK, LIST: the record inside */
    /* DERIVED: writes the text of the field, unescaped; result is what derived_as names. */
    void (*derive)(struct text *out, const void *record);
    enum field_type derived_as; /* DERIVED: FIELD_TEXT or FIELD_PATH */
    bool never_null;            /* its JSON value is never null */
    const char *help;           /* one sentence for the API document; NULL: none */
};

struct record {
    const char *name;
    const struct field *fields;
    size_t n;    /* fields */
    size_t size; /* sizeof the struct */
};

/* Rows of a field table. STORED: column and JSON name of their own; MADE: not from a column. */
#define FIELD_STORED(st, member, json, kind)                                                       \
    {                                                                                              \
        .name = json, .column = #member, .type = kind, .faces = FACE_BOTH,                         \
        .offset = offsetof(st, member)                                                             \
    }
#define FIELD_MADE(st, member, json, kind, shown)                                                  \
    { .name = json, .type = kind, .faces = shown, .offset = offsetof(st, member) }
#define FIELD_INSIDE(st, member, json, kind, shown, inner)                                         \
    { .name = json, .type = kind, .faces = shown, .offset = offsetof(st, member), .of = inner }
/* The same with what the API document says: ALWAYS (never null) or MAYBE, and a sentence. */
enum { MAYBE = false, ALWAYS = true };
#define FIELD_TOLD(st, member, json, kind, when, sentence)                                         \
    {                                                                                              \
        .name = json, .column = #member, .type = kind, .faces = FACE_BOTH,                         \
        .offset = offsetof(st, member), .never_null = when, .help = sentence                       \
    }
#define FIELD_MADE_TOLD(st, member, json, kind, when, sentence)                                    \
    {                                                                                              \
        .name = json, .type = kind, .faces = FACE_BOTH, .offset = offsetof(st, member),            \
        .never_null = when, .help = sentence                                                       \
    }
#define FIELD_INSIDE_TOLD(st, member, json, kind, inner, when, sentence)                           \
    {                                                                                              \
        .name = json, .type = kind, .faces = FACE_BOTH, .offset = offsetof(st, member),            \
        .of = inner, .never_null = when, .help = sentence                                          \
    }
#define FIELD_SHOWN(json, kind, fn)                                                                \
    { .name = json, .type = FIELD_DERIVED, .faces = FACE_HTML, .derive = fn, .derived_as = kind }

#define RECORD(st, table)                                                                          \
    {                                                                                              \
        .name = #st, .fields = table, .n = sizeof(table) / sizeof(table)[0],                       \
        .size = sizeof(struct st)                                                                  \
    }

/* The field of that name, or NULL. name need not end in NUL. */
const struct field *record_field(const struct record *r, const char *name, size_t n);

/* The i-th struct of a list field's rows. */
const void *rows_at(const struct record *of, const struct rows *rows, size_t i);

/* True if the field of the struct at base counts as absent: a NULL pointer, an unset number or
 * time, false, an empty list, an empty hash, amount, URL or path (an unknown supply is stored as
 * ''). Numbers, records and derived fields are never absent. */
bool field_absent(const struct field *f, const void *base);

#endif
