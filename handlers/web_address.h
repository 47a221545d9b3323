/* web_address.h - what people and programs take for an address of the web. */
#ifndef SITA_HANDLERS_WEB_ADDRESS_H
#define SITA_HANDLERS_WEB_ADDRESS_H

#include <stdbool.h>

/* True for "://", "www.", a word with one of the endings that domains have (the Public Suffix List
 * and some of naming systems on chains), a name with a dot or an IPv4 address before "/". Letters
 * and dots count in every width and style. text is valid UTF-8, of which the first 1,024 bytes
 * count. */
bool web_address_in(const char *text);

#endif
