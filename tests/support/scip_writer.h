/* Writes SCIP indexes byte by byte, so that reading them is tested against the format and not
 * against the library that reads. */
#ifndef SCIP_WRITER_H
#define SCIP_WRITER_H

#include <string.h>
#include "gaz/base/strbuf.h"

static inline void wire_varint(gaz_strbuf *out, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        gaz_strbuf_putc(out, (char)(unsigned char)(v | 0x80));
    gaz_strbuf_putc(out, (char)v);
}

static inline void wire_bytes(gaz_strbuf *out, unsigned field, const void *data, size_t len)
{
    wire_varint(out, field << 3 | 2);
    wire_varint(out, len);
    gaz_strbuf_add(out, data, len);
}

static inline void wire_text(gaz_strbuf *out, unsigned field, const char *text)
{
    wire_bytes(out, field, text, strlen(text));
}

static inline void wire_number(gaz_strbuf *out, unsigned field, uint64_t v)
{
    wire_varint(out, field << 3);
    wire_varint(out, v);
}

static inline void wire_part(gaz_strbuf *out, unsigned field, gaz_strbuf *part)
{
    wire_bytes(out, field, part->data, part->len);
    gaz_strbuf_release(part);
}

/** An occurrence on one line. */
static inline void scip_occurrence_add(gaz_strbuf *document, uint32_t line, uint32_t from,
                                       uint32_t to, const char *symbol, unsigned roles)
{
    gaz_strbuf o = GAZ_STRBUF_INIT, range = GAZ_STRBUF_INIT;
    wire_varint(&range, line);
    wire_varint(&range, from);
    wire_varint(&range, to);
    wire_part(&o, 1, &range);
    wire_text(&o, 2, symbol);
    if (roles)
        wire_number(&o, 3, roles);
    wire_part(document, 2, &o);
}

static inline void scip_heir_add(gaz_strbuf *document, const char *symbol, const char *base)
{
    gaz_strbuf info = GAZ_STRBUF_INIT, relation = GAZ_STRBUF_INIT;
    wire_text(&relation, 1, base);
    wire_number(&relation, 3, 1);
    wire_text(&info, 1, symbol);
    wire_part(&info, 4, &relation);
    wire_part(document, 3, &info);
}

static inline void scip_metadata_add(gaz_strbuf *index, const char *indexer)
{
    gaz_strbuf metadata = GAZ_STRBUF_INIT, info = GAZ_STRBUF_INIT;
    wire_text(&info, 1, indexer);
    wire_text(&info, 2, "1.2.3");
    wire_part(&metadata, 2, &info);
    wire_text(&metadata, 3, "file:///src");
    wire_part(index, 1, &metadata);
}

#endif
