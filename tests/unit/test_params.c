/* From a path and a query string to a page's parameters: everything a client can write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "handlers/params.h"

struct values {
    int32_t n, small;
    const char *kind, *words;
};

static const char *const kinds[] = {"red", "green", NULL};

static const struct param rows[] = {
    {.name = "n",
     .kind = PARAM_INT,
     .offset = offsetof(struct values, n),
     .least = 0,
     .most = INT32_MAX,
     .preset = -1,
     .help = "A number."},
    {.name = "small",
     .kind = PARAM_INT,
     .offset = offsetof(struct values, small),
     .least = 5,
     .most = 7,
     .preset = 6,
     .help = "A small number."},
    {.name = "kind",
     .kind = PARAM_CHOICE,
     .offset = offsetof(struct values, kind),
     .choices = kinds,
     .help = "A kind."},
    {.name = "words",
     .kind = PARAM_TEXT,
     .offset = offsetof(struct values, words),
     .least = 2,
     .most = 12,
     .help = "Some words."},
};

static const struct page page = {
    .name = "test", .params = rows, .n_params = 4, .params_size = sizeof(struct values)};

static int setup(void **state) {
    *state = arena_new();
    return 0;
}

static int teardown(void **state) {
    arena_free(*state);
    return 0;
}

static struct request *request_of(struct arena *a, enum face face, const char *query) {
    struct request *rq = arena_alloc(a, sizeof *rq);
    rq->arena = a;
    rq->face = face;
    rq->query = query;
    return rq;
}

/* Reads the query on a face; `bad` is the field that is wrong, NULL if all is well. */
static const struct values *read_query(struct arena *a, enum face face, const char *query,
                                       const char *bad) {
    struct request *rq = request_of(a, face, query);
    enum status st = params_read(rq, &page, NULL, 0);
    if (!bad && (st != OK || rq->n_problems))
        fail_msg("?%s: %s %s", query, rq->problems[0].field, rq->problems[0].message);
    if (bad && (st != BAD_INPUT || rq->n_problems != 1 || strcmp(rq->problems[0].field, bad) != 0))
        fail_msg("?%s: %zu problems, the first with %s, instead of one with %s", query,
                 rq->n_problems, rq->n_problems ? rq->problems[0].field : "nothing", bad);
    return rq->params;
}

static bool same(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* -- good ------------------------------------------------------------------------------------ */

static const struct good {
    const char *query;
    struct values values;
} good[] = {
    {"", {-1, 6, NULL, NULL}},
    {"n=0", {0, 6, NULL, NULL}},
    {"n=2147483647", {INT32_MAX, 6, NULL, NULL}},
    {"small=5", {-1, 5, NULL, NULL}},
    {"small=7", {-1, 7, NULL, NULL}},
    {"kind=red", {-1, 6, "red", NULL}},
    {"kind=green&n=3&small=6&words=ab", {3, 6, "green", "ab"}},
    {"words=abcdefghijkl", {-1, 6, NULL, "abcdefghijkl"}},
    /* an empty value is a field of a form that was left empty */
    {"n=", {-1, 6, NULL, NULL}},
    {"n", {-1, 6, NULL, NULL}},
    {"kind=&words=&small=", {-1, 6, NULL, NULL}},
    {"n=&n=4", {4, 6, NULL, NULL}},
    {"n=4&n=", {4, 6, NULL, NULL}},
    {"&&n=4&", {4, 6, NULL, NULL}},
    /* percent-encoding, and "+" as a space */
    {"n=%34%32", {42, 6, NULL, NULL}},
    {"kind=%72e%64", {-1, 6, "red", NULL}},
    {"words=a+b", {-1, 6, NULL, "a b"}},
    {"words=a%2Bb", {-1, 6, NULL, "a+b"}},
    {"words=a%20b", {-1, 6, NULL, "a b"}},
    {"words=a%2525", {-1, 6, NULL, "a%25"}},
    {"words=a%26n%3D1", {-1, 6, NULL, "a&n=1"}},
    {"words=a=b=", {-1, 6, NULL, "a=b="}},
    {"words==a", {-1, 6, NULL, "=a"}},
    {"words=%e5%B8%81%f0%9f%98%80", {-1, 6, NULL, "\xe5\xb8\x81\xf0\x9f\x98\x80"}},
    {"words=\xe5\xb8\x81", {-1, 6, NULL, "\xe5\xb8\x81"}},
    {"words=a;n=1", {-1, 6, NULL, "a;n=1"}},
    /* names are encoded like values */
    {"%6e=4&w%6Frds=ab", {4, 6, NULL, "ab"}},
    {"words=%01%7f%0a", {-1, 6, NULL, "\x01\x7f\n"}},
};

static void good_queries_are_read_alike_on_both_faces(void **state) {
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const struct values *want = &good[i].values;
        for (int face = FACE_OF_HTML; face <= FACE_OF_JSON; face++) {
            const struct values *v = read_query(*state, (enum face)face, good[i].query, NULL);
            if (v->n != want->n || v->small != want->small || !same(v->kind, want->kind) ||
                !same(v->words, want->words))
                fail_msg("?%s: %d %d %s %s", good[i].query, v->n, v->small, v->kind ? v->kind : "-",
                         v->words ? v->words : "-");
        }
    }
}

static void a_choice_is_the_tables_own_text(void **state) {
    assert_ptr_equal(read_query(*state, FACE_OF_JSON, "kind=green", NULL)->kind, kinds[1]);
}

/* -- bad ------------------------------------------------------------------------------------- */

static const struct bad {
    const char *query, *field;
} bad[] = {
    {"n=-1", "n"},
    {"n=+1", "n"},
    {"n=%2B1", "n"},
    {"n=1+", "n"},
    {"n=%201", "n"},
    {"n=01", "n"},
    {"n=00", "n"},
    {"n=1.0", "n"},
    {"n=1e3", "n"},
    {"n=0x1", "n"},
    {"n=1,000", "n"},
    {"n=\xd9\xa1", "n"}, /* ARABIC-INDIC DIGIT ONE */
    {"n=2147483648", "n"},
    {"n=4294967297", "n"},
    {"n=9999999999", "n"},
    {"n=18446744073709551617", "n"},
    {"n=x", "n"},
    {"small=4", "small"},
    {"small=8", "small"},
    {"kind=blue", "kind"},
    {"kind=RED", "kind"},
    {"kind=re", "kind"},
    {"kind=redd", "kind"},
    {"kind=red+", "kind"},
    {"words=a", "words"},
    {"words=abcdefghijklm", "words"},
    {"words=\xe5\xb8\x81\xe5\xb8\x81\xe5\xb8\x81\xe5\xb8\x81x", "words"}, /* 13 bytes */
    /* twice, even with the same value */
    {"n=1&n=1", "n"},
    {"n=1&small=6&n=2", "n"},
    {"n=1&%6E=1", "n"},
    {"kind=red&kind=green", "kind"},
    /* what is not text */
    {"words=%", "words"},
    {"words=ab%4", "words"},
    {"words=%4g", "words"},
    {"words=%g4", "words"},
    {"words=%%41", "words"},
    {"words=%u0041", "words"},
    {"words=% 41", "words"},
    {"words=ab%00cd", "words"},
    {"words=%00", "words"},
    {"words=%ff%fe", "words"},
    {"words=%c0%80", "words"},
    {"words=%c0%af", "words"},
    {"words=%ed%a0%80", "words"},
    {"words=%f5%80%80%80", "words"},
    {"words=%e5%b8", "words"},
    {"words=\xff", "words"},
    {"n=%00", "n"},
    {"n=1%00", "n"},
};

static void bad_queries_name_the_field_on_both_faces(void **state) {
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        for (int face = FACE_OF_HTML; face <= FACE_OF_JSON; face++)
            (void)read_query(*state, (enum face)face, bad[i].query, bad[i].field);
}

static void each_sentence_says_what_is_allowed(void **state) {
    static const struct {
        const char *query, *message;
    } sentences[] = {
        {"small=8", "must be a whole number from 5 to 7"},
        {"kind=blue", "must be one of red, green"},
        {"words=a", "must have from 2 to 12 bytes"},
        {"n=1&n=2", "is given twice"},
        {"words=%ff", "is too long or not valid text"},
        {"no=1", "is not a parameter of this address"},
    };
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++) {
        struct request *rq = request_of(*state, FACE_OF_JSON, sentences[i].query);
        assert_int_equal(params_read(rq, &page, NULL, 0), BAD_INPUT);
        assert_string_equal(rq->problems[0].message, sentences[i].message);
    }
}

static void every_wrong_field_is_named_at_once(void **state) {
    struct request *rq = request_of(*state, FACE_OF_JSON, "n=x&small=9&kind=blue&words=a&no=1");
    static const char *const fields[] = {"n", "small", "kind", "words", "no"};
    assert_int_equal(params_read(rq, &page, NULL, 0), BAD_INPUT);
    assert_int_equal(rq->n_problems, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(rq->problems[i].field, fields[i]);
}

static void a_value_has_a_largest_length(void **state) {
    char query[8 + 1026] = "words=";
    memset(query + 6, 'a', 1024);
    struct request *rq = request_of(*state, FACE_OF_HTML, query);
    assert_int_equal(params_read(rq, &page, NULL, 0), BAD_INPUT);
    assert_string_equal(rq->problems[0].message, "must have from 2 to 12 bytes");
    query[6 + 1024] = 'a';
    (void)read_query(*state, FACE_OF_HTML, query, "words");
    char letters[8 + 3 * 600 + 1] = "words="; /* bytes count, not how many it takes to write them */
    for (size_t i = 0; i < 600; i++)
        memcpy(letters + 6 + 3 * i, "%C3", 3);
    for (size_t i = 1; i < 600; i += 2)
        memcpy(letters + 6 + 3 * i, "%A9", 3);
    rq = request_of(*state, FACE_OF_HTML, letters);
    assert_int_equal(params_read(rq, &page, NULL, 0), BAD_INPUT);
    assert_string_equal(rq->problems[0].message, "must have from 2 to 12 bytes");
}

static void problems_stop_at_their_maximum(void **state) {
    struct text query = text_in(*state, 4096);
    for (int i = 0; i < 2 * PROBLEMS_MAX; i++)
        text_printf(&query, "x%d=1&", i);
    struct request *rq = request_of(*state, FACE_OF_JSON, text_str(&query));
    assert_int_equal(params_read(rq, &page, NULL, 0), BAD_INPUT);
    assert_int_equal(rq->n_problems, PROBLEMS_MAX);
    assert_string_equal(rq->problems[PROBLEMS_MAX - 1].field, "x15");
}

/* -- names ----------------------------------------------------------------------------------- */

static void an_unknown_name_is_refused_as_json_and_ignored_as_html(void **state) {
    static const struct bad unknown[] = {
        {"colour=1", "colour"}, {"N=1", "N"},     {"nn=1", "nn"},   {"colour", "colour"},
        {"colour=", "colour"},  {"n%20=1", "n "}, {"=1", "?"},      {"%ff=1", "?"},
        {"%zz=1", "?"},         {"<b>=1", "<b>"}, {"a%00b=1", "?"},
    };
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        (void)read_query(*state, FACE_OF_JSON, unknown[i].query, unknown[i].field);
        (void)read_query(*state, FACE_OF_HTML, unknown[i].query, NULL);
    }
    char longest[70];
    memset(longest, 'a', 65);
    longest[65] = '\0';
    (void)read_query(*state, FACE_OF_JSON, longest, "?");
    assert_int_equal(read_query(*state, FACE_OF_HTML, "utm_source=x&n=3&%", NULL)->n, 3);
}

/* -- the path -------------------------------------------------------------------------------- */

static struct request *read_path(struct arena *a, const char *name, const char *value,
                                 const char *query) {
    struct request *rq = request_of(a, FACE_OF_HTML, query);
    struct path_value v = {
        .name = name, .n_name = strlen(name), .value = value, .n_value = strlen(value)};
    enum status st = params_read(rq, &page, &v, 1);
    assert_int_equal(st, rq->n_problems ? BAD_INPUT : OK);
    return rq;
}

static void a_value_of_the_path_has_the_same_bounds(void **state) {
    const struct values *v = read_path(*state, "n", "12", "small=5")->params;
    assert_int_equal(v->n, 12);
    assert_int_equal(v->small, 5);
    static const char *const wrong[] = {"x",
                                        "-1",
                                        "01",
                                        "2147483648",
                                        "1%2F2",
                                        "%0",
                                        "1%00",
                                        "%ff",
                                        "%2e%2e",
                                        "1%20",
                                        "",
                                        "%31%zz",
                                        "1\xff"
                                        "2",
                                        "+1"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct request *rq = read_path(*state, "n", wrong[i], "");
        assert_int_equal(rq->n_problems, 1);
        assert_string_equal(rq->problems[0].field, "n");
    }
    assert_int_equal(((struct values *)read_path(*state, "n", "%31%32", "")->params)->n, 12);
}

static void a_plus_in_the_path_is_a_plus(void **state) {
    const struct values *v = read_path(*state, "words", "a+b%20c", "")->params;
    assert_string_equal(v->words, "a+b c");
}

static void the_query_cannot_give_what_the_path_gave(void **state) {
    struct request *rq = read_path(*state, "n", "12", "n=13");
    assert_int_equal(rq->n_problems, 1);
    assert_string_equal(rq->problems[0].message, "is given twice");
    assert_int_equal(((struct values *)rq->params)->n, 12);
}

/* -- decoding alone -------------------------------------------------------------------------- */

static void decoding_reads_no_further_than_it_may(void **state) {
    /* The bytes behind the end would complete the sequence. */
    assert_null(params_decode(*state, "ab%41", 4, true));
    assert_null(params_decode(*state, "ab%41", 3, true));
    assert_string_equal(params_decode(*state, "ab%41cd", 5, true), "abA");
    assert_string_equal(params_decode(*state, "x", 0, true), "");
    assert_null(params_decode(*state, "\xe5\xb8\x81", 2, true));
    assert_null(params_decode(*state, "a\0b", 3, true));
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(good_queries_are_read_alike_on_both_faces),
        T(a_choice_is_the_tables_own_text),
        T(bad_queries_name_the_field_on_both_faces),
        T(each_sentence_says_what_is_allowed),
        T(every_wrong_field_is_named_at_once),
        T(a_value_has_a_largest_length),
        T(problems_stop_at_their_maximum),
        T(an_unknown_name_is_refused_as_json_and_ignored_as_html),
        T(a_value_of_the_path_has_the_same_bounds),
        T(a_plus_in_the_path_is_a_plus),
        T(the_query_cannot_give_what_the_path_gave),
        T(decoding_reads_no_further_than_it_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
