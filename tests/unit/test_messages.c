/* Translation: a catalogue of a made-up language, compiled by msgfmt into the test's own folder. */
#include "tests/unit/template_folder.h"

#include <spawn.h>
#include <sys/wait.h>

#include "templates/messages.h"

static const char catalogue[] =
    "msgid \"\"\n"
    "msgstr \"Content-Type: text/plain; charset=UTF-8\\n\"\n"
    "msgid \"Plain\"\nmsgstr \"Þļåıŋ\"\n"
    "msgid \"Hello {{heading}}, {{#flag}}<b>you</b>{{/flag}}!\"\n"
    "msgstr \"{{#flag}}<b>ýöü</b>{{/flag}}, {{heading}}: ĥéļļö\"\n"
    "msgid \"{{heading}} quoted\"\nmsgstr \"“{{heading}}” l'ɋüöţéđ\"\n"
    "msgid \"foreign tag {{heading}}\"\nmsgstr \"{{heading}} {{flag}}\"\n"
    "msgid \"foreign section {{heading}}\"\nmsgstr \"{{#heading}}x{{/heading}}\"\n"
    "msgid \"broken\"\nmsgstr \"{{heading\"\n"
    "msgid \"unclosed {{#flag}}x{{/flag}}\"\nmsgstr \"{{#flag}}x\"\n"
    "msgid \"markup\"\nmsgstr \"<script src=x></script>\"\n"
    "msgid \"<b>lost</b> end\"\nmsgstr \"<b>lost<b> end\"\n"
    "msgid \"half <i>tag</i>\"\nmsgstr \"half <i>tag</i\"\n"
    "msgid \"in attribute\"\nmsgstr \"x\\\" onclick=\\\"y\"\n"
    "msgid \"moved {{heading}} <a href=\\\"/\\\">link</a>\"\n"
    "msgstr \"moved {{heading}} <a href=\\\"{{heading}}\\\">link</a>\"\n"
    "msgid \"scope {{#flag}}{{.}}{{/flag}}\"\nmsgstr \"scope {{#flag}}x{{/flag}}{{.}}\"\n";

struct page {
    const char *heading;
    bool flag;
};

static const struct field page_fields[] = {
    FIELD_MADE(struct page, heading, "heading", FIELD_TEXT, FACE_HTML),
    FIELD_MADE(struct page, flag, "flag", FIELD_BOOL, FACE_HTML),
};
static const struct record record_page = RECORD(page, page_fields);
static const struct record record_shell = {.name = "shell", .size = 1};

static struct folder folder;
static const struct page page = {.heading = "<Ann>", .flag = true};

static void run_msgfmt(char *po, char *mo) {
    char program[] = "msgfmt", to[] = "-o";
    char *argv[] = {program, to, mo, po, NULL};
    pid_t pid;
    int status;
    assert_int_equal(posix_spawnp(&pid, "msgfmt", NULL, NULL, argv, environ), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void speak(const char *language) {
    assert_int_equal(setenv("LANGUAGE", language, 1), 0);
    assert_true(messages_start(folder.dir));
}

static int open_folder(void **state) {
    char po[128], mo[128];
    (void)state;
    folder_open(&folder);
    folder_write(&folder, "xx.po", catalogue);
    folder_write(&folder, "xx/LC_MESSAGES/empty", "");
    snprintf(po, sizeof po, "%s/xx.po", folder.dir);
    snprintf(mo, sizeof mo, "%s/xx/LC_MESSAGES/sitaminter.mo", folder.dir);
    run_msgfmt(po, mo);
    assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
    speak("xx");
    return 0;
}

static int close_folder(void **state) {
    (void)state;
    folder_close(&folder);
    return 0;
}

static const char *render(const char *content) {
    folder_write(&folder, "main.html", content);
    return folder_render(&folder, &record_shell, "", &record_page, &page);
}

#define RENDERS(content, expected) assert_string_equal(render(content), expected)

static void test_c_texts(void **state) {
    (void)state;
    assert_string_equal(message("Plain"), "Þļåıŋ");
    assert_string_equal(message("Never seen"), "Never seen");
    assert_string_equal(message(""), "");
    assert_string_equal(N_("Plain"), "Plain");
}

static void test_templates(void **state) {
    (void)state;
    RENDERS("<p>{{#_}}Plain{{/_}}</p><i title=\"{{#_}}Plain{{/_}}\">{{#_}}Never seen{{/_}}",
            "<p>Þļåıŋ</p><i title=\"Þļåıŋ\">Never seen");
    RENDERS("{{#_}}Hello {{heading}}, {{#flag}}<b>you</b>{{/flag}}!{{/_}}",
            "<b>ýöü</b>, &lt;Ann&gt;: ĥéļļö");
    RENDERS("<i title=\"{{#_}}{{heading}} quoted{{/_}}\">", "<i title=\"“&lt;Ann&gt;” l'ɋüöţéđ\">");
}

static void test_white_space(void **state) {
    (void)state;
    RENDERS("a {{#_}} Hello\n\t {{heading}}, {{#flag}}<b>you</b>{{/flag}}! {{/_}}b",
            "a  <b>ýöü</b>, &lt;Ann&gt;: ĥéļļö\nb");
    RENDERS("<p>\n  {{#_}}\n  Plain\n  {{/_}}\n</p>\n", "<p>\nÞļåıŋ\n</p>\n");
    RENDERS("<p>\n  {{#_}}Plain{{/_}}\n</p>\n", "<p>\n  Þļåıŋ\n</p>\n");
}

static void test_other_languages(void **state) {
    (void)state;
    speak("en");
    RENDERS("{{#_}}Plain{{/_}}", "Plain");
    speak("xx");
    RENDERS("{{#_}}Plain{{/_}}", "Þļåıŋ");
    speak("yy:xx");
    assert_string_equal(message("Plain"), "Þļåıŋ");
    assert_int_equal(setenv("LC_ALL", "C", 1), 0);
    speak("xx"); /* the C locale of the environment does not keep LANGUAGE from deciding */
    assert_string_equal(message("Plain"), "Þļåıŋ");
}

/* What is written to standard error while the template renders, which goes to *out. */
static const char *log_of(const char *content, const char **out) {
    static char log[4096];
    FILE *file = tmpfile();
    assert_non_null(file);
    int old = dup(STDERR_FILENO);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    *out = render(content);
    assert_true(dup2(old, STDERR_FILENO) >= 0);
    close(old);
    rewind(file);
    size_t n = fread(log, 1, sizeof log - 1, file);
    log[n] = '\0';
    fclose(file);
    return log;
}

static void test_unusable(void **state) {
    static const struct {
        const char *source, *english, *why;
    } cases[] = {
        {"{{#_}}foreign tag {{heading}}{{/_}}", "foreign tag &lt;Ann&gt;",
         "the original has no tag \"flag\""},
        {"{{#_}}foreign section {{heading}}{{/_}}", "foreign section &lt;Ann&gt;",
         "the original has no tag \"heading\""},
        {"{{#_}}broken{{/_}}", "broken", "is never closed by"},
        {"{{#_}}unclosed {{#flag}}x{{/flag}}{{/_}}", "unclosed x", "{{#flag}} is never closed"},
        {"{{#_}}markup{{/_}}", "markup", "its HTML tags are not those of the original"},
        {"{{#_}}<b>lost</b> end{{/_}}", "<b>lost</b> end", "its HTML tags are not those"},
        {"{{#_}}half <i>tag</i>{{/_}}", "half <i>tag</i>", "its HTML tags are not those"},
        {"<p title=\"{{#_}}in attribute{{/_}}\">", "<p title=\"in attribute\">",
         "it would end the attribute it stands in"},
        {"{{#_}}moved {{heading}} <a href=\"/\">link</a>{{/_}}",
         "moved &lt;Ann&gt; <a href=\"/\">link</a>", "its HTML tags are not those"},
        {"{{#_}}scope {{#flag}}{{.}}{{/flag}}{{/_}}", "scope true",
         "{{.}} stands for a whole page here"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *out;
        const char *log = log_of(cases[i].source, &out);
        assert_string_equal(out, cases[i].english);
        if (!strstr(log, "warning translation") || !strstr(log, "main.html:1: not used: ") ||
            !strstr(log, cases[i].why))
            fail_msg("%s: %s", cases[i].source, log);
    }
}

static void test_refused_in_messages(void **state) {
    static const char *const sources[] = {"{{#_}}{{>p}}{{/_}}",        "{{#_}}{{$b}}{{/b}}{{/_}}",
                                          "{{#_}}{{<p}}{{/p}}{{/_}}",  "{{#_}}a{{! b }}{{/_}}",
                                          "{{#_}}{{#_}}a{{/_}}{{/_}}", "{{#_}}{{{heading}}}{{/_}}"};
    (void)state;
    folder_write(&folder, "p.html", "");
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        folder_write(&folder, "main.html", sources[i]);
        assert_null(folder_load(&folder, &record_shell, &record_page));
        assert_non_null(
            strstr(text_str(&folder.why), "a message may contain only text, values and sections."));
    }
    folder_write(&folder, "main.html", "{{=| |=}}|#_|a|/_|");
    assert_null(folder_load(&folder, &record_shell, &record_page));
    assert_non_null(strstr(text_str(&folder.why), "a message needs the ordinary delimiters"));
    folder_write(&folder, "main.html", "{{#_}}a");
    assert_null(folder_load(&folder, &record_shell, &record_page));
    assert_string_equal(text_str(&folder.why), "main.html:1: {{#_}} is never closed.\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_folder, close_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(test_c_texts),         CASE(test_templates), CASE(test_white_space),
        CASE(test_other_languages), CASE(test_unusable),  CASE(test_refused_in_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
