/* The bytes of a file of the commit index, and what its readers share. Private to the store.
 *
 * A sealed file (docs/FORMAT.md) of kind "CMIT":
 *
 *   section 0  an SQLite database, read in place (commit_vfs.c)
 *   section 1  the state of the index whose newest file this is (commit_state.c)
 *   section 2  per commit 32 bytes, little-endian: i64 committer's time, u32 author, u32 committer
 *              (rows of `people`), u32 first parent (in section 4), u16 flags, u16 parents,
 *              u32 bytes of the message, u32 changes
 *   section 3  per commit its id, 20 bytes
 *   section 4  ids of parents
 *
 * Commits are numbered from 0 in the order of the walk when the file was written. Tables:
 *
 *   commits   id, oid, author_time, author_offset, commit_offset, message
 *   people    id, name, email
 *   paths     id (from 0, in byte order of paths), path, posts: per commit that changed it,
 * ascending, varint (number − that before) · 8 + kind changes   id of the commit, packed: per
 * change, ascending by path, varint (path − that before) · 8 + kind, and after a RENAMED varint of
 * the path before messages  FTS5 over the messages, without their text */
#ifndef GAZ_STORE_COMMIT_FORMAT_H
#define GAZ_STORE_COMMIT_FORMAT_H

#include "gaz/base/map.h"
#include "gaz/base/varint.h"
#include "gaz/store/commits.h"
#include "store_private.h"

enum {
    COMMIT_DATABASE = 0,
    COMMIT_STATE = 1,
    COMMIT_RECORDS = 2,
    COMMIT_OIDS = 3,
    COMMIT_PARENTS = 4
};
#define COMMIT_RECORD_SIZE 32
#define COMMIT_NONE UINT32_MAX

typedef struct commit_fixed {
    int64_t when;
    uint32_t author, committer, parents_at, message_len, changes;
    unsigned flags, parent_count;
} commit_fixed;

static inline void commit_fixed_encode(uint8_t out[COMMIT_RECORD_SIZE], const commit_fixed *f)
{
    gaz_put_le64(out, (uint64_t)f->when);
    gaz_put_le32(out + 8, f->author);
    gaz_put_le32(out + 12, f->committer);
    gaz_put_le32(out + 16, f->parents_at);
    gaz_put_le16(out + 20, (uint16_t)f->flags);
    gaz_put_le16(out + 22, (uint16_t)f->parent_count);
    gaz_put_le32(out + 24, f->message_len);
    gaz_put_le32(out + 28, f->changes);
}

static inline commit_fixed commit_fixed_decode(const uint8_t *p)
{
    return (commit_fixed){.when = (int64_t)gaz_le64(p),
                          .author = gaz_le32(p + 8),
                          .committer = gaz_le32(p + 12),
                          .parents_at = gaz_le32(p + 16),
                          .flags = gaz_le16(p + 20),
                          .parent_count = gaz_le16(p + 22),
                          .message_len = gaz_le32(p + 24),
                          .changes = gaz_le32(p + 28)};
}

/* ---- an opened file ---- */

typedef struct commit_file {
    char name[GAZ_SEALED_NAME];
    gaz_sealed *sealed;
    gaz_db db;
    uint32_t count; /* commits */
    uint32_t paths;
    uint32_t people;
    const uint8_t *records;
    const gaz_oid *oids;
    const gaz_oid *parents;
    uint32_t parent_count;
    uint32_t *ranks;  /* of commits; COMMIT_NONE: not in the index */
    uint32_t *person; /* row of people → number in the index */
} commit_file;

/** What an index has decoded of its newest file's state. */
typedef struct commit_state {
    gaz_commits_state state; /* owned: tips, order */
    char (*names)[GAZ_SEALED_NAME];
    uint32_t *counts; /* commits of each older file */
    size_t file_count;
} commit_state;

struct gaz_commits {
    atomic_uint refs;
    pthread_mutex_t lock; /* databases are one caller's at a time */
    bool lock_made;
    uint64_t generation;
    commit_file *files;
    gaz_commits_file *rows;
    size_t file_count;
    commit_state state;
    uint64_t message_bytes;                     /* of all commits in the index */
    const char **person_names, **person_emails; /* by number in the index; loaded when asked for */
    uint32_t person_count;
    gaz_arena people_arena;
    bool people_loaded;
    gaz_map by_id; /* id → rank + 1; made when asked for */
    bool ids_loaded;
};

static inline commit_fixed commit_fixed_at(const gaz_commits *x, uint32_t rank)
{
    gaz_commit_place place = x->state.state.order[rank];
    return commit_fixed_decode(x->files[place.file].records +
                               (size_t)place.local * COMMIT_RECORD_SIZE);
}

/* commit_vfs.c */
#define COMMIT_VFS "gaz-sealed"
/** Makes the reader of databases inside sealed files known to SQLite; once is enough. */
GAZ_CHECKED gaz_status gaz_commit_vfs(gaz_error *err);

/* commit_state.c */
GAZ_CHECKED gaz_status gaz_commit_state_encode(const gaz_commits_state *state,
                                               const gaz_commits_file *older, size_t older_count,
                                               gaz_strbuf *out, gaz_error *err);
/** GAZ_E_CORRUPT. Places are checked by the caller, who knows the files. */
GAZ_CHECKED gaz_status gaz_commit_state_decode(const uint8_t *data, size_t len, commit_state *out,
                                               gaz_error *err);
void gaz_commit_state_release(commit_state *state);

/* commit_open.c */
GAZ_CHECKED gaz_status gaz_commit_file_open(gaz_store *store, const char *name, commit_file *out,
                                            gaz_error *err);
void gaz_commit_file_close(commit_file *f);
/** Turns a failure of the database inside a file into one of that file. */
gaz_status gaz_commit_fail(const commit_file *f, gaz_status st, const gaz_error *why,
                           gaz_error *err);
/** Numbers the people of all files, equal ones once. Under the lock. */
GAZ_CHECKED gaz_status gaz_commits_load_people(gaz_commits *x, gaz_error *err);
GAZ_CHECKED gaz_status gaz_commits_load_ids(gaz_commits *x, gaz_error *err);

/* commit_paths.c, under the lock */
/** The first path of a file that is not below `path` in byte order: its number, or f->paths. */
GAZ_CHECKED gaz_status gaz_commit_path_bound(commit_file *f, const char *path, size_t len,
                                             uint32_t *out, gaz_error *err);
/** The numbers of a path, or of all below a directory: [*from, *to). */
GAZ_CHECKED gaz_status gaz_commit_path_range(commit_file *f, const char *path, size_t len,
                                             bool below, uint32_t *from, uint32_t *to,
                                             gaz_error *err);
typedef struct commit_post {
    uint32_t rank;
    gaz_commit_change_kind kind;
} commit_post;
typedef GAZ_VEC(commit_post) commit_posts;
/** Appends the changes of a range of paths by commits in the index, in no order. */
GAZ_CHECKED gaz_status gaz_commit_posts(gaz_commits *x, size_t file, uint32_t from, uint32_t to,
                                        commit_posts *out, gaz_error *err);
/** All changes of a path, newest first, a commit once (the strongest kind). */
GAZ_CHECKED gaz_status gaz_commit_path_posts(gaz_commits *x, const char *path, size_t len,
                                             bool below, commit_posts *out, gaz_error *err);
/** The path of a number. Lives in the arena. */
GAZ_CHECKED gaz_status gaz_commit_path_text(commit_file *f, uint32_t number, gaz_arena *arena,
                                            const char **out, size_t *len, gaz_error *err);

typedef struct commit_packed {
    gaz_commit_change_kind kind;
    uint32_t path, from; /* numbers; from: COMMIT_NONE but for a RENAMED */
} commit_packed;
typedef GAZ_VEC(commit_packed) commit_changes;
/** What a commit changed, by numbers of paths: replaces `out`. */
GAZ_CHECKED gaz_status gaz_commit_packed(commit_file *f, uint32_t local, commit_changes *out,
                                         gaz_error *err);

/* commit_filter.c, under the lock */
typedef struct commit_sieve {
    const gaz_commits_filter *filter;
    bool *people;      /* by number; NULL: all */
    uint64_t *reached; /* by rank; NULL: all */
    uint64_t *worded;  /* by rank; NULL: all */
} commit_sieve;
GAZ_CHECKED gaz_status gaz_commit_sieve_make(gaz_commits *x, const gaz_commits_filter *filter,
                                             commit_sieve *out, gaz_error *err);
void gaz_commit_sieve_release(commit_sieve *s);
/** Whether all but the path lets a commit through. */
bool gaz_commit_sieve_pass(const gaz_commits *x, const commit_sieve *s, uint32_t rank);

static inline bool commit_bit(const uint64_t *bits, uint32_t at)
{
    return bits[at / 64] >> (at % 64) & 1;
}
static inline void commit_set_bit(uint64_t *bits, uint32_t at)
{
    bits[at / 64] |= UINT64_C(1) << (at % 64);
}

/* commit_words.c, under the lock */
/** The commits whose messages hold all of some words. */
GAZ_CHECKED gaz_status gaz_commit_words_all(gaz_commits *x, const char *words, uint64_t *bits,
                                            gaz_error *err);
/** Makes gaz_hits() known to a database with FTS5 tables. */
GAZ_CHECKED gaz_status gaz_commit_words_prepare(commit_file *f, gaz_error *err);

#endif
