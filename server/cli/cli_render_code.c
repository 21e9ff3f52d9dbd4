/* Renderers of what is asked about code. */
#include <string.h>

#include "cli_render.h"

/* The paint of a class of colours, by the part of its name before the dot. */
static gaz_paint paint_of(const char *class_name)
{
    static const struct {
        const char *name;
        gaz_paint paint;
    } paints[] = {
        {"keyword", GAZ_PAINT_KEYWORD},  {"string", GAZ_PAINT_STRING},
        {"escape", GAZ_PAINT_STRING},    {"comment", GAZ_PAINT_FAINT},
        {"number", GAZ_PAINT_NUMBER},    {"boolean", GAZ_PAINT_NUMBER},
        {"constant", GAZ_PAINT_NUMBER},  {"function", GAZ_PAINT_NAME},
        {"constructor", GAZ_PAINT_NAME}, {"tag", GAZ_PAINT_NAME},
        {"type", GAZ_PAINT_TYPE},        {"module", GAZ_PAINT_TYPE},
        {"macro", GAZ_PAINT_MACRO},      {"attribute", GAZ_PAINT_MACRO},
    };
    size_t len = strcspn(class_name, ".");
    for (size_t i = 0; i < sizeof paints / sizeof *paints; i++)
        if (strlen(paints[i].name) == len && memcmp(paints[i].name, class_name, len) == 0)
            return paints[i].paint;
    return GAZ_PAINT_NONE;
}

/* A piece of one colour; paint ends and begins again at line ends, for pagers. */
static void put_piece(gaz_cli_output *out, gaz_paint paint, const char *text, size_t len)
{
    while (len) {
        const char *end = memchr(text, '\n', len);
        size_t line = end ? (size_t)(end - text) : len;
        gaz_cli_painted(out, paint, text, line);
        if (!end)
            return;
        gaz_cli_puts(out, "\n");
        len -= line + 1;
        text = end + 1;
    }
}

gaz_status gaz_cli_render_highlight(void *ctx, const char *event, const gaz_json *value,
                                    gaz_error *err)
{
    gaz_cli_view *view = ctx;
    gaz_cli_bytes_text text;
    const gaz_json *spans = gaz_json_get(value, "spans");
    const char *reason = gaz_json_text(gaz_json_get(value, "reason"), NULL);
    (void)event;
    if (!gaz_cli_text_get(view->out, value, "text", "bytes", &text))
        return gaz_error_set(err, GAZ_E_REMOTE, "the answer holds no text");
    size_t at = 0;
    for (size_t i = 0; i < gaz_json_size(spans); i++) {
        const gaz_json *span = gaz_json_at(spans, i);
        size_t start = (size_t)gaz_json_integer(gaz_json_at(span, 0), 0);
        size_t end = (size_t)gaz_json_integer(gaz_json_at(span, 1), 0);
        const char *name = gaz_json_text(gaz_json_at(span, 2), NULL);
        if (start < at || end < start || end > text.len || !name)
            continue;
        put_piece(view->out, GAZ_PAINT_NONE, text.text + at, start - at);
        put_piece(view->out, paint_of(name), text.text + start, end - start);
        at = end;
    }
    put_piece(view->out, GAZ_PAINT_NONE, text.text + at, text.len - at);
    if (view->out->terminal && text.len && text.text[text.len - 1] != '\n')
        gaz_cli_puts(view->out, "\n");
    gaz_cli_text_release(&text);
    if (reason)
        gaz_cli_printf(view->notes, "gaz: not all is in colours: %s\n", reason);
    return GAZ_OK;
}

/* ---- places ---- */

static const char *word(const gaz_json *object, const char *key)
{
    const char *text = gaz_json_text(gaz_json_get(object, key), NULL);
    return text ? text : "";
}

static void put_place(gaz_cli_view *view, const gaz_json *item, const char *line_key)
{
    const char *path = word(item, "path");
    int64_t line = gaz_json_integer(gaz_json_get(item, line_key), 0);
    gaz_cli_painted(view->out, GAZ_PAINT_PATH, path, strlen(path));
    if (line > 0) {
        gaz_cli_puts(view->out, ":");
        gaz_cli_paint(view->out, GAZ_PAINT_LINE);
        gaz_cli_printf(view->out, "%lld", (long long)line);
        gaz_cli_paint(view->out, GAZ_PAINT_NONE);
    }
}

static void put_text_of(gaz_cli_view *view, const char *text)
{
    gaz_cli_text(view->out, text, strlen(text));
}

/* path:line: kind name  signature */
static void put_definition(gaz_cli_view *view, const gaz_json *item)
{
    const char *name = word(item, "name"), *signature = word(item, "signature");
    put_place(view, item, "line");
    if (name[0]) {
        gaz_cli_puts(view->out, ": ");
        put_text_of(view, word(item, "kind"));
        gaz_cli_puts(view->out, " ");
        if (word(item, "container")[0]) {
            put_text_of(view, word(item, "container"));
            gaz_cli_puts(view->out, ".");
        }
        gaz_cli_painted(view->out, GAZ_PAINT_NAME, name, strlen(name));
    }
    if (signature[0]) {
        gaz_cli_puts(view->out, "  ");
        put_text_of(view, signature);
    }
}

/* "  (one, two)" of a list of words. */
static void put_words(gaz_cli_view *view, const gaz_json *list)
{
    for (size_t i = 0; i < gaz_json_size(list); i++) {
        const char *text = gaz_json_text(gaz_json_at(list, i), NULL);
        gaz_cli_puts(view->out, i ? ", " : "  (");
        put_text_of(view, text ? text : "");
    }
    gaz_cli_puts(view->out, gaz_json_size(list) ? ")" : "");
}

static void put_symbol(gaz_cli_view *view, const gaz_json *item)
{
    put_definition(view, item);
    put_words(view, gaz_json_get(item, "doubts"));
}

static void put_use(gaz_cli_view *view, const gaz_json *item)
{
    const char *text = word(item, "text");
    put_place(view, item, "line");
    gaz_cli_puts(view->out, ": ");
    put_text_of(view, text + strspn(text, " \t"));
    if (word(gaz_json_get(item, "enclosing"), "name")[0]) {
        gaz_cli_puts(view->out, "  [");
        put_text_of(view, word(gaz_json_get(item, "enclosing"), "name"));
        gaz_cli_puts(view->out, "]");
    }
}

static void put_callee(gaz_cli_view *view, const gaz_json *item)
{
    const gaz_json *targets = gaz_json_get(item, "targets");
    const char *name = word(item, "name");
    gaz_cli_printf(view->out,
                   "%lld: ", (long long)gaz_json_integer(gaz_json_get(item, "call_line"), 0));
    gaz_cli_painted(view->out, GAZ_PAINT_NAME, name, strlen(name));
    gaz_cli_puts(view->out, gaz_json_size(targets) ? "  " : "  (");
    if (gaz_json_size(targets))
        put_definition(view, gaz_json_at(targets, 0));
    else
        put_text_of(view, word(item, "method"));
    gaz_cli_puts(view->out, gaz_json_size(targets) ? "" : ")");
}

static void put_outlined(gaz_cli_view *view, const gaz_json *item)
{
    int64_t depth = gaz_json_integer(gaz_json_get(item, "depth"), 0);
    const char *signature = word(item, "signature"), *name = word(item, "name");
    gaz_cli_printf(view->out, "%6lld  %*s",
                   (long long)gaz_json_integer(gaz_json_get(item, "line"), 0),
                   (int)(depth < 20 ? depth * 2 : 40), "");
    put_text_of(view, word(item, "kind"));
    gaz_cli_puts(view->out, " ");
    gaz_cli_painted(view->out, GAZ_PAINT_NAME, name, strlen(name));
    if (signature[0]) {
        gaz_cli_puts(view->out, "  ");
        put_text_of(view, signature);
    }
}

static void put_far(gaz_cli_view *view, const gaz_json *item)
{
    gaz_cli_printf(view->out, "%3lld  ",
                   (long long)gaz_json_integer(gaz_json_get(item, "distance"), 0));
    put_place(view, item, "import_line");
    if (gaz_json_truth(gaz_json_get(item, "test"), false))
        gaz_cli_puts(view->out, "  (test)");
}

static void put_link(gaz_cli_view *view, const gaz_json *item)
{
    gaz_cli_printf(view->out, "%3lld %%  ",
                   (long long)gaz_json_integer(gaz_json_get(item, "weight"), 0));
    put_place(view, item, "line");
}

/* Each list of an answer, in this order; the first that is there is what was asked for. */
static const struct {
    const char *key;
    void (*put)(gaz_cli_view *view, const gaz_json *item);
} lists[] = {{"references", put_use}, {"callers", put_definition},
             {"callees", put_callee}, {"implementations", put_definition},
             {"links", put_link},     {"targets", put_definition},
             {"symbols", put_symbol}};

/* What is not told by the list itself. */
static void put_remarks(gaz_cli_view *view, const gaz_json *value, size_t shown)
{
    int64_t others = gaz_json_integer(gaz_json_get(value, "may_mean_it"), 0);
    const char *reason = word(value, "reason");
    if (others > 0)
        gaz_cli_printf(view->notes, "gaz: %lld more may mean it; --ambiguous lists them\n",
                       (long long)others);
    if (strcmp(reason, "ambiguous") == 0)
        gaz_cli_puts(view->notes, "gaz: several definitions have that name; choose one with --at "
                                  "PATH:LINE or --path\n");
    else if (strcmp(reason, "symbols_pending") == 0)
        gaz_cli_puts(view->notes, "gaz: symbols are still being read; ask again later\n");
    else if (reason[0])
        gaz_cli_printf(view->notes, "gaz: not all is shown: %s\n", reason);
    view->exit = shown ? GAZ_EXIT_OK : GAZ_EXIT_NONE;
}

/* Of several definitions of a name: which one the items below are about. */
static void put_heading(gaz_cli_view *view, const gaz_json *targets, const gaz_json *item,
                        int64_t *last)
{
    int64_t which = gaz_json_integer(gaz_json_get(item, "target"), -1);
    if (which < 0 || which == *last)
        return;
    *last = which;
    gaz_cli_puts(view->out, "-- ");
    put_definition(view, gaz_json_at(targets, (size_t)which));
    gaz_cli_puts(view->out, "\n");
}

gaz_status gaz_cli_render_places(void *ctx, const char *event, const gaz_json *value,
                                 gaz_error *err)
{
    gaz_cli_view *view = ctx;
    size_t i = 0, shown = 0;
    (void)event, (void)err;
    while (i + 1 < sizeof lists / sizeof *lists && !gaz_json_get(value, lists[i].key))
        i++;
    const gaz_json *list = gaz_json_get(value, lists[i].key),
                   *targets = gaz_json_get(value, "targets");
    int64_t last = -1;
    for (; shown < gaz_json_size(list); shown++) {
        if (list != targets && gaz_json_size(targets) > 1)
            put_heading(view, targets, gaz_json_at(list, shown), &last);
        lists[i].put(view, gaz_json_at(list, shown));
        gaz_cli_puts(view->out, "\n");
    }
    put_remarks(view, value, shown);
    return GAZ_OK;
}

gaz_status gaz_cli_render_outline(void *ctx, const char *event, const gaz_json *value,
                                  gaz_error *err)
{
    gaz_cli_view *view = ctx;
    const gaz_json *list = gaz_json_get(value, "symbols");
    (void)event, (void)err;
    for (size_t i = 0; i < gaz_json_size(list); i++) {
        put_outlined(view, gaz_json_at(list, i));
        gaz_cli_puts(view->out, "\n");
    }
    put_remarks(view, value, gaz_json_size(list));
    return GAZ_OK;
}

/* Of changes: the definitions they meet, and who answers for what they affect. */
static void put_affected(gaz_cli_view *view, const gaz_json *value)
{
    const gaz_json *symbols = gaz_json_get(value, "symbols"),
                   *owners = gaz_json_get(value, "owners");
    for (size_t i = 0; i < gaz_json_size(symbols); i++) {
        gaz_cli_puts(view->out, "  =  ");
        put_definition(view, gaz_json_at(symbols, i));
        gaz_cli_puts(view->out, "\n");
    }
    for (size_t i = 0; i < gaz_json_size(owners); i++) {
        const gaz_json *one = gaz_json_at(owners, i);
        const char *name = word(one, "owner");
        gaz_cli_puts(view->out, "  @  ");
        gaz_cli_painted(view->out, GAZ_PAINT_NAME, name, strlen(name));
        gaz_cli_printf(view->out, "  %lld files  ",
                       (long long)gaz_json_integer(gaz_json_get(one, "files"), 0));
        put_text_of(view, word(one, "file"));
        gaz_cli_printf(view->out, ":%lld\n",
                       (long long)gaz_json_integer(gaz_json_get(one, "line"), 0));
    }
}

gaz_status gaz_cli_render_files(void *ctx, const char *event, const gaz_json *value, gaz_error *err)
{
    gaz_cli_view *view = ctx;
    const gaz_json *list = gaz_json_get(value, "files"),
                   *unresolved = gaz_json_get(value, "unresolved");
    (void)event, (void)err;
    for (size_t i = 0; i < gaz_json_size(list); i++) {
        put_far(view, gaz_json_at(list, i));
        gaz_cli_puts(view->out, "\n");
    }
    for (size_t i = 0; i < gaz_json_size(unresolved); i++) {
        const gaz_json *one = gaz_json_at(unresolved, i);
        gaz_cli_puts(view->out, "  -  ");
        put_text_of(view, word(one, "import"));
        gaz_cli_puts(view->out, "  (");
        put_text_of(view, word(one, "why"));
        gaz_cli_puts(view->out, ")\n");
    }
    put_affected(view, value);
    put_remarks(view, value, gaz_json_size(list));
    return GAZ_OK;
}

gaz_status gaz_cli_render_entries(void *ctx, const char *event, const gaz_json *value,
                                  gaz_error *err)
{
    gaz_cli_view *view = ctx;
    const gaz_json *list = gaz_json_get(value, "files");
    int64_t tests = gaz_json_integer(gaz_json_get(value, "tests"), 0);
    (void)event, (void)err;
    for (size_t i = 0; i < gaz_json_size(list); i++) {
        const gaz_json *item = gaz_json_at(list, i);
        put_place(view, item, "line");
        put_words(view, gaz_json_get(item, "reasons"));
        gaz_cli_puts(view->out,
                     gaz_json_truth(gaz_json_get(item, "test"), false) ? "  (test)\n" : "\n");
    }
    if (tests)
        gaz_cli_printf(view->notes, "gaz: %lld of the entry points are tests; --tests lists them\n",
                       (long long)tests);
    put_remarks(view, value, gaz_json_size(list));
    return GAZ_OK;
}
