/* Adding and removing repositories. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/base/vec.h"
#include "gaz/pipeline/runner.h"
#include "gaz/repo/git.h"

/* "https://host/team/app.git" → "app", "/srv/git/app.git/" → "app". */
static char *name_from_source(const char *source)
{
    size_t end = strlen(source);
    while (end && source[end - 1] == '/')
        end--;
    if (end > 5 && strncmp(source + end - 5, "/.git", 5) == 0)
        end -= 5;
    else if (end > 4 && strncmp(source + end - 4, ".git", 4) == 0)
        end -= 4;
    size_t start = end;
    while (start && source[start - 1] != '/' && source[start - 1] != ':')
        start--;
    char *name = strndup(source + start, end - start);
    for (char *p = name; p && *p; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
              *p == '.' || *p == '_' || *p == '-'))
            *p = '-';
    while (name && (*name == '.' || *name == '-'))
        memmove(name, name + 1, strlen(name));
    return name;
}

static bool below(const char *path, const char *root)
{
    char resolved[4096];
    size_t n;
    if (!realpath(root, resolved))
        return false;
    n = strlen(resolved);
    return strncmp(path, resolved, n) == 0 &&
           (path[n] == '\0' || path[n] == '/' || (n && resolved[n - 1] == '/'));
}

static gaz_status check_root(const gaz_settings *settings, const gaz_add *add, const char *path,
                             gaz_error *err)
{
    if (!add->remote)
        return GAZ_OK;
    for (size_t i = 0; i < settings->root_count; i++)
        if (below(path, settings->roots[i]))
            return GAZ_OK;
    gaz_error_set(err, GAZ_E_DENIED,
                  "local paths may be added over HTTP only below the directories of server.roots");
    gaz_error_hint(err, "add it on the server's machine with `gaz add`, or name its parent in "
                        "server.roots of gaz.yaml");
    return GAZ_E_DENIED;
}

static gaz_status local_source(const gaz_settings *settings, const gaz_add *add, gaz_repo_row *row,
                               gaz_error *err)
{
    char resolved[4096];
    gaz_repo *repo = NULL;
    /* Over HTTP nothing is said of paths outside the roots, not even whether they exist. */
    if (!realpath(add->source, resolved)) {
        gaz_status st = check_root(settings, add, add->source, err);
        return st != GAZ_OK ? st : gaz_error_errno(err, "cannot find %s", add->source);
    }
    gaz_status st = check_root(settings, add, resolved, err);
    if (st == GAZ_OK)
        st = gaz_repo_open(resolved, &repo, err);
    if (st != GAZ_OK)
        return st;
    row->source = strdup(resolved);
    row->git_dir = strdup(gaz_repo_git_dir(repo));
    gaz_repo_close(repo);
    return row->source && row->git_dir
               ? GAZ_OK
               : gaz_error_set(err, GAZ_E_NOMEM, "no memory to add a repository");
}

static gaz_status url_source(gaz_store *store, const gaz_settings *settings, const gaz_add *add,
                             gaz_repo_row *row, gaz_error *err)
{
    gaz_transport transport = {.allow_private = settings->allow_private_urls,
                               .allow_local = !add->remote};
    gaz_status st = gaz_source_check(add->source, &transport, err);
    (void)store;
    if (st != GAZ_OK)
        return st;
    row->cloned = true;
    row->source = strdup(add->source);
    return row->source ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "no memory to add a repository");
}

static gaz_status copy_patterns(const gaz_add *add, gaz_repo_row *row, gaz_error *err)
{
    row->patterns = calloc(add->pattern_count + 1, sizeof(char *));
    if (!row->patterns)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to add a repository");
    for (size_t i = 0; i < add->pattern_count; i++) {
        row->patterns[i] = strdup(add->patterns[i]);
        if (!row->patterns[i])
            return gaz_error_set(err, GAZ_E_NOMEM, "no memory to add a repository");
        row->pattern_count++;
    }
    return GAZ_OK;
}

gaz_status gaz_repo_register(gaz_store *store, const gaz_settings *settings, const gaz_add *add,
                             gaz_repo_row *row, gaz_error *err)
{
    gaz_repo_row r = {0};
    gaz_status st = gaz_source_is_url(add->source) ? url_source(store, settings, add, &r, err)
                                                   : local_source(settings, add, &r, err);
    if (st == GAZ_OK) {
        r.name = add->name ? strdup(add->name) : name_from_source(r.source);
        st = r.name ? copy_patterns(add, &r, err)
                    : gaz_error_set(err, GAZ_E_NOMEM, "no memory to add a repository");
    }
    if (st == GAZ_OK)
        st = gaz_store_repo_add(store, &r, err);
    if (st != GAZ_OK) {
        if (st == GAZ_E_EXISTS)
            gaz_error_hint(err, "choose another name with --name");
        gaz_repo_row_release(&r);
        return st;
    }
    *row = r;
    return GAZ_OK;
}

gaz_status gaz_repo_unregister(gaz_store *store, const char *name, gaz_error *err)
{
    gaz_repo_row row;
    gaz_lock *lock = NULL;
    gaz_status st = gaz_store_repo_get(store, name, &row, err);
    if (st != GAZ_OK)
        return st;
    st = gaz_store_repo_lock(store, row.uid, 10000, &lock, err);
    if (st == GAZ_E_BUSY)
        gaz_error_hint(err, "an index run of %s is going on; try again when it has ended", name);
    if (st == GAZ_OK)
        st = gaz_store_repo_remove(store, name, err);
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&path, "%s/repos/%s.rules", gaz_store_home(store), row.uid);
    if (st == GAZ_OK)
        unlink(path.data);
    if (st == GAZ_OK && row.cloned && row.git_dir)
        st = gaz_git_tidy(row.git_dir, err);
    if (st == GAZ_OK && row.cloned && row.git_dir)
        st = gaz_remove_all(row.git_dir, err);
    gaz_strbuf_release(&path);
    gaz_lock_close(lock);
    gaz_repo_row_release(&row);
    return st;
}
