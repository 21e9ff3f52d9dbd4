/* A ref opened for questions about its code: its files, their symbols, the graph between them, and
 * what names mean. It pins the generation it was opened at. */
#ifndef GAZ_CONTEXT_CODE_H
#define GAZ_CONTEXT_CODE_H

#include "gaz/graph/resolve.h"
#include "gaz/query/ref_files.h"

#define GAZ_CODE_GRAPHS_MAX 64

/** Graphs kept from question to question; a newer one is made from the one before. Threading: any
 * thread. */
typedef struct gaz_code_cache gaz_code_cache;
/** @param graphs  kept at most, 1 to GAZ_CODE_GRAPHS_MAX; the least recently used goes first
 * @param engine, store, settings  borrowed, outlive the cache */
GAZ_CHECKED gaz_status gaz_code_cache_new(gaz_engine *engine, gaz_store *store,
                                          const gaz_settings *settings, unsigned graphs,
                                          gaz_code_cache **out, gaz_error *err);
void gaz_code_cache_free(gaz_code_cache *cache);

/** Brings in symbols that files of a repository lack; installed by the program that can.
 * @param missing  how many files lack them
 * @return whether there may be more of them now */
typedef bool (*gaz_symbols_fetch)(void *ctx, const char *repo, uint32_t missing,
                                  int64_t deadline_us);
void gaz_code_cache_set_symbols_fetch(gaz_code_cache *cache, gaz_symbols_fetch fetch, void *ctx);

/** Not shared between threads. */
typedef struct gaz_code gaz_code;
/** Opens a ref: as gaz_ref_files_open(). Where files lack their symbols they are brought in, once
 * for each generation: a commit that was just pushed has them.
 * @param deadline_us  monotonic, of all questions to it */
GAZ_CHECKED gaz_status gaz_code_open(gaz_code_cache *cache, const char *repo, const char *rev,
                                     int64_t deadline_us, gaz_code **out, gaz_error *err);
void gaz_code_close(gaz_code *code);

gaz_ref_files *gaz_code_files(gaz_code *code);
/** Borrowed, as all below. */
gaz_symbol_view *gaz_code_symbols(gaz_code *code);
/** Whether all files that have symbols have theirs read. */
bool gaz_code_symbols_complete(const gaz_code *code);
/** GAZ_E_TIMEOUT when another thread makes one until the deadline. */
GAZ_CHECKED gaz_status gaz_code_graph(gaz_code *code, gaz_graph **out, gaz_error *err);
/**
 * What compilers say of the ref: the SCIP indexes of its commit, and where it has none of a
 * directory and tool, the last one that was imported, as far as its files are the same here.
 * @param out  NULL when there are none
 */
GAZ_CHECKED gaz_status gaz_code_scip(gaz_code *code, gaz_scip_edges **out, gaz_error *err);
/** One for all questions of this opening. */
GAZ_CHECKED gaz_status gaz_code_resolver(gaz_code *code, gaz_resolver **out, gaz_error *err);
/** A text of a fact: from the file's text where it stands there. Lives as long as the code. */
GAZ_CHECKED gaz_status gaz_code_text(gaz_code *code, uint32_t file, const gaz_symbol_text *text,
                                     const char **out, size_t *len, gaz_error *err);

#endif
