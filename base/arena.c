#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#if defined(__has_feature) /* clang has no macro of its own for it */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
/* A clang without its run-time library (a linter's) has the sanitizer but not its header. */
#if defined(__SANITIZE_ADDRESS__) && __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

enum { FIRST_BLOCK = 64 * 1024, ALIGN = _Alignof(max_align_t) };

struct block {
    struct block *next;
    size_t size, used;
    _Alignas(max_align_t) unsigned char bytes[];
};

struct deferred {
    struct deferred *next;
    void (*fn)(void *);
    void *arg;
};

struct arena {
    struct block *first, *current;
    struct deferred *deferred;
    size_t handed_out;
};

static struct block *block_new(size_t size) {
    struct block *b = size > SIZE_MAX - sizeof *b ? NULL : malloc(sizeof *b + size);
    if (!b)
        log_fatal("out_of_memory", "could not allocate %zu bytes", size);
    b->next = NULL;
    b->size = size;
    b->used = 0;
    ASAN_POISON_MEMORY_REGION(b->bytes, size);
    return b;
}

struct arena *arena_new(void) {
    struct arena *a = calloc(1, sizeof *a);
    if (!a)
        log_fatal("out_of_memory", "could not allocate an arena");
    a->first = a->current = block_new(FIRST_BLOCK);
    return a;
}

static void run_deferred(struct arena *a) {
    while (a->deferred) {
        struct deferred *d = a->deferred;
        a->deferred = d->next;
        d->fn(d->arg);
    }
}

static void free_blocks(struct block *b) {
    while (b) {
        struct block *next = b->next;
        ASAN_UNPOISON_MEMORY_REGION(b->bytes, b->size);
        free(b);
        b = next;
    }
}

void arena_reset(struct arena *a) {
    run_deferred(a);
    free_blocks(a->first->next);
    a->first->next = NULL;
    a->first->used = 0;
    a->current = a->first;
    a->handed_out = 0;
    ASAN_POISON_MEMORY_REGION(a->first->bytes, a->first->size);
}

void arena_free(struct arena *a) {
    if (!a)
        return;
    run_deferred(a);
    free_blocks(a->first);
    free(a);
}

static size_t aligned(size_t n) {
    return n > SIZE_MAX - ALIGN ? n : (n + ALIGN - 1) / ALIGN * ALIGN;
}

void *arena_raw(struct arena *a, size_t n) {
    size_t need = aligned(n ? n : 1);
    struct block *b = a->current;
    if (b->size - b->used < need) {
        size_t size = b->size > SIZE_MAX / 2 ? b->size : b->size * 2;
        b = block_new(size < need ? need : size);
        a->current->next = b;
        a->current = b;
    }
    void *p = b->bytes + b->used;
    b->used += need;
    a->handed_out += need;
    ASAN_UNPOISON_MEMORY_REGION(p, n ? n : 1);
    return p;
}

void *arena_alloc(struct arena *a, size_t n) {
    return memset(arena_raw(a, n), 0, n);
}

void *arena_array(struct arena *a, size_t count, size_t size) {
    if (size && count > SIZE_MAX / size)
        log_fatal("out_of_memory", "array of %zu times %zu bytes", count, size);
    return arena_alloc(a, count * size);
}

void *arena_grow(struct arena *a, void *p, size_t old, size_t new_size) {
    struct block *b = a->current;
    if (new_size <= old)
        return p;
    size_t held = aligned(old ? old : 1);
    if (p && (unsigned char *)p + held == b->bytes + b->used) {
        size_t more = aligned(new_size) - held;
        if (b->size - b->used >= more) {
            b->used += more;
            a->handed_out += more;
            ASAN_UNPOISON_MEMORY_REGION(p, new_size);
            return p;
        }
    }
    void *q = arena_raw(a, new_size);
    if (p)
        memcpy(q, p, old);
    return q;
}

char *arena_strndup(struct arena *a, const char *s, size_t n) {
    char *copy = arena_raw(a, n + 1);
    if (n) /* s may be NULL: an empty text has no bytes */
        memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

char *arena_strdup(struct arena *a, const char *s) {
    return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *a, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0)
        log_fatal("bad_format", "arena_printf");
    char *s = arena_raw(a, (size_t)n + 1);
    vsnprintf(s, (size_t)n + 1, fmt, again);
    va_end(again);
    return s;
}

void arena_defer(struct arena *a, void (*fn)(void *), void *arg) {
    struct deferred *d = arena_alloc(a, sizeof *d);
    *d = (struct deferred){.next = a->deferred, .fn = fn, .arg = arg};
    a->deferred = d;
}

size_t arena_used(const struct arena *a) {
    return a->handed_out;
}
