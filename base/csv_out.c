#include "base/csv_out.h"

#include <string.h>

#include "base/json_out.h"
#include "base/when.h"

static bool has_cell(const struct field *f) {
    return (f->faces & FACE_JSON) && f->type != FIELD_RECORD && f->type != FIELD_LINK &&
           f->type != FIELD_LIST && f->type != FIELD_DERIVED;
}

static bool is_formula(const char *s) {
    static const char *const wide[] = {"\uff1d", "\uff0b", "\uff0d", "\uff20"};
    if (*s && strchr("=+-@\t\r\n", *s))
        return true;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (strncmp(s, wide[i], strlen(wide[i])) == 0)
            return true;
    return false;
}

static void put_text(struct text *out, const char *s) {
    bool formula = is_formula(s);
    if (*s && !formula && !strpbrk(s, "\",\r\n")) {
        text_put(out, s);
        return;
    }
    text_char(out, '"');
    if (formula)
        text_char(out, '\'');
    for (const char *quote; (quote = strchr(s, '"')); s = quote + 1) {
        text_add(out, s, (size_t)(quote - s));
        text_lit(out, "\"\"");
    }
    text_put(out, s);
    text_char(out, '"');
}

static void put_cell(struct text *out, const struct field *f, const void *base) {
    const void *at = (const unsigned char *)base + f->offset;
    if (f->type != FIELD_BOOL && field_absent(f, base))
        return;
    switch (f->type) {
    case FIELD_TEXT:
    case FIELD_HASH:
    case FIELD_AMOUNT:
    case FIELD_URL:
    case FIELD_PATH:
    case FIELD_JSON:
        put_text(out, *(const char *const *)at);
        break;
    case FIELD_INT:
    case FIELD_LONG:
    case FIELD_OPT_INT:
    case FIELD_BOOL:
        json_put_field(out, f, base); /* the same in both */
        break;
    case FIELD_TIME:
        when_put_iso(out, *(const int64_t *)at);
        break;
    case FIELD_RECORD:
    case FIELD_LINK:
    case FIELD_LIST:
    case FIELD_DERIVED:
        break;
    }
}

static void put_line(struct text *out, const struct record *r, const void *base) {
    bool first = true;
    for (size_t i = 0; i < r->n; i++) {
        if (!has_cell(&r->fields[i]))
            continue;
        if (!first)
            text_char(out, ',');
        first = false;
        if (base)
            put_cell(out, &r->fields[i], base);
        else
            text_put(out, r->fields[i].name);
    }
    text_lit(out, "\r\n");
}

void csv_put_head(struct text *out, const struct record *r) {
    put_line(out, r, NULL);
}

void csv_put_record(struct text *out, const struct record *r, const void *base) {
    put_line(out, r, base);
}
