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

/* The amount that a chain value of that many decimals stands for, without trailing zeros after
 * the point. */
void amount_put_from_chain(struct text *out, unsigned __int128 chain, int decimals);

/* s with its whole part in groups of three by a comma. What is not an amount is put unchanged. */
void amount_put_grouped(struct text *out, const char *s);

#endif
