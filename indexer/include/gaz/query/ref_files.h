/* The files of one ref of a repository, held open: what everything that is asked about code ranges
 * over. It pins the generation it was opened at: nothing in it changes while it is held. */
#ifndef GAZ_QUERY_REF_FILES_H
#define GAZ_QUERY_REF_FILES_H

#include "gaz/query/engine.h"
#include "gaz/store/store.h"

/** Threading: any number of readers. */
typedef struct gaz_ref_files gaz_ref_files;

/**
 * Opens a ref.
 * @param repo  exact name, or NULL: the only repository there is
 * @param rev   or NULL: the default branch; one that is not indexed is brought in
 * @return GAZ_E_NOT_FOUND (with near misses), GAZ_E_INVALID without a name where there are several
 */
GAZ_CHECKED gaz_status gaz_ref_files_open(gaz_engine *engine, const char *repo, const char *rev,
                                          gaz_ref_files **out, gaz_error *err);
gaz_ref_files *gaz_ref_files_ref(gaz_ref_files *files);
void gaz_ref_files_unref(gaz_ref_files *files);

typedef struct gaz_ref_head {
    const char *repo, *branch; /**< live as long as the files */
    gaz_oid commit;
    char generation[33];  /**< opaque: changes with what answers can be made of it */
    const char *manifest; /**< name of the list of files: equal for equal files */
    bool is_commit;       /**< false: what lies in the work tree over the commit */
} gaz_ref_head;
const gaz_ref_head *gaz_ref_files_head(const gaz_ref_files *files);

/** The SCIP indexes of its repository, the last imported first; they live as long as the files. */
const gaz_scip_row *gaz_ref_files_scip(const gaz_ref_files *files, size_t *count);
/** Its repository's row in the catalogue. */
int64_t gaz_ref_files_repo(const gaz_ref_files *files);

/** What a file is for, in the order of static rank. */
typedef enum gaz_file_role {
    GAZ_FILE_SOURCE,
    GAZ_FILE_DOCS,
    GAZ_FILE_EXAMPLE,
    GAZ_FILE_TEST,
    GAZ_FILE_GENERATED,
    GAZ_FILE_VENDORED
} gaz_file_role;
/** "source", "docs", … Static. */
const char *gaz_file_role_name(gaz_file_role role);

typedef struct gaz_ref_file {
    const char *path; /**< not NUL-terminated */
    uint32_t path_len;
    uint32_t language; /**< 0: none */
    uint32_t lines, text_len;
    gaz_oid blob;
    gaz_file_role role;
    const char *skip; /**< NULL, or why it has no text */
} gaz_ref_file;

/** NULL, or why some of the files cannot be read: "damaged", or "unavailable" for now. Static. */
const char *gaz_ref_files_trouble(const gaz_ref_files *files);

/** Files are numbered from 0 in byte order of paths. */
uint32_t gaz_ref_files_count(const gaz_ref_files *files);
void gaz_ref_files_at(const gaz_ref_files *files, uint32_t file, gaz_ref_file *out);
/** Numbers of files in order of static rank: gaz_ref_files_count() of them. */
const uint32_t *gaz_ref_files_order(const gaz_ref_files *files);
/** The number of a file; UINT32_MAX when there is none of that path. */
uint32_t gaz_ref_files_exact(const gaz_ref_files *files, const char *path);
/** The files at or below a path ("" for all): `count` of them from `first` on. False when there are
 * none. */
bool gaz_ref_files_below(const gaz_ref_files *files, const char *path, size_t len, uint32_t *first,
                         uint32_t *count);
/** The same with GAZ_E_NOT_FOUND, and near misses. */
GAZ_CHECKED gaz_status gaz_ref_files_find(const gaz_ref_files *files, const char *path,
                                          uint32_t *file, gaz_error *err);
/** The file of exactly this path, one that is kept out of the index too, or UINT32_MAX. */
uint32_t gaz_ref_files_lookup(const gaz_ref_files *files, const char *path, size_t len);
/** The first file whose path is not less than `path`; their number when there is none. */
uint32_t gaz_ref_files_from(const gaz_ref_files *files, const char *path, size_t len);
/**
 * Replaces `text` by a file's text as it is searched (UTF-8), or by lines [first, last] of it,
 * 1-based; 0, 0: all. Empty for a file without text.
 * @return GAZ_E_LIMIT over the setting query.memory; GAZ_E_CORRUPT, GAZ_E_BUSY when it cannot be
 *         read
 */
GAZ_CHECKED gaz_status gaz_ref_files_text(gaz_ref_files *files, uint32_t file, uint32_t first,
                                          uint32_t last, gaz_strbuf *text, gaz_error *err);

/**
 * The symbols of the files, by their numbers, ranked as gaz_ref_files_order() has them. It lives as
 * long as the files. gaz_symbol_view_counts() tells how many files lack theirs so far. Made at the
 * first question about a generation: tens of milliseconds for a large repository.
 */
GAZ_CHECKED gaz_status gaz_ref_files_symbols(gaz_ref_files *files, gaz_symbol_view **symbols,
                                             gaz_error *err);

#endif
