#include "templates/program.h"

#include <string.h>

#include "templates/html.h"
#include "templates/names.h"
#include "templates/translate.h"

enum {
    EXPANSION_DEPTH_MAX = 48,
    EXPANSIONS_MAX = 20000,
    INDENTATION_MAX = 32,
    LITERAL_MAX = 8 * 1024 * 1024
};

/* How the lines of a file are indented in the place it is put in: `remove` is taken off their own
 * white space as far as it matches, and `add` stands before what is left. */
struct indent {
    const char *remove, *add;
    size_t remove_n, add_n;
};

/* The blocks inside one {{<parent}}…{{/parent}}. */
struct overrides {
    const struct node *parent;
    const struct source *source; /* that it is written in */
    const struct overrides *outer;
    bool *used; /* for each child of parent */
};

/* A partial (or a page) in one surrounding: what it is compiled to is shared by all its calls. */
struct routine {
    const struct source *source;
    struct scope scope;
    struct html_state html;
    const char *add; /* indentation */
    size_t add_n;
    uint32_t entry;
};

struct compiler {
    struct templates *set;
    struct problems *problems;
    struct routine *routines;
    size_t capacity; /* of routines; how many there are is in the set */
    struct text literal;
    size_t literal_bytes; /* all that were emitted */
    size_t expansions, depth;
    bool too_large;
    /* the place that is being compiled */
    const struct source *source;
    const struct overrides *overrides;
    struct scope scope;
    struct indent indent;
    struct html_state html;
    /* white space of a line on which nothing stands yet: in the source, and as it will be put */
    bool line_waits;
    const char *line_source, *line;
    size_t line_source_n, line_n;
};

#define COMPLAIN(c, node, ...)                                                                     \
    problem_add((c)->problems, (c)->source->file, (node)->line, __VA_ARGS__)

static void compile_children(struct compiler *c, const struct node *in);

static bool same(const char *s, size_t n, const char *t, size_t m) {
    return n == m && memcmp(s, t, n) == 0;
}

const struct source *program_source(const struct templates *set, const char *name, size_t n) {
    static const char ending[] = ".html";
    size_t k = sizeof ending - 1;
    for (size_t i = 0; i < set->n_sources; i++) {
        const char *file = set->sources[i].file;
        if (strlen(file) == n + k && memcmp(file, name, n) == 0 && strcmp(file + n, ending) == 0)
            return &set->sources[i];
    }
    return NULL;
}

/* -- emitting -------------------------------------------------------------------------------- */

static struct op *add_op(struct compiler *c, enum op_code code) {
    struct templates *set = c->set;
    if (set->n_ops == set->ops_capacity) {
        size_t more = set->ops_capacity ? set->ops_capacity * 2 : 256;
        set->ops = arena_grow(set->work, set->ops, set->ops_capacity * sizeof *set->ops,
                              more * sizeof *set->ops);
        set->ops_capacity = more;
    }
    c->too_large |= set->n_ops >= OPS_MAX;
    struct op *op = &set->ops[set->n_ops++];
    *op = (struct op){.code = (uint8_t)code};
    return op;
}

static void put_literal(struct compiler *c, const char *s, size_t n) {
    c->literal_bytes += n;
    if (c->literal_bytes > LITERAL_MAX) {
        c->too_large = true;
        return;
    }
    text_add(&c->literal, s, n);
    html_feed(&c->html, s, n);
}

static void flush_line(struct compiler *c) {
    if (c->line_waits)
        put_literal(c, c->line, c->line_n);
    c->line_waits = false;
}

/* After this, the next op is a place that a jump may go to. */
static void flush(struct compiler *c) {
    flush_line(c);
    if (c->literal.n) {
        struct op *op = add_op(c, OP_TEXT);
        op->text.n = c->literal.n;
        op->text.s = arena_strndup(c->set->arena, c->literal.at, c->literal.n);
    }
    text_clear(&c->literal);
}

/* -- white space ----------------------------------------------------------------------------- */

/* Puts the white space s of a line of the source, as it will be here, at *to. */
static void indented(struct compiler *c, const char *s, size_t n, const char **to, size_t *to_n) {
    const struct indent *in = &c->indent;
    size_t gone = 0;
    while (gone < n && gone < in->remove_n && s[gone] == in->remove[gone])
        gone++;
    char *line = arena_raw(c->set->work, in->add_n + n - gone + 1);
    memcpy(line, in->add, in->add_n);
    memcpy(line + in->add_n, s + gone, n - gone);
    *to = line;
    *to_n = in->add_n + n - gone;
}

/* The indentation of a file that is put in by a tag alone on its line. It stops growing at some
 * width, so that an indented partial that calls itself comes to an end. */
static void indented_file(struct compiler *c, const struct node *node, const char **to,
                          size_t *to_n) {
    indented(c, node->indent, node->indent_n, to, to_n);
    if (*to_n > INDENTATION_MAX)
        *to_n = INDENTATION_MAX;
}

static void start_line(struct compiler *c, const char *s, size_t n) {
    c->line_source = s;
    c->line_source_n = n;
    indented(c, s, n, &c->line, &c->line_n);
    c->line_waits = true;
}

/* True if the content begins with a line of its own; *s gets the white space before it. */
static bool starts_line(const struct node *in, const char **s, size_t *n) {
    const struct node *first = in->children;
    if (!first || !(first->kind == NODE_LINE || first->own_line))
        return false;
    *s = first->kind == NODE_LINE ? first->s : first->indent;
    *n = first->kind == NODE_LINE ? first->n : first->indent_n;
    return true;
}

/* -- values and sections --------------------------------------------------------------------- */

static bool fits_url(struct compiler *c, const struct node *node, const struct facet *facet,
                     enum html_rule rule) {
    if (rule == HTML_URL_START && !(facet->in_url & IN_URL_START))
        COMPLAIN(c, node,
                 "\"%.*s\" begins the URL of the attribute %.*s; there only a path or the facet "
                 ".href of a URL may stand.",
                 (int)node->n, node->s, c->html.name_n, c->html.name);
    else if (rule == HTML_URL_REST && !(facet->in_url & IN_URL_REST))
        COMPLAIN(c, node,
                 "\"%.*s\" stands inside the URL of the attribute %.*s; there it needs a facet "
                 "that is safe in a URL, such as .arg.",
                 (int)node->n, node->s, c->html.name_n, c->html.name);
    else
        return true;
    return false;
}

static void compile_value(struct compiler *c, const struct node *node) {
    struct found found;
    const char *where;
    flush_line(c);
    enum html_rule rule = html_rule(&c->html, &where);
    if (!names_find(c->set, &c->scope, node, c->source->file, c->problems, &found))
        return;
    if (rule == HTML_NEVER) {
        COMPLAIN(c, node, "\"%.*s\" stands %s, where no value is safe.", (int)node->n, node->s,
                 where);
        return;
    }
    if (!fits_url(c, node, found.facet, rule))
        return;
    if ((found.facet->in_url & TEXT_ONLY) && c->html.place == HTML_VALUE) {
        COMPLAIN(c, node, "\"%.*s\" holds markup, which cannot stand in an attribute.",
                 (int)node->n, node->s);
        return;
    }
    flush(c);
    struct op *op = add_op(c, OP_VALUE);
    op->value.ref = found.ref;
    op->value.put = found.facet->put;
    op->value.kept = html_is_kept(&c->html);
    html_value(&c->html);
}

/* The body may be left out or come many times, so what follows it must be right after both. */
static void compile_body(struct compiler *c, const struct node *node) {
    struct html_state before = c->html;
    compile_children(c, node);
    flush(c);
    if (!html_alike(&before, &c->html))
        COMPLAIN(c, node, "the section \"%.*s\" ends in another part of HTML than it began in.",
                 (int)node->n, node->s);
    c->html.at_start |= before.at_start;
}

static void compile_if(struct compiler *c, const struct node *node, const struct found *found) {
    struct scope outer = c->scope;
    bool inverted = node->kind == NODE_INVERTED;
    struct op *op = add_op(c, inverted ? OP_UNLESS : OP_IF);
    size_t at = c->set->n_ops - 1;
    op->value.ref = found->ref;
    if (!inverted && found->facet)
        c->scope.dot = found->ref;
    compile_body(c, node);
    c->set->ops[at].to = (uint32_t)c->set->n_ops;
    c->scope = outer;
}

static void compile_push(struct compiler *c, const struct node *node, const struct ref *ref) {
    struct scope outer = c->scope;
    bool list = ref->field->type == FIELD_LIST;
    uint8_t slot;
    if (!names_push(c->set, &c->scope, ref->field->of, &slot, c->source->file, node->line,
                    c->problems))
        return;
    struct op *op = add_op(c, list ? OP_EACH : OP_WITH);
    size_t at = c->set->n_ops - 1;
    op->value.ref = ref;
    op->slot = slot;
    compile_body(c, node);
    op = add_op(c, list ? OP_NEXT : OP_END_WITH);
    op->slot = slot;
    op->to = (uint32_t)at + 1;
    c->set->ops[at].to = (uint32_t)c->set->n_ops;
    c->scope = outer;
}

static void compile_section(struct compiler *c, const struct node *node) {
    struct found found;
    if (!names_find(c->set, &c->scope, node, c->source->file, c->problems, &found))
        return;
    flush(c);
    if (node->kind == NODE_INVERTED || found.facet || found.any)
        compile_if(c, node, &found);
    else if (!found.ref->field->of)
        COMPLAIN(c, node, "\"%.*s\" has no record inside.", (int)node->n, node->s);
    else
        compile_push(c, node, found.ref);
}

/* -- partials and inheritance ---------------------------------------------------------------- */

static bool same_routine(const struct routine *a, const struct routine *b) {
    return a->source == b->source && same(a->add, a->add_n, b->add, b->add_n) &&
           html_alike(&a->html, &b->html) && a->html.at_start == b->html.at_start &&
           names_same(&a->scope, &b->scope);
}

/* The number of the routine, which is compiled later if it is new. */
static uint32_t routine_number(struct compiler *c, const struct routine *wanted) {
    size_t n = c->set->n_routines;
    for (size_t i = 0; i < n; i++)
        if (same_routine(&c->routines[i], wanted))
            return (uint32_t)i;
    if (n == ROUTINES_MAX) {
        c->too_large = true;
        return 0;
    }
    if (n == c->capacity) {
        size_t more = n * 2;
        c->routines = arena_grow(c->set->work, c->routines, n * sizeof *c->routines,
                                 more * sizeof *c->routines);
        c->capacity = more;
    }
    c->routines[n] = *wanted;
    c->set->n_routines = n + 1;
    return (uint32_t)n;
}

static const struct source *find_source(struct compiler *c, const struct node *node) {
    const struct source *source = program_source(c->set, node->s, node->n);
    if (!source)
        COMPLAIN(c, node, "there is no template \"%.*s\".", (int)node->n, node->s);
    return source;
}

static void compile_partial(struct compiler *c, const struct node *node) {
    struct routine wanted = {.source = find_source(c, node), .scope = c->scope, .add = ""};
    if (!wanted.source)
        return;
    if (node->own_line)
        indented_file(c, node, &wanted.add, &wanted.add_n);
    flush(c);
    /* "<" before a partial is text, as it is before anything but a name. */
    if (c->html.place == HTML_LESS)
        c->html.place = HTML_TEXT;
    wanted.html = c->html;
    uint32_t number = routine_number(c, &wanted);
    add_op(c, OP_CALL)->to = number;
    c->html.at_start = false;
}

static bool may_expand(struct compiler *c, const struct node *node) {
    if (c->depth >= EXPANSION_DEPTH_MAX) {
        COMPLAIN(c, node, "\"%.*s\": templates inherit from each other without end.", (int)node->n,
                 node->s);
        return false;
    }
    if (++c->expansions > EXPANSIONS_MAX)
        c->too_large = true;
    return !c->too_large;
}

static void check_used(struct compiler *c, const struct overrides *o) {
    size_t i = 0;
    for (const struct node *block = o->parent->children; block; block = block->next, i++)
        if (block->kind == NODE_BLOCK && !o->used[i])
            COMPLAIN(c, block, "\"%.*s\" has no block \"%.*s\".", (int)o->parent->n, o->parent->s,
                     (int)block->n, block->s);
}

static size_t count_children(const struct node *node) {
    size_t n = 0;
    for (const struct node *child = node->children; child; child = child->next)
        n++;
    return n;
}

static void compile_parent(struct compiler *c, const struct node *node) {
    const struct source *source = find_source(c, node), *outer_source = c->source;
    struct indent outer_indent = c->indent;
    struct overrides o = {.parent = node, .source = c->source, .outer = c->overrides};
    if (!source || !may_expand(c, node))
        return;
    size_t children = count_children(node);
    o.used = arena_array(c->set->work, children ? children : 1, sizeof *o.used);
    struct indent inner = {.remove = "", .add = ""};
    if (node->own_line)
        indented_file(c, node, &inner.add, &inner.add_n);
    flush_line(c);
    c->indent = inner;
    c->overrides = &o;
    c->source = source;
    c->depth++;
    compile_children(c, source->root);
    c->depth--;
    c->source = outer_source;
    c->overrides = o.outer;
    c->indent = outer_indent;
    check_used(c, &o);
}

/* What stands in place of the block: the outermost override wins. *from is where it is written. */
static const struct node *find_override(struct compiler *c, const struct node *block,
                                        const struct overrides **from) {
    const struct node *found = NULL;
    for (const struct overrides *o = c->overrides; o; o = o->outer) {
        size_t i = 0;
        for (const struct node *child = o->parent->children; child; child = child->next, i++)
            if (child->kind == NODE_BLOCK && same(child->s, child->n, block->s, block->n)) {
                o->used[i] = true;
                found = child;
                *from = o;
            }
    }
    return found;
}

/* The override's lines keep their indentation among themselves and take that of the block's place:
 * of its default content, or else of the tag. In the middle of a line they take none. */
static void indent_override(struct compiler *c, const struct node *block,
                            const struct node *override) {
    struct indent inner = {.remove = "", .add = ""};
    const char *place = block->indent;
    size_t place_n = block->indent_n;
    bool whole_lines = starts_line(override, &inner.remove, &inner.remove_n);
    if (!block->own_line) {
        place = c->line_source;
        place_n = c->line_source_n;
    } else {
        starts_line(block, &place, &place_n);
    }
    if (block->own_line || c->line_waits)
        indented(c, place, place_n, &inner.add, &inner.add_n);
    if (block->own_line && !whole_lines)
        start_line(c, place, place_n);
    c->indent = inner;
}

/* An override is compiled as what it is: text of the file it is written in, whose own blocks are
 * filled from outside of that file. */
static void compile_block(struct compiler *c, const struct node *block) {
    const struct overrides *from = NULL;
    const struct node *override = find_override(c, block, &from);
    if (!may_expand(c, block))
        return;
    c->depth++;
    if (override) {
        const struct source *outer_source = c->source;
        const struct overrides *outer_overrides = c->overrides;
        struct indent outer_indent = c->indent;
        indent_override(c, block, override);
        c->source = from->source;
        c->overrides = from->outer;
        compile_children(c, override);
        c->source = outer_source;
        c->overrides = outer_overrides;
        c->indent = outer_indent;
    } else {
        compile_children(c, block);
    }
    c->depth--;
}

/* -- messages -------------------------------------------------------------------------------- */

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void put_translation(struct compiler *c, const struct node *node,
                            const struct source *translation) {
    if (node->n && is_space(node->s[0]) && !node->own_line)
        put_literal(c, " ", 1);
    compile_children(c, translation->root);
    if (node->n && is_space(node->s[node->n - 1]))
        put_literal(c, "\n", 1);
    flush(c);
}

/* Compiles the translation in place; false, and nothing has changed, if it does not compile. */
static bool compile_translation(struct compiler *c, const struct node *node,
                                const struct source *translation) {
    flush(c);
    struct compiler before = *c;
    size_t n_ops = c->set->n_ops;
    struct text why = text_in(c->set->work, 1024);
    struct problems problems = {.why = &why};
    c->problems = &problems;
    c->source = translation;
    if (c->html.place == HTML_VALUE && memchr(translation->at, c->html.quote, translation->n))
        problem_add(&problems, translation->file, 1, "it would end the attribute it stands in.");
    put_translation(c, node, translation);
    c->source = before.source;
    c->problems = before.problems;
    if (problems.n == 0 && html_alike(&before.html, &c->html))
        return true;
    translate_refused(c->source->file, node, problems.n ? text_str(&why) : "it is not whole HTML");
    c->html = before.html;
    c->set->n_ops = n_ops;
    return false;
}

static void compile_message(struct compiler *c, const struct node *node) {
    struct source translation;
    if (!translate_message(c->set->work, c->source->file, node, &translation) ||
        !compile_translation(c, node, &translation))
        compile_children(c, node);
}

/* -- the whole ------------------------------------------------------------------------------- */

static void compile_node(struct compiler *c, const struct node *node) {
    switch (node->kind) {
    case NODE_TEXT:
        flush_line(c);
        put_literal(c, node->s, node->n);
        break;
    case NODE_LINE:
        start_line(c, node->s, node->n);
        break;
    case NODE_VALUE:
        compile_value(c, node);
        break;
    case NODE_SECTION:
    case NODE_INVERTED:
        compile_section(c, node);
        break;
    case NODE_PARTIAL:
        compile_partial(c, node);
        break;
    case NODE_PARENT:
        compile_parent(c, node);
        break;
    case NODE_BLOCK:
        compile_block(c, node);
        break;
    case NODE_MESSAGE:
        compile_message(c, node);
        break;
    }
}

static void compile_children(struct compiler *c, const struct node *in) {
    for (const struct node *node = in->children; node && !c->too_large; node = node->next)
        compile_node(c, node);
}

/* Compiling one routine may ask for others, which come to the end of the list. */
static void compile_routines(struct compiler *c) {
    for (size_t i = 0; i < c->set->n_routines && !c->too_large; i++) {
        struct routine r = c->routines[i];
        c->source = r.source;
        c->scope = r.scope;
        c->html = r.html;
        c->indent = (struct indent){.remove = "", .add = r.add, .add_n = r.add_n};
        c->routines[i].entry = (uint32_t)c->set->n_ops;
        compile_children(c, r.source->root);
        flush(c);
        add_op(c, OP_RETURN);
        if (!html_alike(&r.html, &c->html))
            problem_add(c->problems, r.source->file, 0,
                        "it ends in another part of HTML than it began in.");
    }
}

static void add_page(struct compiler *c, const struct template_page *page,
                     const struct record *shell) {
    struct template *t = &c->set->pages[c->set->n_pages++];
    struct routine wanted = {.add = ""};
    t->file = arena_strdup(c->set->arena, page->file);
    t->set = c->set;
    wanted.source = program_source(c->set, page->file, strlen(page->file));
    if (!wanted.source)
        problem_add(c->problems, page->file, 0, "there is no file %s.html.", page->file);
    else if (names_push(c->set, &wanted.scope, shell, &t->shell_slot, page->file, 0, c->problems) &&
             names_push(c->set, &wanted.scope, page->model, &t->model_slot, page->file, 0,
                        c->problems))
        t->routine = routine_number(c, &wanted);
}

/* Moves what rendering needs out of the memory that is given back. */
static void keep_program(struct compiler *c) {
    struct templates *set = c->set;
    struct op *ops = arena_array(set->arena, set->n_ops, sizeof *ops);
    if (set->n_ops)
        memcpy(ops, set->ops, set->n_ops * sizeof *ops);
    set->ops = ops;
    set->entries = arena_array(set->arena, set->n_routines, sizeof *set->entries);
    for (size_t i = 0; i < set->n_routines; i++)
        set->entries[i] = c->routines[i].entry;
}

void compile_pages(struct templates *set, const struct template_page *pages, size_t n,
                   const struct record *shell, struct problems *p) {
    struct compiler c = {.set = set, .problems = p};
    c.literal = text_in(set->work, LITERAL_MAX);
    c.capacity = 16;
    c.routines = arena_array(set->work, c.capacity, sizeof *c.routines);
    set->pages = arena_array(set->arena, n ? n : 1, sizeof *set->pages);
    for (size_t i = 0; i < n; i++)
        add_page(&c, &pages[i], shell);
    compile_routines(&c);
    if (c.too_large)
        problem_add(p, "templates", 0, "all pages together are too large for one program.");
    keep_program(&c);
}
