/* What keeps files of a work tree out of searches: the operator's patterns, and the .gazignore
 * files as they lie there. Git's own ignore files decide what belongs to the tree
 * (repo/worktree_walk.c). */
#include <stdlib.h>
#include <string.h>

#include "overlay.h"

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the exclusions of a work tree");
}

bool overlay_is_rule_file(const char *path, size_t len)
{
    size_t n = strlen(GAZ_IGNORE_NAME);
    return len >= n && memcmp(path + len - n, GAZ_IGNORE_NAME, n) == 0 &&
           (len == n || path[len - n - 1] == '/');
}

void overlay_forget_rules(overlay *o)
{
    gaz_ignore_free(o->operator);
    gaz_ignore_free(o->tree);
    o->operator= o->tree = NULL;
    for (size_t i = 0; i < o->rule_dirs.len; i++)
        free(o->rule_dirs.items[i]);
    gaz_vec_free(&o->rule_dirs);
}

static gaz_status read_text(overlay_look *l, const gaz_worktree_entry *e, gaz_strbuf *text,
                            gaz_error *err)
{
    gaz_file_stamp stamp;
    uint64_t max = (uint64_t)GAZ_IGNORE_FILE_MAX * 4;
    gaz_status st = gaz_worktree_read(l->o->wt, e->path, max, text, &stamp, err);
    if (st == GAZ_E_NOT_FOUND && e->content == GAZ_CONTENT_KNOWN) { /* sparse */
        gaz_error_clear(err);
        st = gaz_repo_blob(l->r.repo, &e->oid, max, true, text, err);
    }
    return st;
}

/* An unreadable or oversized file keeps out what it could say so far, as in commits. */
static gaz_status add_file(overlay_look *l, const gaz_worktree_entry *e, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_error why = {0};
    size_t n = e->path_len - strlen(GAZ_IGNORE_NAME);
    char *dir = overlay_path_copy(e->path, n ? n - 1 : 0);
    gaz_status st = dir ? read_text(l, e, &text, &why) : GAZ_E_NOMEM;
    if (st == GAZ_OK)
        st = gaz_ignore_add(l->o->tree, dir, text.data, text.len, &why);
    gaz_strbuf_release(&text);
    if (dir && gaz_vec_push(&l->o->rule_dirs, dir))
        return st == GAZ_E_NOMEM ? no_memory(err) : GAZ_OK;
    free(dir);
    return no_memory(err);
}

gaz_status overlay_read_rules(overlay_look *l, gaz_error *err)
{
    overlay *o = l->o;
    gaz_strbuf patterns = GAZ_STRBUF_INIT;
    overlay_forget_rules(o);
    for (size_t i = 0; i < o->settings->exclude_count; i++)
        gaz_strbuf_printf(&patterns, "%s\n", o->settings->exclude[i]);
    gaz_status st = gaz_strbuf_check(&patterns, err);
    if (st == GAZ_OK)
        st = gaz_ignore_new(&o->operator, err);
    if (st == GAZ_OK)
        st = gaz_ignore_new(&o->tree, err);
    if (st == GAZ_OK)
        st = gaz_ignore_add(o->operator, "", patterns.data, patterns.len, err);
    gaz_strbuf_release(&patterns);
    for (size_t i = 0; st == GAZ_OK && i < l->found.len; i++) {
        const gaz_worktree_entry *e = &l->found.items[i];
        if (e->kind == GAZ_ENTRY_FILE && e->content != GAZ_CONTENT_HEAD &&
            overlay_is_rule_file(e->path, e->path_len))
            st = add_file(l, e, err);
    }
    return st;
}

bool overlay_is_excluded(const overlay *o, const char *path, size_t len)
{
    return gaz_ignore_match(o->operator, path, len) || gaz_ignore_match(o->tree, path, len);
}

bool overlay_has_rules(const overlay *o, const char *path)
{
    size_t len = strlen(path);
    if (overlay_is_rule_file(path, len))
        return true;
    for (size_t i = 0; i < o->rule_dirs.len; i++) {
        const char *dir = o->rule_dirs.items[i];
        if (strncmp(dir, path, len) == 0 && (!dir[len] || dir[len] == '/' || !len))
            return true;
    }
    return false;
}
