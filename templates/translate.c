#include "templates/translate.h"

#include <string.h>

#include "base/log.h"
#include "base/utf8.h"
#include "templates/messages.h"

enum { WHY_MAX = 4096 };

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* templates/po/extract.mjs folds in the same way. */
static const char *fold(struct arena *a, const char *s, size_t n) {
    char *folded = arena_raw(a, n + 1);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        bool space = is_space(s[i]);
        if (space && used && folded[used - 1] != ' ')
            folded[used++] = ' ';
        else if (!space)
            folded[used++] = s[i];
    }
    if (used && folded[used - 1] == ' ')
        used--;
    folded[used] = '\0';
    return folded;
}

/* True if a tag of that kind and name is somewhere below. */
static bool has_tag(const struct node *in, const struct node *tag) {
    for (const struct node *node = in->children; node; node = node->next) {
        if (node->kind == tag->kind && node->n == tag->n && memcmp(node->s, tag->s, tag->n) == 0)
            return true;
        if (has_tag(node, tag))
            return true;
    }
    return false;
}

/* The first tag below `in` that the original does not have, or NULL. */
static const struct node *foreign_tag(const struct node *original, const struct node *in) {
    for (const struct node *node = in->children; node; node = node->next) {
        if (node->kind != NODE_TEXT && !has_tag(original, node))
            return node;
        const struct node *inside = foreign_tag(original, node);
        if (inside)
            return inside;
    }
    return NULL;
}

static size_t occurrences(const char *s, const char *what, size_t n) {
    size_t count = 0;
    const char *end = s + strlen(s);
    while ((s = memmem(s, (size_t)(end - s), what, n))) {
        count++;
        s += n;
    }
    return count;
}

/* True if both have the same HTML tags, each as often: a translation moves markup, it brings
 * none. */
static bool same_markup(const char *english, const char *other) {
    if (occurrences(english, "<", 1) != occurrences(other, "<", 1) ||
        occurrences(english, ">", 1) != occurrences(other, ">", 1))
        return false;
    for (const char *less = other; (less = strchr(less, '<')); less++) {
        size_t n = strcspn(less, ">") + 1;
        if (n > strlen(less) || occurrences(english, less, n) != occurrences(other, less, n))
            return false;
    }
    return true;
}

void translate_refused(const char *file, const struct node *message, const char *why) {
    log_line(LOG_WARNING, "translation", "%s:%d: not used: %s", file, message->line, why);
}

static bool is_usable(struct arena *a, const struct node *message, const char *english,
                      struct source *out, struct text *why) {
    struct problems problems = {.why = why};
    if (!utf8_valid(out->at, out->n)) {
        text_lit(why, "it is not UTF-8");
        return false;
    }
    parse_fragment(a, out, &problems);
    if (problems.n)
        return false;
    const struct node *foreign = foreign_tag(message, out->root);
    if (foreign)
        text_printf(why, "the original has no tag \"%.*s\"", (int)foreign->n, foreign->s);
    else if (!same_markup(english, out->at))
        text_lit(why, "its HTML tags are not those of the original");
    else
        return true;
    return false;
}

bool translate_message(struct arena *a, const char *file, const struct node *node,
                       struct source *out) {
    const char *english = fold(a, node->s, node->n);
    const char *translated = message(english);
    if (strcmp(translated, english) == 0)
        return false;
    struct text why = text_in(a, WHY_MAX);
    *out = (struct source){.file = "translation", .at = arena_strdup(a, translated)};
    out->n = strlen(out->at);
    if (is_usable(a, node, english, out, &why))
        return true;
    translate_refused(file, node, text_str(&why));
    return false;
}
