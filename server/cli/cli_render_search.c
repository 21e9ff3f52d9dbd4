/* Search results as grep prints them: `path:line:text`, with context `path-line-text` and `--`
 * between parts that do not touch; `repo:` comes first when the data directory holds several
 * repositories and none was named. With -p, `path=line=kind name` says what matches lie in. */
#include "cli_render.h"

#include <inttypes.h>
#include <string.h>

#define NOTES_SHOWN 10

/** One file being printed. */
typedef struct file_view {
    gaz_cli_view *view;
    gaz_cli_bytes_text path;
    const char *repo;
    const gaz_json *symbols;
    int64_t printed; /* the last line number printed; 0 none */
    int64_t symbol;  /* line of the definition printed last */
} file_view;

static void print_path(const file_view *f, char separator)
{
    gaz_cli_output *out = f->view->out;
    if (f->view->name_repos && f->repo) {
        gaz_cli_painted(out, GAZ_PAINT_PATH, f->repo, strlen(f->repo));
        if (f->path.len)
            gaz_cli_painted(out, GAZ_PAINT_SEPARATOR, ":", 1);
    }
    gaz_cli_painted(out, GAZ_PAINT_PATH, f->path.text, f->path.len);
    if (separator)
        gaz_cli_painted(out, GAZ_PAINT_SEPARATOR, &separator, 1);
}

/* The text of a line with its matches painted. @param ranges  NULL for context */
static void print_text(gaz_cli_output *out, const gaz_cli_bytes_text *text, const gaz_json *ranges)
{
    size_t at = 0;
    for (size_t i = 0; out->color && i < gaz_json_size(ranges); i++) {
        const gaz_json *range = gaz_json_at(ranges, i);
        int64_t from = gaz_json_integer(gaz_json_at(range, 0), -1),
                to = gaz_json_integer(gaz_json_at(range, 1), -1);
        size_t start = from > 0 ? (size_t)from : 0, end = to > 0 ? (size_t)to : 0;
        if (text->decoded.len) {
            start = gaz_cli_bytes_offset(text->text, text->len, start);
            end = gaz_cli_bytes_offset(text->text, text->len, end);
        }
        if (start < at || end < start || end > text->len)
            continue;
        gaz_cli_text(out, text->text + at, start - at);
        gaz_cli_painted(out, GAZ_PAINT_MATCH, text->text + start, end - start);
        at = end;
    }
    gaz_cli_text(out, text->text + at, text->len - at);
    gaz_cli_puts(out, "\n");
}

/* A line too long to be sent is not taken for the whole one. */
static void print_cut(const file_view *f, const char *number, const gaz_json *item)
{
    int64_t before = gaz_json_integer(gaz_json_get(item, "cut_before"), 0),
            after = gaz_json_integer(gaz_json_get(item, "cut_after"), 0);
    if (before <= 0 && after <= 0)
        return;
    gaz_cli_output *notes = f->view->notes;
    gaz_cli_painted(notes, GAZ_PAINT_STRONG, "gaz:", 4);
    gaz_cli_puts(notes, " ");
    gaz_cli_text(notes, f->path.text, f->path.len);
    gaz_cli_printf(notes,
                   ":%s: %" PRId64 " bytes before and %" PRId64
                   " behind what is shown of this line are left out\n",
                   number, before, after);
}

/* @param item  an object with text and bytes, or (context) a string */
static void print_line(file_view *f, int64_t number, const gaz_json *item, char separator)
{
    gaz_cli_output *out = f->view->out;
    gaz_cli_bytes_text text;
    char digits[32];
    if (!gaz_cli_text_get(out, item, "text", "bytes", &text))
        text.text = gaz_json_text(item, &text.len);
    if (text.text) {
        print_path(f, separator);
        int len = snprintf(digits, sizeof digits, "%" PRId64, number);
        gaz_cli_painted(out, GAZ_PAINT_LINE, digits, (size_t)len);
        gaz_cli_painted(out, GAZ_PAINT_SEPARATOR, &separator, 1);
        print_text(out, &text, separator == ':' ? gaz_json_get(item, "ranges") : NULL);
        print_cut(f, digits, item);
        f->printed = number;
        f->view->separate = true;
    }
    gaz_cli_text_release(&text);
}

static bool has_context(const gaz_json *line)
{
    return gaz_json_size(gaz_json_get(line, "before")) ||
           gaz_json_size(gaz_json_get(line, "after"));
}

/* `--` where what follows does not touch what was printed last. */
static void print_gap(file_view *f, int64_t first, bool context)
{
    bool touches = f->printed && first <= f->printed + 1;
    if (context && f->view->separate && !touches) {
        gaz_cli_painted(f->view->out, GAZ_PAINT_SEPARATOR, "--", 2);
        gaz_cli_puts(f->view->out, "\n");
    }
}

/* As git grep -p: `path=line=kind name` above the first match in another definition. */
static void print_symbol(file_view *f, const gaz_json *hit)
{
    gaz_cli_output *out = f->view->out;
    int64_t at = gaz_json_integer(gaz_json_get(hit, "symbol"), -1);
    const gaz_json *symbol = at >= 0 ? gaz_json_at(f->symbols, (size_t)at) : NULL;
    int64_t line = gaz_json_integer(gaz_json_get(symbol, "line"), 0);
    size_t name_len = 0, container_len = 0;
    const char *name = gaz_json_text(gaz_json_get(symbol, "name"), &name_len),
               *kind = gaz_json_text(gaz_json_get(symbol, "kind"), NULL),
               *container = gaz_json_text(gaz_json_get(symbol, "container"), &container_len);
    bool known = line == f->symbol || line == gaz_json_integer(gaz_json_get(hit, "line"), 0);
    f->symbol = line;
    if (!name || !kind || known)
        return;
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%" PRId64, line);
    print_path(f, '=');
    gaz_cli_painted(out, GAZ_PAINT_LINE, digits, (size_t)len);
    gaz_cli_painted(out, GAZ_PAINT_SEPARATOR, "=", 1);
    gaz_cli_printf(out, "%s ", kind);
    if (container) {
        gaz_cli_text(out, container, container_len);
        gaz_cli_puts(out, ".");
    }
    gaz_cli_painted(out, GAZ_PAINT_NAME, name, name_len);
    gaz_cli_puts(out, "\n");
}

/* @param next  number of the next matching line; its own turn comes later */
static void print_hit(file_view *f, const gaz_json *line, int64_t next)
{
    const gaz_cli_options *o = f->view->options;
    const gaz_json *before = gaz_json_get(line, "before"), *after = gaz_json_get(line, "after");
    int64_t number = gaz_json_integer(gaz_json_get(line, "line"), 0);
    size_t have_before = gaz_json_size(before), have_after = gaz_json_size(after), skip = 0;
    if (o->context && have_before > o->before)
        skip = have_before - o->before;
    if (o->context && have_after > o->after)
        have_after = o->after;
    while (skip < have_before && number - (int64_t)(have_before - skip) <= f->printed)
        skip++;
    print_gap(f, number - (int64_t)(have_before - skip),
              o->context ? o->before || o->after : has_context(line));
    if (o->symbols)
        print_symbol(f, line);
    for (size_t i = skip; i < have_before; i++)
        print_line(f, number - (int64_t)(have_before - i), gaz_json_at(before, i), '-');
    print_line(f, number, line, ':');
    for (size_t i = 0; i < have_after && (!next || number + 1 + (int64_t)i < next); i++)
        print_line(f, number + 1 + (int64_t)i, gaz_json_at(after, i), '-');
}

static void print_lines(file_view *f, const gaz_json *lines)
{
    size_t count = gaz_json_size(lines);
    for (size_t i = 0; i < count; i++) {
        const gaz_json *next = i + 1 < count ? gaz_json_at(lines, i + 1) : NULL;
        print_hit(f, gaz_json_at(lines, i), gaz_json_integer(gaz_json_get(next, "line"), 0));
    }
}

static void print_count(file_view *f, const gaz_json *file, size_t given)
{
    int64_t count = gaz_json_integer(gaz_json_get(file, "lines_total"), (int64_t)given);
    print_path(f, ':');
    gaz_cli_printf(f->view->out, "%" PRId64 "\n", count);
}

static void print_file(gaz_cli_view *view, const gaz_json *file)
{
    const gaz_json *lines = gaz_json_get(file, "lines");
    size_t count = gaz_json_size(lines);
    file_view f = {.view = view,
                   .repo = gaz_json_text(gaz_json_get(file, "repo"), NULL),
                   .symbols = gaz_json_get(file, "symbols")};
    if (!gaz_cli_text_get(view->out, file, "path", "path_bytes", &f.path))
        f.path.text = "";
    view->files++;
    view->names = view->names || !f.path.len;
    if (!f.path.len && f.repo && !view->name_repos) {
        gaz_cli_painted(view->out, GAZ_PAINT_PATH, f.repo, strlen(f.repo));
        gaz_cli_puts(view->out, "\n");
    } else if (view->options->count) {
        print_count(&f, file, count);
    } else if (view->options->files || count == 0) {
        print_path(&f, 0);
        gaz_cli_puts(view->out, "\n");
    } else {
        print_lines(&f, lines);
    }
    gaz_cli_text_release(&f.path);
    if (view->out->terminal)
        fflush(view->out->file);
}

/* ---- commits ---- */

/* `  path:line:+text`, or `  text` of a message. */
static void print_commit_line(gaz_cli_output *out, const gaz_json *match)
{
    gaz_cli_bytes_text text = {0};
    size_t path_len = 0;
    const char *kind = gaz_json_text(gaz_json_get(match, "kind"), NULL),
               *path = gaz_json_text(gaz_json_get(match, "path"), &path_len);
    text.text = gaz_json_text(gaz_json_get(match, "text"), &text.len);
    if (!kind || !text.text)
        return;
    gaz_cli_puts(out, "  ");
    if (path) {
        char digits[32];
        int len = snprintf(digits, sizeof digits, "%" PRId64,
                           gaz_json_integer(gaz_json_get(match, "line"), 0));
        gaz_cli_painted(out, GAZ_PAINT_PATH, path, path_len);
        gaz_cli_painted(out, GAZ_PAINT_SEPARATOR, ":", 1);
        gaz_cli_painted(out, GAZ_PAINT_LINE, digits, (size_t)len);
        gaz_cli_painted(out, GAZ_PAINT_SEPARATOR, ":", 1);
        gaz_cli_puts(out, kind[0] == 'a' ? "+" : "-");
    }
    print_text(out, &text, gaz_json_get(match, "ranges"));
}

/* As git log --oneline, with day and author; the lines that match stand below. */
static void print_commit(gaz_cli_view *view, const gaz_json *commit)
{
    gaz_cli_output *out = view->out;
    const gaz_json *matches = gaz_json_get(commit, "matches");
    size_t id_len = 0, day_len = 0, who_len = 0, summary_len = 0;
    const char *id = gaz_json_text(gaz_json_get(commit, "commit"), &id_len),
               *day = gaz_json_text(gaz_json_get(commit, "committed"), &day_len),
               *who = gaz_json_text(gaz_json_get(gaz_json_get(commit, "author"), "name"), &who_len),
               *summary = gaz_json_text(gaz_json_get(commit, "summary"), &summary_len),
               *repo = gaz_json_text(gaz_json_get(commit, "repo"), NULL);
    if (!id || !day || !who || !summary)
        return;
    view->files++;
    if (view->name_repos && repo) {
        gaz_cli_painted(out, GAZ_PAINT_PATH, repo, strlen(repo));
        gaz_cli_puts(out, " ");
    }
    gaz_cli_painted(out, GAZ_PAINT_LINE, id, id_len < 10 ? id_len : 10);
    gaz_cli_puts(out, " ");
    gaz_cli_text(out, day, day_len < 10 ? day_len : 10);
    gaz_cli_puts(out, " ");
    gaz_cli_painted(out, GAZ_PAINT_NAME, who, who_len);
    gaz_cli_puts(out, "  ");
    gaz_cli_text(out, summary, summary_len);
    gaz_cli_puts(out, "\n");
    for (size_t i = 0; !view->options->files && i < gaz_json_size(matches); i++)
        print_commit_line(out, gaz_json_at(matches, i));
}

/* Where the history that was searched ends. */
static void note_histories(gaz_cli_view *view, const gaz_json *histories)
{
    for (size_t i = 0; i < gaz_json_size(histories); i++) {
        const gaz_json *item = gaz_json_at(histories, i), *history = gaz_json_get(item, "history");
        const char *repo = gaz_json_text(gaz_json_get(item, "repo"), NULL),
                   *oldest = gaz_json_text(gaz_json_get(history, "oldest_time"), NULL);
        bool goes_on = gaz_json_truth(gaz_json_get(history, "goes_on"), false);
        gaz_cli_output *out = view->notes;
        if (!repo || (goes_on && !oldest) || (!goes_on && gaz_json_size(history)))
            continue;
        gaz_cli_painted(out, GAZ_PAINT_STRONG, "gaz:", 4);
        gaz_cli_puts(out, " ");
        gaz_cli_text(out, repo, strlen(repo));
        if (goes_on)
            gaz_cli_printf(out,
                           ": history is indexed back to %.10s; older commits are not searched\n",
                           oldest);
        else
            gaz_cli_puts(out, ": its history is not indexed\n");
    }
}

/* ---- what is said about the answer ---- */

static const char *reason_text(const char *reason)
{
    static const struct {
        const char *name, *text;
    } reasons[] = {
        {"timeout",
         "the time allowed passed before everything was searched; timeout:60s allows more"},
        {"memory",
         "the memory allowed was used up; narrow the query, or raise the setting query.memory"},
        {"pattern", "a regular expression backtracks too much for some files; make it simpler"},
        {"cancelled", "the search was interrupted"},
        {"damaged", "a part of the index is damaged; gaz check says what, gaz repair rebuilds it"},
        {"not_indexed",
         "nothing of the repository is indexed yet; gaz status says more, gaz index does it"},
        {"symbols_pending", "symbols are still being read; gaz status says how far they are"},
        {"unavailable", "the system refused to open a part of the index; try again in a moment"},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (strcmp(reasons[i].name, reason) == 0)
            return reasons[i].text;
    return reason;
}

static void note(gaz_cli_view *view, const char *text)
{
    gaz_cli_painted(view->notes, GAZ_PAINT_STRONG, "gaz:", 4);
    gaz_cli_puts(view->notes, " ");
    gaz_cli_text(view->notes, text, strlen(text));
    gaz_cli_puts(view->notes, "\n");
}

/* Which files could not be searched, and why. */
static void note_files(gaz_cli_view *view, const gaz_json *notes)
{
    size_t count = gaz_json_size(notes);
    for (size_t i = 0; i < count && i < NOTES_SHOWN; i++) {
        const char *text = gaz_json_text(gaz_json_at(notes, i), NULL);
        if (text)
            note(view, text);
    }
    if (count > NOTES_SHOWN)
        note(view, "there are more such notes; --json shows all");
}

static void note_limit(gaz_cli_view *view, uint64_t total, bool exact)
{
    char text[200], shown[32], all[32];
    gaz_cli_number(view->files, shown);
    gaz_cli_number(total, all);
    if (exact && total > view->files)
        snprintf(text, sizeof text, "%s of %s matching files shown; --limit N shows more", shown,
                 all);
    else
        snprintf(text, sizeof text,
                 "%s file%s shown, there are more; a larger --limit or count: shows them, "
                 "count:all counts them",
                 shown, view->files == 1 ? "" : "s");
    note(view, text);
}

static gaz_status end_search(gaz_cli_view *view, const gaz_json *end, gaz_error *err)
{
    const char *reason = gaz_json_text(gaz_json_get(end, "reason"), NULL);
    const gaz_json *stats = gaz_json_get(end, "stats"), *explain = gaz_json_get(end, "explain");
    bool complete = gaz_json_truth(gaz_json_get(end, "complete"), true),
         limit = reason && strcmp(reason, "limit") == 0;
    int64_t files = gaz_json_integer(gaz_json_get(stats, "files"), 0);
    uint64_t total = files > 0 ? (uint64_t)files : 0;
    gaz_status st = gaz_cli_flush(view->out, err);
    if (limit || (complete && total > view->files && !view->names))
        note_limit(view, total, complete);
    else if (!complete)
        note(view, reason_text(reason ? reason : "the answer is not complete"));
    if (!complete)
        note_files(view, gaz_json_get(end, "notes"));
    view->exit = view->files || (complete && total) || limit ? GAZ_EXIT_OK : GAZ_EXIT_NONE;
    if (!complete && !limit && !view->files)
        view->exit = GAZ_EXIT_ERROR; /* nothing was found, but not everything was looked at */
    if (st == GAZ_OK && explain) {
        gaz_cli_view notes = *view;
        notes.out = view->notes;
        st = gaz_cli_render_json(&notes, "", explain, err);
    }
    return st;
}

gaz_status gaz_cli_render_search(void *ctx, const char *event, const gaz_json *value,
                                 gaz_error *err)
{
    gaz_cli_view *view = ctx;
    const gaz_json *done = gaz_json_get(value, "done"), *files = gaz_json_get(value, "files");
    (void)event;
    note_histories(view, gaz_json_get(done ? done : value, "histories"));
    if (done)
        return end_search(view, done, err);
    if (gaz_json_get(value, "matches")) {
        print_commit(view, value);
        return view->out->failed ? gaz_cli_flush(view->out, err) : GAZ_OK;
    }
    const gaz_json *commits = gaz_json_get(value, "commits");
    for (size_t i = 0; i < gaz_json_size(commits); i++)
        print_commit(view, gaz_json_at(commits, i));
    for (size_t i = 0; i < gaz_json_size(files); i++)
        print_file(view, gaz_json_at(files, i));
    if (files)
        return end_search(view, value, err);
    print_file(view, value);
    return view->out->failed ? gaz_cli_flush(view->out, err) : GAZ_OK;
}
