/* What an Accept header says about a type (RFC 9110 section 12.5.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "handlers/accept.h"

#define JSON "application/json"

static const struct row {
    const char *accept;
    int json, html; /* quality of application/json and of text/html */
} rows[] = {
    {"", 1000, 1000},
    {"  \t", 1000, 1000},
    {"*/*", 1000, 1000},
    {JSON, 1000, 0},
    {"text/html", 0, 1000},
    {"Application/JSON", 1000, 0},
    {"application/*", 1000, 0},
    {"text/*;q=0.3, */*;q=0.2", 200, 300},
    /* the more specific range decides, wherever it stands and whatever its quality */
    {"*/*, " JSON ";q=0.5", 500, 1000},
    {JSON ";q=0.1, application/*;q=0.9, */*", 100, 1000},
    {JSON ";q=0, */*", 0, 1000},
    {"*/*;q=0", 0, 0},
    /* the digits of a quality */
    {JSON ";q=1", 1000, 0},
    {JSON ";q=1.000", 1000, 0},
    {JSON ";q=0.5", 500, 0},
    {JSON ";q=0.25", 250, 0},
    {JSON ";q=0.001", 1, 0},
    {JSON ";q=0.1239", 123, 0},
    {JSON ";q=0.", 0, 0},
    {JSON ";Q=0.7", 700, 0},
    {JSON " ; q=0.7", 700, 0},
    {JSON ";\tq=0.7", 700, 0},
    {JSON ";charset=utf-8;q=0.4", 400, 0},
    {JSON ";q=0.4;x=y", 400, 0},
    {JSON ";q=9", 1000, 0},
    {JSON ";q=1.9", 1000, 0},
    {JSON ";q=", 1000, 0},
    {JSON ";q=x", 1000, 0},
    {JSON ";quality=0", 1000, 0},
    /* a quality belongs to its own range */
    {JSON ", text/html;q=0.2", 1000, 200},
    {"text/html;q=0.2," JSON, 1000, 200},
    {JSON ",,  ,text/html", 1000, 1000},
    /* what only looks like the type */
    {"application/jsonx", 0, 0},
    {"application/jso", 0, 0},
    {"application/problem+json", 0, 0},
    {"xapplication/json", 0, 0},
    {"app*/json", 0, 0},
    {"application/**", 0, 0},
    {"*", 0, 0},
    {"*/", 0, 0},
    {"*/json", 0, 0},
    {"*/*x", 0, 0},
    {"application", 0, 0},
    {"application/", 0, 0},
    {"/", 0, 0},
    {";q=1", 0, 0},
    {",", 0, 0},
    /* a browser */
    {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", 800, 1000},
};

static void each_header_is_read(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int json = accept_quality(rows[i].accept, JSON);
        int html = accept_quality(rows[i].accept, "text/html");
        if (json != rows[i].json || html != rows[i].html)
            fail_msg("\"%s\": %d and %d instead of %d and %d", rows[i].accept, json, html,
                     rows[i].json, rows[i].html);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_header_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
