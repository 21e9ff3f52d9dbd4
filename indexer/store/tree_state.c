/* What is published of a work tree. Its manifest's file says since when: a manifest is moved into
 * place anew each time it is published, also when an equal one was there. */
#include "gaz/store/tree_state.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "store_private.h"

static gaz_status read_row(gaz_db *db, int64_t repo, gaz_tree_state *out, char **manifest,
                           gaz_error *err)
{
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(db, &stmt, err,
                                 "SELECT commit_id, manifest, files FROM refs WHERE repo = ? AND "
                                 "kind = 3",
                                 "i", repo);
    if (st == GAZ_OK)
        st = gaz_db_step(db, stmt, err);
    if (st != GAZ_OK)
        return st;
    st = gaz_db_blob(stmt, 0, out->commit.id, sizeof out->commit.id, err);
    if (st == GAZ_OK)
        st = gaz_db_text(stmt, 1, false, manifest, err);
    out->files = (uint32_t)sqlite3_column_int64(stmt, 2);
    gaz_db_reset(stmt);
    return st;
}

gaz_status gaz_store_tree_state(gaz_store *store, const gaz_repo_row *row, gaz_tree_state *out,
                                gaz_error *err)
{
    gaz_tree_state state = {.files = 0};
    gaz_strbuf path = GAZ_STRBUF_INIT;
    char *manifest = NULL;
    struct stat info;
    gaz_status st = gaz_repo_row_has_tree(row) ? gaz_store_usable(store, err) : GAZ_DONE;
    if (st == GAZ_OK) {
        gaz_db_lock(&store->poller);
        st = read_row(&store->poller, row->id, &state, &manifest, err);
        gaz_db_unlock(&store->poller);
    }
    if (st == GAZ_OK)
        st = gaz_store_path(store, GAZ_FILE_MANIFEST, manifest, &path, err);
    if (st == GAZ_OK && stat(path.data, &info) == 0)
        state.changed_us = info.st_mtim.tv_sec * (int64_t)1000000 + info.st_mtim.tv_nsec / 1000;
    if (st == GAZ_OK) {
        state.live = gaz_store_is_live(store, row->uid);
        *out = state;
    }
    gaz_strbuf_release(&path);
    free(manifest);
    return st;
}
