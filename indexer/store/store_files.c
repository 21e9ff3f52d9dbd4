/* Files and runs. A run writes into tmp/<id>/, whose file "lock" it keeps flocked, and lists in
 * "adopted" every name before it moves the file to its place. The sweeper leaves alone what a live
 * run lists, so a file that is in place but not yet published is safe until its run closes;
 * locks/files.lock orders adopting against sweeping. */
#include "store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct file_place {
    const char *dir, *ending;
} file_place;

static const file_place places[] = {
    [GAZ_FILE_SEGMENT] = {"segments", "seg"},
    [GAZ_FILE_MANIFEST] = {"manifests", "man"},
};

struct gaz_run {
    char *dir;
    gaz_lock *lock;
    int adopted; /* descriptor of the list */
    pthread_mutex_t mutex;
};

gaz_status gaz_store_path(const gaz_store *store, gaz_file_kind kind, const char *name,
                          gaz_strbuf *out, gaz_error *err)
{
    if (!gaz_store_is_name(name))
        return gaz_error_set(err, GAZ_E_INVALID, "'%.70s' is not the name of a file of the index",
                             name);
    const file_place *place = &places[kind];
    gaz_strbuf_reset(out);
    gaz_strbuf_printf(out, "%s/%s/%.2s/%s.%s", store->home, place->dir, name, name, place->ending);
    return gaz_strbuf_check(out, err);
}

/* ---- runs ---- */

static gaz_status open_run(gaz_store *store, gaz_run *run, gaz_error *err)
{
    char id[33];
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_store_random(id, sizeof id, err);
    if (st == GAZ_OK)
        st = gaz_store_join(store, "tmp", id, &path, err);
    if (st == GAZ_OK && !(run->dir = strdup(path.data)))
        st = gaz_error_set(err, GAZ_E_NOMEM, "no memory for a run");
    if (st == GAZ_OK && mkdir(run->dir, 0700) != 0)
        st = gaz_error_errno(err, "cannot make the directory %s", run->dir);
    if (st == GAZ_OK)
        st = gaz_path_join(&path, run->dir, "lock", err);
    if (st == GAZ_OK)
        st = gaz_lock_open(path.data, true, 0, &run->lock, err);
    if (st == GAZ_OK)
        st = gaz_path_join(&path, run->dir, "adopted", err);
    if (st == GAZ_OK &&
        (run->adopted = open(path.data, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600)) <
            0)
        st = gaz_error_errno(err, "cannot make %s", path.data);
    gaz_strbuf_release(&path);
    return st;
}

gaz_status gaz_run_open(gaz_store *store, gaz_run **out, gaz_error *err)
{
    gaz_run *run = calloc(1, sizeof *run);
    if (!run)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a run");
    run->adopted = -1;
    pthread_mutex_init(&run->mutex, NULL);
    gaz_lock *files = NULL; /* the sweeper must not meet the directory before its lock is held */
    gaz_status st = gaz_store_files_lock(store, false, &files, err);
    if (st == GAZ_OK)
        st = open_run(store, run, err);
    gaz_lock_close(files);
    if (st != GAZ_OK) {
        gaz_run_close(run);
        return st;
    }
    *out = run;
    return GAZ_OK;
}

void gaz_run_close(gaz_run *run)
{
    if (!run)
        return;
    if (run->adopted >= 0)
        close(run->adopted);
    if (run->dir)
        (void)!gaz_remove_all(run->dir, NULL); /* the sweeper removes what stays */
    gaz_lock_close(run->lock);
    pthread_mutex_destroy(&run->mutex);
    free(run->dir);
    free(run);
}

const char *gaz_run_dir(const gaz_run *run)
{
    return run->dir;
}

/* ---- adopting ---- */

/* One write: the sweeper reads whole lines. The list is about live processes, so it need not
 * survive a power cut. */
static gaz_status note_adopted(gaz_run *run, gaz_file_kind kind, const char *name, gaz_error *err)
{
    char line[GAZ_SEALED_NAME + 4];
    int len = snprintf(line, sizeof line, "%d %s\n", (int)kind, name);
    return gaz_write_all(run->adopted, line, (size_t)len, err);
}

static gaz_status ensure_fan_out(const gaz_store *store, const char *dir, const char *name,
                                 gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    char part[3] = {name[0], name[1], '\0'};
    gaz_status st = gaz_store_join(store, dir, part, &path, err);
    if (st == GAZ_OK && mkdir(path.data, 0700) == 0) {
        gaz_strbuf_truncate(&path, path.len - 3);
        st = gaz_dir_sync(path.data, err);
    } else if (st == GAZ_OK && errno != EEXIST) {
        st = gaz_error_errno(err, "cannot make the directory %s", path.data);
    }
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status move_into_place(const gaz_store *store, const char *temporary, gaz_file_kind kind,
                                  const char *name, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = ensure_fan_out(store, places[kind].dir, name, err);
    if (st == GAZ_OK)
        st = gaz_store_path(store, kind, name, &path, err);
    if (st == GAZ_OK && rename(temporary, path.data) != 0)
        st = gaz_error_errno(err, "cannot move %s to %s", temporary, path.data);
    if (st == GAZ_OK) {
        gaz_strbuf_truncate(&path, (size_t)(strrchr(path.data, '/') - path.data));
        st = gaz_dir_sync(path.data, err);
    }
    gaz_strbuf_release(&path);
    return st;
}

/* Writers of sealed files sync them; syncing a clean file again costs nothing and makes it no
 * matter of trust. */
static gaz_status sync_file(const char *path, gaz_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return gaz_error_errno(err, "cannot open %s", path);
    gaz_status st = fsync(fd) == 0 ? GAZ_OK : gaz_error_errno(err, "cannot sync %s", path);
    close(fd);
    return st;
}

gaz_status gaz_store_adopt(gaz_store *store, gaz_run *run, const char *temporary,
                           gaz_file_kind kind, const char *name, gaz_error *err)
{
    if (!gaz_store_is_name(name))
        return gaz_error_set(err, GAZ_E_INVALID, "'%.70s' is not the name of a file of the index",
                             name);
    gaz_status st = sync_file(temporary, err);
    if (st != GAZ_OK)
        return st;
    gaz_lock *files = NULL;
    pthread_mutex_lock(&run->mutex);
    st = gaz_store_files_lock(store, false, &files, err);
    if (st == GAZ_OK)
        st = note_adopted(run, kind, name, err);
    if (st == GAZ_OK)
        st = move_into_place(store, temporary, kind, name, err);
    gaz_lock_close(files);
    pthread_mutex_unlock(&run->mutex);
    return st;
}
