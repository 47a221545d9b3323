/* Which page answers a path, and what the route table itself may not look like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/config.h"
#include "base/json_in.h"
#include "base/record.h"
#include "handlers/pages.h"
#include "handlers/route.h"

static int setup(void **state) {
    *state = arena_new();
    return 0;
}

static int teardown(void **state) {
    arena_free(*state);
    return 0;
}

static const struct finding {
    const char *path;
    const char *page; /* NULL: none */
    enum face face;
    const char *value; /* of {…}; NULL: none */
} findings[] = {
    {"/", "home", FACE_OF_HTML, NULL},
    {"/tokens", "token_list", FACE_OF_HTML, NULL},
    {"/api/tokens", "token_list", FACE_OF_JSON, NULL},
    {"/tokens/7", "token", FACE_OF_HTML, "7"},
    {"/api/tokens/7", "token", FACE_OF_JSON, "7"},
    {"/api/transactions", "activity", FACE_OF_JSON, NULL},
    {"/activity/9", "transaction", FACE_OF_HTML, "9"},
    /* a value is taken as it is sent; its form is the parameter's matter */
    {"/tokens/abc", "token", FACE_OF_HTML, "abc"},
    {"/tokens/%2F", "token", FACE_OF_HTML, "%2F"},
    {"/tokens/1%2F2", "token", FACE_OF_HTML, "1%2F2"},
    {"/tokens/..", "token", FACE_OF_HTML, ".."},
    {"/tokens/{id}", "token", FACE_OF_HTML, "{id}"},
    /* one address per page */
    {"", NULL, 0, NULL},
    {"//", NULL, 0, NULL},
    {"tokens", NULL, 0, NULL},
    {"/tokens/", NULL, 0, NULL},
    {"//tokens", NULL, 0, NULL},
    {"/tokens//", NULL, 0, NULL},
    {"/tokens//7", NULL, 0, NULL},
    {"/tokens/7/", NULL, 0, NULL},
    {"/tokens/7/8", NULL, 0, NULL},
    {"/Tokens", NULL, 0, NULL},
    {"/token", NULL, 0, NULL},
    {"/tokensx", NULL, 0, NULL},
    {"/api", NULL, 0, NULL},
    {"/api/", NULL, 0, NULL},
    {"/%74okens", NULL, 0, NULL},
    {"/./tokens", NULL, 0, NULL},
};

static void check_finding(const struct finding *f) {
    struct route r = route_find(f->path);
    const char *page = r.page ? r.page->name : NULL;
    if (!page != !f->page || (page && strcmp(page, f->page) != 0))
        fail_msg("%s: page %s instead of %s", f->path, page ? page : "none",
                 f->page ? f->page : "none");
    assert_int_equal(r.face, f->face);
    assert_int_equal(r.n, f->value ? 1 : 0);
    if (f->value) {
        assert_int_equal(r.values[0].n_value, strlen(f->value));
        assert_memory_equal(r.values[0].value, f->value, r.values[0].n_value);
        assert_int_equal(r.values[0].n_name, 2);
        assert_memory_equal(r.values[0].name, "id", 2);
    }
}

static void each_path_finds_its_page(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof findings / sizeof findings[0]; i++)
        check_finding(&findings[i]);
}

static void a_path_of_any_length_is_compared_safely(void **state) {
    size_t n = 100000;
    char *path = arena_alloc(*state, n + 1);
    memset(path, '/', n);
    assert_null(route_find(path).page);
    memcpy(path, "/tokens/", 8);
    memset(path + 8, '9', n - 8);
    struct route r = route_find(path);
    assert_ptr_equal(r.page, &page_token);
    assert_int_equal(r.values[0].n_value, n - 8);
}

static void bench_pages_do_not_match_while_off(void **state) {
    (void)state;
    config.bench_routes = false;
    assert_null(route_find("/bench/tokens").page);
    config.bench_routes = true;
    assert_ptr_equal(route_find("/bench/tokens").page, &page_bench_token_list);
    config.bench_routes = false;
}

static void the_real_table_is_right(void **state) {
    struct text why = text_in(*state, 65536);
    if (route_check(&why) != OK)
        fail_msg("%s", text_str(&why));
    assert_int_equal(why.n, 0);
    assert_int_equal(pages_n, PAGES_N);
}

/* Every page is found by its own paths, with a value for each {name}. */
static void check_reachable(const struct page *p, const char *pattern, enum face face) {
    struct route r = route_find(pattern);
    assert_ptr_equal(r.page, p);
    assert_int_equal(r.face, face);
}

static void every_page_is_reached(void **state) {
    (void)state;
    config.bench_routes = true;
    for (size_t i = 0; i < pages_n; i++) {
        if (pages[i]->path)
            check_reachable(pages[i], pages[i]->path, FACE_OF_HTML);
        if (pages[i]->api_path)
            check_reachable(pages[i], pages[i]->api_path, FACE_OF_JSON);
    }
    config.bench_routes = false;
}

/* -- broken tables --------------------------------------------------------------------------- */

static enum status show_nothing(struct request *rq, struct load *l, void *model, int round) {
    (void)rq;
    (void)l;
    (void)model;
    return round ? FAILED : OK;
}

static const char *raw_nothing(struct request *rq, struct reply *reply, void *model) {
    (void)rq;
    (void)reply;
    (void)model;
    return NULL;
}

struct some_model {
    int32_t data;
};
static const struct field with_data_fields[] = {
    FIELD_MADE(struct some_model, data, "data", FIELD_INT, FACE_BOTH),
};
static const struct record with_data = RECORD(some_model, with_data_fields);
static const struct record without_data = {.name = "some_model", .size = sizeof(struct some_model)};
static const char *const choices[] = {"a", NULL};

static const struct param good_params[] = {
    {.name = "id", .kind = PARAM_INT, .least = 1, .most = 9, .help = "Its number."},
    {.name = "kind", .kind = PARAM_CHOICE, .choices = choices, .help = "Its kind."},
    {.name = "words", .kind = PARAM_TEXT, .least = 0, .most = 80, .help = "Its words."},
};
static const struct param no_help[] = {{.name = "id", .kind = PARAM_INT, .least = 1, .most = 9}};
static const struct param empty_help[] = {
    {.name = "id", .kind = PARAM_INT, .least = 1, .most = 9, .help = ""}};
static const struct param no_bounds[] = {{.name = "id", .kind = PARAM_INT, .help = "x"}};
static const struct param crossed[] = {
    {.name = "id", .kind = PARAM_INT, .least = 9, .most = 1, .help = "x"}};
static const struct param no_length[] = {{.name = "id", .kind = PARAM_TEXT, .help = "x"}};
static const struct param no_choices[] = {{.name = "id", .kind = PARAM_CHOICE, .help = "x"}};

#define SHOWN .model = &with_data, .show = show_nothing, .template = "x", .summary = "X."

static const struct broken {
    const char *says; /* NULL: nothing is wrong */
    struct page page;
} broken[] = {
    {NULL,
     {.path = "/x/{id}", .api_path = "/api/x/{id}", .params = good_params, .n_params = 3, SHOWN}},
    {NULL, {.path = "/{id}/y", .params = good_params, .n_params = 3, SHOWN}},
    {"{no} of /x/{no} is not a parameter",
     {.path = "/x/{no}", .params = good_params, .n_params = 3, SHOWN}},
    {"{id} of /api/{id} is not a parameter", {.api_path = "/api/{id}", SHOWN}},
    {"{i} of /x/{i} is not a parameter",
     {.path = "/x/{i}", .params = good_params, .n_params = 3, SHOWN}},
    {"is not a whole segment", {.path = "/x/a{id}", .params = good_params, .n_params = 3, SHOWN}},
    {"is not a whole segment",
     {.path = "/x/{id}.svg", .params = good_params, .n_params = 3, SHOWN}},
    {"is not a whole segment", {.path = "/x/{id", .params = good_params, .n_params = 3, SHOWN}},
    {"is not a whole segment", {.path = "{id}", .params = good_params, .n_params = 3, SHOWN}},
    {"does not begin with a slash", {.path = "x", SHOWN}},
    {"does not begin with a slash", {.path = "", SHOWN}},
    {"more than 4 names",
     {.path = "/{id}/{id}/{id}/{id}/{id}", .params = good_params, .n_params = 3, SHOWN}},
    {"parameter id has no help", {.path = "/x", .params = no_help, .n_params = 1, SHOWN}},
    {"parameter id has no help", {.path = "/x", .params = empty_help, .n_params = 1, SHOWN}},
    {"parameter id has no bounds", {.path = "/x", .params = no_bounds, .n_params = 1, SHOWN}},
    {"parameter id has no bounds", {.path = "/x", .params = crossed, .n_params = 1, SHOWN}},
    {"parameter id has no bounds", {.path = "/x", .params = no_length, .n_params = 1, SHOWN}},
    {"parameter id has no bounds", {.path = "/x", .params = no_choices, .n_params = 1, SHOWN}},
    {"neither a model to show nor a raw face", {.path = "/x", .template = "x"}},
    {"neither a model to show nor a raw face",
     {.path = "/x", .template = "x", .model = &with_data}},
    {"an HTML path but no template", {.path = "/x", .model = &with_data, .show = show_nothing}},
    {"its model has no member data",
     {.api_path = "/api/x", .model = &without_data, .show = show_nothing}},
    {"a JSON path, but no summary",
     {.api_path = "/api/x", .model = &with_data, .show = show_nothing}},
    {"a summary, but its raw face no type", {.path = "/x", .summary = "X.", .raw = raw_nothing}},
};

static void each_broken_page_gets_its_sentence(void **state) {
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct page page = broken[i].page;
        const struct page *table[] = {&page};
        struct text why = text_in(*state, 65536);
        page.name = "broken";
        enum status st = route_check_table(table, 1, &why);
        if (!broken[i].says && st != OK)
            fail_msg("row %zu: %s", i, text_str(&why));
        if (broken[i].says && (st != FAILED || !strstr(text_str(&why), broken[i].says)))
            fail_msg("row %zu: \"%s\" is not in \"%s\"", i, broken[i].says, text_str(&why));
        assert_true(why.n == 0 || strncmp(text_str(&why), "page broken", 11) == 0);
    }
}

static const struct pair {
    const char *path, *api_path, *later_path, *later_api_path;
    const char *says; /* NULL: both are reached */
} pairs[] = {
    {"/a", "/api/a", "/b", "/api/b", NULL},
    {"/a/b", NULL, "/a/{id}", NULL, NULL},
    {"/a/{id}", NULL, "/b/{id}", NULL, NULL},
    {"/a/{id}", NULL, "/a/{id}/b", NULL, NULL},
    {"/a", NULL, "/a", NULL, "/a is never reached, /a of page first comes first"},
    {NULL, "/api/a", NULL, "/api/a", "/api/a is never reached"},
    {"/a", NULL, NULL, "/a", "/a is never reached"},
    {NULL, "/a", "/a", NULL, "/a is never reached"},
    {"/a/{id}", NULL, "/a/{kind}", NULL, "/a/{kind} is never reached, /a/{id} of page first"},
    {"/a/{id}", NULL, "/a/new", NULL, "/a/new is never reached"},
};

static void a_page_that_another_hides_gets_a_sentence(void **state) {
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        struct page first = {.name = "first", .params = good_params, .n_params = 3, SHOWN},
                    later = first;
        const struct page *table[] = {&first, &later};
        struct text why = text_in(*state, 65536);
        first.path = pairs[i].path;
        first.api_path = pairs[i].api_path;
        later.name = "later";
        later.path = pairs[i].later_path;
        later.api_path = pairs[i].later_api_path;
        assert_int_equal(route_check_table(table, 2, &why), pairs[i].says ? FAILED : OK);
        if (pairs[i].says && !strstr(text_str(&why), pairs[i].says))
            fail_msg("row %zu: \"%s\" is not in \"%s\"", i, pairs[i].says, text_str(&why));
    }
}

/* -- the table as JSON ----------------------------------------------------------------------- */

static void the_table_is_valid_json_with_every_page(void **state) {
    struct text out = text_in(*state, 1 << 20), why = text_in(*state, 4096);
    const struct json *all = NULL;
    route_put_json(&out);
    assert_true(text_ok(&out));
    if (json_parse(*state, out.at, out.n, &all, &why) != OK)
        fail_msg("%s", text_str(&why));
    assert_int_equal(json_type(all), JSON_ARRAY);
    for (size_t i = 0; i < pages_n; i++) {
        struct text name = text_in(*state, 128);
        text_printf(&name, "\"%s\"", pages[i]->name);
        if (!strstr(text_str(&out), text_str(&name)))
            fail_msg("%s is missing", text_str(&name));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_path_finds_its_page, setup, teardown),
        cmocka_unit_test_setup_teardown(a_path_of_any_length_is_compared_safely, setup, teardown),
        cmocka_unit_test_setup_teardown(bench_pages_do_not_match_while_off, setup, teardown),
        cmocka_unit_test_setup_teardown(the_real_table_is_right, setup, teardown),
        cmocka_unit_test_setup_teardown(every_page_is_reached, setup, teardown),
        cmocka_unit_test_setup_teardown(each_broken_page_gets_its_sentence, setup, teardown),
        cmocka_unit_test_setup_teardown(a_page_that_another_hides_gets_a_sentence, setup, teardown),
        cmocka_unit_test_setup_teardown(the_table_is_valid_json_with_every_page, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
