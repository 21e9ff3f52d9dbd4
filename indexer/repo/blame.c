/* Blame: which commit brought each line. Lines are handed from a commit to its parents, newest
 * commit first: what a comparison with the parent's version leaves unchanged came from there or
 * from before it, what is left came with the commit. A parent with the very same file takes all. A
 * file that is not in the first parent may have had another name there.
 *
 * The cost is that of the file's history and has no bound of its own, so there are two from
 * outside, a deadline and a number of commits: what is left then is told as unfinished. */
#include <git2.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/map.h"
#include "history_private.h"

#define BLAME_COMMITS 100000
#define BLAME_BLOB ((uint64_t)8 << 20)
#define BLAME_PARENTS 16 /* of one commit that are asked */
#define BLAME_ARENA ((size_t)1 << 30)
#define BINARY_PREFIX 8000

/* Lines that are somewhere in a version of the file, and where they are in the one asked for. */
typedef struct span {
    uint32_t final, here, count; /* 1-based */
} span;
typedef GAZ_VEC(span) span_list;

/* A version of the file: what it was called in a commit. */
typedef struct version {
    gaz_oid commit, tree, blob;
    const gaz_oid *parents;
    uint32_t parent_count;
    int64_t when;
    const char *path;
    span_list spans;
} version;

typedef struct blame_state {
    gaz_repo *repo;
    const gaz_blame_request *request;
    gaz_blame *out;
    GAZ_VEC(version *) heap; /* newest on top */
    gaz_map versions;        /* commit id and path → address of a version that waits */
    GAZ_VEC(gaz_blame_range) done;
    gaz_arena scratch;
} blame_state;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to blame a file");
}

static void version_free(version *v)
{
    if (v)
        gaz_vec_free(&v->spans);
    free(v);
}

/* ---- versions that wait ---- */

static bool newer(const version *a, const version *b)
{
    return a->when != b->when ? a->when > b->when : gaz_oid_compare(&a->commit, &b->commit) < 0;
}

static gaz_status push(blame_state *b, version *v, gaz_error *err)
{
    if (!gaz_vec_push(&b->heap, v))
        return no_memory(err);
    size_t at = b->heap.len - 1;
    for (size_t up; at && newer(v, b->heap.items[up = (at - 1) / 2]); at = up)
        b->heap.items[at] = b->heap.items[up];
    b->heap.items[at] = v;
    return GAZ_OK;
}

static version *pop(blame_state *b)
{
    version **heap = b->heap.items, *top = heap[0], *last = heap[--b->heap.len];
    size_t at = 0, len = b->heap.len;
    for (size_t down; (down = 2 * at + 1) < len; at = down) {
        down += down + 1 < len && newer(heap[down + 1], heap[down]);
        if (!newer(heap[down], last))
            break;
        heap[at] = heap[down];
    }
    if (len)
        heap[at] = last;
    return top;
}

static uint64_t *place_of(blame_state *b, const gaz_oid *commit, const char *path, bool *added)
{
    char key[GAZ_OID_SIZE + GAZ_PATH_BYTES_MAX];
    size_t len = strlen(path);
    memcpy(key, commit->id, GAZ_OID_SIZE);
    memcpy(key + GAZ_OID_SIZE, path, len);
    return gaz_map_put(&b->versions, key, GAZ_OID_SIZE + len, added);
}

/* The version of a path in a commit. @param out  NULL when the commit or the file is not there */
static gaz_status find_version(blame_state *b, const gaz_oid *commit, const char *path,
                               bool *commit_missing, version **out, gaz_error *err)
{
    gaz_commit_info info;
    gaz_error why = {0};
    gaz_node_kind kind;
    version v = {.commit = *commit, .path = path};
    *out = NULL;
    *commit_missing = false;
    gaz_arena_reset(&b->scratch);
    gaz_status st = gaz_history_commit(b->repo, commit, &b->scratch, &info, &why);
    *commit_missing = st != GAZ_OK;
    if (st == GAZ_OK) {
        v.tree = info.tree;
        v.when = info.committer.when;
        st = gaz_history_find(b->repo, &info.tree, path, &kind, &v.blob, &why);
    }
    if (st == GAZ_E_NOMEM)
        return no_memory(err);
    if (st != GAZ_OK || kind != GAZ_NODE_FILE)
        return GAZ_OK;
    size_t parents = info.parent_count < BLAME_PARENTS ? info.parent_count : BLAME_PARENTS;
    gaz_oid *copy = gaz_arena_array(&b->out->arena, parents + 1, sizeof *copy);
    version *made = malloc(sizeof *made);
    if (!copy || !made) {
        free(made);
        return no_memory(err);
    }
    memcpy(copy, info.parents, parents * sizeof *copy);
    v.parents = copy;
    v.parent_count = (uint32_t)parents;
    *made = v;
    *out = made;
    return GAZ_OK;
}

/* Queues a version with its spans, or adds them to the same one that waits already. Takes it. */
static gaz_status give(blame_state *b, version *v, gaz_error *err)
{
    bool added = false;
    uint64_t *place = v->spans.len ? place_of(b, &v->commit, v->path, &added) : NULL;
    if (!place) {
        bool nothing = !v->spans.len;
        version_free(v);
        return nothing ? GAZ_OK : no_memory(err);
    }
    version *waits = added ? NULL : (version *)(uintptr_t)*place;
    gaz_status st = GAZ_OK;
    if (!waits) {
        st = push(b, v, err);
        *place = st == GAZ_OK ? (uintptr_t)v : 0;
        if (st != GAZ_OK)
            version_free(v);
        return st;
    }
    for (size_t i = 0; st == GAZ_OK && i < v->spans.len; i++)
        if (!gaz_vec_push(&waits->spans, v->spans.items[i]))
            st = no_memory(err);
    version_free(v);
    return st;
}

/* ---- comparing ---- */

typedef struct split {
    const span_list *from;
    span_list *kept, *passed; /* changed here; unchanged, at their place in the parent */
    size_t at;                /* the span that is being cut */
    uint32_t used;            /* lines of it that are cut off */
    int64_t shift;            /* a line of the parent is this one minus it */
    bool failed;
} split;

static bool put(span_list *list, span s)
{
    return !s.count || gaz_vec_push(list, s);
}

/* Lines before `limit` go to the parent, when `unchanged`, or stay. */
static void take_until(split *s, uint64_t limit, bool unchanged)
{
    while (s->at < s->from->len) {
        const span *whole = &s->from->items[s->at];
        uint64_t here = (uint64_t)whole->here + s->used;
        uint32_t left = whole->count - s->used;
        uint64_t room = here < limit ? limit - here : 0;
        uint32_t n = room < left ? (uint32_t)room : left;
        span part = {whole->final + s->used,
                     (uint32_t)(unchanged ? (int64_t)here - s->shift : (int64_t)here), n};
        s->failed |= !put(unchanged ? s->passed : s->kept, part);
        s->used += n;
        if (n < left)
            return;
        s->at++;
        s->used = 0;
    }
}

static int on_hunk(const git_diff_delta *delta, const git_diff_hunk *hunk, void *payload)
{
    split *s = payload;
    (void)delta;
    uint64_t start = (uint64_t)hunk->new_start + (hunk->new_lines == 0);
    take_until(s, start, true);
    take_until(s, start + (uint64_t)hunk->new_lines, false);
    s->shift += hunk->new_lines - hunk->old_lines;
    return s->failed ? -1 : 0;
}

static int by_here(const void *a, const void *b)
{
    const span *x = a, *y = b;
    return x->here < y->here ? -1 : x->here > y->here;
}

static gaz_status compare_texts(const gaz_strbuf *parent, const gaz_strbuf *text, split *s,
                                gaz_error *err)
{
    git_diff_options options;
    if (git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION) != 0)
        return gaz_error_set(err, GAZ_E_INTERNAL, "libgit2 is another version than it was");
    options.flags = GIT_DIFF_FORCE_TEXT;
    options.context_lines = 0;
    int code = git_diff_buffers(parent->data, parent->len, "a", text->data, text->len, "a",
                                &options, NULL, NULL, on_hunk, NULL, s);
    if (code != 0)
        return no_memory(err);
    take_until(s, UINT64_MAX, true);
    return s->failed ? no_memory(err) : GAZ_OK;
}

/* Hands what is unchanged since the parent's version to it; the rest stays. A version that cannot
 * be read takes nothing. */
static gaz_status hand_over(blame_state *b, version *v, version *parent, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT, older = GAZ_STRBUF_INIT;
    uint64_t max = b->request->blob_max ? b->request->blob_max : BLAME_BLOB;
    gaz_error why = {0};
    span_list kept = {0};
    split s = {.from = &v->spans, .kept = &kept, .passed = &parent->spans};
    gaz_status st = gaz_repo_blob(b->repo, &v->blob, max, false, &text, &why);
    if (st == GAZ_OK)
        st = gaz_repo_blob(b->repo, &parent->blob, max, false, &older, &why);
    if (st == GAZ_OK) {
        qsort(v->spans.items, v->spans.len, sizeof *v->spans.items, by_here);
        st = compare_texts(&older, &text, &s, err);
    } else {
        st = st == GAZ_E_NOMEM ? no_memory(err) : GAZ_DONE;
    }
    if (st == GAZ_OK) {
        gaz_vec_free(&v->spans);
        v->spans = kept;
    } else {
        gaz_vec_free(&kept);
    }
    gaz_strbuf_release(&text);
    gaz_strbuf_release(&older);
    return st == GAZ_DONE ? GAZ_OK : st;
}

/* ---- one commit ---- */

/* What the file was called in the first parent; NULL when it was not there. */
static gaz_status old_name(blame_state *b, const version *v, const char **out, gaz_error *err)
{
    gaz_commit_info info = {
        .id = v->commit, .tree = v->tree, .parents = v->parents, .parent_count = v->parent_count};
    gaz_history_limits limits = GAZ_HISTORY_LIMITS;
    gaz_history_changes changes;
    gaz_error why = {0};
    *out = NULL;
    gaz_arena_reset(&b->scratch);
    gaz_status st = gaz_history_changes_read(b->repo, &info, &limits, &b->scratch, &changes, &why);
    if (st == GAZ_E_NOMEM)
        return no_memory(err);
    for (size_t i = 0; st == GAZ_OK && i < changes.count; i++) {
        const gaz_history_change *c = &changes.items[i];
        if (c->kind != GAZ_HISTORY_RENAME || strcmp(c->path, v->path) != 0)
            continue;
        *out = gaz_arena_strndup(&b->out->arena, c->from, c->from_len);
        return *out ? GAZ_OK : no_memory(err);
    }
    return GAZ_OK;
}

static gaz_status find_parent(blame_state *b, const version *v, uint32_t i, bool *missing,
                              version **out, gaz_error *err)
{
    const char *name = NULL;
    gaz_status st = find_version(b, &v->parents[i], v->path, missing, out, err);
    if (st != GAZ_OK || *out || *missing || i > 0 || !b->request->renames)
        return st;
    st = old_name(b, v, &name, err);
    return st == GAZ_OK && name ? find_version(b, &v->parents[i], name, missing, out, err) : st;
}

static gaz_status settle(blame_state *b, const version *v, bool boundary, bool unfinished,
                         gaz_error *err)
{
    for (size_t i = 0; i < v->spans.len; i++) {
        const span *s = &v->spans.items[i];
        gaz_blame_range range = {.first = s->final,
                                 .count = s->count,
                                 .origin_line = s->here,
                                 .commit = v->commit,
                                 .path = v->path,
                                 .boundary = boundary,
                                 .unfinished = unfinished};
        if (!gaz_vec_push(&b->done, range))
            return no_memory(err);
    }
    return GAZ_OK;
}

static gaz_status look_at(blame_state *b, version *v, gaz_error *err)
{
    version *parents[BLAME_PARENTS] = {NULL};
    bool boundary = false, taken = false;
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < v->parent_count && !taken; i++) {
        bool missing = false;
        st = find_parent(b, v, i, &missing, &parents[i], err);
        boundary |= missing;
        if (st == GAZ_OK && parents[i] && gaz_oid_compare(&parents[i]->blob, &v->blob) == 0) {
            parents[i]->spans = v->spans;
            memset(&v->spans, 0, sizeof v->spans);
            taken = true;
        }
    }
    for (uint32_t i = 0; st == GAZ_OK && i < v->parent_count; i++)
        if (parents[i] && !taken && v->spans.len)
            st = hand_over(b, v, parents[i], err);
    for (uint32_t i = 0; i < v->parent_count; i++) {
        if (st == GAZ_OK && parents[i])
            st = give(b, parents[i], err);
        else
            version_free(parents[i]);
    }
    return st == GAZ_OK ? settle(b, v, boundary, false, err) : st;
}

static gaz_status run(blame_state *b, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    size_t most = b->request->commits ? b->request->commits : BLAME_COMMITS;
    b->out->complete = true;
    while (st == GAZ_OK && b->heap.len) {
        version *v = pop(b);
        uint64_t *place = place_of(b, &v->commit, v->path, NULL);
        if (place)
            *place = 0;
        if (b->out->commits >= most || gaz_expired(b->request->deadline_us)) {
            b->out->complete = false;
            st = settle(b, v, false, true, err);
        } else {
            b->out->commits++;
            st = look_at(b, v, err);
        }
        version_free(v);
    }
    return st;
}

/* ---- beginning and end ---- */

static uint32_t count_lines(const gaz_strbuf *text)
{
    uint32_t lines = 0;
    for (size_t i = 0; i < text->len; i++)
        lines += text->data[i] == '\n';
    return lines + (text->len && text->data[text->len - 1] != '\n');
}

static gaz_status begin(blame_state *b, gaz_error *err)
{
    const gaz_blame_request *r = b->request;
    gaz_commit_info info;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    version *v = NULL;
    bool missing;
    size_t len = strlen(r->path);
    char *path = gaz_arena_strndup(&b->out->arena, r->path, len);
    if (!path)
        return no_memory(err);
    gaz_status st = gaz_history_commit(b->repo, &r->commit, &b->scratch, &info, err);
    if (st == GAZ_OK && len <= GAZ_PATH_BYTES_MAX)
        st = find_version(b, &r->commit, path, &missing, &v, err);
    if (st == GAZ_OK && !v)
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "there is no file %.300s in that commit", r->path);
    if (st == GAZ_OK)
        st = gaz_repo_blob(b->repo, &v->blob, r->blob_max ? r->blob_max : BLAME_BLOB, false, &text,
                           err);
    if (st == GAZ_OK && memchr(text.data, 0, text.len < BINARY_PREFIX ? text.len : BINARY_PREFIX))
        st = gaz_error_set(err, GAZ_E_UNSUPPORTED, "%.300s is no text", r->path);
    if (st == GAZ_OK) {
        b->out->lines = count_lines(&text);
        if (b->out->lines && !gaz_vec_push(&v->spans, ((span){1, 1, b->out->lines})))
            st = no_memory(err);
    }
    gaz_strbuf_release(&text);
    if (st != GAZ_OK) {
        version_free(v);
        return st;
    }
    return give(b, v, err);
}

static int by_line(const void *a, const void *b)
{
    const gaz_blame_range *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* Neighbours that came together become one range. */
static void put_together(blame_state *b)
{
    size_t kept = 0;
    gaz_blame_range *r = b->done.items;
    if (b->done.len)
        qsort(r, b->done.len, sizeof *r, by_line);
    for (size_t i = 0; i < b->done.len; i++) {
        gaz_blame_range *last = kept ? &r[kept - 1] : NULL;
        if (last && gaz_oid_compare(&last->commit, &r[i].commit) == 0 &&
            last->origin_line + last->count == r[i].origin_line &&
            last->unfinished == r[i].unfinished && strcmp(last->path, r[i].path) == 0)
            last->count += r[i].count;
        else
            r[kept++] = r[i];
    }
    b->out->ranges = r;
    b->out->count = kept;
}

gaz_status gaz_blame_run(gaz_repo *repo, const gaz_blame_request *request, gaz_blame **out,
                         gaz_error *err)
{
    blame_state b = {.repo = repo, .request = request};
    b.out = calloc(1, sizeof *b.out);
    if (!b.out)
        return no_memory(err);
    gaz_arena_init(&b.out->arena, BLAME_ARENA);
    gaz_arena_init(&b.scratch, BLAME_ARENA);
    gaz_map_init(&b.versions);
    gaz_status st = begin(&b, err);
    if (st == GAZ_OK)
        st = run(&b, err);
    for (size_t i = 0; i < b.heap.len; i++)
        version_free(b.heap.items[i]);
    gaz_vec_free(&b.heap);
    gaz_map_release(&b.versions);
    gaz_arena_release(&b.scratch);
    if (st == GAZ_OK) {
        put_together(&b);
        *out = b.out;
    } else {
        gaz_vec_free(&b.done);
        gaz_blame_free(b.out);
    }
    return st;
}

void gaz_blame_free(gaz_blame *blame)
{
    if (!blame)
        return;
    free(blame->ranges);
    gaz_arena_release(&blame->arena);
    free(blame);
}
