#include "fcgi/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"

static const char unix_prefix[] = "unix:";

static const char *unix_path(const char *where) {
    size_t n = sizeof unix_prefix - 1;
    return strncmp(where, unix_prefix, n) == 0 ? where + n : NULL;
}

static int fail(int fd, struct text *why, const char *where, const char *what) {
    text_printf(why, "Cannot listen on %s: %s (%s).\n", where, what, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static int fail_plain(int fd, struct text *why, const char *where, const char *what) {
    text_printf(why, "Cannot listen on %s: %s.\n", where, what);
    if (fd >= 0)
        close(fd);
    return -1;
}

/* What is at the path: nothing, a socket nobody answers on, a living one, something else. */
enum found { FOUND_NOTHING, FOUND_STALE, FOUND_ALIVE, FOUND_OTHER };

static enum found look_at(const struct sockaddr_un *address) {
    struct stat st;
    if (lstat(address->sun_path, &st) != 0)
        return FOUND_NOTHING;
    if (!S_ISSOCK(st.st_mode))
        return FOUND_OTHER;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool refused = connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 &&
                   (errno == ECONNREFUSED || errno == ENOENT);
    close(fd);
    return refused ? FOUND_STALE : FOUND_ALIVE;
}

/* The part between looking and listening; the caller holds the lock on the folder. */
static int bind_unix(const char *where, const struct sockaddr_un *address, struct text *why) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    switch (look_at(address)) {
    case FOUND_ALIVE:
        return fail_plain(fd, why, where, "another server is listening there; stop it first");
    case FOUND_OTHER:
        return fail_plain(fd, why, where, "a file that is not a socket has that name");
    case FOUND_STALE:
        if (unlink(address->sun_path) != 0)
            return fail(fd, why, where, "the socket of an earlier run cannot be removed");
        break;
    case FOUND_NOTHING:
        break;
    }
    if (fd < 0 || bind(fd, (const struct sockaddr *)address, sizeof *address) != 0)
        return fail(fd, why, where, "the socket cannot be made");
    /* Nobody can connect before listen, so there is no moment with other rights. */
    if (chmod(address->sun_path, 0660) != 0 || listen(fd, SOMAXCONN) != 0)
        return fail(fd, why, where, "the socket cannot be prepared");
    return fd;
}

static int open_unix(const char *where, const char *path, struct text *why) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char folder[sizeof address.sun_path] = ".";
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof address.sun_path)
        return fail_plain(-1, why, where, "a socket path has 1 to 107 bytes");
    memcpy(address.sun_path, path, n);
    const char *slash = strrchr(path, '/');
    if (slash)
        snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || flock(lock, LOCK_EX) != 0)
        return fail(lock, why, where, "the folder cannot be opened");
    int fd = bind_unix(where, &address, why);
    close(lock);
    return fd;
}

static int bind_address(const char *where, const struct addrinfo *info, struct text *why) {
    int on = 1;
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
        return fail(fd, why, where, "the socket cannot be made");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* connections inherit it */
    if (bind(fd, info->ai_addr, info->ai_addrlen) != 0 || listen(fd, SOMAXCONN) != 0)
        return fail(fd, why, where, "the address cannot be used");
    return fd;
}

static int open_address(const char *where, struct text *why) {
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
    struct addrinfo *info;
    char host[64] = "";
    const char *colon = strrchr(where, ':');
    size_t n = colon ? (size_t)(colon - where) : 0;
    if (n == 0 || n >= sizeof host || !colon[1])
        return fail_plain(-1, why, where, "expected unix:/path or ADDRESS:PORT");
    if (where[0] == '[' && where[n - 1] == ']')
        memcpy(host, where + 1, n - 2);
    else
        memcpy(host, where, n);
    if (getaddrinfo(host, colon + 1, &hints, &info) != 0)
        return fail_plain(-1, why, where, "expected a numeric address and port");
    int fd = bind_address(where, info, why);
    freeaddrinfo(info);
    return fd;
}

int listen_open(const char *where, struct text *why) {
    const char *path = unix_path(where);
    return path ? open_unix(where, path, why) : open_address(where, why);
}

void listen_remove(const char *where) {
    const char *path = unix_path(where);
    if (path)
        unlink(path);
}

int listen_accept(int listener, bool nonblocking) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | (nonblocking ? SOCK_NONBLOCK : 0));
    if (fd < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
        log_line(LOG_WARNING, "accept_failed", "%s", strerror(errno));
        /* Out of descriptors or memory: the listener stays readable; do not spin on it. */
        usleep(10000);
    }
    return fd;
}
