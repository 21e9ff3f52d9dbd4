/* What the watcher says, a line each: for people, or as JSON. It works on the data directory by
 * itself, also beside a server, which sees what is published. */
#include "cli_watch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli_services.h"
#include "gaz/json/json.h"

typedef struct view {
    gaz_cli_streams *streams;
    const char *repo;
    bool json;
} view;

/* The repository whose work tree the working directory is in: the innermost one. */
static gaz_status repo_here(gaz_store *store, gaz_arena *arena, const char **out, gaz_error *err)
{
    gaz_repo_row *rows = NULL;
    size_t count = 0, best = 0;
    char *here = realpath(".", NULL);
    gaz_status st = gaz_store_repo_list(store, &rows, &count, err);
    *out = NULL;
    for (size_t i = 0; st == GAZ_OK && here && i < count; i++) {
        size_t len = strlen(rows[i].source);
        bool inside = gaz_repo_row_has_tree(&rows[i]) && strncmp(here, rows[i].source, len) == 0 &&
                      (!here[len] || here[len] == '/');
        if (inside && len > best) {
            best = len;
            *out = gaz_arena_strdup(arena, rows[i].name);
        }
    }
    if (st == GAZ_OK && !*out && count == 1)
        *out = gaz_arena_strdup(arena, rows[0].name);
    for (size_t i = 0; i < count; i++)
        gaz_repo_row_release(&rows[i]);
    free(rows);
    free(here);
    if (st == GAZ_OK && !*out) {
        st = gaz_error_set(err, GAZ_E_INVALID,
                           "which work tree? The working directory is in none that was added");
        gaz_error_hint(err, "gaz watch NAME; gaz repos list names those there are");
    }
    return st;
}

static const char *event_name(gaz_watch_event event)
{
    static const char *const names[] = {"ready", "published", "note"};
    return names[event];
}

static void print_json(const view *v, const gaz_watch_line *line)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    char commit[GAZ_OID_HEX];
    gaz_oid_format(&line->run.commit, commit);
    gaz_json_writer_init(&w, &text);
    gaz_json_object_begin(&w);
    gaz_json_put_cstring(&w, "event", event_name(line->event));
    gaz_json_put_cstring(&w, "repo", v->repo);
    if (line->event == GAZ_WATCH_NOTE) {
        gaz_json_put_cstring(&w, "message", line->text);
    } else {
        gaz_json_put_int(&w, "generation", (int64_t)line->run.generation);
        gaz_json_put_cstring(&w, "commit", gaz_oid_is_zero(&line->run.commit) ? NULL : commit);
        gaz_json_put_int(&w, "added", (int64_t)line->added);
        gaz_json_put_int(&w, "changed", (int64_t)line->changed);
        gaz_json_put_int(&w, "removed", (int64_t)line->removed);
        gaz_json_put_int(&w, "directories", (int64_t)line->directories);
        gaz_json_put_int(&w, "elapsed_us", line->run.elapsed_us);
        gaz_json_put_cstring(&w, "path", line->text);
    }
    gaz_json_object_end(&w);
    gaz_strbuf_putc(&text, '\n');
    gaz_cli_write(&v->streams->out, text.data, text.len);
    gaz_strbuf_release(&text);
}

static void print_change(const view *v, const gaz_watch_line *line)
{
    const struct {
        uint64_t count;
        const char *word;
    } kinds[] = {{line->added, "added"}, {line->changed, "changed"}, {line->removed, "removed"}};
    gaz_cli_output *out = &v->streams->out;
    uint64_t all = line->added + line->changed + line->removed;
    const char *comma = "";
    gaz_cli_printf(out, "%s: ", v->repo);
    if (!all)
        gaz_cli_puts(out, "a new commit");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!kinds[i].count)
            continue;
        gaz_cli_printf(out, "%s%llu %s", comma, (unsigned long long)kinds[i].count, kinds[i].word);
        comma = ", ";
    }
    if (line->text) {
        gaz_cli_puts(out, " (");
        gaz_cli_text(out, line->text, strlen(line->text));
        gaz_cli_puts(out, all > 1 ? ", …)" : ")");
    }
    gaz_cli_printf(out, ", in %lld ms\n", (long long)((line->run.elapsed_us + 500) / 1000));
}

static void said(void *ctx, const gaz_watch_line *line)
{
    const view *v = ctx;
    gaz_error ignored = {0};
    if (v->json)
        print_json(v, line);
    else if (line->event == GAZ_WATCH_NOTE)
        gaz_cli_printf(&v->streams->notes, "gaz: %s: %s\n", v->repo, line->text);
    else if (line->event == GAZ_WATCH_READY)
        gaz_cli_printf(&v->streams->out, "%s: watching %llu directories\n", v->repo,
                       (unsigned long long)line->directories);
    else
        print_change(v, line);
    gaz_status flushed = gaz_cli_flush(&v->streams->out, &ignored);
    gaz_status noted = gaz_cli_flush(&v->streams->notes, &ignored);
    (void)flushed, (void)noted; /* noticed by go_on() */
}

static bool go_on(void *ctx)
{
    const view *v = ctx;
    return !v->streams->out.failed && !v->streams->out.gone && !v->streams->cancelled(NULL);
}

gaz_status gaz_cli_watch(const gaz_cli_context *context, gaz_error *err)
{
    const gaz_cli_args *args = context->args;
    gaz_cli_process *process = NULL;
    char *home = NULL;
    view v = {.streams = context->streams, .json = args->options.json};
    gaz_watch watch = {.said = said, .go_on = go_on, .ctx = &v};
    if (args->word_count > 1)
        return gaz_error_set(err, GAZ_E_INVALID, "gaz watch follows one work tree, not %zu",
                             args->word_count);
    gaz_status st = gaz_cli_home(&args->options, &home, err);
    if (st == GAZ_OK)
        st = gaz_cli_process_open(home, &args->options, false, true, &process, err);
    if (st == GAZ_OK && args->word_count)
        v.repo = args->words[0];
    else if (st == GAZ_OK)
        st = repo_here(process->store, context->arena, &v.repo, err);
    watch.repo = v.repo;
    if (st == GAZ_OK)
        st = gaz_runner_watch(process->runner, &watch, err);
    gaz_cli_process_close(process);
    free(home);
    return st;
}
