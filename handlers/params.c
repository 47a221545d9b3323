#include "handlers/params.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/when.h"
#include "chain/address.h"
#include "handlers/paths.h"
#include "templates/messages.h"

enum { VALUE_MAX_BYTES = 1024, NAME_MAX_BYTES = 64 };

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

char *params_decode(struct arena *a, const char *s, size_t n, bool plus) {
    char *out = arena_raw(a, n + 1);
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '%') {
            int high = i + 2 < n ? hex_digit(s[i + 1]) : -1;
            int low = i + 2 < n ? hex_digit(s[i + 2]) : -1;
            if (high < 0 || low < 0)
                return NULL;
            out[len++] = (char)(high * 16 + low);
            i += 2;
        } else {
            out[len++] = plus && s[i] == '+' ? ' ' : s[i];
        }
    }
    out[len] = '\0';
    return utf8_valid(out, len) ? out : NULL;
}

static const struct param *find(const struct page *page, const char *name) {
    for (size_t i = 0; i < page->n_params; i++)
        if (strcmp(page->params[i].name, name) == 0)
            return &page->params[i];
    return NULL;
}

bool params_in_path(const struct page *page, const struct param *p) {
    const char *pattern = page->path ? page->path : page->api_path;
    size_t n = strlen(p->name);
    for (const char *s = strchr(pattern, '{'); s; s = strchr(s + 1, '{'))
        if (strncmp(s + 1, p->name, n) == 0 && s[1 + n] == '}')
            return true;
    return false;
}

static void set_presets(struct request *rq, const struct page *page) {
    rq->params = arena_alloc(rq->arena, page->params_size);
    for (size_t i = 0; i < page->n_params; i++)
        if (page->params[i].kind == PARAM_INT)
            *(int32_t *)((unsigned char *)rq->params + page->params[i].offset) =
                page->params[i].preset;
}

/* Digits only, no sign, no leading zeros beyond "0": one spelling per number, so one address per
 * page. */
static bool read_int(const struct param *p, const char *value, int32_t *out) {
    size_t n = strlen(value);
    if (n == 0 || n > 10 || strspn(value, "0123456789") != n || (n > 1 && value[0] == '0'))
        return false;
    long long number = strtoll(value, NULL, 10);
    if (number < p->least || number > p->most)
        return false;
    *out = (int32_t)number;
    return true;
}

static const char *read_choice(const struct param *p, const char *value) {
    for (size_t i = 0; p->choices[i]; i++)
        if (strcmp(p->choices[i], value) == 0)
            return p->choices[i];
    return NULL;
}

bool params_on_form(const struct request *rq) {
    return rq->face == FACE_OF_HTML && rq->page && rq->page->refused;
}

static const char *choices_sentence(const struct request *rq, const struct param *p) {
    struct text t = text_in(rq->arena, 1024);
    bool words = p->label && params_on_form(rq);
    text_put(&t, message("must be one of"));
    for (size_t i = 0; p->choices[i]; i++)
        text_printf(&t, "%s %s", i ? "," : "", words ? p->label(p->choices[i]) : p->choices[i]);
    return text_str(&t);
}

static void read_date(struct request *rq, const struct param *p, const char *value,
                      const char **out) {
    int64_t when;
    if (strlen(value) == 10 && when_parse(value, &when))
        *out = value;
    else
        request_problem(rq, p->name, message("must be a day as YYYY-MM-DD"));
}

/* Two spellings of one address become the same text. */
static void read_address(struct request *rq, const struct param *p, const char *value,
                         const char **out) {
    struct address address;
    struct text canonical = text_in(rq->arena, ADDRESS_MAX);
    enum address_error error = address_read(rq->arena, value, strlen(value), &address);
    if (error == ADDRESS_NO_ADDRESS)
        request_problem(rq, p->name, message("must be a CKB address"));
    else if (error != ADDRESS_GOOD)
        request_problem(rq, p->name,
                        arena_printf(rq->arena, message("must be a CKB address; this one %s"),
                                     message(address_error_text(error))));
    else if (!address_put(&canonical, address.network, &address.script))
        request_problem(rq, p->name, message("is too long or not valid text"));
    else
        *out = text_str(&canonical);
}

static void store(struct request *rq, const struct param *p, const char *value) {
    void *at = (unsigned char *)rq->params + p->offset;
    switch (p->kind) {
    case PARAM_INT:
        if (!read_int(p, value, at))
            request_problem(rq, p->name,
                            arena_printf(rq->arena, message("must be a whole number from %d to %d"),
                                         p->least, p->most));
        break;
    case PARAM_CHOICE:
        *(const char **)at = read_choice(p, value);
        if (!*(const char **)at)
            request_problem(rq, p->name, choices_sentence(rq, p));
        break;
    case PARAM_TEXT:
        *(const char **)at = value;
        if (strlen(value) < (size_t)p->least || strlen(value) > (size_t)p->most)
            request_problem(rq, p->name,
                            arena_printf(rq->arena, message("must have from %d to %d bytes"),
                                         p->least, p->most));
        break;
    case PARAM_DATE:
        read_date(rq, p, value, at);
        break;
    case PARAM_ADDRESS:
        read_address(rq, p, value, at);
        break;
    }
}

/* An empty value in a query string means "not given": a form without JavaScript sends all its
 * fields. */
static void read_query_value(struct request *rq, const struct param *p, const char *s, size_t n,
                             bool *seen) {
    char *value = n <= 3 * VALUE_MAX_BYTES ? params_decode(rq->arena, s, n, true) : NULL;
    if (value && strlen(value) > VALUE_MAX_BYTES)
        value = NULL;
    if (value && !*value)
        return;
    if (*seen) {
        request_problem(rq, p->name, message("is given twice"));
    } else if (!value) {
        request_problem(rq, p->name, message("is too long or not valid text"));
    } else {
        *seen = true;
        store(rq, p, value);
    }
}

/* The name of the parameter that begins there, decoded as its value is; "?" for what cannot be one.
 */
static const char *name_in(const struct request *rq, const char *s) {
    size_t n = strcspn(s, "=&");
    const char *name = n <= NAME_MAX_BYTES ? params_decode(rq->arena, s, n, true) : NULL;
    return name && *name ? name : "?";
}

static void read_query(struct request *rq, const struct page *page, bool *seen) {
    const char *s = rq->query;
    while (*s) {
        size_t n = strcspn(s, "&"), n_name = strcspn(s, "=&");
        const struct param *p = find(page, name_in(rq, s));
        if (p)
            read_query_value(rq, p, s + n_name + (n_name < n), n - n_name - (n_name < n),
                             &seen[p - page->params]);
        else if (n && (rq->face == FACE_OF_JSON || (page->type && page->access == ACCESS_PUBLIC)))
            request_problem(rq, name_in(rq, s), message("is not a parameter of this address"));
        s += n + (s[n] == '&');
    }
}

const char *params_given(struct request *rq, const char *name) {
    for (const char *s = rq->query; *s; s += strcspn(s, "&"), s += *s == '&') {
        size_t n = strcspn(s, "&"), n_name = strcspn(s, "=&");
        if (n > n_name + 1 && strcmp(name_in(rq, s), name) == 0)
            return params_decode(rq->arena, s + n_name + 1, n - n_name - 1, true);
    }
    return NULL;
}

/* Blanks that keyboards and copying put around words, those of Chinese input among them. */
static bool is_around(uint32_t c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0xA0 || c == 0x3000;
}

const char *params_trimmed(struct arena *a, const char *s) {
    size_t n = strlen(s), begin = n, end = 0;
    uint32_t c;
    for (size_t at = 0, length; at < n && (length = utf8_decode(s + at, n - at, &c)); at += length)
        if (!is_around(c)) {
            begin = at < begin ? at : begin;
            end = at + length;
        }
    return begin < end ? arena_strndup(a, s + begin, end - begin) : NULL;
}

enum status params_read(struct request *rq, const struct page *page, const struct path_value *path,
                        size_t n_path) {
    bool *seen = arena_array(rq->arena, page->n_params + 1, sizeof *seen);
    set_presets(rq, page);
    for (size_t i = 0; i < n_path; i++) {
        const struct param *p = find(page, arena_strndup(rq->arena, path[i].name, path[i].n_name));
        char *value = params_decode(rq->arena, path[i].value, path[i].n_value, false);
        seen[p - page->params] = true;
        if (value)
            store(rq, p, value);
        else
            request_problem(rq, p->name, message("is not valid text"));
    }
    read_query(rq, page, seen);
    return rq->n_problems ? BAD_INPUT : OK;
}

/* The parameter as it was read, in text; NULL if that is what the page does without it, too. */
static const char *told(const struct request *rq, const struct param *p) {
    const void *at = (const unsigned char *)rq->params + p->offset;
    if (p->kind == PARAM_INT) {
        int32_t number = *(const int32_t *)at;
        return number == p->preset ? NULL : arena_printf(rq->arena, "%d", (int)number);
    }
    const char *value = *(const char *const *)at;
    bool usual = value && p->kind == PARAM_CHOICE && p->preset &&
                 strcmp(value, p->choices[p->preset - 1]) == 0;
    return usual ? NULL : value;
}

void params_put(const struct request *rq, const char *except, struct text *address) {
    for (size_t i = 0; i < rq->page->n_params; i++) {
        const struct param *p = &rq->page->params[i];
        if (!params_in_path(rq->page, p) && !(except && strcmp(p->name, except) == 0))
            path_arg(address, p->name, told(rq, p));
    }
}
