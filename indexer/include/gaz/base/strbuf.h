/* A growable byte buffer with a maximum. Always NUL-terminated, may hold NULs. */
#ifndef GAZ_BASE_STRBUF_H
#define GAZ_BASE_STRBUF_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/status.h"

/** The maximum of a buffer whose owner states no other: 1 GiB. */
#define GAZ_STRBUF_MAX ((size_t)1 << 30)

/**
 * Appending never fails at the call: a buffer that met its maximum or an allocation failure keeps
 * what it has, ignores later appends and says so through gaz_strbuf_check(). Check once, after the
 * last append.
 */
typedef struct gaz_strbuf {
    char *data; /**< owned; "" until the first append */
    size_t len; /**< bytes, without the final NUL */
    size_t cap;
    size_t max;
    gaz_status failed;
} gaz_strbuf;

#define GAZ_STRBUF_INIT ((gaz_strbuf){.data = (char *)"", .max = GAZ_STRBUF_MAX})

/** Makes an empty buffer that will hold at most `max` bytes. */
void gaz_strbuf_init(gaz_strbuf *sb, size_t max);
/** Frees the bytes; the buffer is empty and usable again. */
void gaz_strbuf_release(gaz_strbuf *sb);
/** Empties the buffer and keeps its capacity; a recorded failure is forgotten. */
void gaz_strbuf_reset(gaz_strbuf *sb);
void gaz_strbuf_add(gaz_strbuf *sb, const void *data, size_t len);
void gaz_strbuf_puts(gaz_strbuf *sb, const char *text);
void gaz_strbuf_putc(gaz_strbuf *sb, char c);
void gaz_strbuf_printf(gaz_strbuf *sb, const char *format, ...) GAZ_PRINTF(2, 3);
void gaz_strbuf_vprintf(gaz_strbuf *sb, const char *format, va_list args);
/** Makes room for `len` more bytes and returns where to write them, or NULL; follow with
 * gaz_strbuf_commit(). */
char *gaz_strbuf_reserve(gaz_strbuf *sb, size_t len);
void gaz_strbuf_commit(gaz_strbuf *sb, size_t len);
/** Cuts the buffer to `len` bytes, which is at most its length. */
void gaz_strbuf_truncate(gaz_strbuf *sb, size_t len);
/** GAZ_OK, or GAZ_E_LIMIT / GAZ_E_NOMEM when an append was ignored. */
GAZ_CHECKED gaz_status gaz_strbuf_check(const gaz_strbuf *sb, gaz_error *err);
/** Hands the bytes over (free() them) and leaves the buffer empty. NULL when out of memory. */
char *gaz_strbuf_detach(gaz_strbuf *sb, size_t *len);

#endif
