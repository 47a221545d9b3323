/* formats.h - one pair of functions per format of pictures, for picture.c only.
 *
 * NAME_size reads width and height from the head of the n bytes; NAME_points fills p->rgba, which
 * is as large as they say and zero. False: the bytes are no such picture. */
#ifndef SITA_PICTURES_FORMATS_H
#define SITA_PICTURES_FORMATS_H

#include <stdbool.h>

#include "pictures/picture.h"

bool png_size(const uint8_t *bytes, size_t n, struct picture *p);
bool png_points(const uint8_t *bytes, size_t n, struct picture *p);
bool jpeg_size(const uint8_t *bytes, size_t n, struct picture *p);
bool jpeg_points(const uint8_t *bytes, size_t n, struct picture *p);
bool gif_size(const uint8_t *bytes, size_t n, struct picture *p);
bool gif_points(const uint8_t *bytes, size_t n, struct picture *p);
bool webp_size(const uint8_t *bytes, size_t n, struct picture *p);
bool webp_points(const uint8_t *bytes, size_t n, struct picture *p);

#endif
