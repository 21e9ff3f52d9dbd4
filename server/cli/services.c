/* Putting the services together: settings, store, engine, runner, parsers, graphs. The engine asks
 * the runner for revisions that are not indexed yet; this is the place that knows both. */
#include "cli_services.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/threads.h"

#define PARSERS_MAX 8
#define GRAPHS_KEPT 16
#define SYMBOLS_AWAITED 2000 /* files that lack them; above, an answer does not wait */

gaz_status gaz_cli_home(const gaz_cli_options *options, char **out, gaz_error *err)
{
    if (!options->home)
        return gaz_home_path(out, err);
    *out = strdup(options->home);
    return *out ? GAZ_OK
                : gaz_error_set(err, GAZ_E_NOMEM, "finding the data directory: out of memory");
}

static gaz_status fetch_revision(void *ctx, const char *repo, const char *rev, int64_t deadline_us,
                                 gaz_oid *commit, uint64_t *generation, gaz_error *err)
{
    gaz_cli_process *p = ctx;
    gaz_run_result result = {0};
    int64_t job = 0;
    /* Who waits wants the text. */
    gaz_status st = gaz_runner_submit_text(p->runner, repo, rev, &job, err);
    if (st == GAZ_OK)
        st = gaz_runner_wait(p->runner, job, deadline_us, NULL, NULL, &result, err);
    if (st == GAZ_OK) {
        *commit = result.commit;
        *generation = result.generation;
    }
    return st;
}

/* Few are waited for: a commit that was just pushed. A server begins with many and answers with
 * what there is. */
static bool fetch_symbols(void *ctx, const char *repo, uint32_t missing, int64_t deadline_us)
{
    gaz_cli_process *p = ctx;
    gaz_run_result result = {0};
    gaz_error err = {0};
    int64_t job = 0;
    if (missing > SYMBOLS_AWAITED && !gaz_runner_serves(p->runner))
        return false;
    gaz_status st = gaz_runner_submit_symbols(p->runner, repo, &job, &err);
    if (st == GAZ_OK && missing > SYMBOLS_AWAITED)
        return false;
    if (st == GAZ_OK)
        st = gaz_runner_wait(p->runner, job, deadline_us, NULL, NULL, &result, &err);
    if (st != GAZ_OK)
        gaz_log_write(&p->log, GAZ_LOG_WARN, "symbols", "%s: %s", repo, err.message);
    return st == GAZ_OK;
}

static gaz_status match_tree(void *ctx, uint32_t language, const char *pattern, size_t pattern_len,
                             const char *text, size_t len, int64_t deadline_us,
                             gaz_tree_matches *out, gaz_error *err)
{
    const gaz_parse_pattern p = {language, pattern, pattern_len};
    return gaz_parse_match(ctx, &p, text, len, 0, deadline_us, out, err);
}

/* What flags say holds for the workers too, which read their settings themselves. */
static gaz_status pass_on(const char *name, const char *value, gaz_error *err)
{
    size_t count;
    const gaz_setting_info *table = gaz_settings_table(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(table[i].name, name) == 0 && setenv(table[i].variable, value, 1) != 0)
            return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the setting %s", name);
    return GAZ_OK;
}

static gaz_status load_settings(const char *home, const gaz_cli_options *options,
                                gaz_settings *settings, gaz_error *err)
{
    gaz_status st = gaz_settings_load(home, settings, err);
    for (size_t i = 0; st == GAZ_OK && i < options->setting_count; i++) {
        st = gaz_settings_set(settings, options->settings[i].name, options->settings[i].value, err);
        if (st == GAZ_OK)
            st = pass_on(options->settings[i].name, options->settings[i].value, err);
    }
    return st;
}

static gaz_status open_log(gaz_cli_process *p, bool quiet, gaz_error *err)
{
    p->log = (gaz_log){.fd = STDERR_FILENO, .json = strcmp(p->settings.log_format, "json") == 0};
    gaz_status st = gaz_log_level_parse(p->settings.log_level, &p->log.level, err);
    if (st == GAZ_OK && quiet && p->log.level == GAZ_LOG_INFO)
        p->log.level = GAZ_LOG_ERROR; /* failures are the command's own to tell */
    return st;
}

/* With a damaged catalogue a command still starts: check tells what is wrong, repair mends it, and
 * everything else says so. A server does not. */
static gaz_status open_store(gaz_cli_process *p, const char *home, bool create, bool damaged,
                             gaz_error *err)
{
    gaz_status st = gaz_store_open(home, create, &p->store, err);
    if (st == GAZ_E_CORRUPT && damaged) {
        gaz_error_clear(err);
        st = gaz_store_open_damaged(home, &p->store, err);
    }
    if (st == GAZ_E_NOT_FOUND)
        gaz_error_hint(err, "nothing is indexed yet: gaz add PATH|URL adds a repository");
    return st;
}

gaz_status gaz_cli_process_open(const char *home, const gaz_cli_options *options, bool create,
                                bool quiet, gaz_cli_process **out, gaz_error *err)
{
    gaz_cli_process *p = calloc(1, sizeof *p);
    if (!p)
        return gaz_error_set(err, GAZ_E_NOMEM, "starting: out of memory");
    gaz_status st = load_settings(home, options, &p->settings, err);
    if (st == GAZ_OK)
        st = open_log(p, quiet, err);
    if (st == GAZ_OK)
        st = open_store(p, home, create, quiet, err);
    if (st == GAZ_OK)
        st = gaz_engine_new(p->store, &p->settings, &p->engine, err);
    if (st == GAZ_OK)
        st = gaz_runner_new(p->store, &p->settings, &p->log, getenv("GAZ_WORKER"), &p->runner, err);
    if (st == GAZ_OK)
        st = gaz_parse_pool_new(NULL, gaz_cores() < PARSERS_MAX ? gaz_cores() : PARSERS_MAX,
                                &p->parsers, err);
    if (st == GAZ_OK)
        st = gaz_repo_pool_new(getenv("GAZ_WORKER"),
                               gaz_cores() < PARSERS_MAX ? gaz_cores() : PARSERS_MAX, &p->repos,
                               err);
    if (st == GAZ_OK)
        st = gaz_code_cache_new(p->engine, p->store, &p->settings, GRAPHS_KEPT, &p->code, err);
    if (st != GAZ_OK) {
        gaz_cli_process_close(p);
        return st;
    }
    gaz_engine_set_revision_fetch(p->engine, fetch_revision, p);
    gaz_engine_set_tree_matcher(p->engine, match_tree, p->parsers);
    gaz_code_cache_set_symbols_fetch(p->code, fetch_symbols, p);
    p->services = (gaz_services){.store = p->store,
                                 .engine = p->engine,
                                 .runner = p->runner,
                                 .parsers = p->parsers,
                                 .repos = p->repos,
                                 .code = p->code,
                                 .settings = &p->settings,
                                 .log = &p->log,
                                 .started_us = gaz_wall_us()};
    *out = p;
    return GAZ_OK;
}

void gaz_cli_process_close(gaz_cli_process *p)
{
    if (!p)
        return;
    gaz_parse_pool_free(p->parsers);
    gaz_repo_pool_free(p->repos);
    gaz_code_cache_free(p->code);
    gaz_runner_free(p->runner);
    gaz_engine_free(p->engine);
    gaz_store_close(p->store);
    gaz_settings_release(&p->settings);
    free(p);
}
