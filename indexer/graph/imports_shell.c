/* Shell: what `source` and `.` name, and `load` of Bats. A path often begins with an expression
 * that stands for a directory: that of the script, told by `dirname` or a cut of $0 or BASH_SOURCE,
 * or one that a variable holds. */
#include <ctype.h>
#include <string.h>

#include "graph_resolver.h"

static const char *const as_said[] = {"", NULL};

static void without_quotes(const char *text, size_t len, graph_path *out)
{
    graph_path_set(out, text, len);
    uint32_t n = 0;
    for (uint32_t i = 0; i < out->len; i++)
        if (out->text[i] != '"' && out->text[i] != '\'')
            out->text[n++] = out->text[i];
    out->len = n;
    out->text[n] = '\0';
}

/* The end of `$name`, `${…}` or `$(…)`; `at` is at the '$'. */
static size_t expression_end(const char *text, size_t at, size_t len)
{
    unsigned depth = 0;
    for (at++; at < len; at++) {
        char c = text[at];
        if (c == '(' || c == '{')
            depth++;
        else if ((c == ')' || c == '}') && depth && --depth == 0)
            return at + 1;
        else if (!depth && !isalnum((unsigned char)c) && c != '_' && c != '@')
            return at;
    }
    return len;
}

static bool holds(const char *text, size_t len, const char *part)
{
    return memmem(text, len, part, strlen(part)) != NULL;
}

/* What is said behind `$(dirname …)` inside of an expression: /.. of $(cd "$(dirname "$0")/..") */
static bool add_behind(const char *text, size_t len, const char *dirname, graph_path *dir)
{
    size_t from = (size_t)(dirname - text);
    while (from > 0 && text[from] != '$')
        from--;
    if (text[from] != '$')
        return true;
    size_t at = expression_end(text, from, len), end;
    while (at < len && text[at] == '"')
        at++;
    for (end = at; end < len && !strchr("\"' )&;>", text[end]); end++)
        ;
    return at == end || (text[at] == '/' && graph_path_join(dir, text + at + 1, end - at - 1));
}

/* The directory an expression stands for when it is told from the script's own place. */
static bool script_directory(const char *text, size_t len, graph_path *dir)
{
    const char *dirname = memmem(text, len, "dirname", 7);
    bool own = holds(text, len, "BASH_SOURCE") || holds(text, len, "$0") ||
               holds(text, len, "${0") || holds(text, len, "${(%)");
    bool cut = holds(text, len, "%/*") || holds(text, len, ":h}");
    if (holds(text, len, "BATS_TEST_DIRNAME"))
        return true;
    if (!own || !(dirname || cut))
        return false;
    if (!dirname)
        return true;
    for (const char *more = dirname + 7;
         (more = memmem(more, len - (size_t)(more - text), "dirname", 7)) != NULL; more += 7)
        if (!graph_path_up(dir))
            return false;
    return add_behind(text, len, dirname, dir);
}

static bool is_computed(const graph_path *path)
{
    return path->len == 0 || strpbrk(path->text, "$`*?") != NULL;
}

/* A path below a directory nobody knows, or below that of whoever runs the script. */
static void answer_somewhere(graph_resolver *r, const graph_path *path, bool variable)
{
    static const char *const below[] = {"", NULL};
    graph_upward s = {.below = below, .ends = as_said, .path = path->text, .len = path->len};
    graph_path dir;
    graph_path_set(&dir, r->path, r->dir_len);
    uint32_t file = graph_ask_in(r, &dir, "", &s);
    if (file != GRAPH_NONE) {
        graph_answer_file(r, file, GAZ_GRAPH_EXACT_PATH, variable ? 85 : 97);
        return;
    }
    file = graph_ask_upwards(r, &s);
    if (file != GRAPH_NONE)
        graph_answer_file(r, file, GAZ_GRAPH_NEAREST, 80);
    else if (!graph_answer_suffix(r, path->text, path->len, ""))
        graph_answer_none(r, GAZ_GRAPH_NOT_FOUND);
}

static void import_expression(graph_resolver *r, const char *text, size_t len)
{
    size_t end = expression_end(text, 0, len);
    bool more = false;
    while (end + 1 < len && text[end] == '/' && text[end + 1] == '$') { /* $ROOT/$LIB/a.sh */
        end = expression_end(text, end + 1, len);
        more = true;
    }
    graph_path rest, own;
    without_quotes(text + end, len - end, &rest);
    if (rest.text[0] != '/' || is_computed(&rest)) {
        graph_answer_none(r, GAZ_GRAPH_COMPUTED);
        return;
    }
    memmove(rest.text, rest.text + 1, rest.len--);
    graph_path_set(&own, r->path, r->dir_len);
    if (holds(text, end, "git rev-parse --show-toplevel")) {
        graph_path_set(&own, "", 0);
    } else if (more || !script_directory(text, end, &own)) {
        if (holds(text, end, "HOME"))
            graph_answer_none(r, GAZ_GRAPH_EXTERNAL);
        else if (text[1] == '(' && !holds(text, end, "pwd"))
            graph_answer_none(r, GAZ_GRAPH_COMPUTED);
        else
            answer_somewhere(r, &rest, true);
        return;
    }
    graph_upward s = {.ends = as_said, .path = rest.text, .len = rest.len};
    uint32_t file = graph_ask_in(r, &own, "", &s);
    if (file != GRAPH_NONE)
        graph_answer_file(r, file, GAZ_GRAPH_EXACT_PATH, 97);
    else
        graph_answer_none(r, GAZ_GRAPH_NOT_FOUND);
}

/* `load helper` means helper.bash beside the tests. */
static void import_bats(graph_resolver *r, const graph_path *path)
{
    static const char *const ends[] = {".bash", "", ".sh", NULL};
    size_t n = r->path_len;
    bool bats = (n > 5 && memcmp(r->path + n - 5, ".bats", 5) == 0) ||
                (n > 5 && memcmp(r->path + n - 5, ".bash", 5) == 0);
    graph_upward s = {.ends = ends, .path = path->text, .len = path->len};
    graph_path dir;
    graph_path_set(&dir, r->path, r->dir_len);
    uint32_t file = bats ? graph_ask_in(r, &dir, "", &s) : GRAPH_NONE;
    if (file != GRAPH_NONE)
        graph_answer_file(r, file, GAZ_GRAPH_EXACT_PATH, 97);
    else
        graph_answer_none(r, GAZ_GRAPH_EXTERNAL);
}

void graph_import_shell(graph_resolver *r, const gaz_symbol_import *im)
{
    const char *text = im->path.data;
    size_t len = im->path.len;
    graph_path path;
    while (len && *text == '"') {
        text++;
        len--;
    }
    if (len > 1 && *text == '$') {
        import_expression(r, text, len);
        return;
    }
    without_quotes(text, len, &path);
    if (len && (*text == '/' || *text == '~'))
        graph_answer_none(r, GAZ_GRAPH_EXTERNAL);
    else if (is_computed(&path))
        graph_answer_none(r, GAZ_GRAPH_COMPUTED);
    else if (im->flags & IMPORT_DYNAMIC)
        import_bats(r, &path);
    else
        answer_somewhere(r, &path, false);
}
