/* LEB128 decoding with both ends checked: a hostile file may end anywhere and set every
 * continuation bit. */
#include "gaz/base/varint.h"

const uint8_t *gaz_varint_decode(const uint8_t *at, const uint8_t *end, uint64_t *value)
{
    uint64_t v = 0;
    for (unsigned shift = 0; at < end && shift < 64; shift += 7) {
        uint8_t b = *at++;
        if (shift == 63 && b > 1)
            return NULL;
        v |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80)) {
            *value = v;
            return at;
        }
    }
    return NULL;
}
