/* import_icons.h - icon files that come with an import: pictures that pictures/ can read, each
 * stored as it is and, beside that, small. */
#ifndef SITA_CLI_IMPORT_ICONS_H
#define SITA_CLI_IMPORT_ICONS_H

#include "base/arena.h"

enum { IMPORT_ICON_MAX = 1024 * 1024 }; /* bytes */

/* NULL if the file `path` below dir may be stored: a plain relative path, a regular file of at most
 * IMPORT_ICON_MAX bytes, a picture that can be read, whose SHA-256 is `sha256` (hex, small
 * letters). Otherwise what is wrong, as the end of a sentence. */
const char *import_icon_check(struct arena *a, const char *dir, const char *path,
                              const char *sha256);

/* Checks again and puts a copy into store as SHA256.png, .jpg, .gif or .webp, and its thumbnail as
 * SHA256.small.webp, each whole or not at all; what is there is left. The folder is made if needed.
 * NULL, or what went wrong. */
const char *import_icon_store(struct arena *a, const char *dir, const char *path,
                              const char *sha256, const char *store);

#endif
