/* What the files of an open work tree share. Private to the module. */
#ifndef GAZ_REPO_WORKTREE_PRIVATE_H
#define GAZ_REPO_WORKTREE_PRIVATE_H

#include <sys/stat.h>

#include "gaz/base/map.h"
#include "gaz/repo/ignore.h"
#include "git_index.h"
#include "repo.h"

struct gaz_worktree {
    char *root_path;
    int root; /* O_PATH */
    dev_t device;
    ino_t inode;
    char *index_path, *exclude_path;
    gaz_index index;
    gaz_ignore *ignore;        /* .gitignore and info/exclude, as read so far */
    GAZ_VEC(char *) rule_dirs; /* where .gitignore files were found */
    gaz_map rules_at;          /* the same, to look up */
};

/** Opens what lies at a path below the root, itself and on the way there without following links.
 * @return the descriptor, or -1 with errno */
int gaz_worktree_open_at(const gaz_worktree *wt, const char *path, int flags);
gaz_file_stamp gaz_worktree_stamp(const struct stat *info);
/** Reads at most `max` bytes of an open regular file. */
GAZ_CHECKED gaz_status gaz_worktree_read_fd(int fd, const char *path, uint64_t max, gaz_strbuf *out,
                                            gaz_file_stamp *stamp, gaz_error *err);

#endif
