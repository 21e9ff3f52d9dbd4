/* A small reader of expressions that make paths, in PHP and Ruby: strings, their concatenation, the
 * file's own place, and the functions that join and cut paths. Whatever else stands first is a
 * directory nobody knows; anywhere else it makes the path unknown. It calls itself for what stands
 * in brackets, to a bounded depth. */
#include <ctype.h>
#include <string.h>

#include "path_expression.h"

#define DEPTH_MAX 8u
#define ARGUMENTS_MAX 4u

typedef struct reader {
    path_syntax syntax;
    const char *at, *end;
    const char *file;
    size_t file_len;
    unsigned depth;
} reader;

static bool read_value(reader *r, path_value *out);

static void set_literal(path_value *v, const char *text, size_t len)
{
    v->base = PATH_LITERAL;
    v->constant = false;
    graph_path_set(&v->path, text, len);
}

/* The path of the file, or of the directory it stands in, as seen from the root of the tree. */
static bool set_own(const reader *r, bool directory, path_value *v)
{
    v->base = PATH_OF_TREE;
    v->constant = false;
    graph_path_set(&v->path, "/", 1);
    bool ok = graph_path_add(&v->path, r->file, r->file_len);
    return ok && (!directory || graph_path_up(&v->path));
}

static void set_unknown(path_value *v, bool constant)
{
    v->base = PATH_UNKNOWN;
    v->constant = constant;
    graph_path_set(&v->path, "", 0);
}

static bool append(path_value *v, const path_value *more)
{
    if (v->base == PATH_LITERAL && v->path.len == 0) {
        *v = *more;
        return true;
    }
    if (v->base == PATH_UNKNOWN && v->path.len == 0 && more->base == PATH_UNKNOWN) {
        *v = *more; /* ABSPATH . WPINC . '/a.php' */
        return true;
    }
    bool slash = v->constant && v->path.len == 0 && more->path.text[0] != '/';
    return more->base == PATH_LITERAL && (!slash || graph_path_add(&v->path, "/", 1)) &&
           graph_path_add(&v->path, more->path.text, more->path.len);
}

static bool append_joined(path_value *v, const path_value *more)
{
    if (more->base != PATH_LITERAL) { /* an absolute path stands for itself */
        *v = *more;
        return true;
    }
    if (v->base == PATH_LITERAL && v->path.len == 0)
        return append(v, more);
    return graph_path_add(&v->path, "/", 1) && append(v, more);
}

static void skip_blanks(reader *r)
{
    while (r->at < r->end && isspace((unsigned char)*r->at))
        r->at++;
}

static bool take(reader *r, const char *word)
{
    size_t len = strlen(word);
    skip_blanks(r);
    if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0)
        return false;
    r->at += len;
    return true;
}

/* Skips what is enclosed in brackets that open here. */
static bool skip_enclosed(reader *r)
{
    unsigned depth = 0;
    for (; r->at < r->end; r->at++) {
        char c = *r->at;
        depth += c == '(' || c == '[' || c == '{';
        if ((c == ')' || c == ']' || c == '}') && --depth == 0) {
            r->at++;
            return true;
        }
    }
    return false;
}

/* ---- strings ---- */

static bool begins_interpolation(const reader *r)
{
    size_t left = (size_t)(r->end - r->at);
    if (r->syntax == PATH_SYNTAX_RUBY)
        return left > 2 && r->at[0] == '#' && r->at[1] == '{';
    return (left > 2 && r->at[0] == '{' && r->at[1] == '$') ||
           (left > 1 && r->at[0] == '$' && (isalpha((unsigned char)r->at[1]) || r->at[1] == '_'));
}

/* `#{…}`, `{$…}` or `$name` in a string. */
static bool read_interpolation(reader *r, path_value *v)
{
    reader inner = *r;
    if (*r->at == '$') {
        for (r->at++; r->at < r->end && (isalnum((unsigned char)*r->at) || *r->at == '_'); r->at++)
            ;
        set_unknown(v, false);
        return true;
    }
    inner.at += r->syntax == PATH_SYNTAX_RUBY ? 2 : 1;
    if (!skip_enclosed(r))
        return false;
    inner.end = r->at - 1;
    bool read = read_value(&inner, v);
    skip_blanks(&inner);
    return read && inner.at == inner.end;
}

/* The rest of a string up to its quote, or to the end for quote 0. */
static bool read_string(reader *r, char quote, path_value *v)
{
    set_literal(v, "", 0);
    while (r->at < r->end && !(quote && *r->at == quote)) {
        path_value part;
        const char *from = r->at;
        if (quote != '\'' && begins_interpolation(r)) {
            if (!read_interpolation(r, &part) || !append(v, &part))
                return false;
            continue;
        }
        while (r->at < r->end && *r->at != quote && (quote == '\'' || !begins_interpolation(r)))
            if (*r->at++ == '\\')
                return false;
        if (!graph_path_add(&v->path, from, (size_t)(r->at - from)))
            return false;
    }
    if (quote && r->at == r->end)
        return false;
    r->at += quote != 0;
    return true;
}

/* ---- calls ---- */

static bool read_arguments(reader *r, path_value *out, unsigned max, unsigned *count)
{
    for (*count = 0; !take(r, ")");) {
        if (*count && !take(r, ","))
            return false;
        if (*count == max || !read_value(r, &out[*count]))
            return false;
        ++*count;
    }
    return true;
}

static bool cut(path_value *v, unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        if (v->base != PATH_OF_TREE || !graph_path_up(&v->path))
            return false;
    return true;
}

static unsigned small_number(const path_value *v)
{
    bool digit = v->base == PATH_LITERAL && v->path.len == 1 && v->path.text[0] >= '1' &&
                 v->path.text[0] <= '9';
    return digit ? (unsigned)(v->path.text[0] - '0') : 0;
}

typedef enum path_call { CALL_CUT, CALL_KEEP, CALL_JOIN, CALL_EXPAND, CALL_COUNT } path_call;

static const struct path_function {
    path_syntax syntax;
    const char *name;
    path_call call;
} functions[] = {
    {PATH_SYNTAX_PHP, "dirname", CALL_CUT},
    {PATH_SYNTAX_PHP, "realpath", CALL_KEEP},
    {PATH_SYNTAX_RUBY, "File.dirname", CALL_CUT},
    {PATH_SYNTAX_RUBY, "File.realpath", CALL_KEEP},
    {PATH_SYNTAX_RUBY, "File.join", CALL_JOIN},
    {PATH_SYNTAX_RUBY, "File.expand_path", CALL_EXPAND},
    {PATH_SYNTAX_RUBY, "File.absolute_path", CALL_EXPAND},
    {PATH_SYNTAX_RUBY, "Pathname.new", CALL_KEEP},
    {PATH_SYNTAX_RUBY, "Pathname", CALL_KEEP},
};

static bool apply(path_call call, path_value *args, unsigned count, path_value *v)
{
    if (count == 0 || (call == CALL_KEEP && count > 1))
        return false;
    if (call == CALL_EXPAND && count == 2) { /* the first from the second */
        *v = args[1];
        return append_joined(v, &args[0]);
    }
    *v = args[0];
    for (unsigned i = 1; call == CALL_JOIN && i < count; i++)
        if (!append_joined(v, &args[i]))
            return false;
    return call != CALL_CUT || cut(v, count == 2 ? small_number(&args[1]) : 1);
}

static bool read_call(reader *r, path_call call, path_value *v)
{
    path_value args[ARGUMENTS_MAX];
    unsigned count;
    return read_arguments(r, args, ARGUMENTS_MAX, &count) && apply(call, args, count, v);
}

/* `.join("a")`, `.parent`, `.to_s` behind a path of Ruby; anything else makes it unknown. */
static bool read_methods(reader *r, path_value *v)
{
    path_value args[ARGUMENTS_MAX];
    for (unsigned count = 0; r->syntax == PATH_SYNTAX_RUBY && r->at + 1 < r->end && *r->at == '.' &&
                             isalpha((unsigned char)r->at[1]);) {
        const char *name = ++r->at;
        while (r->at < r->end && (isalnum((unsigned char)*r->at) || strchr("_?!", *r->at)))
            r->at++;
        size_t len = (size_t)(r->at - name);
        bool called = r->at < r->end && *r->at == '(';
        if (len == 4 && memcmp(name, "join", 4) == 0 && called) {
            r->at++;
            if (!read_arguments(r, args, ARGUMENTS_MAX, &count))
                return false;
            for (unsigned i = 0; i < count; i++)
                if (!append_joined(v, &args[i]))
                    return false;
        } else if ((len == 6 && memcmp(name, "parent", 6) == 0) ||
                   (len == 7 && memcmp(name, "dirname", 7) == 0)) {
            if (!cut(v, 1))
                return false;
        } else if (called || !((len == 4 && memcmp(name, "to_s", 4) == 0) ||
                               (len == 11 && memcmp(name, "expand_path", 11) == 0) ||
                               (len == 8 && memcmp(name, "realpath", 8) == 0))) {
            if (called && !skip_enclosed(r))
                return false;
            set_unknown(v, false);
        }
    }
    return true;
}

/* ---- values ---- */

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("_$@:\\", c));
}

static bool is_constant(const char *from, const char *end)
{
    for (; from < end; from++)
        if (!isupper((unsigned char)*from) && *from != '_')
            return false;
    return true;
}

/* Something whose value nobody knows: `$this->root`, `config('a')['b']`, `ABSPATH`. */
static bool read_unknown(reader *r, path_value *v)
{
    const char *start = r->at;
    while (r->at < r->end) {
        if (in_name(*r->at))
            r->at++;
        else if (r->syntax == PATH_SYNTAX_PHP && r->end - r->at > 1 && memcmp(r->at, "->", 2) == 0)
            r->at += 2;
        else if (*r->at != '(' && *r->at != '[')
            break;
        else if (!skip_enclosed(r))
            return false;
    }
    set_unknown(v, is_constant(start, r->at));
    return r->at > start;
}

static bool take_word(reader *r, const char *word)
{
    const char *from = r->at;
    if (take(r, word) && (r->at == r->end || !in_name(*r->at)))
        return true;
    r->at = from;
    return false;
}

static bool read_name(reader *r, path_value *v)
{
    bool ruby = r->syntax == PATH_SYNTAX_RUBY;
    if (take_word(r, ruby ? "__dir__" : "__DIR__"))
        return set_own(r, true, v);
    if (take_word(r, "__FILE__"))
        return set_own(r, false, v);
    if (!ruby && take_word(r, "DIRECTORY_SEPARATOR")) {
        set_literal(v, "/", 1);
        return true;
    }
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        const char *from = r->at;
        if (functions[i].syntax == r->syntax && take(r, functions[i].name) && take(r, "("))
            return read_call(r, functions[i].call, v);
        r->at = from;
    }
    if (isdigit((unsigned char)*r->at)) {
        set_literal(v, r->at, 1);
        r->at++;
        return true;
    }
    return read_unknown(r, v);
}

static bool read_part(reader *r, path_value *v)
{
    skip_blanks(r);
    if (r->at == r->end)
        return false;
    if (*r->at == '"' || *r->at == '\'')
        return read_string(r, *r->at++, v);
    if (take(r, "("))
        return read_value(r, v) && take(r, ")");
    return read_name(r, v);
}

static bool read_value(reader *r, path_value *out)
{
    if (r->depth == DEPTH_MAX)
        return false;
    r->depth++;
    bool ok = read_part(r, out) && read_methods(r, out);
    while (ok && take(r, r->syntax == PATH_SYNTAX_PHP ? "." : "+")) {
        path_value more;
        ok = read_part(r, &more) && read_methods(r, &more) && append(out, &more);
    }
    r->depth--;
    return ok;
}

bool graph_path_evaluate(path_syntax syntax, const char *text, size_t len, const char *file,
                         size_t file_len, path_value *out)
{
    reader r = {syntax, text, text + len, file, file_len, 0};
    bool ok;
    skip_blanks(&r);
    const char *from = r.at;
    size_t left = (size_t)(r.end - from);
    bool quoted = memchr(from, '"', left) || memchr(from, '\'', left);
    if (r.at < r.end && begins_interpolation(&r) && (!quoted || *from == '#'))
        ok = read_string(&r, 0, out); /* its quotes are gone */
    else
        ok = read_value(&r, out);
    skip_blanks(&r);
    return ok && r.at == r.end && out->path.len > 0 &&
           (out->base != PATH_UNKNOWN || out->path.text[0] == '/');
}
