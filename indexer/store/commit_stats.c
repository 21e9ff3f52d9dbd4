/* What history says of paths and people: how often a path changed, when, by how many, and by whom.
 * Merges do not count: what they bring was counted where it was done. */
#include "commit_format.h"

#include <stdlib.h>
#include <string.h>

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to count changes");
}

/* ---- one path ---- */

/* Different authors are counted with a mark per person: the number of the path that was last. */
typedef struct tally {
    gaz_commits *x;
    uint32_t *marks;
    uint32_t mark;
} tally;

static gaz_status tally_make(gaz_commits *x, tally *t, gaz_error *err)
{
    *t = (tally){.x = x};
    gaz_status st = gaz_commits_load_people(x, err);
    if (st == GAZ_OK && !(t->marks = calloc((size_t)x->person_count + 1, sizeof *t->marks)))
        st = no_memory(err);
    return st;
}

static uint32_t author_of(const gaz_commits *x, uint32_t rank, const commit_fixed *r)
{
    return x->files[x->state.state.order[rank].file].person[r->author];
}

/* Whether any commit counts. Posts come newest first. */
static bool count_posts(tally *t, const commit_posts *posts, gaz_path_stats *out)
{
    t->mark++;
    for (size_t i = 0; i < posts->len; i++) {
        uint32_t rank = posts->items[i].rank;
        commit_fixed r = commit_fixed_at(t->x, rank);
        if (r.flags & GAZ_COMMIT_MERGE)
            continue;
        if (!out->commits++) {
            out->last_rank = rank;
            out->last = r.when;
            out->gone = posts->items[i].kind == GAZ_COMMIT_DELETED ||
                        posts->items[i].kind == GAZ_COMMIT_RENAMED_AWAY;
        }
        out->first_rank = rank;
        out->first = r.when;
        uint32_t *mark = &t->marks[author_of(t->x, rank, &r)];
        out->authors += *mark != t->mark;
        *mark = t->mark;
    }
    return out->commits > 0;
}

gaz_status gaz_commits_path(gaz_commits *x, const char *path, size_t len, gaz_path_stats *out,
                            gaz_error *err)
{
    tally t;
    commit_posts posts = {0};
    gaz_path_stats stats = {.path = path, .path_len = len};
    pthread_mutex_lock(&x->lock);
    gaz_status st = tally_make(x, &t, err);
    if (st == GAZ_OK)
        st = gaz_commit_path_posts(x, path, len, false, &posts, err);
    if (st == GAZ_OK && !count_posts(&t, &posts, &stats))
        st = GAZ_E_NOT_FOUND;
    pthread_mutex_unlock(&x->lock);
    free(t.marks);
    gaz_vec_free(&posts);
    if (st == GAZ_OK)
        *out = stats;
    return st;
}

/* ---- all paths ---- */

/* The paths of one file, one by one. */
typedef struct cursor {
    commit_file *file;
    uint32_t next, end;
    char *path; /* of `next`, NUL-terminated */
    size_t len;
} cursor;

static gaz_status cursor_load(cursor *c, gaz_arena *scratch, gaz_error *err)
{
    const char *text = NULL;
    if (c->next >= c->end)
        return GAZ_OK;
    gaz_arena_reset(scratch);
    gaz_status st = gaz_commit_path_text(c->file, c->next, scratch, &text, &c->len, err);
    if (st == GAZ_OK)
        memcpy(c->path, text, c->len + 1);
    return st;
}

static int compare_cursors(const cursor *a, const cursor *b)
{
    int order = memcmp(a->path, b->path, a->len < b->len ? a->len : b->len);
    return order ? order : a->len < b->len ? -1 : a->len > b->len;
}

static cursor *smallest(cursor *cursors, size_t count)
{
    cursor *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (cursors[i].next < cursors[i].end && (!best || compare_cursors(&cursors[i], best) < 0))
            best = &cursors[i];
    return best;
}

static int by_rank(const void *a, const void *b)
{
    const commit_post *x = a, *y = b;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

/* The posts of the smallest path out of all files that have it; they step on. */
static gaz_status gather(gaz_commits *x, cursor *cursors, const cursor *least, commit_posts *posts,
                         gaz_arena *scratch, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    cursor key = *least;
    posts->len = 0;
    for (size_t i = 0; st == GAZ_OK && i < x->file_count; i++) {
        cursor *c = &cursors[i];
        if (c->next >= c->end || (c != least && compare_cursors(c, &key) != 0))
            continue;
        st = gaz_commit_posts(x, i, c->next, c->next + 1, posts, err);
        c->next++;
        if (st == GAZ_OK && c != least)
            st = cursor_load(c, scratch, err);
    }
    if (posts->len)
        qsort(posts->items, posts->len, sizeof *posts->items, by_rank);
    return st;
}

static gaz_status visit_range(gaz_commits *x, cursor *cursors, tally *t, gaz_path_stats_visit visit,
                              void *ctx, gaz_error *err)
{
    commit_posts posts = {0};
    gaz_arena scratch;
    gaz_status st = GAZ_OK;
    gaz_arena_init(&scratch, (size_t)1 << 20);
    for (size_t i = 0; st == GAZ_OK && i < x->file_count; i++)
        st = cursor_load(&cursors[i], &scratch, err);
    for (cursor *c; st == GAZ_OK && (c = smallest(cursors, x->file_count));) {
        gaz_path_stats stats = {.path = c->path, .path_len = c->len};
        st = gather(x, cursors, c, &posts, &scratch, err);
        if (st == GAZ_OK && count_posts(t, &posts, &stats))
            st = visit(ctx, &stats, err);
        if (st == GAZ_OK)
            st = cursor_load(c, &scratch, err);
    }
    gaz_vec_free(&posts);
    gaz_arena_release(&scratch);
    return st;
}

static gaz_status visit_paths(gaz_commits *x, const char *dir, size_t len, bool below, tally *t,
                              gaz_path_stats_visit visit, void *ctx, gaz_error *err)
{
    cursor *cursors = calloc(x->file_count + 1, sizeof *cursors);
    gaz_status st = cursors ? GAZ_OK : no_memory(err);
    for (size_t i = 0; st == GAZ_OK && i < x->file_count; i++) {
        cursor *c = &cursors[i];
        c->file = &x->files[i];
        c->path = malloc(GAZ_COMMIT_PATH_MAX + 1);
        st = c->path ? gaz_commit_path_range(c->file, dir, len, below, &c->next, &c->end, err)
                     : no_memory(err);
    }
    if (st == GAZ_OK)
        st = visit_range(x, cursors, t, visit, ctx, err);
    for (size_t i = 0; cursors && i < x->file_count; i++)
        free(cursors[i].path);
    free(cursors);
    return st;
}

gaz_status gaz_commits_paths(gaz_commits *x, const char *dir, size_t len,
                             gaz_path_stats_visit visit, void *ctx, gaz_error *err)
{
    tally t;
    pthread_mutex_lock(&x->lock);
    gaz_status st = tally_make(x, &t, err);
    if (st == GAZ_OK && len)
        st = visit_paths(x, dir, len, false, &t, visit, ctx, err);
    if (st == GAZ_OK)
        st = visit_paths(x, dir, len, true, &t, visit, ctx, err);
    pthread_mutex_unlock(&x->lock);
    free(t.marks);
    return st;
}

/* ---- authors ---- */

typedef struct author {
    uint32_t person, commits;
    int64_t last;
} author;

static int by_commits(const void *a, const void *b)
{
    const author *x = a, *y = b;
    if (x->commits != y->commits)
        return x->commits > y->commits ? -1 : 1;
    if (x->last != y->last)
        return x->last > y->last ? -1 : 1;
    return x->person < y->person ? -1 : x->person > y->person;
}

static size_t count_authors(const gaz_commits *x, const uint64_t *bits, author *authors)
{
    size_t kept = 0;
    for (uint32_t rank = 0; rank < x->state.state.count; rank++) {
        if (!commit_bit(bits, rank))
            continue;
        commit_fixed r = commit_fixed_at(x, rank);
        author *a = &authors[author_of(x, rank, &r)];
        if (!a->commits++)
            a->last = r.when;
    }
    for (uint32_t i = 0; i < x->person_count; i++) {
        authors[i].person = i;
        if (authors[i].commits)
            authors[kept++] = authors[i];
    }
    return kept;
}

static gaz_status give_authors(const gaz_commits *x, const author *authors, size_t count,
                               gaz_arena *arena, gaz_commits_author **out, gaz_error *err)
{
    gaz_commits_author *list = gaz_arena_array(arena, count + 1, sizeof *list);
    for (size_t i = 0; list && i < count; i++) {
        const author *a = &authors[i];
        list[i] = (gaz_commits_author){gaz_arena_strdup(arena, x->person_names[a->person]),
                                       gaz_arena_strdup(arena, x->person_emails[a->person]),
                                       a->commits, a->last};
        if (!list[i].name || !list[i].email)
            list = NULL;
    }
    if (!list)
        return no_memory(err);
    *out = list;
    return GAZ_OK;
}

gaz_status gaz_commits_authors(gaz_commits *x, const gaz_commits_filter *filter, size_t limit,
                               gaz_arena *arena, gaz_commits_author **out, size_t *count,
                               gaz_error *err)
{
    uint64_t *bits = calloc(x->state.state.count / 64 + 2, sizeof *bits);
    gaz_status st = bits ? gaz_commits_select(x, filter, bits, err) : no_memory(err);
    author *authors = NULL;
    pthread_mutex_lock(&x->lock);
    if (st == GAZ_OK)
        st = gaz_commits_load_people(x, err);
    if (st == GAZ_OK && !(authors = calloc((size_t)x->person_count + 1, sizeof *authors)))
        st = no_memory(err);
    if (st == GAZ_OK) {
        size_t found = count_authors(x, bits, authors);
        if (found)
            qsort(authors, found, sizeof *authors, by_commits);
        found = found < limit ? found : limit;
        st = give_authors(x, authors, found, arena, out, err);
        if (st == GAZ_OK)
            *count = found;
    }
    pthread_mutex_unlock(&x->lock);
    free(authors);
    free(bits);
    return st;
}
