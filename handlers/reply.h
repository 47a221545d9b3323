/* reply.h - the answer to one request. Lives in the request's arena. */
#ifndef SITA_HANDLERS_REPLY_H
#define SITA_HANDLERS_REPLY_H

#include "base/text.h"
#include "handlers/request.h"

enum { REPLY_BODY_MAX = 4 * 1024 * 1024, REPLY_HEAD_MAX = 16 * 1024 };

struct load;

enum stream_state {
    STREAM_MORE,
    STREAM_END,
    STREAM_BROKEN /* the connection is cut, so that nobody takes the body for whole */
};

struct reply {
    int status;       /* HTTP status code */
    struct text head; /* CGI header lines (RFC 3875 section 6), "Status:" first, each ended by
                         CR LF, the empty line included */
    struct text body; /* empty for HEAD, OPTIONS and 304 */
    /* A body that is made while it is sent (desk pool only): after `body`, stream appends the next
     * piece to chunk and says how it goes on. Before each call the pool runs stream_load, unless
     * that is NULL or has no calls; its status tells whether it could. NULL for ordinary replies.
     */
    enum stream_state (*stream)(void *state, struct text *chunk);
    struct load *stream_load;
    void *stream_state;
};

#endif
