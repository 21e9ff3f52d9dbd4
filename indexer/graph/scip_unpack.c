/* Unpacking SCIP with protobuf-c, whose only user is this file. Memory is counted by an allocator
 * of its own: an index may unpack to many times its size. */
#include <stdlib.h>
#include <string.h>

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

gaz_status scip_unpack(const void *data, size_t len, size_t memory, scip_tool *tool,
                       gaz_status (*see)(void *ctx, const scip_document *document, gaz_error *err),
                       void *ctx, gaz_error *err)
{
    meter m = {.max = memory};
    ProtobufCAllocator allocator = {counted_alloc, counted_free, &m};
    Gaz__Scip__Index *index = gaz__scip__index__unpack(&allocator, len, data);
    if (!index)
        return not_unpacked(&m, err);
    gaz_status st = GAZ_OK;
    if (index->metadata && index->metadata->tool_info) {
        keep_printable(tool->name, sizeof tool->name, index->metadata->tool_info->name);
        keep_printable(tool->version, sizeof tool->version, index->metadata->tool_info->version);
    }
    if (!index->metadata || !index->n_documents) {
        st = gaz_error_set(err, GAZ_E_INVALID, "this is no SCIP index: it has no %s",
                           index->metadata ? "documents" : "metadata");
        gaz_error_hint(err, "send the file an indexer such as scip-typescript writes: index.scip");
    } else if (index->n_documents > GAZ_SCIP_DOCUMENTS_MAX) {
        st = gaz_error_set(err, GAZ_E_LIMIT, "the SCIP index has more than %u documents",
                           GAZ_SCIP_DOCUMENTS_MAX);
    }
    for (size_t i = 0; st == GAZ_OK && i < index->n_documents; i++) {
        Gaz__Scip__Document *d = gaz__scip__document__unpack(&allocator, index->documents[i].len,
                                                             index->documents[i].data);
        st = d ? give_document(d, &allocator, see, ctx, err) : not_unpacked(&m, err);
        if (d)
            gaz__scip__document__free_unpacked(d, &allocator);
    }
    gaz__scip__index__free_unpacked(index, &allocator);
    return st;
}
