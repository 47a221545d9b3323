/* Any bytes: the parser must end cleanly, and what it accepts must come back unchanged when its own
 * text is parsed again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct arena *a;
    if (!a)
        a = arena_new();
    arena_reset(a);
    const struct json *v = NULL, *again = NULL;
    struct text why = text_in(a, 1000);
    if (json_parse(a, (const char *)data, size, &v, &why) != OK) {
        if (v || why.n == 0)
            abort();
        return 0;
    }
    const char *text = json_text(a, v);
    if (json_parse(a, text, strlen(text), &again, &why) != OK)
        abort();
    if (strcmp(json_text(a, again), text) != 0)
        abort();
    return 0;
}
