/* Manifests as bytes. Paths are front-coded: each entry says how many bytes it shares with the one
 * before and gives the rest; every 64th starts afresh, and a table says where. Object ids lie side
 * by side; the few entries that are skipped or removed are listed by gaps. The sections are
 * specified byte by byte in docs/internals/manifest.md.
 *
 * The decoder trusts nothing: what it allocates is bounded by the number of ids that are really
 * there. */
#include "manifest_codec.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/varint.h"

/* ---- shared ---- */

gaz_manifest_paths *gaz_manifest_paths_new(size_t bytes)
{
    gaz_manifest_paths *paths = malloc(sizeof *paths + bytes + 1);
    if (paths)
        atomic_init(&paths->refs, 1);
    return paths;
}

void gaz_manifest_paths_unref(gaz_manifest_paths *paths)
{
    if (paths && atomic_fetch_sub_explicit(&paths->refs, 1, memory_order_acq_rel) == 1)
        free(paths);
}

void gaz_manifest_layer_release(gaz_manifest_layer *layer)
{
    free(layer->entries);
    gaz_manifest_paths_unref(layer->paths);
    *layer = (gaz_manifest_layer){0};
}

int gaz_manifest_compare(const gaz_manifest_entry *a, const gaz_manifest_entry *b)
{
    uint32_t n = a->path_len < b->path_len ? a->path_len : b->path_len;
    int order = memcmp(a->path, b->path, n);
    return order ? order : (a->path_len > b->path_len) - (a->path_len < b->path_len);
}

static gaz_status bad(gaz_error *err, const char *what)
{
    gaz_error_set(err, GAZ_E_CORRUPT, "a manifest is malformed: %s", what);
    gaz_error_hint(err, "run `gaz check`, then `gaz repair`");
    return GAZ_E_CORRUPT;
}

/* ---- encoding ---- */

static void put_varint(gaz_strbuf *out, uint64_t value)
{
    uint8_t bytes[GAZ_VARINT_MAX];
    gaz_strbuf_add(out, bytes, gaz_varint_encode(bytes, value));
}

static uint32_t shared_prefix(const gaz_manifest_entry *a, const gaz_manifest_entry *b)
{
    uint32_t n = a->path_len < b->path_len ? a->path_len : b->path_len, i = 0;
    while (i < n && a->path[i] == b->path[i])
        i++;
    return i;
}

static int hex_value(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void encode_head(const gaz_manifest_layer *layer, uint64_t path_bytes, uint32_t marks,
                        gaz_strbuf *out)
{
    uint8_t head[GAZ_MANIFEST_HEAD] = {0};
    gaz_put_le32(head, layer->count);
    gaz_put_le32(head + 4, layer->depth);
    gaz_put_le64(head + 8, path_bytes);
    gaz_put_le32(head + 16, layer->total);
    gaz_put_le32(head + 20, marks);
    gaz_put_le64(head + 24, layer->total_path_bytes);
    for (size_t i = 0; layer->base[0] && i < 32; i++)
        head[32 + i] =
            (uint8_t)(hex_value(layer->base[2 * i]) << 4 | hex_value(layer->base[2 * i + 1]));
    gaz_strbuf_add(out, head, sizeof head);
}

static void encode_path(const gaz_manifest_layer *layer, uint32_t i, gaz_strbuf *paths,
                        gaz_strbuf *blocks)
{
    const gaz_manifest_entry *e = &layer->entries[i];
    uint32_t shared = 0;
    if (i % GAZ_MANIFEST_BLOCK == 0) {
        uint8_t offset[4];
        gaz_put_le32(offset, (uint32_t)paths->len);
        gaz_strbuf_add(blocks, offset, sizeof offset);
    } else {
        shared = shared_prefix(e - 1, e);
    }
    put_varint(paths, shared);
    put_varint(paths, e->path_len - shared);
    gaz_strbuf_add(paths, e->path + shared, e->path_len - shared);
}

gaz_status gaz_manifest_encode(const gaz_manifest_layer *layer,
                               gaz_strbuf out[GAZ_MANIFEST_SECTIONS], gaz_error *err)
{
    uint64_t path_bytes = 0;
    uint32_t marks = 0, next_mark = 0;
    for (size_t s = 0; s < GAZ_MANIFEST_SECTIONS; s++)
        gaz_strbuf_init(&out[s], (size_t)GAZ_MANIFEST_PATHS_MAX);
    for (uint32_t i = 0; i < layer->count; i++) {
        const gaz_manifest_entry *e = &layer->entries[i];
        path_bytes += e->path_len;
        encode_path(layer, i, &out[GAZ_MANIFEST_SECTION_PATHS], &out[GAZ_MANIFEST_SECTION_BLOCKS]);
        gaz_strbuf_add(&out[GAZ_MANIFEST_SECTION_OIDS], e->oid.id, GAZ_OID_SIZE);
        if (e->skip) {
            put_varint(&out[GAZ_MANIFEST_SECTION_MARKS], i - next_mark);
            gaz_strbuf_putc(&out[GAZ_MANIFEST_SECTION_MARKS], (char)e->skip);
            next_mark = i + 1;
            marks++;
        }
    }
    encode_head(layer, path_bytes, marks, &out[GAZ_MANIFEST_SECTION_HEAD]);
    gaz_status st = GAZ_OK;
    for (size_t s = 0; st == GAZ_OK && s < GAZ_MANIFEST_SECTIONS; s++)
        st = gaz_strbuf_check(&out[s], err);
    return st;
}

/* ---- decoding ---- */

typedef struct head {
    uint32_t marks;
    uint64_t path_bytes;
} head;

static gaz_status decode_head(const gaz_manifest_sections *in, gaz_manifest_layer *out, head *h,
                              gaz_error *err)
{
    const uint8_t *p = in->data[GAZ_MANIFEST_SECTION_HEAD];
    if (in->len[GAZ_MANIFEST_SECTION_HEAD] != GAZ_MANIFEST_HEAD)
        return bad(err, "its head has another length");
    out->count = gaz_le32(p);
    out->depth = gaz_le32(p + 4);
    h->path_bytes = gaz_le64(p + 8);
    out->total = gaz_le32(p + 16);
    h->marks = gaz_le32(p + 20);
    out->total_path_bytes = gaz_le64(p + 24);
    static const uint8_t zeros[32];
    bool full = memcmp(p + 32, zeros, 32) == 0;
    if (!full)
        gaz_hex_format(p + 32, 32, out->base);
    if (gaz_le64(p + 64) != 0)
        return bad(err, "bytes that should be zero are not");
    if (out->count > GAZ_MANIFEST_ENTRIES_MAX || out->total > GAZ_MANIFEST_ENTRIES_MAX)
        return bad(err, "too many entries");
    if (in->len[GAZ_MANIFEST_SECTION_OIDS] != (uint64_t)out->count * GAZ_OID_SIZE)
        return bad(err, "the number of ids is not the number of entries");
    uint64_t blocks = ((uint64_t)out->count + GAZ_MANIFEST_BLOCK - 1) / GAZ_MANIFEST_BLOCK;
    if (in->len[GAZ_MANIFEST_SECTION_BLOCKS] != blocks * 4)
        return bad(err, "the number of blocks is not that of its entries");
    if (h->path_bytes > (uint64_t)out->count * GAZ_MANIFEST_PATH_MAX ||
        h->path_bytes > GAZ_MANIFEST_PATHS_MAX || out->total_path_bytes > GAZ_MANIFEST_PATHS_MAX ||
        h->path_bytes < out->count)
        return bad(err, "its paths cannot have the length it states");
    if (full != (out->depth == 0) || out->depth > GAZ_MANIFEST_CHAIN_MAX)
        return bad(err, "its depth does not fit its base");
    if (full && (out->total != out->count || out->total_path_bytes != h->path_bytes))
        return bad(err, "its totals do not fit its entries");
    return GAZ_OK;
}

typedef struct path_reader {
    const uint8_t *at, *end;
    char *to, *to_end; /* where the next path goes */
} path_reader;

static gaz_status decode_path(path_reader *r, const gaz_manifest_entry *before, bool restart,
                              gaz_manifest_entry *e, gaz_error *err)
{
    uint64_t shared = 0, rest = 0;
    if (!(r->at = gaz_varint_decode(r->at, r->end, &shared)) ||
        !(r->at = gaz_varint_decode(r->at, r->end, &rest)))
        return bad(err, "its paths are cut short");
    if (restart ? shared != 0 : shared > before->path_len)
        return bad(err, "a path shares more than there is");
    if (rest > (uint64_t)(r->end - r->at) || shared + rest > GAZ_MANIFEST_PATH_MAX ||
        shared + rest == 0 || shared + rest > (uint64_t)(r->to_end - r->to))
        return bad(err, "a path is longer than it may be");
    if (shared)
        memcpy(r->to, before->path, shared);
    memcpy(r->to + shared, r->at, rest);
    e->path = r->to;
    e->path_len = (uint32_t)(shared + rest);
    r->to += e->path_len;
    r->at += rest;
    if (memchr(e->path + shared, 0, rest))
        return bad(err, "a path has a zero byte");
    /* what is shared is equal, so the order hangs on the rest */
    uint64_t old_rest = before ? before->path_len - (restart ? 0 : shared) : 0;
    const char *old = before ? before->path + (restart ? 0 : shared) : "";
    const char *now = e->path + (restart ? 0 : shared);
    uint64_t now_rest = restart ? e->path_len : rest;
    int order = before ? memcmp(old, now, old_rest < now_rest ? old_rest : now_rest) : -1;
    if (order > 0 || (order == 0 && old_rest >= now_rest))
        return bad(err, "its paths are out of order");
    return GAZ_OK;
}

static gaz_status decode_paths(const gaz_manifest_sections *in, gaz_manifest_layer *out,
                               uint64_t path_bytes, gaz_error *err)
{
    const uint8_t *start = in->data[GAZ_MANIFEST_SECTION_PATHS],
                  *blocks = in->data[GAZ_MANIFEST_SECTION_BLOCKS];
    const uint8_t *oids = in->data[GAZ_MANIFEST_SECTION_OIDS];
    path_reader r = {.at = start, .end = start + in->len[GAZ_MANIFEST_SECTION_PATHS]};
    if (out->count) {
        r.to = out->paths->bytes;
        r.to_end = r.to + path_bytes;
    }
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < out->count; i++) {
        bool restart = i % GAZ_MANIFEST_BLOCK == 0;
        if (restart && gaz_le32(blocks + i / GAZ_MANIFEST_BLOCK * 4) != (uint64_t)(r.at - start))
            return bad(err, "a block is not where its table says");
        gaz_manifest_entry *e = &out->entries[i];
        st = decode_path(&r, i ? e - 1 : NULL, restart, e, err);
        memcpy(e->oid.id, oids + (size_t)i * GAZ_OID_SIZE, GAZ_OID_SIZE);
        e->skip = 0;
    }
    if (st == GAZ_OK && (r.at != r.end || r.to != r.to_end))
        st = bad(err, "its paths do not have the length it states");
    return st;
}

static gaz_status decode_marks(const gaz_manifest_sections *in, gaz_manifest_layer *out,
                               uint32_t marks, gaz_error *err)
{
    const uint8_t *at = in->data[GAZ_MANIFEST_SECTION_MARKS],
                  *end = at + in->len[GAZ_MANIFEST_SECTION_MARKS];
    uint64_t next = 0, gap = 0;
    for (uint32_t i = 0; i < marks; i++) {
        if (!(at = gaz_varint_decode(at, end, &gap)) || at == end)
            return bad(err, "its marks are cut short");
        if (gap >= out->count - next)
            return bad(err, "a mark is beyond its entries");
        uint8_t mark = *at++;
        if (mark == 0 || (mark > GAZ_SKIP_CRASHED && !(mark == GAZ_MANIFEST_REMOVED && out->depth)))
            return bad(err, "a mark has no meaning");
        out->entries[next + gap].skip = mark;
        next += gap + 1;
    }
    return at == end ? GAZ_OK : bad(err, "bytes follow its marks");
}

gaz_status gaz_manifest_decode(const gaz_manifest_sections *in, gaz_manifest_layer *out,
                               gaz_error *err)
{
    gaz_manifest_layer layer = {0};
    head h = {0};
    gaz_status st = decode_head(in, &layer, &h, err);
    if (st == GAZ_OK && layer.count) {
        layer.entries = malloc(layer.count * sizeof *layer.entries);
        layer.paths = gaz_manifest_paths_new((size_t)h.path_bytes);
        if (!layer.entries || !layer.paths)
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory for a manifest of %u entries",
                               layer.count);
    }
    if (st == GAZ_OK)
        st = decode_paths(in, &layer, h.path_bytes, err);
    if (st == GAZ_OK)
        st = decode_marks(in, &layer, h.marks, err);
    if (st != GAZ_OK) {
        gaz_manifest_layer_release(&layer);
        return st;
    }
    *out = layer;
    return GAZ_OK;
}
