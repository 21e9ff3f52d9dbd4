/* What answers from history are made of: a ref and the commit index opened, paths as history knows
 * them, filters, and the JSON of commits. Private to the ops module. */
#ifndef GAZ_OPS_HISTORY_ANSWER_H
#define GAZ_OPS_HISTORY_ANSWER_H

#include "gaz/query/commit_search.h"
#include "handlers.h"

/* An answer from the history of a ref, while it is made. */
typedef struct history_answer {
    gaz_call *call;
    int64_t started, deadline;
    gaz_ref_files *files;
    gaz_commit_texts *texts; /* holds the index */
    gaz_commits *index;
    gaz_oid tip;
    bool all; /* every commit of the index counts: it reaches what the ref reaches */
    gaz_strbuf out;
    gaz_json_writer json;
    gaz_arena arena;
    const char *reason; /* why it is not complete */
} history_answer;

/* Opens what `repo` and `rev` name and begins the answer: {repo, branch, commit, generation.
 * Release in any case. GAZ_E_NOT_FOUND when history is not indexed. */
GAZ_CHECKED gaz_status history_begin(history_answer *a, gaz_call *call, gaz_error *err);
/* index, complete, reason, took_us} and out. */
GAZ_CHECKED gaz_status history_end(history_answer *a, gaz_error *err);
void history_release(history_answer *a);

/* A path of the ref or of its past. */
typedef struct history_path {
    const char *text; /* without slashes at its end; "" the root; in the arena */
    size_t len;
    bool directory;
    bool gone; /* it is not in the ref */
} history_path;
/* GAZ_E_NOT_FOUND, with near misses, for what neither the ref nor the index knows. */
GAZ_CHECKED gaz_status history_find_path(history_answer *a, const char *path, history_path *out,
                                         gaz_error *err);
/* Which commits count: those of the ref. `path` is left to the caller. */
gaz_commits_filter history_filter(const history_answer *a);
/* The parameters author, after and before. */
GAZ_CHECKED gaz_status history_read_filter(const history_answer *a, gaz_commits_filter *out,
                                           gaz_error *err);
/* A parameter that names a point in time; 0 when it is absent. */
GAZ_CHECKED gaz_status history_read_time(const gaz_call *call, const char *name, int64_t *seconds,
                                         gaz_error *err);

/* The operation history, of a definition or of lines. */
GAZ_CHECKED gaz_status history_of_lines(gaz_call *call, gaz_error *err);

/* ---- JSON ---- */

/* Seconds since the epoch as a time. */
void put_seconds(gaz_json_writer *w, const char *key, int64_t seconds);
/* "key": {name, email}. */
void put_person(gaz_json_writer *w, const char *key, const char *name, const char *email);
/* The first line of a message, and its Agent-Task. */
void put_message(gaz_json_writer *w, const char *message, size_t len);
/* The members of a commit, without braces. @param whole  its whole message, too */
GAZ_CHECKED gaz_status history_put_commit(history_answer *a, uint32_t rank, bool whole,
                                          gaz_error *err);
/* "added", "deleted", … Static. */
const char *history_change_name(gaz_commit_change_kind kind);
/* "last": {commit}. */
GAZ_CHECKED gaz_status history_put_last(history_answer *a, uint32_t rank, gaz_error *err);
/* "history": how far an index goes; null without one. */
void put_history_end(gaz_json_writer *w, gaz_commits *index);

#endif
