/* What a query ranges over: the files of some refs, each once, in order of static rank; and from
 * each document of each segment back to its files. Private to the query module. */
#ifndef GAZ_QUERY_SCOPE_H
#define GAZ_QUERY_SCOPE_H

#include "world.h"

typedef struct scope_ref {
    const gaz_snapshot_repo *repo;
    const gaz_ref_row *ref;
    view *view;
} scope_ref;

typedef struct scope_file {
    uint32_t ref;     /* index in refs */
    uint32_t entry;   /* index in the view's entries */
    uint32_t segment; /* index in the scope's segments */
} scope_file;

typedef struct scope_segment {
    gaz_segment *segment; /* borrowed from the world */
    const world_pool *pool;
    uint32_t number;     /* in the pool */
    uint32_t docs, live; /* documents with a file in the scope */
    uint32_t *first;     /* docs + 1: where a document's files begin in `files_of` */
    uint32_t *files_of;  /* indexes of scope files, ascending */
} scope_segment;

/* Paths in lower case, for ranking: see names.c. */
typedef struct scope_name {
    uint64_t letters; /* of the base name: bit c & 63 of each byte */
    uint64_t path;    /* where it lies in `text` */
    uint32_t len, base;
    uint32_t run; /* files of one directory that follow each other */
    uint8_t tier; /* as the view's entry has it: what ranks candidates lies together */
} scope_name;

typedef struct scope_names {
    scope_name *files; /* as the scope's */
    uint64_t *in_runs; /* per run, letters of its directory's path */
    char *text;
    uint32_t runs;
} scope_names;

typedef struct scope {
    atomic_uint refs_held;
    scope_ref *refs;
    size_t ref_count;
    scope_file *files; /* in order of static rank */
    size_t file_count;
    scope_segment *segments;
    size_t segment_count;
    uint64_t missing; /* files whose document could not be found */
    bool unavailable; /* none of them because of damage: their segments could not be opened now */
    _Atomic(scope_names *) names; /* made when first asked for */
    char token[33];               /* over repositories, refs and commits */
} scope;

/* The scope over these refs, from the world's cache when it is there. Give it back with
 * scope_unref(). `refs` is copied. */
GAZ_CHECKED gaz_status scope_get(world *w, const scope_ref *refs, size_t count, scope **out,
                                 gaz_error *err);
/* The scope over the default branches of all repositories, if one was kept: most searches are over
 * that, and finding a thousand refs takes longer than they do. Give it back with scope_unref(). */
scope *scope_of_everything(world *w);
void scope_keep_everything(world *w, scope *s);
void scope_unref(scope *s);
void scope_names_free(scope_names *t);
static inline const view_entry *scope_entry(const scope *s, const scope_file *f)
{
    /* scope_make() is given refs with their views.
     * NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
    return &s->refs[f->ref].view->entries[f->entry];
}

#endif
