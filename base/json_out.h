/* json_out.h - JSON text (RFC 8259) of records, written straight into a text.
 *
 * Only fields with FACE_JSON are written, under their JSON names, in the order of the table.
 * Times end in Z; FIELD_AMOUNT is a string, so that no reader's float can round it. */
#ifndef SITA_BASE_JSON_OUT_H
#define SITA_BASE_JSON_OUT_H

#include "base/record.h"

/* {"name": value, …} of the struct at base. */
void json_put_record(struct text *out, const struct record *r, const void *base);

/* The value of one field of the struct at base. */
void json_put_field(struct text *out, const struct field *f, const void *base);

#endif
