/* Colours of a text for people to read: every line that has some, and under it a letter for each
 * character's class. */
#ifndef GAZ_TEST_COLOURS_TEXT_H
#define GAZ_TEST_COLOURS_TEXT_H

#include "gaz/base/strbuf.h"
#include "gaz/symbols/highlight.h"

void colours_text(gaz_strbuf *out, const char *text, size_t len, const gaz_highlights *colours);

#endif
