/* Sealed files: what is written comes back, and no damaged byte is ever handed out. */
#include "gaz_test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/base/sealed.h"

static gaz_error err;

static void path_in(char *out, const char *dir, const char *name)
{
    snprintf(out, 600, "%s/%s", dir, name);
}

/* A file with sections 3 and 0 and a gap between them; `big` makes it span several pages. */
static void write_sample(const char *path, size_t big, char name[GAZ_SEALED_NAME])
{
    gaz_sealed_writer *w = NULL;
    assert_ok(gaz_sealed_writer_open(path, "TEST", 7, &w, &err));
    assert_ok(gaz_sealed_begin(w, 3, &err));
    assert_ok(gaz_sealed_append(w, "hello", 5, &err));
    assert_ok(gaz_sealed_begin(w, 0, &err));
    for (size_t i = 0; i < big; i++) {
        uint8_t b = (uint8_t)(i * 31 + i / 251);
        assert_ok(gaz_sealed_append(w, &b, 1, &err));
    }
    assert_int_equal(gaz_sealed_position(w), big);
    uint64_t size = 0;
    assert_ok(gaz_sealed_finish(w, name, &size, &err));
    gaz_sealed_writer_close(w);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal((uint64_t)info.st_size, size);
}

static void sealed_returns_what_was_written(void **state)
{
    (void)state;
    char *dir = make_temp_dir(), path[600], name[GAZ_SEALED_NAME];
    path_in(path, dir, "f");
    write_sample(path, 100000, name);
    gaz_sealed *f = NULL;
    assert_ok(gaz_sealed_open(path, "TEST", 7, &f, &err));
    const uint8_t *data;
    assert_int_equal(gaz_sealed_len(f, 3), 5);
    assert_int_equal(gaz_sealed_len(f, 1), 0);
    assert_ok(gaz_sealed_get(f, 3, 0, 5, &data, &err));
    assert_memory_equal(data, "hello", 5);
    assert_ok(gaz_sealed_get(f, 0, 99999, 1, &data, &err));
    assert_int_equal(data[0], (uint8_t)(99999u * 31 + 99999u / 251));
    assert_status(GAZ_E_CORRUPT, gaz_sealed_get(f, 0, 99999, 2, &data, &err));
    gaz_error_clear(&err);
    assert_ok(gaz_sealed_verify(f, name, &err));
    name[0] = name[0] == 'a' ? 'b' : 'a';
    assert_status(GAZ_E_CORRUPT, gaz_sealed_verify(f, name, &err));
    gaz_error_clear(&err);
    gaz_sealed_close(f);
    assert_status(GAZ_E_CORRUPT, gaz_sealed_open(path, "TEXT", 7, &f, &err));
    gaz_error_clear(&err);
    assert_status(GAZ_E_CORRUPT, gaz_sealed_open(path, "TEST", 8, &f, &err));
    gaz_error_clear(&err);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

/* Opens and reads everything; true when every byte came back as written. */
static bool reads_whole(const char *path, const char *expect, size_t len)
{
    gaz_error e = {0};
    gaz_sealed *f = NULL;
    if (gaz_sealed_open(path, "TEST", 7, &f, &e) != GAZ_OK)
        return false;
    const uint8_t *a, *b;
    bool ok = gaz_sealed_len(f, 3) == 5 && gaz_sealed_len(f, 0) == len &&
              gaz_sealed_get(f, 3, 0, 5, &a, &e) == GAZ_OK &&
              gaz_sealed_get(f, 0, 0, len, &b, &e) == GAZ_OK;
    if (ok) {
        assert_memory_equal(a, "hello", 5);
        assert_memory_equal(b, expect, len);
    }
    gaz_sealed_close(f);
    return ok;
}

static void sealed_never_returns_a_flipped_byte(void **state)
{
    (void)state;
    char *dir = make_temp_dir(), path[600], name[GAZ_SEALED_NAME], expect[300];
    path_in(path, dir, "f");
    write_sample(path, sizeof expect, name);
    for (size_t i = 0; i < sizeof expect; i++)
        expect[i] = (char)(uint8_t)(i * 31 + i / 251);
    assert_true(reads_whole(path, expect, sizeof expect));
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    int fd = open(path, O_RDWR);
    unsigned refused = 0;
    for (off_t at = 0; at < info.st_size; at++) {
        uint8_t b, flipped;
        assert_int_equal(pread(fd, &b, 1, at), 1);
        flipped = b ^ 0x10;
        assert_int_equal(pwrite(fd, &flipped, 1, at), 1);
        refused += !reads_whole(path, expect, sizeof expect);
        assert_int_equal(pwrite(fd, &b, 1, at), 1);
    }
    close(fd);
    assert_int_equal(refused, info.st_size);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

static void sealed_refuses_every_truncation(void **state)
{
    (void)state;
    char *dir = make_temp_dir(), path[600], name[GAZ_SEALED_NAME];
    path_in(path, dir, "f");
    write_sample(path, 40000, name);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    for (off_t len = info.st_size - 1; len >= 0; len = len > 700 ? len - 611 : len - 1) {
        gaz_sealed *f = NULL;
        assert_int_equal(truncate(path, len), 0);
        gaz_error_clear(&err);
        assert_status(GAZ_E_CORRUPT, gaz_sealed_open(path, "TEST", 7, &f, &err));
    }
    gaz_error_clear(&err);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

static void sealed_reports_truncation_while_open(void **state)
{
    (void)state;
    char *dir = make_temp_dir(), path[600], name[GAZ_SEALED_NAME];
    path_in(path, dir, "f");
    write_sample(path, 200000, name);
    gaz_sealed *f = NULL;
    assert_ok(gaz_sealed_open(path, "TEST", 7, &f, &err));
    assert_int_equal(truncate(path, 4096), 0);
    const uint8_t *data;
    gaz_error e = {0};
    gaz_status st = gaz_sealed_get(f, 0, 150000, 10, &data, &e);
    assert_int_equal(st, GAZ_E_CORRUPT);
    assert_int_equal(gaz_sealed_intact(f, NULL), GAZ_E_CORRUPT);
    gaz_sealed_close(f);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

static void sealed_leaves_no_file_when_not_finished(void **state)
{
    (void)state;
    char *dir = make_temp_dir(), path[600];
    path_in(path, dir, "f");
    gaz_sealed_writer *w = NULL;
    assert_ok(gaz_sealed_writer_open(path, "TEST", 7, &w, &err));
    gaz_sealed_writer *second = NULL;
    assert_status(GAZ_E_IO, gaz_sealed_writer_open(path, "TEST", 7, &second, &err));
    gaz_error_clear(&err);
    assert_int_equal(access(path, F_OK), 0);
    gaz_sealed_writer_close(w);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sealed_returns_what_was_written),
        cmocka_unit_test(sealed_never_returns_a_flipped_byte),
        cmocka_unit_test(sealed_refuses_every_truncation),
        cmocka_unit_test(sealed_reports_truncation_while_open),
        cmocka_unit_test(sealed_leaves_no_file_when_not_finished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
