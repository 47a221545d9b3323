#include "handlers/identicon.h"

#include <string.h>

#include "base/crypto.h"
#include "handlers/page.h"
#include "handlers/pages.h"

int identicon_hue(const uint8_t seed[IDENTICON_SEED]) {
    return (seed[0] << 8 | seed[1]) % 360;
}

/* A row of squares as lines, by its three bits: the left two squares and the middle one; the right
 * two mirror the left. Few different texts: a list of pictures compresses to a few bytes each. */
void identicon_put_squares(struct text *out, const uint8_t seed[IDENTICON_SEED]) {
    static const struct {
        int x;
        const char *lines;
    } rows[8] = {{0, ""},   {1, "h1m3 0h1"},       {2, "h1m1 0h1"}, {1, "h2m1 0h2"},
                 {3, "h1"}, {1, "h1m1 0h1m1 0h1"}, {2, "h3"},       {1, "h5"}};
    uint32_t bits = (uint32_t)seed[2] << 16 | (uint32_t)seed[3] << 8 | seed[4];
    for (int y = 0; y < 5; y++) {
        uint32_t row = (bits >> y & 1) | (bits >> (y + 5) & 1) << 1 | (bits >> (y + 10) & 1) << 2;
        if (row == 0)
            continue;
        char start[] = {'M', (char)('0' + rows[row].x), ' ', (char)('1' + y)};
        text_add(out, start, sizeof start);
        text_put(out, rows[row].lines);
    }
}

struct identicon_params {
    const char *seed;
};

struct identicon_model {
    uint8_t seed[IDENTICON_SEED];
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
    if (strcmp(p->seed + 16, ".svg") || !crypto_from_hex(model->seed, sizeof model->seed, hex))
        return NOT_FOUND;
    return OK;
}

static const char *identicon_raw(struct request *rq, struct reply *reply, void *at) {
    (void)rq;
    const struct identicon_model *model = at;
    struct text *out = &reply->body;
    int hue = identicon_hue(model->seed);
    text_printf(out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 -.5 7 7\">"
                "<rect y=\"-.5\" width=\"7\" height=\"7\" rx=\"1.4\" fill=\"#fff\"/>"
                "<g fill=\"hsl(%d 55%% 38%%)\" stroke=\"hsl(%d 55%% 38%%)\">"
                "<rect y=\"-.5\" width=\"7\" height=\"7\" rx=\"1.4\" fill-opacity=\".16\" "
                "stroke=\"none\"/><path d=\"",
                hue, hue);
    identicon_put_squares(out, model->seed);
    text_lit(out, "\"/></g></svg>");
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
