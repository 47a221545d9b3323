/* Any bytes as a picture: what can be read has its points, and can be made small. */
#include <stdint.h>
#include <stdlib.h>

#include "pictures/thumbnail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct arena *a;
    if (!a)
        a = arena_new();
    arena_reset(a);
    struct picture p;
    size_t n = 0;
    if (picture_read(a, data, size, &p)) {
        if (p.rgba)
            abort();
        return 0;
    }
    unsigned sum = 0;
    for (size_t i = 0; i < (size_t)p.width * p.height * 4; i++)
        sum += p.rgba[i];
    if (!thumbnail_make(a, &p, &n) || n == 0 || sum > 255U * 4 * p.width * p.height)
        abort();
    picture_free(&p);
    return 0;
}
