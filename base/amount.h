/* amount.h - token amounts as people write them: unsigned decimal strings, exact.
 *
 * An amount has 1 to 39 digits before the point and at most 255 after it, no sign, no exponent,
 * no needless leading zero. The chain's amount is supply x 10^decimals, a uint128 (RFC 0052). */
#ifndef SITA_BASE_AMOUNT_H
#define SITA_BASE_AMOUNT_H

#include <stdbool.h>

#include "base/text.h"

enum { AMOUNT_DECIMALS_MAX = 255 };

/* True if s is an amount with at most `decimals` digits after the point (0 to 255). */
bool amount_valid(const char *s, int decimals);

/* True if s is an amount whose chain value, s x 10^decimals, fits in a uint128; *chain gets it. */
bool amount_to_chain(const char *s, int decimals, unsigned __int128 *chain);

#endif
