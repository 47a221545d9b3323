#include "pictures/thumbnail.h"

#include <stdbool.h>
#include <string.h>
#include <webp/encode.h>

/* The shorter side of a picture whose longer one becomes THUMBNAIL_SIDE. */
static int shorter(uint32_t side, uint32_t longer) {
    uint32_t n = (side * THUMBNAIL_SIDE + longer / 2) / longer;
    return n ? (int)n : 1;
}

static bool rescale(WebPPicture *web, const struct picture *p) {
    uint32_t longer = p->width > p->height ? p->width : p->height;
    return longer <= THUMBNAIL_SIDE ||
           WebPPictureRescale(web, shorter(p->width, longer), shorter(p->height, longer));
}

uint8_t *thumbnail_make(struct arena *a, const struct picture *p, size_t *n) {
    enum { QUALITY = 80 };
    WebPConfig how;
    WebPPicture web;
    WebPMemoryWriter out;
    uint8_t *made = NULL;
    if (!WebPConfigPreset(&how, WEBP_PRESET_ICON, QUALITY) || !WebPPictureInit(&web))
        return NULL;
    WebPMemoryWriterInit(&out);
    web.use_argb = 1;
    web.width = (int)p->width;
    web.height = (int)p->height;
    web.writer = WebPMemoryWrite;
    web.custom_ptr = &out;
    if (WebPPictureImportRGBA(&web, p->rgba, 4 * (int)p->width) && rescale(&web, p) &&
        WebPEncode(&how, &web)) {
        made = memcpy(arena_raw(a, out.size), out.mem, out.size);
        *n = out.size;
    }
    WebPMemoryWriterClear(&out);
    WebPPictureFree(&web);
    return made;
}
