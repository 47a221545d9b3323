/* The head and the errors of an answer, made without a page: what clients and caches rely on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/config.h"
#include "base/crypto.h"
#include "base/json_in.h"
#include "handlers/reply_build.h"

static const struct page public_page = {.name = "p", .path = "/p", .cache = CACHE_PUBLIC};
static const struct page lasting_page = {.name = "l", .path = "/l", .cache = CACHE_FOREVER};
static const struct page private_page = {.name = "n", .path = "/n", .cache = CACHE_NONE};

static struct arena *arena;

static int setup(void **state) {
    (void)state;
    arena = arena_new();
    return crypto_start(), 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static struct job *job_for(const struct page *page, enum face face) {
    struct request *rq = arena_alloc(arena, sizeof *rq);
    struct job *job = arena_alloc(arena, sizeof *job);
    *rq = (struct request){.arena = arena,
                           .path = "/p",
                           .query = "",
                           .id = "request-1",
                           .remote = "",
                           .accept = "",
                           .if_none_match = "",
                           .cookie = "",
                           .page = page,
                           .face = face};
    job->rq = rq;
    reply_start(&job->reply, arena);
    return job;
}

static const char *head_of(struct job *job) {
    return text_str(&job->reply.head);
}

static const char *body_of(struct job *job) {
    return text_str(&job->reply.body);
}

static void has_line(struct job *job, const char *line) {
    const char *at = strstr(head_of(job), line);
    size_t n = strlen(line);
    if (!at || (at != head_of(job) && at[-1] != '\n') || strncmp(at + n, "\r\n", 2) != 0)
        fail_msg("\"%s\" is no line of:\n%s", line, head_of(job));
}

static void has_no(struct job *job, const char *name) {
    if (strstr(head_of(job), name))
        fail_msg("\"%s\" is in:\n%s", name, head_of(job));
}

static struct job *finished(const struct page *page, const char *body, int status) {
    struct job *job = job_for(page, FACE_OF_JSON);
    text_put(&job->reply.body, body);
    reply_finish(job, status, "application/json");
    return job;
}

static const char *tag_of(struct job *job) {
    const char *at = strstr(head_of(job), "ETag: ");
    assert_non_null(at);
    return arena_strndup(arena, at + 6, strcspn(at + 6, "\r"));
}

/* -- head ------------------------------------------------------------------------------------ */

static void a_head_is_complete_and_ends_in_an_empty_line(void **state) {
    (void)state;
    struct job *job = finished(&public_page, "{\"a\":1}", 200);
    assert_int_equal(job->state, JOB_DONE);
    assert_int_equal(job->reply.status, 200);
    assert_int_equal(strncmp(head_of(job), "Status: 200 OK\r\n", 16), 0);
    has_line(job, "Content-Type: application/json");
    has_line(job, "Content-Length: 7");
    has_line(job, "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'");
    const char *end = strstr(head_of(job), "\r\n\r\n");
    assert_non_null(end);
    assert_int_equal(end + 4 - head_of(job), job->reply.head.n);
    assert_string_equal(body_of(job), "{\"a\":1}");
}

static void headers_of_the_page_follow(void **state) {
    (void)state;
    struct job *job = job_for(&public_page, FACE_OF_HTML);
    reply_header(&job->reply, "Link", "</next>; rel=next");
    reply_finish(job, 200, "text/html; charset=utf-8");
    has_line(job, "Link: </next>; rel=next");
    assert_int_equal(strncmp(head_of(job), "Status: ", 8), 0);
    assert_non_null(strstr(head_of(job), "style-src 'self'"));
    has_no(job, "unsafe");
}

static const struct caching {
    const struct page *page;
    int status;
    const char *cookie, *value;
} caching[] = {
    {&public_page, 200, "", "public, max-age=0, s-maxage=1, stale-while-revalidate=1"},
    {&public_page, 200, "__Host-session=x", "private, no-cache"},
    {&public_page, 204, "", "public, max-age=0, s-maxage=1, stale-while-revalidate=1"},
    {&public_page, 400, "", "no-cache"},
    {&public_page, 404, "", "no-cache"},
    {&public_page, 403, "", "no-store"},
    {&public_page, 500, "", "no-store"},
    {&public_page, 503, "", "no-store"},
    {&lasting_page, 200, "", "public, max-age=31536000, immutable"},
    {&lasting_page, 200, "a=b", "public, max-age=31536000, immutable"},
    {&lasting_page, 404, "", "no-cache"},
    {&private_page, 200, "", "no-store"},
    {NULL, 404, "", "no-cache"},
    {NULL, 500, "", "no-store"},
};

static void only_what_is_the_same_for_all_is_cached(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof caching / sizeof caching[0]; i++) {
        struct job *job = job_for(caching[i].page, FACE_OF_JSON);
        job->rq->cookie = caching[i].cookie;
        reply_finish(job, caching[i].status, "application/json");
        has_line(job, arena_printf(arena, "Cache-Control: %s", caching[i].value));
    }
}

/* -- tags ------------------------------------------------------------------------------------ */

static void a_tag_follows_the_content(void **state) {
    (void)state;
    const char *one = tag_of(finished(&public_page, "one", 200));
    assert_int_equal(strlen(one), 34);
    assert_string_equal(one, tag_of(finished(&public_page, "one", 200)));
    assert_string_not_equal(one, tag_of(finished(&public_page, "two", 200)));
    assert_string_not_equal(one, tag_of(finished(&public_page, "", 200)));
    has_no(finished(&private_page, "one", 200), "ETag");
    has_no(finished(&public_page, "one", 404), "ETag");
}

static void a_known_tag_is_304(void **state) {
    (void)state;
    const char *tag = tag_of(finished(&public_page, "one", 200));
    static const struct {
        const char *header; /* %s: the tag */
        bool known;
    } rows[] = {
        {"%s", true},     {"W/%s", true},   {"\"x\", %s", true}, {"\"x\",W/%s,\"y\"", true},
        {" \t%s", true},  {"*", true},      {"\"x\", *", true},  {"", false},
        {"\"x\"", false}, {"\"x%s", false}, {"W/", false},       {",", false},
        {"\"", false},    {"w/%s", false},  {"x%s", false},      {"W/W/%s", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct job *job = job_for(&public_page, FACE_OF_JSON);
        struct text header = text_in(arena, 256);
        const char *mark = strstr(rows[i].header, "%s");
        text_add(&header, rows[i].header, mark ? (size_t)(mark - rows[i].header) : 0);
        text_put(&header, mark ? tag : rows[i].header);
        text_put(&header, mark ? mark + 2 : "");
        job->rq->if_none_match = text_str(&header);
        text_lit(&job->reply.body, "one");
        reply_finish(job, 200, "application/json");
        if (job->reply.status != (rows[i].known ? 304 : 200))
            fail_msg("If-None-Match: %s: %d", text_str(&header), job->reply.status);
        assert_int_equal(job->reply.body.n, rows[i].known ? 0 : 3);
        has_line(job, arena_printf(arena, "ETag: %s", tag));
    }
}

static void a_304_has_the_headers_of_its_200_and_no_content(void **state) {
    (void)state;
    struct job *job = job_for(&public_page, FACE_OF_JSON);
    job->rq->if_none_match = "*";
    text_lit(&job->reply.body, "one");
    reply_finish(job, 200, "application/json");
    assert_int_equal(strncmp(head_of(job), "Status: 304 Not Modified\r\n", 26), 0);
    has_line(job, "Cache-Control: public, max-age=0, s-maxage=1, stale-while-revalidate=1");
    has_no(job, "Content-Length");
    has_no(job, "Content-Type");
}

static void an_error_is_never_304(void **state) {
    (void)state;
    struct job *job = job_for(&public_page, FACE_OF_JSON);
    job->rq->if_none_match = "*";
    reply_error(job, NULL, 404);
    assert_int_equal(job->reply.status, 404);
}

static void head_has_the_length_and_no_body(void **state) {
    (void)state;
    struct job *job = job_for(&public_page, FACE_OF_JSON);
    job->rq->method = METHOD_HEAD;
    text_lit(&job->reply.body, "one");
    reply_finish(job, 200, "application/json");
    has_line(job, "Content-Length: 3");
    has_line(job, arena_printf(arena, "ETag: %s", tag_of(finished(&public_page, "one", 200))));
    assert_int_equal(job->reply.body.n, 0);
}

static enum stream_state endless(void *state, struct text *chunk) {
    (void)state;
    text_lit(chunk, "x");
    return STREAM_MORE;
}

static void a_stream_has_neither_length_nor_tag(void **state) {
    (void)state;
    for (int method = METHOD_GET; method <= METHOD_HEAD; method++) {
        struct job *job = job_for(&public_page, FACE_OF_JSON);
        job->rq->method = (enum method)method;
        job->reply.stream = endless;
        reply_finish(job, 200, "text/plain");
        has_no(job, "Content-Length");
        has_no(job, "ETag");
        assert_ptr_equal(job->reply.stream, method == METHOD_HEAD ? NULL : endless);
    }
}

/* -- errors ---------------------------------------------------------------------------------- */

static const struct failing {
    int status;
    const char *line, *code;
} failing[] = {
    {400, "Status: 400 Bad Request", "invalid_input"},
    {403, "Status: 403 Forbidden", "forbidden"},
    {404, "Status: 404 Not Found", "not_found"},
    {405, "Status: 405 Method Not Allowed", "method_not_allowed"},
    {406, "Status: 406 Not Acceptable", "invalid_input"},
    {409, "Status: 409 Conflict", "conflict"},
    {413, "Status: 413 Content Too Large", "payload_too_large"},
    {414, "Status: 414 URI Too Long", "invalid_input"},
    {500, "Status: 500 Internal Server Error", "server_error"},
    {503, "Status: 503 Service Unavailable", "server_error"},
};

static const struct json *parsed(struct job *job) {
    const struct json *value = NULL;
    struct text why = text_in(arena, 4096);
    if (json_parse(arena, job->reply.body.at, job->reply.body.n, &value, &why) != OK)
        fail_msg("%s: %s", body_of(job), text_str(&why));
    return value;
}

static void each_error_has_its_code_and_sentence(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
        struct job *job = job_for(&public_page, FACE_OF_JSON);
        reply_error(job, NULL, failing[i].status);
        has_line(job, failing[i].line);
        has_line(job, "Content-Type: application/json");
        (void)parsed(job);
        const char *start =
            arena_printf(arena, "{\"error\":{\"code\":\"%s\",\"message\":\"", failing[i].code);
        if (strncmp(body_of(job), start, strlen(start)) != 0)
            fail_msg("%s", body_of(job));
        assert_non_null(strstr(body_of(job), ".\",\"details\":[]},\"meta\":{\"requestId\":"
                                             "\"request-1\"}}"));
        if (failing[i].status == 503)
            has_line(job, "Retry-After: 2");
        else
            has_no(job, "Retry-After");
    }
}

static void problems_become_details_and_are_escaped(void **state) {
    (void)state;
    struct job *job = job_for(&public_page, FACE_OF_JSON);
    request_problem(job->rq, "\"</script>\\", "line\nbreak");
    request_problem(job->rq, "b", "c");
    reply_error(job, NULL, 400);
    (void)parsed(job);
    assert_non_null(strstr(body_of(job),
                           "\"details\":[{\"field\":\"\\\"\\u003c/script\\u003e\\\\\","
                           "\"message\":\"line\\nbreak\"},"
                           "{\"field\":\"b\",\"message\":\"c\"}]"));
}

static void an_error_replaces_what_was_there(void **state) {
    (void)state;
    struct job *job = job_for(&public_page, FACE_OF_JSON);
    text_lit(&job->reply.body, "half a page");
    reply_header(&job->reply, "X-Half", "page");
    reply_error(job, NULL, 500);
    has_no(job, "X-Half");
    assert_null(strstr(body_of(job), "half"));
}

static void a_405_keeps_what_is_allowed(void **state) {
    (void)state;
    struct job *job = job_for(&public_page, FACE_OF_JSON);
    reply_header(&job->reply, "Allow", "GET, HEAD, OPTIONS");
    reply_error(job, NULL, 405);
    has_line(job, "Allow: GET, HEAD, OPTIONS");
}

static void problem_json_is_for_those_who_prefer_it(void **state) {
    (void)state;
    static const struct {
        const char *accept, *type;
    } rows[] = {
        {"", "application/json"},
        {"*/*", "application/json"},
        {"application/*", "application/json"},
        {"application/json", "application/json"},
        {"text/html", "application/json"},
        {"application/problem+json", "application/problem+json"},
        {"application/problem+json, application/json", "application/json"},
        {"application/problem+json;q=0.9, application/json;q=0.8", "application/problem+json"},
        {"application/problem+json;q=0, */*", "application/json"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct job *job = job_for(&public_page, FACE_OF_JSON);
        job->rq->accept = rows[i].accept;
        request_problem(job->rq, "f", "m");
        reply_error(job, NULL, 400);
        has_line(job, arena_printf(arena, "Content-Type: %s", rows[i].type));
        (void)parsed(job);
    }
}

static void problem_json_has_the_members_of_rfc_9457(void **state) {
    (void)state;
    struct job *job = job_for(&public_page, FACE_OF_JSON);
    job->rq->accept = "application/problem+json";
    request_problem(job->rq, "f", "m");
    reply_error(job, NULL, 400);
    static const char *const parts[] = {"{\"type\":\"about:blank\",",
                                        "\"title\":\"",
                                        "\"status\":400,",
                                        "\"detail\":\"",
                                        "\"code\":\"invalid_input\"",
                                        "{\"field\":\"f\"",
                                        "\"requestId\":\"request-1\""};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!strstr(body_of(job), parts[i]))
            fail_msg("%s is not in %s", parts[i], body_of(job));
}

/* A request that matched no page has the face of the part of the site it asked in. */
static void an_error_without_a_page_follows_the_path(void **state) {
    (void)state;
    struct job *job = job_for(NULL, FACE_OF_HTML);
    job->rq->path = "/api/nothing";
    reply_error(job, NULL, 404);
    has_line(job, "Content-Type: application/json");
}

static void every_status_of_the_program_has_its_http_status(void **state) {
    (void)state;
    assert_int_equal(reply_status(OK), 200);
    assert_int_equal(reply_status(NOT_FOUND), 404);
    assert_int_equal(reply_status(BAD_INPUT), 400);
    assert_int_equal(reply_status(CONFLICT), 409);
    assert_int_equal(reply_status(BUSY), 503);
    assert_int_equal(reply_status(TOO_SLOW), 503);
    assert_int_equal(reply_status(FAILED), 500);
}

/* -- the frame ------------------------------------------------------------------------------- */

static void the_frame_knows_where_the_reader_is(void **state) {
    (void)state;
    struct shell shell;
    struct job *job = job_for(&public_page, FACE_OF_HTML);
    config.public_url = "https://tokens.example";
    job->rq->path = "/tokens/3";
    reply_shell(job, &shell);
    assert_true(shell.at_tokens && !shell.at_activity);
    assert_null(shell.canonical); /* nothing is shown yet: an error page has no address */
    job->model = &shell;
    job->rq->path = "/activity";
    reply_shell(job, &shell);
    assert_true(!shell.at_tokens && shell.at_activity);
    assert_string_equal(shell.canonical, "https://tokens.example/activity");
    assert_int_equal(strncmp(shell.css, "/static/app-", 12), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_is_complete_and_ends_in_an_empty_line),
        cmocka_unit_test(headers_of_the_page_follow),
        cmocka_unit_test(only_what_is_the_same_for_all_is_cached),
        cmocka_unit_test(a_tag_follows_the_content),
        cmocka_unit_test(a_known_tag_is_304),
        cmocka_unit_test(a_304_has_the_headers_of_its_200_and_no_content),
        cmocka_unit_test(an_error_is_never_304),
        cmocka_unit_test(head_has_the_length_and_no_body),
        cmocka_unit_test(a_stream_has_neither_length_nor_tag),
        cmocka_unit_test(each_error_has_its_code_and_sentence),
        cmocka_unit_test(problems_become_details_and_are_escaped),
        cmocka_unit_test(an_error_replaces_what_was_there),
        cmocka_unit_test(a_405_keeps_what_is_allowed),
        cmocka_unit_test(problem_json_is_for_those_who_prefer_it),
        cmocka_unit_test(problem_json_has_the_members_of_rfc_9457),
        cmocka_unit_test(an_error_without_a_page_follows_the_path),
        cmocka_unit_test(every_status_of_the_program_has_its_http_status),
        cmocka_unit_test(the_frame_knows_where_the_reader_is),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
