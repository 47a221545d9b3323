/* thumbnail.h - a picture as small as a page shows it, in WebP (RFC 9649), so that a page stays
 * light whatever the picture weighs. */
#ifndef SITA_PICTURES_THUMBNAIL_H
#define SITA_PICTURES_THUMBNAIL_H

#include "pictures/picture.h"

enum { THUMBNAIL_SIDE = 112 }; /* points: twice what pages give it, for dense screens */

/* The picture within a square of THUMBNAIL_SIDE, its proportions kept; one that is smaller stays as
 * large as it is. Returns n bytes in a, or NULL if it cannot be made. */
uint8_t *thumbnail_make(struct arena *a, const struct picture *p, size_t *n);

#endif
