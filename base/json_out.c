#include "base/json_out.h"

#include <string.h>

#include "base/when.h"

static void put_text(struct text *out, const char *s) {
    if (s)
        text_json(out, s, strlen(s));
    else
        text_lit(out, "null");
}

static void put_time(struct text *out, int64_t when) {
    if (when == WHEN_NONE) {
        text_lit(out, "null");
        return;
    }
    text_char(out, '"');
    when_put_iso(out, when);
    text_char(out, '"');
}

static void put_list(struct text *out, const struct record *of, const struct rows *rows) {
    text_char(out, '[');
    for (size_t i = 0; i < rows->n; i++) {
        if (i)
            text_char(out, ',');
        json_put_record(out, of, rows_at(of, rows, i));
    }
    text_char(out, ']');
}

void json_put_field(struct text *out, const struct field *f, const void *base) {
    const void *at = (const unsigned char *)base + f->offset;
    if (f->type != FIELD_BOOL && f->type != FIELD_LIST && field_absent(f, base)) {
        text_lit(out, "null");
        return;
    }
    switch (f->type) {
    case FIELD_TEXT:
    case FIELD_HASH:
    case FIELD_AMOUNT:
    case FIELD_URL:
    case FIELD_PATH:
        put_text(out, *(const char *const *)at);
        break;
    case FIELD_JSON:
        text_put(out, *(const char *const *)at);
        break;
    case FIELD_INT:
        text_long(out, *(const int32_t *)at);
        break;
    case FIELD_LONG:
        text_long(out, *(const int64_t *)at);
        break;
    case FIELD_OPT_INT:
        text_long(out, ((const struct opt_int *)at)->value);
        break;
    case FIELD_BOOL:
        text_put(out, *(const bool *)at ? "true" : "false");
        break;
    case FIELD_TIME:
        put_time(out, *(const int64_t *)at);
        break;
    case FIELD_RECORD:
        json_put_record(out, f->of, at);
        break;
    case FIELD_LINK:
        json_put_record(out, f->of, *(const void *const *)at);
        break;
    case FIELD_LIST:
        put_list(out, f->of, at);
        break;
    case FIELD_DERIVED:
        text_lit(out, "null");
        break;
    }
}

void json_put_record(struct text *out, const struct record *r, const void *base) {
    bool first = true;
    text_char(out, '{');
    for (size_t i = 0; i < r->n; i++) {
        const struct field *f = &r->fields[i];
        if (!(f->faces & FACE_JSON))
            continue;
        if (!first)
            text_char(out, ',');
        first = false;
        text_char(out, '"');
        text_put(out, f->name);
        text_lit(out, "\":");
        json_put_field(out, f, base);
    }
    text_char(out, '}');
}
