/* Manifests: what is written comes back, deltas stay small and chains short, damaged bytes are
 * refused. */
#include "store_support.h"

#include <fcntl.h>

#include "gaz/base/clock.h"
#include "gaz/base/varint.h"
#include "manifest_codec.h"

static gaz_run *open_run(home *h)
{
    gaz_error err = {0};
    gaz_run *run = NULL;
    assert_ok(gaz_run_open(h->store, &run, &err));
    return run;
}

static gaz_manifest_change change_of(const char *path, unsigned blob, gaz_skip skip)
{
    return (gaz_manifest_change){.entry = {.path = path,
                                           .path_len = (uint32_t)strlen(path),
                                           .oid = oid_of(blob),
                                           .skip = (uint8_t)skip}};
}

static void assert_entry(const gaz_manifest *m, size_t index, const char *path, unsigned blob,
                         gaz_skip skip)
{
    const gaz_manifest_entry *e = gaz_manifest_at(m, index);
    gaz_oid oid = oid_of(blob);
    assert_int_equal(e->path_len, strlen(path));
    assert_memory_equal(e->path, path, e->path_len);
    assert_int_equal(gaz_oid_compare(&e->oid, &oid), 0);
    assert_int_equal(e->skip, skip);
}

/* Loads past the cache, as another process would. */
static gaz_manifest *load_fresh(home *h, const char *name)
{
    gaz_error err = {0};
    gaz_store *other = NULL;
    gaz_manifest *m = NULL;
    assert_ok(gaz_store_open(h->dir, false, &other, &err));
    assert_ok(gaz_manifest_load(other, name, &m, &err));
    gaz_store_close(other);
    return m;
}

static void full_manifest_comes_back(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_run *run = open_run(h);
    gaz_manifest_change changes[] = {
        change_of("README", 1, GAZ_SKIP_NONE), change_of("a", 2, GAZ_SKIP_BINARY),
        change_of("a/b", 3, GAZ_SKIP_NONE), change_of("a/b.c", 4, GAZ_SKIP_EXCLUDED),
        change_of("a0\n\xff", 5, GAZ_SKIP_CRASHED)};
    gaz_manifest_row row = {0};
    assert_ok(gaz_manifest_write(h->store, run, NULL, changes, 5, &row, NULL, &err));
    assert_string_equal(row.base, "");
    assert_int_equal(row.depth, 0);
    gaz_manifest *m = load_fresh(h, row.name);
    assert_string_equal(gaz_manifest_name(m), row.name);
    assert_int_equal(gaz_manifest_count(m), 5);
    assert_entry(m, 0, "README", 1, GAZ_SKIP_NONE);
    assert_entry(m, 1, "a", 2, GAZ_SKIP_BINARY);
    assert_entry(m, 2, "a/b", 3, GAZ_SKIP_NONE);
    assert_entry(m, 3, "a/b.c", 4, GAZ_SKIP_EXCLUDED);
    assert_entry(m, 4, "a0\n\xff", 5, GAZ_SKIP_CRASHED);
    assert_ptr_equal(gaz_manifest_find(m, "a/b", 3), gaz_manifest_at(m, 2));
    assert_null(gaz_manifest_find(m, "a/", 2));
    assert_null(gaz_manifest_find(m, "z", 1));
    assert_null(gaz_manifest_find(m, "", 0));
    gaz_manifest_unref(m);
    gaz_run_close(run);
}

static void empty_manifest_comes_back(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_run *run = open_run(h);
    gaz_manifest_row row = {0}, next = {0};
    gaz_manifest *empty = NULL;
    assert_ok(gaz_manifest_write(h->store, run, NULL, NULL, 0, &row, &empty, &err));
    gaz_manifest *m = load_fresh(h, row.name);
    assert_int_equal(gaz_manifest_count(m), 0);
    assert_null(gaz_manifest_find(m, "a", 1));
    gaz_manifest_unref(m);
    gaz_manifest_change add = change_of("a", 1, GAZ_SKIP_NONE);
    assert_ok(gaz_manifest_write(h->store, run, empty, &add, 1, &next, NULL, &err));
    m = load_fresh(h, next.name);
    assert_int_equal(gaz_manifest_count(m), 1);
    gaz_manifest_unref(m);
    gaz_manifest_unref(empty);
    gaz_run_close(run);
}

static void delta_adds_changes_and_removes(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_run *run = open_run(h);
    gaz_manifest *base = NULL, *loaded = NULL;
    make_manifest(h->store, run, 300, 1, &base);
    gaz_manifest_change changes[] = {change_of("aaa", 9000, GAZ_SKIP_NONE),
                                     change_of("dir/file-000010.c", 9001, GAZ_SKIP_BINARY),
                                     change_of("dir/file-000011.c", 0, GAZ_SKIP_NONE),
                                     change_of("dir/file-000011.c/x", 9002, GAZ_SKIP_NONE),
                                     change_of("zzz", 9003, GAZ_SKIP_SYMLINK)};
    changes[2].removed = true;
    gaz_manifest_row row = {0};
    assert_ok(gaz_manifest_write(h->store, run, base, changes, 5, &row, &loaded, &err));
    assert_string_equal(row.base, gaz_manifest_name(base));
    assert_int_equal(row.depth, 1);
    gaz_manifest *fresh = load_fresh(h, row.name);
    const gaz_manifest *both[] = {loaded, fresh};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(gaz_manifest_count(both[i]), 302);
        assert_entry(both[i], 0, "aaa", 9000, GAZ_SKIP_NONE);
        assert_entry(both[i], 11, "dir/file-000010.c", 9001, GAZ_SKIP_BINARY);
        assert_entry(both[i], 12, "dir/file-000011.c/x", 9002, GAZ_SKIP_NONE);
        assert_entry(both[i], 13, "dir/file-000012.c", 13, GAZ_SKIP_NONE);
        assert_entry(both[i], 301, "zzz", 9003, GAZ_SKIP_SYMLINK);
        assert_null(gaz_manifest_find(both[i], "dir/file-000011.c", 17));
    }
    gaz_manifest_unref(base); /* what was made over it goes on */
    assert_entry(loaded, 1, "dir/file-000000.c", 1, GAZ_SKIP_NONE);
    gaz_manifest_unref(loaded);
    gaz_manifest_unref(fresh);
    gaz_run_close(run);
}

static void removing_everything_leaves_an_empty_manifest(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_run *run = open_run(h);
    gaz_manifest_change one = change_of("a", 1, GAZ_SKIP_NONE);
    gaz_manifest *base = NULL;
    gaz_manifest_row row = {0};
    assert_ok(gaz_manifest_write(h->store, run, NULL, &one, 1, &row, &base, &err));
    one.removed = true;
    assert_ok(gaz_manifest_write(h->store, run, base, &one, 1, &row, NULL, &err));
    gaz_manifest *m = load_fresh(h, row.name);
    assert_int_equal(gaz_manifest_count(m), 0);
    gaz_manifest_unref(m);
    gaz_manifest_unref(base);
    gaz_run_close(run);
}

static void no_change_is_the_base_itself(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_run *run = open_run(h);
    gaz_manifest *base = NULL, *same = NULL;
    gaz_manifest_row first = make_manifest(h->store, run, 5, 1, &base), row = {0};
    assert_ok(gaz_manifest_write(h->store, run, base, NULL, 0, &row, &same, &err));
    assert_ptr_equal(same, base);
    assert_memory_equal(&row, &first, sizeof row);
    gaz_manifest_unref(base);
    gaz_manifest_unref(same);
    gaz_run_close(run);
}

static void small_change_makes_a_small_file(void **state)
{
    home *h = *state;
    gaz_run *run = open_run(h);
    gaz_manifest *base = NULL;
    gaz_manifest_row full = make_manifest(h->store, run, 20000, 1, &base);
    gaz_manifest_row delta = make_delta(h->store, run, base, 777, 123456, NULL);
    assert_true(full.file_bytes > 20000 * 20);
    assert_true(full.file_bytes < 20000 * 27);
    assert_true(delta.file_bytes < 600);
    gaz_manifest_unref(base);
    gaz_run_close(run);
}

static void change_of_most_files_makes_a_full_file(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_run *run = open_run(h);
    gaz_manifest *base = NULL;
    enum { FILES = 100 };
    make_manifest(h->store, run, FILES, 1, &base);
    gaz_manifest_change changes[FILES];
    char paths[FILES][32];
    for (unsigned i = 0; i < FILES; i++) {
        snprintf(paths[i], sizeof paths[i], "dir/file-%06u.c", i);
        changes[i] = change_of(paths[i], 5000 + i, GAZ_SKIP_NONE);
        changes[i].removed = i % 10 != 0;
    }
    gaz_manifest_row row = {0};
    assert_ok(gaz_manifest_write(h->store, run, base, changes, FILES, &row, NULL, &err));
    assert_string_equal(row.base, "");
    gaz_manifest *m = load_fresh(h, row.name);
    assert_int_equal(gaz_manifest_count(m), FILES / 10);
    gaz_manifest_unref(m);
    gaz_manifest_unref(base);
    gaz_run_close(run);
}

/* A long history, with a model beside it: each step is compared in memory, every tenth also from
 * the files. */
static void chains_stay_short_and_right(void **state)
{
    home *h = *state;
    gaz_run *run = open_run(h);
    enum { FILES = 400, STEPS = 60 };
    unsigned model[FILES];
    gaz_manifest *m = NULL;
    make_manifest(h->store, run, FILES, 1, &m);
    for (unsigned i = 0; i < FILES; i++)
        model[i] = 1 + i;
    unsigned deepest = 0, full = 0;
    for (unsigned step = 0; step < STEPS; step++) {
        unsigned file = step * 37 % FILES, blob = 100000 + step;
        gaz_manifest *next = NULL;
        gaz_manifest_row row = make_delta(h->store, run, m, file, blob, &next);
        gaz_manifest_unref(m);
        m = next;
        model[file] = blob;
        deepest = row.depth > deepest ? row.depth : deepest;
        full += row.depth == 0;
        gaz_manifest *fresh = step % 10 == 9 ? load_fresh(h, row.name) : gaz_manifest_ref(m);
        assert_int_equal(gaz_manifest_count(fresh), FILES);
        for (unsigned i = 0; i < FILES; i++) {
            char path[32];
            snprintf(path, sizeof path, "dir/file-%06u.c", i);
            assert_entry(fresh, i, path, model[i], GAZ_SKIP_NONE);
        }
        gaz_manifest_unref(fresh);
    }
    assert_int_equal(deepest, GAZ_MANIFEST_DEPTH_MAX);
    assert_int_equal(full, STEPS / (GAZ_MANIFEST_DEPTH_MAX + 1));
    gaz_manifest_unref(m);
    gaz_run_close(run);
}

static void folded_deltas_obey_the_newest(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_run *run = open_run(h);
    gaz_manifest *m[4] = {NULL};
    make_manifest(h->store, run, 100, 1, &m[0]);
    gaz_manifest_row row = {0};
    gaz_manifest_change add = change_of("new", 1, GAZ_SKIP_NONE), gone = add,
                        back = change_of("new", 3, GAZ_SKIP_LFS);
    gone.removed = true;
    assert_ok(gaz_manifest_write(h->store, run, m[0], &add, 1, &row, &m[1], &err));
    assert_ok(gaz_manifest_write(h->store, run, m[1], &gone, 1, &row, &m[2], &err));
    gaz_manifest *fresh = load_fresh(h, row.name);
    assert_null(gaz_manifest_find(fresh, "new", 3));
    assert_int_equal(gaz_manifest_count(fresh), 100);
    gaz_manifest_unref(fresh);
    assert_ok(gaz_manifest_write(h->store, run, m[2], &back, 1, &row, &m[3], &err));
    fresh = load_fresh(h, row.name);
    assert_entry(fresh, 100, "new", 3, GAZ_SKIP_LFS);
    gaz_manifest_unref(fresh);
    for (size_t i = 0; i < 4; i++)
        gaz_manifest_unref(m[i]);
    gaz_run_close(run);
}

static void bad_changes_are_refused(void **state)
{
    home *h = *state;
    gaz_run *run = open_run(h);
    gaz_manifest *base = NULL;
    make_manifest(h->store, run, 5, 1, &base);
    char long_path[GAZ_MANIFEST_PATH_MAX + 2];
    memset(long_path, 'p', sizeof long_path);
    long_path[sizeof long_path - 1] = '\0';
    gaz_manifest_change unsorted[] = {change_of("b", 1, GAZ_SKIP_NONE),
                                      change_of("a", 2, GAZ_SKIP_NONE)};
    gaz_manifest_change twice[] = {change_of("b", 1, GAZ_SKIP_NONE),
                                   change_of("b", 2, GAZ_SKIP_NONE)};
    gaz_manifest_change absent = change_of("nowhere", 1, GAZ_SKIP_NONE), from_nothing = absent;
    gaz_manifest_change too_long = change_of(long_path, 1, GAZ_SKIP_NONE),
                        none = change_of("", 1, GAZ_SKIP_NONE);
    gaz_manifest_change zero = {.entry = {.path = "a\0b", .path_len = 3}},
                        mark = change_of("m", 1, (gaz_skip)77);
    absent.removed = from_nothing.removed = true;
    struct {
        gaz_manifest *base;
        gaz_manifest_change *changes;
        size_t count;
    } cases[] = {{NULL, unsorted, 2},      {NULL, twice, 2},     {base, &absent, 1},
                 {NULL, &from_nothing, 1}, {NULL, &too_long, 1}, {base, &none, 1},
                 {base, &zero, 1},         {base, &mark, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gaz_error err = {0};
        gaz_manifest_row row = {0};
        assert_status(GAZ_E_INVALID,
                      gaz_manifest_write(h->store, run, cases[i].base, cases[i].changes,
                                         cases[i].count, &row, NULL, &err));
        assert_string_equal(row.name, "");
    }
    gaz_error err = {0};
    gaz_manifest_row row = {0};
    long_path[GAZ_MANIFEST_PATH_MAX] = '\0';
    too_long = change_of(long_path, 1, GAZ_SKIP_NONE);
    assert_ok(gaz_manifest_write(h->store, run, NULL, &too_long, 1, &row, NULL, &err));
    gaz_manifest_unref(base);
    gaz_run_close(run);
}

static void missing_base_is_an_error(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_run *run = open_run(h);
    gaz_manifest *base = NULL, *m = NULL;
    gaz_manifest_row full = make_manifest(h->store, run, 50, 1, &base);
    gaz_manifest_row delta = make_delta(h->store, run, base, 3, 99, NULL);
    gaz_manifest_unref(base);
    gaz_run_close(run);
    home_reopen(h);
    gaz_strbuf path = GAZ_STRBUF_INIT;
    assert_ok(gaz_store_path(h->store, GAZ_FILE_MANIFEST, full.name, &path, &err));
    assert_int_equal(unlink(path.data), 0);
    gaz_strbuf_release(&path);
    assert_status(GAZ_E_NOT_FOUND, gaz_manifest_load(h->store, delta.name, &m, &err));
    gaz_error_clear(&err);
    assert_status(GAZ_E_INVALID, gaz_manifest_load(h->store, "../../etc/passwd", &m, &err));
}

static void flipped_byte_of_a_file_is_found(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_run *run = open_run(h);
    gaz_manifest_row row = make_manifest(h->store, run, 40, 1, NULL);
    gaz_run_close(run);
    gaz_strbuf path = GAZ_STRBUF_INIT, bytes = GAZ_STRBUF_INIT;
    assert_ok(gaz_store_path(h->store, GAZ_FILE_MANIFEST, row.name, &path, &err));
    assert_ok(gaz_file_read(path.data, 1 << 20, &bytes, &err));
    for (size_t i = 0; i < bytes.len; i += 7) {
        gaz_manifest *m = NULL;
        home_reopen(h); /* an empty cache */
        bytes.data[i] ^= 0x20;
        assert_ok(gaz_file_write(path.data, bytes.data, bytes.len, 0600, &err));
        assert_status(GAZ_E_CORRUPT, gaz_manifest_load(h->store, row.name, &m, &err));
        gaz_error_clear(&err);
        bytes.data[i] ^= 0x20;
        if (i >= 140) /* the rest in one go: opening a home takes its time */
            i += bytes.len / 20;
    }
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&bytes);
}

/* ---- the decoder, without checksums before it ---- */

typedef struct encoded {
    gaz_strbuf sections[GAZ_MANIFEST_SECTIONS];
} encoded;

static void encode_sample(encoded *e, bool delta)
{
    gaz_error err = {0};
    gaz_manifest_entry entries[130];
    char paths[130][32];
    for (unsigned i = 0; i < 130; i++) {
        snprintf(paths[i], sizeof paths[i], "some/dir/%03u", i);
        entries[i] = (gaz_manifest_entry){
            .path = paths[i], .path_len = 12, .oid = oid_of(i), .skip = i % 40 == 1 ? 3 : 0};
    }
    gaz_manifest_layer layer = {
        .entries = entries, .count = 130, .total = 130, .total_path_bytes = 130 * 12};
    if (delta) {
        memset(layer.base, 'b', GAZ_SEALED_NAME - 1);
        layer.depth = 2;
        entries[7].skip = GAZ_MANIFEST_REMOVED;
    }
    assert_ok(gaz_manifest_encode(&layer, e->sections, &err));
}

static gaz_status decode_sample(const encoded *e, gaz_manifest_layer *out)
{
    gaz_manifest_sections in;
    for (size_t s = 0; s < GAZ_MANIFEST_SECTIONS; s++) {
        in.data[s] = (const uint8_t *)e->sections[s].data;
        in.len[s] = e->sections[s].len;
    }
    return gaz_manifest_decode(&in, out, NULL);
}

static void release_sample(encoded *e)
{
    for (size_t s = 0; s < GAZ_MANIFEST_SECTIONS; s++)
        gaz_strbuf_release(&e->sections[s]);
}

static void codec_restores_every_entry(void **state)
{
    (void)state;
    for (int delta = 0; delta < 2; delta++) {
        encoded e;
        gaz_manifest_layer layer = {0};
        encode_sample(&e, delta);
        assert_int_equal(decode_sample(&e, &layer), GAZ_OK);
        assert_int_equal(layer.count, 130);
        assert_int_equal(layer.entries[41].skip, 3);
        assert_int_equal(layer.entries[7].skip, delta ? GAZ_MANIFEST_REMOVED : 0);
        assert_memory_equal(layer.entries[129].path, "some/dir/129", 12);
        assert_int_equal(strlen(layer.base), delta ? 64 : 0);
        gaz_manifest_layer_release(&layer);
        release_sample(&e);
    }
}

static void decoder_survives_any_byte(void **state)
{
    (void)state;
    encoded e;
    encode_sample(&e, true);
    size_t refused = 0, tried = 0;
    for (size_t s = 0; s < GAZ_MANIFEST_SECTIONS; s++) {
        if (s == GAZ_MANIFEST_SECTION_OIDS)
            continue;
        for (size_t i = 0; i < e.sections[s].len; i++) {
            for (unsigned bit = 0; bit < 8; bit++) {
                gaz_manifest_layer layer = {0};
                e.sections[s].data[i] ^= (char)(1u << bit);
                gaz_status st = decode_sample(&e, &layer);
                assert_true(st == GAZ_OK || st == GAZ_E_CORRUPT);
                refused += st != GAZ_OK;
                tried++;
                gaz_manifest_layer_release(&layer);
                e.sections[s].data[i] ^= (char)(1u << bit);
            }
        }
    }
    assert_true(refused * 2 > tried);
    release_sample(&e);
}

static void decoder_survives_any_cut(void **state)
{
    (void)state;
    encoded e;
    encode_sample(&e, false);
    for (size_t s = 0; s < GAZ_MANIFEST_SECTIONS; s++) {
        size_t whole = e.sections[s].len;
        for (size_t len = 0; len < whole; len++) {
            gaz_manifest_layer layer = {0};
            e.sections[s].len = len;
            assert_int_equal(decode_sample(&e, &layer), GAZ_E_CORRUPT);
        }
        e.sections[s].len = whole;
    }
    release_sample(&e);
}

static void decoder_does_not_allocate_what_a_head_claims(void **state)
{
    (void)state;
    encoded e;
    gaz_manifest_layer layer = {0};
    encode_sample(&e, false);
    gaz_put_le64(e.sections[0].data + 8, UINT64_C(1) << 40);
    gaz_put_le64(e.sections[0].data + 24, UINT64_C(1) << 40);
    assert_int_equal(decode_sample(&e, &layer), GAZ_E_CORRUPT);
    gaz_put_le32(e.sections[0].data, UINT32_MAX);
    assert_int_equal(decode_sample(&e, &layer), GAZ_E_CORRUPT);
    release_sample(&e);
}

#define HOME_TEST(f) cmocka_unit_test_setup_teardown(f, home_setup, home_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOME_TEST(full_manifest_comes_back),
        HOME_TEST(empty_manifest_comes_back),
        HOME_TEST(delta_adds_changes_and_removes),
        HOME_TEST(removing_everything_leaves_an_empty_manifest),
        HOME_TEST(no_change_is_the_base_itself),
        HOME_TEST(small_change_makes_a_small_file),
        HOME_TEST(change_of_most_files_makes_a_full_file),
        HOME_TEST(chains_stay_short_and_right),
        HOME_TEST(folded_deltas_obey_the_newest),
        HOME_TEST(bad_changes_are_refused),
        HOME_TEST(missing_base_is_an_error),
        HOME_TEST(flipped_byte_of_a_file_is_found),
        cmocka_unit_test(codec_restores_every_entry),
        cmocka_unit_test(decoder_survives_any_byte),
        cmocka_unit_test(decoder_survives_any_cut),
        cmocka_unit_test(decoder_does_not_allocate_what_a_head_claims),
    };
    return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
