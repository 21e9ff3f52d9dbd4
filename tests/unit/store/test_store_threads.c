/* One store used by several threads, and one home by several stores: readers never see half a
 * publication, and neither they nor the writer wait for each other to end. Also run
 * under ThreadSanitizer. */
#include "store_support.h"

#include <pthread.h>
#include <stdatomic.h>

enum { READERS = 3, PUBLICATIONS = 40 };

typedef struct shared {
    home *h;
    int64_t repo, pool;
    _Atomic bool stop, failed;
    _Atomic unsigned snapshots;
    char message[300];
} shared;

static void complain(shared *s, const char *what, const gaz_error *err)
{
    if (!atomic_exchange(&s->failed, true))
        snprintf(s->message, sizeof s->message, "%s: %.200s", what, err->message);
}

/* Every publication adds one segment with docs = n and moves the ref to commit n with n files: a
 * snapshot that shows one without the other is half a publication. */
static bool whole(const gaz_snapshot *s, uint64_t base)
{
    unsigned commit = 0;
    if (!s->repos[0].ref_count)
        return s->pools[0].segment_count == 0;
    const gaz_ref_row *ref = &s->repos[0].refs[0];
    memcpy(&commit, ref->commit.id, sizeof commit);
    return ref->files == commit && s->pools[0].segment_count == commit &&
           s->generation == base + commit && s->repos[0].generation == s->generation;
}

static uint64_t base_generation;

static void *read_snapshots(void *arg)
{
    shared *s = arg;
    uint64_t newest = 0;
    while (!atomic_load(&s->stop) && !atomic_load(&s->failed)) {
        gaz_error err = {0};
        gaz_snapshot *snapshot = NULL;
        uint64_t generation = 0;
        if (gaz_store_generation(s->h->store, &generation, &err) != GAZ_OK ||
            gaz_store_snapshot(s->h->store, &snapshot, &err) != GAZ_OK)
            complain(s, "reading", &err);
        else if (snapshot->generation < generation || snapshot->generation < newest)
            complain(s, "a generation went backwards", &err);
        else if (!whole(snapshot, base_generation))
            complain(s, "half a publication", &err);
        else if (snapshot->repos[0].ref_count) {
            gaz_manifest *m = NULL;
            if (gaz_manifest_load(s->h->store, snapshot->repos[0].refs[0].manifest, &m, &err) !=
                GAZ_OK)
                complain(s, "loading a manifest", &err);
            else if (gaz_manifest_count(m) != snapshot->repos[0].refs[0].files)
                complain(s, "another manifest", &err);
            gaz_manifest_unref(m);
        }
        if (snapshot)
            newest = snapshot->generation;
        gaz_snapshot_free(snapshot);
        atomic_fetch_add(&s->snapshots, 1);
    }
    return NULL;
}

static void *sweep_and_queue(void *arg)
{
    shared *s = arg;
    while (!atomic_load(&s->stop) && !atomic_load(&s->failed)) {
        gaz_error err = {0};
        gaz_job_row job = {0};
        int64_t id = 0;
        if (gaz_store_sweep(s->h->store, 3600000, NULL, &err) != GAZ_OK)
            complain(s, "sweeping", &err);
        else if (gaz_store_job_add(s->h->store, "index", "app", NULL, &id, &err) != GAZ_OK)
            complain(s, "queueing", &err);
        else if (gaz_store_job_claim(s->h->store, "1-1-x", &job, &err) < 0)
            complain(s, "claiming", &err);
        else if (job.id &&
                 gaz_store_job_finish(s->h->store, job.id, GAZ_JOB_DONE, NULL, 0, &err) != GAZ_OK)
            complain(s, "finishing", &err);
        gaz_job_row_release(&job);
    }
    return NULL;
}

/* A long history in one delta chain, with adopting and sweeping in between. */
static void *publish_many(void *arg)
{
    shared *s = arg;
    gaz_manifest *m = NULL;
    for (unsigned n = 1; n <= PUBLICATIONS && !atomic_load(&s->failed); n++) {
        gaz_error err = {0};
        gaz_run *run = NULL;
        gaz_manifest *next = NULL;
        gaz_manifest_row row = {0};
        char path[32];
        snprintf(path, sizeof path, "file-%04u", n);
        gaz_manifest_change change = {
            .entry = {.path = path, .path_len = (uint32_t)strlen(path), .oid = oid_of(n)}};
        if (gaz_run_open(s->h->store, &run, &err) != GAZ_OK ||
            gaz_manifest_write(s->h->store, run, m, &change, 1, &row, &next, &err) != GAZ_OK) {
            complain(s, "writing", &err);
        } else {
            gaz_segment_row segment = make_segment(s->h->store, run, n);
            gaz_ref_row ref = branch("main", n, row.name, n);
            gaz_publication pub = {.repo = s->repo,
                                   .pool = s->pool,
                                   .segments_added = &segment,
                                   .segments_added_count = 1,
                                   .manifests = &row,
                                   .manifests_count = 1,
                                   .refs_set = &ref,
                                   .refs_set_count = 1};
            if (gaz_store_publish(s->h->store, &pub, NULL, &err) != GAZ_OK)
                complain(s, "publishing", &err);
        }
        gaz_manifest_unref(m);
        m = next;
        gaz_run_close(run);
    }
    gaz_manifest_unref(m);
    return NULL;
}

static void readers_see_whole_publications(void **state)
{
    gaz_error err = {0};
    shared s = {.h = *state};
    s.repo = add_repo(s.h->store, "app");
    assert_ok(gaz_store_pool_add(s.h->store, false, &s.pool, &err));
    assert_ok(gaz_store_generation(s.h->store, &base_generation, &err));
    pthread_t readers[READERS], sweeper, writer;
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_snapshots, &s), 0);
    assert_int_equal(pthread_create(&sweeper, NULL, sweep_and_queue, &s), 0);
    assert_int_equal(pthread_create(&writer, NULL, publish_many, &s), 0);
    pthread_join(writer, NULL);
    atomic_store(&s.stop, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    pthread_join(sweeper, NULL);
    if (s.failed)
        fail_msg("%s", s.message);
    assert_true(s.snapshots > 0);
    uint64_t generation = 0;
    assert_ok(gaz_store_generation(s.h->store, &generation, &err));
    assert_int_equal(generation, base_generation + PUBLICATIONS);
}

/* Two stores stand for two processes. */
static void writers_of_two_stores_take_turns(void **state)
{
    gaz_error err = {0};
    home *h = *state;
    home second = {.dir = h->dir};
    assert_ok(gaz_store_open(h->dir, false, &second.store, &err));
    shared one = {.h = h}, two = {.h = &second};
    one.repo = add_repo(h->store, "one");
    two.repo = add_repo(second.store, "two");
    assert_ok(gaz_store_pool_add(h->store, false, &one.pool, &err));
    assert_ok(gaz_store_pool_add(second.store, false, &two.pool, &err));
    uint64_t before = 0, after = 0;
    assert_ok(gaz_store_generation(h->store, &before, &err));
    pthread_t a, b, c;
    assert_int_equal(pthread_create(&a, NULL, publish_many, &one), 0);
    assert_int_equal(pthread_create(&b, NULL, publish_many, &two), 0);
    assert_int_equal(pthread_create(&c, NULL, sweep_and_queue, &two), 0);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    atomic_store(&two.stop, true);
    pthread_join(c, NULL);
    if (one.failed || two.failed)
        fail_msg("%s %s", one.message, two.message);
    assert_ok(gaz_store_generation(second.store, &after, &err));
    assert_int_equal(after, before + 2 * PUBLICATIONS);
    gaz_store_close(second.store);
}

/* A snapshot under way in another store holds its transaction; the writer goes on all the same. */
static void open_read_transaction_does_not_block_the_writer(void **state)
{
    gaz_error err = {0};
    home *h = *state;
    int64_t repo = add_repo(h->store, "app"), pool = 0;
    assert_ok(gaz_store_pool_add(h->store, false, &pool, &err));
    shared s = {.h = h, .repo = repo, .pool = pool};
    assert_ok(gaz_store_generation(h->store, &base_generation, &err));
    pthread_t reader;
    assert_int_equal(pthread_create(&reader, NULL, read_snapshots, &s), 0);
    while (!atomic_load(&s.snapshots) && !atomic_load(&s.failed))
        usleep(100);
    publish_many(&s);
    atomic_store(&s.stop, true);
    pthread_join(reader, NULL);
    if (s.failed)
        fail_msg("%s", s.message);
}

#define HOME_TEST(f) cmocka_unit_test_setup_teardown(f, home_setup, home_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOME_TEST(readers_see_whole_publications),
        HOME_TEST(writers_of_two_stores_take_turns),
        HOME_TEST(open_read_transaction_does_not_block_the_writer),
    };
    return cmocka_run_group_tests_name("store threads", tests, NULL, NULL);
}
