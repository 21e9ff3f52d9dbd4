/* Facts as text a person can read and compare: what expected.txt of the unit folders holds. */
#ifndef GAZ_TEST_FACTS_TEXT_H
#define GAZ_TEST_FACTS_TEXT_H

#include "gaz/base/strbuf.h"
#include "gaz/symbols/symbols.h"

/** Appends the definitions as an outline, references, imports and how extraction ended. */
void facts_text(gaz_strbuf *out, const gaz_facts *facts);

#endif
