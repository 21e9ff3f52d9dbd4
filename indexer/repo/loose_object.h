/* Objects that have a file of their own: objects/ab/cdef… */
#ifndef GAZ_REPO_LOOSE_OBJECT_H
#define GAZ_REPO_LOOSE_OBJECT_H

#include "object_dirs.h"

typedef struct gaz_loose {
    git_object_t type;
    size_t size;
    uint8_t *data; /**< owned, NUL-terminated; NULL when only the header was asked for */
} gaz_loose;

/**
 * Reads the object's header, and its content when `content`.
 *
 * @param max  bytes of content; GAZ_E_LIMIT beyond, with out->size and out->type set
 * @return GAZ_E_NOT_FOUND without a message when no directory has it; GAZ_E_CORRUPT, GAZ_E_LIMIT,
 * GAZ_E_IO, GAZ_E_NOMEM
 */
GAZ_CHECKED gaz_status gaz_loose_read(const gaz_object_dirs *dirs, const gaz_oid *oid, size_t max,
                                      bool content, gaz_loose *out, gaz_error *err);
/**
 * Finds the object whose id begins with `digits` lower-case hexadecimal digits, at least two.
 * @param count  set to how many there are, at most 2; *out is one of them
 */
GAZ_CHECKED gaz_status gaz_loose_find(const gaz_object_dirs *dirs, const char *digits, gaz_oid *out,
                                      unsigned *count, gaz_error *err);

#endif
