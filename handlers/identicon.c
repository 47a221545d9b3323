/* A picture that is the same for the same token everywhere: five by five squares, mirrored, from
 * the first bytes of the seed. */
#include <string.h>

#include "base/crypto.h"
#include "handlers/page.h"
#include "handlers/pages.h"

struct identicon_params {
    const char *seed;
};

struct identicon_model {
    uint8_t seed[8];
};

static const struct param identicon_param_rows[] = {
    {.name = "seed",
     .kind = PARAM_TEXT,
     .offset = offsetof(struct identicon_params, seed),
     .least = 20,
     .most = 20,
     .help = "16 lower-case hex digits and .svg.",
     .example = "0123456789abcdef.svg"},
};

static const struct record record_model = {.name = "identicon_model",
                                           .size = sizeof(struct identicon_model)};

static enum status identicon_show(struct request *rq, struct load *l, void *at, int round) {
    (void)l;
    (void)round;
    const struct identicon_params *p = rq->params;
    struct identicon_model *model = at;
    const char *hex = arena_strndup(rq->arena, p->seed, 16);
    if (strcmp(p->seed + 16, ".svg") || !crypto_from_hex(model->seed, 8, hex))
        return NOT_FOUND;
    return OK;
}

/* The left half and the middle column decide; the right half mirrors it. */
static void put_squares(struct text *out, const uint8_t *seed) {
    uint32_t bits = (uint32_t)seed[2] << 16 | (uint32_t)seed[3] << 8 | seed[4];
    for (int x = 0; x < 3; x++)
        for (int y = 0; y < 5; y++)
            if (bits >> (x * 5 + y) & 1) {
                text_printf(out, "M%d %dh1v1h-1z", x + 1, y + 1);
                if (x < 2)
                    text_printf(out, "M%d %dh1v1h-1z", 5 - x, y + 1);
            }
}

static const char *identicon_raw(struct request *rq, struct reply *reply, void *at) {
    (void)rq;
    const struct identicon_model *model = at;
    struct text *out = &reply->body;
    int hue = (model->seed[0] << 8 | model->seed[1]) % 360;
    text_printf(out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 7 7\">"
                "<rect width=\"7\" height=\"7\" rx=\"1.4\" fill=\"hsl(%d 45%% 90%%)\"/>"
                "<path fill=\"hsl(%d 55%% 38%%)\" d=\"",
                hue, hue);
    put_squares(out, model->seed);
    text_lit(out, "\"/></svg>");
    return "image/svg+xml";
}

const struct page page_identicon = {
    .name = "identicon",
    .path = "/icons/identicon/{seed}",
    .summary = "A picture drawn from the first bytes of a type script hash.",
    .type = "image/svg+xml",
    .cache = CACHE_FOREVER,
    .params = identicon_param_rows,
    .n_params = 1,
    .params_size = sizeof(struct identicon_params),
    .model = &record_model,
    .show = identicon_show,
    .raw = identicon_raw,
};
