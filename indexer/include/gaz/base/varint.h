/* Little-endian base-128 integers (LEB128) and fixed-width little-endian integers. */
#ifndef GAZ_BASE_VARINT_H
#define GAZ_BASE_VARINT_H

#include <stdint.h>
#include <string.h>
#include "gaz/base/status.h"

#define GAZ_VARINT_MAX 10 /**< bytes of the longest 64-bit varint */

/** Writes `value` to `out`, which has room for GAZ_VARINT_MAX bytes. @return bytes written, 1–10 */
static inline size_t gaz_varint_encode(uint8_t *out, uint64_t value)
{
    size_t n = 0;
    while (value >= 0x80) {
        out[n++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    out[n++] = (uint8_t)value;
    return n;
}

/** Reads a varint from [*at, end). @return the byte after it, or NULL when cut short or over 64
 * bits; *value untouched then */
const uint8_t *gaz_varint_decode(const uint8_t *at, const uint8_t *end, uint64_t *value);

static inline uint16_t gaz_le16(const void *p)
{
    const uint8_t *b = p;
    return (uint16_t)(b[0] | b[1] << 8);
}
static inline uint32_t gaz_le32(const void *p)
{
    const uint8_t *b = p;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}
static inline uint64_t gaz_le64(const void *p)
{
    return (uint64_t)gaz_le32(p) | (uint64_t)gaz_le32((const uint8_t *)p + 4) << 32;
}
static inline void gaz_put_le16(void *p, uint16_t v)
{
    uint8_t *b = p;
    b[0] = (uint8_t)v;
    b[1] = (uint8_t)(v >> 8);
}
static inline void gaz_put_le32(void *p, uint32_t v)
{
    uint8_t *b = p;
    for (int i = 0; i < 4; i++)
        b[i] = (uint8_t)(v >> (8 * i));
}
static inline void gaz_put_le64(void *p, uint64_t v)
{
    uint8_t *b = p;
    for (int i = 0; i < 8; i++)
        b[i] = (uint8_t)(v >> (8 * i));
}

#endif
