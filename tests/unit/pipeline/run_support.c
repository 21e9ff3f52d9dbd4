/* The repository is made with the git program; everything else happens in this process. */
#include "run_support.h"

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"

static char *path_in(const char *dir, const char *name)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&path, "%s/%s", dir, name);
    char *text = gaz_strbuf_detach(&path, NULL);
    assert_non_null(text);
    return text;
}

int bench_setup(void **state)
{
    gaz_error err = {0};
    bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->dir = make_temp_dir();
    b->work = path_in(b->dir, "work");
    char *home = path_in(b->dir, "home");
    assert_ok(gaz_mkdir_all(b->work, 0700, &err));
    free(run_git(b->work, "init", "-q", "-b", "main", NULL));
    assert_ok(gaz_git_init(&err));
    assert_ok(gaz_settings_load(home, &b->settings, &err));
    assert_ok(gaz_settings_set(&b->settings, "query.timeout", "60s", &err));
    assert_ok(gaz_settings_set(&b->settings, "query.cache", "32MiB", &err));
    assert_ok(gaz_settings_set(&b->settings, "threads", "4", &err));
    assert_ok(gaz_store_open(home, true, &b->store, &err));
    free(home);
    gaz_repo_row row;
    gaz_add add = {.source = b->work, .name = "app"};
    assert_ok(gaz_repo_register(b->store, &b->settings, &add, &row, &err));
    gaz_repo_row_release(&row);
    *state = b;
    return 0;
}

int bench_teardown(void **state)
{
    bench *b = *state;
    gaz_error err = {0};
    gaz_engine_free(b->engine);
    gaz_store_close(b->store);
    gaz_settings_release(&b->settings);
    gaz_git_shutdown();
    assert_ok(gaz_remove_all(b->dir, &err));
    free(b->dir);
    free(b->work);
    free(b);
    return 0;
}

void bench_write(const bench *b, const char *path, const char *text, size_t len)
{
    gaz_error err = {0};
    char *full = path_in(b->work, path), *slash = strrchr(full, '/');
    *slash = '\0';
    assert_ok(gaz_mkdir_all(full, 0700, &err));
    *slash = '/';
    FILE *f = fopen(full, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
    free(full);
}

void bench_commit(const bench *b)
{
    free(run_git(b->work, "add", "-A", NULL));
    free(run_git(b->work, "commit", "-q", "--allow-empty", "-m", "change", NULL));
}

gaz_run_result bench_index(bench *b, const char *rev)
{
    gaz_error err = {0};
    gaz_run_result result;
    index_request request = {.repo = "app", .rev = rev};
    assert_ok(index_run(b->store, &b->settings, &request, &result, &err));
    return result;
}

void bench_engine(bench *b, ...)
{
    gaz_error err = {0};
    va_list args;
    gaz_engine_free(b->engine);
    b->engine = NULL;
    va_start(args, b);
    for (const char *setting; (setting = va_arg(args, const char *)) != NULL;) {
        char key[64];
        const char *value = strchr(setting, '=');
        assert_non_null(value);
        snprintf(key, sizeof key, "%.*s", (int)(value - setting), setting);
        assert_ok(gaz_settings_set(&b->settings, key, value + 1, &err));
    }
    va_end(args);
    assert_ok(gaz_engine_new(b->store, &b->settings, &b->engine, &err));
}

static void take_finding(void *ctx, const char *what, const char *name, const char *message)
{
    ++*(unsigned *)ctx;
    print_message("%s %s: %s\n", what, name, message);
}

unsigned bench_check(const bench *b)
{
    gaz_error err = {0};
    unsigned findings = 0;
    assert_ok(gaz_check_all(b->store, take_finding, &findings, NULL, &err));
    return findings;
}

static gaz_status take_hit(void *ctx, const gaz_file_hit *hit, gaz_error *err)
{
    found *f = ctx;
    (void)err;
    f->files++;
    f->lines += (unsigned)hit->line_count;
    gaz_strbuf_add(&f->paths, hit->path, hit->path_len);
    gaz_strbuf_putc(&f->paths, '\n');
    return GAZ_OK;
}

void bench_search(const bench *b, const gaz_search_request *request, found *out)
{
    gaz_search_request r = *request;
    *out = (found){.paths = GAZ_STRBUF_INIT};
    r.query_len = strlen(r.query);
    r.deadline_us = r.deadline_us ? r.deadline_us : GAZ_NEVER;
    gaz_search_result_init(&out->result);
    out->status = gaz_engine_search(b->engine, &r, take_hit, out, &out->result, &out->error);
}

void found_release(found *f)
{
    gaz_search_result_release(&f->result);
    gaz_strbuf_release(&f->paths);
}
