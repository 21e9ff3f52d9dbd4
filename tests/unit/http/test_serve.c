/* gaz_serve() with a real data directory: the lock, server.json, pages and operations over HTTP. */
#include "test_server.h"

#include <signal.h>
#include <sys/stat.h>

#include "gaz/base/fs.h"
#include "gaz/pipeline/runner.h"
#include "gaz/query/engine.h"
#include "serve.h"

static char *home;
static gaz_settings settings;
static gaz_services services;
static volatile sig_atomic_t stop;
static gaz_status served;
static gaz_error serve_error;
static test_server server; /* only port and host are used */

static int setup(void **state)
{
    (void)state;
    gaz_error err = {0};
    home = make_temp_dir();
    unsetenv("GAZ_LISTEN");
    assert_ok(gaz_settings_load(home, &settings, &err));
    assert_ok(gaz_store_open(home, true, &services.store, &err));
    assert_ok(gaz_engine_new(services.store, &settings, &services.engine, &err));
    services.settings = &settings;
    services.started_us = gaz_wall_us();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_engine_free(services.engine);
    gaz_store_close(services.store);
    gaz_settings_release(&settings);
    assert_ok(gaz_remove_all(home, &err));
    free(home);
    return 0;
}

static void file_path(char out[600], const char *name)
{
    snprintf(out, 600, "%s/%s", home, name);
}

static void *serve_main(void *arg)
{
    (void)arg;
    served = gaz_serve(&services, test_ops, TEST_OPS, "127.0.0.1:0", &stop, &serve_error);
    return NULL;
}

/* Starts it on a thread and reads where it is from server.json. */
static void start(pthread_t *thread)
{
    char path[600];
    gaz_json *root = NULL;
    gaz_error err = {0};
    stop = 0;
    serve_error = (gaz_error){0};
    file_path(path, "server.json");
    assert_int_equal(pthread_create(thread, NULL, serve_main, NULL), 0);
    for (int ms = 0;; ms += 5) {
        gaz_strbuf text = GAZ_STRBUF_INIT;
        gaz_error ignored = {0};
        if (gaz_file_read(path, 4096, &text, &ignored) == GAZ_OK &&
            strstr(text.data, "\"started\":\"20")) {
            assert_ok(gaz_json_parse(text.data, text.len, &root, &err));
            gaz_strbuf_release(&text);
            break;
        }
        gaz_strbuf_release(&text);
        assert_true(ms < PATIENCE_MS);
        nap_ms(5);
    }
    snprintf(server.host, sizeof server.host, "%s",
             gaz_json_text(gaz_json_get(root, "address"), NULL));
    server.port = (unsigned)atoi(strrchr(server.host, ':') + 1);
    assert_int_equal(gaz_json_integer(gaz_json_get(root, "pid"), 0), getpid());
    gaz_json_free(root);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void end(pthread_t thread)
{
    char path[600];
    stop = 1;
    pthread_join(thread, NULL);
    assert_int_equal(served, GAZ_OK);
    file_path(path, "server.json");
    assert_int_equal(access(path, F_OK), -1);
}

static void it_can_be_found_asked_and_stopped(void **state)
{
    (void)state;
    pthread_t thread;
    start(&thread);
    expect(&server, "GET", "/healthz", NULL, NULL, 200, NULL);
    expect(&server, "GET", "/readyz", NULL, NULL, 200, "\"ready\":true");
    expect(&server, "GET", "/v1/echo?q=x", NULL, NULL, 200, "\"remote\":true");
    end(thread);
    start(&thread); /* the lock and the port are free again */
    end(thread);
}

static void a_second_server_says_where_the_first_one_is(void **state)
{
    (void)state;
    pthread_t thread;
    gaz_error err = {0};
    volatile sig_atomic_t at_once = 1;
    start(&thread);
    assert_status(GAZ_E_BUSY,
                  gaz_serve(&services, test_ops, TEST_OPS, "127.0.0.1:0", &at_once, &err));
    assert_non_null(strstr(err.message, "already running"));
    assert_non_null(strstr(err.hint, server.host));
    expect(&server, "GET", "/healthz", NULL, NULL, 200, NULL);
    char path[600];
    file_path(path, "server.json");
    assert_int_equal(access(path, F_OK), 0);
    end(thread);
}

static void what_a_dead_server_left_is_overwritten(void **state)
{
    (void)state;
    char path[600];
    pthread_t thread;
    gaz_error err = {0};
    file_path(path, "server.json");
    assert_ok(gaz_file_write(path, "{\"address\":\"127.0.0.1:1\"}", 25, 0600, &err));
    start(&thread);
    assert_int_not_equal(server.port, 1);
    end(thread);
}

static void a_bad_address_leaves_nothing_behind(void **state)
{
    (void)state;
    char path[600];
    gaz_error err = {0};
    volatile sig_atomic_t at_once = 1;
    assert_status(GAZ_E_INVALID,
                  gaz_serve(&services, test_ops, TEST_OPS, "nonsense", &at_once, &err));
    file_path(path, "server.json");
    assert_int_equal(access(path, F_OK), -1);
}

static void pages_are_served_beside_operations(void **state)
{
    (void)state;
    pthread_t thread;
    reply r;
    start(&thread);
    get(&server, "/", &r);
    assert_int_equal(r.status, 200);
    assert_string_equal(header_of(&r, "Content-Type"), "text/html; charset=utf-8");
    const char *policy = header_of(&r, "Content-Security-Policy");
    assert_non_null(strstr(policy, "script-src 'self'"));
    assert_null(strstr(policy, "unsafe"));
    assert_body(&r, "gaz add PATH-OR-URL");
    reply_release(&r);

    get(&server, "/assets/gazetteer.css", &r);
    assert_int_equal(r.status, 200);
    assert_string_equal(header_of(&r, "Content-Type"), "text/css; charset=utf-8");
    assert_non_null(strstr(header_of(&r, "Cache-Control"), "max-age"));
    char again[64];
    snprintf(again, sizeof again, "If-None-Match: %.30s\r\n", header_of(&r, "ETag"));
    reply_release(&r);
    expect(&server, "GET", "/assets/gazetteer.css", again, NULL, 304, NULL);
    expect(&server, "HEAD", "/assets/gazetteer.css", NULL, NULL, 200, NULL);
    expect(&server, "GET", "/assets/nothing.css", NULL, NULL, 404, "\"not_found\"");
    expect(&server, "POST", "/search", "Content-Type: application/json\r\n", "{}", 405, NULL);

    expect(&server, "GET", "/search?q=foo", NULL, NULL, 200, "Nothing matches");
    expect(&server, "GET", "/search?q=%22open", NULL, NULL, 400, "class=\"caret\"");
    expect(&server, "GET", "/repos", NULL, NULL, 200, "<h1>Repositories</h1>");
    get(&server, "/file/nothing", &r);
    assert_int_equal(r.status, 302);
    assert_string_equal(header_of(&r, "Location"), "/tree/nothing/-/");
    reply_release(&r);
    /* People get a page, programs get JSON. */
    expect(&server, "GET", "/tree/nothing", "Accept: text/html\r\n", NULL, 404,
           "<h1>Not found</h1>");
    expect(&server, "GET", "/tree/nothing", NULL, NULL, 404, "{\"error\":{\"code\":\"not_found\"");
    expect(&server, "GET", "/elsewhere", "Accept: text/html\r\n", NULL, 404, "<h1>Not found</h1>");
    expect(&server, "GET", "/search?q=%zz", "Accept: text/html\r\n", NULL, 400,
           "<h1>That cannot be answered</h1>");
    end(thread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_can_be_found_asked_and_stopped),
        cmocka_unit_test(a_second_server_says_where_the_first_one_is),
        cmocka_unit_test(what_a_dead_server_left_is_overwritten),
        cmocka_unit_test(a_bad_address_leaves_nothing_behind),
        cmocka_unit_test(pages_are_served_beside_operations),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
