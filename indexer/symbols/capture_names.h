/* What the name of a capture means. */
#ifndef GAZ_SYMBOLS_CAPTURE_NAMES_H
#define GAZ_SYMBOLS_CAPTURE_NAMES_H

#include "query_program.h"

/** @return false for a name without meaning; those that begin with '_' mean nothing on purpose */
GAZ_CHECKED bool gaz_capture_meaning(const char *name, size_t len, vocabulary words,
                                     capture_meaning *out);
/** Applies one `#set!` of a pattern. @return false for a key without meaning */
GAZ_CHECKED bool gaz_pattern_property(const char *key, size_t key_len, const char *value,
                                      size_t value_len, pattern_info *info);

#endif
