/* warnings.h - what a reader of a token's page should be told before trusting its name. */
#ifndef SITA_HANDLERS_WARNINGS_H
#define SITA_HANDLERS_WARNINGS_H

#include "base/arena.h"
#include "handlers/records.h"

/* An earlier token, as far as a warning names it. */
struct token_name {
    int32_t id;
    const char *name, *symbol;
};

struct warning {
    const char *text;               /* a sentence, translated */
    const struct token_name *token; /* the earlier token it speaks of, or NULL */
};

extern const struct record record_warning, record_token_name;

/* The first tokens of a token's network that have its symbol, its name, or what looks like them;
 * itself perhaps: struct token_name, one each. */
struct namesakes {
    struct rows symbol, name, symbol_alike, name_alike;
};

/* The warnings about t: struct warning. */
struct rows warnings_of(struct arena *a, const struct token *t, const struct namesakes *first);

#endif
