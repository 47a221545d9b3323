/* What `sitaminter serve` tells systemd from start to stop, taken by a socket of this test. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 30000 };

static char folder[] = "/tmp/serve-notify-XXXXXX";
static int notified = -1;
static pid_t server;

static void set_path(const char *variable, const char *prefix, const char *name) {
    char value[128];
    snprintf(value, sizeof value, "%s%s/%s", prefix, folder, name);
    setenv(variable, value, 1);
}

static int start(void **state) {
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char program[1024];
    if (!getenv("BUILD_DIR") || !mkdtemp(folder))
        return -1;
    snprintf(program, sizeof program, "%s/sitaminter", getenv("BUILD_DIR"));
    snprintf(address.sun_path, sizeof address.sun_path, "%s/notify", folder);
    notified = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (bind(notified, (struct sockaddr *)&address, sizeof address) != 0)
        return -1;
    set_path("NOTIFY_SOCKET", "", "notify");
    set_path("SITA_READ_LISTEN", "unix:", "read");
    set_path("SITA_WRITE_LISTEN", "unix:", "write");
    set_path("SITA_DESK_LISTEN", "unix:", "desk");
    setenv("SITA_READER_URL", "host=/nonexistent", 1);
    setenv("SITA_APP_URL", "host=/nonexistent", 1);
    setenv("SITA_DESK_URL", "host=/nonexistent", 1);
    setenv("WATCHDOG_USEC", "200000", 1);
    server = fork();
    if (server == 0) {
        execl(program, program, "serve", (char *)NULL);
        _exit(127);
    }
    return server > 0 ? 0 : -1;
}

static int end(void **state) {
    (void)state;
    char notify[64];
    if (server > 0) {
        kill(server, SIGKILL);
        waitpid(server, NULL, 0);
    }
    close(notified);
    snprintf(notify, sizeof notify, "%s/notify", folder);
    unlink(notify);
    return rmdir(folder);
}

/* The next notification that is not a sign of life. */
static const char *next_state(void) {
    static char message[256];
    struct pollfd p = {.fd = notified, .events = POLLIN};
    do {
        if (poll(&p, 1, PATIENCE_MS) != 1)
            return "nothing";
        ssize_t n = recv(notified, message, sizeof message - 1, 0);
        message[n < 0 ? 0 : n] = '\0';
    } while (strcmp(message, "WATCHDOG=1") == 0);
    return message;
}

static void from_start_to_stop(void **state) {
    (void)state;
    int status, signs = 0;
    assert_string_equal(next_state(), "READY=1");

    char message[64];
    while (signs < 3) {
        struct pollfd p = {.fd = notified, .events = POLLIN};
        assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
        ssize_t n = recv(notified, message, sizeof message - 1, 0);
        assert_int_equal(n, 10);
        assert_memory_equal(message, "WATCHDOG=1", 10);
        signs++;
    }

    kill(server, SIGHUP);
    assert_int_equal(strncmp(next_state(), "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
    assert_string_equal(next_state(), "READY=1");

    kill(server, SIGTERM);
    assert_string_equal(next_state(), "STOPPING=1");
    assert_int_equal(waitpid(server, &status, 0), server);
    server = 0;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(from_start_to_stop)};
    return cmocka_run_group_tests(tests, start, end);
}
