#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

static char line[8192]; /* the latest line */

/* What log_line writes for that message, without time and pid. */
static const char *logged(enum log_level level, const char *message) {
    int ends[2], saved = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    log_line(level, "some_event", "%s", message);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    ssize_t n = read(ends[0], line, sizeof line - 1);
    close(ends[0]);
    assert_true(n >= 0);
    line[n] = '\0';
    char *pid = strstr(line, " pid=");
    return pid ? strchr(pid + 1, ' ') + 1 : line;
}

static void form_of_a_line(void **state) {
    (void)state;
    assert_string_equal(logged(LOG_WARNING, "hello"), "hello\n");
    int y, mo, d, h, mi, s, ms, pid, n = 0;
    assert_int_equal(sscanf(line, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ warning some_event pid=%d %n", &y,
                            &mo, &d, &h, &mi, &s, &ms, &pid, &n),
                     8);
    assert_int_equal(pid, getpid());
    assert_string_equal(line + n, "hello\n");
}

static void nothing_misleads(void **state) {
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"a\nb\r\t", "a\\x0ab\\x0d\\x09\n"},
        {"\x1b[31m", "\\x1b[31m\n"},
        {"\xc2\x9b"
         "31m",
         "\\xc2\\x9b31m\n"}, /* CSI as one C1 character */
        {"\x7f\\", "\\x7f\\x5c\n"},
        {"\xff\xe5\xb8", "\\xff\\xe5\\xb8\n"},
        {"\xe2\x80\xaegpj.exe", "\\xe2\\x80\\xaegpj.exe\n"}, /* right-to-left override */
        {"\xe2\x80\xa8"
         "forged",
         "\\xe2\\x80\\xa8"
         "forged\n"},
        {"\xe5\xb8\x81 \xf0\x9f\x98\x80", "\xe5\xb8\x81 \xf0\x9f\x98\x80\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(logged(LOG_INFO, cases[i].in), cases[i].out);
}

static void long_lines_are_cut(void **state) {
    static char message[6000];
    (void)state;
    for (int c = 1; c < 256; c += 97) {
        memset(message, c, sizeof message - 1);
        logged(LOG_ERROR, message);
        size_t n = strlen(line);
        assert_true(n > 1900 && n <= 2048);
        assert_int_equal(line[n - 1], '\n');
    }
}

static void levels(void **state) {
    (void)state;
    assert_string_equal(logged(LOG_DEBUG, "x"), "");
    log_set_level(LOG_DEBUG);
    assert_string_equal(logged(LOG_DEBUG, "x"), "x\n");
    log_set_level(LOG_ERROR);
    assert_string_equal(logged(LOG_WARNING, "x"), "");
    log_set_level(LOG_INFO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(form_of_a_line),
        cmocka_unit_test(nothing_misleads),
        cmocka_unit_test(long_lines_are_cut),
        cmocka_unit_test(levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
