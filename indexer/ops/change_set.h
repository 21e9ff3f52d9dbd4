/* What a request says was changed: files and lines, a range of revisions, or a unified diff.
 * Private to the ops module. */
#ifndef GAZ_OPS_CHANGE_SET_H
#define GAZ_OPS_CHANGE_SET_H

#include "code_answer.h"
#include "gaz/base/vec.h"

#define CHANGE_SPANS_MAX 20000 /* of all files; beyond it files count whole */

/* A changed file. */
typedef struct change_file {
    const char *path, *from; /* from: its name before, or NULL; NUL-terminated */
    const char *change;      /* "modified", "added", "deleted", "renamed" */
    uint32_t file;           /* in the ref; UINT32_MAX: it is not there */
    const char *side;        /* of a diff: "before" or "after", which the ref has; NULL: neither */
    uint32_t first, count;   /* of its spans among the items; no spans: all of it */
    bool whole;
} change_file;

typedef struct change_set {
    GAZ_VEC(change_file) files;
    GAZ_VEC(gaz_graph_change) items; /* of files that the ref has */
    bool complete;                   /* false: there are more */
} change_set;

/* Begins the answer at the revision that the request is about: of a range, its end. */
GAZ_CHECKED gaz_status change_set_begin(code_answer *a, gaz_call *call, gaz_error *err);
/* Reads the parameters `change` (or `path`) and `range`, or the body. Release in any case.
 * @param list  the parameter that names files */
GAZ_CHECKED gaz_status change_set_read(change_set *set, code_answer *a, const char *list,
                                       gaz_error *err);
void change_set_release(change_set *set);
/* "changes": [{path, from, change, in_ref, lines, side}]. */
void change_set_put(const change_set *set, code_answer *a);

#endif
