/* api.h - what programs may ask, read off the route table and the field tables: the facts of the
 * API document (openapi.h) and of the page that shows it. */
#ifndef SITA_HANDLERS_API_H
#define SITA_HANDLERS_API_H

#include "handlers/pages.h"

enum { API_PAGES_MAX = PAGES_N + 1 };

/* The operations of the document, in order: all but pages for people (their JSON faces are here)
 * and those for measuring, and the icons, which nginx has as files. Returns how many. */
size_t api_pages(const struct page *all[API_PAGES_MAX]);

/* The address that programs use: the JSON face, or the only one of a raw page. */
const char *api_path(const struct page *p);

/* True if that face answers JSON (errors included). */
bool api_is_json(const struct page *p);

/* The media type of its success, and one that its errors may have beside HTML; NULL: none. */
const char *api_type(const struct page *p);
const char *api_error_type(const struct page *p);

/* One status an operation may have, beside 200. */
struct api_answer {
    int status;
    const char *name; /* of the component: "NotFound" */
    const char *text; /* a sentence */
    bool has_body;
};

extern const struct api_answer api_answers[];
extern const size_t api_answers_n;

/* True if the page may give that answer. */
bool api_may(const struct page *p, const struct api_answer *answer);

/* Every record that answers are made of, once each, in a: const struct record *. */
struct rows api_records(struct arena *a);

/* "token_list_meta" as the document names it, "TokenListMeta". */
void api_put_name(struct text *out, const struct record *r);

/* The type of a value as the page says it: "text", "whole number from 1 to 100" …  */
void api_put_param_type(struct text *out, const struct param *q);
const char *api_field_type(const struct field *f);

#endif
