/* Seeded histories that go through everything a history can: adds, edits, deletes, renames of files
 * and directories, files that become directories, links and submodules, modes, merges,
 * force-pushes, branches made and deleted, odd names, changed ignore files. The same seed gives the
 * same objects. */
#ifndef GAZ_TESTS_HOSTILE_HISTORY_H
#define GAZ_TESTS_HOSTILE_HISTORY_H

#include "hostile_repo.h"

typedef struct hostile_history hostile_history;

typedef struct hostile_branch {
    char name[32]; /**< short: "main", "topic/3" */
    gaz_oid commit;
} hostile_branch;

/** What the repository looks like after a step. */
typedef struct hostile_step {
    unsigned number;                /**< 1-based */
    const char *what;               /**< for messages: "merge", "force-push", …; static */
    const hostile_branch *branches; /**< all there are, "main" first; valid until the next step */
    size_t count;
    const char *head; /**< the short name of the branch HEAD points to */
} hostile_step;

/** Makes `dir`, which must not exist, a bare repository with a first commit on main. */
hostile_history *hostile_history_new(const char *dir, uint64_t seed);
void hostile_history_free(hostile_history *history);
/** Makes one change and writes it to the repository. */
void hostile_history_step(hostile_history *history, hostile_step *out);
/** The repository, for tests that want to add to it. */
hostile_repo *hostile_history_repo(hostile_history *history);

#endif
