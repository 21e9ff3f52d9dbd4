/* Finding the ref and the file that a request names, and reading the file's text a chunk at a time:
 * of a huge file only what is asked for is decompressed. */
#include "place.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/line_start.h"
#include "gaz/base/near.h"
#include "scope.h"

gaz_status place_find(gaz_engine *e, const char *name, const char *rev, place *p, gaz_error *err)
{
    *p = (place){0};
    gaz_status st = engine_enter(e, &p->world, err);
    if (st != GAZ_OK)
        return st;
    char only[GAZ_REPO_NAME_MAX + 1] = ""; /* the world may be replaced */
    if (!name) {
        st = engine_find_repo(p->world, NULL, &p->repo, err);
        if (st != GAZ_OK)
            return st;
        memcpy(only, p->repo->row.name, strnlen(p->repo->row.name, sizeof only - 1));
        name = only;
    }
    int64_t deadline = gaz_deadline(e->settings->query_timeout_max_ms);
    st = engine_find_ref(e, &p->world, name, rev, true, deadline, &p->repo, &p->ref, err);
    if (st == GAZ_OK && !p->ref) {
        gaz_error_set(err, GAZ_E_NOT_FOUND, "nothing of %s is indexed yet", name);
        gaz_error_hint(err, "run `gaz index %s`", name);
        st = GAZ_E_NOT_FOUND;
    }
    if (st == GAZ_OK)
        st = world_view(p->world, e->store, p->repo, p->ref, &p->view, err);
    return st;
}

void place_token(const place *p, char out[33])
{
    scope_ref ref = {p->repo, p->ref, p->view};
    scope *s = NULL;
    out[0] = '\0';
    if (scope_get(p->world, &ref, 1, &s, NULL) == GAZ_OK)
        memcpy(out, s->token, 33);
    scope_unref(s);
}

/* ---- files ---- */

size_t place_lower_bound(const view *v, const char *path, size_t len)
{
    size_t lo = 0, hi = v->count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const view_entry *e = &v->entries[mid];
        size_t n = e->path_len < len ? e->path_len : len;
        int c = memcmp(e->path, path, n);
        if (c < 0 || (c == 0 && e->path_len < len))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static gaz_status no_path(const view *v, const char *repo, const char *path, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_NOT_FOUND, "there is no file '%.200s' in %s", path, repo);
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    gaz_near near;
    gaz_near_init(&near, path, strlen(path));
    size_t n = strlen(base);
    gaz_arena arena;
    gaz_arena_init(&arena, (size_t)1 << 20);
    for (size_t i = 0; n && i < v->count; i++) {
        const view_entry *e = &v->entries[i];
        if (e->skip == GAZ_SKIP_EXCLUDED)
            continue;
        bool same_base = e->path_len >= n && memcmp(e->path + e->path_len - n, base, n) == 0 &&
                         (e->path_len == n || e->path[e->path_len - n - 1] == '/');
        bool close = e->path_len + 3 > strlen(path) && e->path_len < strlen(path) + 3;
        char *name = same_base || close ? gaz_arena_strndup(&arena, e->path, e->path_len) : NULL;
        if (name && same_base && err && !err->hint[0])
            gaz_error_hint(err, "did you mean %s?", name);
        if (name)
            gaz_near_offer(&near, name);
        if (arena.used > (size_t)900 << 10)
            break;
    }
    gaz_near_hint(&near, err, "", "");
    gaz_arena_release(&arena);
    return GAZ_E_NOT_FOUND;
}

gaz_status place_file(const place *p, const char *path, size_t *entry, gaz_error *err)
{
    size_t len = strlen(path), at = place_lower_bound(p->view, path, len);
    if (at == p->view->count || p->view->entries[at].path_len != len ||
        memcmp(p->view->entries[at].path, path, len) != 0 ||
        p->view->entries[at].skip == GAZ_SKIP_EXCLUDED)
        return no_path(p->view, p->repo->row.name, path, err);
    *entry = at;
    return GAZ_OK;
}

/* ---- text ---- */

static gaz_status too_large(const char *what, const char *path, uint64_t max, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_LIMIT,
                  "%s of %.200s has more than the %" PRIu64
                  " bytes that the setting query.memory allows at once",
                  what, path, max);
    gaz_error_hint(err, "ask for fewer lines (lines=1-1000), or raise query.memory");
    return GAZ_E_LIMIT;
}

/* What is read of one file, a chunk at a time. */
typedef struct part {
    gaz_segment *segment;
    gaz_block_cache *cache;
    const gaz_doc *doc;
    uint32_t first, last; /* lines, 0-based */
    size_t max;           /* bytes */
    const char *path;
} part;

/* Appends lines [first, end) of a chunk's text; `end` UINT32_MAX: all from the first. */
static gaz_status take_lines(const part *p, const char *text, size_t len, uint32_t first,
                             uint32_t end, gaz_strbuf *out, gaz_error *err)
{
    size_t from = gaz_line_start(text, len, first),
           n = end == UINT32_MAX ? len - from
                                 : gaz_line_start(text + from, len - from, end - first);
    if (n > p->max - out->len)
        return too_large("the part", p->path, p->max, err);
    gaz_strbuf_add(out, text + from, n);
    return gaz_strbuf_check(out, err);
}

/* Appends the lines wanted of one chunk. Of one that ends with a line too large to be held, and not
 * wanted, only the lines before it are read. */
static gaz_status read_chunk(const part *p, uint32_t number, gaz_strbuf *out, gaz_error *err)
{
    gaz_chunk c, next = {.first_line = p->doc->lines};
    gaz_status st = gaz_segment_chunk(p->segment, number, &c, err);
    if (st == GAZ_OK && number + 1 < p->doc->first_chunk + p->doc->chunk_count)
        st = gaz_segment_chunk(p->segment, number + 1, &next, err);
    if (st != GAZ_OK)
        return st;
    uint32_t first = p->first > c.first_line ? p->first - c.first_line : 0;
    uint32_t end = p->last + 1 < next.first_line ? p->last + 1 - c.first_line : UINT32_MAX;
    gaz_block *block = NULL;
    gaz_strbuf start = GAZ_STRBUF_INIT;
    bool huge = c.len > GAZ_CHUNK_BYTES && c.len > p->max;
    if (huge && end == UINT32_MAX)
        return too_large("a line", p->path, p->max, err);
    if (huge)
        st = gaz_segment_chunk_start(p->segment, number, GAZ_CHUNK_BYTES, &start, err);
    else
        st = gaz_segment_block(p->segment, p->cache, c.block, &block, NULL, err);
    if (st == GAZ_OK)
        st = huge ? take_lines(p, start.data, start.len, first, end, out, err)
                  : take_lines(p, gaz_block_data(block) + c.offset, c.len, first, end, out, err);
    gaz_strbuf_release(&start);
    gaz_block_release(block);
    return st;
}

/* Lines [first, last], 1-based, by reading only the chunks that hold them. */
static gaz_status read_lines(part *p, uint32_t first, uint32_t last, place_text *out,
                             gaz_error *err)
{
    const gaz_doc *doc = p->doc;
    out->first_line = first <= doc->lines ? first : doc->lines + 1;
    if (first > doc->lines)
        return GAZ_OK;
    p->first = first - 1;
    p->last = (last < doc->lines ? last : doc->lines) - 1;
    uint32_t chunk = 0, end = doc->first_chunk + doc->chunk_count;
    gaz_status st = gaz_segment_line_chunk(p->segment, doc, p->first, &chunk, err);
    for (; st == GAZ_OK && chunk < end; chunk++) {
        gaz_chunk c;
        st = gaz_segment_chunk(p->segment, chunk, &c, err);
        if (st == GAZ_OK && c.first_line > p->last)
            break;
        if (st == GAZ_OK)
            st = read_chunk(p, chunk, &out->text, err);
    }
    return st;
}

static gaz_status read_document(gaz_engine *e, const place *p, const view_entry *entry,
                                const uint32_t lines[2], place_text *out, const char *path,
                                gaz_error *err)
{
    const world_pool *pool = world_pool_of(p->world, p->view->pool);
    gaz_segment *seg = pool->segments[entry->segment];
    gaz_doc doc;
    gaz_status st = gaz_segment_doc(seg, entry->doc, &doc, err);
    if (st != GAZ_OK)
        return st;
    out->size = doc.blob_size;
    out->encoding = gaz_encoding_name(doc.encoding);
    out->lines = doc.lines;
    if (doc.skip != GAZ_SKIP_NONE)
        return GAZ_OK;
    part wanted = {.segment = seg,
                   .cache = e->cache,
                   .doc = &doc,
                   .max = (size_t)e->settings->query_memory,
                   .path = path};
    gaz_strbuf_init(&out->text, wanted.max);
    if (lines[0])
        return read_lines(&wanted, lines[0], lines[1] < lines[0] ? lines[0] : lines[1], out, err);
    if (doc.text_len > wanted.max)
        return too_large("the text", path, wanted.max, err);
    return gaz_segment_text(seg, e->cache, entry->doc, wanted.max, &out->text, err);
}

/* The manifest knows a text, but no segment that could be opened holds it. */
static gaz_status lost_text(const world *w, const world_pool *pool, const char *path,
                            gaz_error *err)
{
    const char *why = w->damaged.len ? w->damaged.items[0] : "no segment holds it";
    if (pool->unavailable && !pool->damaged) {
        gaz_error_set(err, GAZ_E_BUSY, "the text of %.200s cannot be read now: %s", path, why);
        gaz_error_hint(err, "try again in a moment");
        return GAZ_E_BUSY;
    }
    gaz_error_set(err, GAZ_E_CORRUPT, "the text of %.200s cannot be read: %s", path, why);
    gaz_error_hint(err, "run `gaz check` to see what is damaged, and `gaz repair` to rebuild it");
    return GAZ_E_CORRUPT;
}

gaz_status place_read(gaz_engine *e, const place *p, size_t entry, uint32_t first, uint32_t last,
                      place_text *out, gaz_error *err)
{
    const view_entry *v = &p->view->entries[entry];
    char path[201];
    *out = (place_text){.text = GAZ_STRBUF_INIT, .encoding = "binary", .first_line = 1};
    snprintf(path, sizeof path, "%.*s", (int)(v->path_len < 200 ? v->path_len : 200), v->path);
    if (v->segment != NO_SEGMENT)
        return read_document(e, p, v, (const uint32_t[2]){first, last}, out, path, err);
    if (gaz_manifest_at(p->view->manifest, entry)->skip == GAZ_SKIP_NONE)
        return lost_text(p->world, world_pool_of(p->world, p->view->pool), path, err);
    return GAZ_OK;
}
