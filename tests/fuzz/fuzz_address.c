/* Any bytes: what is read as an address must be written in its canonical form (unless that is too
 * long) and read again as the same script on the same network. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "chain/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct arena *a;
    if (!a)
        a = arena_new();
    arena_reset(a);
    struct address first, second;
    enum address_error error = address_read(a, (const char *)data, size, &first);
    if (!*address_error_text(error))
        abort();
    if (error)
        return 0;
    struct text canonical = text_in(a, ADDRESS_MAX);
    if (!address_put(&canonical, first.network, &first.script))
        return 0;
    if (address_read(a, text_str(&canonical), canonical.n, &second))
        abort();
    const struct script *p = &first.script, *q = &second.script;
    if (first.network != second.network || p->hash_type != q->hash_type || p->n != q->n ||
        memcmp(p->code_hash, q->code_hash, sizeof p->code_hash) != 0 ||
        (p->n && memcmp(p->args, q->args, p->n) != 0))
        abort();
    return 0;
}
