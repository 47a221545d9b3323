/* The API document, for programs. Its schemas are JSON Schema 2020-12 (OpenAPI 3.1.0). */
#include "handlers/openapi.h"

#include <stdio.h>
#include <string.h>

#include "handlers/api.h"
#include "handlers/pages.h"
#include "handlers/params.h"
#include "handlers/reply_build.h"

/* -- JSON, a member at a time: a comma stands wherever a value came before --------------------- */

static void comma(struct text *out) {
    size_t n = out->n;
    while (n && out->at[n - 1] == '\n')
        n--;
    if (n && !strchr("{[:,", out->at[n - 1]))
        text_char(out, ',');
}

static void put_key(struct text *out, const char *name) {
    comma(out);
    text_json(out, name, strlen(name));
    text_char(out, ':');
}

static void put_string(struct text *out, const char *value) {
    comma(out);
    text_json(out, value, strlen(value));
}

static void put_member(struct text *out, const char *name, const char *value) {
    put_key(out, name);
    put_string(out, value);
}

static void put_number(struct text *out, const char *name, int64_t value) {
    put_key(out, name);
    text_long(out, value);
}

/* name NULL: an element, or the value of a key that stands there. */
static void open(struct text *out, const char *name, char bracket) {
    if (name)
        put_key(out, name);
    else
        comma(out);
    text_char(out, bracket);
}

static void close(struct text *out, char bracket) {
    text_char(out, bracket);
}

/* -- schemas ------------------------------------------------------------------------------------
 */

static void put_reference(struct text *out, const char *kind, const char *name) {
    put_key(out, "$ref");
    text_printf(out, "\"#/components/%s/%s\"", kind, name);
}

static void put_record_reference(struct text *out, const struct record *r) {
    put_key(out, "$ref");
    text_lit(out, "\"#/components/schemas/");
    api_put_name(out, r);
    text_char(out, '"');
}

static void put_type(struct text *out, const char *type, bool never_null) {
    if (never_null) {
        put_member(out, "type", type);
        return;
    }
    open(out, "type", '[');
    put_string(out, type);
    put_string(out, "null");
    close(out, ']');
}

static void put_linked(struct text *out, const struct field *f) {
    if (f->never_null || f->type == FIELD_RECORD) {
        put_record_reference(out, f->of);
        return;
    }
    open(out, "anyOf", '[');
    open(out, NULL, '{');
    put_record_reference(out, f->of);
    close(out, '}');
    open(out, NULL, '{');
    put_member(out, "type", "null");
    close(out, '}');
    close(out, ']');
}

static void put_list(struct text *out, const struct field *f) {
    put_member(out, "type", "array");
    open(out, "items", '{');
    put_record_reference(out, f->of);
    close(out, '}');
}

static void put_whole(struct text *out, const struct field *f) {
    put_type(out, "integer", f->never_null || f->type == FIELD_INT || f->type == FIELD_LONG);
    put_member(out, "format", f->type == FIELD_LONG ? "int64" : "int32");
}

static void put_field_type(struct text *out, const struct field *f) {
    switch (f->type) {
    case FIELD_TEXT:
    case FIELD_HASH:
    case FIELD_AMOUNT:
    case FIELD_URL:
    case FIELD_PATH:
        put_type(out, "string", f->never_null);
        break;
    case FIELD_TIME:
        put_type(out, "string", f->never_null);
        put_member(out, "format", "date-time");
        break;
    case FIELD_INT:
    case FIELD_LONG:
    case FIELD_OPT_INT:
        put_whole(out, f);
        break;
    case FIELD_BOOL:
        put_type(out, "boolean", true);
        break;
    case FIELD_RECORD:
    case FIELD_LINK:
        put_linked(out, f);
        break;
    case FIELD_LIST:
        put_list(out, f);
        break;
    case FIELD_JSON: /* any value at all */
    case FIELD_DERIVED:
        break;
    }
}

static void put_field(struct text *out, const struct field *f) {
    open(out, f->name, '{');
    put_field_type(out, f);
    if (f->help)
        put_member(out, "description", f->help);
    close(out, '}');
}

/* The members of a record that JSON shows: all of them, always. */
static void put_record(struct text *out, const struct record *r) {
    put_member(out, "type", "object");
    open(out, "properties", '{');
    for (size_t i = 0; i < r->n; i++)
        if (r->fields[i].faces & FACE_JSON)
            put_field(out, &r->fields[i]);
    close(out, '}');
    open(out, "required", '[');
    for (size_t i = 0; i < r->n; i++)
        if (r->fields[i].faces & FACE_JSON)
            put_string(out, r->fields[i].name);
    close(out, ']');
}

static void put_records(struct text *out) {
    struct rows records = api_records(out->arena);
    const struct record *const *all = records.at;
    for (size_t i = 0; i < records.n; i++) {
        struct text name = text_in(out->arena, 128);
        api_put_name(&name, all[i]);
        open(out, text_str(&name), '{');
        put_record(out, all[i]);
        close(out, '}');
    }
}

/* Errors, in the site's own form and in that of RFC 9457: reply.c writes them. */
static void put_error_schemas(struct text *out) {
    text_lit(out, ",\"Error\":{\"type\":\"object\",\"properties\":{\"error\":{\"$ref\":"
                  "\"#/components/schemas/Failure\"},\"meta\":{\"type\":\"object\",\"properties\":{"
                  "\"requestId\":{\"type\":\"string\",\"description\":\"Tell us this when you ask "
                  "about it; also in the header X-Request-Id.\"}},\"required\":[\"requestId\"]}},"
                  "\"required\":[\"error\",\"meta\"]}");
    text_lit(
        out,
        ",\"ProblemDetails\":{\"type\":\"object\",\"description\":\"The same as RFC 9457 has it, "
        "for who prefers application/problem+json.\",\"properties\":{\"type\":{\"type\":"
        "\"string\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
        "\"detail\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"},\"details\":{"
        "\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Problem\"}},"
        "\"requestId\":{\"type\":\"string\"}},\"required\":[\"type\",\"title\",\"status\","
        "\"detail\",\"code\",\"details\",\"requestId\"]}");
}

/* Operations name the component of an answer if they are JSON, or it has no body. */
static bool is_named(const struct page *p, const struct api_answer *a) {
    return api_may(p, a) && (api_is_json(p) || !a->has_body);
}

static bool some_name(const struct api_answer *a) {
    const struct page *all[API_PAGES_MAX];
    size_t n = api_pages(all), i = 0;
    while (i < n && !is_named(all[i], a))
        i++;
    return i < n;
}

static void put_answer_components(struct text *out) {
    for (size_t i = 0; i < api_answers_n; i++) {
        const struct api_answer *a = &api_answers[i];
        if (!some_name(a))
            continue;
        open(out, a->name, '{');
        put_member(out, "description", a->text);
        if (a->has_body)
            text_lit(out, ",\"content\":{\"application/json\":{\"schema\":{\"$ref\":"
                          "\"#/components/schemas/Error\"}},\"application/problem+json\":{"
                          "\"schema\":{\"$ref\":\"#/components/schemas/ProblemDetails\"}}}");
        close(out, '}');
    }
}

/* -- operations -----------------------------------------------------------------------------------
 */

static void put_whole_param(struct text *out, const struct param *q) {
    put_member(out, "type", "integer");
    put_number(out, "minimum", q->least);
    put_number(out, "maximum", q->most);
    if (q->preset >= q->least && q->preset)
        put_number(out, "default", q->preset);
}

static void put_param_schema(struct text *out, const struct param *q) {
    if (q->kind == PARAM_INT) {
        put_whole_param(out, q);
        return;
    }
    put_member(out, "type", "string");
    if (q->kind == PARAM_DATE)
        put_member(out, "format", "date");
    else if (q->kind != PARAM_CHOICE)
        put_number(out, "maxLength", q->most);
    if (q->kind != PARAM_CHOICE)
        return;
    open(out, "enum", '[');
    for (size_t i = 0; q->choices[i]; i++)
        put_string(out, q->choices[i]);
    close(out, ']');
    if (q->preset)
        put_member(out, "default", q->choices[q->preset - 1]);
}

static void put_param(struct text *out, const struct page *p, const struct param *q) {
    bool in_path = params_in_path(p, q);
    open(out, NULL, '{');
    put_member(out, "name", q->name);
    put_member(out, "in", in_path ? "path" : "query");
    put_member(out, "description", q->help);
    if (in_path)
        text_lit(out, ",\"required\":true");
    open(out, "schema", '{');
    put_param_schema(out, q);
    close(out, '}');
    if (q->example)
        put_member(out, "example", q->example);
    close(out, '}');
}

/* {"data": …, "meta": …}: what app.c makes of a model. */
static void put_envelope(struct text *out, const struct page *p) {
    static const char *const names[] = {"data", "meta"};
    put_member(out, "type", "object");
    open(out, "properties", '{');
    for (size_t i = 0; i < 2; i++)
        if (record_field(p->model, names[i], 4))
            put_field(out, record_field(p->model, names[i], 4));
    close(out, '}');
    open(out, "required", '[');
    for (size_t i = 0; i < 2; i++)
        if (record_field(p->model, names[i], 4))
            put_string(out, names[i]);
    close(out, ']');
}

static void put_success(struct text *out, const struct page *p) {
    open(out, "200", '{');
    put_member(out, "description", p->summary);
    open(out, "content", '{');
    open(out, api_type(p), '{');
    open(out, "schema", '{');
    if (!p->type)
        put_envelope(out, p);
    else if (strcmp(p->type, "application/json") == 0)
        put_member(out, "type", "object");
    else if (strncmp(p->type, "image/", 6) != 0)
        put_member(out, "type", "string");
    text_lit(out, "}}}}");
}

static void put_answers(struct text *out, const struct page *p) {
    char code[16];
    open(out, "responses", '{');
    put_success(out, p);
    for (size_t i = 0; i < api_answers_n; i++) {
        const struct api_answer *a = &api_answers[i];
        if (!api_may(p, a))
            continue;
        snprintf(code, sizeof code, "%d", a->status);
        open(out, code, '{');
        if (is_named(p, a)) {
            put_reference(out, "responses", a->name);
        } else {
            put_member(out, "description", a->text);
            text_lit(out, ",\"content\":{\"text/html\":{\"schema\":{\"type\":\"string\"}}");
            if (api_error_type(p))
                text_printf(out, ",\"%s\":{\"schema\":{\"type\":\"string\"}}", api_error_type(p));
            text_char(out, '}');
        }
        close(out, '}');
    }
    close(out, '}');
}

static void put_operation(struct text *out, const struct page *p) {
    open(out, api_path(p), '{');
    open(out, "get", '{');
    put_member(out, "operationId", p->name);
    put_member(out, "summary", p->summary);
    if (p->n_params) {
        open(out, "parameters", '[');
        for (size_t i = 0; i < p->n_params; i++)
            put_param(out, p, &p->params[i]);
        close(out, ']');
    }
    put_answers(out, p);
    text_lit(out, "}}\n");
}

void openapi_put(struct text *out) {
    const struct page *all[API_PAGES_MAX];
    size_t n = api_pages(all);
    text_lit(
        out,
        "{\"openapi\":\"3.1.0\",\n\"info\":{\"title\":\"SiTa Minter\",\"version\":"
        "\"" SITA_VERSION "\",\"description\":\"RGB++ and xUDT tokens on Nervos CKB, and what "
        "happened to them. Every address takes GET, HEAD and OPTIONS; any other method is "
        "405. Answers carry an ETag, but for downloads and the parts of the sitemap, which are "
        "made "
        "while they are sent, and what monitoring asks for. Unknown parameters are refused, except "
        "where monitoring asks. Times are UTC; "
        "supplies and amounts are exact decimals, as text.\",\"license\":{\"name\":"
        "\"MIT\",\"identifier\":\"MIT\"}},\n\"servers\":[{\"url\":\"/\"}],\"security\":[],\n");
    open(out, "paths", '{');
    for (size_t i = 0; i < n; i++)
        put_operation(out, all[i]);
    text_lit(out, "},\n\"components\":{\"schemas\":{");
    put_records(out);
    put_error_schemas(out);
    text_lit(out, "},\n\"responses\":{");
    put_answer_components(out);
    text_lit(out, "}}}\n");
}

static const char *openapi_raw(struct request *rq, struct reply *reply, void *model) {
    (void)rq;
    (void)model;
    openapi_put(&reply->body);
    return "application/json";
}

const struct page page_openapi = {
    .name = "openapi",
    .api_path = "/api/openapi.json",
    .summary = "This document.",
    .type = "application/json",
    .raw = openapi_raw,
};
