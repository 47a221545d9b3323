#include "templates/parse.h"

#include <string.h>

enum { DELIMITER_MAX = 8 };

/* A stretch of text within one line, or a tag. */
struct piece {
    bool is_tag;
    char sigil;    /* tags: one of # ^ / > < $ ! = & {, or 0 for a value */
    const char *s; /* text, or the name without its surroundings */
    size_t n;
    const char *from, *to; /* the whole tag in the source */
    int line;
};

struct parser {
    struct arena *arena;
    struct problems *problems;
    const char *file;
    const char *p, *end;
    int line;
    bool fragment;
    char open[DELIMITER_MAX + 1], close[DELIMITER_MAX + 1];
    size_t open_n, close_n;
    struct piece *pieces; /* of the line that is being read */
    size_t n, capacity;
    struct node *stack[NESTING_MAX + 1]; /* open nodes; stack[0] is the root */
    size_t depth;                        /* index of the innermost */
    size_t too_deep;                     /* sections open beyond NESTING_MAX, which are dropped */
};

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_blank(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!is_space(s[i]))
            return false;
    return true;
}

static bool same(const char *s, size_t n, const char *t, size_t m) {
    return n == m && memcmp(s, t, n) == 0;
}

/* -- from bytes to pieces -------------------------------------------------------------------- */

static struct piece *add_piece(struct parser *pr) {
    if (pr->n == pr->capacity) {
        size_t more = pr->capacity ? pr->capacity * 2 : 16;
        pr->pieces = arena_grow(pr->arena, pr->pieces, pr->capacity * sizeof *pr->pieces,
                                more * sizeof *pr->pieces);
        pr->capacity = more;
    }
    struct piece *piece = &pr->pieces[pr->n++];
    *piece = (struct piece){.line = pr->line};
    return piece;
}

static void add_text(struct parser *pr, const char *to) {
    if (to > pr->p) {
        struct piece *text = add_piece(pr);
        text->s = pr->p;
        text->n = (size_t)(to - pr->p);
    }
    pr->p = to;
}

static bool set_delimiter(char *to, size_t *to_n, const char *s, size_t n) {
    if (n == 0 || n > DELIMITER_MAX || memchr(s, '=', n))
        return false;
    memcpy(to, s, n);
    to[n] = '\0';
    *to_n = n;
    return true;
}

/* {{=<% %>=}}: s is what stands between the two "=". */
static void set_delimiters(struct parser *pr, const char *s, size_t n) {
    size_t first = 0, second;
    while (first < n && !is_space(s[first]))
        first++;
    second = first;
    while (second < n && is_space(s[second]))
        second++;
    bool spaced = false;
    for (size_t i = second; i < n; i++)
        spaced |= is_space(s[i]);
    if (spaced || second == first || !set_delimiter(pr->open, &pr->open_n, s, first) ||
        !set_delimiter(pr->close, &pr->close_n, s + second, n - second))
        problem_add(pr->problems, pr->file, pr->line,
                    "a set-delimiter tag needs two delimiters of at most %d bytes.", DELIMITER_MAX);
}

static void trim(struct piece *tag) {
    while (tag->n && is_space(*tag->s))
        tag->s++, tag->n--;
    while (tag->n && is_space(tag->s[tag->n - 1]))
        tag->n--;
}

static void count_lines(struct parser *pr, const char *from, const char *to) {
    for (; from < to; from++)
        pr->line += *from == '\n';
}

/* A tag begins at pr->p; false if it never ends. */
static bool read_tag(struct parser *pr) {
    const char *from = pr->p, *s = from + pr->open_n;
    char sigil = s < pr->end && strchr("#^/><$!=&{", *s) ? *s : '\0';
    const char *close = memmem(s, (size_t)(pr->end - s), pr->close, pr->close_n);
    if (!close) {
        problem_add(pr->problems, pr->file, pr->line, "the tag %s… is never closed by %s.",
                    pr->open, pr->close);
        pr->p = pr->end;
        return false;
    }
    struct piece *tag = add_piece(pr);
    tag->is_tag = true;
    tag->sigil = sigil;
    tag->s = s + (sigil != '\0');
    tag->n = close > tag->s ? (size_t)(close - tag->s) : 0;
    pr->p = close + pr->close_n;
    if (sigil == '{' && pr->p < pr->end && *pr->p == '}')
        pr->p++;
    bool ends_in_equals = tag->n && tag->s[tag->n - 1] == '=';
    if (sigil == '=' && ends_in_equals)
        tag->n--;
    trim(tag);
    tag->from = from;
    tag->to = pr->p;
    if (sigil == '=')
        set_delimiters(pr, tag->s, ends_in_equals ? tag->n : 0);
    count_lines(pr, from, pr->p);
    return true;
}

/* Reads pieces up to and with the next newline outside a tag. */
static void read_line(struct parser *pr) {
    pr->n = 0;
    const char *q = pr->p;
    while (q < pr->end) {
        if (*q == '\n') {
            add_text(pr, q + 1);
            pr->line++;
            return;
        }
        if ((size_t)(pr->end - q) >= pr->open_n && memcmp(q, pr->open, pr->open_n) == 0) {
            add_text(pr, q);
            if (!read_tag(pr))
                return;
            q = pr->p;
        } else {
            q++;
        }
    }
    add_text(pr, q);
}

/* -- from pieces to nodes -------------------------------------------------------------------- */

static struct node *innermost(struct parser *pr) {
    return pr->stack[pr->depth];
}

static struct node *add_node(struct parser *pr, enum node_kind kind, const char *s, size_t n,
                             int line) {
    struct node *node = arena_alloc(pr->arena, sizeof *node);
    struct node *in = innermost(pr);
    node->kind = kind;
    node->line = line;
    node->s = s;
    node->n = n;
    if (in->last)
        in->last->next = node;
    else
        in->children = node;
    in->last = node;
    return node;
}

static char sigil_of(const struct node *node) {
    switch (node->kind) {
    case NODE_INVERTED:
        return '^';
    case NODE_PARENT:
        return '<';
    case NODE_BLOCK:
        return '$';
    default:
        return '#';
    }
}

static bool name_ok(const struct piece *tag) {
    bool path = tag->sigil == '>' || tag->sigil == '<' || tag->sigil == '$';
    bool closing = tag->sigil == '/'; /* of either: it must match what was opened */
    if (same(tag->s, tag->n, ".", 1))
        return !path;
    if (tag->n == 0 || tag->s[0] == '.' || tag->s[tag->n - 1] == '.' ||
        memmem(tag->s, tag->n, "..", 2))
        return false;
    for (size_t i = 0; i < tag->n; i++) {
        char c = tag->s[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        bool in_path = c == '-' || c == '/';
        if (!plain && c != '_' && !(path ? in_path : c == '.' || (closing && in_path)))
            return false;
    }
    return true;
}

static bool in_message(struct parser *pr) {
    for (size_t i = 1; i <= pr->depth; i++)
        if (pr->stack[i]->kind == NODE_MESSAGE)
            return true;
    return false;
}

/* A translator sees the text of a message; what is not a value or a section cannot be there. */
static bool allowed_in_message(const struct piece *tag) {
    return !tag->sigil || tag->sigil == '/' || tag->sigil == '^' ||
           (tag->sigil == '#' && !same(tag->s, tag->n, "_", 1));
}

static void open_node(struct parser *pr, const struct piece *tag, struct node *node) {
    if (pr->depth == NESTING_MAX) {
        problem_add(pr->problems, pr->file, tag->line, "tags are nested deeper than %d.",
                    NESTING_MAX);
        pr->too_deep++;
        return;
    }
    if (node->kind == NODE_MESSAGE) {
        node->s = tag->to;
        if (strcmp(pr->open, "{{") != 0 || strcmp(pr->close, "}}") != 0)
            problem_add(pr->problems, pr->file, tag->line,
                        "a message needs the ordinary delimiters {{ and }}.");
    }
    pr->stack[++pr->depth] = node;
}

static bool is_named(const struct node *node, const struct piece *tag) {
    return node->kind == NODE_MESSAGE ? same(tag->s, tag->n, "_", 1)
                                      : same(tag->s, tag->n, node->s, node->n);
}

static void complain_open(struct parser *pr, const struct node *node) {
    bool message = node->kind == NODE_MESSAGE;
    problem_add(pr->problems, pr->file, node->line, "{{%c%.*s}} is never closed.", sigil_of(node),
                message ? 1 : (int)node->n, message ? "_" : node->s);
}

static void close_node(struct parser *pr, const struct piece *tag) {
    if (pr->too_deep) {
        pr->too_deep--;
        return;
    }
    size_t i = pr->depth;
    while (i > 0 && !is_named(pr->stack[i], tag))
        i--;
    if (i == 0) {
        problem_add(pr->problems, pr->file, tag->line, "{{/%.*s}} closes nothing that is open.",
                    (int)tag->n, tag->s);
        return;
    }
    for (; pr->depth > i; pr->depth--)
        complain_open(pr, innermost(pr));
    struct node *node = innermost(pr);
    if (node->kind == NODE_MESSAGE)
        node->n = (size_t)(tag->from - node->s);
    pr->depth--;
}

static enum node_kind kind_of(const struct piece *tag) {
    switch (tag->sigil) {
    case '#':
        return same(tag->s, tag->n, "_", 1) ? NODE_MESSAGE : NODE_SECTION;
    case '^':
        return NODE_INVERTED;
    case '>':
        return NODE_PARTIAL;
    case '<':
        return NODE_PARENT;
    case '$':
        return NODE_BLOCK;
    default:
        return NODE_VALUE;
    }
}

/* indent is NULL unless the tag stands alone on its line. */
static void build_tag(struct parser *pr, const struct piece *tag, const struct piece *indent) {
    if (in_message(pr) && !allowed_in_message(tag)) {
        problem_add(pr->problems, pr->file, tag->line,
                    "a message may contain only text, values and sections.");
    } else if (tag->sigil == '&' || tag->sigil == '{') {
        problem_add(pr->problems, pr->file, tag->line, "%.*s: there is no unescaped tag.",
                    (int)(tag->to - tag->from), tag->from);
    } else if (tag->sigil != '!' && tag->sigil != '=' && !name_ok(tag)) {
        problem_add(pr->problems, pr->file, tag->line, "\"%.*s\" is not a name.", (int)tag->n,
                    tag->s);
    } else if (tag->sigil == '/') {
        close_node(pr, tag);
    } else if (tag->sigil != '!' && tag->sigil != '=') {
        struct node *node = add_node(pr, kind_of(tag), tag->s, tag->n, tag->line);
        node->own_line = indent != NULL;
        node->indent = indent ? indent->s : "";
        node->indent_n = indent && !indent->is_tag ? indent->n : 0;
        if (tag->sigil && tag->sigil != '>')
            open_node(pr, tag, node);
    }
}

/* The sigil of what the i-th piece closes; *here if that was opened on the same line. */
static char closes(const struct parser *pr, size_t i, bool *here) {
    const struct piece *tag = &pr->pieces[i];
    *here = true;
    for (size_t k = i; k-- > 0;) {
        const struct piece *before = &pr->pieces[k];
        if (before->is_tag && before->sigil && strchr("#^<$", before->sigil) &&
            same(before->s, before->n, tag->s, tag->n))
            return before->sigil;
    }
    *here = false;
    for (size_t k = pr->depth; k > 0; k--)
        if (is_named(pr->stack[k], tag))
            return sigil_of(pr->stack[k]);
    return '\0';
}

/* Several tags alone on a line: a line only of inheritance tags goes like a single tag, except
 * where it holds nothing but whole blocks, which are content. */
static bool is_inheritance_line(const struct parser *pr) {
    bool parent = false;
    int open_blocks = 0;
    for (size_t i = 0; i < pr->n; i++) {
        const struct piece *tag = &pr->pieces[i];
        bool here = false;
        if (!tag->is_tag)
            continue;
        char sigil = tag->sigil == '/' ? closes(pr, i, &here) : tag->sigil;
        if (sigil != '<' && sigil != '$')
            return false;
        parent |= sigil == '<';
        if (sigil == '$' && tag->sigil == '$')
            open_blocks++;
        else if (sigil == '$')
            open_blocks -= here ? 1 : 2;
    }
    return parent || open_blocks != 0;
}

enum line_shape { LINE_BLANK, LINE_OF_TAGS, LINE_OF_CONTENT };

static enum line_shape shape_of(const struct parser *pr) {
    size_t tags = 0;
    for (size_t i = 0; i < pr->n; i++) {
        const struct piece *piece = &pr->pieces[i];
        bool unescaped = piece->sigil == '&' || piece->sigil == '{';
        if (piece->is_tag ? !piece->sigil || unescaped : !is_blank(piece->s, piece->n))
            return LINE_OF_CONTENT;
        tags += piece->is_tag;
    }
    if (tags == 0)
        return LINE_BLANK;
    return tags == 1 || is_inheritance_line(pr) ? LINE_OF_TAGS : LINE_OF_CONTENT;
}

/* Takes the white space that the line begins with out of its first piece. */
static void build_line_start(struct parser *pr) {
    struct piece *first = &pr->pieces[0];
    size_t n = 0;
    if (!first->is_tag)
        while (n < first->n && (first->s[n] == ' ' || first->s[n] == '\t'))
            n++;
    add_node(pr, NODE_LINE, first->is_tag ? "" : first->s, n, first->line);
    if (!first->is_tag) {
        first->s += n;
        first->n -= n;
    }
}

static void build_line(struct parser *pr) {
    enum line_shape shape = pr->fragment ? LINE_BLANK : shape_of(pr);
    if (shape == LINE_OF_CONTENT)
        build_line_start(pr);
    for (size_t i = 0; i < pr->n; i++) {
        const struct piece *piece = &pr->pieces[i];
        if (piece->is_tag)
            build_tag(pr, piece, shape == LINE_OF_TAGS ? &pr->pieces[0] : NULL);
        else if (shape != LINE_OF_TAGS && piece->n)
            add_node(pr, NODE_TEXT, piece->s, piece->n, piece->line);
    }
}

static void parse(struct arena *a, struct source *src, struct problems *p, bool fragment) {
    struct parser pr = {.arena = a,
                        .problems = p,
                        .file = src->file,
                        .p = src->at,
                        .line = 1,
                        .end = src->at + src->n,
                        .fragment = fragment,
                        .open = "{{",
                        .open_n = 2,
                        .close = "}}",
                        .close_n = 2};
    src->root = arena_alloc(a, sizeof *src->root);
    pr.stack[0] = src->root;
    while (pr.p < pr.end) {
        read_line(&pr);
        if (pr.n)
            build_line(&pr);
    }
    for (; pr.depth > 0; pr.depth--)
        complain_open(&pr, innermost(&pr));
}

void parse_source(struct arena *a, struct source *src, struct problems *p) {
    parse(a, src, p, false);
}

void parse_fragment(struct arena *a, struct source *src, struct problems *p) {
    parse(a, src, p, true);
}
