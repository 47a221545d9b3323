#include "templates/messages.h"

#include <libintl.h>
#include <locale.h>
#include <string.h>

#define DOMAIN_NAME "sitaminter"

/* gettext translates nothing in the locales C and POSIX. C.UTF-8 is always there on Debian, and
 * there LANGUAGE alone decides (glibc up to 2.38; later ones treat it like C, and a real locale of
 * the language has to be installed). */
static bool set_locale(void) {
    const char *name = setlocale(LC_MESSAGES, "");
    if (!name || strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0)
        name = setlocale(LC_MESSAGES, "C.UTF-8");
    return setlocale(LC_CTYPE, "C.UTF-8") && name;
}

bool messages_start(const char *dir) {
    bool ok = set_locale();
    return bindtextdomain(DOMAIN_NAME, dir) && bind_textdomain_codeset(DOMAIN_NAME, "UTF-8") &&
           textdomain(DOMAIN_NAME) && ok;
}

const char *message(const char *english) {
    /* The empty text is the name of the catalogue's header. */
    return *english ? dgettext(DOMAIN_NAME, english) : english;
}
