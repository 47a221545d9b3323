/* picture.h - pictures from outside, as points: PNG (RFC 2083), JPEG, GIF89a, WebP (RFC 9649), read
 * by the libraries that browsers read them with. Told by their first bytes. SVG is none: it can
 * carry scripts. */
#ifndef SITA_PICTURES_PICTURE_H
#define SITA_PICTURES_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum { PICTURE_SIDE_MAX = 4096 }; /* points */

struct picture {
    uint8_t *rgba; /* width * height * 4 bytes, rows from the top; by malloc */
    uint32_t width, height;
    const char *extension; /* "png", "jpg", "gif" or "webp" */
};

/* Reads the picture in the n bytes, of an animation its first frame. NULL if that went well: the
 * caller calls picture_free. Otherwise what is wrong, as the end of a sentence, in a; there is
 * nothing to free. */
const char *picture_read(struct arena *a, const uint8_t *bytes, size_t n, struct picture *out);

void picture_free(struct picture *p);

#endif
