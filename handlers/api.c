#include "handlers/api.h"

#include <string.h>

#include "handlers/reply_build.h"
#include "templates/assets.h"

static const struct param icon_param_rows[] = {
    {.name = "name",
     .kind = PARAM_TEXT,
     .least = 1,
     .most = 80,
     .help = "What iconHash of a token says, with .small behind it for the same within 112 × 112 "
             "points; or the name of one of our own pictures.",
     .example = &ASSET_ICONS_FAVICON_SVG[sizeof "/icons/" - 1]},
};

/* Files that nginx has: not a row of the route table. */
static const struct page page_icon = {
    .name = "icon",
    .path = "/icons/{name}",
    .summary = "Our copy of a token's icon, or one of our own pictures. A copy that is missing is "
               "404 with a picture in its place.",
    .type = "image/*",
    .cache = CACHE_FOREVER,
    .params = icon_param_rows,
    .n_params = 1,
};

static bool has(const struct page *p) {
    return p->access != ACCESS_BENCH && p->summary && (p->type || p->api_path);
}

size_t api_pages(const struct page *all[API_PAGES_MAX]) {
    size_t n = 0;
    for (size_t i = 0; i < pages_n; i++) {
        if (has(pages[i]))
            all[n++] = pages[i];
        if (pages[i] == &page_identicon)
            all[n++] = &page_icon;
    }
    return n;
}

const char *api_type(const struct page *p) {
    return p->type ? p->type : "application/json";
}

const char *api_error_type(const struct page *p) {
    return p == &page_icon ? "image/svg+xml" : p->access == ACCESS_MONITOR ? "text/plain" : NULL;
}

const char *api_path(const struct page *p) {
    return p->api_path ? p->api_path : p->path;
}

bool api_is_json(const struct page *p) {
    return p->api_path != NULL;
}

const struct api_answer api_answers[] = {
    {304, "NotModified", "The If-None-Match header names what you would get.", false},
    {400, "BadRequest", "A parameter cannot be used; details name it.", true},
    {403, "Forbidden", "This is for monitoring, and not for your address.", true},
    {404, "NotFound", "There is nothing with this id.", true},
    {406, "NotAcceptable", "The Accept header does not take what this address answers.", true},
    {413, "TooLarge",
     "The answer would have more than 4 MiB: ask for fewer rows, or for the list as JSON lines "
     "(/tokens.jsonl, /activity.jsonl).",
     true},
    {414, "TooLong", "The address is too long.", true},
    {429, "TooManyRequests", "Too many requests from your address; Retry-After says when.", true},
    {500, "ServerError", "The fault is ours.", true},
    {503, "Unavailable", "Not at this moment; Retry-After says when to ask again.", true},
};
const size_t api_answers_n = sizeof api_answers / sizeof api_answers[0];

bool api_may(const struct page *p, const struct api_answer *answer) {
    if (p == &page_icon && (answer->status == 400 || answer->status >= 500))
        return false;
    if (answer->status == 403)
        return p->access == ACCESS_MONITOR;
    if (answer->status == 304)
        return p->cache != CACHE_NONE;
    if (answer->status == 404)
        return strchr(api_path(p), '{') != NULL;
    if (answer->status == 406 || answer->status == 413)
        return api_is_json(p) && !p->raw;
    return true;
}

enum { RECORDS_MAX = 64 };

static void add_record(const struct record **all, size_t *n, const struct record *r) {
    for (size_t i = 0; i < *n; i++)
        if (all[i] == r)
            return;
    if (*n == RECORDS_MAX)
        return;
    all[(*n)++] = r;
    for (size_t i = 0; i < r->n; i++)
        if (r->fields[i].of && r->fields[i].faces & FACE_JSON)
            add_record(all, n, r->fields[i].of);
}

static void add_member(const struct record **all, size_t *n, const struct page *p,
                       const char *name) {
    const struct field *f = record_field(p->model, name, strlen(name));
    if (f && f->of)
        add_record(all, n, f->of);
}

struct rows api_records(struct arena *a) {
    const struct record **all = arena_array(a, RECORDS_MAX, sizeof *all);
    const struct page *pages_of[API_PAGES_MAX];
    size_t n = 0, n_pages = api_pages(pages_of);
    for (size_t i = 0; i < n_pages; i++) {
        if (pages_of[i]->type)
            continue;
        add_member(all, &n, pages_of[i], "data");
        add_member(all, &n, pages_of[i], "meta");
    }
    add_record(all, &n, &record_error);
    return (struct rows){.at = all, .n = n};
}

void api_put_name(struct text *out, const struct record *r) {
    bool start = true;
    for (const char *s = r->name; *s; s++) {
        if (*s != '_')
            text_char(out, start && *s >= 'a' && *s <= 'z' ? (char)(*s - 'a' + 'A') : *s);
        start = *s == '_';
    }
}

static void put_choices(struct text *out, const char *const *choices) {
    for (size_t i = 0; choices[i]; i++)
        text_printf(out, "%s%s", i == 0 ? "" : choices[i + 1] ? ", " : " or ", choices[i]);
}

void api_put_param_type(struct text *out, const struct param *q) {
    switch (q->kind) {
    case PARAM_INT:
        text_printf(out, "whole number from %d", q->least);
        if (q->most < INT32_MAX)
            text_printf(out, " to %d", q->most);
        break;
    case PARAM_CHOICE:
        put_choices(out, q->choices);
        break;
    case PARAM_TEXT:
        text_printf(out, "text of up to %d bytes", q->most);
        break;
    case PARAM_DATE:
        text_lit(out, "day as YYYY-MM-DD");
        break;
    case PARAM_ADDRESS:
        text_lit(out, "CKB address");
        break;
    }
}

const char *api_field_type(const struct field *f) {
    static const char *const words[] = {
        [FIELD_TEXT] = "text",    [FIELD_HASH] = "text",        [FIELD_AMOUNT] = "decimal as text",
        [FIELD_URL] = "text",     [FIELD_PATH] = "path",        [FIELD_JSON] = "any JSON",
        [FIELD_INT] = "integer",  [FIELD_LONG] = "integer",     [FIELD_OPT_INT] = "integer",
        [FIELD_BOOL] = "boolean", [FIELD_TIME] = "time in UTC", [FIELD_RECORD] = "record",
        [FIELD_LINK] = "record",  [FIELD_LIST] = "list of",     [FIELD_DERIVED] = "text",
    };
    return words[f->type];
}
