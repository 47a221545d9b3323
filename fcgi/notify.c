#include "fcgi/notify.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/counters.h"

void notify_send(const char *state) {
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n = path ? strlen(path) : 0;
    if (n < 2 || n >= sizeof address.sun_path || (*path != '/' && *path != '@'))
        return;
    memcpy(address.sun_path, path, n);
    if (*path == '@')
        address.sun_path[0] = '\0'; /* the abstract namespace */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    ssize_t ignored =
        sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address, length);
    (void)ignored;
    close(fd);
}

void notify_reloading(void) {
    char state[80];
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)counters_clock());
    notify_send(state);
}

/* A whole number above 0 in the environment, 0 if there is none. */
static long long positive(const char *name) {
    const char *s = getenv(name);
    char *end;
    errno = 0;
    long long n = s && *s ? strtoll(s, &end, 10) : 0;
    return n <= 0 || errno || *end ? 0 : n;
}

int notify_watchdog_ms(void) {
    long long microseconds = positive("WATCHDOG_USEC"), half = microseconds / 2000;
    if (!microseconds || (getenv("WATCHDOG_PID") && positive("WATCHDOG_PID") != getpid()))
        return -1;
    return half < 1 ? 1 : half > INT_MAX ? INT_MAX : (int)half;
}
