/* Varints: whatever the bytes, decoding stays inside them; what decodes encodes again to the same
 * value in at most as many bytes. Links: base. */
#include <stdint.h>
#include <stdlib.h>

#include "gaz/base/varint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *at = data, *end = data + size;
    while (at < end) {
        uint64_t value = 0, again = 0;
        uint8_t buffer[GAZ_VARINT_MAX];
        const uint8_t *after = gaz_varint_decode(at, end, &value);
        if (!after) {
            at++;
            continue;
        }
        size_t n = gaz_varint_encode(buffer, value);
        if (after > end || n > (size_t)(after - at) ||
            gaz_varint_decode(buffer, buffer + n, &again) != buffer + n || again != value)
            abort();
        at = after;
    }
    return 0;
}
