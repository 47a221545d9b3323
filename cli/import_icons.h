/* import_icons.h - icon files that come with an import. Raster pictures only: PNG, JPEG, GIF, WebP,
 * told by their first bytes (an SVG can carry scripts). */
#ifndef SITA_CLI_IMPORT_ICONS_H
#define SITA_CLI_IMPORT_ICONS_H

#include "base/arena.h"

enum { IMPORT_ICON_MAX = 1024 * 1024 }; /* bytes */

/* NULL if the file `path` below dir may be stored: a plain relative path, a regular file, a raster
 * picture of at most IMPORT_ICON_MAX bytes whose SHA-256 is `sha256` (hex, small letters).
 * Otherwise what is wrong, as the end of a sentence. */
const char *import_icon_check(struct arena *a, const char *dir, const char *path,
                              const char *sha256);

/* Checks again and puts a copy into store as SHA256.png, .jpg, .gif or .webp, whole or not at all;
 * one that is there is left. The folder is made if needed. NULL, or what went wrong. */
const char *import_icon_store(struct arena *a, const char *dir, const char *path,
                              const char *sha256, const char *store);

#endif
