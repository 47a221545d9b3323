/* Any bytes as templates: three files, separated by 0x1f. Loading must end with a set or with
 * problems, never both; what loads renders the same twice, within its bound, and no value reaches
 * the page unescaped. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/utf8.h"
#include "templates/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OUT_MAX = 256 * 1024 };

struct model {
    const char *text, *hash, *amount, *url, *path;
    int32_t number;
    bool flag;
    int64_t when;
    struct rows list;
    struct model *link;
};

/* MARK stands in every value and in no template, and what follows it would be markup. */
#define MARK "\x02"
#define HOSTILE MARK "<" MARK "\"" MARK "'" MARK "&"

static void derive(struct text *out, const void *record) {
    text_put(out, ((const struct model *)record)->text);
}

static const struct record record_model;
static const struct field fields[] = {
    FIELD_STORED(struct model, text, "text", FIELD_TEXT),
    FIELD_STORED(struct model, hash, "hash", FIELD_HASH),
    FIELD_STORED(struct model, amount, "amount", FIELD_AMOUNT),
    FIELD_STORED(struct model, url, "url", FIELD_URL),
    FIELD_STORED(struct model, path, "path", FIELD_PATH),
    FIELD_STORED(struct model, number, "number", FIELD_INT),
    FIELD_STORED(struct model, flag, "flag", FIELD_BOOL),
    FIELD_STORED(struct model, when, "when", FIELD_TIME),
    FIELD_INSIDE(struct model, list, "list", FIELD_LIST, FACE_BOTH, &record_model),
    FIELD_INSIDE(struct model, link, "link", FIELD_LINK, FACE_BOTH, &record_model),
    FIELD_SHOWN("derived", FIELD_TEXT, derive),
};
static const struct record record_model = RECORD(model, fields);

static struct model rows[2] = {{.text = HOSTILE}, {.hash = HOSTILE HOSTILE HOSTILE}};
static struct model model = {.text = HOSTILE "\xff\xf0\x9f",
                             .hash = "0x1234abcd00000000000000000000" HOSTILE,
                             .amount = HOSTILE,
                             .url = "https://a/" HOSTILE,
                             .path = "/" HOSTILE,
                             .number = 1234567,
                             .flag = true,
                             .list = {rows, 2},
                             .link = &model};

static struct templates *load(const char *s, size_t n, struct text *why) {
    static const char *const names[] = {"main.html", "p.html", "q.html"};
    struct template_page page = {"main", &record_model};
    struct problems problems = {.why = why};
    struct templates *set = program_new();
    for (size_t i = 0; i < 3; i++) {
        const char *end = i < 2 ? memchr(s, 0x1f, n) : NULL;
        size_t part = end ? (size_t)(end - s) : n;
        const char *copy = arena_strndup(set->work, s, part);
        set->sources[set->n_sources++] = (struct source){.file = names[i], .at = copy, .n = part};
        s += end ? part + 1 : part;
        n -= end ? part + 1 : part;
    }
    enum status status = program_build(set, &page, 1, &record_model, &problems);
    if ((status == OK) != (why->n == 0))
        abort();
    if (status == OK)
        return set;
    templates_free(set);
    return NULL;
}

static void check(const struct text *out) {
    for (size_t i = 1; i < out->n; i++)
        if (out->at[i - 1] == MARK[0] && strchr("<\"'", out->at[i]))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *s = (const char *)data;
    if (size > 4096 || memchr(s, MARK[0], size) || !utf8_valid(s, size))
        return 0;
    log_set_level(LOG_ERROR);
    struct arena *a = arena_new();
    struct text why = text_in(a, 64 * 1024), once = text_in(a, OUT_MAX),
                again = text_in(a, OUT_MAX);
    struct templates *set = load(s, size, &why);
    if (set) {
        const struct template *t = templates_find(set, "main");
        template_render(t, &model, &model, &once);
        template_render(t, &model, &model, &again);
        check(&once);
        if (once.n > OUT_MAX || strcmp(text_str(&once), text_str(&again)) != 0)
            abort();
    }
    templates_free(set);
    arena_free(a);
    return 0;
}
