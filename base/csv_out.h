/* csv_out.h - records as lines of CSV (RFC 4180), with the members and names of json_out.h.
 *
 * Lines end in CR LF. What is absent is empty; an empty text is "". Times end in Z. A text that a
 * spreadsheet would take for a formula gets a "'" before it: one that begins with = + - @ (their
 * full-width forms too), tab, CR or LF, as OWASP's page "CSV Injection" lists them. So CSV is for
 * people and spreadsheets; who wants the exact texts takes JSON. */
#ifndef SITA_BASE_CSV_OUT_H
#define SITA_BASE_CSV_OUT_H

#include "base/record.h"

/* The line of names. */
void csv_put_head(struct text *out, const struct record *r);

/* The line of the struct at base. Records and lists inside are left out of both lines. */
void csv_put_record(struct text *out, const struct record *r, const void *base);

#endif
