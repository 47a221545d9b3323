#include "fcgi/notify.h"

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

int notify_watchdog_ms(void) {
    const char *asked = getenv("WATCHDOG_USEC"), *who = getenv("WATCHDOG_PID");
    long long microseconds = asked ? atoll(asked) : 0;
    if (microseconds <= 0 || (who && atoll(who) != getpid()))
        return -1;
    long long half = microseconds / 2000;
    return half < 1 ? 1 : half > INT_MAX ? INT_MAX : (int)half;
}
