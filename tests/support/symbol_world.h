/* A tree of source files with their facts, view and graph, as an index run makes them: for tests
 * and measurements that need real facts of several files. */
#ifndef SYMBOL_WORLD_H
#define SYMBOL_WORLD_H

#include "gaz/base/vec.h"
#include "gaz/graph/graph.h"
#include "gaz/graph/resolve.h"
#include "gaz/store/symbol_facts.h"

typedef struct world_file {
    char *path;
    char *text;
    size_t len;
    uint32_t language;
} world_file;

typedef struct symbol_world {
    GAZ_VEC(world_file) files; /* in byte order of paths once built */
    char *dir;                 /* for the segment */
    gaz_symbol_segment *segment;
    gaz_symbol_view *view;
    gaz_graph *graph;
} symbol_world;

/** Adds a file; the text is copied. */
GAZ_CHECKED gaz_status symbol_world_add(symbol_world *w, const char *path, const char *text,
                                        size_t len, gaz_error *err);
/** Extracts facts, writes a segment below `dir` (which the caller removes) and makes view and
 * graph. */
GAZ_CHECKED gaz_status symbol_world_build(symbol_world *w, const char *dir, gaz_error *err);
/** What a resolver of this world works on. */
gaz_resolve_source symbol_world_source(symbol_world *w);
void symbol_world_release(symbol_world *w);
/** The number of a file, or UINT32_MAX. */
uint32_t symbol_world_find(const symbol_world *w, const char *path);
/** The language a path's extension says, as a linguist id; 0 for none. */
uint32_t symbol_world_language(const char *path);

#endif
