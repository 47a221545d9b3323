#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "fcgi/notify.h"

static char message[256];

/* A socket that takes notifications, as systemd has one; its name goes into the environment. */
static int take_notifications(const char *name) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n = strlen(name);
    memcpy(address.sun_path, name, n);
    if (*name == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static const char *received(int fd) {
    ssize_t n = recv(fd, message, sizeof message - 1, MSG_DONTWAIT);
    message[n < 0 ? 0 : n] = '\0';
    return message;
}

static void to_a_path(void **state) {
    (void)state;
    char folder[] = "/tmp/notify-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/socket", folder);
    int fd = take_notifications(path);
    notify_send("READY=1");
    assert_string_equal(received(fd), "READY=1");
    notify_reloading();
    assert_int_equal(strncmp(received(fd), "RELOADING=1\nMONOTONIC_USEC=", 27), 0);
    assert_true(strtoll(message + 27, NULL, 10) > 0);
    close(fd);
    notify_send("READY=1"); /* nobody listens any more: no error, no signal */
    unlink(path);
    rmdir(folder);
}

static void to_the_abstract_namespace(void **state) {
    (void)state;
    char name[64];
    snprintf(name, sizeof name, "@sitaminter-test-%d", (int)getpid());
    int fd = take_notifications(name);
    notify_send("STOPPING=1");
    assert_string_equal(received(fd), "STOPPING=1");
    close(fd);
}

static void useless_addresses_do_nothing(void **state) {
    (void)state;
    char long_name[300];
    memset(long_name, 'a', sizeof long_name);
    long_name[0] = '/';
    long_name[sizeof long_name - 1] = '\0';
    const char *const names[] = {"", "/", "relative", long_name};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        setenv("NOTIFY_SOCKET", names[i], 1);
        notify_send("READY=1");
    }
    unsetenv("NOTIFY_SOCKET");
    notify_send("READY=1");
}

static int watchdog(const char *microseconds, const char *pid) {
    setenv("WATCHDOG_USEC", microseconds, 1);
    if (pid)
        setenv("WATCHDOG_PID", pid, 1);
    else
        unsetenv("WATCHDOG_PID");
    return notify_watchdog_ms();
}

static void the_watchdog_is_fed_twice_as_often(void **state) {
    (void)state;
    char own[16];
    snprintf(own, sizeof own, "%d", (int)getpid());
    assert_int_equal(watchdog("30000000", NULL), 15000);
    assert_int_equal(watchdog("30000000", own), 15000);
    assert_int_equal(watchdog("30000000", "1"), -1);
    assert_int_equal(watchdog("30000000", "x"), -1);
    assert_int_equal(watchdog("5", NULL), 1);
    assert_int_equal(watchdog("0", NULL), -1);
    assert_int_equal(watchdog("-1", NULL), -1);
    assert_int_equal(watchdog("1e9", NULL), -1);
    assert_int_equal(watchdog("99999999999999999999", NULL), -1);
    unsetenv("WATCHDOG_USEC");
    assert_int_equal(notify_watchdog_ms(), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(to_a_path),
        cmocka_unit_test(to_the_abstract_namespace),
        cmocka_unit_test(useless_addresses_do_nothing),
        cmocka_unit_test(the_watchdog_is_fed_twice_as_often),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
