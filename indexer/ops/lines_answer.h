/* Questions that the repository of a ref answers itself. Private to the ops module. */
#ifndef GAZ_OPS_LINES_ANSWER_H
#define GAZ_OPS_LINES_ANSWER_H

#include "handlers.h"

/* The directory of a ref's repository; free() it. */
GAZ_CHECKED gaz_status repo_git_dir(const gaz_call *call, const gaz_ref_files *files, char **out,
                                    gaz_error *err);
/* Fails unless a file of the ref is the very one that its commit has: in a work tree it may not be.
 */
GAZ_CHECKED gaz_status lines_check_blob(const gaz_ref_file *file, const gaz_oid *blob,
                                        gaz_error *err);
/* commit, author, authored, committed, summary, task, merge. */
void put_told_commit(gaz_json_writer *w, const gaz_told_commit *c);

#endif
