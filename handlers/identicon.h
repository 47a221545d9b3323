/* identicon.h - the drawn picture of a token: five by five squares, mirrored, from the first bytes
 * of a seed. The same seed gives the same picture wherever it is drawn. */
#ifndef SITA_HANDLERS_IDENTICON_H
#define SITA_HANDLERS_IDENTICON_H

#include <stdint.h>

#include "base/text.h"

enum { IDENTICON_SEED = 8 }; /* bytes of a seed */

/* The hue of the picture in degrees, 0 to 359. */
int identicon_hue(const uint8_t seed[IDENTICON_SEED]);

/* Appends the squares as path data: lines one unit thick, in a picture whose viewBox is "0 -.5 7
 * 7". Lines are hsl(hue 55% 38%), the ground is 16 % of that on white. */
void identicon_put_squares(struct text *out, const uint8_t seed[IDENTICON_SEED]);

#endif
