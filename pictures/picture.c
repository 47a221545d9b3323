#include "pictures/picture.h"

#include <stdlib.h>
#include <string.h>

#include "pictures/formats.h"

static const struct format {
    const char *extension, *magic;
    size_t n, at;
    bool (*size)(const uint8_t *bytes, size_t n, struct picture *p);
    bool (*points)(const uint8_t *bytes, size_t n, struct picture *p);
} formats[] = {
    {"png", "\x89PNG\r\n\x1a\n", 8, 0, png_size, png_points},
    {"jpg", "\xff\xd8\xff", 3, 0, jpeg_size, jpeg_points},
    {"gif", "GIF87a", 6, 0, gif_size, gif_points},
    {"gif", "GIF89a", 6, 0, gif_size, gif_points},
    {"webp", "WEBP", 4, 8, webp_size, webp_points},
};

static const struct format *format_of(const uint8_t *bytes, size_t n) {
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        const struct format *f = &formats[i];
        if (n >= f->at + f->n && memcmp(bytes + f->at, f->magic, f->n) == 0 &&
            (f->at == 0 || memcmp(bytes, "RIFF", 4) == 0))
            return f;
    }
    return NULL;
}

const char *picture_read(struct arena *a, const uint8_t *bytes, size_t n, struct picture *out) {
    const struct format *f = format_of(bytes, n);
    *out = (struct picture){0};
    if (!f)
        return "is not a PNG, JPEG, GIF or WebP picture";
    out->extension = f->extension;
    /* The size first: a few bytes can stand for gigabytes of points. */
    if (!f->size(bytes, n, out) || out->width == 0 || out->height == 0)
        return arena_printf(a, "cannot be read as a .%s picture", f->extension);
    if (out->width > PICTURE_SIDE_MAX || out->height > PICTURE_SIDE_MAX)
        return arena_printf(a, "has %u × %u points, more than %d × %d", out->width, out->height,
                            PICTURE_SIDE_MAX, PICTURE_SIDE_MAX);
    out->rgba = calloc((size_t)out->width * out->height, 4);
    if (out->rgba && f->points(bytes, n, out))
        return NULL;
    const char *wrong = out->rgba ? arena_printf(a, "cannot be read as a .%s picture", f->extension)
                                  : "needs more memory than there is";
    picture_free(out);
    return wrong;
}

void picture_free(struct picture *p) {
    free(p->rgba);
    p->rgba = NULL;
}
