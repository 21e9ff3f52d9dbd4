/* Settings: the table, the file, the environment and the schema say the same. */
#include "gaz_test.h"

#include <unistd.h>

#include "gaz/base/fs.h"
#include "settings_private.h"

static char *home;

static int setup(void **state)
{
    (void)state;
    size_t count = 0;
    const gaz_setting_info *infos = gaz_settings_table(&count);
    for (size_t i = 0; i < count; i++)
        unsetenv(infos[i].variable);
    home = make_temp_dir();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gaz_error err = {0};
    assert_ok(gaz_remove_all(home, &err));
    free(home);
    return 0;
}

static void write_yaml(const char *text)
{
    gaz_error err = {0};
    gaz_strbuf path = GAZ_STRBUF_INIT;
    assert_ok(gaz_path_join(&path, home, "gaz.yaml", &err));
    assert_ok(gaz_file_write(path.data, text, strlen(text), 0600, &err));
    gaz_strbuf_release(&path);
}

static void defaults_are_those_of_the_table(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_settings s;
    assert_ok(gaz_settings_load(home, &s, &err));
    assert_string_equal(s.listen, "127.0.0.1:7007");
    assert_int_equal(s.query_timeout_ms, 10000);
    assert_int_equal(s.query_timeout_max_ms, 60000);
    assert_int_equal(s.query_memory, 256 << 20);
    assert_int_equal(s.http_workers, 16);
    assert_int_equal(s.http_connections, 4096);
    assert_int_equal(s.http_body_max, 1 << 20);
    assert_int_equal(s.http_idle_ms, 75000);
    assert_int_equal(s.index_memory, 768 << 20);
    assert_true(s.blob_max == (int64_t)2 << 30);
    assert_int_equal(s.revisions_kept, 64);
    assert_int_equal(s.clone_timeout_ms, 1800000);
    assert_true(s.clone_max == (int64_t)64 << 30);
    assert_string_equal(s.ssh_key, "auto");
    assert_string_equal(s.known_hosts, "auto");
    assert_string_equal(s.ca_file, "auto");
    assert_string_equal(s.credential_helper, "none");
    assert_int_equal(s.poll_interval_ms, 900000);
    assert_int_equal(s.poll_interval_max_ms, 21600000);
    assert_int_equal(s.poll_at_once, 2);
    assert_int_equal(s.poll_timeout_ms, 60000);
    assert_false(s.poll_local);
    assert_int_equal(s.retire_grace_ms, 600000);
    assert_int_equal(s.cursor_ttl_ms, 300000);
    assert_false(s.allow_private_urls);
    assert_string_equal(s.log_format, "text");
    assert_string_equal(s.log_level, "info");
    assert_int_equal(s.root_count + s.exclude_count + s.allowed_host_count, 0);
    assert_true(s.threads >= 1 && s.threads <= 1024);
    assert_true(s.cache_bytes > 0 && s.cache_bytes <= (int64_t)4 << 30);
    gaz_settings_release(&s);
}

static void file_overrides_defaults(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_settings s;
    write_yaml("# a comment\n"
               "listen: \"0.0.0.0:80\"\n"
               "query:\n  cache: 64MiB\n  timeout: 2s\n"
               "repos: {allow_private_urls: yes}\n"
               "server:\n  workers: 3\n"
               "index:\n  exclude:\n    - '*.min.js'\n    - vendor/\n  blob_max: 1000000\n"
               "log:\n  format: json\n");
    assert_ok(gaz_settings_load(home, &s, &err));
    assert_string_equal(s.listen, "0.0.0.0:80");
    assert_int_equal(s.cache_bytes, 64 << 20);
    assert_int_equal(s.query_timeout_ms, 2000);
    assert_true(s.allow_private_urls);
    assert_int_equal(s.http_workers, 3);
    assert_int_equal(s.exclude_count, 2);
    assert_string_equal(s.exclude[0], "*.min.js");
    assert_string_equal(s.exclude[1], "vendor/");
    assert_int_equal(s.blob_max, 1000000);
    assert_string_equal(s.log_format, "json");
    gaz_settings_release(&s);
}

static void environment_overrides_the_file(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_settings s;
    write_yaml("query: {cache: 64MiB}\nserver:\n  roots: [/a]\n");
    setenv("GAZ_QUERY_CACHE", "32MiB", 1);
    setenv("GAZ_SERVER_ROOTS", "/b,/c", 1);
    setenv("GAZ_INDEX_EXCLUDE", "a,b\nc", 1);
    assert_ok(gaz_settings_load(home, &s, &err));
    assert_int_equal(s.cache_bytes, 32 << 20);
    assert_int_equal(s.root_count, 2);
    assert_string_equal(s.roots[1], "/c");
    assert_int_equal(s.exclude_count, 2);
    assert_string_equal(s.exclude[0], "a,b");
    assert_ok(gaz_settings_set(&s, "query.cache", "16MiB", &err));
    assert_int_equal(s.cache_bytes, 16 << 20);
    gaz_settings_release(&s);
    setenv("GAZ_QUERY_CACHE", "lots", 1);
    assert_status(GAZ_E_INVALID, gaz_settings_load(home, &s, &err));
    assert_non_null(strstr(err.hint, "GAZ_QUERY_CACHE"));
}

static void empty_file_is_fine(void **state)
{
    (void)state;
    const char *texts[] = {"", "\n\n", "# only a comment\n", "---\n", "{}\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        gaz_error err = {0};
        gaz_settings s;
        write_yaml(texts[i]);
        assert_ok(gaz_settings_load(home, &s, &err));
        gaz_settings_release(&s);
    }
}

static void mistakes_are_told_with_their_line(void **state)
{
    (void)state;
    struct {
        const char *yaml, *message, *hint;
    } cases[] = {
        {"listen: x\nquery:\n  cach: 1MiB\n", "line 3: there is no setting named 'query.cach'",
         "query.cache"},
        {"lisen: x\n", "line 1: there is no setting named 'lisen'", "listen"},
        {"query:\n  cache: lots\n", "line 2: the setting query.cache takes a size", ""},
        {"query:\n  cache: -1MiB\n", "takes a size", ""},
        {"query:\n  cache: 99999999999TiB\n", "takes a size", ""},
        {"query:\n  cache: 9999TiB\n", "outside its range", ""},
        {"query:\n  timeout: 5\n", "takes a time", ""},
        {"query:\n  timeout: 2 weeks\n", "takes a time", ""},
        {"server:\n  workers: 0\n", "outside its range", ""},
        {"server:\n  workers: many\n", "takes a whole number", ""},
        {"repos:\n  allow_private_urls: maybe\n", "takes true or false", ""},
        {"log:\n  level: loud\n", "debug|info|warn|error", ""},
        {"log:\n  level: inf\n", "debug|info|warn|error", ""},
        {"listen: ''\n", "1 to 4096 bytes", ""},
        {"listen:\n  - a\n", "line 2: listen takes a string", ""},
        {"listen: {a: b}\n", "line 1: there is no setting named 'listen.a'", ""},
        {"server:\n  roots: /a\n", "server.roots takes a list", ""},
        {"server:\n  roots:\n    - [a]\n", "line 3: an item of a list must be text", ""},
        {"listen: a\nlisten: b\n", "line 2: listen is set twice", ""},
        {"query: {cache: 1MiB}\nquery: {cache: 2MiB}\n", "line 2: query.cache is set twice", ""},
        {"query.cache: 2MiB\n", "line 1: 'query.cache' is written as a section", ""},
        {"- a\n", "line 1: settings are written as", ""},
        {"text\n", "settings are written as", ""},
        {"listen: a\n---\nlisten: b\n", "a second document begins", ""},
        {"a: &x 1\nb: *x\n", "there is no setting named 'a'", ""},
        {"listen: *nothing\n", "line 1: listen takes a string", ""},
        {"server: {\n", "it is not YAML", ""},
        {"listen: \"a\nlog: 1\n", "it is not YAML", ""},
        {"\"a\\0b\": 1\n", "a setting's name must be short text", ""},
        {"query:\n  a:\n    b: 1\n", "there is no setting named 'query.a'", ""},
        {"query:\n  timeout: 120s\n", "more than query.timeout_max", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gaz_error err = {0};
        gaz_settings s = {0};
        write_yaml(cases[i].yaml);
        gaz_status st = gaz_settings_load(home, &s, &err);
        if (st != GAZ_E_INVALID || !strstr(err.message, cases[i].message) ||
            !strstr(err.hint, cases[i].hint))
            fail_msg("%s: %s, %s (%s)", cases[i].yaml, gaz_status_name(st), err.message, err.hint);
        assert_null(s.listen); /* untouched */
    }
}

static void sizes_and_times_have_units(void **state)
{
    (void)state;
    struct {
        const char *text;
        int64_t size, time; /* -1: refused */
    } cases[] = {
        {"0", 0, 0},
        {"7", 7, -1},
        {"64KiB", 65536, -1},
        {"64 KiB", 65536, -1},
        {"2GiB", (int64_t)2 << 30, -1},
        {"5KB", 5000, -1},
        {"1B", 1, -1},
        {"250ms", -1, 250},
        {"2s", -1, 2000},
        {"5m", -1, 300000},
        {"5min", -1, 300000},
        {"1h", -1, 3600000},
        {"1d", -1, 86400000},
        {"", -1, -1},
        {"s", -1, -1},
        {"+1s", -1, -1},
        {" 1s", -1, -1},
        {"1k", -1, -1},
        {"0x10", -1, -1},
        {"1.5GiB", -1, -1},
        {"9223372036854775808", -1, -1},
        {"9223372036854775807KiB", -1, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t size = -1, time = -1;
        gaz_setting_parse_size(cases[i].text, &size);
        gaz_setting_parse_duration(cases[i].text, &time);
        if (size != cases[i].size || time != cases[i].time)
            fail_msg("'%s': %lld, %lld", cases[i].text, (long long)size, (long long)time);
    }
}

static void lists_and_files_have_limits(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_settings s;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&text, "index:\n  exclude:\n");
    for (int i = 0; i <= GAZ_SETTING_ITEMS_MAX; i++)
        gaz_strbuf_puts(&text, "    - a\n");
    write_yaml(text.data);
    assert_status(GAZ_E_INVALID, gaz_settings_load(home, &s, &err));
    assert_non_null(strstr(err.message, "at most 10000 items"));
    gaz_error_clear(&err);
    gaz_strbuf_reset(&text);
    while (text.len <= GAZ_SETTINGS_FILE_MAX)
        gaz_strbuf_puts(&text, "# filler\n");
    write_yaml(text.data);
    assert_status(GAZ_E_LIMIT, gaz_settings_load(home, &s, &err));
    gaz_strbuf_release(&text);
}

static void every_default_can_be_written_in_the_file(void **state)
{
    (void)state;
    size_t count = 0;
    const gaz_setting_info *infos = gaz_settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        gaz_error err = {0};
        gaz_settings s;
        char yaml[200];
        if (strcmp(infos[i].type, "list") == 0)
            snprintf(yaml, sizeof yaml, "%s: []\n", infos[i].name);
        else
            snprintf(yaml, sizeof yaml, "%s: \"%s\"\n", infos[i].name, infos[i].fallback);
        char *dot = strchr(yaml, '.');
        if (dot && dot < strchr(yaml, ':')) { /* server.workers: 1 → server: {workers: 1} */
            char nested[220];
            snprintf(nested, sizeof nested, "%.*s: {%.*s}\n", (int)(dot - yaml), yaml,
                     (int)strcspn(dot + 1, "\n"), dot + 1);
            memcpy(yaml, nested, sizeof yaml);
        }
        write_yaml(yaml);
        assert_ok(gaz_settings_load(home, &s, &err));
        gaz_settings_release(&s);
    }
}

static void variables_follow_from_names(void **state)
{
    (void)state;
    size_t count = 0;
    const gaz_setting_info *infos = gaz_settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        char expected[100] = "GAZ_";
        for (size_t j = 0; infos[i].name[j]; j++) {
            char c = infos[i].name[j];
            expected[4 + j] = c == '.' ? '_' : c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
        }
        assert_string_equal(infos[i].variable, expected);
    }
}

/* GAZ_UPDATE=1 writes the file anew. */
static void schema_file_agrees_with_the_table(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_strbuf made = GAZ_STRBUF_INIT, file = GAZ_STRBUF_INIT, path = GAZ_STRBUF_INIT;
    const char *source = getenv("GAZ_SOURCE_DIR");
    gaz_settings_schema(&made);
    assert_ok(gaz_strbuf_check(&made, &err));
    assert_ok(gaz_path_join(&path, source ? source : ".", "schemas/config.json", &err));
    if (getenv("GAZ_UPDATE"))
        assert_ok(gaz_file_write(path.data, made.data, made.len, 0644, &err));
    assert_ok(gaz_file_read(path.data, 1 << 20, &file, &err));
    assert_string_equal(file.data, made.data);
    gaz_strbuf_release(&made);
    gaz_strbuf_release(&file);
    gaz_strbuf_release(&path);
}

static void home_comes_from_the_environment(void **state)
{
    (void)state;
    gaz_error err = {0};
    const char *home_now = getenv("HOME");
    char *path = NULL, *user = home_now ? strdup(home_now) : NULL;
    setenv("GAZ_HOME", "/x/gaz", 1);
    assert_ok(gaz_home_path(&path, &err));
    assert_string_equal(path, "/x/gaz");
    free(path);
    unsetenv("GAZ_HOME");
    setenv("XDG_DATA_HOME", "/x/data", 1);
    assert_ok(gaz_home_path(&path, &err));
    assert_string_equal(path, "/x/data/gazetteer");
    free(path);
    setenv("XDG_DATA_HOME", "relative", 1);
    setenv("HOME", "/x/user", 1);
    assert_ok(gaz_home_path(&path, &err));
    assert_string_equal(path, "/x/user/.local/share/gazetteer");
    free(path);
    unsetenv("XDG_DATA_HOME");
    unsetenv("HOME");
    assert_status(GAZ_E_INVALID, gaz_home_path(&path, &err));
    if (user)
        setenv("HOME", user, 1);
    free(user);
}

#define SETTINGS_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SETTINGS_TEST(defaults_are_those_of_the_table),
        SETTINGS_TEST(file_overrides_defaults),
        SETTINGS_TEST(environment_overrides_the_file),
        SETTINGS_TEST(empty_file_is_fine),
        SETTINGS_TEST(mistakes_are_told_with_their_line),
        SETTINGS_TEST(sizes_and_times_have_units),
        SETTINGS_TEST(lists_and_files_have_limits),
        SETTINGS_TEST(every_default_can_be_written_in_the_file),
        SETTINGS_TEST(variables_follow_from_names),
        SETTINGS_TEST(schema_file_agrees_with_the_table),
        SETTINGS_TEST(home_comes_from_the_environment),
    };
    return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
