/* A small git repository, a home, and index runs in this process. For the tests of this folder. */
#ifndef GAZ_TESTS_RUN_SUPPORT_H
#define GAZ_TESTS_RUN_SUPPORT_H

#include "gaz_test.h"

#include "gaz/query/engine.h"
#include "index_run.h"
#include "run_tool.h"

typedef struct bench {
    char *dir, *work; /* a temporary folder; the repository in it */
    gaz_settings settings;
    gaz_store *store;
    gaz_engine *engine;
} bench;

/** Setup and teardown of cmocka: an empty repository `work`, registered as "app". */
int bench_setup(void **state);
int bench_teardown(void **state);
/** Writes a file of the work tree. */
void bench_write(const bench *b, const char *path, const char *text, size_t len);
/** Commits the work tree as it is. */
void bench_commit(const bench *b);
/** An index run that must succeed. @param rev nullable */
gaz_run_result bench_index(bench *b, const char *rev);
/** An engine of its own with these settings changed: "key=value", ended by NULL. */
void bench_engine(bench *b, ...) __attribute__((sentinel));
/** Findings of gaz_check_all(); 0 when all is well. */
unsigned bench_check(const bench *b);

typedef struct found {
    gaz_status status;
    gaz_error error;
    gaz_search_result result;
    unsigned files, lines;
    gaz_strbuf paths; /**< one per line */
} found;
void bench_search(const bench *b, const gaz_search_request *request, found *out);
void found_release(found *f);

#endif
