/* Files that change together, and what changed last. A commit has one vote, shared among the other
 * files it changed: a commit of two files says much of both, one of ninety says little of each, and
 * one of more says nothing. Merges say nothing either. */
#include "commit_format.h"

#include <stdlib.h>
#include <string.h>

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to compare changes");
}

/* ---- together ---- */

typedef struct partner {
    const char *path;
    uint32_t together;
    int64_t last;
    double votes;
} partner;

typedef struct together {
    gaz_commits *x;
    const gaz_commit_path *paths;
    size_t path_count;
    uint32_t *self;  /* per file, of each path: its number there, or COMMIT_NONE */
    gaz_map numbers; /* path → partner + 1 */
    GAZ_VEC(partner) partners;
    gaz_map *seen; /* per file: number of a path → partner + 1 */
    uint32_t looked;
} together;

static gaz_status find_partner(together *t, size_t file, uint32_t number, size_t *out,
                               gaz_error *err)
{
    bool added = false;
    uint64_t *seen = gaz_map_put(&t->seen[file], &number, sizeof number, &added);
    if (!seen)
        return no_memory(err);
    if (!added) {
        *out = (size_t)*seen - 1;
        return GAZ_OK;
    }
    gaz_arena scratch;
    const char *text = NULL;
    size_t len = 0;
    gaz_arena_init(&scratch, (size_t)1 << 20);
    gaz_status st = gaz_commit_path_text(&t->x->files[file], number, &scratch, &text, &len, err);
    uint64_t *slot = st == GAZ_OK ? gaz_map_put(&t->numbers, text, len, &added) : NULL;
    gaz_arena_release(&scratch);
    if (!slot)
        return st == GAZ_OK ? no_memory(err) : st;
    if (added) {
        partner fresh = {.path = NULL};
        if (!gaz_vec_push(&t->partners, fresh))
            return no_memory(err);
        *slot = t->partners.len;
    }
    *seen = *slot;
    *out = (size_t)*slot - 1;
    return GAZ_OK;
}

static bool is_asked(const together *t, size_t file, uint32_t number)
{
    const uint32_t *self = t->self + file * t->path_count;
    for (size_t i = 0; i < t->path_count; i++)
        if (self[i] == number)
            return true;
    return false;
}

static gaz_status vote(together *t, uint32_t rank, commit_changes *changes, gaz_error *err)
{
    gaz_commit_place place = t->x->state.state.order[rank];
    commit_file *f = &t->x->files[place.file];
    commit_fixed r = commit_fixed_at(t->x, rank);
    size_t others = 0;
    if ((r.flags & (GAZ_COMMIT_MERGE | GAZ_COMMIT_CHANGES_CUT)) || r.changes > GAZ_COCHANGE_FILES)
        return GAZ_OK;
    t->looked++;
    gaz_status st = gaz_commit_packed(f, place.local, changes, err);
    for (size_t i = 0; st == GAZ_OK && i < changes->len; i++)
        others += !is_asked(t, place.file, changes->items[i].path);
    for (size_t i = 0; st == GAZ_OK && i < changes->len; i++) {
        size_t at = 0;
        if (is_asked(t, place.file, changes->items[i].path))
            continue;
        st = find_partner(t, place.file, changes->items[i].path, &at, err);
        if (st != GAZ_OK)
            break;
        partner *p = &t->partners.items[at];
        p->last = p->together++ ? p->last : r.when;
        p->votes += 1.0 / (double)others;
    }
    return st;
}

static int by_votes(const void *a, const void *b)
{
    const partner *x = a, *y = b;
    if (x->votes != y->votes)
        return x->votes > y->votes ? -1 : 1;
    return strcmp(x->path, y->path);
}

static gaz_status give_partners(together *t, size_t limit, gaz_arena *arena, gaz_cochange **out,
                                size_t *count, gaz_error *err)
{
    const gaz_map_slot *slot = NULL;
    for (size_t at = 0; gaz_map_next(&t->numbers, &at, &slot);)
        t->partners.items[slot->value - 1].path = slot->key;
    if (t->partners.len)
        qsort(t->partners.items, t->partners.len, sizeof *t->partners.items, by_votes);
    size_t n = t->partners.len < limit ? t->partners.len : limit;
    gaz_cochange *list = gaz_arena_array(arena, n + 1, sizeof *list);
    for (size_t i = 0; list && i < n; i++) {
        const partner *p = &t->partners.items[i];
        list[i] = (gaz_cochange){gaz_arena_strdup(arena, p->path), p->together, p->last,
                                 p->votes / (double)t->looked};
        if (!list[i].path)
            list = NULL;
    }
    if (!list)
        return no_memory(err);
    *out = list;
    *count = n;
    return GAZ_OK;
}

/* Bits of the commits that changed any of the paths. */
static gaz_status find_commits(together *t, uint64_t *bits, gaz_error *err)
{
    commit_posts posts = {0};
    gaz_status st = GAZ_OK;
    for (size_t p = 0; st == GAZ_OK && p < t->path_count; p++) {
        st = gaz_commit_path_posts(t->x, t->paths[p].text, t->paths[p].len, false, &posts, err);
        for (size_t i = 0; st == GAZ_OK && i < posts.len; i++)
            if (posts.items[i].kind != GAZ_COMMIT_RENAMED_AWAY &&
                posts.items[i].kind != GAZ_COMMIT_DELETED)
                commit_set_bit(bits, posts.items[i].rank);
    }
    gaz_vec_free(&posts);
    return st;
}

static gaz_status find_numbers(together *t, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t f = 0; st == GAZ_OK && f < t->x->file_count; f++)
        for (size_t p = 0; st == GAZ_OK && p < t->path_count; p++) {
            uint32_t from = 0, to = 0;
            st = gaz_commit_path_range(&t->x->files[f], t->paths[p].text, t->paths[p].len, false,
                                       &from, &to, err);
            t->self[f * t->path_count + p] = from < to ? from : COMMIT_NONE;
        }
    return st;
}

static gaz_status look_at(together *t, gaz_error *err)
{
    commit_changes changes = {0};
    size_t count = t->x->state.state.count;
    uint64_t *bits = calloc(count / 64 + 1, sizeof *bits);
    t->self = calloc(t->x->file_count * t->path_count + 1, sizeof *t->self);
    t->seen = calloc(t->x->file_count + 1, sizeof *t->seen);
    gaz_status st = bits && t->self && t->seen ? GAZ_OK : no_memory(err);
    for (size_t i = 0; st == GAZ_OK && i < t->x->file_count; i++)
        gaz_map_init(&t->seen[i]);
    if (st == GAZ_OK)
        st = find_numbers(t, err);
    if (st == GAZ_OK)
        st = find_commits(t, bits, err);
    for (uint32_t rank = 0; st == GAZ_OK && rank < count && t->looked < GAZ_COCHANGE_COMMITS;
         rank++)
        if (commit_bit(bits, rank))
            st = vote(t, rank, &changes, err);
    gaz_vec_free(&changes);
    free(bits);
    return st;
}

gaz_status gaz_commits_cochange(gaz_commits *x, const char *path, size_t len, size_t limit,
                                gaz_arena *arena, gaz_cochange **out, size_t *count,
                                uint32_t *looked, gaz_error *err)
{
    const gaz_commit_path one = {path, len};
    return gaz_commits_cochange_all(x, &one, 1, limit, arena, out, count, looked, err);
}

gaz_status gaz_commits_cochange_all(gaz_commits *x, const gaz_commit_path *paths, size_t path_count,
                                    size_t limit, gaz_arena *arena, gaz_cochange **out,
                                    size_t *count, uint32_t *looked, gaz_error *err)
{
    together t = {.x = x, .paths = paths, .path_count = path_count};
    if (path_count > GAZ_COCHANGE_PATHS_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "at most %d files are compared with others at once",
                             GAZ_COCHANGE_PATHS_MAX);
    gaz_map_init(&t.numbers);
    pthread_mutex_lock(&x->lock);
    gaz_status st = look_at(&t, err);
    pthread_mutex_unlock(&x->lock);
    if (st == GAZ_OK)
        st = give_partners(&t, limit, arena, out, count, err);
    if (st == GAZ_OK && looked)
        *looked = t.looked;
    for (size_t i = 0; t.seen && i < x->file_count; i++)
        gaz_map_release(&t.seen[i]);
    free(t.seen);
    free(t.self);
    gaz_vec_free(&t.partners);
    gaz_map_release(&t.numbers);
    return st;
}

/* ---- lately ---- */

static gaz_status note_changes(gaz_commits *x, uint32_t rank, gaz_map *seen, gaz_arena *arena,
                               gaz_recent_change *list, size_t limit, size_t *count, gaz_error *err)
{
    gaz_commit_place place = x->state.state.order[rank];
    commit_file *f = &x->files[place.file];
    commit_changes changes = {0};
    gaz_status st = gaz_commit_packed(f, place.local, &changes, err);
    for (size_t i = 0; st == GAZ_OK && i < changes.len && *count < limit; i++) {
        const char *path = NULL;
        size_t len = 0;
        bool added = false;
        st = gaz_commit_path_text(f, changes.items[i].path, arena, &path, &len, err);
        if (st == GAZ_OK && !gaz_map_put(seen, path, len, &added))
            st = no_memory(err);
        if (st == GAZ_OK && added)
            list[(*count)++] = (gaz_recent_change){path, rank, changes.items[i].kind};
    }
    gaz_vec_free(&changes);
    return st;
}

/* Of a directory only what is at or below it counts. */
static void keep_below(const gaz_commits_filter *filter, gaz_recent_change *list, size_t from,
                       size_t *count)
{
    size_t kept = from, n = filter->path_len;
    for (size_t i = from; i < *count; i++) {
        const char *path = list[i].path;
        bool in = !n || (strncmp(path, filter->path, n) == 0 &&
                         (!path[n] || (filter->below && path[n] == '/')));
        if (in)
            list[kept++] = list[i];
    }
    *count = kept;
}

gaz_status gaz_commits_recent(gaz_commits *x, const gaz_commits_filter *filter, size_t limit,
                              gaz_arena *arena, gaz_recent_change **out, size_t *count,
                              gaz_error *err)
{
    size_t found = 0;
    gaz_map seen;
    uint64_t *bits = calloc(x->state.state.count / 64 + 2, sizeof *bits);
    gaz_recent_change *list = gaz_arena_array(arena, limit + 1, sizeof *list);
    gaz_status st = bits && list ? gaz_commits_select(x, filter, bits, err) : no_memory(err);
    gaz_map_init(&seen);
    pthread_mutex_lock(&x->lock);
    for (uint32_t rank = 0; st == GAZ_OK && rank < x->state.state.count && found < limit; rank++) {
        size_t before = found;
        if (!commit_bit(bits, rank))
            continue;
        st = note_changes(x, rank, &seen, arena, list, limit, &found, err);
        if (filter->path)
            keep_below(filter, list, before, &found);
    }
    pthread_mutex_unlock(&x->lock);
    gaz_map_release(&seen);
    free(bits);
    if (st == GAZ_OK) {
        *out = list;
        *count = found;
    }
    return st;
}
