/* Making a graph, anew or from the one before.
 *
 *   1. index the paths; give them nodes: paths of before keep theirs
 *   2. read the manifests that changed
 *   3. files without a block of the same blob: note what they declare and include (drafts)
 *   4. what came and went as keys: paths, directories, declared names, learned include roots
 *   5. resolve again the new files and those whose keys meet these
 *   6. join the blocks: groups, edges in both directions */
#include <string.h>

#include "gaz/base/threads.h"
#include "generated_attributes.h"
#include "graph_block.h"
#include "graph_manifests.h"
#include "graph_provides.h"
#include "graph_roots.h"

#define PARALLEL_FROM 512u /* files; below it threads cost more than they save */
#define WORKERS_MAX 64u

typedef struct builder {
    const gaz_graph_source *source;
    const gaz_graph *before;
    gaz_graph *graph;
    uint32_t *old_file; /* per file its number before, or GRAPH_NONE */
    uint32_t *new_file; /* per file before its number now; NULL: as before */
    graph_files come, gone, fresh, again;
    graph_files keys, stems;
    bool differs[FAMILY_COUNT];
    GAZ_VEC(graph_root_change) root_changes;
    bool provides_changed;
} builder;

static gaz_status nomem(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "cannot make a graph: out of memory");
}

/* ---- 1. paths and nodes ---- */

static bool match_paths(builder *b)
{
    const graph_tree *new_tree = b->graph->tree, *old = b->before ? b->before->tree : NULL;
    uint32_t i = 0, j = 0, old_files = old ? old->files : 0;
    while (i < new_tree->files || j < old_files) {
        int order = i == new_tree->files ? 1 : j == old_files ? -1 : 0;
        if (order == 0) {
            uint32_t a = 0, c = 0;
            const char *left = graph_tree_path(new_tree, i, &a);
            const char *right = graph_tree_path(old, j, &c);
            order = memcmp(left, right, a < c ? a : c);
            if (order == 0)
                order = a < c ? -1 : a > c;
        }
        if (order > 0) {
            if (!gaz_vec_push(&b->gone, j))
                return false;
            j++;
            continue;
        }
        if (order == 0 && b->new_file)
            b->new_file[j] = i;
        b->old_file[i] = order == 0 ? j++ : GRAPH_NONE;
        if (order < 0 && old && !gaz_vec_push(&b->come, i))
            return false;
        i++;
    }
    return true;
}

static gaz_status make_nodes(builder *b, gaz_error *err)
{
    gaz_graph *g = b->graph;
    uint32_t files = g->tree->files;
    b->old_file = malloc(((size_t)files + 1) * sizeof *b->old_file);
    if (!b->old_file)
        return nomem(err);
    if (b->before && b->before->tree == g->tree) {
        for (uint32_t i = 0; i < files; i++)
            b->old_file[i] = i;
    } else {
        size_t old_files = b->before ? b->before->tree->files : 0;
        b->new_file = malloc((old_files + 1) * sizeof *b->new_file);
        if (b->new_file)
            memset(b->new_file, 0xFF, old_files * sizeof *b->new_file);
        if (!b->new_file || !match_paths(b))
            return nomem(err);
    }
    uint32_t kept = b->before ? b->before->nodes : 0;
    uint32_t added = b->before ? (uint32_t)b->come.len : files;
    g->node_of = malloc(((size_t)files + 1) * sizeof *g->node_of);
    g->file_of = malloc(((size_t)kept + added + 1) * sizeof *g->file_of);
    if (!g->node_of || !g->file_of)
        return nomem(err);
    memset(g->file_of, 0xFF, ((size_t)kept + added) * sizeof *g->file_of);
    g->nodes = kept;
    for (uint32_t i = 0; i < files; i++) {
        uint32_t old = b->old_file[i];
        g->node_of[i] = old == GRAPH_NONE ? g->nodes++ : b->before->node_of[old];
        g->file_of[g->node_of[i]] = i;
    }
    return GAZ_OK;
}

static gaz_status make_meta(builder *b, gaz_error *err)
{
    gaz_graph *g = b->graph;
    uint32_t files = g->tree->files;
    g->meta = malloc(((size_t)files + 1) * sizeof *g->meta);
    g->block = calloc((size_t)files + 1, sizeof *g->block);
    if (!g->meta || !g->block)
        return nomem(err);
    for (uint32_t i = 0; i < files; i++) {
        const gaz_graph_file *f = &b->source->files[i];
        g->meta[i] = (graph_meta){
            .oid = f->oid, .language = f->language, .flags = f->flags, .final = f->flags};
    }
    return GAZ_OK;
}

/* ---- 3. files that are not as before ---- */

static gaz_status find_fresh(builder *b, gaz_error *err)
{
    gaz_graph *g = b->graph;
    for (uint32_t i = 0; i < g->tree->files; i++) {
        if (graph_family_of(g->meta[i].language) == FAMILY_NONE)
            continue;
        gaz_symbol_document doc = {0};
        gaz_status st = gaz_symbol_view_document(b->source->symbols, i, &doc, err);
        if (st != GAZ_OK && st != GAZ_E_NOT_FOUND)
            return st;
        bool has_facts = st == GAZ_OK;
        g->stats.with_facts += has_facts;
        uint32_t old = b->old_file[i];
        const graph_block *block = old == GRAPH_NONE ? NULL : b->before->block[old];
        if (block && has_facts && block->fingerprint == doc.fingerprint &&
            b->before->meta[old].language == g->meta[i].language &&
            gaz_oid_compare(&b->before->meta[old].oid, &g->meta[i].oid) == 0)
            g->block[i] = graph_block_ref(b->before->block[old]);
        else if (has_facts && !gaz_vec_push(&b->fresh, i))
            return nomem(err);
    }
    return GAZ_OK;
}

/* Resolves files on all cores; each writes its own block. */
typedef struct batch {
    builder *b;
    const uint32_t *files;
    size_t count;
    bool draft;
    atomic_size_t next;
    atomic_bool stop;
    pthread_mutex_t lock;
    gaz_status status;
    gaz_error error;
} batch;

static void batch_share(void *ctx, unsigned worker)
{
    (void)worker;
    batch *run = ctx;
    gaz_graph *g = run->b->graph;
    graph_job job = {run->b->source->symbols, g->meta, g->node_of};
    graph_resolver r;
    graph_resolver_init(&r);
    r.tree = g->tree;
    r.manifests = g->manifests;
    r.roots = g->roots;
    r.provides = g->provides;
    gaz_error error = {0};
    gaz_status st = GAZ_OK;
    while (st == GAZ_OK && !atomic_load(&run->stop)) {
        size_t at = atomic_fetch_add(&run->next, 1);
        if (at >= run->count)
            break;
        graph_block *block = NULL;
        st = graph_resolve_file(&r, &job, run->files[at], run->draft, &block, &error);
        if (st == GAZ_OK) {
            graph_block_unref(g->block[run->files[at]]);
            g->block[run->files[at]] = block;
        }
    }
    if (st != GAZ_OK) {
        atomic_store(&run->stop, true);
        pthread_mutex_lock(&run->lock);
        if (run->status == GAZ_OK) {
            run->status = st;
            run->error = error;
        }
        pthread_mutex_unlock(&run->lock);
    }
    graph_resolver_release(&r);
}

static gaz_status resolve_all(builder *b, const uint32_t *files, size_t count, bool draft,
                              gaz_error *err)
{
    if (count == 0)
        return GAZ_OK;
    batch run = {.b = b, .files = files, .count = count, .draft = draft};
    atomic_init(&run.next, 0);
    atomic_init(&run.stop, false);
    pthread_mutex_init(&run.lock, NULL);
    unsigned cores = gaz_cores() < WORKERS_MAX ? gaz_cores() : WORKERS_MAX;
    gaz_pool *pool = NULL;
    if (count >= PARALLEL_FROM && cores > 1 &&
        gaz_pool_new(cores - 1, cores, &pool, NULL) == GAZ_OK)
        gaz_pool_run(pool, cores, batch_share, &run);
    else
        batch_share(&run, 0);
    gaz_pool_free(pool);
    pthread_mutex_destroy(&run.lock);
    if (run.status != GAZ_OK && err && err->status == GAZ_OK)
        *err = run.error;
    return run.status;
}

/* A block stands here that others must know of before they are resolved. */
static bool needs_draft(graph_family family)
{
    return family == FAMILY_C || graph_family_provides(family);
}

static gaz_status draft_fresh(builder *b, gaz_error *err)
{
    graph_files drafts = {0};
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < b->fresh.len; i++)
        if (needs_draft(graph_family_of(b->graph->meta[b->fresh.items[i]].language)) &&
            !gaz_vec_push(&drafts, b->fresh.items[i]))
            st = nomem(err);
    if (st == GAZ_OK)
        st = resolve_all(b, drafts.items, drafts.len, true, err);
    gaz_vec_free(&drafts);
    return st;
}

/* ---- 4. what came and went ---- */

static bool note(graph_files *keys, uint32_t key)
{
    return gaz_vec_push(keys, key);
}

static bool note_path(builder *b, const graph_tree *tree, uint32_t file, const graph_tree *other)
{
    uint32_t len = 0;
    const char *path = graph_tree_path(tree, file, &len);
    uint32_t base = tree->base_at[file], dir_len = base ? base - 1 : 0;
    uint32_t stem = graph_key_stem(path + base, graph_stem(path + base, len - base));
    bool ok = note(&b->stems, stem) && note(&b->keys, stem) &&
              note(&b->keys, graph_key_path(path, len)) &&
              note(&b->keys, graph_key_listing(path, dir_len));
    while (ok && dir_len > 0 && graph_tree_dir(other, path, dir_len) == GRAPH_NONE) {
        ok = note(&b->keys, graph_key_dir(path, dir_len)) &&
             note(&b->keys, graph_key_listing(path, dir_len));
        const char *slash = memrchr(path, '/', dir_len);
        dir_len = slash ? (uint32_t)(slash - path) : 0;
    }
    return ok;
}

static bool same_provided(const graph_block *a, const graph_block *c)
{
    if (!a || !c)
        return (!a || a->provides == 0) && (!c || c->provides == 0);
    if (a->provides != c->provides)
        return false;
    for (uint32_t i = 0; i < a->provides; i++)
        if (strcmp(a->text + a->provide[i], c->text + c->provide[i]) != 0)
            return false;
    return true;
}

static bool note_provided(builder *b, const graph_block *block, graph_family family)
{
    for (uint32_t i = 0; block && i < block->provides; i++) {
        const char *name = block->text + block->provide[i];
        if (!note(&b->keys, graph_key_provided(family, name, strlen(name))))
            return false;
    }
    return true;
}

static bool note_roots(builder *b, const graph_block *block, int by)
{
    graph_root_change change = {block, by};
    return !block || gaz_vec_push(&b->root_changes, change);
}

static bool note_facts(builder *b, const graph_block *old, graph_family was,
                       const graph_block *block, graph_family is)
{
    if ((was == FAMILY_C && !note_roots(b, old, -1)) ||
        (is == FAMILY_C && !note_roots(b, block, 1)))
        return false;
    if (was == is && same_provided(old, block))
        return true;
    b->provides_changed = true;
    return note_provided(b, old, was) && note_provided(b, block, is);
}

static bool note_all_facts(builder *b)
{
    const gaz_graph *g = b->graph, *old = b->before;
    for (uint32_t i = 0; i < g->tree->files; i++) {
        uint32_t was = b->old_file[i];
        const graph_block *before = was == GRAPH_NONE ? NULL : old->block[was];
        if (before == g->block[i])
            continue;
        graph_family family = graph_family_of(g->meta[i].language);
        graph_family old_family = before ? graph_family_of(old->meta[was].language) : family;
        if (!note_facts(b, before, old_family, g->block[i], family))
            return false;
    }
    for (size_t i = 0; i < b->gone.len; i++) {
        uint32_t f = b->gone.items[i];
        graph_family family = graph_family_of(old->meta[f].language);
        if (!note_facts(b, old->block[f], family, NULL, family))
            return false;
    }
    return true;
}

static gaz_status note_changes(builder *b, gaz_error *err)
{
    const graph_tree *new_tree = b->graph->tree, *old = b->before ? b->before->tree : NULL;
    bool ok = true;
    for (size_t i = 0; ok && i < b->come.len; i++)
        ok = note_path(b, new_tree, b->come.items[i], old);
    for (size_t i = 0; ok && i < b->gone.len; i++)
        ok = note_path(b, old, b->gone.items[i], new_tree);
    if (!ok || !note_all_facts(b))
        return nomem(err);
    b->stems.len = graph_sort_unique(b->stems.items, b->stems.len);
    return GAZ_OK;
}

/* Files move in the numbering: where paths came or went, the index is made again. */
static gaz_status index_facts(builder *b, gaz_error *err)
{
    gaz_graph *g = b->graph;
    const gaz_graph *old = b->before;
    if (old && old->tree == g->tree && !b->provides_changed)
        g->provides = graph_provides_ref(old->provides);
    else {
        gaz_status st = graph_provides_new(g->block, g->meta, g->tree->files, &g->provides, err);
        if (st != GAZ_OK)
            return st;
    }
    if (old && b->root_changes.len == 0 && b->stems.len == 0) {
        g->roots = graph_roots_ref(old->roots);
        return GAZ_OK;
    }
    bool differs = false;
    gaz_status st = graph_roots_learn(old ? old->roots : NULL, g->tree, b->root_changes.items,
                                      b->root_changes.len, b->stems.items, b->stems.len, &g->roots,
                                      &differs, err);
    b->differs[FAMILY_C] |= differs;
    return st;
}

/* ---- 5. who must be resolved ---- */

static bool holds(const graph_files *keys, uint32_t key)
{
    size_t low = 0, high = keys->len;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (keys->items[mid] < key)
            low = mid + 1;
        else
            high = mid;
    }
    return low < keys->len && keys->items[low] == key;
}

static bool block_meets(const graph_block *block, const graph_files *keys, const uint64_t *filter)
{
    for (uint32_t i = 0; i < block->keys; i++) {
        uint32_t key = block->key[i];
        if (filter[(key >> 6) & 1023] >> (key & 63) & 1 && holds(keys, key))
            return true;
    }
    return false;
}

static gaz_status find_affected(builder *b, gaz_error *err)
{
    gaz_graph *g = b->graph;
    b->keys.len = graph_sort_unique(b->keys.items, b->keys.len);
    uint64_t filter[1024] = {0};
    for (size_t i = 0; i < b->keys.len; i++)
        filter[(b->keys.items[i] >> 6) & 1023] |= UINT64_C(1) << (b->keys.items[i] & 63);
    bool any = b->keys.len > 0;
    for (int f = 0; f < FAMILY_COUNT; f++)
        any |= b->differs[f];
    size_t next = 0; /* of the fresh ones, which ascend too */
    for (uint32_t i = 0; i < g->tree->files; i++) {
        bool fresh = next < b->fresh.len && b->fresh.items[next] == i;
        next += fresh;
        if (!fresh && (!any || !g->block[i]))
            continue;
        if ((fresh || b->differs[graph_family_of(g->meta[i].language)] ||
             block_meets(g->block[i], &b->keys, filter)) &&
            !gaz_vec_push(&b->again, i))
            return nomem(err);
    }
    g->stats.resolved_files = (uint32_t)b->again.len;
    return GAZ_OK;
}

/* ---- all of it ---- */

static gaz_status build(builder *b, gaz_error *err)
{
    gaz_graph *g = b->graph;
    const gaz_graph_source *source = b->source;
    gaz_status st = GAZ_OK;
    if (b->before && graph_tree_is(b->before->tree, source->files, source->file_count))
        g->tree = graph_tree_ref(b->before->tree);
    else
        st = graph_tree_new(source->files, source->file_count, &g->tree, err);
    if (st == GAZ_OK)
        st = make_nodes(b, err);
    if (st == GAZ_OK)
        st = make_meta(b, err);
    if (st == GAZ_OK)
        st = graph_manifests_read(source, g->tree, b->before ? b->before->manifests : NULL,
                                  b->differs, &g->manifests, err);
    if (st == GAZ_OK)
        st = graph_attributes_apply(source, g->tree, g->meta, err);
    if (st == GAZ_OK)
        st = find_fresh(b, err);
    if (st == GAZ_OK)
        st = draft_fresh(b, err);
    if (st == GAZ_OK)
        st = note_changes(b, err);
    if (st == GAZ_OK)
        st = index_facts(b, err);
    if (st == GAZ_OK)
        st = find_affected(b, err);
    if (st == GAZ_OK)
        st = resolve_all(b, b->again.items, b->again.len, false, err);
    if (st == GAZ_OK)
        st = graph_links_make(g, b->before, b->old_file, b->new_file, err);
    if (st == GAZ_OK)
        st = graph_entries_find(g, source->symbols, err);
    if (st == GAZ_OK)
        graph_count(g);
    return st;
}

gaz_status gaz_graph_new(const gaz_graph_source *source, const gaz_graph *before, gaz_graph **out,
                         gaz_error *err)
{
    /* Nodes of paths that are gone are not used again: now and then it is made anew. */
    if (before && before->nodes > 2 * (uint64_t)source->file_count + 65536)
        before = NULL;
    gaz_graph *g = calloc(1, sizeof *g);
    if (!g)
        return nomem(err);
    atomic_init(&g->refs, 1);
    pthread_mutex_init(&g->lock, NULL);
    builder b = {.source = source, .before = before, .graph = g};
    gaz_status st = build(&b, err);
    free(b.old_file);
    free(b.new_file);
    gaz_vec_free(&b.come);
    gaz_vec_free(&b.gone);
    gaz_vec_free(&b.fresh);
    gaz_vec_free(&b.again);
    gaz_vec_free(&b.keys);
    gaz_vec_free(&b.stems);
    gaz_vec_free(&b.root_changes);
    if (st != GAZ_OK) {
        gaz_graph_unref(g);
        return st;
    }
    *out = g;
    return GAZ_OK;
}
