/* An opened ref and what is kept from question to question. Private to the context module. */
#ifndef GAZ_CODE_PRIVATE_H
#define GAZ_CODE_PRIVATE_H

#include <pthread.h>

#include "gaz/base/arena.h"
#include "gaz/context/code.h"

typedef struct kept_graph {
    char *repo, *branch;
    gaz_symbol_view *symbols; /* it was made from these */
    gaz_graph *graph;
    uint64_t used;
} kept_graph;

#define ASKED_KEPT 64
#define SCIP_KEPT 16 /* edges of so many refs, as far as memory goes */

typedef struct kept_scip {
    char generation[33]; /* of the ref: it says which files and which indexes */
    gaz_scip_edges *edges;
    uint64_t used;
} kept_scip;

struct gaz_code_cache {
    gaz_engine *engine;
    gaz_store *store;
    const gaz_settings *settings;
    unsigned max;
    pthread_mutex_t lock; /* over the graphs and edges */
    pthread_mutex_t
        building; /* one graph at a time: it takes all of a core, and others wait for it */
    pthread_mutex_t loading; /* edges of one ref at a time, likewise */
    kept_graph graphs[GAZ_CODE_GRAPHS_MAX];
    kept_scip scip[SCIP_KEPT];
    uint64_t clock;
    gaz_symbols_fetch fetch;
    void *fetch_ctx;
    uint64_t
        asked[ASKED_KEPT]; /* hashes of repositories and generations symbols were fetched for */
    unsigned asked_at;
};

struct gaz_code {
    gaz_code_cache *cache;
    gaz_ref_files *files;
    gaz_symbol_view *symbols; /* borrowed from the files */
    gaz_graph *graph;
    gaz_scip_edges *scip; /* NULL: not asked for yet, or there are none */
    gaz_resolver *resolver;
    int64_t deadline_us;
    gaz_arena texts;
    uint32_t text_file; /* whose text is in `text` */
    gaz_strbuf text;
};

/** Takes a lock for as long as the questions have time. @param what  others make: for the message
 */
GAZ_CHECKED gaz_status code_lock(const gaz_code *code, pthread_mutex_t *lock, const char *what,
                                 gaz_error *err);
/** The callbacks of a tree of SCIP over the files of a ref; the rest is zero. */
gaz_scip_tree code_scip_tree(gaz_ref_files *files);
/** Gives up the edges that are kept. */
void code_scip_drop(gaz_code_cache *cache);

#endif
