/* translate.h - the text of a {{#_}}message{{/_}} in the process's language. */
#ifndef SITA_TEMPLATES_TRANSLATE_H
#define SITA_TEMPLATES_TRANSLATE_H

#include "templates/parse.h"

/* Looks up the message: its source with white space folded (each run one space, none at the ends)
 * is the msgid. True: *out is the parsed translation, which lives in a. False: there is none, or it
 * is not usable (broken syntax, a tag or markup that the original does not have), which the log
 * says. */
bool translate_message(struct arena *a, const char *file, const struct node *message,
                       struct source *out);

/* Says in the log that a translation is not used, and why. */
void translate_refused(const char *file, const struct node *message, const char *why);

#endif
