/* Renderers of what is asked of history: a commit, a file or a person a line. */
#include <stdio.h>
#include <string.h>

#include "cli_render.h"

#define COMMIT_SHOWN 12
#define DAY_SHOWN 10 /* "2026-11-21" */

static const char *word(const gaz_json *object, const char *key)
{
    const char *text = gaz_json_text(gaz_json_get(object, key), NULL);
    return text ? text : "";
}

static long long number(const gaz_json *object, const char *key)
{
    return (long long)gaz_json_integer(gaz_json_get(object, key), 0);
}

static void put_word(gaz_cli_view *view, const gaz_json *object, const char *key)
{
    const char *text = word(object, key);
    gaz_cli_text(view->out, text, strlen(text));
}

static void put_path(gaz_cli_view *view, const gaz_json *item)
{
    gaz_cli_bytes_text path;
    if (gaz_cli_text_get(view->out, item, "path", "path_bytes", &path)) {
        gaz_cli_painted(view->out, GAZ_PAINT_PATH, path.text, path.len);
        gaz_cli_text_release(&path);
    }
}

/* Why not all is shown, and where the index ends. */
static void put_end(gaz_cli_view *view, const gaz_json *value, size_t shown)
{
    const gaz_json *history = gaz_json_get(value, "history");
    const char *reason = word(value, "reason");
    bool last = !word(value, "cursor")[0];
    if (strcmp(reason, "history_pending") == 0)
        gaz_cli_puts(view->notes,
                     "gaz: the newest commits are still being read; ask again later\n");
    else if (reason[0])
        gaz_cli_printf(view->notes, "gaz: not all is shown: %s\n", reason);
    if (last && gaz_json_truth(gaz_json_get(history, "goes_on"), false))
        gaz_cli_printf(view->notes,
                       "gaz: history is indexed back to %.10s (%lld commits); there are older "
                       "commits\n",
                       word(history, "oldest_time"), number(history, "commits"));
    if (last && number(history, "missing"))
        gaz_cli_printf(view->notes, "gaz: %lld commits are not in the repository\n",
                       number(history, "missing"));
    view->exit = shown ? GAZ_EXIT_OK : GAZ_EXIT_NONE;
}

/* "1a2b3c4d5e6f 2026-11-21 Ann Author" */
static void put_commit(gaz_cli_view *view, const gaz_json *commit)
{
    const char *id = word(commit, "commit"), *when = word(commit, "authored");
    gaz_cli_painted(view->out, GAZ_PAINT_LINE, id, strnlen(id, COMMIT_SHOWN));
    gaz_cli_puts(view->out, " ");
    gaz_cli_write(view->out, when, strnlen(when, DAY_SHOWN));
    gaz_cli_puts(view->out, " ");
    const char *name = word(gaz_json_get(commit, "author"), "name");
    gaz_cli_painted(view->out, GAZ_PAINT_NAME, name, strlen(name));
}

static void put_task(gaz_cli_view *view, const gaz_json *commit)
{
    if (!word(commit, "task")[0])
        return;
    gaz_cli_puts(view->out, "  [task ");
    put_word(view, commit, "task");
    gaz_cli_puts(view->out, "]");
}

/* ---- history ---- */

/* Every line of a whole message, indented. */
static void put_message(gaz_cli_view *view, const char *message)
{
    while (*message) {
        size_t len = strcspn(message, "\n");
        gaz_cli_puts(view->out, "\n    ");
        gaz_cli_text(view->out, message, len);
        message += len + (message[len] == '\n');
    }
}

gaz_status gaz_cli_render_history(void *ctx, const char *event, const gaz_json *value,
                                  gaz_error *err)
{
    gaz_cli_view *view = ctx;
    const gaz_json *list = gaz_json_get(value, "commits");
    const char *before = word(value, "path");
    (void)event, (void)err;
    for (size_t i = 0; i < gaz_json_size(list); i++) {
        const gaz_json *commit = gaz_json_at(list, i);
        const char *path = word(commit, "path");
        put_commit(view, commit);
        gaz_cli_puts(view->out, "  ");
        put_word(view, commit, "summary");
        put_task(view, commit);
        if (path[0] && strcmp(path, before) != 0) { /* its earlier name, from here on */
            gaz_cli_puts(view->out, "  (");
            put_path(view, commit);
            gaz_cli_puts(view->out, ")");
            before = path;
        }
        if (number(commit, "first"))
            gaz_cli_printf(view->out, "  :%lld-%lld", number(commit, "first"),
                           number(commit, "last"));
        if (word(commit, "message")[0])
            put_message(view, word(commit, "message"));
        gaz_cli_puts(view->out, "\n");
    }
    put_end(view, value, gaz_json_size(list));
    return GAZ_OK;
}

/* ---- blame ---- */

/* "1a2b3c4d5e6f 2026-11-21 Ann Author   12: text" */
static void put_blamed(gaz_cli_view *view, const gaz_json *range)
{
    const gaz_json *text = gaz_json_get(range, "text");
    long long first = number(range, "first"), last = number(range, "last");
    for (long long line = first; line <= last; line++) {
        const char *shown = gaz_json_text(gaz_json_at(text, (size_t)(line - first)), NULL);
        put_commit(view, range);
        gaz_cli_puts(view->out,
                     gaz_json_truth(gaz_json_get(range, "unfinished"), false) ? " or before" : "");
        put_task(view, range);
        gaz_cli_printf(view->out, " %lld: ", line);
        gaz_cli_text(view->out, shown ? shown : "", shown ? strlen(shown) : 0);
        gaz_cli_puts(view->out, "\n");
    }
}

gaz_status gaz_cli_render_blame(void *ctx, const char *event, const gaz_json *value, gaz_error *err)
{
    gaz_cli_view *view = ctx;
    const gaz_json *list = gaz_json_get(value, "ranges");
    (void)event, (void)err;
    for (size_t i = 0; i < gaz_json_size(list); i++)
        put_blamed(view, gaz_json_at(list, i));
    put_end(view, value, gaz_json_size(list));
    return GAZ_OK;
}

/* ---- recent, cochange ---- */

gaz_status gaz_cli_render_recent(void *ctx, const char *event, const gaz_json *value,
                                 gaz_error *err)
{
    gaz_cli_view *view = ctx;
    const gaz_json *list = gaz_json_get(value, "files");
    (void)event, (void)err;
    for (size_t i = 0; i < gaz_json_size(list); i++) {
        const gaz_json *file = gaz_json_at(list, i), *last = gaz_json_get(file, "last");
        put_path(view, file);
        gaz_cli_puts(view->out, "  ");
        put_commit(view, last);
        gaz_cli_printf(view->out, "  %s, %lld commit%s  ", word(file, "change"),
                       number(file, "commits"), number(file, "commits") == 1 ? "" : "s");
        put_word(view, last, "summary");
        gaz_cli_puts(view->out, "\n");
    }
    put_end(view, value, gaz_json_size(list));
    return GAZ_OK;
}

gaz_status gaz_cli_render_cochange(void *ctx, const char *event, const gaz_json *value,
                                   gaz_error *err)
{
    gaz_cli_view *view = ctx;
    const gaz_json *list = gaz_json_get(value, "files");
    (void)event, (void)err;
    for (size_t i = 0; i < gaz_json_size(list); i++) {
        const gaz_json *file = gaz_json_at(list, i);
        gaz_cli_printf(view->out, "%3.0f %%  %lld of %lld  %.10s  ",
                       100 * gaz_json_number(gaz_json_get(file, "confidence"), 0),
                       number(file, "together"), number(value, "looked"), word(file, "last"));
        put_path(view, file);
        gaz_cli_puts(view->out, "\n");
    }
    put_end(view, value, gaz_json_size(list));
    return GAZ_OK;
}

/* ---- owners ---- */

static void put_rules(gaz_cli_view *view, const gaz_json *path)
{
    const gaz_json *rules = gaz_json_get(path, "rules");
    for (size_t i = 0; i < gaz_json_size(rules); i++) {
        const gaz_json *rule = gaz_json_at(rules, i), *owners = gaz_json_get(rule, "owners");
        gaz_cli_puts(view->out, "  ");
        for (size_t k = 0; k < gaz_json_size(owners); k++) {
            const char *name = gaz_json_text(gaz_json_at(owners, k), NULL);
            gaz_cli_puts(view->out, k ? " " : "");
            gaz_cli_painted(view->out, GAZ_PAINT_NAME, name ? name : "", name ? strlen(name) : 0);
        }
        gaz_cli_puts(view->out, gaz_json_size(owners) ? "  " : "nobody  ");
        put_word(view, rule, "file");
        gaz_cli_printf(view->out, ":%lld: ", number(rule, "line"));
        put_word(view, rule, "pattern");
        if (number(path, "files") > 1)
            gaz_cli_printf(view->out, "  (%lld files)", number(rule, "files"));
        gaz_cli_puts(view->out, "\n");
    }
}

static void put_people(gaz_cli_view *view, const gaz_json *path)
{
    const gaz_json *people = gaz_json_get(path, "people");
    for (size_t i = 0; i < gaz_json_size(people); i++) {
        const gaz_json *person = gaz_json_at(people, i);
        gaz_cli_printf(view->out, "  %3.0f %%  ",
                       100 * gaz_json_number(gaz_json_get(person, "share"), 0));
        put_word(view, person, "name");
        gaz_cli_puts(view->out, " <");
        put_word(view, person, "email");
        gaz_cli_printf(view->out, ">  %lld of %lld commits", number(person, "commits"),
                       number(path, "commits"));
        if (word(path, "since")[0])
            gaz_cli_printf(view->out, " since %.10s", word(path, "since"));
        gaz_cli_printf(view->out, ", last %.10s\n", word(person, "last"));
    }
}

gaz_status gaz_cli_render_owners(void *ctx, const char *event, const gaz_json *value,
                                 gaz_error *err)
{
    gaz_cli_view *view = ctx;
    const gaz_json *list = gaz_json_get(value, "paths");
    size_t shown = 0;
    (void)event, (void)err;
    for (size_t i = 0; i < gaz_json_size(list); i++) {
        const gaz_json *path = gaz_json_at(list, i);
        if (word(path, "path")[0])
            put_path(view, path);
        else
            gaz_cli_puts(view->out, ".");
        gaz_cli_puts(view->out, ":\n");
        put_rules(view, path);
        put_people(view, path);
        shown += gaz_json_size(gaz_json_get(path, "rules")) +
                 gaz_json_size(gaz_json_get(path, "people"));
    }
    put_end(view, value, shown);
    return GAZ_OK;
}
