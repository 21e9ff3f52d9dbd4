/* What the files of this module share: an open repository, its references, and whole objects. */
#ifndef GAZ_REPO_REPO_H
#define GAZ_REPO_REPO_H

#include <git2.h>
#include "gaz/repo/git.h"
#include "object_dirs.h"

#define GAZ_REFS_MAX 1000000                    /**< references of one repository */
#define GAZ_REF_NAME_MAX 1024                   /**< bytes of a reference's full name */
#define GAZ_SYMREF_DEPTH 5                      /**< as git */
#define GAZ_TREE_BYTES_MAX ((size_t)256 << 20)  /**< of one tree object */
#define GAZ_COMMIT_BYTES_MAX ((size_t)64 << 20) /**< of one commit or tag object */
#define GAZ_PEEL_DEPTH 16                       /**< tags of tags */

struct gaz_repo {
    char *git_dir;    /**< of this work tree: HEAD is here */
    char *common_dir; /**< of the repository: refs, objects, config */
    gaz_object_dirs dirs;
    git_odb *packs;
    struct gaz_tree_cache *trees;
};

/** What the configuration file says about the format of a repository. */
typedef struct gaz_repo_format {
    int version;
    char object_format[32]; /**< "sha1" when nothing is said */
    char ref_storage[32];   /**< "files" when nothing is said */
    char unknown[64];       /**< an extension we do not know; empty: none */
} gaz_repo_format;
/** Reads the `config` file itself, without includes. A missing file is the oldest format. */
GAZ_CHECKED gaz_status gaz_repo_format_read(const char *common_dir, gaz_repo_format *out,
                                            gaz_error *err);

/** Reads a small regular file (never a device or a pipe); GAZ_E_NOT_FOUND, GAZ_E_LIMIT. Appends to
 * `out`. */
GAZ_CHECKED gaz_status gaz_repo_read_small(const char *path, size_t max, gaz_strbuf *out,
                                           gaz_error *err);

/** Opens the packs again when there are others than before, after a fetch or a repack. False when
 * there are not. */
bool gaz_repo_renew_packs(gaz_repo *repo);

/** A whole object. Free with gaz_object_free(). */
typedef struct gaz_object {
    git_odb_object *packed; /**< what `data` belongs to, or */
    uint8_t *loose;         /**< … this */
    const uint8_t *data;    /**< NUL-terminated */
    size_t len;
    git_object_t type;
} gaz_object;
/** Reads an object and checks that it hashes to its id when `verify`. GAZ_E_NOT_FOUND,
 * GAZ_E_CORRUPT, GAZ_E_LIMIT. */
GAZ_CHECKED gaz_status gaz_object_read(gaz_repo *repo, const gaz_oid *oid, size_t max, bool verify,
                                       gaz_object *out, gaz_error *err);
void gaz_object_free(gaz_object *object);
/** Follows tags from `oid` to a commit. GAZ_E_INVALID when it is something else. */
GAZ_CHECKED gaz_status gaz_object_peel(gaz_repo *repo, const gaz_oid *oid, gaz_oid *commit,
                                       gaz_error *err);

typedef struct gaz_commit {
    gaz_oid tree;
    int64_t committed; /**< seconds since the epoch; 0 when the commit does not say */
} gaz_commit;
/** @param nth  which parent to tell, 1-based; 0: none  @param parent  set when nth is not 0;
 * GAZ_E_NOT_FOUND when there is no such parent */
GAZ_CHECKED gaz_status gaz_commit_read(gaz_repo *repo, const gaz_oid *oid, gaz_commit *out,
                                       uint32_t nth, gaz_oid *parent, gaz_error *err);

/** Looks up a full name ("HEAD", "refs/heads/main") through symbolic references. GAZ_E_NOT_FOUND
 * (also: unborn), GAZ_E_CORRUPT.
 * @param final  nullable; gets the name the last symbolic reference holds, or `name` */
GAZ_CHECKED gaz_status gaz_ref_lookup(gaz_repo *repo, const char *name, gaz_oid *oid,
                                      gaz_strbuf *final, gaz_error *err);

typedef struct gaz_ref {
    const char *name; /**< full */
    gaz_oid oid;      /**< as stored, not peeled; zero when the reference is broken */
} gaz_ref;
typedef struct gaz_refs {
    gaz_ref *items; /**< in byte order of names, each once */
    size_t len, cap;
    struct gaz_arena *arena;
} gaz_refs;
/** Lists the references below `prefix` ("refs/heads/"). */
GAZ_CHECKED gaz_status gaz_refs_list(gaz_repo *repo, const char *prefix, gaz_refs *out,
                                     gaz_error *err);
void gaz_refs_free(gaz_refs *refs);
/** Whether git would accept it as a full reference name. */
bool gaz_ref_name_valid(const char *name);

#endif
