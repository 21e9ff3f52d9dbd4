/* What the fault tests share: a small repository with several states, homes that index it, what
 * they must say, and children that may be killed. */
#ifndef GAZ_TESTS_FAULT_SUPPORT_H
#define GAZ_TESTS_FAULT_SUPPORT_H

#include "gaz_test.h"

#include <stdbool.h>

#include "fault_syscalls.h"
#include "gaz/base/hash.h"
#include "gaz/base/strbuf.h"
#include "gaz/pipeline/runner.h"
#include "gaz/query/engine.h"
#include "gaz/store/store.h"
#include "proof.h"

#define FAULT_STATES 6
#define FAULT_REPO "little"

/* ---- chance and scale ---- */

/** What GAZ_TEST_SEED makes of a generator for proof_random(); the seed is printed once. */
uint64_t fault_seed(void);

/* ---- a repository with states ---- */

/** main and topic move between commits: state k is main at commit k, topic at commit k+1
 * (wrapping). */
typedef struct fault_world {
    char *dir;
    char *git_dir;
    gaz_oid commits[FAULT_STATES];
    char *dumps[FAULT_STATES]; /**< the logical dump of a clean index of each state */
} fault_world;

/** Group fixtures: *state is a fault_world. */
int fault_world_setup(void **state);
int fault_world_teardown(void **state);
void fault_set_state(const fault_world *w, unsigned state);
/** The version that left.txt and right.txt both carry in a state of main. */
#define FAULT_PAIR "pair version %u of the twins\n"

/* ---- homes ---- */

/** Makes a home with the repository registered, not indexed. The name is the caller's to free. */
char *fault_home_new(const fault_world *w, const char *name);
/** Index runs, as gaz-worker does them, but in this process. */
gaz_status fault_index(const char *home, gaz_run_result *out, gaz_error *err);
/** Merges all segments of all pools into as few as there can be. */
gaz_status fault_merge(const char *home, gaz_error *err);
gaz_status fault_sweep(const char *home, gaz_error *err);
/** The logical dump; NULL and `err` when it cannot be had. */
char *fault_dump(const char *home, gaz_error *err);
/** Fails the test unless gaz_check_all() passes without findings. @param when  said in the message
 */
void fault_assert_sound(const char *home, const char *when);
/** Findings of gaz_check_all(), one per line; NULL and `err` when checking could not go on. */
char *fault_findings(const char *home, gaz_error *err);
/** Sweeps without grace and fails the test when a file is left that nothing refers to. */
void fault_assert_swept(const char *home, const char *when);
/** Fails the test unless the home's dump is that of the state. */
void fault_assert_state(const fault_world *w, const char *home, unsigned state, const char *when);
/** Which state's dump the home has (of two candidates, which may be -1 for an empty index); fails
 * the test when neither. */
int fault_which_state(const fault_world *w, const char *home, int a, int b, const char *when);

/* ---- files ---- */

void fault_copy_tree(const char *from, const char *to);
void fault_remove(const char *path);
void fault_join(char *out, size_t size, const char *dir, const char *name);
/** Regular files below a directory, relative, sorted; NULL-terminated, the caller's to free each
 * and the list. */
char **fault_list(const char *dir);
void fault_list_free(char **list);
char *fault_read(const char *path, size_t *len);
void fault_write(const char *path, const void *data, size_t len);

/* ---- searching ---- */

/** Every hit as "repo:path:line\n" in order; the result's completeness. @return what
 * gaz_engine_search() gave */
gaz_status fault_search(gaz_engine *engine, const char *query, gaz_strbuf *hits,
                        gaz_search_result *result, gaz_error *err);
/** An engine on a home. */
typedef struct fault_engine {
    gaz_settings settings;
    gaz_store *store;
    gaz_engine *engine;
} fault_engine;
gaz_status fault_engine_open(const char *home, fault_engine *out, gaz_error *err);
void fault_engine_close(fault_engine *e);

/* ---- children ---- */

typedef struct fault_outcome {
    bool killed;       /**< by SIGKILL */
    int ended;         /**< as waitpid() gives it */
    bool finished;     /**< the body returned */
    gaz_status status; /**< … what it returned */
    gaz_error error;
    uint64_t calls; /**< seen before the end */
} fault_outcome;
typedef gaz_status (*fault_body)(void *ctx, gaz_error *err);
/** Runs `body` in a child process under a plan. Fails the test when the child ends in any other way
 * than by SIGKILL or returning. */
void fault_child(fault_plan plan, fault_body body, void *ctx, fault_outcome *out);

#endif
