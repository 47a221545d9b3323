#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/config.h"
#include "base/log.h"

extern char **environ;

static struct arena *arena;
static struct text why;

static enum status load_with(const char *const *variables) {
    char **outside = environ;
    char *inside[8];
    size_t n = 0;
    for (; variables[n]; n++)
        inside[n] = arena_strdup(arena, variables[n]);
    inside[n] = NULL;
    environ = inside;
    text_clear(&why);
    enum status status = config_load(&why);
    environ = outside;
    return status;
}

static int setup(void **state) {
    (void)state;
    arena = arena_new();
    why = text_in(arena, 4096);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

#define LOAD(...) load_with((const char *const[]){__VA_ARGS__, NULL})

static void presets(void **state) {
    (void)state;
    assert_int_equal(LOAD("PATH=/bin", "HOME=/"), OK);
    assert_int_equal(config.read_workers, 2);
    assert_int_equal(config.body_max, 65536);
    assert_string_equal(config.owner_url, "");
    assert_string_equal(config.public_url, "https://localhost:8443");
    assert_false(config.bench_routes);
    assert_int_equal(config.log_level, LOG_INFO);
}

static void values_replace_presets_and_go_again(void **state) {
    (void)state;
    assert_int_equal(LOAD("SITA_READ_WORKERS=64", "SITA_BENCH_ROUTES=on", "SITA_LOG_LEVEL=error",
                          "SITA_OWNER_URL=host=/run dbname=x", "SITA_PUBLIC_URL=https://[::1]:8443",
                          "SITA_KEY="
                          "00112233445566778899aAbBccddeeff00112233445566778899aabbccddeeff"),
                     OK);
    assert_int_equal(config.read_workers, 64);
    assert_true(config.bench_routes);
    assert_int_equal(config.log_level, LOG_ERROR);
    assert_string_equal(config.owner_url, "host=/run dbname=x");
    assert_string_equal(config.public_url, "https://[::1]:8443");
    assert_int_equal(LOAD("X=1"), OK);
    assert_int_equal(config.read_workers, 2);
}

/* What is wrong, and what the sentence must name. */
static void refusals(void **state) {
    static const struct {
        const char *variable;
        const char *says;
    } cases[] = {
        {"SITA_NO_SUCH=1", "SITA_NO_SUCH is not a setting"},
        {"SITA_=1", "SITA_ is not a setting"},
        {"SITA_read_workers=1", "SITA_read_workers is not a setting"},
        {"SITA_READ_WORKERSX=1", "SITA_READ_WORKERSX is not a setting"},
        {"SITA_NO\x1b[31m=1", "SITA_NO?[31m is not a setting"},
        {"SITA_READ_WORKERS=", "SITA_READ_WORKERS must be a whole number from 1 to 64, not \"\""},
        {"SITA_READ_WORKERS=0", "SITA_READ_WORKERS must be"},
        {"SITA_READ_WORKERS=65", "SITA_READ_WORKERS must be"},
        {"SITA_READ_WORKERS=-1", "SITA_READ_WORKERS must be"},
        {"SITA_READ_WORKERS= 2", "SITA_READ_WORKERS must be"},
        {"SITA_READ_WORKERS=+2", "SITA_READ_WORKERS must be"},
        {"SITA_READ_WORKERS=2 ", "SITA_READ_WORKERS must be"},
        {"SITA_READ_WORKERS=2.0", "SITA_READ_WORKERS must be"},
        {"SITA_READ_WORKERS=0x2", "SITA_READ_WORKERS must be"},
        {"SITA_READ_WORKERS=two", "not \"two\""},
        {"SITA_READ_WORKERS=4294967298", "SITA_READ_WORKERS must be"},
        {"SITA_READ_WORKERS=99999999999999999999", "SITA_READ_WORKERS must be"},
        {"SITA_BENCH_ROUTES=yes", "SITA_BENCH_ROUTES must be on or off"},
        {"SITA_BENCH_ROUTES=", "SITA_BENCH_ROUTES must be on or off"},
        {"SITA_LOG_LEVEL=loud", "SITA_LOG_LEVEL must be debug, info, warning or error"},
        {"SITA_PUBLIC_URL=", "SITA_PUBLIC_URL must be"},
        {"SITA_PUBLIC_URL=https://x/", "SITA_PUBLIC_URL must be"},
        {"SITA_PUBLIC_URL=https://", "SITA_PUBLIC_URL must be"},
        {"SITA_PUBLIC_URL=ftp://x", "SITA_PUBLIC_URL must be"},
        {"SITA_PUBLIC_URL=localhost", "SITA_PUBLIC_URL must be"},
        {"SITA_PUBLIC_URL=https://a\"b", "SITA_PUBLIC_URL must be"},
        {"SITA_TEMPLATES=a\nb", "SITA_TEMPLATES must be"},
        {"SITA_KEY=0123", "SITA_KEY must be 64 hexadecimal digits.\n"},
        {"SITA_KEY=g0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
         "SITA_KEY must be 64 hexadecimal digits.\n"},
        {"SITA_TEMPLATES=\xff", "SITA_TEMPLATES must be"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(LOAD(cases[i].variable), BAD_INPUT);
        if (!strstr(text_str(&why), cases[i].says))
            fail_msg("%s gave: %s", cases[i].variable, why.at);
        for (const char *p = why.at; *p; p++)
            assert_true(*p == '\n' || (*p >= 0x20 && *p < 0x7f));
    }
}

static void a_password_is_not_repeated(void **state) {
    (void)state;
    assert_int_equal(LOAD("SITA_OWNER_URL=password=secret\x01"), BAD_INPUT);
    assert_non_null(strstr(text_str(&why), "SITA_OWNER_URL must be"));
    assert_null(strstr(why.at, "secret"));
    assert_int_equal(LOAD("SITA_KEY=5ec4e7"), BAD_INPUT);
    assert_null(strstr(text_str(&why), "5ec4e7"));
}

static void every_problem_gets_its_sentence(void **state) {
    (void)state;
    assert_int_equal(LOAD("SITA_ONE=1", "SITA_READ_WORKERS=x", "SITA_TWO=2"), BAD_INPUT);
    assert_non_null(strstr(text_str(&why), "SITA_ONE"));
    assert_non_null(strstr(why.at, "SITA_READ_WORKERS"));
    assert_non_null(strstr(why.at, "SITA_TWO"));
}

static void text_is_bounded(void **state) {
    char variable[5000] = "SITA_OWNER_URL=";
    (void)state;
    size_t start = strlen(variable);
    memset(variable + start, 'x', 4096);
    assert_int_equal(LOAD(variable), OK);
    variable[start + 4096] = 'x';
    assert_int_equal(LOAD(variable), BAD_INPUT);
    assert_true(why.n < 200);
}

static void help_names_every_setting(void **state) {
    (void)state;
    struct text help = text_in(arena, 65536);
    config_help(&help);
    assert_true(text_ok(&help));
    static const char *const says[] = {"SITA_OWNER_URL\n",    "no default",
                                       "SITA_READ_WORKERS\n", "from 1 to 64; default 2",
                                       "SITA_HTTPS_PORT\n",   "on or off; default off"};
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        assert_non_null(strstr(text_str(&help), says[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(presets, setup, teardown),
        cmocka_unit_test_setup_teardown(values_replace_presets_and_go_again, setup, teardown),
        cmocka_unit_test_setup_teardown(refusals, setup, teardown),
        cmocka_unit_test_setup_teardown(a_password_is_not_repeated, setup, teardown),
        cmocka_unit_test_setup_teardown(every_problem_gets_its_sentence, setup, teardown),
        cmocka_unit_test_setup_teardown(text_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(help_names_every_setting, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
