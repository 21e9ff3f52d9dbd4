/* The worker is the one that was built beside the test. */
#include "gaz_test.h"

#include <unistd.h>

#include "engine_fixture.h"
#include "gaz/base/clock.h"
#include "run_tool.h"

static const char *worker_path(char out[4200])
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(n > 0);
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    snprintf(out, 4200, "%s/gaz-worker", self);
    if (access(out, X_OK) != 0)
        fail_msg("%s is not there: build the target gaz-worker", out);
    return out;
}

static gaz_status fetch_revision(void *ctx, const char *repo, const char *rev, int64_t deadline_us,
                                 gaz_oid *commit, uint64_t *generation, gaz_error *err)
{
    fixture *f = ctx;
    gaz_run_result result = {0};
    int64_t job = 0;
    gaz_status st = gaz_runner_submit(f->runner, repo, rev, &job, err);
    if (st == GAZ_OK)
        st = gaz_runner_wait(f->runner, job, deadline_us, NULL, NULL, &result, err);
    if (st == GAZ_OK) {
        *commit = result.commit;
        *generation = result.generation;
    }
    return st;
}

void fixture_open(fixture *f, const char *dir, const char *name)
{
    gaz_error err = {0};
    gaz_strbuf home = GAZ_STRBUF_INIT;
    char worker[4200];
    *f = (fixture){.log = {.fd = STDERR_FILENO, .level = GAZ_LOG_ERROR}};
    gaz_strbuf_printf(&home, "%s/%s", dir, name);
    f->home = gaz_strbuf_detach(&home, NULL);
    assert_non_null(f->home);
    assert_ok(gaz_settings_load(f->home, &f->settings, &err));
    assert_ok(
        gaz_settings_set(&f->settings, "query.timeout", "30s", &err)); /* sanitizers are slow */
    assert_ok(gaz_settings_set(&f->settings, "query.cache", "64MiB", &err));
    assert_ok(gaz_settings_set(&f->settings, "store.retire_grace", "0s", &err));
    assert_ok(gaz_store_open(f->home, true, &f->store, &err));
    assert_ok(
        gaz_runner_new(f->store, &f->settings, &f->log, worker_path(worker), &f->runner, &err));
    f->engine = fixture_engine(f, &f->settings, NULL);
}

void fixture_close(fixture *f)
{
    gaz_runner_free(f->runner);
    gaz_engine_free(f->engine);
    gaz_store_close(f->store);
    gaz_settings_release(&f->settings);
    free(f->home);
    *f = (fixture){0};
}

gaz_engine *fixture_engine(fixture *f, gaz_settings *settings, const char *threads)
{
    gaz_error err = {0};
    gaz_engine *engine = NULL;
    if (threads)
        assert_ok(gaz_settings_set(settings, "threads", threads, &err));
    assert_ok(gaz_engine_new(f->store, settings, &engine, &err));
    gaz_engine_set_revision_fetch(engine, fetch_revision, f);
    assert_ok(gaz_engine_refresh(engine, &err));
    return engine;
}

void fixture_add(fixture *f, const char *source, const char *name, const char *const *patterns)
{
    gaz_error err = {0};
    gaz_repo_row row;
    gaz_add add = {.source = source, .name = name, .patterns = patterns};
    while (patterns && patterns[add.pattern_count])
        add.pattern_count++;
    assert_ok(gaz_repo_register(f->store, &f->settings, &add, &row, &err));
    gaz_repo_row_release(&row);
}

gaz_status fixture_try_index(fixture *f, const char *repo, const char *rev, gaz_run_result *out,
                             gaz_error *err)
{
    int64_t job = 0;
    *out = (gaz_run_result){0};
    gaz_status st = gaz_runner_submit(f->runner, repo, rev, &job, err);
    if (st == GAZ_OK)
        st = gaz_runner_wait(f->runner, job, gaz_deadline(120000), NULL, NULL, out, err);
    if (st == GAZ_OK)
        st = gaz_engine_refresh(f->engine, err);
    return st;
}

gaz_run_result fixture_index(fixture *f, const char *repo)
{
    gaz_error err = {0};
    gaz_run_result result;
    assert_ok(fixture_try_index(f, repo, NULL, &result, &err));
    return result;
}

void fixture_merge_all(fixture *f)
{
    gaz_error err = {0};
    gaz_snapshot *s = NULL;
    char worker[4200], pool[24];
    assert_ok(gaz_store_snapshot(f->store, &s, &err));
    for (size_t i = 0; i < s->pool_count; i++) {
        snprintf(pool, sizeof pool, "%lld", (long long)s->pools[i].id);
        const char *const argv[] = {worker_path(worker), f->home, "merge", pool, "--all", NULL};
        assert_int_equal(run_tool(&(tool){.argv = argv, .loud = true}, NULL), 0);
    }
    gaz_snapshot_free(s);
    assert_ok(gaz_engine_refresh(f->engine, &err));
}

static void take_finding(void *ctx, const char *what, const char *name, const char *message)
{
    gaz_strbuf_printf(ctx, "%s %s: %s\n", what, name, message);
}

void fixture_check(fixture *f)
{
    gaz_error err = {0};
    gaz_strbuf findings = GAZ_STRBUF_INIT;
    uint64_t checked = 0;
    assert_ok(gaz_check_all(f->store, take_finding, &findings, &checked, &err));
    if (findings.len)
        fail_msg("gaz check finds:\n%s", findings.data);
    gaz_strbuf_release(&findings);
}

char *fixture_dump(fixture *f, const char *repo)
{
    gaz_error err = {0};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    assert_ok(gaz_logical_dump(f->store, repo, &out, &err));
    char *text = gaz_strbuf_detach(&out, NULL);
    assert_non_null(text);
    return text;
}

void fixture_count(fixture *f, size_t *segments, uint64_t *documents)
{
    gaz_error err = {0};
    gaz_snapshot *s = NULL;
    *segments = 0;
    *documents = 0;
    assert_ok(gaz_store_snapshot(f->store, &s, &err));
    for (size_t p = 0; p < s->pool_count; p++)
        for (size_t i = 0; i < s->pools[p].segment_count; i++) {
            ++*segments;
            *documents += s->pools[p].segments[i].docs;
        }
    gaz_snapshot_free(s);
}

/* ---- searching ---- */

static gaz_status take_hit(void *ctx, const gaz_file_hit *hit, gaz_error *err)
{
    answer_text *a = ctx;
    char commit[GAZ_OID_HEX];
    (void)err;
    gaz_oid_format(&hit->commit, commit);
    gaz_strbuf_printf(&a->text, "file %s %.*s lang=%s commit=%s branch=%s score=%.3f total=%u\n",
                      hit->repo, (int)hit->path_len, hit->path, hit->lang ? hit->lang : "-", commit,
                      hit->branch, hit->score, hit->lines_total);
    for (size_t i = 0; i < hit->line_count; i++) {
        const gaz_hit_line *line = &hit->lines[i];
        gaz_strbuf_printf(&a->text, "  %u", line->number);
        for (size_t r = 0; r < line->range_count; r++)
            gaz_strbuf_printf(&a->text, " %zu-%zu", line->ranges[r].start, line->ranges[r].end);
        gaz_strbuf_puts(&a->text, " ");
        gaz_strbuf_add(&a->text, line->text, line->len);
        gaz_strbuf_putc(&a->text, '\n');
    }
    a->files++;
    a->lines += hit->line_count;
    return GAZ_OK;
}

void fixture_search(gaz_engine *engine, const char *query, uint32_t limit, const char *cursor,
                    answer_text *out)
{
    gaz_search_request request = {.query = query,
                                  .query_len = strlen(query),
                                  .limit = limit,
                                  .cursor = cursor,
                                  .deadline_us = GAZ_NEVER};
    *out = (answer_text){.text = GAZ_STRBUF_INIT};
    gaz_search_result_init(&out->result);
    out->status = gaz_engine_search(engine, &request, take_hit, out, &out->result, &out->error);
}

void answer_text_release(answer_text *a)
{
    gaz_strbuf_release(&a->text);
    gaz_search_result_release(&a->result);
}
