/* listen.h - the listening sockets of the pools. */
#ifndef SITA_FCGI_LISTEN_H
#define SITA_FCGI_LISTEN_H

#include "base/text.h"

/* Opens a socket at "unix:/path" (mode 0660) or "ADDRESS:PORT" ("[ADDRESS]:PORT" for IPv6), not
 * blocking, closed on exec. A socket file that nobody answers on is replaced; one that is in use
 * is an error, also when two servers start at once. -1: `why` gets a sentence. */
int listen_open(const char *where, struct text *why);

/* Removes the socket file, so that nobody new connects. Does nothing for an address. */
void listen_remove(const char *where);

/* Takes one waiting connection, closed on exec and, if asked, not blocking. -1: none is there, or
 * it could not be taken (logged once a second at most). */
int listen_accept(int listener, bool nonblocking);

#endif
