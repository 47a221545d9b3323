#include "base/record.h"

#include <string.h>

#include "base/when.h"

const struct field *record_field(const struct record *r, const char *name, size_t n) {
    for (size_t i = 0; i < r->n; i++)
        if (strlen(r->fields[i].name) == n && memcmp(r->fields[i].name, name, n) == 0)
            return &r->fields[i];
    return NULL;
}

const void *rows_at(const struct record *of, const struct rows *rows, size_t i) {
    return (const unsigned char *)rows->at + i * of->size;
}

bool field_absent(const struct field *f, const void *base) {
    const void *at = (const unsigned char *)base + f->offset;
    const char *s;
    switch (f->type) {
    case FIELD_TEXT:
    case FIELD_JSON:
        return *(const char *const *)at == NULL;
    case FIELD_HASH:
    case FIELD_AMOUNT:
    case FIELD_URL:
    case FIELD_PATH:
        s = *(const char *const *)at;
        return !s || !*s;
    case FIELD_LINK:
        return *(const void *const *)at == NULL;
    case FIELD_OPT_INT:
        return !((const struct opt_int *)at)->set;
    case FIELD_BOOL:
        return !*(const bool *)at;
    case FIELD_TIME:
        return *(const int64_t *)at == WHEN_NONE;
    case FIELD_LIST:
        return ((const struct rows *)at)->n == 0;
    case FIELD_INT:
    case FIELD_LONG:
    case FIELD_RECORD:
    case FIELD_DERIVED:
        return false;
    }
    return false;
}
