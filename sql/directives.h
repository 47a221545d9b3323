/* directives.h - what a schema file says to the push beside its SQL, in comments of their own line:
 *
 *   -- push: extension pg_trgm in trigrams     what the file is made with, and its schema
 *   -- push: ignore index handmade*            do not report such objects of others
 *   -- push: backfill tokens.decimals with 8   what rows get whose NULL may not stay
 *   -- push: rename column tokens.hue to tint  the same object under another name
 *
 * Names are written as the server prints them: quoted where they need it. */
#ifndef SITA_SQL_DIRECTIVES_H
#define SITA_SQL_DIRECTIVES_H

#include "base/record.h"
#include "base/status.h"
#include "base/text.h"

enum directive_kind { DIRECTIVE_EXTENSION, DIRECTIVE_IGNORE, DIRECTIVE_BACKFILL, DIRECTIVE_RENAME };

struct directive {
    enum directive_kind kind;
    int line;
    bool said;          /* EXTENSION: that it is made */
    const char *object; /* EXTENSION: its name; IGNORE: a pattern as fnmatch(3) has it; BACKFILL:
                           "tokens.decimals"; RENAME: "column tokens.hue" */
    const char *what;   /* EXTENSION: its schema; BACKFILL: an expression; RENAME: the new name */
};

struct directives {
    struct directive *at;
    size_t n;
};

/* Those of the file, in a. FAILED: `why` names the line. */
MUST_CHECK enum status directives_read(struct arena *a, const char *schema, struct directives *out,
                                       struct text *why);

/* The first place of `word` in `names` that is outside of double quotes, or NULL. */
const char *directives_find(const char *names, const char *word);

/* Whether the object ("index handmade") is one to be ignored: by its pattern, or as the schema of
 * an extension. */
bool directives_ignore(const struct directives *d, const char *object);

#endif
