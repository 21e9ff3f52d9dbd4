/* Unpacking SCIP with protobuf-c, whose only user is this file. The index itself is walked by hand
 * and its documents are unpacked one after the other from where they lie, so that an index takes
 * the memory of its largest document. That is counted by an allocator of its own: a document may
 * unpack to many times its size. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/varint.h"
#include "scip.pb-c.h"
#include "scip_private.h"

#define HEADER 16u /* before each block: its size */

typedef struct meter {
    size_t used, max;
    bool refused;
} meter;

static void *counted_alloc(void *data, size_t size)
{
    meter *m = data;
    if (size > m->max - m->used || m->max - m->used - size < HEADER) {
        m->refused = true;
        return NULL;
    }
    unsigned char *block = malloc(size + HEADER);
    if (!block) {
        m->refused = true;
        return NULL;
    }
    memcpy(block, &size, sizeof size);
    m->used += size + HEADER;
    return block + HEADER;
}

static void counted_free(void *data, void *pointer)
{
    meter *m = data;
    size_t size;
    if (!pointer)
        return;
    unsigned char *block = (unsigned char *)pointer - HEADER;
    memcpy(&size, block, sizeof size);
    m->used -= size + HEADER;
    free(block);
}

static gaz_status not_unpacked(const meter *m, gaz_error *err)
{
    if (m->refused)
        return gaz_error_set(err, GAZ_E_LIMIT,
                             "cannot unpack a SCIP index: it takes more than %zu bytes of memory",
                             m->max);
    gaz_error_set(err, GAZ_E_INVALID, "this is no SCIP index: its bytes do not decode");
    gaz_error_hint(err, "send the file an indexer such as scip-typescript writes: index.scip");
    return GAZ_E_INVALID;
}

static void keep_printable(char *out, size_t size, const char *text)
{
    size_t n = 0;
    for (; text && text[n] && n + 1 < size; n++)
        out[n] = text[n] >= ' ' && text[n] <= '~' ? text[n] : '?';
    out[n] = '\0';
}

static size_t count_heirs(const Gaz__Scip__Document *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n_symbols; i++)
        for (size_t k = 0; k < d->symbols[i]->n_relationships; k++)
            n += d->symbols[i]->relationships[k]->is_implementation != 0;
    return n;
}

/* The same as plain structs; their memory is counted too. */
static gaz_status give_document(const Gaz__Scip__Document *d, ProtobufCAllocator *allocator,
                                gaz_status (*see)(void *ctx, const scip_document *document,
                                                  gaz_error *err),
                                void *ctx, gaz_error *err)
{
    scip_document out = {.path = d->relative_path,
                         .text = d->text.data,
                         .text_len = d->text.len,
                         .encoding = d->position_encoding,
                         .occurrence_count = d->n_occurrences};
    size_t heirs = count_heirs(d);
    out.occurrences =
        counted_alloc(allocator->allocator_data, (d->n_occurrences + 1) * sizeof *out.occurrences);
    out.heirs = counted_alloc(allocator->allocator_data, (heirs + 1) * sizeof *out.heirs);
    gaz_status st =
        out.occurrences && out.heirs ? GAZ_OK : not_unpacked(allocator->allocator_data, err);
    for (size_t i = 0; st == GAZ_OK && i < d->n_occurrences; i++) {
        const Gaz__Scip__Occurrence *o = d->occurrences[i];
        out.occurrences[i] =
            (scip_occurrence){o->range, o->n_range, o->symbol, (uint32_t)o->symbol_roles};
    }
    for (size_t i = 0; st == GAZ_OK && i < d->n_symbols; i++)
        for (size_t k = 0; k < d->symbols[i]->n_relationships; k++)
            if (d->symbols[i]->relationships[k]->is_implementation)
                out.heirs[out.heir_count++] =
                    (scip_heir){d->symbols[i]->symbol, d->symbols[i]->relationships[k]->symbol};
    if (st == GAZ_OK)
        st = see(ctx, &out, err);
    counted_free(allocator->allocator_data, out.occurrences);
    counted_free(allocator->allocator_data, out.heirs);
    return st;
}

/* ---- the wire: keys, and what stands behind them ---- */

typedef struct wire {
    const uint8_t *at, *end;
    unsigned field, type;
    const uint8_t *data; /* of type 2 */
    size_t len;
} wire;

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };
enum { FIELD_METADATA = 1, FIELD_DOCUMENTS = 2 };

/* @return false when the bytes are no message */
static bool wire_next(wire *w)
{
    uint64_t key = 0, value = 0;
    const uint8_t *at = gaz_varint_decode(w->at, w->end, &key);
    if (!at || key >> 3 == 0 || key > UINT32_MAX)
        return false;
    w->field = (unsigned)(key >> 3);
    w->type = (unsigned)(key & 7);
    w->len = w->type == WIRE_64 ? 8 : w->type == WIRE_32 ? 4 : 0;
    if (w->type == WIRE_VARINT || w->type == WIRE_BYTES) {
        at = gaz_varint_decode(at, w->end, &value);
        w->len = w->type == WIRE_BYTES && value < SIZE_MAX ? (size_t)value : 0;
    }
    if (!at || (w->type > WIRE_BYTES && w->type != WIRE_32) ||
        (w->type == WIRE_BYTES && value != w->len) || w->len > (size_t)(w->end - at))
        return false;
    w->data = at;
    w->at = at + w->len;
    return true;
}

static gaz_status take_metadata(const wire *w, ProtobufCAllocator *allocator, scip_tool *tool,
                                gaz_error *err)
{
    Gaz__Scip__Metadata *m = gaz__scip__metadata__unpack(allocator, w->len, w->data);
    if (!m)
        return not_unpacked(allocator->allocator_data, err);
    if (m->tool_info) {
        keep_printable(tool->name, sizeof tool->name, m->tool_info->name);
        keep_printable(tool->version, sizeof tool->version, m->tool_info->version);
    }
    gaz__scip__metadata__free_unpacked(m, allocator);
    return GAZ_OK;
}

/* The whole index before its first document: it is an index, and this tool has made it. */
static gaz_status look_over(wire w, ProtobufCAllocator *allocator, scip_tool *tool, gaz_error *err)
{
    size_t documents = 0;
    bool metadata = false;
    gaz_status st = GAZ_OK;
    while (st == GAZ_OK && w.at < w.end) {
        if (!wire_next(&w) || (w.field <= FIELD_DOCUMENTS && w.type != WIRE_BYTES))
            return not_unpacked(allocator->allocator_data, err);
        documents += w.field == FIELD_DOCUMENTS;
        metadata |= w.field == FIELD_METADATA;
        if (w.field == FIELD_METADATA)
            st = take_metadata(&w, allocator, tool, err);
    }
    if (st == GAZ_OK && (!metadata || !documents)) {
        st = gaz_error_set(err, GAZ_E_INVALID, "this is no SCIP index: it has no %s",
                           metadata ? "documents" : "metadata");
        gaz_error_hint(err, "send the file an indexer such as scip-typescript writes: index.scip");
    } else if (st == GAZ_OK && documents > GAZ_SCIP_DOCUMENTS_MAX) {
        st = gaz_error_set(err, GAZ_E_LIMIT, "the SCIP index has more than %u documents",
                           GAZ_SCIP_DOCUMENTS_MAX);
    }
    return st;
}

gaz_status scip_unpack(const void *data, size_t len, size_t memory, scip_tool *tool,
                       gaz_status (*see)(void *ctx, const scip_document *document, gaz_error *err),
                       void *ctx, gaz_error *err)
{
    static const uint8_t nothing[1] = {0};
    meter m = {.max = memory};
    ProtobufCAllocator allocator = {counted_alloc, counted_free, &m};
    wire w = {.at = len ? data : nothing};
    w.end = w.at + len;
    gaz_status st = look_over(w, &allocator, tool, err);
    while (st == GAZ_OK && w.at < w.end && wire_next(&w)) {
        if (w.field != FIELD_DOCUMENTS)
            continue;
        Gaz__Scip__Document *d = gaz__scip__document__unpack(&allocator, w.len, w.data);
        st = d ? give_document(d, &allocator, see, ctx, err) : not_unpacked(&m, err);
        if (d)
            gaz__scip__document__free_unpacked(d, &allocator);
    }
    return st;
}
