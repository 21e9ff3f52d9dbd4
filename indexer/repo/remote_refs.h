/* What a remote has: its branches, its tags, and where its HEAD points, as `git ls-remote` tells.
 */
#ifndef GAZ_REPO_REMOTE_REFS_H
#define GAZ_REPO_REMOTE_REFS_H

#include "git_command.h"
#include "repo.h"

typedef struct gaz_remote_refs {
    bool unsure;     /**< nothing is listed, over http: see gaz_remote_refs_differ() */
    bool known;      /**< false: there are too many to list */
    gaz_strbuf text; /**< what names point into */
    gaz_ref *items;  /**< refs/heads/ and refs/tags/, in byte order of names, each once */
    size_t len;
    const char *head; /**< the full name HEAD is a symbolic reference to; NULL: not told */
    gaz_oid head_oid; /**< zero: none */
} gaz_remote_refs;

/** Asks the remote. More than 16 MiB of references are no failure: `known` is false then. */
GAZ_CHECKED gaz_status gaz_remote_refs_read(gaz_git_command *c, const char *url,
                                            gaz_remote_refs *out, gaz_error *err);
void gaz_remote_refs_release(gaz_remote_refs *refs);

/**
 * What HEAD of a clone should hold: "ref: refs/heads/main" or 40 digits; appended to `out`.
 * Nothing when it is well as it is, or nothing better is known.
 */
GAZ_CHECKED gaz_status gaz_remote_refs_head(const gaz_remote_refs *refs, gaz_repo *clone,
                                            gaz_strbuf *out, gaz_error *err);
/**
 * Whether a clone has other branches, tags or another HEAD.
 *
 * @return GAZ_E_REMOTE when a clone that has something is told over http that there is nothing: an
 * answer cut short in its head looks so too, and believing it would remove every branch
 */
GAZ_CHECKED gaz_status gaz_remote_refs_differ(const gaz_remote_refs *refs, gaz_repo *clone,
                                              bool *differ, gaz_error *err);

#endif
