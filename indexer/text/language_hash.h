/* FNV-1a: the hash of the language tables, shared by their generator and their reader. */
#ifndef GAZ_TEXT_LANGUAGE_HASH_H
#define GAZ_TEXT_LANGUAGE_HASH_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t language_hash(const char *text, size_t len)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return hash;
}

#endif
