/* Any bytes from a peer. A verdict on the first bytes must stand when the rest comes, and what is
 * called whole must be a request that libfcgi reads to its end without waiting for more. */
#include <errno.h>
#include <fcgiapp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fcgi/wire.h"
#include "fcgi/worker.h"

enum { PARAMS_MAX = 2048, BODY_MAX = 512, BYTES_MAX = 16384 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool final(enum wire w) {
    return w != WIRE_PARTIAL && w != WIRE_HEAD;
}

static void feed_libfcgi(const uint8_t *data, size_t size, const struct wire_request *seen) {
    static bool prepared;
    FCGX_Request fcgx;
    int ends[2];
    if (!prepared)
        worker_prepare();
    prepared = true;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0 ||
        send(ends[1], data, size, 0) != (ssize_t)size)
        abort();
    FCGX_InitRequest(&fcgx, -1, 0);
    fcgx.ipcFd = ends[0];
    fcgx.keepConnection = 1;
    if (FCGX_Accept_r(&fcgx) != 0 || fcgx.requestId != seen->id)
        abort();
    size_t n = 0;
    while (FCGX_GetChar(fcgx.in) != EOF)
        n++;
    if (n != seen->body || FCGX_GetError(fcgx.in))
        abort();
    FCGX_Free(&fcgx, 0);
    close(ends[0]);
    close(ends[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct wire_request seen, before;
    if (size > BYTES_MAX)
        return 0;
    enum wire all = wire_look(data, size, PARAMS_MAX, BODY_MAX, &seen);
    for (size_t n = 0; n < size; n += size < 256 ? 1 : size / 256) {
        enum wire some = wire_look(data, n, PARAMS_MAX, BODY_MAX, &before);
        if (final(some) && some != all)
            abort();
        if (some == WIRE_HEAD && all == WIRE_PARTIAL)
            abort();
    }
    if (all == WIRE_WHOLE)
        feed_libfcgi(data, size, &seen);
    return 0;
}
