/* Which branches there are, and which of them are wanted. A clone with a work tree knows the
 * branches of its origin only as refs/remotes/origin/…: these count as branches too, under the same
 * short name, unless a local branch has it. */
#include "repo.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/map.h"
#include "gaz/base/vec.h"
#include "glob.h"

#define HEADS "refs/heads/"
#define REMOTES "refs/remotes/origin/"
#define PATTERN_MEMORY ((size_t)1 << 20) /* bytes a compiled pattern may take */

typedef GAZ_VEC(gaz_ref) branch_list; /* short names */

static const char *short_name(const char *full)
{
    static const char *const prefixes[] = {HEADS, REMOTES, "refs/tags/", "refs/remotes/", "refs/"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (strncmp(full, prefixes[i], strlen(prefixes[i])) == 0)
            return full + strlen(prefixes[i]);
    return full;
}

static gaz_status no_commit(gaz_repo *repo, const char *points_to, gaz_error *err)
{
    gaz_refs heads = {.items = NULL};
    gaz_error_set(err, GAZ_E_NOT_FOUND, "'%s' has no commit on its branch '%s'", repo->git_dir,
                  short_name(points_to));
    if (gaz_refs_list(repo, HEADS, &heads, NULL) == GAZ_OK && heads.len)
        gaz_error_hint(err, "name the branches to index, for example '%s'",
                       short_name(heads.items[0].name));
    else
        gaz_error_hint(err, "make a first commit, then index again");
    gaz_refs_free(&heads);
    return GAZ_E_NOT_FOUND;
}

gaz_status gaz_repo_head(gaz_repo *repo, gaz_strbuf *out, gaz_oid *commit, gaz_error *err)
{
    gaz_strbuf final = GAZ_STRBUF_INIT;
    gaz_error why = {.status = GAZ_OK};
    gaz_oid oid, peeled;
    gaz_status st = gaz_ref_lookup(repo, "HEAD", &oid, &final, &why);
    if (st == GAZ_E_NOT_FOUND && final.len) {
        st = no_commit(repo, final.data, err);
        goto done;
    }
    if (st == GAZ_OK)
        st = gaz_object_peel(repo, &oid, &peeled, &why);
    if (st != GAZ_OK) {
        gaz_error_set(err, st, "%s", why.message);
        goto done;
    }
    size_t keep = out->len;
    gaz_strbuf_puts(out, short_name(final.data));
    st = gaz_strbuf_check(out, err);
    if (st == GAZ_OK)
        *commit = peeled;
    else
        gaz_strbuf_truncate(out, keep);
done:
    gaz_strbuf_release(&final);
    return st;
}

gaz_status gaz_repo_head_target(gaz_repo *repo, gaz_strbuf *out, bool *exists, gaz_error *err)
{
    gaz_strbuf final = GAZ_STRBUF_INIT;
    gaz_error why = {.status = GAZ_OK};
    gaz_oid oid;
    gaz_status st = gaz_ref_lookup(repo, "HEAD", &oid, &final, &why);
    bool found = st == GAZ_OK;
    if (st == GAZ_E_NOT_FOUND && final.len)
        st = GAZ_OK;
    else if (st != GAZ_OK)
        gaz_error_set(err, st, "%s", why.message);
    if (st == GAZ_OK) {
        gaz_strbuf_add(out, final.data, final.len);
        st = gaz_strbuf_check(out, err);
    }
    if (st == GAZ_OK)
        *exists = found;
    gaz_strbuf_release(&final);
    return st;
}

/* Adds the references of one list whose short name is not taken yet. */
static gaz_status add_branches(const gaz_refs *refs, gaz_map *seen, branch_list *list,
                               gaz_error *err)
{
    for (size_t i = 0; i < refs->len; i++) {
        const char *name = short_name(refs->items[i].name);
        bool added = false;
        if (strcmp(name, "HEAD") == 0) /* origin's default; git makes no branch of that name */
            continue;
        if (!gaz_map_put(seen, name, strlen(name), &added) ||
            (added && !gaz_vec_push(list, ((gaz_ref){.name = name, .oid = refs->items[i].oid}))))
            return gaz_error_set(err, GAZ_E_NOMEM, "out of memory listing branches");
    }
    return GAZ_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const gaz_ref *)a)->name, ((const gaz_ref *)b)->name);
}

/* Patterns compiled before they are used: one that could not be for want of memory must not look
 * like one that matches nothing. */
typedef struct matcher {
    gaz_arena arena;
    gaz_glob **globs; /* NULL: the pattern is too long and matches nothing */
} matcher;

static gaz_status matcher_init(matcher *m, const char *const *patterns, size_t count,
                               gaz_error *err)
{
    gaz_arena_init(&m->arena, (count + 1) * PATTERN_MEMORY);
    m->globs = gaz_arena_array(&m->arena, count + 1, sizeof(gaz_glob *));
    bool ok = m->globs != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        size_t len = strlen(patterns[i]);
        if (len > GAZ_GLOB_MAX)
            continue;
        m->globs[i] = gaz_glob_new(&m->arena, patterns[i], len, false);
        ok = m->globs[i] != NULL;
    }
    return ok ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "out of memory for branch patterns");
}

static bool wanted(const char *name, const char *head, const char *const *patterns, size_t count,
                   const matcher *m)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(patterns[i], "HEAD") == 0
                ? head && strcmp(name, head) == 0
                : m->globs[i] && gaz_glob_run(m->globs[i], name, strlen(name)))
            return true;
    }
    return count == 0 && head && strcmp(name, head) == 0;
}

static bool wants_head(const char *const *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(patterns[i], "HEAD") == 0)
            return true;
    return count == 0;
}

/* The tip as a commit; as stored when that cannot be found out, so that reading it tells the
 * reason. */
static gaz_status visit_tip(gaz_repo *repo, const gaz_ref *branch, gaz_ref_visit visit, void *ctx,
                            gaz_error *err)
{
    gaz_oid commit = branch->oid;
    gaz_status st = gaz_object_peel(repo, &branch->oid, &commit, NULL);
    if (st == GAZ_E_NOMEM)
        return gaz_error_set(err, st, "out of memory reading branch '%s'", branch->name);
    return visit(ctx, branch->name, &commit, err);
}

typedef struct choice {
    const char *const *patterns;
    size_t count;
    gaz_ref_visit visit;
    void *ctx;
} choice;

static gaz_status visit_wanted(gaz_repo *repo, branch_list *list, const gaz_map *seen,
                               const choice *want, gaz_error *err)
{
    gaz_strbuf head = GAZ_STRBUF_INIT;
    gaz_oid head_commit;
    gaz_error why = {.status = GAZ_OK};
    bool want_head = wants_head(want->patterns, want->count);
    matcher m;
    gaz_status head_st = gaz_repo_head(repo, &head, &head_commit, &why);
    gaz_status st = matcher_init(&m, want->patterns, want->count, err);
    if (st != GAZ_OK)
        goto done;
    if (head_st != GAZ_OK && (want_head || head_st == GAZ_E_NOMEM)) {
        gaz_error_set(err, head_st, "%s", why.message);
        gaz_error_hint(err, "%s", why.hint);
        st = head_st;
        goto done;
    }
    /* HEAD may be detached, or point to what is not a branch. */
    if (want_head && !gaz_map_get(seen, head.data, head.len) &&
        !gaz_vec_push(list, ((gaz_ref){.name = head.data, .oid = head_commit})))
        st = gaz_error_set(err, GAZ_E_NOMEM, "out of memory listing branches");
    if (list->len)
        qsort(list->items, list->len, sizeof list->items[0], by_name);
    for (size_t i = 0; i < list->len && st == GAZ_OK; i++)
        if (wanted(list->items[i].name, head_st == GAZ_OK ? head.data : NULL, want->patterns,
                   want->count, &m))
            st = visit_tip(repo, &list->items[i], want->visit, want->ctx, err);
done:
    gaz_arena_release(&m.arena);
    gaz_strbuf_release(&head);
    return st;
}

gaz_status gaz_repo_branches(gaz_repo *repo, const char *const *patterns, size_t count,
                             gaz_ref_visit visit, void *ctx, gaz_error *err)
{
    gaz_refs heads = {.items = NULL}, remotes = {.items = NULL};
    gaz_map seen = {0};
    branch_list list = {.items = NULL};
    gaz_map_init(&seen);
    gaz_status st = gaz_refs_list(repo, HEADS, &heads, err);
    if (st == GAZ_OK)
        st = gaz_refs_list(repo, REMOTES, &remotes, err);
    if (st == GAZ_OK)
        st = add_branches(&heads, &seen, &list, err);
    if (st == GAZ_OK)
        st = add_branches(&remotes, &seen, &list, err);
    if (st == GAZ_OK)
        st = visit_wanted(repo, &list, &seen, &(choice){patterns, count, visit, ctx}, err);
    gaz_vec_free(&list);
    gaz_map_release(&seen);
    gaz_refs_free(&heads);
    gaz_refs_free(&remotes);
    return st;
}
