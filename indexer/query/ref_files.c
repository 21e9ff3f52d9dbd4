/* A place held open, with what others may know of its files. */
#include "gaz/query/ref_files.h"

#include <stdlib.h>
#include <string.h>

#include "place.h"

struct gaz_ref_files {
    atomic_uint refs;
    gaz_engine *engine;
    place place;
    gaz_ref_head head;
};

/* Answers about code depend on the SCIP indexes too, those of searches do not. */
static void make_token(gaz_ref_files *f)
{
    const gaz_snapshot_repo *repo = f->place.repo;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    place_token(&f->place, f->head.generation);
    gaz_strbuf_puts(&text, f->head.generation);
    for (size_t i = 0; i < repo->scip_count; i++)
        gaz_strbuf_puts(&text, repo->scip[i].name);
    uint64_t sums[2] = {gaz_checksum(text.data, text.len), 0};
    gaz_strbuf_putc(&text, 's');
    sums[1] = gaz_checksum(text.data, text.len);
    if (repo->scip_count)
        gaz_hex_format(sums, sizeof sums, f->head.generation);
    gaz_strbuf_release(&text);
}

gaz_status gaz_ref_files_open(gaz_engine *engine, const char *repo, const char *rev,
                              gaz_ref_files **out, gaz_error *err)
{
    gaz_ref_files *f = calloc(1, sizeof *f);
    if (!f)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to open a revision");
    f->engine = engine;
    atomic_init(&f->refs, 1);
    gaz_status st = place_find(engine, repo, rev, &f->place, err);
    if (st != GAZ_OK) {
        gaz_ref_files_unref(f);
        return st;
    }
    f->head = (gaz_ref_head){.repo = f->place.repo->row.name,
                             .branch = f->place.ref->name,
                             .commit = f->place.ref->commit,
                             .manifest = f->place.ref->manifest,
                             .is_commit = f->place.ref->kind != GAZ_REF_TREE};
    make_token(f);
    *out = f;
    return GAZ_OK;
}

gaz_ref_files *gaz_ref_files_ref(gaz_ref_files *f)
{
    atomic_fetch_add(&f->refs, 1);
    return f;
}

void gaz_ref_files_unref(gaz_ref_files *f)
{
    if (!f || atomic_fetch_sub(&f->refs, 1) != 1)
        return;
    world_unref(f->place.world);
    free(f);
}

const gaz_ref_head *gaz_ref_files_head(const gaz_ref_files *f)
{
    return &f->head;
}

const gaz_scip_row *gaz_ref_files_scip(const gaz_ref_files *f, size_t *count)
{
    *count = f->place.repo->scip_count;
    return f->place.repo->scip;
}

int64_t gaz_ref_files_repo(const gaz_ref_files *f)
{
    return f->place.repo->row.id;
}

const char *gaz_file_role_name(gaz_file_role role)
{
    static const char *const names[] = {
        [GAZ_FILE_SOURCE] = "source",       [GAZ_FILE_DOCS] = "docs",
        [GAZ_FILE_EXAMPLE] = "example",     [GAZ_FILE_TEST] = "test",
        [GAZ_FILE_GENERATED] = "generated", [GAZ_FILE_VENDORED] = "vendored"};
    return (size_t)role < sizeof names / sizeof *names ? names[role] : NULL;
}

const char *gaz_ref_files_trouble(const gaz_ref_files *f)
{
    const world_pool *pool = world_pool_of(f->place.world, f->place.view->pool);
    if (!f->place.view->missing || !pool)
        return NULL;
    return pool->unavailable && !pool->damaged ? "unavailable" : "damaged";
}

uint32_t gaz_ref_files_count(const gaz_ref_files *f)
{
    return (uint32_t)f->place.view->count;
}

void gaz_ref_files_at(const gaz_ref_files *f, uint32_t file, gaz_ref_file *out)
{
    static const gaz_file_role roles[] = {
        [TIER_SOURCE] = GAZ_FILE_SOURCE,       [TIER_DOCS] = GAZ_FILE_DOCS,
        [TIER_EXAMPLE] = GAZ_FILE_EXAMPLE,     [TIER_TEST] = GAZ_FILE_TEST,
        [TIER_GENERATED] = GAZ_FILE_GENERATED, [TIER_VENDORED] = GAZ_FILE_VENDORED};
    const view_entry *e = &f->place.view->entries[file];
    *out = (gaz_ref_file){.path = e->path,
                          .path_len = e->path_len,
                          .language = e->language,
                          .lines = e->lines,
                          .text_len = e->text_len,
                          .blob = gaz_manifest_at(f->place.view->manifest, file)->oid,
                          .role = roles[e->tier],
                          .skip = e->skip ? gaz_skip_name((gaz_skip)e->skip) : NULL};
}

const uint32_t *gaz_ref_files_order(const gaz_ref_files *f)
{
    return f->place.view->order;
}

uint32_t gaz_ref_files_exact(const gaz_ref_files *f, const char *path)
{
    size_t len = strlen(path), at = place_lower_bound(f->place.view, path, len);
    const view_entry *e = at < f->place.view->count ? &f->place.view->entries[at] : NULL;
    bool same = e && e->path_len == len && memcmp(e->path, path, len) == 0;
    return same && e->skip != GAZ_SKIP_EXCLUDED ? (uint32_t)at : UINT32_MAX;
}

/* How a file's path compares with `path` and one byte more. */
static int compare_edge(const view_entry *e, const char *path, size_t len, char edge)
{
    int order = memcmp(e->path, path, e->path_len < len ? e->path_len : len);
    if (order)
        return order;
    if (e->path_len <= len)
        return -1;
    order = (unsigned char)e->path[len] - (unsigned char)edge;
    return order ? order : e->path_len > len + 1;
}

static size_t edge_bound(const view *v, const char *path, size_t len, char edge)
{
    size_t lo = 0, hi = v->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (compare_edge(&v->entries[mid], path, len, edge) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

bool gaz_ref_files_below(const gaz_ref_files *f, const char *path, size_t len, uint32_t *first,
                         uint32_t *count)
{
    const view *v = f->place.view;
    size_t at = place_lower_bound(v, path, len), end = v->count;
    if (len && at < v->count && v->entries[at].path_len == len &&
        memcmp(v->entries[at].path, path, len) == 0) {
        end = at + 1; /* a file */
    } else if (len) {
        at = edge_bound(v, path, len, '/');
        end = edge_bound(v, path, len, '/' + 1);
    }
    *first = (uint32_t)at;
    *count = (uint32_t)(end - at);
    return end > at;
}

gaz_status gaz_ref_files_find(const gaz_ref_files *f, const char *path, uint32_t *file,
                              gaz_error *err)
{
    size_t at = 0;
    gaz_status st = place_file(&f->place, path, &at, err);
    if (st == GAZ_OK)
        *file = (uint32_t)at;
    return st;
}

uint32_t gaz_ref_files_from(const gaz_ref_files *f, const char *path, size_t len)
{
    return (uint32_t)place_lower_bound(f->place.view, path, len);
}

uint32_t gaz_ref_files_lookup(const gaz_ref_files *f, const char *path, size_t len)
{
    size_t at = place_lower_bound(f->place.view, path, len);
    const view_entry *e = at < f->place.view->count ? &f->place.view->entries[at] : NULL;
    return e && e->path_len == len && memcmp(e->path, path, len) == 0 ? (uint32_t)at : UINT32_MAX;
}

gaz_status gaz_ref_files_text(gaz_ref_files *f, uint32_t file, uint32_t first, uint32_t last,
                              gaz_strbuf *text, gaz_error *err)
{
    place_text read = {.text = GAZ_STRBUF_INIT};
    gaz_status st = place_read(f->engine, &f->place, file, first, last, &read, err);
    if (st == GAZ_OK) {
        gaz_strbuf_release(text);
        *text = read.text;
    } else {
        gaz_strbuf_release(&read.text);
    }
    return st;
}

gaz_status gaz_ref_files_symbols(gaz_ref_files *f, gaz_symbol_view **symbols, gaz_error *err)
{
    return world_symbols(f->place.world, f->place.view, symbols, err);
}
