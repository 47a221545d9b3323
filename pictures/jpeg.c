#include <turbojpeg.h>

#include "pictures/formats.h"

bool jpeg_size(const uint8_t *bytes, size_t n, struct picture *p) {
    int width = 0, height = 0, sampling, colours;
    tjhandle reader = tjInitDecompress();
    bool good =
        reader && tjDecompressHeader3(reader, bytes, n, &width, &height, &sampling, &colours) == 0;
    p->width = (uint32_t)width;
    p->height = (uint32_t)height;
    if (reader)
        tjDestroy(reader);
    return good;
}

/* A picture that only deserves a warning (bytes after its end) is one. The number of scans is
 * limited, because a small file with many of them takes minutes. */
bool jpeg_points(const uint8_t *bytes, size_t n, struct picture *p) {
    tjhandle reader = tjInitDecompress();
    bool good = reader && (tjDecompress2(reader, bytes, n, p->rgba, (int)p->width, 0,
                                         (int)p->height, TJPF_RGBA, TJFLAG_LIMITSCANS) == 0 ||
                           tjGetErrorCode(reader) == TJERR_WARNING);
    if (reader)
        tjDestroy(reader);
    return good;
}
