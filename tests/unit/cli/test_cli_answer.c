/* Answers cut into values, errors in answers, requests to a server, help. */
#include "gaz_test.h"

#include <unistd.h>

#include "cli_answer.h"
#include "cli_help.h"
#include "cli_remote.h"
#include "cli_table.h"
#include "gaz/base/fs.h"

static gaz_status note(void *ctx, const char *event, const gaz_json *value, gaz_error *err)
{
    (void)err;
    gaz_strbuf_printf(ctx, "[%s%lld]", event,
                      (long long)gaz_json_integer(gaz_json_get(value, "n"), -1));
    return GAZ_OK;
}

/* Feeds `text` in pieces of `step` bytes; gives the first failure. */
static gaz_status read_answer(gaz_media media, const char *text, size_t step, gaz_strbuf *seen,
                              gaz_error *err)
{
    gaz_cli_answer answer;
    size_t len = strlen(text);
    gaz_status st = GAZ_OK;
    gaz_cli_answer_init(&answer, media, note, seen);
    for (size_t at = 0; at < len && st == GAZ_OK; at += step)
        st = gaz_cli_answer_feed(&answer, text + at, len - at < step ? len - at : step, err);
    if (st == GAZ_OK)
        st = gaz_cli_answer_end(&answer, err);
    gaz_cli_answer_release(&answer);
    return st;
}

static void expect(gaz_media media, const char *text, gaz_status status, const char *values)
{
    for (size_t step = 1; step < 60; step += 7) {
        gaz_strbuf seen = GAZ_STRBUF_INIT;
        gaz_error err = {0};
        assert_status(status, read_answer(media, text, step, &seen, &err));
        assert_string_equal(seen.data, values);
        gaz_strbuf_release(&seen);
    }
}

static void answers_are_cut_into_values(void **state)
{
    (void)state;
    expect(GAZ_MEDIA_JSON, "{\"n\":\n1}\n", GAZ_OK, "[1]");
    expect(GAZ_MEDIA_NDJSON, "{\"n\":1}\n\n{\"n\":2}\n{\"done\":{},\"n\":3}\n", GAZ_OK,
           "[1][2][3]");
    expect(GAZ_MEDIA_NDJSON, "{\"n\":1}\n{\"done\":{},\"n\":3}", GAZ_OK, "[1][3]");
    expect(GAZ_MEDIA_EVENTS, "event: progress\ndata: {\"n\":1}\n\nevent: done\ndata: {\"n\":2}\n\n",
           GAZ_OK, "[progress1][done2]");
}

static void answers_cut_short_are_errors(void **state)
{
    (void)state;
    expect(GAZ_MEDIA_JSON, "", GAZ_E_REMOTE, "");
    expect(GAZ_MEDIA_JSON, "{\"n\":1", GAZ_E_INVALID, "");
    expect(GAZ_MEDIA_NDJSON, "{\"n\":1}\n{\"n\":2}\n", GAZ_E_REMOTE, "[1][2]");
    expect(GAZ_MEDIA_NDJSON, "{\"n\":1}\nnonsense\n", GAZ_E_INVALID, "[1]");
    expect(GAZ_MEDIA_EVENTS, "event: progress\ndata: {\"n\":1}\n\n", GAZ_E_REMOTE, "[progress1]");
}

static void errors_in_answers_become_failures(void **state)
{
    (void)state;
    gaz_strbuf seen = GAZ_STRBUF_INIT;
    gaz_error err = {0};
    static const char json[] =
        "{\"error\":{\"code\":\"not_found\",\"message\":\"no x\",\"hint\":\"try y\",\"column\":7}}";
    assert_int_equal(read_answer(GAZ_MEDIA_NDJSON, json, 99, &seen, &err), GAZ_E_NOT_FOUND);
    assert_string_equal(err.message, "no x");
    assert_string_equal(err.hint, "try y");
    assert_int_equal(err.column, 7);
    gaz_error_clear(&err);
    assert_int_equal(read_answer(GAZ_MEDIA_EVENTS,
                                 "event: error\ndata: {\"error\":{\"code\":\"strange\"}}\n\n", 99,
                                 &seen, &err),
                     GAZ_E_REMOTE);
    assert_string_equal(seen.data, "");
    gaz_strbuf_release(&seen);
}

static double peek(const char *text, const char *outer, const char *inner, bool *found)
{
    gaz_cli_peek p;
    gaz_cli_peek_init(&p, outer, inner);
    for (size_t i = 0; text[i]; i++)
        gaz_cli_peek_feed(&p, text + i, 1);
    *found = p.found;
    return p.number;
}

static void one_number_is_seen_in_passing(void **state)
{
    (void)state;
    bool found = false;
    assert_true(peek("{\"query\":\"\\\"stats\\\":{\\\"files\\\":9}\",\"x\":{\"files\":8},\"stats\":"
                     "{\"lines\":1,\"files\": 7},\"files\":[]}",
                     "stats", "files", &found) == 7);
    assert_true(found);
    assert_true(peek("{\"a\":{\"stats\":{\"files\":5}},\"files\":[{\"stats\":{\"files\":4}}],"
                     "\"stats\":{\"a\":{\"files\":3},\"files\":0}}",
                     "stats", "files", &found) == 0);
    assert_true(found);
    assert_true(peek("{\"x\":{\"ok\":true},\"ok\":false}", "ok", NULL, &found) == 0);
    assert_true(found);
    assert_true(peek("{\"ok\" : true }", "ok", NULL, &found) == 1);
    assert_true(found);
    peek("[1,{\"ok\":true}]", "ok", NULL, &found);
    assert_false(found);
}

static void expect_request(const char *op_name, const gaz_raw_param *raw, size_t count,
                           const char *target, const char *body)
{
    gaz_arena arena;
    gaz_error err = {0};
    gaz_strbuf t = GAZ_STRBUF_INIT, b = GAZ_STRBUF_INIT;
    gaz_arena_init(&arena, (size_t)1 << 20);
    const gaz_op *op = gaz_op_find(table, TABLE_COUNT, op_name);
    gaz_value *values = gaz_arena_array(&arena, op->param_count, sizeof *values);
    assert_ok(gaz_op_bind(op, raw, count, &arena, values, &err));
    gaz_call call = {.op = op, .values = values};
    assert_ok(gaz_cli_request_make(&call, &t, &b, &err));
    assert_string_equal(t.data, target);
    assert_string_equal(b.data, body);
    gaz_strbuf_release(&t);
    gaz_strbuf_release(&b);
    gaz_arena_release(&arena);
}

#define RAW(n, t)                                                                                  \
    {                                                                                              \
        .name = n, .text = t, .len = sizeof(t) - 1                                                 \
    }

static void requests_come_from_the_row(void **state)
{
    (void)state;
    expect_request(
        "search",
        (const gaz_raw_param[]){RAW("q", "a b&\xff"), RAW("limit", "7"), RAW("explain", "yes")}, 3,
        "/v1/search?q=a%20b%26%FF&limit=7&explain=true", "");
    expect_request("repos.add",
                   (const gaz_raw_param[]){RAW("source", "/a \"b\""), RAW("branches", "main"),
                                           RAW("branches", "v*"), RAW("wait", "1")},
                   4, "/v1/repos",
                   "{\"source\":\"/a \\\"b\\\"\",\"branches\":[\"main\",\"v*\"],\"wait\":true}");
    expect_request("index", NULL, 0, "/v1/index", "{}");
    expect_request("jobs.get", (const gaz_raw_param[]){RAW("id", "12"), RAW("state", "done")}, 2,
                   "/v1/jobs/12?state=done", "");
}

static void bytes_json_cannot_say_are_refused(void **state)
{
    (void)state;
    gaz_value values[4] = {{.given = true, .text = "\xff", .len = 1}};
    gaz_call call = {.op = gaz_op_find(table, TABLE_COUNT, "repos.add"), .values = values};
    gaz_strbuf t = GAZ_STRBUF_INIT, b = GAZ_STRBUF_INIT;
    gaz_error err = {0};
    assert_status(GAZ_E_INVALID, gaz_cli_request_make(&call, &t, &b, &err));
    gaz_strbuf_release(&t);
    gaz_strbuf_release(&b);
}

static void addresses_become_loopback_urls(void **state)
{
    (void)state;
    static const struct {
        const char *address, *url;
    } good[] = {{"127.0.0.1:7007", "http://127.0.0.1:7007"},
                {"0.0.0.0:80", "http://127.0.0.1:80"},
                {"[::]:80", "http://[::1]:80"},
                {"[::1]:7007", "http://[::1]:7007"},
                {"localhost:1", "http://localhost:1"}};
    static const char *const bad[] = {"",       "x",      ":80",    "h:",      "h:123456", "h:8o",
                                      "a b:80", "a/b:80", "u@h:80", "[::1:80", "h#:1"};
    char url[128];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        gaz_error err = {0};
        assert_ok(gaz_cli_server_url(good[i].address, url, &err));
        assert_string_equal(url, good[i].url);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        gaz_error err = {0};
        if (gaz_cli_server_url(bad[i], url, &err) != GAZ_E_INVALID)
            fail_msg("%s became %s", bad[i], url);
    }
}

/* What server.json may hold when no server can be used: nothing, nonsense, a dead process, a port
 * nobody listens on. */
static void servers_that_are_gone_are_not_found(void **state)
{
    (void)state;
    char *home = make_temp_dir();
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_cli_server server;
    gaz_error err = {0};
    const char *why = NULL;
    char mine[128];
    snprintf(mine, sizeof mine, "{\"address\":\"127.0.0.1:1\",\"pid\":%ld}", (long)getpid());
    const char *const files[] = {"",
                                 "{",
                                 "[]",
                                 "{\"address\":\"127.0.0.1:1\",\"pid\":2147483647}",
                                 "{\"address\":\"x\",\"pid\":1}",
                                 "{\"address\":\"127.0.0.1:1\",\"pid\":-1}"};
    assert_ok(gaz_path_join(&path, home, "server.json", &err));
    assert_int_equal(gaz_cli_server_find(home, &server, &why, &err), GAZ_DONE);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        assert_ok(gaz_file_write(path.data, files[i], strlen(files[i]), 0600, &err));
        assert_int_equal(gaz_cli_server_find(home, &server, &why, &err), GAZ_DONE);
        assert_null(why);
    }
    assert_ok(gaz_file_write(path.data, mine, strlen(mine), 0600, &err));
    assert_int_equal(gaz_cli_server_find(home, &server, &why, &err), GAZ_DONE);
    assert_non_null(why);
    assert_ok(gaz_remove_all(home, &err));
    gaz_strbuf_release(&path);
    free(home);
}

static void help_is_read_off_the_table(void **state)
{
    (void)state;
    gaz_arena arena;
    gaz_error err = {0};
    gaz_cli_commands commands;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_arena_init(&arena, (size_t)1 << 20);
    assert_ok(gaz_cli_commands_make(table, TABLE_COUNT, &arena, &commands, &err));
    gaz_cli_help_program(&commands, &out);
    assert_non_null(strstr(out.data, "  add                         Add a repository\n"));
    assert_non_null(strstr(out.data, "  serve                       Serve the HTTP API"));
    assert_null(strstr(out.data, "health"));
    gaz_strbuf_reset(&out);
    gaz_cli_help_command(&commands.items[1], &out);
    assert_non_null(strstr(out.data, "Usage: gaz add [FLAG…] PATH|URL\n"));
    assert_non_null(strstr(out.data, "      --branches PATTERN…     branches to index\n"));
    assert_non_null(strstr(out.data, "Over HTTP: POST /v1/repos\n"));
    gaz_strbuf_reset(&out);
    gaz_cli_help_command(&commands.items[0], &out);
    assert_non_null(
        strstr(out.data, "      --limit N               files shown (1 to 100000) [50]\n"));
    assert_non_null(strstr(out.data, "  -l, --files-with-matches    print only the paths"));
    assert_non_null(strstr(out.data, "  -C N "));
    assert_null(strstr(out.data, "--context N               also"));
    gaz_strbuf_reset(&out);
    gaz_cli_help_command(&commands.items[2], &out);
    assert_non_null(strstr(out.data, "Usage: gaz index [FLAG…] [NAME…]\n"));
    gaz_strbuf_reset(&out);
    assert_ok(gaz_cli_completion(&commands, "bash", &out, &err));
    assert_non_null(strstr(out.data, "search) flags+=' --q --repo --limit"));
    assert_status(GAZ_E_INVALID, gaz_cli_completion(&commands, "csh", &out, &err));
    gaz_strbuf_release(&out);
    gaz_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_cut_into_values),
        cmocka_unit_test(answers_cut_short_are_errors),
        cmocka_unit_test(errors_in_answers_become_failures),
        cmocka_unit_test(one_number_is_seen_in_passing),
        cmocka_unit_test(requests_come_from_the_row),
        cmocka_unit_test(bytes_json_cannot_say_are_refused),
        cmocka_unit_test(addresses_become_loopback_urls),
        cmocka_unit_test(servers_that_are_gone_are_not_found),
        cmocka_unit_test(help_is_read_off_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
