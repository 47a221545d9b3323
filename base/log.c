#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/utf8.h"

enum { LINE_MAX_BYTES = 2048 };

static enum log_level least_level = LOG_INFO;

void log_set_level(enum log_level least) {
    least_level = least;
}

static size_t put_time(char *out, size_t size) {
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t n = strftime(out, size, "%Y-%m-%dT%H:%M:%S", &utc);
    return n + (size_t)snprintf(out + n, size - n, ".%03ldZ", now.tv_nsec / 1000000);
}

/* Copies message to out, bytes that could mislead as \xNN; leaves room for the newline. */
static size_t put_safe(char *out, size_t size, const char *message) {
    size_t n = 0;
    while (*message && n + 5 < size) {
        uint32_t c = 0;
        size_t len = utf8_decode(message, strnlen(message, 4), &c);
        if (len == 0 || utf8_is_control(c) || c == '\\') {
            n += (size_t)snprintf(out + n, size - n, "\\x%02x", (unsigned char)*message);
            message++;
            continue;
        }
        memcpy(out + n, message, len);
        n += len;
        message += len;
    }
    return n;
}

PRINTF_LIKE(3, 0)
static void write_line(enum log_level level, const char *event, const char *fmt, va_list args) {
    static const char *const names[] = {"debug", "info", "warning", "error"};
    char message[LINE_MAX_BYTES], line[LINE_MAX_BYTES];
    vsnprintf(message, sizeof message, fmt, args);
    size_t n = put_time(line, sizeof line);
    n += (size_t)snprintf(line + n, sizeof line - n, " %s %s pid=%d ", names[level], event,
                          (int)getpid());
    n += put_safe(line + n, sizeof line - n - 1, message);
    line[n++] = '\n';
    /* A log that cannot be written has no better place to complain. */
    ssize_t ignored = write(STDERR_FILENO, line, n);
    (void)ignored;
}

void log_line(enum log_level level, const char *event, const char *fmt, ...) {
    va_list args;
    if (level < least_level)
        return;
    va_start(args, fmt);
    write_line(level, event, fmt, args);
    va_end(args);
}

void log_fatal(const char *event, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    write_line(LOG_ERROR, event, fmt, args);
    va_end(args);
    abort();
}
