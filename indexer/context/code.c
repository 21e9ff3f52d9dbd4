/* Opening a ref, and the graphs that are kept. Symbols of a ref and a generation are one object of
 * the engine's, so it tells whether a kept graph still holds; if not, the newest graph of the same
 * repository is what the new one is made from. */
#include "code_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gaz/base/clock.h"
#include "gaz/base/hash.h"

#define TEXTS_MAX ((size_t)64 << 20) /* of files whose facts were shown */
#define SLICE_US 500000

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for questions about code");
}

/* ---- graphs that are kept ---- */

gaz_status gaz_code_cache_new(gaz_engine *engine, gaz_store *store, const gaz_settings *settings,
                              unsigned graphs, gaz_code_cache **out, gaz_error *err)
{
    if (graphs < 1 || graphs > GAZ_CODE_GRAPHS_MAX)
        return gaz_error_set(err, GAZ_E_INVALID, "%u graphs cannot be kept (1 to %d)", graphs,
                             GAZ_CODE_GRAPHS_MAX);
    gaz_code_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return no_memory(err);
    cache->engine = engine;
    cache->store = store;
    cache->settings = settings;
    cache->max = graphs;
    pthread_mutex_init(&cache->lock, NULL);
    pthread_mutex_init(&cache->building, NULL);
    pthread_mutex_init(&cache->loading, NULL);
    *out = cache;
    return GAZ_OK;
}

static void drop(kept_graph *g)
{
    free(g->repo);
    free(g->branch);
    gaz_symbol_view_unref(g->symbols);
    gaz_graph_unref(g->graph);
    *g = (kept_graph){0};
}

void gaz_code_cache_free(gaz_code_cache *cache)
{
    if (!cache)
        return;
    for (unsigned i = 0; i < cache->max; i++)
        drop(&cache->graphs[i]);
    code_scip_drop(cache);
    pthread_mutex_destroy(&cache->loading);
    pthread_mutex_destroy(&cache->building);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

/* The graph made from these symbols, or NULL; `before` gets the newest one of the same repository,
 * of the same branch if there is one. */
static gaz_graph *find_graph(gaz_code_cache *cache, const gaz_ref_head *head,
                             const gaz_symbol_view *symbols, gaz_graph **before)
{
    gaz_graph *found = NULL;
    const kept_graph *best = NULL;
    bool best_branch = false;
    pthread_mutex_lock(&cache->lock);
    for (unsigned i = 0; i < cache->max && !found; i++) {
        kept_graph *g = &cache->graphs[i];
        if (!g->graph || strcmp(g->repo, head->repo) != 0)
            continue;
        if (g->symbols == symbols) {
            g->used = ++cache->clock;
            found = gaz_graph_ref(g->graph);
        }
        bool branch = strcmp(g->branch, head->branch) == 0;
        if (!best || (branch && !best_branch) || (branch == best_branch && g->used > best->used)) {
            best = g;
            best_branch = branch;
        }
    }
    if (before)
        *before = !found && best ? gaz_graph_ref(best->graph) : NULL;
    pthread_mutex_unlock(&cache->lock);
    return found;
}

/* Takes the place of the one of the same branch, else of the least recently used. */
static void keep_graph(gaz_code_cache *cache, const gaz_ref_head *head, gaz_symbol_view *symbols,
                       gaz_graph *graph)
{
    char *repo = strdup(head->repo), *branch = strdup(head->branch);
    if (!repo || !branch) {
        free(repo);
        free(branch);
        return; /* it is made again when it is asked for again */
    }
    pthread_mutex_lock(&cache->lock);
    kept_graph *slot = &cache->graphs[0];
    for (unsigned i = 0; i < cache->max; i++) {
        kept_graph *g = &cache->graphs[i];
        if (g->graph && strcmp(g->repo, repo) == 0 && strcmp(g->branch, branch) == 0) {
            slot = g;
            break;
        }
        if (g->used < slot->used)
            slot = g;
    }
    drop(slot);
    *slot = (kept_graph){.repo = repo,
                         .branch = branch,
                         .symbols = gaz_symbol_view_ref(symbols),
                         .graph = gaz_graph_ref(graph),
                         .used = ++cache->clock};
    pthread_mutex_unlock(&cache->lock);
}

/* ---- making one ---- */

static gaz_status read_text(void *ctx, uint32_t file, size_t max, gaz_strbuf *out, gaz_error *err)
{
    gaz_ref_files *files = ctx;
    gaz_ref_file f;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_ref_files_at(files, file, &f);
    if (f.skip)
        return GAZ_E_NOT_FOUND;
    gaz_status st = gaz_ref_files_text(files, file, 0, 0, &text, err);
    if (st == GAZ_OK) {
        gaz_strbuf_add(out, text.data, text.len < max ? text.len : max);
        st = gaz_strbuf_check(out, err);
    } else if (st != GAZ_E_NOMEM) { /* what cannot be read tells nothing */
        gaz_error_clear(err);
        st = GAZ_E_NOT_FOUND;
    }
    gaz_strbuf_release(&text);
    return st;
}

static uint8_t flags_of(gaz_file_role role)
{
    switch (role) {
    case GAZ_FILE_GENERATED:
        return GAZ_GRAPH_GENERATED;
    case GAZ_FILE_VENDORED:
        return GAZ_GRAPH_VENDORED;
    case GAZ_FILE_DOCS:
        return GAZ_GRAPH_DOCS;
    case GAZ_FILE_TEST:
        return GAZ_GRAPH_TEST;
    default:
        return 0;
    }
}

static gaz_status make_graph(gaz_code *code, const gaz_graph *before, gaz_graph **out,
                             gaz_error *err)
{
    uint32_t count = gaz_ref_files_count(code->files);
    gaz_graph_file *files = calloc((size_t)count + 1, sizeof *files);
    if (!files)
        return no_memory(err);
    for (uint32_t i = 0; i < count; i++) {
        gaz_ref_file f;
        gaz_ref_files_at(code->files, i, &f);
        files[i] = (gaz_graph_file){.path = f.path,
                                    .path_len = f.path_len,
                                    .language = f.language,
                                    .oid = f.blob,
                                    .flags = flags_of(f.role)};
    }
    gaz_graph_source source = {.files = files,
                               .file_count = count,
                               .symbols = code->symbols,
                               .text = read_text,
                               .ctx = code->files};
    gaz_status st = gaz_graph_new(&source, before, out, err);
    free(files);
    return st;
}

/* Whoever has the lock needs no more than the time of one; who waits has a deadline. Waiting goes
 * by the wall clock, which ThreadSanitizer knows of, in slices, so that a clock that is set harms
 * nobody. */
gaz_status code_lock(const gaz_code *code, pthread_mutex_t *lock, const char *what, gaz_error *err)
{
    while (!gaz_expired(code->deadline_us)) {
        int64_t left = code->deadline_us == GAZ_NEVER ? SLICE_US : code->deadline_us - gaz_now_us(),
                until = gaz_wall_us() + (left < SLICE_US ? left : SLICE_US);
        const struct timespec at = {until / 1000000, until % 1000000 * 1000};
        if (pthread_mutex_timedlock(lock, &at) == 0)
            return GAZ_OK;
    }
    return gaz_error_set(err, GAZ_E_TIMEOUT, "the %s of %s are still being read", what,
                         gaz_ref_files_head(code->files)->repo);
}

static gaz_status find_or_make(gaz_code *code, gaz_error *err)
{
    const gaz_ref_head *head = gaz_ref_files_head(code->files);
    gaz_graph *before = NULL;
    code->graph = find_graph(code->cache, head, code->symbols, NULL);
    if (code->graph)
        return GAZ_OK;
    gaz_status st = code_lock(code, &code->cache->building, "imports", err);
    if (st != GAZ_OK)
        return st;
    code->graph = find_graph(code->cache, head, code->symbols, &before); /* meanwhile made? */
    if (!code->graph)
        st = make_graph(code, before, &code->graph, err);
    if (st == GAZ_OK)
        keep_graph(code->cache, head, code->symbols, code->graph);
    pthread_mutex_unlock(&code->cache->building);
    gaz_graph_unref(before);
    return st;
}

gaz_status gaz_code_graph(gaz_code *code, gaz_graph **out, gaz_error *err)
{
    gaz_status st = code->graph ? GAZ_OK : find_or_make(code, err);
    if (st == GAZ_OK)
        *out = code->graph;
    return st;
}

/* ---- symbols that are missing ---- */

void gaz_code_cache_set_symbols_fetch(gaz_code_cache *cache, gaz_symbols_fetch fetch, void *ctx)
{
    cache->fetch = fetch;
    cache->fetch_ctx = ctx;
}

/* False the second time: what a run could not find, another will not either. */
static bool first_time(gaz_code_cache *cache, const gaz_ref_head *head)
{
    char text[GAZ_REPO_NAME_MAX + sizeof head->generation + 2];
    bool known = false;
    int len = snprintf(text, sizeof text, "%s %s", head->repo, head->generation);
    uint64_t hash = gaz_checksum(text, (size_t)len);
    pthread_mutex_lock(&cache->lock);
    for (unsigned i = 0; i < ASKED_KEPT && !known; i++)
        known = cache->asked[i] == hash;
    if (!known)
        cache->asked[cache->asked_at++ % ASKED_KEPT] = hash;
    pthread_mutex_unlock(&cache->lock);
    return !known;
}

static uint32_t missing(const gaz_code *code)
{
    uint32_t wanted = 0, found = 0;
    gaz_symbol_view_counts(code->symbols, &wanted, &found);
    return wanted - found;
}

/* ---- opening ---- */

/* What is fetched is to be answered from, too. */
static int64_t half_way(int64_t deadline_us)
{
    int64_t now = gaz_now_us();
    return deadline_us > now && deadline_us != GAZ_NEVER ? now + (deadline_us - now) / 2
                                                         : deadline_us;
}

static gaz_status open_files(gaz_code *code, const char *repo, const char *rev, gaz_error *err)
{
    gaz_ref_files_unref(code->files);
    code->files = NULL;
    gaz_status st = gaz_ref_files_open(code->cache->engine, repo, rev, &code->files, err);
    return st == GAZ_OK ? gaz_ref_files_symbols(code->files, &code->symbols, err) : st;
}

gaz_status gaz_code_open(gaz_code_cache *cache, const char *repo, const char *rev,
                         int64_t deadline_us, gaz_code **out, gaz_error *err)
{
    gaz_code *code = calloc(1, sizeof *code);
    if (!code)
        return no_memory(err);
    code->cache = cache;
    code->deadline_us = deadline_us;
    code->text = GAZ_STRBUF_INIT;
    code->text_file = UINT32_MAX;
    gaz_arena_init(&code->texts, TEXTS_MAX);
    gaz_status st = open_files(code, repo, rev, err);
    if (st == GAZ_OK && missing(code) && cache->fetch) {
        const gaz_ref_head *head = gaz_ref_files_head(code->files);
        if (first_time(cache, head) &&
            cache->fetch(cache->fetch_ctx, head->repo, missing(code), half_way(deadline_us)))
            st = open_files(code, repo, rev, err);
    }
    if (st != GAZ_OK) {
        gaz_code_close(code);
        return st;
    }
    *out = code;
    return GAZ_OK;
}

void gaz_code_close(gaz_code *code)
{
    if (!code)
        return;
    gaz_resolver_free(code->resolver);
    gaz_scip_edges_unref(code->scip);
    gaz_graph_unref(code->graph);
    gaz_ref_files_unref(code->files);
    gaz_arena_release(&code->texts);
    gaz_strbuf_release(&code->text);
    free(code);
}

gaz_ref_files *gaz_code_files(gaz_code *code)
{
    return code->files;
}

gaz_symbol_view *gaz_code_symbols(gaz_code *code)
{
    return code->symbols;
}

bool gaz_code_symbols_complete(const gaz_code *code)
{
    return missing(code) == 0;
}

gaz_status gaz_code_resolver(gaz_code *code, gaz_resolver **out, gaz_error *err)
{
    gaz_graph *graph = NULL;
    gaz_scip_edges *scip = NULL;
    gaz_status st = code->resolver ? GAZ_OK : gaz_code_graph(code, &graph, err);
    if (st == GAZ_OK && !code->resolver)
        st = gaz_code_scip(code, &scip, err);
    if (st == GAZ_OK && !code->resolver) {
        gaz_resolve_source source = {.view = code->symbols,
                                     .graph = graph,
                                     .scip = scip,
                                     .text = read_text,
                                     .ctx = code->files,
                                     .deadline_us = code->deadline_us};
        st = gaz_resolver_new(&source, &code->resolver, err);
    }
    if (st == GAZ_OK)
        *out = code->resolver;
    return st;
}

gaz_status gaz_code_text(gaz_code *code, uint32_t file, const gaz_symbol_text *text,
                         const char **out, size_t *len, gaz_error *err)
{
    *out = text->data ? text->data : "";
    *len = text->data ? text->len : 0;
    if (!text->len || text->start == GAZ_SYMBOL_NOWHERE)
        return GAZ_OK;
    if (code->text_file != file) {
        gaz_status st = gaz_ref_files_text(code->files, file, 0, 0, &code->text, err);
        if (st != GAZ_OK)
            return st;
        code->text_file = file;
    }
    if (text->start > code->text.len || text->len > code->text.len - text->start)
        return gaz_error_set(err, GAZ_E_CORRUPT, "a symbol lies outside of its file's text");
    char *copy = gaz_arena_strndup(&code->texts, code->text.data + text->start, text->len);
    if (!copy)
        return gaz_error_set(err, GAZ_E_LIMIT, "the texts of an answer are over %zu bytes",
                             TEXTS_MAX);
    *out = copy;
    *len = text->len;
    return GAZ_OK;
}
