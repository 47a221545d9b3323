#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/process.h"

static struct arena *arena;
static struct text said, why, taken;

static int setup(void **state) {
    (void)state;
    arena = arena_new();
    said = text_in(arena, 4096);
    why = text_in(arena, 4096);
    taken = text_in(arena, 1 << 24);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static size_t wanted = SIZE_MAX;

static bool take(void *context, const char *bytes, size_t n) {
    text_add(context, bytes, n);
    return taken.n < wanted;
}

static enum status run(const char *const *argv, int input) {
    char path[] = "PATH=/usr/bin:/bin", *environment[] = {path, NULL};
    struct process p = {
        .argv = argv, .environment = environment, .input = input, .take = take, .context = &taken};
    return process_run(&p, &said, &why);
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL}, -1)
#define SHELL(script) RUN("sh", "-c", script)

static void output_and_environment(void **state) {
    (void)state;
    assert_int_equal(RUN("env"), OK);
    assert_string_equal(text_str(&taken), "PATH=/usr/bin:/bin\n");
    assert_int_equal(said.n, 0);
    text_clear(&taken);
    assert_int_equal(RUN("echo", "a b", "$HOME", "; false"), OK); /* no shell reads this */
    assert_string_equal(text_str(&taken), "a b $HOME ; false\n");
}

static void input_is_what_is_given(void **state) {
    char path[] = "/tmp/test-process-XXXXXX";
    (void)state;
    assert_int_equal(RUN("cat"), OK);
    assert_int_equal(taken.n, 0);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    assert_int_equal(write(fd, "from a file", 11), 11);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(run((const char *const[]){"cat", NULL}, fd), OK);
    assert_string_equal(text_str(&taken), "from a file");
    close(fd);
}

static void nothing_of_ours_is_open_in_it(void **state) {
    (void)state;
    int fd = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */
    assert_true(fd > STDERR_FILENO);
    assert_int_equal(RUN("ls", "/proc/self/fd"), OK);
    assert_string_equal(text_str(&taken), "0\n1\n2\n3\n"); /* 3: the folder */
    close(fd);
}

static void a_list_beside_the_input(void **state) {
    char *environment[] = {NULL};
    const char *argv[] = {"/bin/sh", "-c", "cat /proc/self/fd/3; ls /proc/self/fd", NULL};
    (void)state;
    int list = memfd_create("list", MFD_CLOEXEC);
    assert_int_equal(write(list, "one\n", 4), 4);
    assert_int_equal(lseek(list, 0, SEEK_SET), 0);
    struct process p = {.argv = argv,
                        .environment = environment,
                        .input = -1,
                        .list = list,
                        .take = take,
                        .context = &taken};
    assert_int_equal(process_run(&p, &said, &why), OK);
    assert_string_equal(text_str(&taken), "one\n0\n1\n2\n3\n4\n"); /* 4 is that of ls */
    close(list);
}

static void failures_are_told(void **state) {
    (void)state;
    assert_int_equal(RUN("/no/such/program"), NOT_FOUND);
    assert_string_equal(text_str(&why),
                        "/no/such/program cannot be started: No such file or directory.");
    text_clear(&why);
    assert_int_equal(SHELL("printf 'one\\ntwo\\033[1m\\n' >&2; exit 3"), FAILED);
    assert_string_equal(text_str(&why), "sh ended with status 3: one; two?[1m.");
    text_clear(&why);
    text_clear(&said);
    assert_int_equal(SHELL("kill -9 $$"), FAILED);
    assert_string_equal(text_str(&why), "sh was ended by signal 9 (Killed).");
    text_clear(&said);
    text_clear(&why);
    assert_int_equal(SHELL("printf 'no\\n\\n' >&2; printf '\\n' >&2; exit 1"), FAILED);
    assert_string_equal(text_str(&why), "sh ended with status 1: no.");
}

static void warnings_of_a_success(void **state) {
    (void)state;
    assert_int_equal(SHELL("echo careful >&2"), OK);
    assert_string_equal(text_str(&said), "careful");
    assert_int_equal(why.n, 0);
}

/* More than any pipe holds, on both at once: neither may wait for the other. */
static void full_pipes(void **state) {
    (void)state;
    assert_int_equal(SHELL("head -c 3000000 /dev/zero | tr '\\0' e >&2 & "
                           "head -c 3000000 /dev/zero | tr '\\0' o; wait; exit 1"),
                     FAILED);
    assert_int_equal(taken.n, 3000000);
    assert_int_equal(said.n, PROCESS_SAID_MAX);
    assert_true(why.n < PROCESS_SAID_MAX + 100);
}

static void no_more_is_wanted(void **state) {
    (void)state;
    wanted = 100000;
    assert_int_equal(RUN("cat", "/dev/zero"), CONFLICT);
    wanted = SIZE_MAX;
    assert_true(taken.n >= 100000 && taken.n < 1000000);
}

static void signals_are_as_usual_in_it(void **state) {
    (void)state;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    sigaction(SIGPIPE, &ignore, &before);
    assert_int_equal(SHELL("kill -PIPE $$; echo lives"), FAILED);
    sigaction(SIGPIPE, &before, NULL);
    assert_non_null(strstr(text_str(&why), "signal 13"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(output_and_environment, setup, teardown),
        cmocka_unit_test_setup_teardown(input_is_what_is_given, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_of_ours_is_open_in_it, setup, teardown),
        cmocka_unit_test_setup_teardown(a_list_beside_the_input, setup, teardown),
        cmocka_unit_test_setup_teardown(failures_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(warnings_of_a_success, setup, teardown),
        cmocka_unit_test_setup_teardown(full_pipes, setup, teardown),
        cmocka_unit_test_setup_teardown(no_more_is_wanted, setup, teardown),
        cmocka_unit_test_setup_teardown(signals_are_as_usual_in_it, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
