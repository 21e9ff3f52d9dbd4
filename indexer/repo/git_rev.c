/* Revisions: what `git rev-parse REV^{commit}` takes, without the forms that search (":/text",
 * "^{/text}"), read paths
 * ("rev:path") or logs ("main@{1}"): their cost has no bound, and revisions come from callers who
 * are not trusted. Names are looked for in git's order (man gitrevisions): HEAD-like, refs/, tags,
 * heads, remotes; then origin's branches. */
#include "repo.h"
#include "loose_object.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 1000000 /* ancestors one revision may walk over */
#define HEX_MIN 4
#define NEAR_MAX 20000 /* references compared with a name that is not there */
#define NEAR_NAME 128

static gaz_status try_names(gaz_repo *repo, const char *name, gaz_oid *oid, gaz_error *err)
{
    static const char *const before[] = {"",
                                         "refs/",
                                         "refs/tags/",
                                         "refs/heads/",
                                         "refs/remotes/",
                                         "refs/remotes/",
                                         "refs/remotes/origin/"};
    static const char *const after[] = {"", "", "", "", "", "/HEAD", ""};
    char full[GAZ_REF_NAME_MAX + 64];
    if (strlen(name) > GAZ_REF_NAME_MAX - 32)
        return GAZ_E_NOT_FOUND;
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        /* A plain name in the git directory is HEAD, ORIG_HEAD, …: never "config" or "index". */
        bool capital = name[0] && name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-")] == '\0';
        if (i == 0 && strncmp(name, "refs/", 5) != 0 && !capital)
            continue;
        snprintf(full, sizeof full, "%s%s%s", before[i], name, after[i]);
        gaz_error why = {.status = GAZ_OK};
        gaz_status st = gaz_ref_lookup(repo, full, oid, NULL, &why);
        if (st == GAZ_OK)
            return st;
        if (st != GAZ_E_NOT_FOUND)
            return gaz_error_set(err, st, "%s", why.message);
    }
    return GAZ_E_NOT_FOUND;
}

static bool all_hex(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!isxdigit((unsigned char)text[i]))
            return false;
    return len > 0;
}

static gaz_status ambiguous(const char *hex, size_t len, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_INVALID, "'%.*s' is the start of more than one object id", (int)len,
                  hex);
    gaz_error_hint(err, "give more digits");
    return GAZ_E_INVALID;
}

/* An abbreviated id; GAZ_E_NOT_FOUND without a message when no object has it. */
static gaz_status try_prefix(gaz_repo *repo, const char *hex, size_t len, gaz_oid *oid,
                             gaz_error *err)
{
    git_oid prefix, packed;
    gaz_oid loose;
    unsigned count = 0;
    char lower[GAZ_OID_HEX] = "";
    if (len < HEX_MIN || len > GAZ_OID_HEX - 1 || !all_hex(hex, len) ||
        git_oid_fromstrn(&prefix, hex, len) != 0)
        return GAZ_E_NOT_FOUND;
    for (size_t i = 0; i < len; i++)
        lower[i] = (char)tolower((unsigned char)hex[i]);
    gaz_status st = gaz_loose_find(&repo->dirs, lower, &loose, &count, err);
    if (st != GAZ_OK)
        return st;
    (void)gaz_repo_renew_packs(repo);
    int code = git_odb_exists_prefix(&packed, repo->packs, &prefix, len);
    if (code == GIT_EAMBIGUOUS || count > 1 ||
        (code == 0 && count && memcmp(packed.id, loose.id, GAZ_OID_SIZE) != 0))
        return ambiguous(hex, len, err);
    if (code != 0 && !count)
        return GAZ_E_NOT_FOUND;
    memcpy(oid->id, count ? loose.id : packed.id, GAZ_OID_SIZE);
    return GAZ_OK;
}

/* "v1.2-14-g0123abc", as git describe prints it. */
static gaz_status try_describe(gaz_repo *repo, const char *name, gaz_oid *oid, gaz_error *err)
{
    const char *dash = strrchr(name, '-');
    return dash && dash > name && dash[1] == 'g'
               ? try_prefix(repo, dash + 2, strlen(dash + 2), oid, err)
               : GAZ_E_NOT_FOUND;
}

/* Edits (insert, delete, change, ignoring case) from one name to another; stops counting at
 * `limit`. */
static size_t distance(const char *a, const char *b, size_t limit)
{
    size_t n = strlen(a), m = strlen(b), row[NEAR_NAME + 1];
    if (n > NEAR_NAME || m > NEAR_NAME || (n > m ? n - m : m - n) >= limit)
        return limit;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            bool same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);
            size_t best = diagonal + (same ? 0 : 1);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[m] < limit ? row[m] : limit;
}

static void nearest(const gaz_refs *refs, const char *name, size_t skip, char best[NEAR_NAME + 1],
                    size_t *score)
{
    for (size_t i = 0; i < refs->len && i < NEAR_MAX; i++) {
        const char *candidate = refs->items[i].name + skip;
        size_t len = strlen(candidate), want = strlen(name);
        size_t d = distance(name, candidate, *score);
        /* "fix" for "team/fix": the last components are the same. */
        if (d >= *score && len > want && len <= NEAR_NAME && candidate[len - want - 1] == '/' &&
            strcmp(candidate + len - want, name) == 0)
            d = 0;
        if (d < *score && len <= NEAR_NAME) {
            *score = d;
            strcpy(best, candidate);
        }
    }
}

static gaz_status not_found(gaz_repo *repo, const char *name, gaz_error *err)
{
    static const char *const prefixes[] = {"refs/heads/", "refs/tags/", "refs/remotes/origin/"};
    char best[NEAR_NAME + 1] = "";
    size_t score = strlen(name) < 4 ? 2 : 3;
    gaz_error_set(err, GAZ_E_NOT_FOUND, "there is no branch, tag or commit '%.200s'", name);
    if (!err)
        return GAZ_E_NOT_FOUND;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        gaz_refs refs = {.items = NULL};
        if (gaz_refs_list(repo, prefixes[i], &refs, NULL) == GAZ_OK)
            nearest(&refs, name, strlen(prefixes[i]), best, &score);
        gaz_refs_free(&refs);
    }
    if (best[0])
        gaz_error_hint(err, "did you mean '%s'?", best);
    else
        gaz_error_hint(err,
                       "give a branch, a tag, a commit id of at least %d digits, or one of these "
                       "with ~N or ^N",
                       HEX_MIN);
    return GAZ_E_NOT_FOUND;
}

static gaz_status resolve_base(gaz_repo *repo, const char *name, gaz_oid *oid, gaz_error *err)
{
    size_t len = strlen(name);
    if (len == GAZ_OID_HEX - 1 && all_hex(name, len))
        return gaz_oid_parse(name, oid, err);
    gaz_status st = try_names(repo, name, oid, err);
    if (st == GAZ_E_NOT_FOUND)
        st = try_describe(repo, name, oid, err);
    if (st == GAZ_E_NOT_FOUND)
        st = try_prefix(repo, name, len, oid, err);
    return st == GAZ_E_NOT_FOUND ? not_found(repo, name, err) : st;
}

static gaz_status bad_rev(const char *rev, size_t at, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_INVALID, "'%.200s' is not a revision that can be looked up", rev);
    gaz_error_hint(err, "give a branch, a tag, a commit id, or one of these with ~N or ^N");
    if (err && !err->column)
        err->column = at + 1;
    return GAZ_E_INVALID;
}

/* The number after ~ or ^; 1 when there is none. False when it is too large. */
static bool read_number(const char **at, uint32_t *out)
{
    uint32_t n = 0;
    const char *p = *at;
    for (; *p >= '0' && *p <= '9'; p++) {
        n = n * 10 + (uint32_t)(*p - '0');
        if (n > STEPS_MAX)
            return false;
    }
    *out = p == *at ? 1 : n;
    *at = p;
    return true;
}

static gaz_status step(gaz_repo *repo, gaz_oid *commit, uint32_t parent, gaz_error *err)
{
    gaz_commit unused;
    gaz_oid next;
    gaz_status st = gaz_commit_read(repo, commit, &unused, parent, &next, err);
    if (st == GAZ_OK && parent)
        *commit = next;
    return st;
}

/* Applies "~2^{}^2…" to a commit. */
static gaz_status apply_suffix(gaz_repo *repo, const char *rev, const char *at, gaz_oid *commit,
                               gaz_error *err)
{
    uint32_t total = 0;
    while (*at) {
        const char *here = at;
        uint32_t n = 0;
        if (strncmp(at, "^{}", 3) == 0 || strncmp(at, "^{commit}", 9) == 0) {
            at = strchr(at, '}') + 1;
            continue;
        }
        char kind = *at++;
        if ((kind != '~' && kind != '^') || !read_number(&at, &n))
            return bad_rev(rev, (size_t)(here - rev), err);
        uint32_t times = kind == '~' ? n : 1, parent = kind == '~' ? 1 : n;
        total += times;
        if (total > STEPS_MAX)
            return bad_rev(rev, (size_t)(here - rev), err);
        gaz_error why = {.status = GAZ_OK};
        gaz_status st = GAZ_OK;
        for (uint32_t i = 0; i < times && st == GAZ_OK; i++)
            st = step(repo, commit, parent, &why);
        if (st == GAZ_E_NOT_FOUND) {
            gaz_error_set(err, st, "there is no commit '%.200s'", rev);
            gaz_error_hint(err, "%s", why.message);
        } else if (st != GAZ_OK) {
            gaz_error_set(err, st, "%s", why.message);
        }
        if (st != GAZ_OK)
            return st;
    }
    return GAZ_OK;
}

gaz_status gaz_repo_resolve(gaz_repo *repo, const char *rev, gaz_oid *commit, gaz_error *err)
{
    char name[GAZ_REF_NAME_MAX + 1];
    size_t len = strcspn(rev, "~^");
    if (!len || len > GAZ_REF_NAME_MAX || strlen(rev) > 2 * GAZ_REF_NAME_MAX)
        return bad_rev(rev, 0, err);
    memcpy(name, rev, len);
    name[len] = '\0';
    size_t bad = strcspn(name, ":{}\\ ");
    if (name[bad])
        return bad_rev(rev, bad, err);
    gaz_oid oid, peeled;
    gaz_status st = resolve_base(repo, strcmp(name, "@") == 0 ? "HEAD" : name, &oid, err);
    if (st == GAZ_OK)
        st = gaz_object_peel(repo, &oid, &peeled, err);
    if (st == GAZ_OK)
        st = apply_suffix(repo, rev, rev + len, &peeled, err);
    if (st == GAZ_OK)
        *commit = peeled;
    return st;
}
