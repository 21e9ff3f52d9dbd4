/* The log: commits newest first, of everything, of a file (through its renames), or of a directory.
 * A file's commits come from its own row. A directory that holds many paths is not put together
 * from theirs: commits are gone through from the newest and asked what they changed, until there
 * are enough. */
#include "commit_format.h"

#include <stdlib.h>
#include <string.h>

#define LIMIT_MAX 100000
#define WIDE_PATHS 2000 /* paths below a directory above which commits are gone through */
#define RENAMES_MAX 100

typedef struct log_state {
    gaz_commits *x;
    const commit_sieve *sieve;
    gaz_commits_page *page;
    gaz_arena *arena;
    GAZ_VEC(gaz_commits_hit) hits;
    size_t total;
    bool full; /* there is one more than wanted */
    uint32_t next;
} log_state;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to list commits");
}

/* ---- taking commits ---- */

static gaz_status take(log_state *l, uint32_t rank, gaz_commit_change_kind kind, const char *path,
                       gaz_error *err)
{
    if (rank < l->page->from || !gaz_commit_sieve_pass(l->x, l->sieve, rank))
        return GAZ_OK;
    l->total++;
    if (l->hits.len >= l->page->limit) {
        if (!l->full)
            l->next = rank;
        l->full = true;
        return GAZ_OK;
    }
    gaz_commits_hit hit = {rank, kind, path};
    return gaz_vec_push(&l->hits, hit) ? GAZ_OK : no_memory(err);
}

static gaz_status log_all(log_state *l, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (uint32_t rank = l->page->from; st == GAZ_OK && rank < l->x->state.state.count; rank++)
        st = take(l, rank, GAZ_COMMIT_MODIFIED, NULL, err);
    l->page->counted = true;
    return st;
}

static gaz_status log_posts(log_state *l, const char *path, size_t len, bool below, gaz_error *err)
{
    commit_posts posts = {0};
    gaz_status st = gaz_commit_path_posts(l->x, path, len, below, &posts, err);
    for (size_t i = 0; st == GAZ_OK && i < posts.len; i++)
        st = take(l, posts.items[i].rank, posts.items[i].kind, path, err);
    gaz_vec_free(&posts);
    l->page->counted = true;
    return st;
}

/* ---- a file and its earlier names ---- */

static gaz_status name_before(gaz_commits *x, uint32_t rank, const char *path, size_t len,
                              gaz_arena *arena, const char **out, size_t *out_len, gaz_error *err)
{
    gaz_commit_place place = x->state.state.order[rank];
    commit_file *f = &x->files[place.file];
    commit_changes changes = {0};
    uint32_t from = 0, to = 0;
    *out = NULL;
    gaz_status st = gaz_commit_path_range(f, path, len, false, &from, &to, err);
    if (st == GAZ_OK && from < to)
        st = gaz_commit_packed(f, place.local, &changes, err);
    for (size_t i = 0; st == GAZ_OK && i < changes.len; i++)
        if (changes.items[i].path == from && changes.items[i].from != COMMIT_NONE)
            st = gaz_commit_path_text(f, changes.items[i].from, arena, out, out_len, err);
    gaz_vec_free(&changes);
    return st;
}

static gaz_status log_follow(log_state *l, const char *path, size_t len, gaz_error *err)
{
    commit_posts posts = {0};
    uint32_t above = 0; /* commits up to here belong to later names */
    gaz_status st = GAZ_OK;
    bool renamed = true;
    for (int name = 0; st == GAZ_OK && renamed && name < RENAMES_MAX; name++) {
        const char *here = path;
        size_t here_len = len;
        renamed = false;
        st = gaz_commit_path_posts(l->x, here, here_len, false, &posts, err);
        for (size_t i = 0; st == GAZ_OK && i < posts.len && !renamed; i++) {
            uint32_t rank = posts.items[i].rank;
            if (name && rank <= above)
                continue;
            st = take(l, rank, posts.items[i].kind, here, err);
            bool merge = commit_fixed_at(l->x, rank).flags & GAZ_COMMIT_MERGE;
            if (st != GAZ_OK || merge || posts.items[i].kind != GAZ_COMMIT_RENAMED)
                continue;
            st = name_before(l->x, rank, here, here_len, l->arena, &path, &len, err);
            renamed = st == GAZ_OK && path;
            above = rank;
            if (!path) {
                path = here;
                len = here_len;
            }
        }
    }
    gaz_vec_free(&posts);
    l->page->counted = true;
    return st;
}

/* ---- a directory ---- */

typedef struct span {
    uint32_t from, to, exact; /* exact: the path itself, or COMMIT_NONE */
} span;

static gaz_status find_spans(gaz_commits *x, const char *path, size_t len, span *spans,
                             size_t *width, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    *width = 0;
    for (size_t i = 0; st == GAZ_OK && i < x->file_count; i++) {
        uint32_t from = 0, to = 0;
        st =
            gaz_commit_path_range(&x->files[i], path, len, true, &spans[i].from, &spans[i].to, err);
        if (st == GAZ_OK)
            st = gaz_commit_path_range(&x->files[i], path, len, false, &from, &to, err);
        spans[i].exact = from < to ? from : COMMIT_NONE;
        *width += spans[i].to - spans[i].from;
    }
    return st;
}

static bool touches(const commit_changes *changes, const span *s)
{
    for (size_t i = 0; i < changes->len; i++) {
        const commit_packed *c = &changes->items[i];
        if ((c->path >= s->from && c->path < s->to) || c->path == s->exact ||
            (c->from != COMMIT_NONE &&
             ((c->from >= s->from && c->from < s->to) || c->from == s->exact)))
            return true;
    }
    return false;
}

static gaz_status log_wide(log_state *l, const char *path, const span *spans, gaz_error *err)
{
    commit_changes changes = {0};
    gaz_status st = GAZ_OK;
    uint32_t rank = l->page->from;
    for (; st == GAZ_OK && rank < l->x->state.state.count && !l->full; rank++) {
        gaz_commit_place place = l->x->state.state.order[rank];
        if (!gaz_commit_sieve_pass(l->x, l->sieve, rank))
            continue;
        st = gaz_commit_packed(&l->x->files[place.file], place.local, &changes, err);
        if (st == GAZ_OK && touches(&changes, &spans[place.file]))
            st = take(l, rank, GAZ_COMMIT_MODIFIED, path, err);
    }
    gaz_vec_free(&changes);
    l->page->counted = !l->full;
    return st;
}

static gaz_status log_directory(log_state *l, const char *path, size_t len, gaz_error *err)
{
    size_t width = 0;
    span *spans = calloc(l->x->file_count + 1, sizeof *spans);
    gaz_status st = spans ? find_spans(l->x, path, len, spans, &width, err) : no_memory(err);
    if (st == GAZ_OK)
        st =
            width > WIDE_PATHS ? log_wide(l, path, spans, err) : log_posts(l, path, len, true, err);
    free(spans);
    return st;
}

/* ---- all together ---- */

static gaz_status run(log_state *l, gaz_error *err)
{
    const gaz_commits_filter *f = l->sieve->filter;
    if (!f->path)
        return log_all(l, err);
    const char *path = gaz_arena_strndup(l->arena, f->path, f->path_len);
    if (!path)
        return no_memory(err);
    if (f->below)
        return log_directory(l, path, f->path_len, err);
    return f->follow ? log_follow(l, path, f->path_len, err)
                     : log_posts(l, path, f->path_len, false, err);
}

static gaz_status give_out(log_state *l, gaz_error *err)
{
    gaz_commits_page *page = l->page;
    page->hits = gaz_arena_array(l->arena, l->hits.len + 1, sizeof *page->hits);
    if (!page->hits)
        return no_memory(err);
    if (l->hits.len)
        memcpy(page->hits, l->hits.items, l->hits.len * sizeof *page->hits);
    page->count = l->hits.len;
    page->next = l->full ? l->next : UINT32_MAX;
    page->total = l->total;
    return GAZ_OK;
}

gaz_status gaz_commits_log(gaz_commits *x, const gaz_commits_filter *filter, gaz_commits_page *page,
                           gaz_arena *arena, gaz_error *err)
{
    commit_sieve sieve = {0};
    log_state l = {.x = x, .sieve = &sieve, .page = page, .arena = arena};
    if (page->limit > LIMIT_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "at most %d commits are listed at once", LIMIT_MAX);
    page->counted = false;
    pthread_mutex_lock(&x->lock);
    gaz_status st = gaz_commit_sieve_make(x, filter, &sieve, err);
    if (st == GAZ_OK)
        st = run(&l, err);
    if (st == GAZ_OK)
        st = give_out(&l, err);
    gaz_commit_sieve_release(&sieve);
    pthread_mutex_unlock(&x->lock);
    gaz_vec_free(&l.hits);
    return st;
}

gaz_status gaz_commits_select(gaz_commits *x, const gaz_commits_filter *filter, uint64_t *bits,
                              gaz_error *err)
{
    commit_sieve sieve = {0};
    commit_posts posts = {0};
    uint32_t count = (uint32_t)x->state.state.count;
    memset(bits, 0, ((size_t)count + 63) / 64 * 8);
    pthread_mutex_lock(&x->lock);
    gaz_status st = gaz_commit_sieve_make(x, filter, &sieve, err);
    if (st == GAZ_OK && filter->path)
        st = gaz_commit_path_posts(x, filter->path, filter->path_len, filter->below, &posts, err);
    for (uint32_t i = 0; st == GAZ_OK && i < (filter->path ? posts.len : count); i++) {
        uint32_t rank = filter->path ? posts.items[i].rank : i;
        if (gaz_commit_sieve_pass(x, &sieve, rank))
            commit_set_bit(bits, rank);
    }
    gaz_commit_sieve_release(&sieve);
    pthread_mutex_unlock(&x->lock);
    gaz_vec_free(&posts);
    return st;
}
