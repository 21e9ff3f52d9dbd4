/* Errors, hashes, the clock and the log: what people and other programs read of them. */
#include "gaz_test.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/hash.h"
#include "gaz/base/log.h"
#include "gaz/base/strbuf.h"
#include "gaz/base/utf8.h"

static void every_status_has_a_name_of_its_own(void **state)
{
    (void)state;
    assert_string_equal(gaz_status_name(GAZ_OK), "ok");
    assert_string_equal(gaz_status_name(GAZ_DONE), "done");
    for (int a = 0; a >= GAZ_E_INTERNAL; a--)
        for (int b = a - 1; b >= GAZ_E_INTERNAL; b--)
            assert_string_not_equal(gaz_status_name((gaz_status)a), gaz_status_name((gaz_status)b));
    assert_string_equal(gaz_status_name((gaz_status)-99), "internal");
}

static void the_first_failure_is_kept(void **state)
{
    (void)state;
    gaz_error err = {0};
    assert_int_equal(gaz_error_set(&err, GAZ_E_LIMIT, "first %d", 1), GAZ_E_LIMIT);
    assert_int_equal(gaz_error_set(&err, GAZ_E_IO, "second"), GAZ_E_IO);
    errno = ENOENT;
    assert_int_equal(gaz_error_errno(&err, "third"), GAZ_E_NOT_FOUND);
    assert_int_equal(err.status, GAZ_E_LIMIT);
    assert_string_equal(err.message, "first 1");
    gaz_error_hint(&err, "try %s", "this");
    gaz_error_hint(&err, "or that");
    assert_string_equal(err.hint, "try this");
    gaz_error_clear(&err);
    assert_int_equal(err.status, GAZ_OK);
    gaz_error_hint(&err, "no failure, no hint");
    assert_string_equal(err.hint, "");
}

static void nobody_has_to_listen(void **state)
{
    (void)state;
    assert_int_equal(gaz_error_set(NULL, GAZ_E_BUSY, "x"), GAZ_E_BUSY);
    errno = ENOMEM;
    assert_int_equal(gaz_error_errno(NULL, "x"), GAZ_E_NOMEM);
    gaz_error_hint(NULL, "x");
    gaz_error_clear(NULL);
}

static void messages_are_one_line_and_fit(void **state)
{
    (void)state;
    gaz_error err = {0};
    char longest[2000];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    gaz_error_set(&err, GAZ_E_INVALID, "a\nb\x1b[31m\x7f %s", longest);
    assert_memory_equal(err.message, "a?b?[31m? x", 11);
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
    gaz_error_clear(&err);
    errno = EACCES;
    gaz_error_errno(&err, "%s", longest);
    assert_true(strlen(err.message) < sizeof err.message);
    assert_non_null(strstr(err.message, "Permission denied"));
}

static void system_errors_become_statuses_and_a_full_disk_has_a_hint(void **state)
{
    (void)state;
    static const struct {
        int number;
        gaz_status status;
    } cases[] = {
        {ENOENT, GAZ_E_NOT_FOUND}, {ENOMEM, GAZ_E_NOMEM}, {EIO, GAZ_E_IO}, {ENOSPC, GAZ_E_IO}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gaz_error err = {0};
        errno = cases[i].number;
        assert_int_equal(gaz_error_errno(&err, "cannot open %s", "x"), cases[i].status);
        assert_non_null(strstr(err.message, "cannot open x: "));
        assert_int_equal(err.hint[0] != '\0', cases[i].number == ENOSPC);
    }
}

static void sha256_gives_the_published_digests(void **state)
{
    (void)state;
    static const struct {
        const char *text, *digest;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    };
    for (size_t i = 0; i < 2; i++) {
        char hex[65];
        gaz_sha256 *sha = gaz_sha256_new();
        assert_non_null(sha);
        for (const char *p = cases[i].text; *p; p++)
            gaz_sha256_add(sha, p, 1);
        gaz_sha256_hex(sha, hex);
        assert_string_equal(hex, cases[i].digest);
        gaz_sha256_free(sha);
    }
    gaz_sha256_free(NULL);
    assert_true(gaz_checksum("", 0) == UINT64_C(0x2D06800538D394C2));
    assert_true(gaz_checksum("a", 1) != gaz_checksum("b", 1));
}

static void object_ids_are_read_in_any_case_and_written_in_lower(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_oid oid, other;
    char hex[GAZ_OID_HEX];
    assert_ok(gaz_oid_parse("0123456789abcdef0123456789ABCDEF01234567", &oid, &err));
    gaz_oid_format(&oid, hex);
    assert_string_equal(hex, "0123456789abcdef0123456789abcdef01234567");
    assert_false(gaz_oid_is_zero(&oid));
    assert_ok(gaz_oid_parse("0000000000000000000000000000000000000000", &other, &err));
    assert_true(gaz_oid_is_zero(&other));
    assert_true(gaz_oid_compare(&other, &oid) < 0 && gaz_oid_compare(&oid, &other) > 0);
    assert_int_equal(gaz_oid_compare(&oid, &oid), 0);
}

static void object_ids_of_other_lengths_and_digits_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "0",
                                      "0123456789abcdef0123456789abcdef0123456",
                                      "0123456789abcdef0123456789abcdef012345678",
                                      "0123456789abcdef0123456789abcdef0123456g",
                                      "g123456789abcdef0123456789abcdef01234567",
                                      "0123456789abcdef0123456789abcdef01234567 "};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        gaz_error err = {0};
        gaz_oid oid;
        memset(&oid, 0x5A, sizeof oid);
        char *exact = strdup(bad[i]);
        assert_status(GAZ_E_INVALID, gaz_oid_parse(exact, &oid, &err));
        assert_int_equal(oid.id[0], 0x5A);
        free(exact);
    }
}

static void deadlines_pass_and_some_never(void **state)
{
    (void)state;
    assert_int_equal(gaz_deadline(-1), GAZ_NEVER);
    assert_false(gaz_expired(GAZ_NEVER));
    assert_true(gaz_expired(gaz_deadline(0)));
    assert_false(gaz_expired(gaz_deadline(3600 * 1000)));
    int64_t before = gaz_now_us();
    assert_true(gaz_now_us() >= before);
    char text[32];
    gaz_time_format(0, text);
    assert_string_equal(text, "1970-01-01T00:00:00Z");
    gaz_time_format(INT64_C(1795248902000001), text);
    assert_string_equal(text, "2026-11-21T08:15:02Z");
}

/* A wait longer than the clock's range is for ever, not an instant in the past. */
static void a_deadline_beyond_the_clocks_range_does_not_wrap(void **state)
{
    (void)state;
    assert_false(gaz_expired(gaz_deadline(INT64_MAX)));
    assert_false(gaz_expired(gaz_deadline(INT64_MAX / 1000)));
}

static void read_log(int fd, char *out, size_t size)
{
    ssize_t n = pread(fd, out, size - 1, 0);
    assert_true(n >= 0);
    out[n] = '\0';
}

static void log_lines_are_one_line_in_text_and_in_json(void **state)
{
    (void)state;
    char text[4096];
    int fd = memfd_create("log", MFD_CLOEXEC);
    assert_true(fd >= 0);
    gaz_log log = {.fd = fd, .level = GAZ_LOG_INFO};
    gaz_log_write(&log, GAZ_LOG_DEBUG, "test", "dropped");
    gaz_log_write(NULL, GAZ_LOG_ERROR, "test", "nowhere");
    gaz_log_write(&log, GAZ_LOG_WARN, "test", "a\nb %d", 7);
    read_log(fd, text, sizeof text);
    assert_non_null(strstr(text, " warn  test: a\\x0ab 7\n"));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    log.json = true;
    gaz_log_write(&log, GAZ_LOG_ERROR, "test", "say \"%s\"\t\\\xFF", "hi");
    read_log(fd, text, sizeof text);
    assert_non_null(strstr(text, "\"level\":\"error\",\"area\":\"test\",\"message\":\"say "
                                 "\\\"hi\\\"\\u0009\\\\" GAZ_UTF8_REPLACEMENT "\"}\n"));
    close(fd);
}

/* A message is cut at a byte: a character that is cut in two must not make the JSON line invalid,
 * nor a long line lose its end. */
static void overlong_log_messages_still_make_whole_lines(void **state)
{
    (void)state;
    char longest[4096];
    static char text[65536];
    int fd = memfd_create("log", MFD_CLOEXEC);
    assert_true(fd >= 0);
    for (size_t i = 0; i + 2 < sizeof longest; i += 2)
        memcpy(longest + i, "\xC3\xA9", 3);
    gaz_log log = {.fd = fd, .json = true};
    gaz_log_write(&log, GAZ_LOG_INFO, "test", "%s", longest);
    memset(longest, '\x01', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    gaz_log_write(&log, GAZ_LOG_INFO, "test", "%s", longest);
    read_log(fd, text, sizeof text);
    assert_true(gaz_utf8_valid(text, strlen(text)));
    size_t lines = 0;
    for (char *p = text; (p = strchr(p, '\n')); p++, lines++)
        assert_memory_equal(p - 2, "\"}", 2);
    assert_int_equal(lines, 2);
    close(fd);
}

static void log_levels_have_four_names(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_log_level level = GAZ_LOG_INFO;
    assert_ok(gaz_log_level_parse("warn", &level, &err));
    assert_int_equal(level, GAZ_LOG_WARN);
    assert_status(GAZ_E_INVALID, gaz_log_level_parse("WARN", &level, &err));
    assert_int_equal(level, GAZ_LOG_WARN);
    gaz_error_clear(&err);
    assert_status(GAZ_E_INVALID, gaz_log_level_parse("", &level, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_name_of_its_own),
        cmocka_unit_test(the_first_failure_is_kept),
        cmocka_unit_test(nobody_has_to_listen),
        cmocka_unit_test(messages_are_one_line_and_fit),
        cmocka_unit_test(system_errors_become_statuses_and_a_full_disk_has_a_hint),
        cmocka_unit_test(sha256_gives_the_published_digests),
        cmocka_unit_test(object_ids_are_read_in_any_case_and_written_in_lower),
        cmocka_unit_test(object_ids_of_other_lengths_and_digits_are_refused),
        cmocka_unit_test(deadlines_pass_and_some_never),
        cmocka_unit_test(a_deadline_beyond_the_clocks_range_does_not_wrap),
        cmocka_unit_test(log_lines_are_one_line_in_text_and_in_json),
        cmocka_unit_test(overlong_log_messages_still_make_whole_lines),
        cmocka_unit_test(log_levels_have_four_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
