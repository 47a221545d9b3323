/* The template engine on records of its own: facets, escaping, URLs, inheritance, recursion. */
#include "tests/unit/template_folder.h"

#include <time.h>

#include "base/when.h"

struct leaf {
    const char *name, *hash, *amount, *icon, *path, *json, *hidden;
    int32_t number;
    int64_t big;
    struct opt_int optional;
    bool flag;
    int64_t when;
    struct rows children;
    struct leaf *link;
};

static void derive_title(struct text *out, const void *record) {
    const struct leaf *l = record;
    text_printf(out, "<%s>", l->name ? l->name : "");
}

static void derive_path(struct text *out, const void *record) {
    text_put(out, ((const struct leaf *)record)->path);
}

static void derive_nothing(struct text *out, const void *record) {
    (void)out;
    (void)record;
}

#define L(member, kind) FIELD_STORED(struct leaf, member, #member, kind)
static const struct record record_leaf;
static const struct field leaf_fields[] = {
    L(name, FIELD_TEXT),
    L(hash, FIELD_HASH),
    L(amount, FIELD_AMOUNT),
    L(icon, FIELD_URL),
    L(path, FIELD_PATH),
    L(json, FIELD_JSON),
    FIELD_MADE(struct leaf, hidden, "hidden", FIELD_TEXT, FACE_JSON),
    L(number, FIELD_INT),
    L(big, FIELD_LONG),
    L(optional, FIELD_OPT_INT),
    L(flag, FIELD_BOOL),
    L(when, FIELD_TIME),
    FIELD_INSIDE(struct leaf, children, "children", FIELD_LIST, FACE_BOTH, &record_leaf),
    FIELD_INSIDE(struct leaf, link, "link", FIELD_LINK, FACE_BOTH, &record_leaf),
    FIELD_SHOWN("title", FIELD_TEXT, derive_title),
    FIELD_SHOWN("url", FIELD_PATH, derive_path),
    FIELD_SHOWN("nothing", FIELD_TEXT, derive_nothing),
};
static const struct record record_leaf = RECORD(leaf, leaf_fields);

struct page {
    const char *heading;
    struct leaf leaf;
    struct rows leaves;
};

static const struct field page_fields[] = {
    FIELD_MADE(struct page, heading, "heading", FIELD_TEXT, FACE_HTML),
    FIELD_INSIDE(struct page, leaf, "leaf", FIELD_RECORD, FACE_BOTH, &record_leaf),
    FIELD_INSIDE(struct page, leaves, "leaves", FIELD_LIST, FACE_BOTH, &record_leaf),
};
static const struct record record_page = RECORD(page, page_fields);

struct shell {
    const char *site, *heading;
};

static const struct field shell_fields[] = {
    FIELD_MADE(struct shell, site, "site", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct shell, heading, "heading", FIELD_TEXT, FACE_HTML),
};
static const struct record record_shell = RECORD(shell, shell_fields);

static const struct shell shell = {.site = "SiTa", .heading = "of the shell"};
static struct folder folder;
static struct page page;
static struct leaf leaves[2];

static int open_folder(void **state) {
    (void)state;
    folder_open(&folder);
    memset(&page, 0, sizeof page);
    memset(leaves, 0, sizeof leaves);
    leaves[0].name = "one";
    leaves[1].name = "two";
    leaves[0].when = leaves[1].when = page.leaf.when = WHEN_NONE;
    page.heading = "of the page";
    page.leaf.name = "leaf";
    page.leaves = (struct rows){leaves, 2};
    return 0;
}

static int close_folder(void **state) {
    (void)state;
    folder_close(&folder);
    return 0;
}

/* What main.html with this content renders to. */
static const char *render(const char *content) {
    folder_write(&folder, "main.html", content);
    return folder_render(&folder, &record_shell, &shell, &record_page, &page);
}

#define RENDERS(content, expected) assert_string_equal(render(content), expected)

/* The problems that main.html with this content has. */
static const char *problems(const char *content) {
    folder_write(&folder, "main.html", content);
    struct templates *set = folder_load(&folder, &record_shell, &record_page);
    if (set)
        fail_msg("this loads: %s", content);
    return text_str(&folder.why);
}

#define REFUSED(content, why) assert_string_equal(problems(content), why "\n")

static void test_names(void **state) {
    (void)state;
    RENDERS("{{site}} {{heading}} {{leaf.name}}", "SiTa of the page leaf");
    RENDERS("{{#leaves}}{{name}} {{heading}},{{/leaves}}", "one of the page,two of the page,");
    RENDERS("{{#leaf}}{{#name}}{{.}}{{name}}{{/name}}{{/leaf}}", "leafleaf");
    RENDERS("{{#leaf.link}}link{{/leaf.link}}{{^leaf.link}}none{{/leaf.link}}", "none");
    RENDERS("[{{leaf.link.name}}{{#leaf.link.name}}x{{/leaf.link.name}}]", "[]");
    page.leaf.link = &leaves[1];
    RENDERS("{{leaf.link.name}} {{#leaf}}{{#link}}{{name}}{{/link}} {{name}}{{/leaf}}",
            "two two leaf");
}

static void test_lists(void **state) {
    (void)state;
    RENDERS("{{#leaves.any}}<ul>{{#leaves}}<li>{{name}}{{/leaves}}</ul>{{/leaves.any}}"
            "{{^leaves.any}}none{{/leaves.any}}{{^leaves}}none{{/leaves}}",
            "<ul><li>one<li>two</ul>");
    page.leaves.n = 0;
    RENDERS("{{#leaves.any}}<ul>{{/leaves.any}}{{^leaves.any}}none{{/leaves.any}}{{#leaves}}x"
            "{{/leaves}}",
            "none");
}

static void test_delimiters(void **state) {
    (void)state;
    RENDERS("{{=<% %>=}}<%site%> {{site}} <%={{ }}=%>{{site}}", "SiTa {{site}} SiTa");
    RENDERS("a\n  {{=| |=}}\n|site|\n", "a\nSiTa\n");
    folder_write(&folder, "p.html", "{{site}}");
    RENDERS("{{=| |=}}|>p||site|", "SiTaSiTa");
    REFUSED("{{=|=}}", "main.html:1: a set-delimiter tag needs two delimiters of at most 8 bytes.");
}

/* What is too long for a row, for a page, and for a long text. */
static void cut_values(void **state) {
    static char seen[8192];
    char text[6001];
    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[6000] = '\0';
    page.leaf.name = text;
    snprintf(seen, sizeof seen, "%.40s…", text);
    RENDERS("{{#leaf}}{{name.cut}}{{/leaf}}", seen);
    snprintf(seen, sizeof seen, "%.1024s…", text);
    RENDERS("{{#leaf}}{{name}}{{/leaf}}", seen);
    snprintf(seen, sizeof seen, "%.4096s…", text);
    RENDERS("{{#leaf}}{{name.long}}{{/leaf}}", seen);
    for (size_t i = 0; i < 1999; i++)
        memcpy(text + 3 * i, "\u94fe", 3);
    text[3 * 1999] = '\0';
    snprintf(seen, sizeof seen, "%.48s…", text);
    RENDERS("{{#leaf}}{{name.cut}}{{/leaf}}", seen);
    text[48] = '\0';
    RENDERS("{{#leaf}}{{name.cut}}{{/leaf}}", text);
    page.leaf.hash = "0x1234abcd00000000000000000000000000000000000000000000000000009f0e";
    RENDERS("{{#leaf}}{{hash.cut}}{{/leaf}}", page.leaf.hash);
    page.leaf.amount = "123456789012345678901234567890123456789."
                       "000000000000000000000000000000000000000000000000000000000000000001";
    RENDERS("{{#leaf}}{{amount.cut}}{{/leaf}}",
            "123,<wbr>456,<wbr>789,<wbr>012,<wbr>345,<wbr>678,<wbr>901,<wbr>234,<wbr>567,<wbr>890,"
            "<wbr>123,<wbr>456,<wbr>789.000<wbr>000<wbr>00…");
    page.leaf.amount = "123456.12345678";
    RENDERS("{{#leaf}}{{amount.cut}}{{/leaf}}", "123,456.12345678");
    page.leaf.amount = "0.1234567890";
    RENDERS("{{#leaf}}{{amount.cut}}{{/leaf}}", "0.12345678…");
    page.leaf.amount = "0.000000000000123456789";
    RENDERS("{{#leaf}}{{amount.cut}}{{/leaf}}",
            "0.000<wbr>000<wbr>000<wbr>000<wbr>123<wbr>456<wbr>78…");
    page.leaf.amount = "12345678901234567890";
    RENDERS("{{#leaf}}{{amount.cut}}{{/leaf}}",
            "12,<wbr>345,<wbr>678,<wbr>901,<wbr>234,<wbr>567,<wbr>890");
}

static void test_facets(void **state) {
    (void)state;
    page.leaf.hash = "0x1234abcd00000000000000000000000000000000000000000000000000009f0e";
    page.leaf.amount = "1234567.50";
    page.leaf.number = 1234567;
    page.leaf.big = INT64_MIN;
    page.leaf.optional = (struct opt_int){-1000, true};
    page.leaf.flag = true;
    page.leaf.name = "a b&c/ü";
    assert_true(when_parse("2026-11-23 04:47:30.123", &page.leaf.when));
    RENDERS("{{#leaf}}{{hash.short}} {{amount}} {{amount.raw}}{{/leaf}}",
            "0x1234abcd…00009f0e 1,234,567.50 1234567.50");
    RENDERS("{{#leaf}}{{amount.groups}}{{/leaf}}", "1,234,567.50");
    page.leaf.amount = "1234567890123.45678901";
    RENDERS("{{#leaf}}{{amount.groups}}{{/leaf}}",
            "1,<wbr>234,<wbr>567,<wbr>890,<wbr>123.456<wbr>789<wbr>01");
    page.leaf.amount = "<b>no amount, and long</b>";
    RENDERS("{{#leaf}}{{amount.groups}}{{/leaf}}", "&lt;b&gt;no amount, and long&lt;/b&gt;");
    RENDERS("{{#leaf}}{{amount.cut}}{{/leaf}}", "&lt;b&gt;no amount, and long&lt;/b&gt;");
    cut_values(state);
    page.leaf.name = "a b&c/ü";
    REFUSED("<p title=\"{{leaf.amount.groups}}\">",
            "main.html:1: \"leaf.amount.groups\" holds markup, which cannot stand in an "
            "attribute.");
    RENDERS("{{#leaf}}{{number}} {{number.raw}} {{number.arg}} {{big}} {{big.raw}}{{/leaf}}",
            "1,234,567 1234567 1234567 -9,223,372,036,854,775,808 -9223372036854775808");
    RENDERS("{{#leaf}}{{optional}} {{optional.raw}} {{flag}}{{/leaf}}", "-1,000 -1000 true");
    RENDERS("{{#leaf}}{{when}} {{when.iso}}{{/leaf}}",
            "2026-11-23 04:47 UTC 2026-11-23T04:47:30.123Z");
    RENDERS("{{leaf.name.arg}} {{leaf.title}} {{leaf.title.arg}}",
            "a%20b%26c%2F%C3%BC &lt;a b&amp;c/ü&gt; %3Ca%20b%26c%2F%C3%BC%3E");
}

static void test_absent(void **state) {
    (void)state;
    page.leaf.name = NULL;
    RENDERS("{{#leaf}}[{{name}}{{hash}}{{hash.short}}{{amount}}{{amount.raw}}{{icon}}{{icon.href}}"
            "{{path}}{{json}}{{optional}}{{when}}{{when.iso}}{{name.arg}}{{nothing}}]{{/leaf}}",
            "[]");
    RENDERS("{{#leaf}}{{#name}}x{{/name}}{{#optional}}x{{/optional}}{{#flag}}x{{/flag}}{{#when}}x"
            "{{/when}}{{#children}}x{{/children}}{{#nothing}}x{{/nothing}}{{#number}}0{{/number}}"
            "{{^nothing}}!{{/nothing}}{{/leaf}}",
            "0!");
}

static void test_escaping(void **state) {
    (void)state;
    page.heading = "\"><script>alert('1')</script>&amp;";
    RENDERS("<a title=\"{{heading}}\" class='{{heading}}'>{{heading}}",
            "<a title=\"&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;\" "
            "class='&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;'>"
            "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;");
    page.heading =
        "\xe2\x80\xae\xd7\xa9\xf0\x9f\xa6\x84 {{site}}"; /* RTL override, shin, unicorn */
    RENDERS("<b title=\"{{heading}}\"><bdi>{{heading}}</bdi> <input value='{{heading}}'>",
            "<b title=\"\xd7\xa9\xf0\x9f\xa6\x84 {{site}}\"><bdi>\xd7\xa9\xf0\x9f\xa6\x84 "
            "{{site}}</bdi> "
            "<input value='\xe2\x80\xae\xd7\xa9\xf0\x9f\xa6\x84 {{site}}'>");
    page.heading = "a\xff\xc0\x80\xed\xa0\x80z\xf0\x9f";
    render("{{heading}}");
    assert_null(memchr(folder.out.at, 0xff, folder.out.n));
    assert_null(memchr(folder.out.at, 0xc0, folder.out.n));
    assert_non_null(strstr(folder.out.at, "\xef\xbf\xbdz\xef\xbf\xbd"));
    page.leaf.amount = "<1&2>";
    page.leaf.hash = "<<<<<<<<<<<<<<<<<<<<<<<<\">";
    page.leaf.json = "{\"a\":\"<b>\"}";
    RENDERS("{{#leaf}}{{amount}}{{amount.raw}}|{{hash.short}}|{{json}}{{/leaf}}",
            "&lt;1&amp;2&gt;&lt;1&amp;2&gt;|"
            "&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;…&lt;&lt;&lt;&lt;&lt;&lt;&quot;&gt;|"
            "{&quot;a&quot;:&quot;&lt;b&gt;&quot;}");
}

static void test_urls(void **state) {
    static const char *const bad_urls[] = {"http://a/",
                                           "javascript:alert(1)",
                                           "JAVASCRIPT:x",
                                           " https://a/",
                                           "https:/a",
                                           "https://",
                                           "https:///a",
                                           "https://a\\b",
                                           "https://a b",
                                           "https://a\nb",
                                           "data:text/html,x",
                                           "//a/",
                                           "/a",
                                           "",
                                           "https://\x7f"};
    static const char *const bad_paths[] = {"//a",          "/\\a",  "a",    "",    "https://a/",
                                            "/a\tb",        "/a\nb", "/a b", "\\a", "/a\\..",
                                            "javascript:/a"};
    (void)state;
    page.leaf.path = "/a?b=c&d";
    page.leaf.icon = "HTTPS://a.example/i?b=1&c";
    RENDERS("{{#leaf}}<a href=\"{{path}}\"><img src='{{icon.href}}'><a href={{=| |=}}\"|url|\">"
            "|/leaf|",
            "<a href=\"/a?b=c&amp;d\"><img src='HTTPS://a.example/i?b=1&amp;c'>"
            "<a href=\"/a?b=c&amp;d\">");
    page.leaf.path = "/";
    RENDERS("{{leaf.path}}", "/");
    for (size_t i = 0; i < sizeof bad_urls / sizeof bad_urls[0]; i++) {
        page.leaf.icon = bad_urls[i];
        RENDERS("[{{leaf.icon.href}}]", "[]");
    }
    for (size_t i = 0; i < sizeof bad_paths / sizeof bad_paths[0]; i++) {
        page.leaf.path = bad_paths[i];
        RENDERS("[{{leaf.path}}{{leaf.url}}]", "[]");
    }
}

#define BEGINS_URL(name, attribute)                                                                \
    "main.html:1: \"" name "\" begins the URL of the attribute " attribute                         \
    "; there only a path or the facet .href of a URL may stand."
#define INSIDE_URL(name, attribute)                                                                \
    "main.html:1: \"" name "\" stands inside the URL of the attribute " attribute                  \
    "; there it needs a facet that is safe in a URL, such as .arg."

static void test_url_attributes(void **state) {
    (void)state;
    REFUSED("<a href=\"{{heading}}\">", BEGINS_URL("heading", "href"));
    REFUSED("<a class=x HREF = ' {{heading}}'>", BEGINS_URL("heading", "href"));
    REFUSED("<img src=\"{{leaf.icon}}\">", BEGINS_URL("leaf.icon", "src"));
    REFUSED("<form action=\"{{leaf.name.arg}}\">", BEGINS_URL("leaf.name.arg", "action"));
    REFUSED("<a href=\"{{#leaf}}{{name}}{{/leaf}}\">", BEGINS_URL("name", "href"));
    REFUSED("<a href=\"{{^leaf.link}}{{/leaf.link}}{{heading}}\">", BEGINS_URL("heading", "href"));
    REFUSED("<a href=\"{{#leaf.link}}/x{{/leaf.link}}{{heading}}\">",
            BEGINS_URL("heading", "href"));
    REFUSED("<a href=\"/?q={{heading}}\">", INSIDE_URL("heading", "href"));
    REFUSED("<a href=\"/t/{{leaf.number}}\">", INSIDE_URL("leaf.number", "href"));
    folder_write(&folder, "p.html", "{{heading}}");
    assert_non_null(
        strstr(problems("<a href=\"{{>p}}\">"), "p.html:1: \"heading\" begins the URL"));
    page.leaf.name = "a&b";
    page.leaf.number = 1000;
    RENDERS("<a href=\"/?q={{leaf.name.arg}}&amp;n={{leaf.number.raw}}#{{leaf.hash}}\">",
            "<a href=\"/?q=a%26b&amp;n=1000#\">");
}

#define UNSAFE(where) "main.html:1: \"heading\" stands " where ", where no value is safe."

static void test_unsafe_places(void **state) {
    (void)state;
    REFUSED("<a title={{heading}}>", UNSAFE("in an attribute value without quotes"));
    REFUSED("<a title=x{{heading}}>", UNSAFE("in an attribute value without quotes"));
    REFUSED("<a {{heading}}>", UNSAFE("in a tag outside of a quoted attribute value"));
    REFUSED("<a x{{heading}}=\"\">", UNSAFE("in the name of an attribute"));
    REFUSED("<h{{heading}}>", UNSAFE("in the name of a tag"));
    REFUSED("<{{heading}}>", UNSAFE("right after \"<\""));
    REFUSED("<script>'{{heading}}'</script>", UNSAFE("in a script or a style"));
    REFUSED("<style>{{heading}}</style>", UNSAFE("in a script or a style"));
    REFUSED("<a onclick=\"{{heading}}\">", UNSAFE("in an attribute that holds a URL or code"));
    REFUSED("<a style=\"{{heading}}\">", UNSAFE("in an attribute that holds a URL or code"));
    REFUSED("{{#leaf}}<a title=\"{{/leaf}}\">",
            "main.html:1: the section \"leaf\" ends in another part of HTML than it began in.");
    RENDERS("<script>a<b</script><!-- <a href={{heading}} -->a < b<p class=a{{#leaf}} "
            "title=\"x{{name}}\"{{/leaf}}>{{heading}}",
            "<script>a<b</script><!-- <a href=of the page -->a < b<p class=a "
            "title=\"xleaf\">of the page");
}

static void test_problems(void **state) {
    (void)state;
    REFUSED("a\n{{nope}}", "main.html:2: \"nope\" is not a field of page and shell.");
    REFUSED("{{#leaf}}{{nope}}{{/leaf}}",
            "main.html:1: \"nope\" is not a field of leaf, page and shell.");
    REFUSED("{{leaf.nope}}", "main.html:1: \"nope\" is not a field of leaf (leaf.nope).");
    REFUSED("{{leaf.hidden}}", "main.html:1: \"hidden\" of leaf is not for HTML.");
    REFUSED("{{leaves}}", "main.html:1: \"leaves\" is a list, not a value; it needs a section.");
    REFUSED("{{leaf}}", "main.html:1: \"leaf\" is a record, not a value; it needs a section.");
    REFUSED("{{.}}", "main.html:1: {{.}} stands for a whole page here, which is not a value.");
    REFUSED("{{#leaves.any}}{{.}}{{/leaves.any}}",
            "main.html:1: {{.}} stands for a whole page here, which is not a value.");
    REFUSED("{{leaf.when.raw}}",
            "main.html:1: \"leaf.when.raw\": there is no facet \".raw\" of \"when\"; it has .iso.");
    REFUSED("{{leaf.flag.iso}}",
            "main.html:1: \"leaf.flag.iso\": there is no facet \".iso\" of \"flag\"; it has none.");
    REFUSED("{{#leaf.when.iso}}{{/leaf.when.iso}}",
            "main.html:1: \"leaf.when.iso\": a section takes no facet but .any of a list.");
    REFUSED("{{{heading}}}", "main.html:1: {{{heading}}}: there is no unescaped tag.");
    REFUSED("{{& heading}}", "main.html:1: {{& heading}}: there is no unescaped tag.");
    REFUSED("{{#leaf}}", "main.html:1: {{#leaf}} is never closed.");
    REFUSED("{{/leaf}}", "main.html:1: {{/leaf}} closes nothing that is open.");
    REFUSED("{{#leaf}}{{^leaves}}{{/leaf}}", "main.html:1: {{^leaves}} is never closed.");
    REFUSED("{{heading", "main.html:1: the tag {{… is never closed by }}.");
    REFUSED("{{a b}}", "main.html:1: \"a b\" is not a name.");
    REFUSED("{{leaf.}}", "main.html:1: \"leaf.\" is not a name.");
    REFUSED("{{>../../etc/passwd}}", "main.html:1: \"../../etc/passwd\" is not a name.");
    REFUSED("{{>nope}}", "main.html:1: there is no template \"nope\".");
    REFUSED("{{<nope}}{{/nope}}", "main.html:1: there is no template \"nope\".");
    REFUSED("{{nope}}\n{{#leaf}}{{{x}}}{{/leaf}}\n{{>gone}}\n",
            "main.html:2: {{{x}}}: there is no unescaped tag.\n"
            "main.html:1: \"nope\" is not a field of page and shell.\n"
            "main.html:3: there is no template \"gone\".");
}

static void test_files(void **state) {
    (void)state;
    char *large = malloc(256 * 1024 + 1);
    memset(large, 'x', 256 * 1024 + 1);
    folder_write(&folder, ".hidden.html", "{{broken");
    folder_write(&folder, ".dir/x.html", "{{broken");
    folder_write(&folder, "notes.txt", "{{broken");
    folder_write(&folder, "a/b/c.html", "{{heading}}");
    RENDERS("{{>a/b/c}}", "of the page");
    folder_write(&folder, "a/broken.html", "\n{{broken");
    REFUSED("", "a/broken.html:2: the tag {{… is never closed by }}.");
    folder_write_bytes(&folder, "a/broken.html", "a\0b", 3);
    REFUSED("", "a/broken.html: it is not UTF-8 or contains U+0000.");
    folder_write_bytes(&folder, "a/broken.html", "\xff", 1);
    REFUSED("", "a/broken.html: it is not UTF-8 or contains U+0000.");
    folder_write_bytes(&folder, "a/broken.html", large, 256 * 1024);
    RENDERS("x", "x");
    folder_write_bytes(&folder, "a/broken.html", large, 256 * 1024 + 1);
    REFUSED("", "a/broken.html: it has more than 262144 bytes.");
    free(large);
    char path[128];
    snprintf(path, sizeof path, "%s/fifo.html", folder.dir);
    folder_write(&folder, "a/broken.html", "");
    assert_int_equal(mkfifo(path, 0600), 0);
    REFUSED("", "fifo.html: it is not a file.");
}

static void test_no_folder(void **state) {
    struct template_page wanted = {"main", &record_page};
    struct templates *set;
    (void)state;
    assert_int_equal(
        templates_load(&set, "/nonexistent/templates", &wanted, 1, &record_shell, &folder.why),
        BAD_INPUT);
    assert_null(set);
    assert_non_null(strstr(text_str(&folder.why), "/nonexistent/templates: the folder cannot be"));
    assert_non_null(strstr(text_str(&folder.why), "main: there is no file main.html."));
    templates_free(NULL);
}

static void test_inheritance(void **state) {
    (void)state;
    folder_write(&folder, "layout.html",
                 "<title>{{$title}}{{site}}{{/title}}</title>\n<main>\n  {{$main}}\n  {{/main}}\n"
                 "</main>\n");
    folder_write(&folder, "card.html", "<b>{{$title}}none{{/title}}</b>\n");
    RENDERS("{{<layout}}\n{{$title}}{{heading}}{{/title}}\n{{$main}}\n{{#leaves}}\n"
            "<p>{{name}}</p>\n{{/leaves}}\n{{/main}}\n{{/layout}}\n",
            "<title>of the page</title>\n<main>\n  <p>one</p>\n  <p>two</p>\n</main>\n");
    RENDERS("{{<layout}}{{/layout}}", "<title>SiTa</title>\n<main>\n</main>\n");
    /* what the page gives the layout is not what it gives a card inside */
    RENDERS("{{<layout}}{{$title}}page{{/title}}\n{{$main}}\n"
            "{{<card}}{{$title}}card{{/title}}{{/card}}\n{{>card}}\n{{/main}}{{/layout}}",
            "<title>page</title>\n<main>\n  <b>card</b>\n\n  <b>none</b>\n</main>\n");
    RENDERS("{{<card}}{{$title}}x{{$title}}y{{/title}}{{/title}}{{/card}}", "<b>xy</b>\n");
    REFUSED("{{<layout}}\n{{$titel}}x{{/titel}}{{/layout}}",
            "main.html:2: \"layout\" has no block \"titel\".");
    folder_write(&folder, "parts/my-card.html", "<i>{{$title}}none{{/title}}</i>\n");
    RENDERS("{{<parts/my-card}}{{$title}}x{{/title}}{{/parts/my-card}}", "<i>x</i>\n");
    REFUSED("{{<parts/my-card}}{{/parts/my}}",
            "main.html:1: {{/parts/my}} closes nothing that is open.\n"
            "main.html:1: {{<parts/my-card}} is never closed.");
    folder_write(&folder, "loop.html", "{{<loop}}{{/loop}}");
    REFUSED("{{<loop}}{{/loop}}",
            "loop.html:1: \"loop\": templates inherit from each other without end.");
}

static void test_inheritance_is_bounded(void **state) {
    (void)state;
    for (int i = 0; i < 40; i++) {
        char file[32], content[128];
        snprintf(file, sizeof file, "p%d.html", i);
        snprintf(content, sizeof content, "{{<p%d}}{{/p%d}}{{<p%d}}{{/p%d}}", i + 1, i + 1, i + 1,
                 i + 1);
        folder_write(&folder, file, content);
    }
    folder_write(&folder, "p40.html", "");
    REFUSED("{{<p0}}{{/p0}}", "templates: all pages together are too large for one program.");
}

static void test_nesting_is_bounded(void **state) {
    struct text t = text_in(folder.arena, 4096);
    (void)state;
    for (int i = 0; i < 33; i++)
        text_lit(&t, "{{#leaf}}");
    for (int i = 0; i < 33; i++)
        text_lit(&t, "{{/leaf}}");
    REFUSED(text_str(&t), "main.html:1: tags are nested deeper than 32.");
}

static void test_recursion(void **state) {
    struct leaf inner[2] = {{.name = "three", .when = WHEN_NONE}, {.name = "four"}};
    struct leaf deep = {.name = "deep"};
    (void)state;
    inner[0].children = (struct rows){&deep, 1};
    leaves[0].children = (struct rows){inner, 2};
    folder_write(&folder, "tree.html",
                 "<li>{{name}} ({{heading}})\n{{#children.any}}\n<ul>\n{{#children}}\n  {{>tree}}\n"
                 "{{/children}}\n</ul>\n{{/children.any}}\n");
    RENDERS("{{#leaves}}\n{{>tree}}\n{{/leaves}}\n",
            "<li>one (of the page)\n<ul>\n  <li>three (of the page)\n  <ul>\n    <li>deep (of the "
            "page)\n  </ul>\n  <li>four (of the page)\n</ul>\n<li>two (of the page)\n");
    /* outer names are back after an inner record of the same type */
    folder_write(&folder, "tree.html", "{{name}}[{{#children}}{{>tree}}{{/children}}]{{name}} ");
    RENDERS("{{#leaves}}{{>tree}}{{/leaves}}",
            "one[three[deep[]deep ]three four[]four ]one two[]two ");
}

static void test_recursion_is_bounded(void **state) {
    (void)state;
    page.leaf.link = &page.leaf; /* a circle */
    folder_write(&folder, "down.html", "x{{#link}}{{>down}}{{/link}}");
    const char *out = render("{{#leaf}}{{>down}}{{/leaf}}|");
    assert_in_range(strlen(out), 60, 70);
    assert_string_equal(out + strlen(out) - 2, "x|");
    folder_write(&folder, "self.html", "y{{>self}}");
    out = render("{{>self}}|");
    assert_in_range(strlen(out), 100, 140);
    folder_write(&folder, "self.html", "{{>self}}{{>self}}{{#nothing}}{{>self}}{{/nothing}}");
    RENDERS("{{#leaf}}{{>self}}{{/leaf}}|", "|");
}

static void test_overflow_ends(void **state) {
    struct template_page wanted = {"main", &record_page};
    struct templates *set;
    struct text small = text_in(folder.arena, 10);
    (void)state;
    folder_write(&folder, "main.html", "{{#leaves}}{{name}}{{name}}{{/leaves}}");
    assert_int_equal(templates_load(&set, folder.dir, &wanted, 1, &record_shell, &folder.why), OK);
    template_render(templates_find(set, "main"), &shell, &page, &small);
    assert_false(text_ok(&small));
    assert_string_equal(text_str(&small), "oneonetwo");
    templates_free(set);
}

static void test_reload(void **state) {
    struct templates *old, *fresh;
    (void)state;
    folder_write(&folder, "main.html", "old {{heading}}");
    old = folder_load(&folder, &record_shell, &record_page);
    folder_write(&folder, "main.html", "new {{heading}}");
    fresh = folder_load(&folder, &record_shell, &record_page);
    assert_non_null(old);
    assert_non_null(fresh);
    assert_null(templates_find(old, "other"));
    template_render(templates_find(old, "main"), &shell, &page, &folder.out);
    templates_free(old);
    text_lit(&folder.out, ", ");
    template_render(templates_find(fresh, "main"), &shell, &page, &folder.out);
    templates_free(fresh);
    assert_string_equal(text_str(&folder.out), "old of the page, new of the page");
}

/* Rendering allocates nothing per tag: the arena grows with the page's bytes only. */
static void test_no_allocation_per_tag(void **state) {
    struct arena *a = arena_new();
    struct text out = text_in(a, 1024 * 1024);
    char *room = arena_raw(a, 0);
    (void)state;
    (void)room;
    folder_write(&folder, "main.html", "{{#leaves}}{{name}}{{number}}{{when}}{{title}}{{/leaves}}");
    struct templates *set = folder_load(&folder, &record_shell, &record_page);
    template_render(templates_find(set, "main"), &shell, &page, &out);
    size_t used = arena_used(a);
    for (int i = 0; i < 100; i++) {
        text_clear(&out);
        template_render(templates_find(set, "main"), &shell, &page, &out);
    }
    /* each render may take one scratch text */
    assert_true(arena_used(a) - used <= (size_t)100 * 320);
    templates_free(set);
    arena_free(a);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_folder, close_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_names),
        CASE(test_lists),
        CASE(test_delimiters),
        CASE(test_facets),
        CASE(test_absent),
        CASE(test_escaping),
        CASE(test_urls),
        CASE(test_url_attributes),
        CASE(test_unsafe_places),
        CASE(test_problems),
        CASE(test_files),
        CASE(test_no_folder),
        CASE(test_inheritance),
        CASE(test_inheritance_is_bounded),
        CASE(test_nesting_is_bounded),
        CASE(test_recursion),
        CASE(test_recursion_is_bounded),
        CASE(test_overflow_ends),
        CASE(test_reload),
        CASE(test_no_allocation_per_tag),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
