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

/* The warnings about t: struct warning. same_symbol and same_name are the first tokens of its
 * network with its symbol and name, t itself included: struct token_name. */
struct rows warnings_of(struct arena *a, const struct token *t, const struct rows *same_symbol,
                        const struct rows *same_name);

#endif
