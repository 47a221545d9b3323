/* import_rows.h - one line of an import file: validation, and the row that the database gets.
 * The format is documented in docs/IMPORT.md. */
#ifndef SITA_CLI_IMPORT_ROWS_H
#define SITA_CLI_IMPORT_ROWS_H

#include <stdio.h>

#include "base/text.h"

enum {
    IMPORT_LINE_MAX = 64 * 1024, /* bytes */
    IMPORT_SHOWN_MAX = 100       /* problems that are printed */
};

enum import_kind { IMPORT_TOKEN, IMPORT_TRANSACTION };

/* What is wrong with a file, printed as it is found: "line 12: name: must be ...". */
struct import_report {
    FILE *out;
    size_t problems; /* found; only the first IMPORT_SHOWN_MAX are printed */
    size_t bad_rows; /* lines with at least one */
    size_t latest;   /* the line of the latest one */
};

/* Notes a problem of a line; field is "" if it concerns the whole line. */
void import_problem(struct import_report *r, size_t line, const char *field, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* A valid line. All of it lives in the arena. */
struct import_row {
    enum import_kind kind;
    unsigned network; /* its place in the list of networks */
    uint8_t hash[32]; /* the token's type hash, or the transaction's: with network the identity */
    const char *icon_file, *icon_hash; /* NULL, or both: path as written, 64 hex digits */
    const char *json;                  /* for sql/import.h, without line breaks */
};

/* Reads the n bytes of a line. False after telling the report every problem of it. */
MUST_CHECK bool import_row_read(struct arena *a, const char *s, size_t n, size_t line,
                                struct import_report *report, struct import_row *out);

#endif
