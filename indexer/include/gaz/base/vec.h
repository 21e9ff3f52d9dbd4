/* Growable arrays of any item type. A vec of T is `struct { T *items; size_t len, cap; }`. */
#ifndef GAZ_BASE_VEC_H
#define GAZ_BASE_VEC_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include "gaz/base/status.h"

#define GAZ_VEC(T)                                                                                 \
    struct {                                                                                       \
        T *items;                                                                                  \
        size_t len, cap;                                                                           \
    }

/** Grows `*items` so that it holds at least `need` items of `size` bytes. False when out of memory;
 * nothing changes then. */
GAZ_CHECKED bool gaz_vec_grow(void **items, size_t *cap, size_t need, size_t size);

/** Makes room for `n` more; true on success. */
#define gaz_vec_reserve(v, n)                                                                      \
    ((v)->len + (n) <= (v)->cap ||                                                                 \
     gaz_vec_grow((void **)&(v)->items, &(v)->cap, (v)->len + (n), sizeof *(v)->items))
/** Appends an item; true on success. */
#define gaz_vec_push(v, item)                                                                      \
    (gaz_vec_reserve(v, 1) ? ((v)->items[(v)->len++] = (item), true) : false)
/** Frees the array (not what its items own). */
#define gaz_vec_free(v)                                                                            \
    do {                                                                                           \
        free((v)->items);                                                                          \
        (v)->items = NULL;                                                                         \
        (v)->len = (v)->cap = 0;                                                                   \
    } while (0)

#endif
