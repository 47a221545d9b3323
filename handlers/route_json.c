#include <string.h>

#include "handlers/pages.h"
#include "handlers/route.h"

static void put_string(struct text *out, const char *name, const char *value) {
    text_printf(out, "\"%s\":", name);
    if (value)
        text_json(out, value, strlen(value));
    else
        text_lit(out, "null");
    text_char(out, ',');
}

static void put_choices(struct text *out, const char *const *choices) {
    text_lit(out, "\"choices\":[");
    for (size_t i = 0; choices[i]; i++) {
        if (i)
            text_char(out, ',');
        text_json(out, choices[i], strlen(choices[i]));
    }
    text_char(out, ']');
}

static bool in_path(const struct page *p, const char *name) {
    const char *path = p->path ? p->path : p->api_path;
    size_t n = strlen(name);
    for (const char *s = strchr(path, '{'); s; s = strchr(s + 1, '{'))
        if (strncmp(s + 1, name, n) == 0 && s[1 + n] == '}')
            return true;
    return false;
}

static void put_param(struct text *out, const struct page *p, const struct param *q) {
    static const char *const kinds[] = {"int", "choice", "text", "date", "address"};
    text_char(out, '{');
    put_string(out, "name", q->name);
    put_string(out, "in", in_path(p, q->name) ? "path" : "query");
    put_string(out, "kind", kinds[q->kind]);
    put_string(out, "help", q->help);
    if (q->kind == PARAM_CHOICE)
        put_choices(out, q->choices);
    else
        text_printf(out, "\"least\":%d,\"most\":%d", q->least, q->most);
    text_char(out, '}');
}

static void put_page(struct text *out, const struct page *p) {
    static const char *const pools[] = {"read", "write", "desk"};
    static const char *const accesses[] = {"public", "monitor", "bench"};
    static const char *const caches[] = {"public", "forever", "none"};
    text_char(out, '{');
    put_string(out, "name", p->name);
    put_string(out, "path", p->path);
    put_string(out, "apiPath", p->api_path);
    put_string(out, "pool", pools[p->pool]);
    put_string(out, "access", accesses[p->access]);
    put_string(out, "cache", caches[p->cache]);
    text_printf(out, "\"raw\":%s,\"params\":[", p->raw ? "true" : "false");
    for (size_t i = 0; i < p->n_params; i++) {
        if (i)
            text_char(out, ',');
        put_param(out, p, &p->params[i]);
    }
    text_lit(out, "]}");
}

void route_put_json(struct text *out) {
    text_lit(out, "[\n");
    for (size_t i = 0; i < pages_n; i++) {
        put_page(out, pages[i]);
        text_put(out, i + 1 < pages_n ? ",\n" : "\n");
    }
    text_lit(out, "]\n");
}
