/* References as git's "files" storage keeps them: loose files below refs/, then packed-refs. Read
 * here rather than through libgit2, which wants the repository's configuration for it. A broken
 * reference is listed with a zero id, so that it can be reported instead of vanishing. */
#include "repo.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/arena.h"
#include "gaz/base/fs.h"
#include "gaz/base/vec.h"

#define PACKED_BYTES_MAX ((size_t)256 << 20)
#define ARENA_MAX ((size_t)1 << 30)
#define REF_FILE_MAX 4096
#define DIR_DEPTH_MAX 64
#define SYMBOLIC_MAX                                                                               \
    64 /* symbolic references followed in one listing: each may cost a look through packed-refs */

bool gaz_ref_name_valid(const char *name)
{
    size_t len = strlen(name);
    if (!len || len > GAZ_REF_NAME_MAX || name[len - 1] == '/' || name[len - 1] == '.' ||
        strstr(name, "..") || strstr(name, "@{"))
        return false;
    for (const char *part = name; part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL) {
        size_t n = strcspn(part, "/");
        if (!n || part[0] == '.' || (n >= 5 && memcmp(part + n - 5, ".lock", 5) == 0))
            return false;
    }
    for (const char *p = name; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f || strchr("~^:?*[\\", *p))
            return false;
    return strcmp(name, "@") != 0;
}

/* What a loose reference file says. */
typedef struct loose {
    gaz_oid oid;
    char target[GAZ_REF_NAME_MAX + 1]; /* of a symbolic reference; else empty */
} loose;

static gaz_status broken(const char *name, gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_CORRUPT, "reference '%s' is broken", name);
}

static gaz_status parse_loose(const char *name, const char *text, loose *out, gaz_error *err)
{
    *out = (loose){.target = ""};
    if (strncmp(text, "ref:", 4) == 0) {
        text += 4 + strspn(text + 4, " \t");
        size_t n = strcspn(text, "\r\n");
        while (n && (text[n - 1] == ' ' || text[n - 1] == '\t'))
            n--;
        if (n > GAZ_REF_NAME_MAX)
            return broken(name, err);
        memcpy(out->target, text, n);
        out->target[n] = '\0';
        return gaz_ref_name_valid(out->target) ? GAZ_OK : broken(name, err);
    }
    char hex[GAZ_OID_HEX] = "";
    if (strlen(text) < GAZ_OID_HEX - 1)
        return broken(name, err);
    memcpy(hex, text, GAZ_OID_HEX - 1);
    char after = text[GAZ_OID_HEX - 1];
    if (gaz_oid_parse(hex, &out->oid, NULL) != GAZ_OK || (after && !strchr(" \t\r\n", after)))
        return broken(name, err);
    return GAZ_OK;
}

/* These belong to one work tree; all other names to the repository. */
static const char *home_of(const gaz_repo *repo, const char *name)
{
    static const char *const own[] = {"refs/bisect/", "refs/worktree/", "refs/rewritten/"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strncmp(name, own[i], strlen(own[i])) == 0)
            return repo->git_dir;
    return strncmp(name, "refs/", 5) == 0 ? repo->common_dir : repo->git_dir;
}

static gaz_status read_loose(const char *home, const char *name, loose *out, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT, text = GAZ_STRBUF_INIT;
    gaz_error why = {.status = GAZ_OK};
    gaz_status st = gaz_path_join(&path, home, name, &why);
    if (st == GAZ_OK)
        st = gaz_repo_read_small(path.data, REF_FILE_MAX, &text, &why);
    if (st == GAZ_OK)
        st = parse_loose(name, text.data, out, &why);
    else if (st == GAZ_E_LIMIT)
        st = broken(name, (gaz_error_clear(&why), &why));
    if (st != GAZ_OK)
        gaz_error_set(err, st, "%s", why.message);
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&text);
    return st;
}

static gaz_status read_packed(const gaz_repo *repo, gaz_strbuf *text, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_error why = {.status = GAZ_OK};
    gaz_status st = gaz_path_join(&path, repo->common_dir, "packed-refs", &why);
    if (st == GAZ_OK)
        st = gaz_repo_read_small(path.data, PACKED_BYTES_MAX, text, &why);
    if (st == GAZ_E_NOT_FOUND)
        st = GAZ_OK;
    else if (st != GAZ_OK)
        gaz_error_set(err, st, "%s", why.message);
    gaz_strbuf_release(&path);
    return st;
}

/* The next "<id> <name>" line of packed-refs; `name` is not terminated. */
static bool next_packed(const char **at, const char *end, gaz_oid *oid, const char **name,
                        size_t *len)
{
    while (*at < end) {
        const char *line = *at, *stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop)
            stop = end;
        *at = stop < end ? stop + 1 : end;
        char hex[GAZ_OID_HEX];
        if (stop - line <= GAZ_OID_HEX || line[GAZ_OID_HEX - 1] != ' ')
            continue;
        memcpy(hex, line, GAZ_OID_HEX - 1);
        hex[GAZ_OID_HEX - 1] = '\0';
        if (gaz_oid_parse(hex, oid, NULL) != GAZ_OK)
            continue;
        *name = line + GAZ_OID_HEX;
        *len = (size_t)(stop - *name);
        if (*len && (*name)[*len - 1] == '\r')
            --*len;
        return true;
    }
    return false;
}

static gaz_status find_packed(gaz_repo *repo, const char *name, gaz_oid *oid, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_init(&text, PACKED_BYTES_MAX);
    gaz_status st = read_packed(repo, &text, err);
    const char *at = text.data, *end = text.data + text.len, *found;
    size_t len, want = strlen(name);
    gaz_oid id;
    bool hit = false;
    while (st == GAZ_OK && !hit && next_packed(&at, end, &id, &found, &len))
        hit = len == want && memcmp(found, name, len) == 0;
    gaz_strbuf_release(&text);
    if (st != GAZ_OK)
        return st;
    if (!hit)
        return gaz_error_set(err, GAZ_E_NOT_FOUND, "there is no reference '%s'", name);
    *oid = id;
    return GAZ_OK;
}

gaz_status gaz_ref_lookup(gaz_repo *repo, const char *name, gaz_oid *oid, gaz_strbuf *final,
                          gaz_error *err)
{
    char current[GAZ_REF_NAME_MAX + 1];
    if (!gaz_ref_name_valid(name))
        return gaz_error_set(err, GAZ_E_NOT_FOUND, "'%.100s' is not the name of a reference", name);
    strcpy(current, name);
    for (int depth = 0; depth <= GAZ_SYMREF_DEPTH; depth++) {
        loose got;
        gaz_error why = {.status = GAZ_OK};
        gaz_status st = read_loose(home_of(repo, current), current, &got, &why);
        if (st == GAZ_OK && got.target[0]) {
            strcpy(current, got.target);
            continue;
        }
        if (st == GAZ_E_NOT_FOUND)
            st = find_packed(repo, current, &got.oid, err);
        else if (st != GAZ_OK)
            gaz_error_set(err, st, "%s", why.message);
        if (final) {
            gaz_strbuf_reset(final);
            gaz_strbuf_puts(final, current);
            if (gaz_strbuf_check(final, NULL) != GAZ_OK)
                return gaz_error_set(err, GAZ_E_NOMEM, "out of memory reading reference '%s'",
                                     name);
        }
        if (st == GAZ_OK)
            *oid = got.oid;
        return st;
    }
    return gaz_error_set(err, GAZ_E_CORRUPT, "reference '%s' leads through more than %d others",
                         name, GAZ_SYMREF_DEPTH);
}

static gaz_status add_ref(gaz_refs *refs, const char *name, size_t len, const gaz_oid *oid,
                          gaz_error *err)
{
    if (refs->len >= GAZ_REFS_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "the repository has more than %d references",
                             GAZ_REFS_MAX);
    char *copy = gaz_arena_strndup(refs->arena, name, len);
    if (!copy || !gaz_vec_push(refs, ((gaz_ref){.name = copy, .oid = *oid})))
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory listing references");
    return GAZ_OK;
}

typedef struct scan {
    gaz_repo *repo;
    gaz_refs *refs;
    gaz_strbuf name; /* of the directory being read, with a final '/' */
    int depth;
    unsigned symbolic;
} scan;

static gaz_status scan_dir(scan *s, gaz_error *err);

static gaz_status scan_ref(scan *s, gaz_error *err)
{
    loose got;
    gaz_oid oid = {{0}};
    gaz_status found = read_loose(home_of(s->repo, s->name.data), s->name.data, &got, NULL);
    if (found == GAZ_OK && !got.target[0])
        oid = got.oid;
    else if (found == GAZ_OK && ++s->symbolic <= SYMBOLIC_MAX)
        found = gaz_ref_lookup(s->repo, s->name.data, &oid, NULL, NULL);
    if (found == GAZ_E_NOMEM ||
        found == GAZ_E_IO) /* a branch that is left out is taken for deleted */
        return gaz_error_set(err, found, "cannot read reference '%s'", s->name.data);
    if (found != GAZ_OK && found != GAZ_E_CORRUPT)
        return GAZ_OK; /* gone meanwhile, or not born */
    return add_ref(s->refs, s->name.data, s->name.len, &oid, err);
}

static gaz_status scan_name(void *ctx, const char *base, bool dir, gaz_error *err)
{
    scan *s = ctx;
    size_t keep = s->name.len;
    gaz_strbuf_puts(&s->name, base);
    if (dir)
        gaz_strbuf_puts(&s->name, "/");
    gaz_status st = gaz_strbuf_check(&s->name, err);
    if (st != GAZ_OK)
        return st;
    if (dir) {
        st = s->depth < DIR_DEPTH_MAX && s->name.len < GAZ_REF_NAME_MAX ? scan_dir(s, err) : GAZ_OK;
    } else if (gaz_ref_name_valid(s->name.data)) {
        st = scan_ref(s, err);
    }
    gaz_strbuf_truncate(&s->name, keep);
    return st;
}

static gaz_status scan_dir(scan *s, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_error why = {.status = GAZ_OK};
    s->depth++;
    gaz_status st = gaz_path_join(&path, s->repo->common_dir, s->name.data, &why);
    while (st == GAZ_OK && path.len && path.data[path.len - 1] == '/')
        gaz_strbuf_truncate(&path, path.len - 1);
    if (st == GAZ_OK)
        st = gaz_dir_each(path.data, scan_name, s, &why);
    if (st == GAZ_E_NOT_FOUND)
        st = GAZ_OK;
    else if (st != GAZ_OK)
        gaz_error_set(err, st, "%s", why.message);
    s->depth--;
    gaz_strbuf_release(&path);
    return st;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const gaz_ref *)a)->name, ((const gaz_ref *)b)->name);
}

/* Adds the packed references that no loose one overrides: `refs` holds the loose ones, sorted. */
static gaz_status add_packed(gaz_repo *repo, const char *prefix, gaz_refs *refs, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    size_t loose_count = refs->len, skip = strlen(prefix), len;
    char copy[GAZ_REF_NAME_MAX + 1];
    const char *name;
    gaz_oid oid;
    gaz_strbuf_init(&text, PACKED_BYTES_MAX);
    gaz_status st = read_packed(repo, &text, err);
    const char *at = text.data, *end = text.data + text.len;
    while (st == GAZ_OK && next_packed(&at, end, &oid, &name, &len)) {
        if (len <= skip || len > GAZ_REF_NAME_MAX || memcmp(name, prefix, skip) != 0)
            continue;
        memcpy(copy, name, len);
        copy[len] = '\0';
        gaz_ref key = {.name = copy};
        if (strlen(copy) != len || !gaz_ref_name_valid(copy) ||
            (loose_count && bsearch(&key, refs->items, loose_count, sizeof key, by_name)))
            continue;
        st = add_ref(refs, copy, len, &oid, err);
    }
    gaz_strbuf_release(&text);
    return st;
}

gaz_status gaz_refs_list(gaz_repo *repo, const char *prefix, gaz_refs *out, gaz_error *err)
{
    gaz_refs refs = {.arena = calloc(1, sizeof(gaz_arena))};
    if (!refs.arena)
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory listing references");
    gaz_arena_init(refs.arena, ARENA_MAX);
    scan s = {.repo = repo, .refs = &refs, .name = GAZ_STRBUF_INIT};
    gaz_strbuf_puts(&s.name, prefix);
    gaz_status st = gaz_strbuf_check(&s.name, err);
    if (st == GAZ_OK)
        st = scan_dir(&s, err);
    gaz_strbuf_release(&s.name);
    if (refs.len)
        qsort(refs.items, refs.len, sizeof refs.items[0], by_name);
    if (st == GAZ_OK)
        st = add_packed(repo, prefix, &refs, err);
    if (refs.len)
        qsort(refs.items, refs.len, sizeof refs.items[0], by_name);
    size_t kept = 0;
    for (size_t i = 0; i < refs.len; i++)
        if (!kept || strcmp(refs.items[kept - 1].name, refs.items[i].name) != 0)
            refs.items[kept++] = refs.items[i];
    refs.len = kept;
    if (st == GAZ_OK)
        *out = refs;
    else
        gaz_refs_free(&refs);
    return st;
}

void gaz_refs_free(gaz_refs *refs)
{
    if (refs->arena)
        gaz_arena_release(refs->arena);
    free(refs->arena);
    gaz_vec_free(refs);
    refs->arena = NULL;
}
