#include <gif_lib.h>
#include <stdlib.h>
#include <string.h>

#include "pictures/formats.h"

struct source {
    const uint8_t *at;
    size_t left;
};

static int take(GifFileType *gif, GifByteType *out, int n) {
    struct source *s = gif->UserData;
    size_t some = (size_t)n < s->left ? (size_t)n : s->left;
    memcpy(out, s->at, some);
    s->at += some;
    s->left -= some;
    return (int)some;
}

static GifFileType *begin(struct source *s) {
    return DGifOpen(s, take, NULL);
}

bool gif_size(const uint8_t *bytes, size_t n, struct picture *p) {
    GifFileType *gif = begin(&(struct source){bytes, n});
    if (!gif)
        return false;
    p->width = (uint32_t)gif->SWidth;
    p->height = (uint32_t)gif->SHeight;
    DGifCloseFile(gif, NULL);
    return true;
}

/* One extension block; of those only the number of the colour that is none matters here. */
static bool pass_extension(GifFileType *gif, int *none) {
    GifByteType *block;
    GraphicsControlBlock control;
    int code;
    if (DGifGetExtension(gif, &code, &block) != GIF_OK)
        return false;
    if (block && code == GRAPHICS_EXT_FUNC_CODE &&
        DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
        *none = control.TransparentColor;
    while (block)
        if (DGifGetExtensionNext(gif, &block) != GIF_OK)
            return false;
    return true;
}

/* True if the first frame is what comes next. */
static bool find_frame(GifFileType *gif, int *none) {
    GifRecordType type;
    for (;;) {
        if (DGifGetRecordType(gif, &type) != GIF_OK)
            return false;
        if (type == IMAGE_DESC_RECORD_TYPE)
            return DGifGetImageDesc(gif) == GIF_OK;
        if (type != EXTENSION_RECORD_TYPE || !pass_extension(gif, none))
            return false;
    }
}

/* Row y of the frame, colours by their numbers, into the points. What has no colour stays clear. */
static void put_row(const GifFileType *gif, const ColorMapObject *map, int none,
                    const uint8_t *colours, int y, struct picture *p) {
    const GifImageDesc *frame = &gif->Image;
    uint8_t *row = p->rgba + ((size_t)(frame->Top + y) * p->width + (size_t)frame->Left) * 4;
    for (int x = 0; x < frame->Width; x++, row += 4) {
        if (colours[x] == none || colours[x] >= map->ColorCount)
            continue;
        const GifColorType *c = &map->Colors[colours[x]];
        memcpy(row, (const uint8_t[]){c->Red, c->Green, c->Blue, 255}, 4);
    }
}

static bool put_frame(GifFileType *gif, int none, struct picture *p) {
    static const struct {
        int from, every;
    } passes[] = {{0, 1}, {0, 8}, {4, 8}, {2, 4}, {1, 2}}; /* the first: not interlaced */
    const GifImageDesc *f = &gif->Image;
    const ColorMapObject *map = f->ColorMap ? f->ColorMap : gif->SColorMap;
    bool within = f->Left >= 0 && f->Top >= 0 && f->Width > 0 && f->Height > 0 &&
                  (uint32_t)(f->Left + f->Width) <= p->width &&
                  (uint32_t)(f->Top + f->Height) <= p->height;
    uint8_t *colours = within && map ? malloc((size_t)f->Width) : NULL;
    bool good = colours;
    int first = f->Interlace ? 1 : 0, last = f->Interlace ? 4 : 0;
    for (int pass = first; good && pass <= last; pass++)
        for (int y = passes[pass].from; good && y < f->Height; y += passes[pass].every) {
            good = DGifGetLine(gif, colours, f->Width) == GIF_OK;
            if (good)
                put_row(gif, map, none, colours, y, p);
        }
    free(colours);
    return good;
}

bool gif_points(const uint8_t *bytes, size_t n, struct picture *p) {
    int none = NO_TRANSPARENT_COLOR;
    GifFileType *gif = begin(&(struct source){bytes, n});
    bool good = gif && find_frame(gif, &none) && put_frame(gif, none, p);
    if (gif)
        DGifCloseFile(gif, NULL);
    return good;
}
