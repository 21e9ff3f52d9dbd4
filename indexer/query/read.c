/* Reading files, directories and the list of what is not searched, straight from views and
 * segments. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "place.h"

/* ---- files ---- */

void gaz_file_view_release(gaz_file_view *v)
{
    free(v->repo);
    free(v->path);
    free(v->branch);
    gaz_strbuf_release(&v->text);
    *v = (gaz_file_view){.text = GAZ_STRBUF_INIT};
}

gaz_status gaz_engine_file(gaz_engine *e, const char *repo, const char *rev, const char *path,
                           uint32_t first, uint32_t last, gaz_file_view *out, gaz_error *err)
{
    place p;
    place_text text = {.text = GAZ_STRBUF_INIT};
    gaz_file_view v = {.text = GAZ_STRBUF_INIT};
    size_t at = 0;
    gaz_status st = place_find(e, repo, rev, &p, err);
    if (st == GAZ_OK)
        st = place_file(&p, path, &at, err);
    if (st != GAZ_OK)
        goto done;
    const view_entry *entry = &p.view->entries[at];
    v.repo = strdup(p.repo->row.name);
    v.path = strdup(path);
    v.branch = strdup(p.ref->name);
    v.path_len = entry->path_len;
    v.lang = gaz_language_name(entry->language);
    v.commit = p.ref->commit;
    v.blob = gaz_manifest_at(p.view->manifest, at)->oid;
    v.skip = entry->skip ? gaz_skip_name((gaz_skip)entry->skip) : NULL;
    place_token(&p, v.generation);
    if (!v.repo || !v.path || !v.branch)
        st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to read a file");
    else
        st = place_read(e, &p, at, first, last, &text, err);
    v.text = text.text;
    v.size = text.size;
    v.encoding = text.encoding;
    v.first_line = text.first_line;
    v.lines_total = text.lines;
done:
    world_unref(p.world);
    if (st == GAZ_OK)
        *out = v;
    else
        gaz_file_view_release(&v);
    return st;
}

/* ---- directories ---- */

static gaz_tree_entry file_entry(const view *v, size_t i, size_t skip)
{
    const view_entry *e = &v->entries[i];
    return (gaz_tree_entry){.name = e->path + skip,
                            .name_len = e->path_len - skip,
                            .skip = e->skip ? gaz_skip_name((gaz_skip)e->skip) : NULL,
                            .lang = gaz_language_name(e->language),
                            .blob = gaz_manifest_at(v->manifest, i)->oid};
}

/* One pass over the entries below a directory. Entries of one subdirectory follow each other. */
static gaz_status visit_level(const view *v, const gaz_tree_head *head, const char *prefix,
                              size_t len, bool directories, size_t *seen, gaz_tree_visit visit,
                              void *ctx, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    size_t i = place_lower_bound(v, prefix, len);
    while (st == GAZ_OK && i < v->count) {
        const view_entry *e = &v->entries[i];
        if (e->path_len <= len || memcmp(e->path, prefix, len) != 0)
            break;
        const char *name = e->path + len, *slash = memchr(name, '/', e->path_len - len);
        if (!slash) {
            if (!directories && e->skip != GAZ_SKIP_EXCLUDED) {
                gaz_tree_entry entry = file_entry(v, i, len);
                st = visit(ctx, head, &entry, err);
                ++*seen;
            }
            i++;
            continue;
        }
        size_t n = (size_t)(slash - name);
        gaz_tree_entry dir = {.name = name, .name_len = n, .directory = true};
        for (; i < v->count && v->entries[i].path_len > len + n &&
               memcmp(v->entries[i].path, e->path, len + n + 1) == 0;
             i++)
            dir.files += v->entries[i].skip != GAZ_SKIP_EXCLUDED;
        if (directories && dir.files) {
            st = visit(ctx, head, &dir, err);
            ++*seen;
        }
    }
    return st;
}

gaz_status gaz_engine_tree(gaz_engine *e, const char *repo, const char *rev, const char *path,
                           gaz_tree_visit visit, void *ctx, gaz_error *err)
{
    place p;
    gaz_strbuf prefix = GAZ_STRBUF_INIT;
    gaz_tree_head head = {0};
    size_t seen = 0;
    gaz_status st = place_find(e, repo, rev, &p, err);
    if (st != GAZ_OK)
        goto done;
    gaz_strbuf_puts(&prefix, path);
    while (prefix.len && prefix.data[prefix.len - 1] == '/')
        gaz_strbuf_truncate(&prefix, prefix.len - 1);
    if (prefix.len)
        gaz_strbuf_putc(&prefix, '/');
    st = gaz_strbuf_check(&prefix, err);
    if (st != GAZ_OK)
        goto done;
    if (prefix.len) { /* refuse before anything is visited */
        size_t at = place_lower_bound(p.view, prefix.data, prefix.len);
        if (at == p.view->count || p.view->entries[at].path_len <= prefix.len ||
            memcmp(p.view->entries[at].path, prefix.data, prefix.len) != 0) {
            st = gaz_error_set(err, GAZ_E_NOT_FOUND, "there is no directory '%.200s' in %s", path,
                               p.repo->row.name);
            goto done;
        }
    }
    head =
        (gaz_tree_head){.repo = p.repo->row.name, .branch = p.ref->name, .commit = p.ref->commit};
    place_token(&p, head.generation);
    st = visit(ctx, &head, NULL, err);
    if (st == GAZ_OK)
        st = visit_level(p.view, &head, prefix.data, prefix.len, true, &seen, visit, ctx, err);
    if (st == GAZ_OK)
        st = visit_level(p.view, &head, prefix.data, prefix.len, false, &seen, visit, ctx, err);
done:
    gaz_strbuf_release(&prefix);
    world_unref(p.world);
    return st;
}

/* ---- what is not searched ---- */

static gaz_status skipped_of(const place *p, gaz_skipped_visit visit, void *ctx, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < p->view->count; i++) {
        const view_entry *e = &p->view->entries[i];
        if (e->skip == GAZ_SKIP_NONE)
            continue;
        gaz_skipped item = {p->repo->row.name, p->ref->name, e->path, e->path_len,
                            gaz_skip_name((gaz_skip)e->skip)};
        st = visit(ctx, &item, err);
    }
    return st;
}

gaz_status gaz_engine_skipped(gaz_engine *e, const char *repo, gaz_skipped_visit visit, void *ctx,
                              gaz_error *err)
{
    world *w = NULL;
    gaz_status st = engine_enter(e, &w, err);
    if (st == GAZ_OK && repo && !world_repo(w, repo))
        st = engine_no_repo(w, repo, err);
    for (size_t i = 0; st == GAZ_OK && i < w->snapshot->repo_count; i++) {
        const char *name = w->snapshot->repos[i].row.name;
        place p = {.world = world_ref(w)};
        if (!repo || strcmp(repo, name) == 0) {
            st = engine_find_ref(e, &p.world, name, NULL, false, GAZ_NEVER, &p.repo, &p.ref, err);
            if (st == GAZ_OK && p.ref)
                st = world_view(p.world, e->store, p.repo, p.ref, &p.view, err);
            if (st == GAZ_OK && p.ref && p.view)
                st = skipped_of(&p, visit, ctx, err);
        }
        world_unref(p.world);
    }
    world_unref(w);
    return st;
}
