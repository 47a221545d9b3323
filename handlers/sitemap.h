/* sitemap.h - the row of which the sitemap's maps are made, for the check of all queries. */
#ifndef SITA_HANDLERS_SITEMAP_H
#define SITA_HANDLERS_SITEMAP_H

#include "base/record.h"

extern const struct record record_place;

#endif
