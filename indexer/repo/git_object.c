/* Whole objects by id, and the two kinds that are read for their links: commits and tags. libgit2
 * reads packs only (see loose_object.c). Sizes are looked at before content is read. Commits, tags
 * and trees are always hashed: they decide what is indexed, and a store that hands out other bytes
 * than the id promises could make a tree contain itself. SHA-1 by OpenSSL is twice as fast as
 * libgit2's. */
#include "gaz/repo/worktree.h"
#include "repo.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc_cap.h"
#include "loose_object.h"

#define CAP_SLACK ((size_t)4 << 20) /* what libgit2 needs besides the object */

static const git_oid *as_git(const gaz_oid *oid)
{
    _Static_assert(sizeof(git_oid) == GAZ_OID_SIZE,
                   "libgit2 with SHA-256 ids is another interface");
    return (const git_oid *)oid;
}

static gaz_status failed(int code, const gaz_oid *oid, gaz_error *err)
{
    char hex[GAZ_OID_HEX];
    gaz_oid_format(oid, hex);
    const git_error *why = git_error_last();
    if (code == GIT_ENOTFOUND)
        return gaz_error_set(err, GAZ_E_NOT_FOUND, "object %s is not in the repository", hex);
    if (gaz_alloc_cap_hit())
        return gaz_error_set(err, GAZ_E_LIMIT,
                             "object %s needs more memory than an object may take", hex);
    if (why && why->klass == GIT_ERROR_NOMEMORY)
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory reading object %s", hex);
    gaz_error_set(err, GAZ_E_CORRUPT, "object %s cannot be read: %s", hex,
                  why && why->message ? why->message : "damaged");
    gaz_error_hint(err, "run git fsck in the repository");
    return GAZ_E_CORRUPT;
}

bool gaz_repo_renew_packs(gaz_repo *repo)
{
    git_odb *packs = NULL;
    if (!gaz_object_dirs_changed(&repo->dirs) ||
        gaz_object_dirs_open_packs(&repo->dirs, &packs, NULL) != GAZ_OK)
        return false;
    git_odb_free(repo->packs);
    repo->packs = packs;
    return true;
}

static gaz_status pack_header(gaz_repo *repo, const gaz_oid *oid, size_t *size, git_object_t *type,
                              gaz_error *err)
{
    git_error_clear();
    gaz_alloc_cap_set(GAZ_TREE_BYTES_MAX);
    int code = git_odb_read_header(size, type, repo->packs, as_git(oid));
    if (code != 0 && gaz_repo_renew_packs(repo))
        code = git_odb_read_header(size, type, repo->packs, as_git(oid));
    gaz_status st = code == 0 ? GAZ_OK : failed(code, oid, err);
    gaz_alloc_cap_set(SIZE_MAX);
    return st;
}

static gaz_status read_header(gaz_repo *repo, const gaz_oid *oid, size_t *size, git_object_t *type,
                              gaz_error *err)
{
    gaz_loose loose;
    gaz_status st = gaz_loose_read(&repo->dirs, oid, 0, false, &loose, err);
    if (st == GAZ_E_NOT_FOUND)
        return pack_header(repo, oid, size, type, err);
    if (st == GAZ_OK) {
        *size = loose.size;
        *type = loose.type;
    }
    return st;
}

/* The id of an object, or false when out of memory. */
static bool hash_object(const char *type, const void *data, size_t len, gaz_oid *out)
{
    char header[64];
    int n = snprintf(header, sizeof header, "%s %zu", type, len);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool done = ctx && EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) == 1 &&
                EVP_DigestUpdate(ctx, header, (size_t)n + 1) == 1 &&
                EVP_DigestUpdate(ctx, data, len) == 1 &&
                EVP_DigestFinal_ex(ctx, out->id, NULL) == 1;
    EVP_MD_CTX_free(ctx);
    return done;
}

gaz_status gaz_blob_id(const void *data, size_t len, gaz_oid *out, gaz_error *err)
{
    return hash_object("blob", data, len, out)
               ? GAZ_OK
               : gaz_error_set(err, GAZ_E_NOMEM, "out of memory hashing a file");
}

static bool hashes_to(const gaz_object *object, const gaz_oid *oid, bool *out_of_memory)
{
    gaz_oid got;
    bool done = hash_object(git_object_type2string(object->type), object->data, object->len, &got);
    *out_of_memory = !done;
    return done && gaz_oid_compare(&got, oid) == 0;
}

static gaz_status verify_hash(const gaz_object *object, const gaz_oid *oid, gaz_error *err)
{
    bool oom;
    if (hashes_to(object, oid, &oom))
        return GAZ_OK;
    char hex[GAZ_OID_HEX];
    gaz_oid_format(oid, hex);
    if (oom)
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory hashing object %s", hex);
    gaz_error_set(err, GAZ_E_CORRUPT, "object %s does not hash to its id", hex);
    gaz_error_hint(err, "run git fsck in the repository");
    return GAZ_E_CORRUPT;
}

static gaz_status read_packed(gaz_repo *repo, const gaz_oid *oid, size_t max, gaz_object *out,
                              gaz_error *err)
{
    size_t size = 0;
    git_object_t type;
    gaz_status st = pack_header(repo, oid, &size, &type, err);
    if (st != GAZ_OK)
        return st;
    if (size > max) {
        char hex[GAZ_OID_HEX];
        gaz_oid_format(oid, hex);
        return gaz_error_set(err, GAZ_E_LIMIT,
                             "object %s has %zu bytes, more than the limit of %zu", hex, size, max);
    }
    gaz_alloc_cap_set(max < SIZE_MAX - CAP_SLACK ? max + CAP_SLACK : SIZE_MAX);
    int code = git_odb_read(&out->packed, repo->packs, as_git(oid));
    if (code != 0 && gaz_repo_renew_packs(repo))
        code = git_odb_read(&out->packed, repo->packs, as_git(oid));
    if (code != 0)
        st = failed(code, oid, err);
    gaz_alloc_cap_set(SIZE_MAX);
    if (st != GAZ_OK)
        return st;
    out->data = git_odb_object_data(out->packed);
    out->len = git_odb_object_size(out->packed);
    out->type = git_odb_object_type(out->packed);
    return GAZ_OK;
}

gaz_status gaz_object_read(gaz_repo *repo, const gaz_oid *oid, size_t max, bool verify,
                           gaz_object *out, gaz_error *err)
{
    gaz_loose loose;
    gaz_object object = {.data = NULL};
    gaz_status st = gaz_loose_read(&repo->dirs, oid, max, true, &loose, err);
    if (st == GAZ_E_NOT_FOUND)
        st = read_packed(repo, oid, max, &object, err);
    else if (st == GAZ_OK)
        object = (gaz_object){
            .loose = loose.data, .data = loose.data, .len = loose.size, .type = loose.type};
    if (st == GAZ_OK && verify)
        st = verify_hash(&object, oid, err);
    if (st == GAZ_OK)
        *out = object;
    else
        gaz_object_free(&object);
    return st;
}

void gaz_object_free(gaz_object *object)
{
    git_odb_object_free(object->packed);
    free(object->loose);
    *object = (gaz_object){.data = NULL};
}

/* A header line `name value` at `at`; the value's start and, through `next`, the line after. NULL
 * when it is not there. */
static const char *header_line(const char *at, const char *end, const char *name, const char **next)
{
    size_t n = strlen(name);
    if ((size_t)(end - at) < n + 1 || memcmp(at, name, n) != 0 || at[n] != ' ')
        return NULL;
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    if (!line_end)
        return NULL;
    *next = line_end + 1;
    return at + n + 1;
}

static bool line_oid(const char *value, const char *next, gaz_oid *out)
{
    char hex[GAZ_OID_HEX];
    if (next - value != GAZ_OID_HEX)
        return false;
    memcpy(hex, value, GAZ_OID_HEX - 1);
    hex[GAZ_OID_HEX - 1] = '\0';
    return gaz_oid_parse(hex, out, NULL) == GAZ_OK;
}

/* "Name <mail> 1700000000 +0100": the number after the last '>'. Out of range or absent: 0. */
static int64_t line_time(const char *value, const char *next)
{
    const char *p = next;
    while (p > value && p[-1] != '>')
        p--;
    if (p == value)
        return 0;
    while (*p == ' ')
        p++;
    int64_t seconds = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (seconds > (INT64_MAX - 9) / 10)
            return 0;
        seconds = seconds * 10 + (*p - '0');
    }
    return seconds;
}

static gaz_status malformed(const gaz_oid *oid, const char *what, gaz_error *err)
{
    char hex[GAZ_OID_HEX];
    gaz_oid_format(oid, hex);
    return gaz_error_set(err, GAZ_E_CORRUPT, "%s %s is malformed", what, hex);
}

gaz_status gaz_commit_read(gaz_repo *repo, const gaz_oid *oid, gaz_commit *out, uint32_t nth,
                           gaz_oid *parent, gaz_error *err)
{
    gaz_object object = {.data = NULL};
    char hex[GAZ_OID_HEX];
    gaz_status st = gaz_object_read(repo, oid, GAZ_COMMIT_BYTES_MAX, true, &object, err);
    if (st != GAZ_OK)
        return st;
    gaz_oid_format(oid, hex);
    gaz_commit commit = {.committed = 0};
    gaz_oid found;
    uint32_t parents = 0;
    const char *at = (const char *)object.data, *end = at + object.len, *next, *value;
    if (object.type != GIT_OBJECT_COMMIT) {
        st = gaz_error_set(err, GAZ_E_INVALID, "%s is a %s, not a commit", hex,
                           git_object_type2string(object.type));
        goto done;
    }
    if (!(value = header_line(at, end, "tree", &next)) || !line_oid(value, next, &commit.tree)) {
        st = malformed(oid, "commit", err);
        goto done;
    }
    for (at = next; (value = header_line(at, end, "parent", &next)); at = next) {
        parents++;
        if (parents == nth && !line_oid(value, next, &found)) {
            st = malformed(oid, "commit", err);
            goto done;
        }
    }
    if (header_line(at, end, "author", &next))
        at = next;
    if ((value = header_line(at, end, "committer", &next)))
        commit.committed = line_time(value, next);
    if (nth > parents) {
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "commit %s has %u parent%s", hex, parents,
                           parents == 1 ? "" : "s");
        goto done;
    }
    *out = commit;
    if (nth)
        *parent = found;
done:
    gaz_object_free(&object);
    return st;
}

gaz_status gaz_object_peel(gaz_repo *repo, const gaz_oid *oid, gaz_oid *commit, gaz_error *err)
{
    gaz_oid at = *oid;
    char hex[GAZ_OID_HEX];
    gaz_oid_format(oid, hex);
    for (int depth = 0; depth < GAZ_PEEL_DEPTH; depth++) {
        git_object_t type;
        size_t size;
        gaz_status st = read_header(repo, &at, &size, &type, err);
        if (st != GAZ_OK)
            return st;
        if (type == GIT_OBJECT_COMMIT) {
            *commit = at;
            return GAZ_OK;
        }
        if (type != GIT_OBJECT_TAG)
            return gaz_error_set(err, GAZ_E_INVALID, "%s is a %s, not a commit", hex,
                                 git_object_type2string(type));
        gaz_object tag = {.data = NULL};
        st = gaz_object_read(repo, &at, GAZ_COMMIT_BYTES_MAX, true, &tag, err);
        if (st != GAZ_OK)
            return st;
        const char *text = (const char *)tag.data, *next;
        const char *value = header_line(text, text + tag.len, "object", &next);
        bool good = value && line_oid(value, next, &at);
        gaz_object_free(&tag);
        if (!good)
            return malformed(oid, "tag", err);
    }
    return gaz_error_set(err, GAZ_E_LIMIT, "%s is a tag of more than %d tags", hex, GAZ_PEEL_DEPTH);
}

gaz_status gaz_repo_commit_time(gaz_repo *repo, const gaz_oid *oid, int64_t *seconds,
                                gaz_error *err)
{
    gaz_commit commit;
    gaz_status st = gaz_commit_read(repo, oid, &commit, 0, NULL, err);
    if (st == GAZ_OK)
        *seconds = commit.committed;
    return st;
}

static gaz_status need_blob(git_object_t type, const gaz_oid *oid, gaz_error *err)
{
    if (type == GIT_OBJECT_BLOB)
        return GAZ_OK;
    char hex[GAZ_OID_HEX];
    gaz_oid_format(oid, hex);
    return gaz_error_set(err, GAZ_E_CORRUPT, "%s is a %s where a file's content should be", hex,
                         git_object_type2string(type));
}

gaz_status gaz_repo_blob_size(gaz_repo *repo, const gaz_oid *oid, uint64_t *size, gaz_error *err)
{
    size_t bytes = 0;
    git_object_t type;
    gaz_status st = read_header(repo, oid, &bytes, &type, err);
    if (st == GAZ_OK)
        st = need_blob(type, oid, err);
    if (st == GAZ_OK)
        *size = bytes;
    return st;
}

gaz_status gaz_repo_blob(gaz_repo *repo, const gaz_oid *oid, uint64_t max, bool verify,
                         gaz_strbuf *out, gaz_error *err)
{
    gaz_object object = {.data = NULL};
    gaz_status st = gaz_object_read(repo, oid, max, verify, &object, err);
    if (st != GAZ_OK)
        return st;
    st = need_blob(object.type, oid, err);
    if (st == GAZ_OK) {
        gaz_strbuf_reset(out);
        gaz_strbuf_add(out, object.data, object.len);
        st = gaz_strbuf_check(out, err);
    }
    gaz_object_free(&object);
    return st;
}
