/* Repositories no git would write: made object by object, so that names, orders, sizes and links
 * can be anything. For tests: a failure of the generator itself prints a message and aborts. Needs
 * libgit2, started by gaz_git_init(). */
#ifndef GAZ_TESTS_HOSTILE_REPO_H
#define GAZ_TESTS_HOSTILE_REPO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gaz/base/hash.h"

/** A bare repository being written. Not shared between threads. */
typedef struct hostile_repo hostile_repo;

/** Makes `dir`, which must not exist, a bare repository whose HEAD is refs/heads/main, which does
 * not exist yet. */
hostile_repo *hostile_new(const char *dir);
/** Opens one made by hostile_new() again. */
hostile_repo *hostile_open(const char *dir);
void hostile_free(hostile_repo *h);
const char *hostile_dir(const hostile_repo *h);

gaz_oid hostile_blob(hostile_repo *h, const void *data, size_t len);
gaz_oid hostile_text(hostile_repo *h, const char *text);

typedef struct hostile_entry {
    const char *mode; /**< octal digits: "100644", "40000", "120000", "160000", or nonsense */
    const char *name; /**< written as it is */
    gaz_oid oid;
} hostile_entry;
/** Writes the entries in the order given. */
gaz_oid hostile_tree(hostile_repo *h, const hostile_entry *entries, size_t count);
/** @param when  seconds since the epoch of author and committer */
gaz_oid hostile_commit(hostile_repo *h, const gaz_oid *tree, const gaz_oid *parents, size_t count,
                       int64_t when, const char *message);
/** An annotated tag object of anything. @param type  of the object: "commit", "tag", … */
gaz_oid hostile_tag(hostile_repo *h, const gaz_oid *object, const char *type, const char *name);
/** An object of any content. @param type  "blob", "tree", "commit" or "tag" */
gaz_oid hostile_object(hostile_repo *h, const char *type, const void *data, size_t len);

/** Writes a loose reference; NULL deletes it. @param name  full: "refs/heads/main" */
void hostile_ref(hostile_repo *h, const char *name, const gaz_oid *oid);
/** Writes a file below the repository's directory, and the directories above it. */
void hostile_file(hostile_repo *h, const char *name, const char *content, unsigned mode);
/** One commit of the tree on refs/heads/main. */
gaz_oid hostile_main(hostile_repo *h, const gaz_oid *tree);

typedef enum hostile_damage {
    HOSTILE_GONE,     /**< the object's file is removed */
    HOSTILE_CUT,      /**< its last half is */
    HOSTILE_FLIPPED,  /**< one bit in the middle of the compressed stream is */
    HOSTILE_EMPTY,    /**< the file has no bytes */
    HOSTILE_OTHER,    /**< well-formed content that does not hash to the id */
    HOSTILE_BOASTING, /**< the header promises 10 GB */
    HOSTILE_BOMB      /**< 64 MB of one byte follow a header that promises ten bytes */
} hostile_damage;
/** Damages an object written before. */
void hostile_damage_object(hostile_repo *h, const gaz_oid *oid, hostile_damage how);
/** Writes a loose object of any content under any id. */
void hostile_object_as(hostile_repo *h, const gaz_oid *oid, const char *type, const void *data,
                       size_t len);
/** Writes a pack with one small blob that is a delta of a base that claims to have `base_size`
 * bytes. @return its id, as the index tells it */
gaz_oid hostile_delta_pack(hostile_repo *h, uint64_t base_size);

/** One kind of hostile repository. All but those with `refused` have a commit on main and in it
 * "ok.txt", which says "honest\n". */
typedef struct hostile_kind {
    const char *name;
    bool refused; /**< cannot be opened, or its main cannot be walked */
    /** @param marker  a file that would be made if anything of the repository were run */
    void (*write)(hostile_repo *h, const char *marker);
} hostile_kind;
extern const hostile_kind hostile_kinds[];
extern const size_t hostile_kind_count;

/** The same with parameters. Each writes main. */
void hostile_write_deep(hostile_repo *h, unsigned levels);
void hostile_write_flat(hostile_repo *h, unsigned files);
/** `depth` directories below each other, each with `width` links to the next: width^depth paths
 * from depth objects. @param files  whether there are files at the bottom */
void hostile_write_tree_bomb(hostile_repo *h, unsigned width, unsigned depth, bool files);

#endif
