/* What following lines through history is made of: versions of a file in a heap, and comparisons of
 * two of them. */
#include "line_versions.h"

#include <stdlib.h>
#include <string.h>

#define BINARY_PREFIX 8000

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to follow lines of a file");
}

void version_free(version *v)
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

static gaz_status push(version_walk *w, version *v, gaz_error *err)
{
    if (!gaz_vec_push(&w->heap, v))
        return no_memory(err);
    size_t at = w->heap.len - 1;
    for (size_t up; at && newer(v, w->heap.items[up = (at - 1) / 2]); at = up)
        w->heap.items[at] = w->heap.items[up];
    w->heap.items[at] = v;
    return GAZ_OK;
}

static version *pop(version_walk *w)
{
    version **heap = w->heap.items, *top = heap[0], *last = heap[--w->heap.len];
    size_t at = 0, len = w->heap.len;
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

static uint64_t *place_of(version_walk *w, const gaz_oid *commit, const char *path, bool *added)
{
    char key[GAZ_OID_SIZE + GAZ_PATH_BYTES_MAX];
    size_t len = strlen(path);
    memcpy(key, commit->id, GAZ_OID_SIZE);
    memcpy(key + GAZ_OID_SIZE, path, len);
    return gaz_map_put(&w->versions, key, GAZ_OID_SIZE + len, added);
}

/* The version of a path in a commit. @param out  NULL when the commit or the file is not there */
gaz_status versions_find(version_walk *w, const gaz_oid *commit, const char *path,
                         bool *commit_missing, version **out, gaz_error *err)
{
    gaz_commit_info info;
    gaz_error why = {0};
    gaz_node_kind kind;
    version v = {.commit = *commit, .path = path};
    *out = NULL;
    *commit_missing = false;
    gaz_arena_reset(&w->scratch);
    gaz_status st = gaz_history_commit(w->repo, commit, &w->scratch, &info, &why);
    *commit_missing = st != GAZ_OK;
    if (st == GAZ_OK) {
        v.tree = info.tree;
        v.when = info.committer.when;
        st = gaz_history_find(w->repo, &info.tree, path, &kind, &v.blob, &why);
    }
    if (st == GAZ_E_NOMEM)
        return no_memory(err);
    if (st != GAZ_OK || kind != GAZ_NODE_FILE)
        return GAZ_OK;
    size_t parents = info.parent_count < LINE_PARENTS ? info.parent_count : LINE_PARENTS;
    gaz_oid *copy = gaz_arena_array(w->arena, parents + 1, sizeof *copy);
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
gaz_status versions_give(version_walk *w, version *v, gaz_error *err)
{
    bool added = false;
    uint64_t *place = v->spans.len ? place_of(w, &v->commit, v->path, &added) : NULL;
    if (!place) {
        bool nothing = !v->spans.len;
        version_free(v);
        return nothing ? GAZ_OK : no_memory(err);
    }
    version *waits = added ? NULL : (version *)(uintptr_t)*place;
    gaz_status st = GAZ_OK;
    if (!waits) {
        st = push(w, v, err);
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

/* What the file was called in the first parent; NULL when it was not there. */
static gaz_status old_name(version_walk *w, const version *v, const char **out, gaz_error *err)
{
    gaz_commit_info info = {
        .id = v->commit, .tree = v->tree, .parents = v->parents, .parent_count = v->parent_count};
    gaz_history_limits limits = GAZ_HISTORY_LIMITS;
    gaz_history_changes changes;
    gaz_error why = {0};
    *out = NULL;
    gaz_arena_reset(&w->scratch);
    gaz_status st = gaz_history_changes_read(w->repo, &info, &limits, &w->scratch, &changes, &why);
    if (st == GAZ_E_NOMEM)
        return no_memory(err);
    for (size_t i = 0; st == GAZ_OK && i < changes.count; i++) {
        const gaz_history_change *c = &changes.items[i];
        if (c->kind != GAZ_HISTORY_RENAME || strcmp(c->path, v->path) != 0)
            continue;
        *out = gaz_arena_strndup(w->arena, c->from, c->from_len);
        return *out ? GAZ_OK : no_memory(err);
    }
    return GAZ_OK;
}

gaz_status versions_find_parent(version_walk *w, const version *v, uint32_t i, bool *missing,
                                version **out, gaz_error *err)
{
    const char *name = NULL;
    gaz_status st = versions_find(w, &v->parents[i], v->path, missing, out, err);
    if (st != GAZ_OK || *out || *missing || i > 0 || !w->renames)
        return st;
    st = old_name(w, v, &name, err);
    return st == GAZ_OK && name ? versions_find(w, &v->parents[i], name, missing, out, err) : st;
}

/* ---- beginning and end ---- */

void versions_init(version_walk *w, gaz_repo *repo, bool renames, gaz_arena *arena)
{
    *w = (version_walk){.repo = repo, .renames = renames, .arena = arena};
    gaz_arena_init(&w->scratch, LINE_ARENA);
    gaz_map_init(&w->versions);
}

void versions_release(version_walk *w)
{
    for (size_t i = 0; i < w->heap.len; i++)
        version_free(w->heap.items[i]);
    gaz_vec_free(&w->heap);
    gaz_map_release(&w->versions);
    gaz_arena_release(&w->scratch);
}

version *versions_take(version_walk *w)
{
    version *v = w->heap.len ? pop(w) : NULL;
    uint64_t *place = v ? place_of(w, &v->commit, v->path, NULL) : NULL;
    if (place)
        *place = 0;
    return v;
}

static uint32_t count_lines(const gaz_strbuf *text)
{
    uint32_t lines = 0;
    for (size_t i = 0; i < text->len; i++)
        lines += text->data[i] == '\n';
    return lines + (text->len && text->data[text->len - 1] != '\n');
}

gaz_status versions_begin(version_walk *w, const gaz_oid *commit, const char *path,
                          uint64_t blob_max, version **out, uint32_t *lines, gaz_error *err)
{
    gaz_commit_info info;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    version *v = NULL;
    bool missing;
    size_t len = strlen(path);
    char *copy = gaz_arena_strndup(w->arena, path, len);
    if (!copy)
        return no_memory(err);
    gaz_status st = gaz_history_commit(w->repo, commit, &w->scratch, &info, err);
    if (st == GAZ_OK && len <= GAZ_PATH_BYTES_MAX)
        st = versions_find(w, commit, copy, &missing, &v, err);
    if (st == GAZ_OK && !v)
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "there is no file %.300s in that commit", path);
    if (st == GAZ_OK)
        st = gaz_repo_blob(w->repo, &v->blob, blob_max ? blob_max : LINE_BLOB, false, &text, err);
    if (st == GAZ_OK && memchr(text.data, 0, text.len < BINARY_PREFIX ? text.len : BINARY_PREFIX))
        st = gaz_error_set(err, GAZ_E_UNSUPPORTED, "%.300s is no text", path);
    *lines = count_lines(&text);
    gaz_strbuf_release(&text);
    if (st == GAZ_OK)
        *out = v;
    else
        version_free(v);
    return st;
}

/* ---- comparing ---- */

typedef struct comparison {
    version_hunk hunk;
    void *ctx;
} comparison;

static int on_hunk(const git_diff_delta *delta, const git_diff_hunk *hunk, void *payload)
{
    comparison *c = payload;
    (void)delta;
    return c->hunk(c->ctx, hunk) ? 0 : -1;
}

static gaz_status compare_texts(const gaz_strbuf *parent, const gaz_strbuf *text, comparison *c,
                                gaz_error *err)
{
    git_diff_options options;
    if (git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION) != 0)
        return gaz_error_set(err, GAZ_E_INTERNAL, "libgit2 is another version than it was");
    options.flags = GIT_DIFF_FORCE_TEXT;
    options.context_lines = 0;
    int code = git_diff_buffers(parent->data, parent->len, "a", text->data, text->len, "a",
                                &options, NULL, NULL, on_hunk, NULL, c);
    return code == 0 ? GAZ_OK : no_memory(err);
}

gaz_status versions_compare(version_walk *w, const version *parent, const version *v, uint64_t max,
                            version_hunk hunk, void *ctx, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT, older = GAZ_STRBUF_INIT;
    comparison c = {hunk, ctx};
    gaz_error why = {0};
    max = max ? max : LINE_BLOB;
    gaz_status st = gaz_repo_blob(w->repo, &v->blob, max, false, &text, &why);
    if (st == GAZ_OK)
        st = gaz_repo_blob(w->repo, &parent->blob, max, false, &older, &why);
    if (st == GAZ_OK)
        st = compare_texts(&older, &text, &c, err);
    else
        st = st == GAZ_E_NOMEM ? no_memory(err) : GAZ_DONE;
    gaz_strbuf_release(&text);
    gaz_strbuf_release(&older);
    return st;
}
