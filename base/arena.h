/* arena.h - memory that lives exactly as long as one request (or one start, or one command).
 *
 * Three lifetimes exist in this program: process, worker, request. Request memory is taken from
 * an arena and never freed by hand. Allocation never returns NULL: a process out of memory is
 * ended with a log line and started again by its parent, so callers carry no untested branch.
 * Sanitizer builds poison the memory on reset, so a pointer kept too long is found at once. */
#ifndef SITA_BASE_ARENA_H
#define SITA_BASE_ARENA_H

#include <stddef.h>

#include "base/status.h"

struct arena;

/* A new, empty arena. Owned by the caller; end it with arena_free. */
struct arena *arena_new(void);

/* Runs the deferred functions and gives all memory back. arena_free(NULL) does nothing. */
void arena_free(struct arena *a);

/* Runs the deferred functions, last added first, and makes the arena empty. The first block is
 * kept, so that a steady stream of requests of ordinary size allocates nothing. */
void arena_reset(struct arena *a);

/* n zeroed bytes aligned for any type; they live in a. n = 0 gives a unique address. */
void *arena_alloc(struct arena *a, size_t n);

/* count * size zeroed bytes; an overflowing product ends the process like lost memory. */
void *arena_array(struct arena *a, size_t count, size_t size);

/* Like arena_alloc, but the bytes are not zeroed: for buffers that are filled at once. */
void *arena_raw(struct arena *a, size_t n);

/* Makes the block at p, old bytes long, at least new bytes long; p's content is copied when it
 * has to move. Cheap when p was the latest allocation. p may be NULL with old = 0. */
void *arena_grow(struct arena *a, void *p, size_t old, size_t new_size);

/* Copies that live in a; the results end in NUL. arena_strdup(a, NULL) is NULL. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);

/* A formatted string that lives in a. */
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* fn(arg) runs at the next reset or free, last added first: for things that are not memory, such
 * as a database result. fn must not use the arena. */
void arena_defer(struct arena *a, void (*fn)(void *), void *arg);

/* Bytes handed out since the last reset: what a test bounds. */
size_t arena_used(const struct arena *a);

#endif
