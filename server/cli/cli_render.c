/* Renderers of everything but search, and the table of them all. */
#include "cli_render.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

static const char *text_of(const gaz_json *object, const char *key)
{
    const char *text = gaz_json_text(gaz_json_get(object, key), NULL);
    return text ? text : "";
}

static uint64_t number_of(const gaz_json *object, const char *key)
{
    int64_t n = gaz_json_integer(gaz_json_get(object, key), 0);
    return n > 0 ? (uint64_t)n : 0;
}

/* ---- repositories ---- */

/* "main 1a2b3c4d5e6f, v1 …": the default branch first and marked when there are several. */
static void put_branches(gaz_strbuf *out, const gaz_json *branches)
{
    size_t count = gaz_json_size(branches), shown = count > 4 ? 3 : count;
    for (size_t i = 0; i < shown; i++) {
        const gaz_json *b = gaz_json_at(branches, i);
        bool head = gaz_json_truth(gaz_json_get(b, "head"), false);
        gaz_strbuf_printf(out, "%s%s%s@%.10s", i ? ", " : "", text_of(b, "name"),
                          head && count > 1 ? "*" : "", text_of(b, "commit"));
    }
    if (shown < count)
        gaz_strbuf_printf(out, ", %zu more", count - shown);
}

/* A further table, unless it has only its head. */
static gaz_status print_more(gaz_cli_view *view, gaz_cli_table *table, gaz_error *err)
{
    if (table->rows < 2) {
        gaz_strbuf_release(&table->cells);
        return GAZ_OK;
    }
    gaz_cli_puts(view->out, "\n");
    return gaz_cli_table_print(table, view->out, err);
}

/* "gaz: NAME: …" among the notes; nothing for "". */
static void put_remark(gaz_cli_view *view, const char *repo, const char *text)
{
    if (!text[0])
        return;
    gaz_cli_printf(view->notes, "gaz: %s: ", repo);
    gaz_cli_text(view->notes, text, strlen(text));
    gaz_cli_puts(view->notes, "\n");
}

/* Symbols that are still to be read. */
static void put_symbols(gaz_cli_view *view, const gaz_json *repo)
{
    const gaz_json *symbols = gaz_json_get(repo, "symbols");
    uint64_t documents = number_of(symbols, "documents"), done = number_of(symbols, "done");
    if (gaz_json_truth(gaz_json_get(symbols, "current"), true))
        return;
    gaz_cli_printf(view->notes, "gaz: %s: symbols of %llu of %llu files are read\n",
                   text_of(repo, "name"), (unsigned long long)done, (unsigned long long)documents);
}

/* How far history is indexed. */
static void put_history(gaz_cli_view *view, const gaz_json *repo)
{
    const gaz_json *history = gaz_json_get(repo, "history");
    bool unfinished = gaz_json_truth(gaz_json_get(history, "unfinished"), false);
    bool goes_on = gaz_json_truth(gaz_json_get(history, "goes_on"), false);
    if (!goes_on && !unfinished)
        return;
    gaz_cli_printf(view->notes, "gaz: %s: %llu commits are indexed, back to %.10s; older ones %s\n",
                   text_of(repo, "name"), (unsigned long long)number_of(history, "commits"),
                   text_of(history, "oldest_time"),
                   unfinished ? "are still being read" : "are not (history.commits)");
}

/* What the server says of its looks at a remote, when they fail. */
static void put_poll(gaz_cli_view *view, const gaz_json *repo)
{
    const gaz_json *poll = gaz_json_get(repo, "poll");
    const char *error = text_of(poll, "error"), *name = text_of(repo, "name");
    uint64_t failures = number_of(poll, "failures");
    if (!failures)
        return;
    if (strcmp(error, text_of(repo, "error")) != 0)
        put_remark(view, name, error);
    gaz_cli_printf(view->notes, "gaz: %s: failed %llu times in a row; looked at again at %s\n",
                   name, (unsigned long long)failures, text_of(poll, "next"));
}

static gaz_status print_repos(gaz_cli_view *view, const gaz_json *repos, gaz_error *err)
{
    static const char *const head[] = {"REPOSITORY", "FILES",   "TEXT",
                                       "SKIPPED",    "INDEXED", "BRANCHES"};
    gaz_cli_table table;
    if (gaz_json_size(repos) == 0) {
        gaz_cli_puts(view->notes, "gaz: no repositories yet; gaz add PATH|URL adds one\n");
        return GAZ_OK;
    }
    gaz_cli_table_init(&table, 6, 0x0e);
    gaz_cli_table_row(&table, head);
    for (size_t i = 0; i < gaz_json_size(repos); i++) {
        const gaz_json *r = gaz_json_at(repos, i);
        char files[32], bytes[32], skipped[32];
        gaz_strbuf branches = GAZ_STRBUF_INIT;
        const char *indexed = text_of(r, "indexed");
        gaz_cli_number(number_of(r, "files"), files);
        gaz_cli_bytes((double)number_of(r, "text_bytes"), bytes);
        gaz_cli_number(number_of(r, "skipped"), skipped);
        put_branches(&branches, gaz_json_get(r, "branches"));
        gaz_cli_table_row(&table,
                          (const char *const[]){text_of(r, "name"), files, bytes, skipped,
                                                indexed[0] ? indexed : "never", branches.data});
        gaz_strbuf_release(&branches);
        put_remark(view, text_of(r, "name"), text_of(r, "error"));
        put_remark(view, text_of(r, "name"), text_of(r, "note"));
        put_symbols(view, r);
        put_history(view, r);
        put_poll(view, r);
    }
    return gaz_cli_table_print(&table, view->out, err);
}

/* Seconds from a time to now; false when there is none. */
static bool age_of(const gaz_cli_view *view, const char *time, double *seconds)
{
    struct tm tm = {0};
    if (sscanf(time, "%4d-%2d-%2dT%2d:%2d:%2dZ", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
               &tm.tm_min, &tm.tm_sec) != 6)
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    int64_t whole = view->now_us / 1000000 - (int64_t)timegm(&tm);
    *seconds = (double)whole;
    return true;
}

/* "3 min 5 s ago", "in 12 s", "never". */
static void put_age(const gaz_cli_view *view, const char *time, char out[64])
{
    char length[32];
    double seconds = 0;
    bool known = age_of(view, time, &seconds);
    gaz_cli_duration(seconds < 0 ? -seconds : seconds, length);
    snprintf(out, 64, seconds < 0 ? "in %s" : "%s ago", length);
    if (!known || seconds == 0)
        snprintf(out, 64, "%s", known ? "now" : "never");
}

/* What lies in work trees, of repositories where that is published. */
static gaz_status print_trees(gaz_cli_view *view, const gaz_json *repos, gaz_error *err)
{
    static const char *const head[] = {"WORK TREE", "FILES", "OVER", "CHANGED", "WATCHED"};
    gaz_cli_table table;
    gaz_cli_table_init(&table, 5, 0x02);
    gaz_cli_table_row(&table, head);
    for (size_t i = 0; i < gaz_json_size(repos); i++) {
        const gaz_json *r = gaz_json_at(repos, i), *tree = gaz_json_get(r, "worktree");
        char files[32], over[16], age[64];
        if (!gaz_json_get(tree, "files"))
            continue;
        gaz_cli_number(number_of(tree, "files"), files);
        snprintf(over, sizeof over, "%.10s", text_of(tree, "commit"));
        put_age(view, text_of(tree, "changed"), age);
        gaz_cli_table_row(&table,
                          (const char *const[]){
                              text_of(r, "name"), files, over[0] ? over : "no commit", age,
                              gaz_json_truth(gaz_json_get(tree, "live"), false) ? "yes" : "no"});
    }
    return print_more(view, &table, err);
}

/* When remotes were and will be looked at. */
static gaz_status print_polls(gaz_cli_view *view, const gaz_json *repos, gaz_error *err)
{
    static const char *const head[] = {"LOOKED AT", "LAST", "NEXT", "FAILURES"};
    gaz_cli_table table;
    gaz_cli_table_init(&table, 4, 0x08);
    gaz_cli_table_row(&table, head);
    for (size_t i = 0; i < gaz_json_size(repos); i++) {
        const gaz_json *r = gaz_json_at(repos, i), *poll = gaz_json_get(r, "poll");
        char last[64], next[64], failures[32];
        if (!gaz_json_get(poll, "failures"))
            continue;
        put_age(view, text_of(poll, "last"), last);
        put_age(view, text_of(poll, "next"), next);
        gaz_cli_number(number_of(poll, "failures"), failures);
        gaz_cli_table_row(&table, (const char *const[]){text_of(r, "name"), last, next, failures});
    }
    return print_more(view, &table, err);
}

static gaz_status render_repos(void *ctx, const char *event, const gaz_json *value, gaz_error *err)
{
    (void)event;
    return print_repos(ctx, gaz_json_get(value, "repos"), err);
}

static gaz_status render_removed(void *ctx, const char *event, const gaz_json *value,
                                 gaz_error *err)
{
    gaz_cli_view *view = ctx;
    const char *name = text_of(value, "removed");
    (void)event, (void)err;
    gaz_cli_printf(view->out, "removed %s\n", name);
    return GAZ_OK;
}

static gaz_status render_added(void *ctx, const char *event, const gaz_json *value, gaz_error *err)
{
    gaz_cli_view *view = ctx;
    const char *name = text_of(value, "name"), *source = text_of(value, "source");
    (void)event, (void)err;
    gaz_cli_printf(view->out, "added %s from ", name);
    gaz_cli_text(view->out, source, strlen(source));
    gaz_cli_puts(view->out, "\n");
    return GAZ_OK;
}

/* ---- index runs ---- */

static void print_run(gaz_cli_view *view, const gaz_json *run)
{
    const char *repo = text_of(run, "repo"), *error = text_of(run, "error");
    char files[32], bytes[32], time[32], skipped[32];
    put_remark(view, repo, error);
    if (error[0]) {
        view->exit = GAZ_EXIT_ERROR;
        return;
    }
    if (view->silent)
        return;
    put_remark(view, repo, text_of(run, "note"));
    gaz_cli_number(number_of(run, "files"), files);
    gaz_cli_bytes((double)number_of(run, "text_bytes"), bytes);
    gaz_cli_number(number_of(run, "skipped"), skipped);
    gaz_cli_duration((double)number_of(run, "elapsed_ms") / 1000, time);
    if (gaz_json_truth(gaz_json_get(run, "changed"), true))
        gaz_cli_printf(view->out, "%s: %s new files, %s of text, in %s; %s newly skipped\n", repo,
                       files, bytes, time, skipped);
    else
        gaz_cli_printf(view->out, "%s: up to date\n", repo);
}

static gaz_status render_runs(void *ctx, const char *event, const gaz_json *value, gaz_error *err)
{
    gaz_cli_view *view = ctx;
    const gaz_json *jobs = gaz_json_get(value, "jobs");
    (void)err;
    if (strcmp(event, "progress") == 0) {
        gaz_cli_progress_show(view->progress, value);
        return GAZ_OK;
    }
    if (event[0] && strcmp(event, "done") != 0)
        return GAZ_OK; /* an event of a newer server */
    gaz_cli_progress_end(view->progress);
    for (size_t i = 0; i < gaz_json_size(jobs); i++)
        print_run(view, gaz_json_at(jobs, i));
    if (gaz_json_size(jobs) == 0)
        gaz_cli_puts(view->notes, "gaz: no repositories yet; gaz add PATH|URL adds one\n");
    return GAZ_OK;
}

/* ---- status ---- */

/* What waits and what runs; what has ended is told by the repositories' own rows. */
static void print_jobs(gaz_cli_view *view, const gaz_json *jobs)
{
    for (size_t i = 0; i < gaz_json_size(jobs); i++) {
        const gaz_json *job = gaz_json_at(jobs, i), *progress = gaz_json_get(job, "progress");
        const char *state = text_of(job, "state");
        gaz_cli_progress_data data;
        gaz_strbuf line = GAZ_STRBUF_INIT;
        if (strcmp(state, "queued") != 0 && strcmp(state, "running") != 0)
            continue;
        if (progress) {
            gaz_cli_progress_read(progress, &data);
            gaz_cli_progress_line(&data, text_of(job, "repo"), &line);
        } else {
            gaz_strbuf_printf(&line, "%s: %s", text_of(job, "repo"), state);
        }
        gaz_cli_printf(view->out, "job %" PRIu64 ", ", number_of(job, "id"));
        gaz_cli_text(view->out, line.data, line.len);
        gaz_cli_puts(view->out, "\n");
        gaz_strbuf_release(&line);
    }
}

static void print_skipped(gaz_cli_view *view, const gaz_json *skipped)
{
    for (size_t i = 0; i < gaz_json_size(skipped); i++) {
        const gaz_json *item = gaz_json_at(skipped, i);
        gaz_cli_bytes_text path;
        const char *repo = text_of(item, "repo"), *reason = text_of(item, "reason");
        if (gaz_cli_text_get(view->out, item, "path", "path_bytes", &path)) {
            gaz_cli_printf(view->out, "%s:", repo);
            gaz_cli_text(view->out, path.text, path.len);
            gaz_cli_printf(view->out, ": %s\n", reason);
        }
        gaz_cli_text_release(&path);
    }
}

static void print_process(gaz_cli_view *view, const gaz_json *value)
{
    const gaz_json *cache = gaz_json_get(value, "cache");
    char used[32], max[32], index[32], text[32];
    gaz_cli_printf(view->out, "gaz %s, generation ", text_of(value, "version"));
    const gaz_json *generation = gaz_json_get(value, "generation");
    if (gaz_json_text(generation, NULL))
        gaz_cli_printf(view->out, "%s", gaz_json_text(generation, NULL));
    else
        gaz_cli_printf(view->out, "%" PRIu64, number_of(value, "generation"));
    gaz_cli_puts(view->out, ", data in ");
    gaz_cli_text(view->out, text_of(value, "home"), strlen(text_of(value, "home")));
    gaz_cli_puts(view->out, "\n");
    gaz_cli_bytes((double)number_of(gaz_json_get(value, "index"), "text_bytes"), text);
    gaz_cli_bytes((double)number_of(gaz_json_get(value, "index"), "index_bytes"), index);
    gaz_cli_printf(view->out, "index: %s for %s of text\n", index, text);
    if (number_of(cache, "used")) {
        gaz_cli_bytes((double)number_of(cache, "used"), used);
        gaz_cli_bytes((double)number_of(cache, "max"), max);
        gaz_cli_printf(view->out, "cache: %s of %s\n", used, max);
    }
    gaz_cli_puts(view->out, "\n");
}

static gaz_status render_status(void *ctx, const char *event, const gaz_json *value, gaz_error *err)
{
    gaz_cli_view *view = ctx;
    const gaz_json *skipped = gaz_json_get(value, "skipped");
    (void)event;
    if (skipped) {
        print_skipped(view, skipped);
        return GAZ_OK;
    }
    print_process(view, value);
    const gaz_json *repos = gaz_json_get(value, "repos");
    gaz_status st = print_repos(view, repos, err);
    if (st == GAZ_OK)
        st = print_trees(view, repos, err);
    if (st == GAZ_OK)
        st = print_polls(view, repos, err);
    if (st == GAZ_OK)
        st = gaz_cli_print_scip(view, repos, err);
    if (st == GAZ_OK)
        print_jobs(view, gaz_json_get(value, "jobs"));
    return st;
}

/* ---- files and trees ---- */

static gaz_status render_file(void *ctx, const char *event, const gaz_json *value, gaz_error *err)
{
    gaz_cli_view *view = ctx;
    gaz_cli_bytes_text text;
    (void)event;
    const char *reason = text_of(value, "reason");
    if (reason[0])
        return gaz_error_set(err, GAZ_E_UNSUPPORTED, "%s has no text to show: it is recorded as %s",
                             text_of(value, "path"), reason);
    if (!gaz_cli_text_get(view->out, value, "text", "bytes", &text))
        return gaz_error_set(err, GAZ_E_REMOTE, "the answer holds no text");
    for (size_t at = 0; at < text.len;) {
        const char *end = memchr(text.text + at, '\n', text.len - at);
        size_t line = end ? (size_t)(end - text.text) - at : text.len - at;
        bool cr = view->out->terminal && line && text.text[at + line - 1] == '\r';
        gaz_cli_text(view->out, text.text + at, line - (cr ? 1 : 0));
        gaz_cli_puts(view->out, end ? "\n" : "");
        at += line + 1;
    }
    if (view->out->terminal && text.len && text.text[text.len - 1] != '\n')
        gaz_cli_puts(view->out, "\n");
    gaz_cli_text_release(&text);
    return GAZ_OK;
}

static gaz_status render_tree(void *ctx, const char *event, const gaz_json *value, gaz_error *err)
{
    gaz_cli_view *view = ctx;
    const gaz_json *entries = gaz_json_get(value, "entries");
    (void)event, (void)err;
    for (size_t i = 0; i < gaz_json_size(entries); i++) {
        const gaz_json *entry = gaz_json_at(entries, i);
        bool dir = strcmp(text_of(entry, "type"), "dir") == 0;
        gaz_cli_bytes_text name;
        if (gaz_cli_text_get(view->out, entry, "name", "name_bytes", &name)) {
            gaz_cli_painted(view->out, dir ? GAZ_PAINT_PATH : GAZ_PAINT_NONE, name.text, name.len);
            gaz_cli_puts(view->out, dir ? "/\n" : "\n");
        }
        gaz_cli_text_release(&name);
    }
    return GAZ_OK;
}

/* ---- integrity ---- */

static void print_findings(gaz_cli_view *view, const gaz_json *findings)
{
    for (size_t i = 0; i < gaz_json_size(findings); i++) {
        const gaz_json *f = gaz_json_at(findings, i);
        const char *parts[] = {text_of(f, "what"),    " ", text_of(f, "name"), ": ",
                               text_of(f, "message"), "\n"};
        for (size_t n = 0; n < 6; n++)
            if (n == 5)
                gaz_cli_puts(view->out, parts[n]);
            else
                gaz_cli_text(view->out, parts[n], strlen(parts[n]));
    }
}

static gaz_status render_check(void *ctx, const char *event, const gaz_json *value, gaz_error *err)
{
    gaz_cli_view *view = ctx;
    const gaz_json *findings = gaz_json_get(value, "findings");
    bool ok = gaz_json_truth(gaz_json_get(value, "ok"), gaz_json_size(findings) == 0);
    char checked[32];
    (void)event, (void)err;
    gaz_cli_number(number_of(value, "checked"), checked);
    print_findings(view, findings);
    if (ok)
        gaz_cli_printf(view->out, "%s files checked, no damage\n", checked);
    else
        gaz_cli_printf(view->out,
                       "%s files checked, %zu findings; gaz repair rebuilds what can be rebuilt\n",
                       checked, gaz_json_size(findings));
    view->exit = ok ? GAZ_EXIT_OK : GAZ_EXIT_NONE;
    return GAZ_OK;
}

static gaz_status render_repair(void *ctx, const char *event, const gaz_json *value, gaz_error *err)
{
    gaz_cli_view *view = ctx;
    const gaz_json *findings = gaz_json_get(value, "findings"),
                   *indexed = gaz_json_get(value, "indexed");
    (void)event, (void)err;
    print_findings(view, findings);
    if (gaz_json_size(findings) == 0)
        gaz_cli_puts(view->out, "nothing to repair\n");
    for (size_t i = 0; i < gaz_json_size(indexed); i++) {
        const gaz_json *run = gaz_json_at(indexed, i);
        const char *error = text_of(run, "error");
        gaz_cli_printf(view->out,
                       error[0] ? "%s: could not be indexed again: " : "%s: indexed again",
                       text_of(run, "repo"));
        gaz_cli_text(view->out, error, strlen(error));
        gaz_cli_puts(view->out, "\n");
        view->exit = error[0] ? GAZ_EXIT_ERROR : view->exit;
    }
    return GAZ_OK;
}

/* ---- the table ---- */

static const gaz_cli_renderer renderers[] = {
    {"search", GAZ_MEDIA_NDJSON, gaz_cli_render_search, "stats", "files"},
    {"file", GAZ_MEDIA_JSON, render_file, NULL, NULL},
    {"highlight", GAZ_MEDIA_JSON, gaz_cli_render_highlight, NULL, NULL},
    {"symbols", GAZ_MEDIA_JSON, gaz_cli_render_places, NULL, NULL},
    {"outline", GAZ_MEDIA_JSON, gaz_cli_render_outline, NULL, NULL},
    {"definition", GAZ_MEDIA_JSON, gaz_cli_render_places, NULL, NULL},
    {"references", GAZ_MEDIA_JSON, gaz_cli_render_places, NULL, NULL},
    {"callers", GAZ_MEDIA_JSON, gaz_cli_render_places, NULL, NULL},
    {"callees", GAZ_MEDIA_JSON, gaz_cli_render_places, NULL, NULL},
    {"implementations", GAZ_MEDIA_JSON, gaz_cli_render_places, NULL, NULL},
    {"tests", GAZ_MEDIA_JSON, gaz_cli_render_places, NULL, NULL},
    {"deps", GAZ_MEDIA_JSON, gaz_cli_render_files, NULL, NULL},
    {"impact", GAZ_MEDIA_JSON, gaz_cli_render_files, NULL, NULL},
    {"impact.diff", GAZ_MEDIA_JSON, gaz_cli_render_files, NULL, NULL},
    {"tests.diff", GAZ_MEDIA_JSON, gaz_cli_render_places, NULL, NULL},
    {"deps.entries", GAZ_MEDIA_JSON, gaz_cli_render_entries, NULL, NULL},
    {"symbols.unreferenced", GAZ_MEDIA_JSON, gaz_cli_render_places, NULL, NULL},
    {"history", GAZ_MEDIA_JSON, gaz_cli_render_history, NULL, NULL},
    {"blame", GAZ_MEDIA_JSON, gaz_cli_render_blame, NULL, NULL},
    {"owners", GAZ_MEDIA_JSON, gaz_cli_render_owners, NULL, NULL},
    {"recent", GAZ_MEDIA_JSON, gaz_cli_render_recent, NULL, NULL},
    {"cochange", GAZ_MEDIA_JSON, gaz_cli_render_cochange, NULL, NULL},
    {"tree", GAZ_MEDIA_JSON, render_tree, NULL, NULL},
    {"repos.list", GAZ_MEDIA_JSON, render_repos, NULL, NULL},
    {"repos.add", GAZ_MEDIA_JSON, render_added, NULL, NULL},
    {"repos.remove", GAZ_MEDIA_JSON, render_removed, NULL, NULL},
    {"index", GAZ_MEDIA_EVENTS, render_runs, NULL, NULL},
    {"status", GAZ_MEDIA_JSON, render_status, NULL, NULL},
    {"scip.import", GAZ_MEDIA_JSON, gaz_cli_render_scip_import, NULL, NULL},
    {"scip.list", GAZ_MEDIA_JSON, gaz_cli_render_scip_list, NULL, NULL},
    {"scip.remove", GAZ_MEDIA_JSON, gaz_cli_render_scip_remove, NULL, NULL},
    {"check", GAZ_MEDIA_JSON, render_check, "ok", NULL},
    {"repair", GAZ_MEDIA_JSON, render_repair, NULL, NULL},
};
static const gaz_cli_renderer plain = {"", GAZ_MEDIA_JSON, gaz_cli_render_json, NULL, NULL};

const gaz_cli_renderer *gaz_cli_renderer_of(const char *op)
{
    for (size_t i = 0; i < sizeof renderers / sizeof renderers[0]; i++)
        if (strcmp(renderers[i].op, op) == 0)
            return &renderers[i];
    return &plain;
}
