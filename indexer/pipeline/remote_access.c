/* Reaching remotes, and looking whether one has something new. A look gives way to whoever has the
 * repository's lock, and holds it only to compare: while the remote is asked, which may take long,
 * an index run may begin, and even end. Then the comparison at worst finds a difference that is
 * none any more, and the run it leads to finds nothing new. */
#include "remote_access.h"

#include <string.h>
#include <sys/stat.h>

#include "gaz/base/fs.h"
#include "index_run.h"

#define TIDY_WAIT_MS 2000 /* git and its helpers are gone long before */

static const char *unless(const char *text, const char *nothing)
{
    return text && strcmp(text, nothing) != 0 ? text : NULL;
}

gaz_transport remote_access(const gaz_settings *settings, gaz_transfer_progress progress, void *ctx)
{
    return (gaz_transport){.allow_private = settings->allow_private_urls,
                           .allow_local = true,
                           .timeout_ms = settings->clone_timeout_ms,
                           .max_bytes = (uint64_t)settings->clone_max,
                           .progress = progress,
                           .ctx = ctx,
                           .ssh_key = unless(settings->ssh_key, "auto"),
                           .known_hosts = unless(settings->known_hosts, "auto"),
                           .ca_file = unless(settings->ca_file, "auto"),
                           .credential_helper = unless(settings->credential_helper, "none")};
}

/* The branches of a repository beside those of the catalogue. */
typedef struct comparison {
    const gaz_snapshot_repo *indexed;
    size_t at;       /* among its refs: both come in byte order of names, branches first */
    size_t branches; /* wanted */
    bool differ;
} comparison;

static gaz_status visit_branch(void *ctx, const char *name, const gaz_oid *commit, bool head,
                               gaz_error *err)
{
    comparison *c = ctx;
    const gaz_ref_row *refs = c->indexed->refs;
    size_t count = c->indexed->ref_count;
    (void)err;
    while (c->at < count && refs[c->at].kind == GAZ_REF_BRANCH &&
           strcmp(refs[c->at].name, name) < 0)
        c->at++;
    c->differ |= c->at == count || refs[c->at].kind != GAZ_REF_BRANCH ||
                 strcmp(refs[c->at].name, name) != 0 || refs[c->at].head != head ||
                 gaz_oid_compare(&refs[c->at].commit, commit) != 0;
    c->branches++;
    return GAZ_OK;
}

static gaz_status compare_branches(gaz_store *store, const gaz_repo_row *row, bool *differ,
                                   gaz_error *err)
{
    gaz_repo *repo = NULL;
    gaz_snapshot *snapshot = NULL;
    gaz_strbuf note = GAZ_STRBUF_INIT;
    comparison c = {.indexed = NULL};
    size_t indexed = 0;
    gaz_status st = gaz_repo_open(row->git_dir, &repo, err);
    if (st == GAZ_OK)
        st = gaz_store_snapshot(store, &snapshot, err);
    for (size_t i = 0; st == GAZ_OK && i < snapshot->repo_count; i++)
        if (snapshot->repos[i].row.id == row->id)
            c.indexed = &snapshot->repos[i];
    for (size_t i = 0; c.indexed && i < c.indexed->ref_count; i++)
        indexed += c.indexed->refs[i].kind == GAZ_REF_BRANCH;
    if (c.indexed) {
        branch_request request = {
            .repo = repo, .row = row, .had_refs = indexed > 0, .visit = visit_branch, .ctx = &c};
        st = choose_branches(&request, &note, err);
    }
    if (st == GAZ_OK)
        *differ = !c.indexed || c.differ || c.branches != indexed;
    gaz_snapshot_free(snapshot);
    gaz_repo_close(repo);
    gaz_strbuf_release(&note);
    return st;
}

static gaz_status compare_locked(gaz_store *store, const gaz_repo_row *row,
                                 const gaz_remote *remote, bool *changed, gaz_error *err)
{
    gaz_lock *lock = NULL;
    gaz_status st = gaz_store_repo_lock(store, row->uid, 0, &lock, err);
    if (st == GAZ_OK && remote)
        st = gaz_remote_differs(remote, row->git_dir, changed, err);
    if (st == GAZ_OK && !*changed)
        st = compare_branches(store, row, changed, err);
    gaz_lock_close(lock);
    return st;
}

static gaz_status look(gaz_store *store, const gaz_settings *settings, const gaz_repo_row *row,
                       bool *changed, gaz_error *err)
{
    gaz_transport transport = remote_access(settings, NULL, NULL);
    gaz_remote *remote = NULL;
    struct stat info;
    bool missing = row->cloned && stat(row->git_dir, &info) != 0;
    if (missing || row->last_error) {
        *changed = true; /* the run itself says what is wrong */
        return GAZ_OK;
    }
    transport.timeout_ms = settings->poll_timeout_ms;
    transport.timeout_key = "poll.timeout";
    gaz_status st = row->cloned ? gaz_remote_ask(row->git_dir, &transport, &remote, err) : GAZ_OK;
    if (st == GAZ_OK)
        st = compare_locked(store, row, remote, changed, err);
    gaz_remote_free(remote);
    return st;
}

gaz_status remote_poll(gaz_store *store, const gaz_settings *settings, const char *repo,
                       bool *changed, gaz_error *err)
{
    gaz_repo_row row;
    gaz_lock *lock = NULL;
    gaz_status st = gaz_store_repo_get(store, repo, &row, err);
    if (st != GAZ_OK)
        return st;
    *changed = false;
    st = gaz_store_repo_lock(store, row.uid, 0, &lock, err);
    gaz_lock_close(lock);
    if (st == GAZ_OK)
        st = look(store, settings, &row, changed, err);
    gaz_repo_row_release(&row);
    return st;
}

void remote_tidy(gaz_store *store, const char *repo)
{
    gaz_repo_row row;
    gaz_lock *lock = NULL;
    if (gaz_store_repo_get(store, repo, &row, NULL) != GAZ_OK)
        return;
    if (row.cloned && gaz_store_repo_lock(store, row.uid, TIDY_WAIT_MS, &lock, NULL) == GAZ_OK)
        (void)!gaz_git_tidy(row.git_dir, NULL); /* the next run does it again */
    gaz_lock_close(lock);
    gaz_repo_row_release(&row);
}
