/* A work tree that changes at random, and what git says it holds: for tests of overlays. */
#ifndef GAZ_TESTS_TREE_STEPS_H
#define GAZ_TESTS_TREE_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine_fixture.h"

typedef struct tree_steps {
    char tree[600]; /* the work tree, a repository of its own */
    uint64_t random;
    unsigned step;
    char last[800]; /* what the last step was */
} tree_steps;

/** Makes a repository with some commits at `dir`/tree. */
void tree_steps_init(tree_steps *t, const char *dir, uint64_t seed);
/** Does one thing: files are saved in place or by rename, deleted, moved, replaced by directories
 * or links and back; ignore files, the index, commits and branches change. */
void tree_steps_do(tree_steps *t);

/**
 * What the tree holds by git's rules (git ls-files, existing files, their bytes' ids), one line
 * each: "KIND ID PATH", in byte order of paths; paths quoted. free() it.
 */
char *tree_expected(const char *tree);
/** What the published overlay of a repository says, in the same form; NULL when there is none. */
char *tree_published(gaz_store *store, const char *repo);
/** Fails the test, showing where they part, unless both are equal. */
void tree_assert_same(const char *expected, const char *actual, const char *after);

#endif
