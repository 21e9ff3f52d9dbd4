/* Growth of typed arrays: by half, overflow-checked. */
#include "gaz/base/vec.h"

bool gaz_vec_grow(void **items, size_t *cap, size_t need, size_t size)
{
    size_t grown = *cap + *cap / 2 + 8, bytes;
    if (grown < need)
        grown = need;
    if (__builtin_mul_overflow(grown, size, &bytes))
        return false;
    void *p = realloc(*items, bytes);
    if (!p)
        return false;
    *items = p;
    *cap = grown;
    return true;
}
