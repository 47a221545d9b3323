/* template.h - pages from Mustache templates, compiled at start against the field tables.
 *
 * Syntax: Mustache (https://mustache.github.io/mustache.5.html and the inheritance extension of
 * mustache/spec): {{name}}, {{#name}}…{{/name}}, {{^name}}…{{/name}}, {{>partial}}, {{! comment }},
 * {{<layout}}…{{/layout}} with {{$block}}…{{/block}}, dotted names, {{.}}, set delimiters. There is
 * no unescaped tag: {{{…}}} and {{&…}} stop the start. A name that the field tables do not have
 * stops the start, naming file, line and name.
 *
 * Beyond Mustache:
 * - facets: {{createdAt.iso}} of a time, {{supply.raw}} of an amount,
 *   {{supply.groups}} (the same as {{supply}}, with <wbr> between the groups of a long one),
 *   {{txHash.short}} of a hash, {{name.cut}} (the beginning of what is too long for a row of a
 * list, and "…"; the plain value is cut, too, where it is too long for a page: templates/values.h),
 *   {{description.long}} (the same, later),
 *   {{iconUrl.href}} of a URL (empty unless https), {{id.raw}} of a number (without grouping),
 *   {{name.arg}} (percent-encoded, for query strings). The table is in templates/values.c.
 * - {{#list.any}}…{{/list.any}} is entered once if the list has rows: for what stands around them.
 * - {{#_}}text with {{tags}}{{/_}} is translated: the literal source between the tags, white space
 *   folded, is the msgid; the translation is compiled in its place. One that is not usable (broken
 *   syntax, a tag or markup that the original does not have) is logged, and English stands.
 * - a tag right after href=", src=" or action=" must be a FIELD_PATH, or the .href facet of a
 *   FIELD_URL; anything else stops the start. Later in such a value a tag must be .arg, .raw of a
 *   number, a path or a hash. Where escaping does not help (unquoted values, names, style and on…
 *   attributes, scripts, styles) no value may stand.
 *
 * A section over a scalar stands once if the field is not absent (field_absent; a derived field is
 * absent if its text is empty, any other text if nothing of it can be seen), and {{.}} is its value
 * in there. In a section over a record or a list names are looked up in the inner record first;
 * {{.}} is its field named ".", if it has one.
 * A partial may call itself; sections and partials nest at most 128 deep, what is deeper is left
 * out.
 *
 * Every value is escaped for HTML text and quoted attributes alike (text_html). What turns the
 * direction of text is left out (text_drop_directions), but in attributes named `value`: <bdi>
 * would not hold it, since browsers close it at a U+2069 of the text. Numbers, amounts and times
 * are written by templates/format.h, the one formatter. */
#ifndef SITA_TEMPLATES_TEMPLATE_H
#define SITA_TEMPLATES_TEMPLATE_H

#include "base/record.h"
#include "base/status.h"

struct templates; /* a compiled set for one language; owned by the caller */
struct template;  /* one compiled page; borrowed from its set */

/* One page of a set: the file's name without ".html", and the record it is rendered with. */
struct template_page {
    const char *file;
    const struct record *model;
};

/* Reads every *.html below dir (a file system path; partial "parts/pager" is parts/pager.html),
 * compiles the n pages, each against its model on top of `shell` (names are looked up in the model
 * first). Messages are translated by gettext in the process's current language.
 * OK: *set is new. BAD_INPUT: `why` gets one sentence per problem, *set is NULL. */
MUST_CHECK enum status templates_load(struct templates **set, const char *dir,
                                      const struct template_page *pages, size_t n,
                                      const struct record *shell, struct text *why);

/* The page of that name, or NULL. */
const struct template *templates_find(const struct templates *set, const char *file);

/* Appends the page. shell and model are structs of the records it was compiled against. */
void template_render(const struct template *t, const void *shell, const void *model,
                     struct text *out);

void templates_free(struct templates *set);

#endif
