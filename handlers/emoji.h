/* emoji.h - which characters emoji are made of (Unicode Technical Standard 51). */
#ifndef SITA_HANDLERS_EMOJI_H
#define SITA_HANDLERS_EMOJI_H

#include <stdbool.h>
#include <stdint.h>

/* True for a picture (Extended_Pictographic), which others may be joined to. */
bool emoji_is_picture(uint32_t code_point);

/* True for the tones of skin (Emoji_Modifier), which follow a picture. */
bool emoji_is_tone(uint32_t code_point);

#endif
