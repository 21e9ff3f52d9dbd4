/* Unified diffs as text: which files they change, and which lines. Nothing is applied. */
#ifndef GAZ_REPO_PATCH_H
#define GAZ_REPO_PATCH_H

#include <stdbool.h>
#include "gaz/base/arena.h"

#define GAZ_PATCH_BYTES_MAX ((size_t)16 << 20)
#define GAZ_PATCH_FILES_MAX 10000
#define GAZ_PATCH_HUNKS_MAX 100000

/** A hunk. `lines` are its body: each begins with ' ', '-', '+' or '\\'. Points into the diff. */
typedef struct gaz_patch_hunk {
    uint32_t old_start, old_lines, new_start, new_lines; /**< as its head says */
    const char *lines;
    size_t len;
} gaz_patch_hunk;

typedef struct gaz_patch_file {
    const char *before, *after; /**< paths, NUL-terminated, in the arena; NULL: the file is made, or
                                   removed */
    bool binary;                /**< it changes, but no lines are told */
    gaz_patch_hunk *hunks;
    uint32_t hunk_count;
} gaz_patch_file;

typedef struct gaz_patch {
    gaz_patch_file *files;
    uint32_t count;
} gaz_patch;

/**
 * Parses what `git diff`, `diff -u` and `git format-patch` print; text around it is passed over.
 * Prefixes a/ and b/ (i/, w/, c/, o/ too) are taken off, quoted paths are unquoted.
 * @param arena  what `out` points to lives there, and in `text`
 * @return GAZ_E_INVALID with the line in the message: no diff, a hunk that is cut short or longer
 * than its head says, a hunk without a file; GAZ_E_LIMIT
 */
GAZ_CHECKED gaz_status gaz_patch_parse(const char *text, size_t len, gaz_arena *arena,
                                       gaz_patch *out, gaz_error *err);

#endif
