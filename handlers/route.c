#include "handlers/route.h"

#include <string.h>

#include "base/config.h"
#include "handlers/pages.h"

/* Compares one segment; a {name} in the pattern takes the whole of it. */
static bool match_segment(struct route *r, const char *pattern, size_t n_pattern, const char *s,
                          size_t n) {
    if (pattern[0] != '{')
        return n == n_pattern && memcmp(pattern, s, n) == 0;
    if (n == 0 || r->n == PATH_VALUES_MAX)
        return false;
    r->values[r->n++] =
        (struct path_value){.name = pattern + 1, .n_name = n_pattern - 2, .value = s, .n_value = n};
    return true;
}

static bool match(struct route *r, const char *pattern, const char *path) {
    r->n = 0;
    while (*pattern == '/' && *path == '/') {
        size_t n_pattern = strcspn(++pattern, "/"), n = strcspn(++path, "/");
        if (!match_segment(r, pattern, n_pattern, path, n))
            return false;
        pattern += n_pattern;
        path += n;
    }
    return *pattern == '\0' && *path == '\0';
}

struct route route_find(const char *path) {
    struct route r = {0};
    for (size_t i = 0; i < pages_n; i++) {
        const struct page *p = pages[i];
        if (p->access == ACCESS_BENCH && !config.bench_routes)
            continue;
        bool html = p->path && match(&r, p->path, path);
        if (html || (p->api_path && match(&r, p->api_path, path))) {
            r.page = p;
            r.face = html ? FACE_OF_HTML : FACE_OF_JSON;
            return r;
        }
    }
    return (struct route){0};
}

static bool has_param(const struct page *p, const char *name, size_t n) {
    for (size_t i = 0; i < p->n_params; i++)
        if (strlen(p->params[i].name) == n && memcmp(p->params[i].name, name, n) == 0)
            return true;
    return false;
}

static void check_pattern(struct text *why, const struct page *p, const char *pattern) {
    size_t names = 0;
    if (pattern[0] != '/')
        text_printf(why, "page %s: %s does not begin with a slash.\n", p->name, pattern);
    for (const char *s = strchr(pattern, '{'); s; s = strchr(s + 1, '{'), names++) {
        size_t n = strcspn(s + 1, "/}");
        if (s == pattern || s[-1] != '/' || s[n + 1] != '}' || (s[n + 2] && s[n + 2] != '/'))
            text_printf(why, "page %s: a {name} of %s is not a whole segment.\n", p->name, pattern);
        else if (!has_param(p, s + 1, n))
            text_printf(why, "page %s: {%.*s} of %s is not a parameter.\n", p->name, (int)n, s + 1,
                        pattern);
    }
    if (names > PATH_VALUES_MAX)
        text_printf(why, "page %s: %s has more than %d names.\n", p->name, pattern,
                    PATH_VALUES_MAX);
}

static void check_param(struct text *why, const struct page *p, const struct param *q) {
    if (!q->help || !*q->help)
        text_printf(why, "page %s: parameter %s has no help.\n", p->name, q->name);
    if (q->kind == PARAM_CHOICE ? !q->choices : q->most <= 0 || q->least > q->most)
        text_printf(why, "page %s: parameter %s has no bounds.\n", p->name, q->name);
}

static void check_page(struct text *why, const struct page *p) {
    if (p->path)
        check_pattern(why, p, p->path);
    if (p->api_path)
        check_pattern(why, p, p->api_path);
    for (size_t i = 0; i < p->n_params; i++)
        check_param(why, p, &p->params[i]);
    if (!p->raw && (!p->model || !p->show))
        text_printf(why, "page %s has neither a model to show nor a raw face.\n", p->name);
    if (p->path && !p->raw && !p->template)
        text_printf(why, "page %s has an HTML path but no template.\n", p->name);
    if (p->api_path && p->access == ACCESS_PUBLIC && !p->summary)
        text_printf(why, "page %s has a JSON path, but no summary.\n", p->name);
    if (p->summary && p->raw && !p->type)
        text_printf(why, "page %s has a summary, but its raw face no type.\n", p->name);
    if (p->api_path && !p->raw && p->model && !record_field(p->model, "data", 4))
        text_printf(why, "page %s has a JSON path, but its model has no member data.\n", p->name);
}

/* True if every path of the later pattern is taken by the first one. */
static bool covers(const char *first, const char *later) {
    struct route r;
    return first && later && match(&r, first, later);
}

static void check_order(struct text *why, const struct page *first, const struct page *later) {
    const char *const before[] = {first->path, first->api_path};
    const char *const after[] = {later->path, later->api_path};
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 2; j++)
            if (covers(before[i], after[j]))
                text_printf(why, "page %s: %s is never reached, %s of page %s comes first.\n",
                            later->name, after[j], before[i], first->name);
}

enum status route_check_table(const struct page *const *table, size_t n, struct text *why) {
    size_t before = why->n;
    for (size_t i = 0; i < n; i++) {
        check_page(why, table[i]);
        for (size_t j = 0; j < i; j++)
            check_order(why, table[j], table[i]);
    }
    return why->n == before ? OK : FAILED;
}

enum status route_check(struct text *why) {
    return route_check_table(pages, pages_n, why);
}
