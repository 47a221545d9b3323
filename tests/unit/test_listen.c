#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "fcgi/listen.h"

static char folder[] = "/tmp/listen-XXXXXX", where[128];
static const char *path = where + 5; /* after "unix:" */
static struct arena *a;
static struct text why;

static int make_folder(void **state) {
    (void)state;
    a = arena_new();
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    arena_free(a);
    return rmdir(folder);
}

static int clean(void **state) {
    (void)state;
    why = text_in(a, 1000);
    snprintf(where, sizeof where, "unix:%s/socket", folder);
    unlink(path);
    return 0;
}

static int connect_to(const char *name) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, name, strlen(name));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static void a_socket_for_owner_and_group(void **state) {
    (void)state;
    struct stat st;
    int fd = listen_open(where, &why);
    assert_true(fd >= 0);
    assert_int_equal(lstat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0660);
    assert_int_equal(listen_accept(fd, true), -1); /* nobody is there, and it does not wait */
    int client = connect_to(path);
    assert_true(client >= 0);
    int taken = listen_accept(fd, true);
    assert_true(taken >= 0);
    close(taken);
    close(client);
    close(fd);
    listen_remove(where);
    assert_int_equal(access(path, F_OK), -1);
}

static void a_living_server_is_not_robbed(void **state) {
    (void)state;
    int fd = listen_open(where, &why);
    assert_true(fd >= 0);
    assert_int_equal(listen_open(where, &why), -1);
    assert_non_null(strstr(text_str(&why), "another server is listening there"));
    int client = connect_to(path);
    assert_true(client >= 0);
    close(client);
    close(fd);
    unlink(path);
}

static void a_socket_of_the_dead_is_replaced(void **state) {
    (void)state;
    int fd = listen_open(where, &why);
    close(fd); /* as after kill -9: the file stays */
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(connect_to(path), -1);
    fd = listen_open(where, &why);
    assert_true(fd >= 0);
    int client = connect_to(path);
    assert_true(client >= 0);
    close(client);
    close(fd);
    unlink(path);
}

static void a_file_is_left_alone(void **state) {
    (void)state;
    FILE *f = fopen(path, "w");
    fclose(f);
    assert_int_equal(listen_open(where, &why), -1);
    assert_non_null(strstr(text_str(&why), "not a socket"));
    assert_int_equal(access(path, F_OK), 0);
    unlink(path);
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_int_equal(listen_open(where, &why), -1);
    unlink(path);
}

static void useless_addresses(void **state) {
    (void)state;
    char long_path[300];
    memset(long_path, 'a', sizeof long_path);
    memcpy(long_path, "unix:/", 6);
    long_path[sizeof long_path - 1] = '\0';
    const char *const wheres[] = {"",
                                  "unix:",
                                  long_path,
                                  "unix:/nowhere/at/all/socket",
                                  "9000",
                                  "127.0.0.1",
                                  "127.0.0.1:",
                                  "127.0.0.1:port",
                                  "localhost:0",
                                  ":9000",
                                  "203.0.113.7:9000"};
    for (size_t i = 0; i < sizeof wheres / sizeof wheres[0]; i++) {
        text_clear(&why);
        assert_int_equal(listen_open(wheres[i], &why), -1);
        assert_non_null(strstr(text_str(&why), "Cannot listen on"));
    }
}

static void an_address_with_a_port(void **state) {
    (void)state;
    char taken[64];
    struct sockaddr_in name = {0};
    socklen_t length = sizeof name;
    int fd = listen_open("127.0.0.1:0", &why);
    assert_true(fd >= 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &length), 0);
    snprintf(taken, sizeof taken, "127.0.0.1:%d", ntohs(name.sin_port));
    assert_int_equal(listen_open(taken, &why), -1);
    assert_non_null(strstr(text_str(&why), "the address cannot be used"));
    close(fd);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_socket_for_owner_and_group, clean),
        cmocka_unit_test_setup(a_living_server_is_not_robbed, clean),
        cmocka_unit_test_setup(a_socket_of_the_dead_is_replaced, clean),
        cmocka_unit_test_setup(a_file_is_left_alone, clean),
        cmocka_unit_test_setup(useless_addresses, clean),
        cmocka_unit_test_setup(an_address_with_a_port, clean),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
