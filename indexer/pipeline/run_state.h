/* The state of an index run, and the steps it is made of. Private to index_run.c and run_*.c. */
#ifndef GAZ_PIPELINE_RUN_STATE_H
#define GAZ_PIPELINE_RUN_STATE_H

#include "gaz/base/map.h"
#include "index_run.h"

/* A ref that the run brings up to date. */
typedef struct target {
    char *name;
    gaz_ref_kind kind;
    gaz_oid commit;
    bool head;
    const gaz_ref_row *before; /* the same ref in the last generation */
    gaz_manifest *base;
    tree_changes changes;
    bool same; /* nothing to do but perhaps the head flag */
    gaz_manifest_row manifest;
    gaz_manifest *loaded;
    uint32_t files;
} target;

typedef struct run_state {
    gaz_store *store;
    const gaz_settings *settings;
    const index_request *request;
    gaz_repo_row row;
    bool have_row;
    gaz_repo *repo;
    gaz_snapshot *snapshot;
    const gaz_snapshot_repo *was;
    GAZ_VEC(target) targets;
    gaz_arena arena;
    gaz_run *run;
    gaz_progress progress;
    int64_t started_us;
    bool rules_changed;
    char rules[17];
    blob_list blobs;
    gaz_map seen;
    int64_t pool;
    gaz_segment **segments;
    size_t segment_count;
    segment_list written;
    gaz_oid resolved;
    const char *fetch_line;
    gaz_strbuf note; /* of a run of branches */
} run_state;

static inline gaz_status run_no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for an index run");
}
/* Tells whoever watches. */
void run_set_phase(run_state *r, gaz_phase phase);

/* ---- exclusion rules (run_rules.c) ---- */

/* The operator's patterns may change between runs: then differences between commits do not say all.
 * A digest of those the manifests were made with lies beside the repositories; when it is lost,
 * trees are compared whole, which is always right. Sets r->rules_changed. */
GAZ_CHECKED gaz_status run_check_rules(run_state *r, gaz_error *err);
/* A revision run under new rules leaves the branches under the old ones: then no digest is true of
 * all. To be called before anything is published. */
GAZ_CHECKED gaz_status run_forget_rules(run_state *r, gaz_error *err);
/* After a run of branches was published. */
GAZ_CHECKED gaz_status run_keep_rules(run_state *r, gaz_error *err);

/* ---- texts (run_texts.c) ---- */

/* Notes the blobs that a target's changes need. */
GAZ_CHECKED gaz_status run_want_blobs(run_state *r, const target *t, gaz_error *err);
/* Chooses the pool, and writes what it lacks to new segments: r->written. */
GAZ_CHECKED gaz_status run_index_texts(run_state *r, gaz_error *err);

/* ---- manifests and publication (run_publish.c) ---- */

/* The target's manifest, once it is known which blobs could not be read. */
GAZ_CHECKED gaz_status run_write_manifest(run_state *r, target *t, gaz_error *err);
/* Publishes on top of a generation in which the pool still holds all that this run found in it.
 * GAZ_E_BUSY: the run has to be made again. */
GAZ_CHECKED gaz_status run_publish_over(const run_state *r, gaz_publication *pub,
                                        uint64_t *generation, gaz_error *err);
/* All that the run made, in one transaction; nothing when nothing is new. GAZ_E_BUSY: the run has
 * to be made again. */
GAZ_CHECKED gaz_status run_publish(run_state *r, gaz_run_result *out, gaz_error *err);

#endif
