/* Bringing the commit index of a repository up to date, in this process. Private to the pipeline.
 */
#ifndef GAZ_PIPELINE_HISTORY_RUN_H
#define GAZ_PIPELINE_HISTORY_RUN_H

#include "index_run.h"

#include "gaz/base/arena.h"
#include "gaz/repo/history.h"
#include "gaz/store/commits.h"
#include "gaz/store/settings.h"
#include "gaz/text/segment.h"

#define HISTORY_STEP_MS 2000 /* of reading, before what is read is published */

typedef struct history_result {
    uint64_t generation; /* of the index now; 0: there is none */
    bool changed;        /* something was published */
    bool more;           /* the time allowed has passed: call it again */
    bool yielded;        /* … but others come first */
    size_t read;         /* commits read out of the repository */
    size_t commits;      /* in the index now */
    size_t files;        /* of the index now */
    size_t merged;       /* files that were put together */
    gaz_commits_end end;
    int64_t elapsed_us;
} history_result;

/**
 * One step: reads the newest commits of a repository's branches, as the last generation has them,
 * that its commit index lacks, and publishes it with them. Takes the repository's lock. What could
 * not be read is recorded in the index and is no failure. It ends early, having published what it
 * has, when request->yield says so or, without one, when another run of the repository is queued.
 * @param request  of it repo, inflight, suspects (any: commits are read one at a time) and yield
 * @param step_ms  time for reading; 0: no limit
 */
GAZ_CHECKED gaz_status history_step(gaz_store *store, const gaz_settings *settings,
                                    const index_request *request, int64_t step_ms,
                                    history_result *out, gaz_error *err);
/** Steps until there is nothing left to read. @param out  of all steps */
GAZ_CHECKED gaz_status history_update(gaz_store *store, const gaz_settings *settings,
                                      const index_request *request, history_result *out,
                                      gaz_error *err);

/* ---- its parts ---- */

/* A commit as it was read: the record for the index and the text for searching. */
typedef struct history_item {
    gaz_oid id;
    uint32_t missing; /* of its parents */
    bool crashes;     /* reading what it changed ended a process: only what it says is recorded */
    gaz_arena arena;
    gaz_strbuf text;
    gaz_commit_record record;
    gaz_status status;
    gaz_error err;
} history_item;

/* Reads a commit, what it changed and the lines of that. Only failures of this machine, such as
 * want of memory, are failures: what the repository lacks is told by the record's flags. */
GAZ_CHECKED gaz_status history_read(gaz_repo *repo, history_item *item, gaz_error *err);

/* Reads the commits of a list in order, some ahead, with several threads. */
typedef struct history_reader history_reader;
GAZ_CHECKED gaz_status history_reader_new(const char *git_dir, unsigned threads, inflight *flight,
                                          history_reader **out, gaz_error *err);
void history_reader_free(history_reader *r);
/* @param items  at most HISTORY_BATCH, with id and missing set: read them all */
#define HISTORY_BATCH 32
GAZ_CHECKED gaz_status history_reader_read(history_reader *r, history_item *items, size_t count,
                                           gaz_error *err);
void history_item_init(history_item *item);
void history_item_release(history_item *item);

/* Writes one file of the index and the segments of its diffs. */
typedef struct history_writer {
    gaz_store *store;
    gaz_run *run;
    gaz_commits_writer *commits;
    gaz_segment_writer *diffs;
    gaz_strbuf path; /* of `diffs` */
    gaz_commits_file file;
} history_writer;
GAZ_CHECKED gaz_status history_writer_open(gaz_store *store, gaz_run *run, history_writer *out,
                                           gaz_error *err);
void history_writer_release(history_writer *w);
GAZ_CHECKED gaz_status history_writer_add(history_writer *w, const gaz_commit_record *record,
                                          const gaz_strbuf *text, gaz_error *err);
/* Copies a commit that an index holds. @param segments  of the file it is in, with their documents
 * laid end to end */
typedef struct history_source {
    gaz_commits *index;
    gaz_segment **segments; /* of all files, in order */
    uint32_t *first;        /* per file: its first segment; and one more */
    gaz_block_cache *cache;
    gaz_arena arena;
} history_source;
GAZ_CHECKED gaz_status history_source_open(gaz_store *store, gaz_commits *index,
                                           history_source *out, gaz_error *err);
void history_source_release(history_source *s);
GAZ_CHECKED gaz_status history_writer_copy(history_writer *w, history_source *from,
                                           gaz_commit_place place, gaz_error *err);
/* Ends the last segment of diffs. */
GAZ_CHECKED gaz_status history_writer_end_diffs(history_writer *w, gaz_error *err);

#endif
