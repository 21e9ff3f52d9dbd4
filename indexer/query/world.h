/* The catalogue at one generation, in memory: segments opened, and per manifest a view that says
 * for each path which document holds its text. Private to the query module. */
#ifndef GAZ_QUERY_WORLD_H
#define GAZ_QUERY_WORLD_H

#include <pthread.h>
#include <stdatomic.h>

#include "gaz/base/map.h"
#include "gaz/base/vec.h"
#include "gaz/query/engine.h"
#include "gaz/store/manifest.h"
#include "gaz/text/segment.h"

#define NO_SEGMENT UINT32_MAX
#define SCOPE_CACHE 16

/* Static rank: lower comes first. What a file is for, then how deep it lies, then its path. */
typedef enum tier {
    TIER_SOURCE,
    TIER_DOCS,
    TIER_EXAMPLE,
    TIER_TEST,
    TIER_GENERATED,
    TIER_VENDORED
} tier;

typedef struct view_entry {
    const char *path; /* in the manifest */
    uint32_t path_len;
    uint32_t segment; /* index in the pool; NO_SEGMENT when it has no document */
    uint32_t doc;
    uint32_t language;
    uint32_t lines, text_len;
    uint8_t skip; /* gaz_skip */
    uint8_t tier;
    uint8_t depth;
    uint8_t test, generated;
} view_entry;

/* A manifest resolved against a pool. Immutable once made. */
typedef struct view {
    atomic_uint refs;
    gaz_manifest *manifest;
    int64_t pool;
    view_entry *entries; /* in byte order of paths, as in the manifest */
    uint32_t *order;     /* entries in order of static rank */
    size_t count;
    uint64_t text_files, text_bytes, skipped, missing;
    atomic_int_fast64_t used_us; /* last asked for; worlds may share a view */
} view;

typedef struct world_pool {
    int64_t id;
    gaz_segment **segments; /* NULL: could not be opened */
    size_t count;
    bool damaged, unavailable;    /* why not: what it holds is wrong; or the system refused */
    gaz_symbol_segment **symbols; /* NULL: could not be opened */
    size_t symbol_count;
} world_pool;

/* Which symbols the files of a view have; made when first asked for. */
typedef struct view_symbols {
    const view *view;
    gaz_symbol_view *symbols;
} view_symbols;

struct scope;

typedef struct world {
    atomic_uint refs;
    gaz_snapshot *snapshot;
    world_pool *pools;       /* in the order of the snapshot's */
    GAZ_VEC(char *) damaged; /* names of segments that could not be opened, with the reason */
    bool unavailable;        /* one of them for want of descriptors, memory or the like: opening
                                the same generation again may do better */
    pthread_mutex_t lock;    /* over what follows */
    GAZ_VEC(view *) views;
    gaz_map view_at; /* pool and manifest → place among the views */
    GAZ_VEC(view_symbols) symbols;
    struct scope *scopes[SCOPE_CACHE];
    unsigned next_scope;
    struct scope *everything; /* the default branches of all repositories, once asked for */
    int64_t last_used_us;
} world;

/* Opens a world over the newest snapshot. @param old nullable: segments and views that are still
 * good are taken over */
GAZ_CHECKED gaz_status world_open(gaz_store *store, world *old, world **out, gaz_error *err);
world *world_ref(world *w);
void world_unref(world *w);
world_pool *world_pool_of(world *w, int64_t id);
/* The view of a ref, made at its first use. Borrowed from the world. */
GAZ_CHECKED gaz_status world_view(world *w, gaz_store *store, const gaz_snapshot_repo *repo,
                                  const gaz_ref_row *ref, view **out, gaz_error *err);
/* Opens the symbol segments of all pools (world_symbols.c): those of `old` are taken over. One that
 * cannot be opened is left out: answers about symbols say what they lack. */
GAZ_CHECKED gaz_status world_open_symbols(world *w, gaz_store *store, world *old, gaz_error *err);
void world_close_symbols(world *w);
/* The symbols of a view's files, by the numbers of its entries. Borrowed from the world. */
GAZ_CHECKED gaz_status world_symbols(world *w, const view *v, gaz_symbol_view **out,
                                     gaz_error *err);
const gaz_snapshot_repo *world_repo(const world *w, const char *name);
/* @param before nullable, a view whose entries are taken where path and blob are the same; its pool
 * was @param before_pool */
GAZ_CHECKED gaz_status view_make(gaz_manifest *manifest, const world_pool *pool, const view *before,
                                 const world_pool *before_pool, view **out, gaz_error *err);
void view_unref(view *v);

#endif
