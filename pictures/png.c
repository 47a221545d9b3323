#include <png.h>

#include "pictures/formats.h"

static bool begin(const uint8_t *bytes, size_t n, png_image *image) {
    *image = (png_image){.version = PNG_IMAGE_VERSION};
    return png_image_begin_read_from_memory(image, bytes, n);
}

bool png_size(const uint8_t *bytes, size_t n, struct picture *p) {
    png_image image;
    bool good = begin(bytes, n, &image);
    p->width = image.width;
    p->height = image.height;
    png_image_free(&image);
    return good;
}

bool png_points(const uint8_t *bytes, size_t n, struct picture *p) {
    png_image image;
    bool good = begin(bytes, n, &image);
    image.format = PNG_FORMAT_RGBA;
    good = good && png_image_finish_read(&image, NULL, p->rgba, 0, NULL);
    png_image_free(&image);
    return good;
}
