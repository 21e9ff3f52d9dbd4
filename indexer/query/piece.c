/* Pieces of a document. A chunk is held as the decompressed block it lies in: while few blocks are
 * held, the lines shown point into them; beyond KEPT_MAX lines are copied, so that what a file
 * costs is what is shown of it, not where that lies. Of a chunk that ends with a huge line, context
 * needs the beginning only. */
#include "piece.h"

#include <stdlib.h>
#include <string.h>

#define KEPT_MAX ((size_t)4 << 20)
#define START_MAX ((size_t)GAZ_CHUNK_BYTES + LINE_SHOWN_MAX)

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to show a file's lines");
}

static gaz_status damaged(gaz_error *err)
{
    gaz_error_set(err, GAZ_E_CORRUPT, "a text segment is damaged: lines and their numbers differ");
    gaz_error_hint(err, "run `gaz check`, then `gaz repair`");
    return GAZ_E_CORRUPT;
}

void pieces_init(piece_reader *r, match_worker *worker)
{
    *r = (piece_reader){.worker = worker};
    for (unsigned i = 0; i < 2; i++)
        gaz_strbuf_init(&r->slots[i].start, START_MAX);
    gaz_arena_init(&r->arena, SIZE_MAX / 4); /* callers count what they ask for */
}

static void drop(piece_reader *r, piece *p)
{
    if (p->block && p->kept)
        r->kept.items[r->kept.len++] = p->block; /* there is room: see keep() */
    else
        gaz_block_release(p->block);
    p->block = NULL;
    p->loaded = p->kept = false;
}

void pieces_close(piece_reader *r)
{
    for (unsigned i = 0; i < 2; i++)
        drop(r, &r->slots[i]);
    for (size_t i = 0; i < r->kept.len; i++)
        gaz_block_release(r->kept.items[i]);
    r->kept.len = 0;
    r->kept_bytes = 0;
    gaz_arena_reset(&r->arena);
}

void pieces_release(piece_reader *r)
{
    pieces_close(r);
    for (unsigned i = 0; i < 2; i++)
        gaz_strbuf_release(&r->slots[i].start);
    gaz_vec_free(&r->kept);
    gaz_arena_release(&r->arena);
}

void pieces_open(piece_reader *r, gaz_segment *segment, const gaz_doc *doc, uint32_t number,
                 bool whole)
{
    r->segment = segment;
    r->doc = *doc;
    r->doc_number = number;
    r->whole = whole;
    r->measured = 0;
    r->measured_at = 0;
    r->count = whole && doc->chunk_count ? 1 : doc->chunk_count;
}

static gaz_status load_start(piece_reader *r, piece *p, uint32_t chunk, const gaz_chunk *c,
                             gaz_error *err)
{
    gaz_strbuf_reset(&p->start);
    gaz_status st = gaz_segment_chunk_start(r->segment, chunk, START_MAX, &p->start, err);
    p->text = p->start.data;
    p->len = p->start.len;
    p->full = c->len;
    return st;
}

/* The pieces before it are added up, going on from the one asked for last. */
gaz_status pieces_offset(piece_reader *r, uint32_t number, uint64_t *out, gaz_error *err)
{
    if (number < r->measured)
        r->measured = 0, r->measured_at = 0;
    for (; r->measured < number; r->measured++) {
        gaz_chunk c;
        gaz_status st = gaz_segment_chunk(r->segment, r->doc.first_chunk + r->measured, &c, err);
        if (st != GAZ_OK)
            return st;
        r->measured_at += c.len;
    }
    *out = r->measured_at;
    return GAZ_OK;
}

static gaz_status load(piece_reader *r, piece *p, bool start_only, gaz_error *err)
{
    gaz_chunk c;
    uint32_t chunk = r->doc.first_chunk + p->number;
    if (r->whole) {
        whole_text text;
        gaz_status st = match_whole_text(r->worker, r->segment, &r->doc, r->doc_number, &text, err);
        p->text = text.data;
        p->len = p->full = text.len;
        p->block = text.block;
        p->first_line = 0;
        p->offset = 0;
        return st;
    }
    gaz_status st = gaz_segment_chunk(r->segment, chunk, &c, err);
    if (st == GAZ_OK)
        st = pieces_offset(r, p->number, &p->offset, err);
    if (st != GAZ_OK)
        return st;
    p->first_line = c.first_line;
    if (start_only && c.len > START_MAX)
        return load_start(r, p, chunk, &c, err);
    st = match_chunk(r->worker, r->segment, chunk, &c, &p->block, err);
    if (st == GAZ_OK) {
        p->text = gaz_block_data(p->block) + c.offset;
        p->len = p->full = c.len;
    }
    return st;
}

gaz_status pieces_get(piece_reader *r, uint32_t number, bool start_only, piece **out,
                      gaz_error *err)
{
    for (unsigned i = 0; i < 2; i++) {
        piece *p = &r->slots[i];
        if (p->loaded && p->number == number && (start_only || p->len == p->full)) {
            r->last = i;
            *out = p;
            return GAZ_OK;
        }
    }
    piece *p = &r->slots[r->last ^ 1];
    drop(r, p);
    p->number = number;
    gaz_status st = load(r, p, start_only, err);
    if (st == GAZ_OK && p->full == 0)
        st = damaged(err);
    p->loaded = st == GAZ_OK;
    if (st != GAZ_OK) {
        drop(r, p);
        return st;
    }
    r->last ^= 1;
    *out = p;
    return GAZ_OK;
}

/* The end of the line that begins at `start`. */
static size_t line_end(const piece_reader *r, const piece *p, size_t start)
{
    const char *nl = start < p->len ? memchr(p->text + start, '\n', p->len - start) : NULL;
    if (nl)
        return (size_t)(nl - p->text);
    return p->len < p->full && p->number + 1 < r->count ? p->full - 1 : p->full;
}

static gaz_status step_back(piece_reader *r, spot *at, gaz_error *err)
{
    piece *p = NULL;
    bool inside = at->start > 0;
    if (!inside && at->piece == 0)
        return GAZ_DONE;
    at->piece -= !inside;
    gaz_status st = pieces_get(r, at->piece, true, &p, err);
    if (st != GAZ_OK)
        return st;
    size_t end = inside ? at->start - 1 : p->full - 1;
    const char *nl = memrchr(p->text, '\n', end < p->len ? end : p->len);
    at->start = nl ? (size_t)(nl - p->text) + 1 : 0;
    at->end = end;
    at->number--;
    return GAZ_OK;
}

static gaz_status step_forward(piece_reader *r, spot *at, gaz_error *err)
{
    piece *p = NULL;
    gaz_status st = pieces_get(r, at->piece, true, &p, err);
    if (st != GAZ_OK)
        return st;
    at->start = at->end + 1;
    if (at->start >= p->full) {
        if (at->piece + 1 == r->count)
            return GAZ_DONE;
        at->start = 0;
        st = pieces_get(r, ++at->piece, true, &p, err);
        if (st != GAZ_OK)
            return st;
    }
    at->end = line_end(r, p, at->start);
    at->number++;
    return GAZ_OK;
}

gaz_status pieces_step(piece_reader *r, bool forward, spot *at, gaz_error *err)
{
    return forward ? step_forward(r, at, err) : step_back(r, at, err);
}

/* ---- texts that last ---- */

size_t pieces_line_max(const piece_reader *r)
{
    size_t quarter = r->worker->memory_max / 4;
    return quarter < LINE_SHOWN_MAX ? quarter : LINE_SHOWN_MAX;
}

/* The start of the character that `at` lies in, when the text is UTF-8. */
static size_t character_start(const char *text, size_t at)
{
    size_t start = at;
    for (unsigned i = 0; i < 3 && start > 0 && ((unsigned char)text[start] & 0xC0) == 0x80; i++)
        start--;
    return ((unsigned char)text[start] & 0xC0) == 0x80 ? at : start;
}

static gaz_status keep(piece_reader *r, piece *p, size_t start, size_t len, const char **out,
                       gaz_error *err)
{
    *out = p->text + start;
    size_t bytes = p->block ? gaz_block_len(p->block) : 0;
    if (r->whole || p->kept)
        return GAZ_OK;
    if (p->block && r->kept_bytes + bytes <= KEPT_MAX) {
        if (!gaz_vec_reserve(&r->kept, 2)) /* for both slots */
            return no_memory(err);
        p->kept = true;
        r->kept_bytes += bytes;
        return GAZ_OK;
    }
    *out = gaz_arena_strndup(&r->arena, p->text + start, len);
    return *out ? GAZ_OK : no_memory(err);
}

gaz_status pieces_show(piece_reader *r, const spot *at, size_t from, gaz_hit_line *out,
                       gaz_error *err)
{
    piece *p = NULL;
    gaz_status st = pieces_get(r, at->piece, true, &p, err);
    if (st != GAZ_OK)
        return st;
    size_t start = at->start, end = at->end, max = pieces_line_max(r);
    if (start > end || start > p->len || (p->len == p->full && end > p->len))
        return damaged(err);
    if (end > start && end <= p->len && p->text[end - 1] == '\r')
        end--;
    size_t stop = end < p->len ? end : p->len;
    if (end - start > max) {
        if (from > max / 4 && start + from < stop)
            start = character_start(p->text, start + from - max / 4);
        if (stop - start > max)
            stop = character_start(p->text, start + max);
    }
    out->number = at->number + 1;
    out->cut_before = start - at->start;
    out->len = stop - start;
    out->cut_after = end - stop;
    return keep(r, p, start, out->len, &out->text, err);
}
