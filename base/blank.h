/* blank.h - what is written and cannot be seen, by ICU's data. */
#ifndef SITA_BASE_BLANK_H
#define SITA_BASE_BLANK_H

#include <stdbool.h>
#include <stdint.h>

/* True for what shows nothing wherever it stands, and for blanks of every width. */
bool blank_character(uint32_t code_point);

/* True if nothing of the text, valid UTF-8, can be seen. */
bool blank_text(const char *text);

#endif
