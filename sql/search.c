#include "sql/search.h"

static void ask(struct load *l, enum sql_name query, const char *name, const char *value,
                const struct record *as, struct rows *out) {
    struct sql_call *c = load_add(l, query, 0, 0, as, out);
    sql_value(c, name, value);
}

void search_symbol(struct load *l, const char *text, const struct record *as, struct rows *out) {
    ask(l, SQL_SEARCH_SYMBOL, "text", text, as, out);
}

void search_name(struct load *l, const char *text, const struct record *as, struct rows *out) {
    ask(l, SQL_SEARCH_NAME, "text", text, as, out);
}

void search_named(struct load *l, const char *text, const struct record *as, struct rows *out) {
    ask(l, SQL_SEARCH_NAMED, "text", text, as, out);
}

void search_swapped(struct load *l, const char *words, const struct record *as, struct rows *out) {
    ask(l, SQL_SEARCH_SWAPPED, "words", words, as, out);
}

void search_similar(struct load *l, const char *text, const struct record *as, struct rows *out) {
    ask(l, SQL_SEARCH_SIMILAR, "text", text, as, out);
}

void search_within(struct load *l, const char *text, const struct record *as, struct rows *out) {
    ask(l, SQL_SEARCH_WITHIN, "text", text, as, out);
}

void search_type_hash(struct load *l, const char *hash, const struct record *as, struct rows *out) {
    ask(l, SQL_SEARCH_TYPE_HASH, "hash", hash, as, out);
}

void search_issued(struct load *l, const char *hash, const struct record *as, struct rows *out) {
    ask(l, SQL_SEARCH_ISSUED, "hash", hash, as, out);
}

void search_tx_hash(struct load *l, const char *hash, const struct record *as, struct rows *out) {
    ask(l, SQL_SEARCH_TX_HASH, "hash", hash, as, out);
}
