#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include "pictures/formats.h"

bool webp_size(const uint8_t *bytes, size_t n, struct picture *p) {
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(bytes, n, &features) != VP8_STATUS_OK)
        return false;
    p->width = (uint32_t)features.width;
    p->height = (uint32_t)features.height;
    return true;
}

/* A still picture is an animation of one frame to this reader. */
bool webp_points(const uint8_t *bytes, size_t n, struct picture *p) {
    WebPData data = {.bytes = bytes, .size = n};
    WebPAnimDecoderOptions options;
    WebPAnimInfo info;
    uint8_t *frame;
    int when;
    if (!WebPAnimDecoderOptionsInit(&options))
        return false;
    options.color_mode = MODE_RGBA;
    WebPAnimDecoder *reader = WebPAnimDecoderNew(&data, &options);
    bool good = reader && WebPAnimDecoderGetInfo(reader, &info) && info.canvas_width == p->width &&
                info.canvas_height == p->height && WebPAnimDecoderGetNext(reader, &frame, &when);
    if (good)
        memcpy(p->rgba, frame, (size_t)p->width * p->height * 4);
    WebPAnimDecoderDelete(reader);
    return good;
}
