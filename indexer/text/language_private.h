/* What the files of language detection share. */
#ifndef GAZ_TEXT_LANGUAGE_PRIVATE_H
#define GAZ_TEXT_LANGUAGE_PRIVATE_H

#include "gaz/text/language.h"
#include "language_features.h"

/** The language of a name or alias in any case, exactly, as modelines have it. */
uint32_t gaz_language_by_alias(const char *name, size_t len);
/** The first language of an interpreter's name as it stands after "#!". */
uint32_t gaz_language_by_interpreter(const char *name, size_t len);
/** ASCII lower case, byte for byte. */
void gaz_language_lower(char *out, const char *text, size_t len);
/** Cuts a path down to its last part. */
void gaz_language_base_name(const char **path, size_t *len);
/** Whether a hint bears a mark; false for numbers that are none. */
bool gaz_language_has(const gaz_lang_hint *hint, unsigned feature);

/** The language of an emacs or vim modeline in the first or last five lines. */
uint32_t gaz_language_modeline(const char *text, size_t len);
/** The language of the interpreter after "#!". */
uint32_t gaz_language_shebang(const char *text, size_t len);
/** Sets the marks that lines of the head bear. @return how many lines it has */
size_t gaz_language_mark_lines(const char *head, size_t len, gaz_lang_hint *hint);
/** Sets the marks of machine-written files. */
void gaz_language_mark_generated(const char *text, size_t len, gaz_lang_hint *hint);

static inline void gaz_language_set(gaz_lang_hint *hint, gaz_lang_feature feature)
{
    hint->features[feature / 64] |= UINT64_C(1) << (feature % 64);
}

#endif
