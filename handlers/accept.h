/* accept.h - which media type a client prefers (RFC 9110 section 12.5.1). */
#ifndef SITA_HANDLERS_ACCEPT_H
#define SITA_HANDLERS_ACCEPT_H

/* The quality, 0 to 1000, that an Accept header gives the type ("application/json"): that of the
 * most specific range that matches. An empty header accepts everything (1000). Malformed ranges
 * are passed over. */
int accept_quality(const char *accept, const char *type);

#endif
