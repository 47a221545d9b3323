/* wire.h - FastCGI records (FastCGI Specification 1.0, section 3.3) around libfcgi.
 *
 * libfcgi reads requests; these functions look at the bytes before it does and frame the answers
 * of the event loop. The look ahead is what makes libfcgi safe there: it would wait for the rest
 * of half a header, allocate whatever length a parameter claims, overrun a buffer of 64 bytes on
 * repeated names of a management record, and swallow a second request that is sent early. */
#ifndef SITA_FCGI_WIRE_H
#define SITA_FCGI_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/arena.h"

enum wire {
    WIRE_WHOLE,   /* the request is there to its last byte */
    WIRE_HEAD,    /* all parameters are there, the body is not */
    WIRE_PARTIAL, /* not even the parameters */
    WIRE_BROKEN,  /* not a FastCGI request of a responder: close the connection */
    WIRE_PARAMS_TOO_LARGE,
    WIRE_BODY_TOO_LARGE
};

struct wire_request {
    uint16_t id;         /* FastCGI request id, for answers without libfcgi */
    bool keep;           /* the peer wants to send more requests on this connection */
    size_t params, body; /* content bytes seen or announced so far */
};

/* Looks at the n bytes that a connection starts with. The limits are in bytes of content. */
enum wire wire_look(const uint8_t *bytes, size_t n, size_t params_max, size_t body_max,
                    struct wire_request *seen);

/* The whole answer to request id as FastCGI records: standard output with head and body, its end,
 * the end of the request. The vector lives in a; head and body are borrowed. *count gets its
 * length. */
struct iovec *wire_frame(struct arena *a, uint16_t id, const char *head, size_t head_n,
                         const char *body, size_t body_n, size_t *count);

#endif
