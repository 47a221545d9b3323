/* reply.h - the answer to one request. Lives in the request's arena. */
#ifndef SITA_HANDLERS_REPLY_H
#define SITA_HANDLERS_REPLY_H

#include "base/text.h"
#include "handlers/request.h"

enum { REPLY_BODY_MAX = 4 * 1024 * 1024, REPLY_HEAD_MAX = 16 * 1024 };

struct reply {
    int status;       /* HTTP status code */
    struct text head; /* CGI header lines (RFC 3875 section 6), "Status:" first, each ended by
                         CR LF, the empty line included */
    struct text body; /* empty for HEAD, OPTIONS and 304 */
    /* A body that is made while it is sent (desk pool only): after `body`, stream appends the next
     * piece to chunk and returns true, or returns false at the end. NULL for ordinary replies. */
    bool (*stream)(void *state, struct text *chunk);
    void *stream_state;
};

#endif
