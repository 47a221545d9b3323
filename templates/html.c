#include "templates/html.h"

#include <string.h>

static const char *const url_attributes[] = {
    "href", "src",    "action",     "formaction", "poster",     "cite", "data",
    "ping", "srcset", "background", "manifest",   "xlink:href", NULL};
static const char *const refused_attributes[] = {"style", "srcdoc", NULL};
static const char *const raw_tags[] = {"script", "style", NULL};
static const char *const kept_attributes[] = {"value", NULL};

static bool is_one_of(const char *const *names, const char *s, size_t n) {
    for (; *names; names++)
        if (strlen(*names) == n && memcmp(*names, s, n) == 0)
            return true;
    return false;
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* A name that is too long is none of those that matter. */
static void add_to_name(char *name, size_t size, uint8_t *n, char c) {
    if (*n < size)
        name[(*n)++] = lower(c);
}

static void end_tag(struct html_state *h) {
    h->place = is_one_of(raw_tags, h->tag, h->tag_n) ? HTML_RAW : HTML_TEXT;
}

static void after_less(struct html_state *h, char c) {
    bool letter = lower(c) >= 'a' && lower(c) <= 'z';
    h->tag_n = 0;
    if (letter || c == '/') {
        h->place = HTML_TAG_NAME;
        add_to_name(h->tag, sizeof h->tag, &h->tag_n, c);
    } else if (c == '!' || c == '?') {
        h->place = HTML_MARKUP;
    } else if (c != '<') {
        h->place = HTML_TEXT;
    }
}

static void in_tag(struct html_state *h, char c) {
    if (c == '>') {
        end_tag(h);
    } else if (c == '=' && h->name_n) {
        h->place = HTML_EQUALS;
    } else if (!is_space(c) && c != '/') {
        h->place = HTML_NAME;
        h->name_n = 0;
        add_to_name(h->name, sizeof h->name, &h->name_n, c);
    }
}

static void in_tag_name(struct html_state *h, char c) {
    if (c == '>') {
        end_tag(h);
    } else if (is_space(c) || (c == '/' && h->tag_n > 1)) {
        h->place = HTML_TAG;
        h->name_n = 0;
    } else {
        add_to_name(h->tag, sizeof h->tag, &h->tag_n, c);
    }
}

static void in_name(struct html_state *h, char c) {
    if (c == '=')
        h->place = HTML_EQUALS;
    else if (c == '>')
        end_tag(h);
    else if (is_space(c) || c == '/')
        h->place = HTML_TAG;
    else
        add_to_name(h->name, sizeof h->name, &h->name_n, c);
}

static void after_equals(struct html_state *h, char c) {
    if (c == '"' || c == '\'') {
        h->place = HTML_VALUE;
        h->quote = c;
        h->at_start = true;
    } else if (c == '>') {
        end_tag(h);
    } else if (!is_space(c)) {
        h->place = HTML_BARE;
    }
}

static void leave_value(struct html_state *h) {
    h->place = HTML_TAG;
    h->name_n = 0;
}

static void in_value(struct html_state *h, char c) {
    if (c == h->quote)
        leave_value(h);
    else if (!is_space(c))
        h->at_start = false;
}

static void in_bare(struct html_state *h, char c) {
    if (c == '>')
        end_tag(h);
    else if (is_space(c))
        leave_value(h);
}

static void in_markup(struct html_state *h, char c) {
    if (c == '>')
        h->place = HTML_TEXT;
    else if (c == '-' && h->before[1] == '-' && h->before[0] == '!')
        h->place = HTML_COMMENT;
}

static void feed(struct html_state *h, char c) {
    switch ((enum html_place)h->place) {
    case HTML_TEXT:
        h->place = c == '<' ? HTML_LESS : HTML_TEXT;
        break;
    case HTML_LESS:
        after_less(h, c);
        break;
    case HTML_TAG_NAME:
        in_tag_name(h, c);
        break;
    case HTML_TAG:
        in_tag(h, c);
        break;
    case HTML_NAME:
        in_name(h, c);
        break;
    case HTML_EQUALS:
        after_equals(h, c);
        break;
    case HTML_VALUE:
        in_value(h, c);
        break;
    case HTML_BARE:
        in_bare(h, c);
        break;
    case HTML_COMMENT:
        if (c == '>' && h->before[0] == '-' && h->before[1] == '-')
            h->place = HTML_TEXT;
        break;
    case HTML_MARKUP:
        in_markup(h, c);
        break;
    case HTML_RAW:
        if (c == '/' && h->before[1] == '<') {
            h->place = HTML_LESS;
            after_less(h, c);
        }
        break;
    }
    h->before[0] = h->before[1];
    h->before[1] = c;
}

void html_feed(struct html_state *h, const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        feed(h, s[i]);
}

void html_value(struct html_state *h) {
    h->at_start = false;
    if (h->place == HTML_LESS)
        h->place = HTML_TEXT;
    h->before[0] = h->before[1] = '\0';
}

static enum html_rule attribute_rule(const struct html_state *h) {
    bool handler = h->name_n > 2 && h->name[0] == 'o' && h->name[1] == 'n';
    if (handler || is_one_of(refused_attributes, h->name, h->name_n))
        return HTML_NEVER;
    if (!is_one_of(url_attributes, h->name, h->name_n))
        return HTML_ANY;
    return h->at_start ? HTML_URL_START : HTML_URL_REST;
}

enum html_rule html_rule(const struct html_state *h, const char **where) {
    static const char *const places[] = {
        [HTML_TEXT] = "in text",
        [HTML_LESS] = "right after \"<\"",
        [HTML_TAG_NAME] = "in the name of a tag",
        [HTML_TAG] = "in a tag outside of a quoted attribute value",
        [HTML_NAME] = "in the name of an attribute",
        [HTML_EQUALS] = "in an attribute value without quotes",
        [HTML_VALUE] = "in an attribute that holds a URL or code",
        [HTML_BARE] = "in an attribute value without quotes",
        [HTML_COMMENT] = "in a comment",
        [HTML_MARKUP] = "in a declaration",
        [HTML_RAW] = "in a script or a style",
    };
    *where = places[h->place];
    if (h->place == HTML_VALUE)
        return attribute_rule(h);
    return h->place == HTML_TEXT || h->place == HTML_COMMENT ? HTML_ANY : HTML_NEVER;
}

bool html_is_kept(const struct html_state *h) {
    return h->place == HTML_VALUE && is_one_of(kept_attributes, h->name, h->name_n);
}

/* 0 text, 1 in a tag, and each other place for itself. */
static int class_of(const struct html_state *h) {
    switch ((enum html_place)h->place) {
    case HTML_TEXT:
    case HTML_LESS:
        return 0;
    case HTML_TAG_NAME:
    case HTML_TAG:
    case HTML_NAME:
    case HTML_BARE:
        return 1;
    default:
        return (int)h->place + 2;
    }
}

bool html_alike(const struct html_state *a, const struct html_state *b) {
    if (class_of(a) != class_of(b))
        return false;
    return a->place != HTML_VALUE || (a->quote == b->quote && a->name_n == b->name_n &&
                                      memcmp(a->name, b->name, a->name_n) == 0);
}
