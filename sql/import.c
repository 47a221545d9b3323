#include "sql/import.h"

static const struct field counts_fields[] = {
    FIELD_STORED(struct import_counts, made, "made", FIELD_LONG),
    FIELD_STORED(struct import_counts, changed, "changed", FIELD_LONG),
    FIELD_STORED(struct import_counts, kept, "kept", FIELD_LONG),
};
const struct record record_import_counts = RECORD(import_counts, counts_fields);

static const struct field unfit_fields[] = {
    FIELD_STORED(struct import_unfit, line, "line", FIELD_INT),
    FIELD_STORED(struct import_unfit, field, "field", FIELD_TEXT),
};
const struct record record_import_unfit = RECORD(import_unfit, unfit_fields);

void import_start(struct load *l) {
    load_add(l, SQL_IMPORT_START, 0, 0, NULL, NULL);
}

void import_users(struct load *l, const char *rows) {
    sql_value(load_add(l, SQL_IMPORT_USERS, 0, 0, NULL, NULL), "rows", rows);
}

void import_tokens(struct load *l, const char *rows, struct rows *out) {
    sql_value(load_add(l, SQL_IMPORT_TOKENS, 0, 0, &record_import_counts, out), "rows", rows);
}

void import_unfit(struct load *l, const char *rows, struct rows *out) {
    sql_value(load_add(l, SQL_IMPORT_UNFIT, 0, 0, &record_import_unfit, out), "rows", rows);
}

void import_transactions(struct load *l, const char *rows, struct rows *out) {
    sql_value(load_add(l, SQL_IMPORT_TRANSACTIONS, 0, 0, &record_import_counts, out), "rows", rows);
}
