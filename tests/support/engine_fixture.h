/* A home directory with everything that works on it: store, engine, and a runner that starts the
 * gaz-worker of this build. */
#ifndef GAZ_TESTS_ENGINE_FIXTURE_H
#define GAZ_TESTS_ENGINE_FIXTURE_H

#include "gaz/pipeline/runner.h"
#include "gaz/query/engine.h"

typedef struct fixture {
    char *home;
    gaz_settings settings;
    gaz_log log;
    gaz_store *store;
    gaz_engine *engine;
    gaz_runner *runner;
} fixture;

/** Opens `dir`/`name`, made when absent. Unindexed revisions are brought in on demand, as in the
 * program. */
void fixture_open(fixture *f, const char *dir, const char *name);
void fixture_close(fixture *f);
/** Another engine over the same store, with its own number of threads. */
gaz_engine *fixture_engine(fixture *f, gaz_settings *settings, const char *threads);

/** Adds a repository without indexing it. @param patterns  of branches, ended by NULL; NULL: HEAD
 */
void fixture_add(fixture *f, const char *source, const char *name, const char *const *patterns);
/** An index run, which must succeed. */
gaz_run_result fixture_index(fixture *f, const char *repo);
/** The same, for runs that may fail. @param rev nullable */
gaz_status fixture_try_index(fixture *f, const char *repo, const char *rev, gaz_run_result *out,
                             gaz_error *err);
/** Merges all segments of every pool. */
void fixture_merge_all(fixture *f);
/** Fails the test, with the findings, when gaz_check_all() finds anything. */
void fixture_check(fixture *f);
/** The logical dump; free() it. */
char *fixture_dump(fixture *f, const char *repo);
/** Segments and documents (live or not) that all pools hold. */
void fixture_count(fixture *f, size_t *segments, uint64_t *documents);

/** What a search gave: every hit in canonical text, and the result. */
typedef struct answer_text {
    gaz_status status;
    gaz_error error;
    gaz_strbuf text;     /**< "file REPO PATH…", "  LINE RANGES TEXT" */
    size_t files, lines; /**< rendered */
    gaz_search_result result;
} answer_text;
/** A query against every repository, at most `limit` files. @param cursor nullable */
void fixture_search(gaz_engine *engine, const char *query, uint32_t limit, const char *cursor,
                    answer_text *out);
void answer_text_release(answer_text *a);

#endif
