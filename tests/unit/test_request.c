#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/crypto.h"
#include "fcgi/request.h"

static struct arena *a;
static struct request rq;

static int start(void **state) {
    (void)state;
    crypto_start();
    a = arena_new();
    return 0;
}

static int end(void **state) {
    (void)state;
    arena_free(a);
    return 0;
}

/* request_from_params with up to six parameters, ended by NULL. */
static int from(const char *first, ...) {
    char *envp[8];
    size_t n = 0;
    va_list args;
    va_start(args, first);
    for (const char *s = first; s; s = va_arg(args, const char *))
        envp[n++] = arena_strdup(a, s);
    va_end(args);
    envp[n] = NULL;
    return request_from_params(&rq, a, envp);
}

static void all_of_it(void **state) {
    (void)state;
    assert_int_equal(from("REQUEST_METHOD=HEAD", "REQUEST_URI=/tokens/12?a=1?b", "REMOTE_ADDR=::1",
                          "HTTP_ACCEPT=text/html", "REQUEST_ID=abc-DEF-0123", "HTTP_COOKIE=a=b",
                          NULL),
                     0);
    assert_int_equal(rq.method, METHOD_HEAD);
    assert_string_equal(rq.path, "/tokens/12");
    assert_string_equal(rq.query, "a=1?b");
    assert_string_equal(rq.remote, "::1");
    assert_string_equal(rq.accept, "text/html");
    assert_string_equal(rq.id, "abc-DEF-0123");
    assert_string_equal(rq.cookie, "a=b");
    assert_string_equal(rq.content_type, "");
    assert_string_equal(rq.if_none_match, "");
    assert_ptr_equal(rq.arena, a);
}

static void names_are_taken_whole(void **state) {
    (void)state;
    assert_int_equal(from("REQUEST_URI_X=/no", "REQUEST=/no", "REQUEST_URI=/yes", "REQUEST_URI=/2",
                          "junk", NULL),
                     0);
    assert_string_equal(rq.path, "/yes");
    assert_int_equal(rq.method, METHOD_OTHER);
}

static void wrong_targets(void **state) {
    (void)state;
    char uri[8192] = "REQUEST_URI=/";
    size_t prefix = strlen("REQUEST_URI=");
    assert_int_equal(from("REQUEST_METHOD=GET", NULL), 400);
    assert_int_equal(from("REQUEST_URI=", NULL), 400);
    assert_int_equal(from("REQUEST_URI=*", NULL), 400);
    assert_int_equal(from("REQUEST_URI=http://elsewhere/", NULL), 400);
    memset(uri + prefix + 1, 'a', PATH_MAX_BYTES);
    uri[prefix + PATH_MAX_BYTES] = '\0';
    assert_int_equal(from(uri, NULL), 0);
    uri[prefix + PATH_MAX_BYTES] = 'a';
    assert_int_equal(from(uri, NULL), 414);
    assert_int_equal(strlen(rq.path), PATH_MAX_BYTES);
    memcpy(uri + prefix, "/?", 2);
    memset(uri + prefix + 2, 'q', QUERY_MAX_BYTES + 1);
    assert_int_equal(from(uri, NULL), 414);
    uri[prefix + 2 + QUERY_MAX_BYTES] = '\0';
    assert_int_equal(from(uri, NULL), 0);
    assert_string_equal(rq.path, "/");
    assert_int_equal(strlen(rq.query), QUERY_MAX_BYTES);
    memcpy(uri + prefix, "/api/x?", 7);
    memset(uri + prefix + 7, 'q', QUERY_MAX_BYTES + 1);
    uri[prefix + 7 + QUERY_MAX_BYTES + 1] = '\0';
    assert_int_equal(from(uri, NULL), 414);
    assert_string_equal(rq.path, "/api/x"); /* which says that the refusal is JSON */
}

static void malformed_ids_are_replaced(void **state) {
    (void)state;
    char last[80] = "";
    static const char *const wrong[] = {
        "REQUEST_ID=", "REQUEST_ID=seven77", "REQUEST_ID=with space", "REQUEST_ID=new\nline-x",
        "REQUEST_ID=a1234567890123456789012345678901234567890123456789012345678901234"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(from("REQUEST_URI=/", wrong[i], NULL), 0);
        assert_int_equal(strlen(rq.id), 32);
        assert_int_equal(strspn(rq.id, "0123456789abcdef"), 32);
        assert_string_not_equal(rq.id, last);
        snprintf(last, sizeof last, "%s", rq.id);
    }
    from("REQUEST_URI=/", "REQUEST_ID=12345678", NULL);
    assert_string_equal(rq.id, "12345678");
}

static void lengths(void **state) {
    (void)state;
    static const char *const wrong[] = {"CONTENT_LENGTH=-1", "CONTENT_LENGTH=1x",
                                        "CONTENT_LENGTH=+1", "CONTENT_LENGTH= 1",
                                        "CONTENT_LENGTH=99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(from("REQUEST_URI=/", wrong[i], NULL), 400);
    assert_int_equal(from("REQUEST_URI=/", "CONTENT_LENGTH=", NULL), 0);
    assert_int_equal(rq.body_n, 0);
    assert_int_equal(from("REQUEST_URI=/", "CONTENT_LENGTH=12", NULL), 0);
    assert_int_equal(rq.body_n, 12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it),     cmocka_unit_test(names_are_taken_whole),
        cmocka_unit_test(wrong_targets), cmocka_unit_test(malformed_ids_are_replaced),
        cmocka_unit_test(lengths),
    };
    return cmocka_run_group_tests(tests, start, end);
}
