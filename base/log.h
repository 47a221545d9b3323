/* log.h - one line per event on standard error, for a person and for a program.
 *
 * Form: 2026-11-23T04:47:30.123Z level event pid=123 message. Control characters, quotes-breaking
 * bytes and invalid UTF-8 in the message are written as \xNN, so that nothing from outside can
 * forge a line or send an escape sequence to a terminal. Lines are at most 2,048 bytes and leave
 * in one write(2), so lines of several processes do not mix. */
#ifndef SITA_BASE_LOG_H
#define SITA_BASE_LOG_H

#include "base/status.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

/* Lines below this level are not written. LOG_INFO until set. */
void log_set_level(enum log_level least);

/* event is a literal in snake_case; fmt and what follows make the message. */
void log_line(enum log_level level, const char *event, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Writes the line at LOG_ERROR and ends the process with abort(), so that the parent sees a
 * signal and starts another. For bugs and lost memory only. */
_Noreturn void log_fatal(const char *event, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
