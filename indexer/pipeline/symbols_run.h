/* Symbols of a repository: brought up to date after its text. Private to the pipeline. */
#ifndef GAZ_PIPELINE_SYMBOLS_RUN_H
#define GAZ_PIPELINE_SYMBOLS_RUN_H

#include "gaz/base/map.h"
#include "gaz/symbols/symbols.h"
#include "index_run.h"

typedef struct symbols_result {
    uint64_t generation; /* published; 0: nothing was */
    uint64_t documents;  /* read */
    uint64_t failed;     /* of them: not read whole */
} symbols_result;

/* Brings the symbols of all refs of a repository up to date: reads the documents that have none,
 * writes them to segments, publishes each when it is full and the last with how far all refs are.
 * It ends early, having published what it has, when request->yield says so. */
GAZ_CHECKED gaz_status symbols_update(gaz_store *store, const gaz_settings *settings,
                                      const index_request *request, symbols_result *out,
                                      gaz_error *err);
/* Merges small or mostly dead symbol segments of a pool, as merge_pool() does those of text. */
GAZ_CHECKED gaz_status symbols_merge(gaz_store *store, const gaz_settings *settings, int64_t pool,
                                     bool all, gaz_error *err);
/* A pool's part of gaz_check_all(). */
GAZ_CHECKED gaz_status symbols_check_pool(gaz_store *store, const gaz_snapshot *snapshot,
                                          const gaz_snapshot_pool *pool, gaz_check_report report,
                                          void *ctx, uint64_t *checked, gaz_error *err);
/* A repository's part of gaz_repair_all(), under its lock: what says that it is complete and is not
 * is looked over by the next run. @param mended whether there was such a ref */
GAZ_CHECKED gaz_status symbols_repair_repo(gaz_store *store, const gaz_snapshot *snapshot,
                                           const gaz_snapshot_repo *repo, bool *mended,
                                           gaz_error *err);

/* ---- what these share ---- */

/* Over the fingerprints of all languages: changes when any facts may. */
uint64_t symbols_version(void);
/* Whether the symbols of a ref are all there. */
bool symbols_complete(const gaz_ref_row *ref);
GAZ_CHECKED gaz_status symbols_open_segments(gaz_store *store, const gaz_snapshot *snapshot,
                                             int64_t pool, gaz_symbol_segment ***out, size_t *count,
                                             gaz_error *err);
void symbols_close_segments(gaz_symbol_segment **segments, size_t count);
/* The newest facts of a document. GAZ_E_NOT_FOUND without a message. */
GAZ_CHECKED gaz_status symbols_find(gaz_symbol_segment *const *segments, size_t count,
                                    const gaz_symbol_key *key, size_t *segment, uint32_t *doc,
                                    gaz_error *err);
/* Where the text of an entry lies, and the language its symbols are read in; 0: it has none. */
typedef struct symbols_place {
    uint32_t language, segment, doc;
} symbols_place;
GAZ_CHECKED gaz_status symbols_classify(gaz_segment *const *segments, size_t count,
                                        const gaz_manifest_entry *entry, symbols_place *out,
                                        gaz_error *err);

/* A document to be read, and what became of it. */
typedef struct symbols_work {
    gaz_symbol_key key;
    uint32_t segment, doc; /* of its text */
    uint32_t size;
    _Atomic uint16_t result; /* 0: not read yet; else SYMBOLS_READ and its outcome */
} symbols_work;
#define SYMBOLS_READ 0x100u

typedef struct symbols_job {
    gaz_store *store;
    const gaz_settings *settings;
    const index_request *request;
    gaz_run *run;
    gaz_segment *const *segments;
    symbols_work *work;
    size_t count;
    int64_t started_us;
    /* Takes a finished segment; called under a lock. */
    gaz_status (*finished)(void *ctx, const gaz_symbol_row *row, gaz_error *err);
    void *ctx;
} symbols_job;
/* Puts work into the order it is read in. */
void symbols_order(const symbols_job *job);
/* Reads documents with all threads. GAZ_OK also when it was told to yield: not all work is done
 * then. */
GAZ_CHECKED gaz_status symbols_extract(const symbols_job *job, gaz_error *err);
/* Facts as the store takes them; arrays live in the arena, texts where they were. */
GAZ_CHECKED gaz_status symbols_convert(const gaz_facts *facts, const char *text, size_t len,
                                       gaz_arena *arena, gaz_symbol_facts *out, gaz_error *err);

#endif
