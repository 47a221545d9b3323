/* search.h - the queries of a search; see tokens.h for the manner. */
#ifndef SITA_SQL_SEARCH_H
#define SITA_SQL_SEARCH_H

#include "sql/db.h"

/* At most 21 tokens whose symbol (or name) begins with text, letter case aside, in order. */
void search_symbol(struct load *l, const char *text, const struct record *as, struct rows *out);
void search_name(struct load *l, const char *text, const struct record *as, struct rows *out);

/* At most 21 tokens whose symbol or name is the text, letter case of any script aside, the oldest
 * first. */
void search_named(struct load *l, const char *text, const struct record *as, struct rows *out);

/* At most 21 tokens whose symbol or name begins with one of the words, which are separated by
 * newlines; those that are a word before those that begin with it. */
void search_swapped(struct load *l, const char *words, const struct record *as, struct rows *out);

/* At most 21 tokens whose symbol or name is like the text or holds it, the likest first; the text
 * has three letters in a row. It may take long: give the load a limit_ms. */
void search_similar(struct load *l, const char *text, const struct record *as, struct rows *out);

/* At most 42 tokens whose symbol, then those whose name, holds the text, for shorter texts. It
 * reads whole indexes: give the load a limit_ms. */
void search_within(struct load *l, const char *text, const struct record *as, struct rows *out);

/* At most 21 tokens with that type script hash, and those that the transaction with that hash
 * issued. */
void search_type_hash(struct load *l, const char *hash, const struct record *as, struct rows *out);
void search_issued(struct load *l, const char *hash, const struct record *as, struct rows *out);

/* At most 101 transactions with that hash. */
void search_tx_hash(struct load *l, const char *hash, const struct record *as, struct rows *out);

#endif
