/* Opening a home directory: its layout, its locks, the three connections to its catalogue and the
 * transactions the rest of the module runs in. */
#include "store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define SQLITE_HEADER 512 /* bytes of its first, smallest page */

static const char *const directories[] = {"segments", "manifests", "repos", "tmp", "locks"};

/* ---- helpers ---- */

gaz_status gaz_store_join(const gaz_store *store, const char *dir, const char *name,
                          gaz_strbuf *out, gaz_error *err)
{
    gaz_strbuf_reset(out);
    gaz_strbuf_printf(out, "%s/%s%s%s", store->home, dir, *name ? "/" : "", name);
    return gaz_strbuf_check(out, err);
}

bool gaz_store_is_name(const char *name)
{
    size_t n = strspn(name, "0123456789abcdef");
    return n == GAZ_SEALED_NAME - 1 && name[n] == '\0';
}

gaz_status gaz_store_random(char *out, size_t size, gaz_error *err)
{
    unsigned char bytes[32];
    size_t want = (size - 1) / 2;
    if (want > sizeof bytes || getrandom(bytes, want, 0) != (ssize_t)want)
        return gaz_error_set(err, GAZ_E_IO, "the system gives no random numbers");
    gaz_hex_format(bytes, want, out);
    return GAZ_OK;
}

gaz_status gaz_store_usable(const gaz_store *store, gaz_error *err)
{
    return store->damaged ? gaz_db_damaged(err, "it cannot be opened") : GAZ_OK;
}

static gaz_status named_lock(const gaz_store *store, const char *name, bool exclusive,
                             int64_t wait_ms, gaz_lock **out, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_store_join(store, "locks", name, &path, err);
    if (st == GAZ_OK)
        st = gaz_lock_open(path.data, exclusive, wait_ms, out, err);
    gaz_strbuf_release(&path);
    return st;
}

gaz_status gaz_store_files_lock(const gaz_store *store, bool exclusive, gaz_lock **out,
                                gaz_error *err)
{
    return named_lock(store, "files.lock", exclusive, GAZ_LOCK_WAIT_MS, out, err);
}

static gaz_status lock_name(const char *prefix, const char *uid, char name[64], gaz_error *err)
{
    if (strspn(uid, "0123456789abcdef") != 32 || uid[32])
        return gaz_error_set(err, GAZ_E_INVALID, "'%.40s' is not a repository's id", uid);
    snprintf(name, 64, "%s-%s.lock", prefix, uid);
    return GAZ_OK;
}

gaz_status gaz_store_repo_lock(gaz_store *store, const char *uid, int64_t wait_ms,
                               struct gaz_lock **out, gaz_error *err)
{
    char name[64];
    gaz_status st = lock_name("repo", uid, name, err);
    return st == GAZ_OK ? named_lock(store, name, true, wait_ms, out, err) : st;
}

gaz_status gaz_store_watch_lock(gaz_store *store, const char *uid, struct gaz_lock **out,
                                gaz_error *err)
{
    char name[64];
    gaz_status st = lock_name("watch", uid, name, err);
    return st == GAZ_OK ? named_lock(store, name, true, 0, out, err) : st;
}

gaz_status gaz_store_live_lock(gaz_store *store, const char *uid, struct gaz_lock **out,
                               gaz_error *err)
{
    char name[64];
    gaz_status st = lock_name("live", uid, name, err);
    return st == GAZ_OK ? named_lock(store, name, true, GAZ_LOCK_WAIT_MS, out, err) : st;
}

/* Asked by every request for a work tree: nothing is made for it. */
bool gaz_store_is_live(const gaz_store *store, const char *uid)
{
    char name[64];
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = lock_name("live", uid, name, NULL);
    if (st == GAZ_OK)
        st = gaz_store_join(store, "locks", name, &path, NULL);
    int fd = st == GAZ_OK ? open(path.data, O_RDONLY | O_CLOEXEC) : -1;
    bool live = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (fd >= 0)
        close(fd);
    gaz_strbuf_release(&path);
    return live;
}

gaz_status gaz_store_pool_lock(gaz_store *store, int64_t pool, int64_t wait_ms,
                               struct gaz_lock **out, gaz_error *err)
{
    char name[64];
    snprintf(name, sizeof name, "pool-%lld.lock", (long long)pool);
    return named_lock(store, name, true, wait_ms, out, err);
}

const char *gaz_store_home(const gaz_store *store)
{
    return store->home;
}

/* ---- opening ---- */

static gaz_status absolute_home(const char *home, char **out, gaz_error *err)
{
    char *path = realpath(home, NULL);
    if (!path)
        return gaz_error_errno(err, "cannot open the home %s", home);
    *out = path;
    return GAZ_OK;
}

/* Nobody but its owner reads a home: it may hold private code. */
static gaz_status make_home(const char *home, gaz_error *err)
{
    gaz_status st = gaz_mkdir_all(home, 0700, err);
    struct stat info;
    if (st == GAZ_OK && stat(home, &info) != 0)
        st = gaz_error_errno(err, "cannot use the home %s", home);
    if (st == GAZ_OK && (info.st_mode & 077) && chmod(home, 0700) != 0)
        st = gaz_error_errno(err, "cannot make the home %s private", home);
    return st;
}

static gaz_status make_directories(const gaz_store *store, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = GAZ_OK;
    bool made = false;
    for (size_t i = 0; st == GAZ_OK && i < sizeof directories / sizeof directories[0]; i++) {
        st = gaz_store_join(store, directories[i], "", &path, err);
        if (st == GAZ_OK && mkdir(path.data, 0700) == 0)
            made = true;
        else if (st == GAZ_OK && errno != EEXIST)
            st = gaz_error_errno(err, "cannot make the directory %s", path.data);
    }
    if (st == GAZ_OK && made)
        st = gaz_dir_sync(store->home, err);
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status no_catalogue(const char *home, gaz_error *err)
{
    bool known = false;
    gaz_status st = gaz_store_record_any(home, &known, err);
    if (st == GAZ_OK && known)
        return gaz_db_damaged(err, "it is missing, though repositories were added to %s", home);
    if (st != GAZ_OK)
        return st;
    gaz_error_set(err, GAZ_E_NOT_FOUND, "there is no index in %s", home);
    gaz_error_hint(err, "`gaz add PATH-OR-URL` makes one; GAZ_HOME says where it is");
    return GAZ_E_NOT_FOUND;
}

/* SQLite gives -wal and -shm the mode of the database, so an empty one is made with the right mode
 * first. It also takes a file that is shorter than its header for an empty one. */
static gaz_status touch_catalogue(const char *home, bool create, gaz_strbuf *path, gaz_error *err)
{
    gaz_status st = gaz_path_join(path, home, "catalogue.db", err);
    if (st != GAZ_OK)
        return st;
    struct stat info = {0};
    int fd = open(path->data, create ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == ENOENT ? no_catalogue(home, err)
                               : gaz_error_errno(err, "cannot open the catalogue %s", path->data);
    if (fstat(fd, &info) != 0)
        st = gaz_error_errno(err, "cannot look at the catalogue %s", path->data);
    close(fd); /* before SQLite opens it: closing a descriptor drops the process's locks on the file
                */
    if (st == GAZ_OK && info.st_size > 0 && info.st_size < SQLITE_HEADER)
        st = gaz_db_damaged(err, "it is cut short to %lld bytes", (long long)info.st_size);
    return st;
}

/* An empty catalogue is a new one, unless there are records of repositories that were in it. */
static gaz_status check_new(const gaz_store *store, gaz_db *db, gaz_error *err)
{
    bool is_new = false, known = false;
    gaz_status st = gaz_db_is_new(db, &is_new, err);
    if (st == GAZ_OK && is_new)
        st = gaz_store_record_any(store->home, &known, err);
    return st == GAZ_OK && known
               ? gaz_db_damaged(err, "it is empty, though repositories were added")
               : st;
}

/* A repair that was killed between the old catalogue and the restored new one leaves a catalogue
 * that is sound and knows no repository: the sweeper would take their clones and records for
 * garbage. */
static gaz_status check_remade(const gaz_store *store, gaz_error *err)
{
    gaz_strbuf mark = GAZ_STRBUF_INIT;
    gaz_status st = gaz_path_join(&mark, store->home, GAZ_REMAKE_MARK, err);
    if (st == GAZ_OK && access(mark.data, F_OK) == 0)
        st = gaz_db_damaged(err, "its repair was interrupted");
    gaz_strbuf_release(&mark);
    return st;
}

gaz_status gaz_store_connect(gaz_store *store, bool create, bool remake, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = remake ? GAZ_OK : check_remade(store, err);
    if (st == GAZ_OK)
        st = touch_catalogue(store->home, create, &path, err);
    if (st == GAZ_OK)
        st = gaz_db_open(&store->writer, path.data, true, err);
    if (st == GAZ_OK && !remake)
        st = check_new(store, &store->writer, err);
    if (st == GAZ_OK)
        st = gaz_db_migrate(&store->writer, gaz_migrations, gaz_migration_count, err);
    if (st == GAZ_OK)
        st = gaz_db_open(&store->reader, path.data, false, err);
    if (st == GAZ_OK)
        st = gaz_db_open(&store->poller, path.data, false, err);
    gaz_strbuf_release(&path);
    if (st != GAZ_OK)
        gaz_store_disconnect(store);
    return st;
}

void gaz_store_disconnect(gaz_store *store)
{
    gaz_db_close(&store->poller);
    gaz_db_close(&store->reader);
    gaz_db_close(&store->writer);
}

/* An index is looked for before anything is made, so that a mistyped home stays as it is. */
static gaz_status require_catalogue(const char *home, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = touch_catalogue(home, false, &path, err);
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status open_home(const char *home, bool create, bool lenient, gaz_store *store,
                            gaz_error *err)
{
    gaz_status st = create ? make_home(home, err) : lenient ? GAZ_OK : require_catalogue(home, err);
    if (st == GAZ_OK)
        st = absolute_home(home, &store->home, err);
    if (st == GAZ_OK)
        st = make_directories(store, err);
    if (st == GAZ_OK)
        st = named_lock(store, "home.lock", false, GAZ_LOCK_WAIT_MS, &store->home_lock, err);
    if (st == GAZ_OK)
        st = gaz_manifest_cache_new(&store->manifests, err);
    if (st != GAZ_OK)
        return st;
    gaz_error why = {0};
    st = gaz_store_connect(store, create, false, &why);
    if (lenient && (st == GAZ_E_CORRUPT || st == GAZ_E_NOT_FOUND)) {
        store->damaged = true;
        return GAZ_OK;
    }
    if (st != GAZ_OK && err && err->status == GAZ_OK)
        *err = why;
    return st;
}

static gaz_status open_store(const char *home, bool create, bool lenient, gaz_store **out,
                             gaz_error *err)
{
    gaz_store *store = calloc(1, sizeof *store);
    if (!store)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to open %s", home);
    gaz_status st = open_home(home, create, lenient, store, err);
    if (st != GAZ_OK) {
        gaz_store_close(store);
        return st;
    }
    *out = store;
    return GAZ_OK;
}

gaz_status gaz_store_open(const char *home, bool create, gaz_store **out, gaz_error *err)
{
    return open_store(home, create, false, out, err);
}

gaz_status gaz_store_open_damaged(const char *home, gaz_store **out, gaz_error *err)
{
    return open_store(home, false, true, out, err);
}

void gaz_store_close(gaz_store *store)
{
    if (!store)
        return;
    gaz_store_disconnect(store);
    gaz_manifest_cache_free(store->manifests);
    gaz_lock_close(store->home_lock);
    free(store->home);
    free(store);
}

/* ---- transactions ---- */

static gaz_status in_transaction(gaz_store *store, gaz_db *db, bool write, gaz_store_body body,
                                 void *ctx, gaz_error *err)
{
    gaz_status st = gaz_store_usable(store, err);
    if (st != GAZ_OK)
        return st;
    gaz_db_lock(db);
    st = gaz_db_begin(db, write, err);
    if (st == GAZ_OK) {
        st = body(store, db, ctx, err);
        st = gaz_db_end(db, st, err);
    }
    gaz_db_unlock(db);
    return st;
}

gaz_status gaz_store_write(gaz_store *store, gaz_store_body body, void *ctx, gaz_error *err)
{
    return in_transaction(store, &store->writer, true, body, ctx, err);
}

gaz_status gaz_store_read(gaz_store *store, gaz_store_body body, void *ctx, gaz_error *err)
{
    return in_transaction(store, &store->reader, false, body, ctx, err);
}

/* ---- the generation's number and digests ---- */

gaz_status gaz_store_read_generation(gaz_db *db, uint64_t *out, gaz_error *err)
{
    int64_t number = 0;
    gaz_status st = gaz_db_number(
        db, &number, err,
        "SELECT number FROM generation WHERE id = 1 AND checksum = gaz_row(number)", "");
    if (st == GAZ_DONE)
        return gaz_db_damaged(err, "the generation's number does not match its checksum");
    if (st == GAZ_OK)
        *out = (uint64_t)number;
    return st;
}

gaz_status gaz_store_next_generation(gaz_db *db, uint64_t *out, gaz_error *err)
{
    uint64_t now = 0;
    gaz_status st = gaz_store_read_generation(db, &now, err);
    if (st == GAZ_OK)
        st = gaz_db_do(db, err, "UPDATE generation SET number = ?1, checksum = gaz_row(?1)", "i",
                       (int64_t)(now + 1));
    if (st == GAZ_OK)
        *out = now + 1;
    return st;
}

gaz_status gaz_store_generation(gaz_store *store, uint64_t *generation, gaz_error *err)
{
    gaz_status st = gaz_store_usable(store, err);
    if (st != GAZ_OK)
        return st;
    gaz_db_lock(&store->poller);
    st = gaz_store_read_generation(&store->poller, generation, err);
    gaz_db_unlock(&store->poller);
    return st;
}

gaz_status gaz_store_check_digest(gaz_db *db, gaz_digest_kind kind, int64_t id, uint64_t sum,
                                  const char *what, gaz_error *err)
{
    int64_t stored = 0;
    gaz_status st =
        gaz_db_number(db, &stored, err, "SELECT sum FROM digests WHERE kind = ? AND id = ?", "ii",
                      (int64_t)kind, id);
    if (st == GAZ_DONE || (st == GAZ_OK && (uint64_t)stored != sum))
        return gaz_db_damaged(err, "the rows of %s do not match their digest", what);
    return st;
}
