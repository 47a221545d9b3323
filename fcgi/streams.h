/* streams.h - how many downloads there may be at once.
 *
 * A stream holds a desk worker for as long as its reader takes. So one address (of IPv6 one /64,
 * which is what a subscriber has) gets STREAMS_PER_ADDRESS at once, and all together leave one desk
 * worker to others. Counted in the shared slots, where what a worker that died was sending counts
 * no more. */
#ifndef SITA_FCGI_STREAMS_H
#define SITA_FCGI_STREAMS_H

#include "base/counters.h"

enum {
    STREAMS_PER_ADDRESS = 2,
    STREAM_LEAST = 16 * 1024 /* bytes a second that a reader takes on average, after some seconds */
};

/* True if this worker may stream to the address (text, as the web server gives it); ended by
 * streams_leave. Two that ask at the same moment may both be refused, never both be let in too
 * many. */
bool streams_enter(struct slot *slot, const char *address, int32_t desk_workers);
void streams_leave(struct slot *slot);

/* What stands for an address in a slot; never 0. */
uint64_t streams_key(const char *address);

#endif
