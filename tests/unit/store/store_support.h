/* A home in a temporary directory, with repositories, segments and manifests that are small but
 * real. */
#ifndef STORE_SUPPORT_H
#define STORE_SUPPORT_H

#include "gaz_test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/store/manifest.h"
#include "gaz/store/store.h"

typedef struct home {
    char *dir;
    gaz_store *store;
} home;

static inline void home_open(home *h)
{
    gaz_error err = {0};
    assert_ok(gaz_store_open(h->dir, true, &h->store, &err));
}

static inline void home_reopen(home *h)
{
    gaz_store_close(h->store);
    h->store = NULL;
    home_open(h);
}

static inline int home_setup(void **state)
{
    home *h = calloc(1, sizeof *h);
    h->dir = make_temp_dir();
    home_open(h);
    *state = h;
    return 0;
}

static inline int home_teardown(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_store_close(h->store);
    assert_ok(gaz_remove_all(h->dir, &err));
    free(h->dir);
    free(h);
    return 0;
}

static inline gaz_oid oid_of(unsigned n)
{
    gaz_oid oid = {{0}};
    memcpy(oid.id, &n, sizeof n);
    oid.id[19] = 0x5a;
    return oid;
}

/* Adds a local repository and gives its id. */
static inline int64_t add_repo(gaz_store *store, const char *name)
{
    gaz_error err = {0};
    gaz_repo_row row = {
        .name = strdup(name), .source = strdup("/srv/code"), .git_dir = strdup("/srv/code/.git")};
    assert_ok(gaz_store_repo_add(store, &row, &err));
    int64_t id = row.id;
    gaz_repo_row_release(&row);
    return id;
}

/* A sealed file with some bytes, adopted as a segment. */
static inline gaz_segment_row make_segment(gaz_store *store, gaz_run *run, unsigned seed)
{
    gaz_error err = {0};
    gaz_segment_row row = {.docs = seed % 100 + 1, .text_bytes = seed * 10u + 1};
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_sealed_writer *w = NULL;
    gaz_strbuf_printf(&path, "%s/segment-%u", gaz_run_dir(run), seed);
    assert_ok(gaz_sealed_writer_open(path.data, "TEXT", 1, &w, &err));
    assert_ok(gaz_sealed_begin(w, 0, &err));
    for (unsigned i = 0; i < 50; i++) {
        unsigned word = seed * 2654435761u + i;
        assert_ok(gaz_sealed_append(w, &word, sizeof word, &err));
    }
    assert_ok(gaz_sealed_finish(w, row.name, &row.file_bytes, &err));
    gaz_sealed_writer_close(w);
    assert_ok(gaz_store_adopt(store, run, path.data, GAZ_FILE_SEGMENT, row.name, &err));
    gaz_strbuf_release(&path);
    return row;
}

/* A full manifest of `files` files "dir/file-NNNN.c" whose ids follow from `seed`. */
static inline gaz_manifest_row make_manifest(gaz_store *store, gaz_run *run, unsigned files,
                                             unsigned seed, gaz_manifest **out)
{
    gaz_error err = {0};
    gaz_manifest_row row = {0};
    gaz_manifest_change *changes = calloc(files + 1, sizeof *changes);
    for (unsigned i = 0; i < files; i++) {
        char path[64];
        snprintf(path, sizeof path, "dir/file-%06u.c", i);
        changes[i].entry = (gaz_manifest_entry){
            .path = strdup(path), .path_len = (uint32_t)strlen(path), .oid = oid_of(seed + i)};
    }
    assert_ok(gaz_manifest_write(store, run, NULL, changes, files, &row, out, &err));
    for (unsigned i = 0; i < files; i++)
        free((char *)(uintptr_t)changes[i].entry.path);
    free(changes);
    return row;
}

/* One change of path "dir/file-NNNN.c" over `base`. */
static inline gaz_manifest_row make_delta(gaz_store *store, gaz_run *run, gaz_manifest *base,
                                          unsigned file, unsigned seed, gaz_manifest **out)
{
    gaz_error err = {0};
    gaz_manifest_row row = {0};
    char path[64];
    snprintf(path, sizeof path, "dir/file-%06u.c", file);
    gaz_manifest_change change = {
        .entry = {.path = path, .path_len = (uint32_t)strlen(path), .oid = oid_of(seed)}};
    assert_ok(gaz_manifest_write(store, run, base, &change, 1, &row, out, &err));
    return row;
}

static inline gaz_ref_row branch(const char *name, unsigned commit, const char *manifest,
                                 unsigned files)
{
    gaz_ref_row ref = {.name = (char *)(uintptr_t)name,
                       .kind = GAZ_REF_BRANCH,
                       .commit = oid_of(commit),
                       .files = files};
    memcpy(ref.manifest, manifest, sizeof ref.manifest);
    return ref;
}

/* Publishes one new segment and one full manifest as branch "main" of a repository in a pool of its
 * own. */
static inline void publish_simple(gaz_store *store, int64_t repo, int64_t pool, unsigned seed)
{
    gaz_error err = {0};
    gaz_run *run = NULL;
    assert_ok(gaz_run_open(store, &run, &err));
    gaz_segment_row segment = make_segment(store, run, seed);
    gaz_manifest_row manifest = make_manifest(store, run, 5, seed, NULL);
    gaz_ref_row ref = branch("main", seed, manifest.name, 5);
    ref.head = true;
    gaz_publication pub = {.repo = repo,
                           .pool = pool,
                           .segments_added = &segment,
                           .segments_added_count = 1,
                           .manifests = &manifest,
                           .manifests_count = 1,
                           .refs_set = &ref,
                           .refs_set_count = 1};
    assert_ok(gaz_store_publish(store, &pub, NULL, &err));
    gaz_run_close(run);
}

static inline bool file_exists(gaz_store *store, gaz_file_kind kind, const char *name)
{
    gaz_error err = {0};
    gaz_strbuf path = GAZ_STRBUF_INIT;
    assert_ok(gaz_store_path(store, kind, name, &path, &err));
    bool there = access(path.data, F_OK) == 0;
    gaz_strbuf_release(&path);
    return there;
}

/* Everything a snapshot says, as text. */
static inline void print_snapshot(const gaz_snapshot *s, gaz_strbuf *out)
{
    gaz_strbuf_printf(out, "generation %llu\n", (unsigned long long)s->generation);
    for (size_t i = 0; i < s->pool_count; i++) {
        gaz_strbuf_printf(out, "pool %lld\n", (long long)s->pools[i].id);
        for (size_t j = 0; j < s->pools[i].segment_count; j++) {
            const gaz_segment_row *g = &s->pools[i].segments[j];
            gaz_strbuf_printf(out, " %s %u %llu %llu\n", g->name, g->docs,
                              (unsigned long long)g->text_bytes, (unsigned long long)g->file_bytes);
        }
    }
    for (size_t i = 0; i < s->repo_count; i++) {
        const gaz_snapshot_repo *r = &s->repos[i];
        gaz_strbuf_printf(out, "repo %lld %s %s %s %s %d pool %lld generation %llu %lld %lld %s\n",
                          (long long)r->row.id, r->row.uid, r->row.name, r->row.source,
                          r->row.git_dir, r->row.cloned, (long long)r->row.pool,
                          (unsigned long long)r->generation, (long long)r->row.added_us,
                          (long long)r->row.indexed_us,
                          r->row.last_error ? r->row.last_error : "-");
        for (size_t j = 0; j < r->row.pattern_count; j++)
            gaz_strbuf_printf(out, " pattern %s\n", r->row.patterns[j]);
        for (size_t j = 0; j < r->ref_count; j++) {
            const gaz_ref_row *f = &r->refs[j];
            char hex[GAZ_OID_HEX];
            gaz_oid_format(&f->commit, hex);
            gaz_strbuf_printf(out, " ref %d %s %s %s %u %d\n", (int)f->kind, f->name, hex,
                              f->manifest, f->files, f->head);
        }
    }
}

#endif
