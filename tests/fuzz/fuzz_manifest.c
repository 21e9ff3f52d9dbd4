/* Manifests: whatever the sections hold, decoding stays inside them; what decodes encodes again,
 * and that decodes to the same entries. Input: four lengths (u16), then the sections head, paths,
 * blocks, oids, marks. Links: store. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/varint.h"
#include "manifest_codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void split(const uint8_t *data, size_t size, gaz_manifest_sections *in)
{
    const uint8_t *at = data + 8, *end = data + size;
    for (size_t s = 0; s < GAZ_MANIFEST_SECTIONS; s++) {
        size_t left = (size_t)(end - at), len = s < 4 ? gaz_le16(data + 2 * s) : left;
        in->data[s] = at;
        in->len[s] = len < left ? len : left;
        at += in->len[s];
    }
}

static void compare(const gaz_manifest_layer *a, const gaz_manifest_layer *b)
{
    if (a->count != b->count || a->depth != b->depth || a->total != b->total ||
        a->total_path_bytes != b->total_path_bytes || strcmp(a->base, b->base) != 0)
        abort();
    for (uint32_t i = 0; i < a->count; i++) {
        const gaz_manifest_entry *x = &a->entries[i], *y = &b->entries[i];
        if (gaz_manifest_compare(x, y) != 0 || x->skip != y->skip ||
            gaz_oid_compare(&x->oid, &y->oid) != 0)
            abort();
        if (i && gaz_manifest_compare(x - 1, x) >= 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gaz_manifest_sections in, again;
    gaz_manifest_layer first = {0}, second = {0};
    gaz_strbuf out[GAZ_MANIFEST_SECTIONS];
    if (size < 8)
        return 0;
    split(data, size, &in);
    if (gaz_manifest_decode(&in, &first, NULL) != GAZ_OK)
        return 0;
    if (gaz_manifest_encode(&first, out, NULL) != GAZ_OK)
        abort();
    for (size_t s = 0; s < GAZ_MANIFEST_SECTIONS; s++) {
        again.data[s] = (const uint8_t *)out[s].data;
        again.len[s] = out[s].len;
    }
    if (gaz_manifest_decode(&again, &second, NULL) != GAZ_OK)
        abort();
    compare(&first, &second);
    gaz_manifest_layer_release(&first);
    gaz_manifest_layer_release(&second);
    for (size_t s = 0; s < GAZ_MANIFEST_SECTIONS; s++)
        gaz_strbuf_release(&out[s]);
    return 0;
}
