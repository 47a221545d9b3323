#include "fcgi/streams.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/crypto.h"

uint64_t streams_key(const char *address) {
    uint8_t digest[16], bytes[16];
    uint64_t key;
    static const uint8_t v4_inside[12] = {[10] = 0xff, [11] = 0xff};
    const void *what = address;
    size_t n = strlen(address);
    if (inet_pton(AF_INET6, address, bytes) == 1) {
        bool v4 = memcmp(bytes, v4_inside, sizeof v4_inside) == 0;
        what = v4 ? bytes + 12 : bytes;
        n = v4 ? 4 : 8;
    } else if (inet_pton(AF_INET, address, bytes) == 1) {
        what = bytes;
        n = 4;
    }
    crypto_blake2b(digest, sizeof digest, what, n, NULL);
    memcpy(&key, digest, sizeof key);
    return key ? key : 1;
}

bool streams_enter(struct slot *slot, const char *address, int32_t desk_workers) {
    uint64_t key = streams_key(address);
    int32_t all = 0, same = 0;
    slot->streams_to = key;
    for (size_t i = 0; i < COUNTERS_SLOTS; i++) {
        uint64_t to = counters()->slots[i].streams_to;
        all += to != 0;
        same += to == key;
    }
    if (same <= STREAMS_PER_ADDRESS && all <= (desk_workers > 1 ? desk_workers - 1 : 1))
        return true;
    slot->streams_to = 0;
    return false;
}

void streams_leave(struct slot *slot) {
    slot->streams_to = 0;
}
