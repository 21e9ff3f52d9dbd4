/* What a commit's tree changes against a manifest. Along a commit that the manifest was made from,
 * git's diff says; when an ignore file changed, or there is no such commit, the whole tree is
 * walked and compared, so that the outcome never depends on the way it was reached. */
#include <stdlib.h>
#include <string.h>

#include "gaz/repo/ignore.h"
#include "index_run.h"

typedef struct rules {
    gaz_ignore *operator, * tree;
} rules;

typedef struct collector {
    const tree_request *request;
    tree_changes *out;
    rules rules;
    bool ignore_changed;
    GAZ_VEC(gaz_manifest_change) ignore_files;
} collector;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to compare trees");
}

static bool is_ignore_file(const char *path, size_t len)
{
    size_t n = strlen(GAZ_IGNORE_NAME);
    return len >= n && memcmp(path + len - n, GAZ_IGNORE_NAME, n) == 0 &&
           (len == n || path[len - n - 1] == '/');
}

static gaz_skip skip_of(const rules *r, const gaz_entry *e)
{
    switch (e->kind) {
    case GAZ_ENTRY_SYMLINK:
        return GAZ_SKIP_SYMLINK;
    case GAZ_ENTRY_SUBMODULE:
        return GAZ_SKIP_SUBMODULE;
    case GAZ_ENTRY_UNREADABLE:
        return GAZ_SKIP_UNREADABLE;
    default:
        break;
    }
    bool out = gaz_ignore_match(r->operator, e->path, e->path_len) ||
               gaz_ignore_match(r->tree, e->path, e->path_len);
    return out ? GAZ_SKIP_EXCLUDED : GAZ_SKIP_NONE;
}

static gaz_status copy_entry(collector *c, const gaz_entry *e, gaz_manifest_change *out,
                             gaz_error *err)
{
    const char *path = gaz_arena_strndup(c->request->arena, e->path, e->path_len);
    if (!path)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the paths of a tree");
    *out = (gaz_manifest_change){.entry = {.path = path,
                                           .path_len = (uint32_t)e->path_len,
                                           .oid = e->oid,
                                           .skip = (uint8_t)e->kind}};
    if (e->kind == GAZ_ENTRY_UNREADABLE) /* no blob of its own: only one that could not be read may
                                            be worth another try */
        out->entry.oid = (gaz_oid){{0}};
    return GAZ_OK;
}

/* ---- ignore rules of a tree ---- */

static gaz_status read_ignore_file(collector *c, const gaz_manifest_change *file, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_error why = {0};
    const gaz_manifest_entry *e = &file->entry;
    gaz_status st = gaz_repo_blob(c->request->repo, &e->oid, (uint64_t)GAZ_IGNORE_FILE_MAX * 4,
                                  true, &text, &why);
    if (st == GAZ_OK) {
        size_t n = e->path_len - strlen(GAZ_IGNORE_NAME);
        char *dir = gaz_arena_strndup(c->request->arena, e->path, n ? n - 1 : 0);
        st = dir ? gaz_ignore_add(c->rules.tree, dir, text.data, text.len, &why) : no_memory(&why);
    }
    gaz_strbuf_release(&text);
    if (st == GAZ_E_NOMEM && err && err->status == GAZ_OK)
        *err = why;
    return st == GAZ_E_NOMEM ? st : GAZ_OK; /* an unreadable or oversized ignore file keeps out what
                                               it could say so far */
}

static int by_depth(const void *a, const void *b)
{
    const gaz_manifest_change *x = a, *y = b;
    unsigned dx = 0, dy = 0;
    for (uint32_t i = 0; i < x->entry.path_len; i++)
        dx += x->entry.path[i] == '/';
    for (uint32_t i = 0; i < y->entry.path_len; i++)
        dy += y->entry.path[i] == '/';
    if (dx != dy)
        return dx < dy ? -1 : 1;
    return strcmp(x->entry.path, y->entry.path);
}

/* The list holds the tree's ignore files; shallower ones go first, so that deeper ones win. */
static gaz_status read_rules(collector *c, gaz_error *err)
{
    const gaz_settings *s = c->request->settings;
    gaz_strbuf patterns = GAZ_STRBUF_INIT;
    for (size_t i = 0; i < s->exclude_count; i++)
        gaz_strbuf_printf(&patterns, "%s\n", s->exclude[i]);
    gaz_status st = gaz_strbuf_check(
        &patterns, err); /* half of the patterns would let in what the others keep out */
    if (st == GAZ_OK)
        st = gaz_ignore_new(&c->rules.operator, err);
    if (st == GAZ_OK)
        st = gaz_ignore_new(&c->rules.tree, err);
    if (st == GAZ_OK)
        st = gaz_ignore_add(c->rules.operator, "", patterns.data, patterns.len, err);
    gaz_strbuf_release(&patterns);
    if (c->ignore_files.len)
        qsort(c->ignore_files.items, c->ignore_files.len, sizeof *c->ignore_files.items, by_depth);
    for (size_t i = 0; st == GAZ_OK && i < c->ignore_files.len; i++)
        st = read_ignore_file(c, &c->ignore_files.items[i], err);
    return st;
}

/* ---- the whole tree ---- */

/* Collected changes carry the entry's kind in `skip` until the rules are known. */
static gaz_status visit_entry(void *ctx, const gaz_entry *e, gaz_error *err)
{
    collector *c = ctx;
    gaz_manifest_change change;
    gaz_status st = copy_entry(c, e, &change, err);
    if (st != GAZ_OK)
        return st;
    if (!gaz_vec_push(&c->out->items, change) ||
        (e->kind == GAZ_ENTRY_FILE && is_ignore_file(e->path, e->path_len) &&
         !gaz_vec_push(&c->ignore_files, change)))
        return no_memory(err);
    return GAZ_OK;
}

static gaz_entry as_entry(const gaz_manifest_entry *m)
{
    return (gaz_entry){
        .path = m->path, .path_len = m->path_len, .kind = (gaz_entry_kind)m->skip, .oid = m->oid};
}

static int compare_entries(const gaz_manifest_entry *a, const gaz_manifest_entry *b)
{
    uint32_t n = a->path_len < b->path_len ? a->path_len : b->path_len;
    int c = memcmp(a->path, b->path, n);
    return c ? c : (a->path_len > b->path_len) - (a->path_len < b->path_len);
}

/* Entries the base has as they are, or as they failed before, are no changes; a blob that could not
 * be read is tried again. */
static bool unchanged(const gaz_manifest_entry *was, const gaz_manifest_entry *now)
{
    bool same_skip =
        was->skip == now->skip || (now->skip == GAZ_SKIP_NONE && was->skip == GAZ_SKIP_CRASHED);
    return gaz_oid_compare(&was->oid, &now->oid) == 0 && same_skip;
}

/* From all entries to those that differ from the base, with removals. */
static gaz_status subtract_base(collector *c, gaz_error *err)
{
    gaz_manifest *base = c->request->base;
    tree_changes differ = {0};
    size_t old = 0, n = gaz_manifest_count(base);
    bool ok = true;
    for (size_t i = 0; ok && i <= c->out->items.len; i++) {
        const gaz_manifest_change *now = i < c->out->items.len ? &c->out->items.items[i] : NULL;
        while (ok && old < n &&
               (!now || compare_entries(gaz_manifest_at(base, old), &now->entry) < 0)) {
            gaz_manifest_change gone = {.entry = *gaz_manifest_at(base, old++), .removed = true};
            ok = gaz_vec_push(&differ.items, gone);
        }
        bool both = now && old < n && compare_entries(gaz_manifest_at(base, old), &now->entry) == 0;
        if (ok && now && !(both && unchanged(gaz_manifest_at(base, old), &now->entry)))
            ok = gaz_vec_push(&differ.items, *now);
        old += both;
    }
    gaz_vec_free(&c->out->items);
    c->out->items.items = differ.items.items;
    c->out->items.len = differ.items.len;
    c->out->items.cap = differ.items.cap;
    return ok ? GAZ_OK : no_memory(err);
}

static gaz_status collect_whole(collector *c, gaz_error *err)
{
    gaz_status st = gaz_repo_walk(c->request->repo, &c->request->commit, visit_entry, c, err);
    if (st == GAZ_OK)
        st = read_rules(c, err);
    for (size_t i = 0; st == GAZ_OK && i < c->out->items.len; i++) {
        gaz_entry e = as_entry(&c->out->items.items[i].entry);
        c->out->items.items[i].entry.skip = (uint8_t)skip_of(&c->rules, &e);
    }
    if (st == GAZ_OK && c->request->base)
        st = subtract_base(c, err);
    return st;
}

/* ---- the difference ---- */

static gaz_status visit_change(void *ctx, gaz_change_kind kind, const gaz_entry *e, gaz_error *err)
{
    collector *c = ctx;
    gaz_manifest_change change;
    c->ignore_changed |= is_ignore_file(e->path, e->path_len);
    gaz_status st = copy_entry(c, e, &change, err);
    if (st != GAZ_OK)
        return st;
    change.removed = kind == GAZ_CHANGE_DELETE;
    return gaz_vec_push(&c->out->items, change) ? GAZ_OK : no_memory(err);
}

/* Ignore files that did not change are found in the base. */
static gaz_status base_ignore_files(collector *c, gaz_error *err)
{
    for (size_t i = 0; i < gaz_manifest_count(c->request->base); i++) {
        const gaz_manifest_entry *m = gaz_manifest_at(c->request->base, i);
        if (!is_ignore_file(m->path, m->path_len) || m->skip == GAZ_SKIP_SYMLINK ||
            m->skip == GAZ_SKIP_SUBMODULE)
            continue;
        gaz_manifest_change file = {.entry = *m};
        file.entry.path = gaz_arena_strndup(c->request->arena, m->path, m->path_len);
        if (!file.entry.path || !gaz_vec_push(&c->ignore_files, file))
            return no_memory(err);
    }
    return GAZ_OK;
}

static bool is_directory(const gaz_manifest_entry *m)
{
    return m->path[m->path_len - 1] == '/';
}

bool manifest_has_retries(gaz_manifest *m, bool *directories)
{
    bool any = false;
    *directories = false;
    for (size_t i = 0; i < gaz_manifest_count(m); i++) {
        const gaz_manifest_entry *e = gaz_manifest_at(m, i);
        if (e->skip != GAZ_SKIP_UNREADABLE)
            continue;
        *directories |= is_directory(e);
        any |= is_directory(e) || !gaz_oid_is_zero(&e->oid);
    }
    return any;
}

/* Blobs of the base that could not be read before are looked at again, in their place among the
 * changes. */
static gaz_status add_retries(collector *c, gaz_error *err)
{
    tree_changes merged = {0};
    gaz_manifest *base = c->request->base;
    size_t at = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < gaz_manifest_count(base); i++) {
        const gaz_manifest_entry *m = gaz_manifest_at(base, i);
        if (m->skip != GAZ_SKIP_UNREADABLE || gaz_oid_is_zero(&m->oid))
            continue;
        while (ok && at < c->out->items.len &&
               compare_entries(&c->out->items.items[at].entry, m) < 0)
            ok = gaz_vec_push(&merged.items, c->out->items.items[at++]);
        if (at < c->out->items.len && compare_entries(&c->out->items.items[at].entry, m) == 0)
            continue;
        gaz_manifest_change again = {.entry = *m};
        again.entry.skip = GAZ_SKIP_NONE;
        ok = ok && gaz_vec_push(&merged.items, again);
    }
    while (ok && at < c->out->items.len)
        ok = gaz_vec_push(&merged.items, c->out->items.items[at++]);
    gaz_vec_free(&c->out->items);
    c->out->items.items = merged.items.items;
    c->out->items.len = merged.items.len;
    c->out->items.cap = merged.items.cap;
    return ok ? GAZ_OK : no_memory(err);
}

static gaz_status collect_difference(collector *c, gaz_error *err)
{
    gaz_status st = gaz_repo_diff(c->request->repo, c->request->base_commit, &c->request->commit,
                                  visit_change, c, err);
    if (st != GAZ_OK || c->ignore_changed)
        return st;
    st = base_ignore_files(c, err);
    if (st == GAZ_OK)
        st = read_rules(c, err);
    for (size_t i = 0; st == GAZ_OK && i < c->out->items.len; i++) {
        gaz_entry e = as_entry(&c->out->items.items[i].entry);
        c->out->items.items[i].entry.skip = (uint8_t)skip_of(&c->rules, &e);
    }
    return st == GAZ_OK ? add_retries(c, err) : st;
}

gaz_status collect_changes(const tree_request *request, tree_changes *out, gaz_error *err)
{
    collector c = {.request = request, .out = out};
    gaz_status st = GAZ_OK;
    bool directories = false;
    bool whole = !request->base || !request->base_commit ||
                 (manifest_has_retries(request->base, &directories) && directories);
    if (!whole) {
        gaz_error why = {0};
        st = collect_difference(&c, &why);
        whole = st != GAZ_OK ||
                c.ignore_changed; /* the old commit may be gone: the whole tree always answers */
        if (st == GAZ_E_NOMEM && err)
            *err = why;
    }
    if (whole && st != GAZ_E_NOMEM) {
        out->items.len = 0;
        out->whole = true;
        c.ignore_files.len = 0;
        gaz_ignore_free(c.rules.operator);
        gaz_ignore_free(c.rules.tree);
        c.rules = (rules){0};
        st = collect_whole(&c, err);
    }
    gaz_ignore_free(c.rules.operator);
    gaz_ignore_free(c.rules.tree);
    gaz_vec_free(&c.ignore_files);
    for (size_t i = 0; i < out->items.len; i++)
        out->skipped +=
            !out->items.items[i].removed && out->items.items[i].entry.skip != GAZ_SKIP_NONE;
    return st;
}
