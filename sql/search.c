#include "sql/search.h"

void search_symbol(struct load *l, const char *text, const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, SQL_SEARCH_SYMBOL, 0, 0, as, out);
    sql_value(c, "text", text);
}

void search_name(struct load *l, const char *text, const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, SQL_SEARCH_NAME, 0, 0, as, out);
    sql_value(c, "text", text);
}

void search_similar(struct load *l, const char *text, const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, SQL_SEARCH_SIMILAR, 0, 0, as, out);
    sql_value(c, "text", text);
}

void search_within(struct load *l, const char *text, const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, SQL_SEARCH_WITHIN, 0, 0, as, out);
    sql_value(c, "text", text);
}

void search_type_hash(struct load *l, const char *hash, const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, SQL_SEARCH_TYPE_HASH, 0, 0, as, out);
    sql_value(c, "hash", hash);
}

void search_tx_hash(struct load *l, const char *hash, const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, SQL_SEARCH_TX_HASH, 0, 0, as, out);
    sql_value(c, "hash", hash);
}
