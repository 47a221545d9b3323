/* messages.h - what readers see, in their language: GNU gettext, text domain "sitaminter".
 *
 * English is the source language and needs no catalogue. The catalogues are
 * DIR/LANGUAGE/LC_MESSAGES/sitaminter.mo, made from templates/po/LANGUAGE.po. The language is the
 * process's: gettext takes it from LANGUAGE, LC_ALL, LC_MESSAGES and LANG. Only messages.c includes
 * libintl.h. */
#ifndef SITA_TEMPLATES_MESSAGES_H
#define SITA_TEMPLATES_MESSAGES_H

#include "base/text.h"

/* Takes the language from the environment and catalogues from dir; may be called again after the
 * environment or a catalogue has changed. Numbers keep the C locale. False if the system has no
 * UTF-8 locale at all; messages then stay English. */
bool messages_start(const char *dir);

/* The translation of an English text, UTF-8, or the text itself if there is none. Lives as long as
 * the process. The name is the keyword that templates/po/extract.mjs looks for: where the argument
 * is a literal, it becomes part of the list of texts. */
const char *message(const char *english) __attribute__((format_arg(1)));

#endif
