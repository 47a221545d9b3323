/* paths.h - every address of the site, spelt once. */
#ifndef SITA_HANDLERS_PATHS_H
#define SITA_HANDLERS_PATHS_H

#include "base/text.h"
#include "handlers/request.h"

enum { PATH_TEXT_MAX = 8192 };

/* /tokens/ID and /activity/ID, the HTML face. */
void path_token(struct text *out, int32_t id);
void path_activity(struct text *out, int32_t id);

/* What is too large for a JSON answer: the download of the list, from that row on. */
enum { PATH_JSON_HOLDS = 3 * 1024 * 1024 };
void path_token_lines(struct text *out, int32_t id);
void path_activity_lines(struct text *out, int32_t id);

/* /creators/ADDRESS. Nothing for what is no address in its canonical form: it has no page. */
void path_creator(struct text *out, const char *address);

/* /icons/HASH.small, our copy of a token's icon, as small as pages show it; hash is 64 lower-case
 * hex digits. */
void path_icon_small(struct text *out, const char *hash);

/* /icons/identicon/SEED.svg; seed is 16 lower-case hex digits. */
void path_identicon(struct text *out, const char *seed);

/* The page of a CKB explorer about a thing ("transaction", "xudt", "address") of a known network;
 * id is its hash, 0x and 64 lower-case hex digits, or an address of that network. Nothing for any
 * other network or id. */
void path_explorer(struct text *out, const char *network, const char *thing, const char *id);

/* Adds "?name=value" or "&name=value" to a path; value is percent-encoded. A NULL value adds
 * nothing. The int form adds always. */
void path_arg(struct text *path, const char *name, const char *value);
void path_arg_int(struct text *path, const char *name, int32_t value);

#endif
