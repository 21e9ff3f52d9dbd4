/* Which branches an index run takes, and what is to be said when that leaves nothing. A HEAD that
 * names a branch which does not exist is no failure: new repositories begin so, and a branch that
 * is deleted leaves the index like any other. But nobody should have to guess why a repository that
 * had content has none, so the run says it, and the repository's row keeps it until it is no longer
 * so. */
#include <stdlib.h>
#include <string.h>

#include "index_run.h"

#define NOTE_PATTERNS 5 /* named in a note */

typedef struct walk {
    const branch_request *request;
    const char *head; /* the branch HEAD names, when it has a commit */
    size_t taken;
} walk;

static gaz_status take_branch(void *ctx, const char *name, const gaz_oid *commit, gaz_error *err)
{
    walk *w = ctx;
    if (gaz_oid_is_zero(commit) || strlen(name) > GAZ_REF_NAME_MAX)
        return GAZ_OK;
    w->taken++;
    return w->request->visit(w->request->ctx, name, commit, w->head && strcmp(name, w->head) == 0,
                             err);
}

static gaz_status count_branch(void *ctx, const char *name, const gaz_oid *commit, gaz_error *err)
{
    (void)name, (void)commit, (void)err;
    ++*(size_t *)ctx;
    return GAZ_OK;
}

static bool wants_head(const gaz_repo_row *row)
{
    bool wants = row->pattern_count == 0;
    for (size_t i = 0; i < row->pattern_count; i++)
        wants |= strcmp(row->patterns[i], "HEAD") == 0;
    return wants;
}

/* What HEAD names. @param dangling  it is a branch that does not exist */
static gaz_status look_at_head(const branch_request *q, gaz_strbuf *head, gaz_strbuf *target,
                               bool *dangling, gaz_error *err)
{
    gaz_oid commit;
    gaz_error why = {0};
    bool exists = false;
    *dangling = false;
    gaz_status st = gaz_repo_head(q->repo, head, &commit, &why);
    if (st == GAZ_OK)
        return GAZ_OK;
    gaz_status named =
        st == GAZ_E_NOT_FOUND ? gaz_repo_head_target(q->repo, target, &exists, err) : GAZ_OK;
    if (named != GAZ_OK)
        return named;
    *dangling = st == GAZ_E_NOT_FOUND && !exists;
    bool fatal = st == GAZ_E_NOMEM || st == GAZ_E_IO || wants_head(q->row);
    if (*dangling || !fatal)
        return GAZ_OK;
    gaz_error_set(err, st, "%s", why.message); /* the branch is there, what it points to is not */
    gaz_error_hint(err, "%s", why.hint);
    return st;
}

/* @param without_head  "HEAD" among the patterns counts for nothing */
static gaz_status walk_patterns(walk *w, bool without_head, gaz_error *err)
{
    const gaz_repo_row *row = w->request->row;
    const char **patterns = calloc(row->pattern_count + 1, sizeof *patterns);
    size_t count = 0;
    if (!patterns)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for branch patterns");
    for (size_t i = 0; i < row->pattern_count; i++)
        if (!without_head || strcmp(row->patterns[i], "HEAD") != 0)
            patterns[count++] = row->patterns[i];
    gaz_status st = count || !without_head
                        ? gaz_repo_branches(w->request->repo, patterns, count, take_branch, w, err)
                        : GAZ_OK;
    free(patterns);
    return st;
}

static void put_patterns(gaz_strbuf *note, const gaz_repo_row *row)
{
    for (size_t i = 0; i < row->pattern_count && i < NOTE_PATTERNS; i++)
        gaz_strbuf_printf(note, "%s'%.100s'", i ? ", " : " ", row->patterns[i]);
    if (row->pattern_count > NOTE_PATTERNS)
        gaz_strbuf_puts(note, ", …");
}

static void put_note(const walk *w, const char *target, bool dangling, size_t all, gaz_strbuf *note)
{
    const branch_request *q = w->request;
    if (dangling) {
        gaz_strbuf_printf(note, "HEAD names %.*s, which does not exist", GAZ_REF_NAME_MAX, target);
        gaz_strbuf_puts(note,
                        w->taken ? ": only what the other patterns choose is indexed; set HEAD"
                        : all ? ": nothing is indexed; choose branches with --branches or set HEAD"
                              : ", and there are no other branches: nothing is indexed");
    } else if (all) {
        gaz_strbuf_puts(note, "no branch matches");
        put_patterns(note, q->row);
        gaz_strbuf_puts(note, ": nothing is indexed; choose branches with --branches");
    } else {
        gaz_strbuf_puts(note, "there are no branches: nothing is indexed");
    }
}

gaz_status choose_branches(const branch_request *q, gaz_strbuf *note, gaz_error *err)
{
    static const char *const any[] = {"*"};
    gaz_strbuf head = GAZ_STRBUF_INIT, target = GAZ_STRBUF_INIT;
    bool dangling = false;
    size_t all = 0;
    walk w = {.request = q};
    gaz_status st = look_at_head(q, &head, &target, &dangling, err);
    dangling &= wants_head(q->row);
    w.head = head.len ? head.data : NULL;
    if (st == GAZ_OK)
        st = walk_patterns(&w, dangling, err);
    bool news = st == GAZ_OK && (dangling || !w.taken);
    if (news)
        st = gaz_repo_branches(q->repo, any, 1, count_branch, &all, err);
    /* A repository that never had a branch is just new. */
    if (news && st == GAZ_OK && (all || q->had_refs || q->row->note)) {
        put_note(&w, target.data, dangling, all, note);
        st = gaz_strbuf_check(note, err);
    }
    gaz_strbuf_release(&head);
    gaz_strbuf_release(&target);
    return st;
}
