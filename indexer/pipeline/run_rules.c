/* Which exclusion rules a repository's manifests were made with. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/base/hash.h"
#include "run_state.h"

static gaz_status rules_path(run_state *r, gaz_strbuf *path, gaz_error *err)
{
    gaz_strbuf_reset(path);
    gaz_strbuf_printf(path, "%s/repos/%s.rules", gaz_store_home(r->store), r->row.uid);
    return gaz_strbuf_check(path, err);
}

gaz_status run_check_rules(run_state *r, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT, path = GAZ_STRBUF_INIT, stored = GAZ_STRBUF_INIT;
    for (size_t i = 0; i < r->settings->exclude_count; i++)
        gaz_strbuf_printf(&text, "%s\n", r->settings->exclude[i]);
    gaz_status st = gaz_strbuf_check(&text, err);
    uint64_t digest = st == GAZ_OK ? gaz_checksum(text.data, text.len) : 0;
    gaz_hex_format(&digest, sizeof digest, r->rules);
    if (st == GAZ_OK)
        st = rules_path(r, &path, err);
    gaz_error ignored = {0};
    r->rules_changed = st == GAZ_OK && (gaz_file_read(path.data, 64, &stored, &ignored) != GAZ_OK ||
                                        strcmp(stored.data, r->rules) != 0);
    gaz_strbuf_release(&text);
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&stored);
    return st;
}

gaz_status run_forget_rules(run_state *r, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = r->rules_changed ? rules_path(r, &path, err) : GAZ_DONE;
    if (st == GAZ_OK && unlink(path.data) != 0 && errno != ENOENT)
        st = gaz_error_errno(err, "cannot remove %s", path.data);
    gaz_strbuf_release(&path);
    return st == GAZ_DONE ? GAZ_OK : st;
}

/* Made in the run's directory, which the sweeper clears after a kill, and moved from there. */
gaz_status run_keep_rules(run_state *r, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT, dir = GAZ_STRBUF_INIT, made = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&dir, "%s/repos", gaz_store_home(r->store));
    gaz_strbuf_printf(&made, "%s/rules", gaz_run_dir(r->run));
    gaz_status st = rules_path(r, &path, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&dir, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&made, err);
    if (st == GAZ_OK)
        st = gaz_mkdir_all(dir.data, 0700, err);
    if (st == GAZ_OK)
        st = gaz_file_write(made.data, r->rules, 16, 0600, err);
    if (st == GAZ_OK && rename(made.data, path.data) != 0)
        st = gaz_error_errno(err, "cannot rename %s to %s", made.data, path.data);
    if (st == GAZ_OK)
        st = gaz_dir_sync(dir.data, err);
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&dir);
    gaz_strbuf_release(&made);
    return st;
}
