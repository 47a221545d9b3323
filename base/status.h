/* status.h - the one result type of every function that can fail for a reason a caller acts on.
 *
 * Bugs and lost memory end the worker (see arena.h); everything else is one of these. The HTTP
 * meaning of each value is in handlers/reply.c, in one switch without default. */
#ifndef SITA_BASE_STATUS_H
#define SITA_BASE_STATUS_H

enum status {
    OK,
    NOT_FOUND, /* what was asked for does not exist */
    BAD_INPUT, /* the caller's input is at fault; the message names the field */
    CONFLICT,  /* correct input, but the state does not allow it now */
    BUSY,      /* a resource is not available at the moment; trying again is right */
    TOO_SLOW,  /* not done within the time that the caller allowed */
    FAILED     /* our side is at fault; the log has the reason */
};

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

#endif
