/* Reading a SCIP index against the files of a commit: paths must be there, ranges must lie in the
 * texts. Columns are counted in bytes, UTF-16 units or characters, as the document says, and become
 * bytes of the file. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "scip_private.h"

#define MEMORY_DEFAULT ((size_t)1 << 30)
#define PATH_SHOWN 120

enum { UNITS_BYTES = 1, UNITS_UTF16 = 2, UNITS_UTF32 = 3 };

typedef struct reading {
    const gaz_scip_tree *tree;
    gaz_scip_edges *edges;
    scip_tool tool;
    gaz_map symbols; /* symbol, or document number and local symbol → number */
    GAZ_VEC(uint32_t) pairs;
    GAZ_VEC(uint32_t) lines; /* where each line of the text begins, and its end */
    GAZ_VEC(uint8_t) is_local;
    gaz_strbuf text;
    const scip_document *document;
    uint32_t file;
    uint32_t number; /* of the document */
} reading;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to read a SCIP index");
}

static gaz_status mismatch(const reading *rd, const char *what, gaz_error *err)
{
    char path[PATH_SHOWN + 1];
    size_t n = 0;
    for (const char *p = rd->document->path; *p && n < PATH_SHOWN; p++)
        path[n++] = *p >= ' ' && *p != 0x7f ? *p : '?';
    path[n] = '\0';
    gaz_error_set(err, GAZ_E_INVALID, "the SCIP index does not match the commit: %s %s", path,
                  what);
    gaz_error_hint(err, "make the index from a clean checkout of the commit it is sent for");
    return GAZ_E_INVALID;
}

/* ---- places ---- */

static gaz_status find_lines(reading *rd, gaz_error *err)
{
    const char *at = rd->text.data, *end = at + rd->text.len;
    rd->lines.len = 0;
    if (!gaz_vec_push(&rd->lines, 0))
        return no_memory(err);
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        if (!gaz_vec_push(&rd->lines, (uint32_t)(at - rd->text.data)))
            return no_memory(err);
    }
    return GAZ_OK;
}

static unsigned lead_len(unsigned char c)
{
    return c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
}

/* The byte of a line and column; false beyond the text. */
static bool place_of(const reading *rd, int32_t line, int32_t column, unsigned units, uint32_t *out)
{
    if (line < 0 || column < 0 || (size_t)line > rd->lines.len ||
        ((size_t)line == rd->lines.len && column > 0))
        return false;
    uint32_t len = (uint32_t)rd->text.len;
    if ((size_t)line == rd->lines.len) { /* just behind the last line */
        *out = len;
        return true;
    }
    uint32_t start = rd->lines.items[line];
    uint32_t end = (size_t)line + 1 < rd->lines.len ? rd->lines.items[line + 1] - 1 : len;
    uint32_t at = start, left = (uint32_t)column;
    if (units == UNITS_BYTES) {
        at = left > end - start ? end + 1 : start + left;
        left = 0;
    }
    while (left && at < end) {
        unsigned n = lead_len((unsigned char)rd->text.data[at]);
        unsigned cost = units == UNITS_UTF16 && n == 4 ? 2 : 1;
        if (cost > left || n > end - at)
            return false;
        at += n;
        left -= cost;
    }
    *out = at;
    return !left && at <= end;
}

/* What a document that does not say it counts in: by its tool. */
static unsigned units_of(const reading *rd)
{
    static const char *const in_bytes[] = {"scip-go", "rust-analyzer", "scip-clang"};
    if (rd->document->encoding >= UNITS_BYTES && rd->document->encoding <= UNITS_UTF32)
        return (unsigned)rd->document->encoding;
    for (size_t i = 0; i < sizeof in_bytes / sizeof *in_bytes; i++)
        if (strcmp(rd->tool.name, in_bytes[i]) == 0)
            return UNITS_BYTES;
    return UNITS_UTF16;
}

static gaz_status range_of(const reading *rd, const scip_occurrence *o, uint32_t *start,
                           uint32_t *end, gaz_error *err)
{
    unsigned units = units_of(rd);
    if (o->range_len != 3 && o->range_len != 4)
        return mismatch(rd, "has a range that is none", err);
    int32_t last_line = o->range_len == 4 ? o->range[2] : o->range[0];
    if (!place_of(rd, o->range[0], o->range[1], units, start) ||
        !place_of(rd, last_line, o->range[o->range_len - 1], units, end))
        return mismatch(rd, "has a range beyond its text", err);
    return *end >= *start ? GAZ_OK : mismatch(rd, "has a range that ends before it begins", err);
}

/* ---- symbols ---- */

static gaz_status symbol_of(reading *rd, const char *symbol, uint32_t *out, gaz_error *err)
{
    char key[GAZ_SCIP_SYMBOL_MAX + 8];
    size_t len = strlen(symbol);
    bool added, local = strncmp(symbol, "local ", 6) == 0;
    if (len > GAZ_SCIP_SYMBOL_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a symbol of the SCIP index has more than %u bytes",
                             GAZ_SCIP_SYMBOL_MAX);
    uint32_t scope = local ? rd->number + 1 : 0;
    memcpy(key, &scope, sizeof scope);
    memcpy(key + sizeof scope, symbol, len);
    uint64_t *slot = gaz_map_put(&rd->symbols, key, sizeof scope + len, &added);
    if (!slot)
        return no_memory(err);
    if (added) {
        *slot = rd->edges->symbol_count++;
        if (!gaz_vec_push(&rd->is_local, local))
            return no_memory(err);
    }
    *out = (uint32_t)*slot;
    return GAZ_OK;
}

/* ---- documents ---- */

static gaz_status find_file(reading *rd, gaz_error *err)
{
    gaz_strbuf path;
    const char *below = rd->tree->below;
    size_t len = strlen(rd->document->path);
    gaz_strbuf_init(&path, 1 << 16);
    if (below && *below)
        gaz_strbuf_printf(&path, "%s/", below);
    gaz_strbuf_add(&path, rd->document->path, len);
    gaz_status st = gaz_strbuf_check(&path, err);
    rd->file =
        st == GAZ_OK && len ? rd->tree->find(rd->tree->ctx, path.data, path.len) : UINT32_MAX;
    gaz_strbuf_release(&path);
    if (st == GAZ_OK && rd->file >= rd->tree->file_count)
        return mismatch(rd, "is not in it", err);
    uint8_t bit = (uint8_t)(1u << rd->file % 8);
    if (st == GAZ_OK && rd->edges->covered[rd->file / 8] & bit)
        return mismatch(rd, "has two documents", err);
    if (st == GAZ_OK)
        rd->edges->covered[rd->file / 8] |= bit;
    return st;
}

static gaz_status load_text(reading *rd, gaz_error *err)
{
    gaz_strbuf_reset(&rd->text);
    gaz_status st = rd->tree->text(rd->tree->ctx, rd->file, GAZ_SCIP_TEXT_MAX, &rd->text, err);
    if (st == GAZ_E_NOT_FOUND)
        return mismatch(rd, "has no text in it", err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&rd->text, err);
    return st == GAZ_OK ? find_lines(rd, err) : st;
}

static gaz_status see_occurrence(reading *rd, const scip_occurrence *o, gaz_error *err)
{
    scip_entry entry = {.file = rd->file, .definition = o->roles & SCIP_DEFINITION};
    gaz_status st = range_of(rd, o, &entry.start, &entry.end, err);
    if (st != GAZ_OK || !*o->symbol) /* a range of syntax alone */
        return st;
    st = symbol_of(rd, o->symbol, &entry.symbol, err);
    if (st == GAZ_OK && rd->edges->entries.len >= GAZ_SCIP_OCCURRENCES_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "the SCIP index has more than %u occurrences",
                             GAZ_SCIP_OCCURRENCES_MAX);
    if (st == GAZ_OK && !gaz_vec_push(&rd->edges->entries, entry))
        return no_memory(err);
    return st;
}

static gaz_status see_heir(reading *rd, const scip_heir *heir, gaz_error *err)
{
    uint32_t pair[2];
    gaz_status st = symbol_of(rd, heir->symbol, &pair[0], err);
    if (st == GAZ_OK)
        st = symbol_of(rd, heir->implements, &pair[1], err);
    if (st == GAZ_OK && (!gaz_vec_push(&rd->pairs, pair[0]) || !gaz_vec_push(&rd->pairs, pair[1])))
        return no_memory(err);
    return st;
}

static gaz_status see_document(void *ctx, const scip_document *document, gaz_error *err)
{
    reading *rd = ctx;
    rd->document = document;
    if (gaz_expired(rd->tree->deadline_us))
        return gaz_error_set(err, GAZ_E_TIMEOUT, "reading a SCIP index took too long");
    gaz_status st = find_file(rd, err);
    if (st == GAZ_OK)
        st = load_text(rd, err);
    for (size_t i = 0; st == GAZ_OK && i < document->occurrence_count; i++)
        st = see_occurrence(rd, &document->occurrences[i], err);
    for (size_t i = 0; st == GAZ_OK && i < document->heir_count; i++)
        st = see_heir(rd, &document->heirs[i], err);
    rd->number++;
    return st;
}

static gaz_status finish(reading *rd, gaz_error *err)
{
    gaz_scip_edges *e = rd->edges;
    gaz_status st = scip_edges_finish(e, rd->pairs.items, rd->pairs.len / 2, err);
    if (st != GAZ_OK)
        return st;
    e->local = calloc(e->symbol_count / 8 + (size_t)1, 1);
    if (!e->local)
        return no_memory(err);
    for (uint32_t s = 0; s < e->symbol_count; s++)
        if (rd->is_local.items[s])
            e->local[s / 8] |= (uint8_t)(1u << s % 8);
    memcpy(e->summary.tool, rd->tool.name, sizeof e->summary.tool);
    memcpy(e->summary.version, rd->tool.version, sizeof e->summary.version);
    e->summary.documents = rd->number;
    return GAZ_OK;
}

gaz_status gaz_scip_read(const void *data, size_t len, const gaz_scip_tree *tree,
                         gaz_scip_edges **out, gaz_error *err)
{
    gaz_scip_tree with = *tree;
    if (!with.deadline_us)
        with.deadline_us = GAZ_NEVER;
    reading rd = {.tree = &with, .edges = calloc(1, sizeof *rd.edges)};
    if (len > GAZ_SCIP_BYTES_MAX) {
        free(rd.edges);
        return gaz_error_set(err, GAZ_E_LIMIT, "a SCIP index may have %u bytes, this one has %zu",
                             GAZ_SCIP_BYTES_MAX, len);
    }
    gaz_map_init(&rd.symbols);
    gaz_strbuf_init(&rd.text, GAZ_SCIP_TEXT_MAX);
    gaz_status st = rd.edges ? GAZ_OK : no_memory(err);
    if (st == GAZ_OK) {
        rd.edges->file_count = tree->file_count;
        rd.edges->covered = calloc(tree->file_count / 8 + (size_t)1, 1);
        st = rd.edges->covered ? GAZ_OK : no_memory(err);
    }
    if (st == GAZ_OK)
        st = scip_unpack(data, len, tree->memory ? tree->memory : MEMORY_DEFAULT, &rd.tool,
                         see_document, &rd, err);
    if (st == GAZ_OK)
        st = finish(&rd, err);
    gaz_map_release(&rd.symbols);
    gaz_strbuf_release(&rd.text);
    gaz_vec_free(&rd.pairs);
    gaz_vec_free(&rd.lines);
    gaz_vec_free(&rd.is_local);
    if (st == GAZ_OK)
        *out = rd.edges;
    else
        gaz_scip_edges_free(rd.edges);
    return st;
}
