/* openapi.h - the API document (OpenAPI 3.1.0), made from the facts of api.h. */
#ifndef SITA_HANDLERS_OPENAPI_H
#define SITA_HANDLERS_OPENAPI_H

#include "base/text.h"

/* Appends the whole document as JSON. It depends on nothing but the program. */
void openapi_put(struct text *out);

#endif
