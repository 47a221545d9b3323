/* The application as a pool sees it: route table and templates fit together, and requests that
 * need no rows are answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/config.h"
#include "base/crypto.h"
#include "handlers/app.h"
#include "handlers/pages.h"

static struct app *app;
static struct arena *arena;

static int start(void **state) {
    (void)state;
    arena = arena_new();
    crypto_start();
    struct text why = text_in(arena, 65536);
    if (config_load(&why) != OK || app_new(&app, &why) != OK) {
        print_error("%s", text_str(&why));
        return -1;
    }
    return 0;
}

static int stop(void **state) {
    (void)state;
    app_free(app);
    arena_free(arena);
    return 0;
}

static struct job *ask(enum method method, const char *path, const char *query,
                       const char *accept) {
    struct request *rq = arena_alloc(arena, sizeof *rq);
    *rq = (struct request){.arena = arena,
                           .method = method,
                           .path = path,
                           .query = query,
                           .id = "test-request",
                           .remote = "192.0.2.1",
                           .accept = accept,
                           .if_none_match = "",
                           .cookie = "",
                           .content_type = "",
                           .body = ""};
    return job_start(app, rq, POOL_READ);
}

static void has(struct text *t, const char *part) {
    if (!strstr(text_str(t), part))
        fail_msg("\"%s\" is not in:\n%s", part, text_str(t));
}

static void lacks(struct text *t, const char *part) {
    if (strstr(text_str(t), part))
        fail_msg("\"%s\" is in:\n%s", part, text_str(t));
}

static void unknown_paths_are_404_in_their_face(void **state) {
    (void)state;
    struct job *html = ask(METHOD_GET, "/nowhere", "", "");
    assert_int_equal(html->reply.status, 404);
    has(&html->reply.head, "Content-Type: text/html; charset=utf-8\r\n");
    has(&html->reply.body, "<h1>Nothing here</h1>");
    has(&html->reply.body, "test-request");
    struct job *json = ask(METHOD_GET, "/api/nowhere", "", "");
    assert_int_equal(json->reply.status, 404);
    has(&json->reply.body, "{\"error\":{\"code\":\"not_found\"");
    has(&json->reply.body, "\"details\":[]");
    has(&json->reply.body, "\"meta\":{\"requestId\":\"test-request\"}");
}

static void a_bad_parameter_names_its_field(void **state) {
    (void)state;
    struct job *json = ask(METHOD_GET, "/api/tokens", "limit=101&colour=red", "");
    assert_int_equal(json->reply.status, 400);
    has(&json->reply.body,
        "{\"field\":\"limit\",\"message\":\"must be a whole number from 10 to 100\"}");
    has(&json->reply.body, "{\"field\":\"colour\"");
    struct job *html = ask(METHOD_GET, "/tokens", "network=<script>", "");
    assert_int_equal(html->reply.status, 400);
    has(&html->reply.body, "id=\"network-problem\"");
    lacks(&html->reply.body, "<script>");
}

static void a_client_may_prefer_problem_json(void **state) {
    (void)state;
    struct job *job = ask(METHOD_GET, "/api/tokens", "page=0",
                          "application/problem+json, application/json;q=0.5");
    has(&job->reply.head, "Content-Type: application/problem+json\r\n");
    has(&job->reply.body, "\"status\":400");
    has(&job->reply.body, "\"code\":\"invalid_input\"");
}

static void what_cannot_be_json_is_406(void **state) {
    (void)state;
    assert_int_equal(ask(METHOD_GET, "/api/tokens", "", "text/csv")->reply.status, 406);
    assert_int_equal(ask(METHOD_GET, "/api/tokens", "", "text/csv, */*;q=0.1")->state,
                     JOB_WANTS_ROWS);
}

static void other_methods_are_405_and_options_lists_what_is_allowed(void **state) {
    (void)state;
    struct job *post = ask(METHOD_POST, "/tokens", "", "");
    assert_int_equal(post->reply.status, 405);
    has(&post->reply.head, "Allow: GET, HEAD, OPTIONS\r\n");
    struct job *options = ask(METHOD_OPTIONS, "/api/tokens", "", "");
    assert_int_equal(options->reply.status, 204);
    has(&options->reply.head, "Allow: GET, HEAD, OPTIONS\r\n");
    assert_int_equal(options->reply.body.n, 0);
}

static void monitor_pages_are_closed_to_strangers(void **state) {
    (void)state;
    assert_int_equal(ask(METHOD_GET, "/metrics", "", "")->reply.status, 403);
}

static void bench_routes_exist_only_when_switched_on(void **state) {
    (void)state;
    assert_int_equal(ask(METHOD_GET, "/bench/tokens", "", "")->reply.status, 404);
    config.bench_routes = true;
    assert_int_equal(ask(METHOD_GET, "/bench/tokens", "", "")->state, JOB_WANTS_ROWS);
    config.bench_routes = false;
}

static void a_page_of_another_pool_is_not_found(void **state) {
    (void)state;
    config.bench_routes = true;
    assert_int_equal(ask(METHOD_GET, "/bench/stream", "", "")->reply.status, 404);
    config.bench_routes = false;
}

static void a_database_that_is_away_is_503_with_retry_after(void **state) {
    (void)state;
    struct job *job = ask(METHOD_GET, "/tokens", "", "");
    assert_int_equal(job->state, JOB_WANTS_ROWS);
    job->load.status = BUSY;
    job_go_on(job);
    assert_int_equal(job->reply.status, 503);
    has(&job->reply.head, "Retry-After: 2\r\n");
    has(&job->reply.head, "Cache-Control: no-store\r\n");
}

static void an_identicon_is_a_picture_kept_for_ever(void **state) {
    (void)state;
    struct job *job = ask(METHOD_GET, "/icons/identicon/0123456789abcdef.svg", "", "");
    assert_int_equal(job->reply.status, 200);
    has(&job->reply.head, "Content-Type: image/svg+xml\r\n");
    has(&job->reply.head, "Cache-Control: public, max-age=31536000, immutable\r\n");
    has(&job->reply.body, "<svg xmlns=");
    assert_int_equal(ask(METHOD_GET, "/icons/identicon/0123456789abcdeg.svg", "", "")->reply.status,
                     404);
    assert_int_equal(ask(METHOD_GET, "/icons/identicon/0123.svg", "", "")->reply.status, 400);
}

static void a_known_tag_is_304_and_head_has_no_body(void **state) {
    (void)state;
    struct job *first = ask(METHOD_GET, "/icons/identicon/0123456789abcdef.svg", "", "");
    const char *tag = strstr(text_str(&first->reply.head), "ETag: ");
    assert_non_null(tag);
    char known[64];
    snprintf(known, sizeof known, "W/%.34s", tag + 6);
    struct job *again = ask(METHOD_GET, "/icons/identicon/0123456789abcdef.svg", "", "");
    again->rq->if_none_match = known;
    again = job_start(app, again->rq, POOL_READ);
    assert_int_equal(again->reply.status, 304);
    assert_int_equal(again->reply.body.n, 0);
    struct job *head = ask(METHOD_HEAD, "/icons/identicon/0123456789abcdef.svg", "", "");
    assert_int_equal(head->reply.status, 200);
    assert_int_equal(head->reply.body.n, 0);
    has(&head->reply.head, "ETag: ");
    char length[40];
    snprintf(length, sizeof length, "Content-Length: %zu\r\n", first->reply.body.n);
    has(&head->reply.head, length);
}

static void addresses_have_bounds(void **state) {
    (void)state;
    char *path = arena_alloc(arena, PATH_MAX_BYTES + 3);
    memset(path, 'a', PATH_MAX_BYTES + 2);
    path[0] = '/';
    assert_int_equal(ask(METHOD_GET, path, "", "")->reply.status, 414);
    assert_int_equal(ask(METHOD_GET, "/tokens/2147483648", "", "")->reply.status, 400);
    assert_int_equal(ask(METHOD_GET, "/tokens/0", "", "")->reply.status, 400);
    assert_int_equal(ask(METHOD_GET, "/tokens/1/", "", "")->reply.status, 404);
    assert_int_equal(ask(METHOD_GET, "/\xff", "", "")->reply.status, 404);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_paths_are_404_in_their_face),
        cmocka_unit_test(a_bad_parameter_names_its_field),
        cmocka_unit_test(a_client_may_prefer_problem_json),
        cmocka_unit_test(what_cannot_be_json_is_406),
        cmocka_unit_test(other_methods_are_405_and_options_lists_what_is_allowed),
        cmocka_unit_test(monitor_pages_are_closed_to_strangers),
        cmocka_unit_test(bench_routes_exist_only_when_switched_on),
        cmocka_unit_test(a_page_of_another_pool_is_not_found),
        cmocka_unit_test(a_database_that_is_away_is_503_with_retry_after),
        cmocka_unit_test(an_identicon_is_a_picture_kept_for_ever),
        cmocka_unit_test(a_known_tag_is_304_and_head_has_no_body),
        cmocka_unit_test(addresses_have_bounds),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
