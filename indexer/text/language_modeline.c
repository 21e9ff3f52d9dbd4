/* What a blob's content says outright: "-*- mode: ruby -*-" of emacs, "vim: ft=ruby" of vim (in the
 * first or last five lines; emacs first), and the interpreter after "#!". The forms are those that
 * linguist accepts; the sources are the manuals: emacs, "Specifying File Variables"; vim, ":help
 * modeline"; GNU coreutils, "env invocation". */
#include <string.h>

#include "language_private.h"

#define MODELINES 5 /* lines looked at, at each end */

typedef struct span {
    const char *at, *end;
} span;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool starts(span s, const char *literal)
{
    size_t n = strlen(literal);
    return (size_t)(s.end - s.at) >= n && memcmp(s.at, literal, n) == 0;
}

static span skip_blanks(span s)
{
    while (s.at < s.end && is_blank(*s.at))
        s.at++;
    return s;
}

/* --- emacs ------------------------------------------------------------------------------------ */

/* "mode", in any case, then a colon: moves `s` to the value. */
static bool skip_mode(span *s)
{
    static const char word[] = "mode";
    span v = skip_blanks(*s);
    for (size_t i = 0; i < 4; i++, v.at++)
        if (v.at == v.end || (*v.at | 0x20) != word[i])
            return false;
    v = skip_blanks(v);
    if (v.at == v.end || *v.at != ':')
        return false;
    v.at++;
    *s = skip_blanks(v);
    return true;
}

static span mode_name(span s)
{
    const char *end = s.at;
    while (end < s.end && *end != ':' && *end != ';' && !is_space(*end))
        end++;
    return (span){s.at, end};
}

/* The mode named between two "-*-": alone, or as a variable. Empty when there is none. */
static span mode_of(span inside)
{
    span name = mode_name(skip_blanks(inside));
    if (name.at < name.end && skip_blanks((span){name.end, inside.end}).at == inside.end)
        return name;
    for (span s = inside; s.at < s.end; s.at++) {
        span value = s;
        if ((s.at == inside.at || is_blank(s.at[-1]) || s.at[-1] == ';') && skip_mode(&value))
            return mode_name(value);
    }
    return (span){inside.end, inside.end};
}

static bool emacs_line(span line, uint32_t *lang)
{
    const char *open = memmem(line.at, (size_t)(line.end - line.at), "-*-", 3);
    if (!open)
        return false;
    open += 3;
    const char *close = memmem(open, (size_t)(line.end - open), "-*-", 3);
    if (!close)
        return false;
    span name = mode_of((span){open, close});
    if (name.at == name.end || name.end[-1] == '-' || name.end[-1] == '*')
        return false;
    *lang = gaz_language_by_alias(name.at, (size_t)(name.end - name.at));
    return true;
}

/* --- vim -------------------------------------------------------------------------------------- */

/* "vi:", "vim:", "Vim:", "vim>=700:" after a blank or at the start, "ex:" after a blank: moves `s`
 * to the colon. */
static bool skip_vim(span *s, bool at_start)
{
    span v = *s;
    if (starts(v, "ex:") && !at_start) {
        s->at += 2;
        return true;
    }
    if (!starts(v, "vi") && !starts(v, "Vim"))
        return false;
    v.at += 2;
    if (v.at < v.end && *v.at == 'm') {
        v.at++;
        if (v.at < v.end && (*v.at == '<' || *v.at == '=' || *v.at == '>'))
            v.at++;
        while (v.at < v.end && *v.at >= '0' && *v.at <= '9')
            v.at++;
    }
    if (v.at == v.end || *v.at != ':')
        return false;
    *s = v;
    return true;
}

/* After "set " the options must end with a colon. */
static bool set_form_holds(span s)
{
    s.at++;
    s = skip_blanks(s);
    if (!starts(s, "se"))
        return true;
    s.at += starts(s, "set") ? 3 : 2;
    if (s.at == s.end || !is_blank(*s.at))
        return true;
    return memchr(s.at, ':', (size_t)(s.end - s.at)) != NULL;
}

static bool file_type(span option, span value)
{
    size_t n = (size_t)(option.end - option.at);
    bool named = (n == 2 && memcmp(option.at, "ft", 2) == 0) ||
                 (n == 8 && memcmp(option.at, "filetype", 8) == 0) ||
                 (n == 6 && memcmp(option.at, "syntax", 6) == 0);
    for (const char *p = value.at; named && p < value.end; p++)
        named = is_word(*p);
    return named && value.at < value.end;
}

/* Options from the colon on; the last file type counts. False when there is none. */
static bool vim_options(span s, uint32_t *lang)
{
    bool found = false;
    while (s.at < s.end && (is_blank(*s.at) || *s.at == ':')) {
        while (s.at < s.end && (is_blank(*s.at) || *s.at == ':'))
            s.at++;
        span option = s, value = s;
        while (s.at < s.end && is_word(*s.at))
            s.at++;
        option.end = s.at;
        span equals = skip_blanks(s);
        if (equals.at == s.end || *equals.at != '=')
            continue;
        value.at = s.at = equals.at + 1;
        while (s.at < s.end && !is_space(*s.at) && *s.at != ':')
            s.at += *s.at == '\\' && s.at + 1 < s.end ? 2 : 1;
        value.end = s.at;
        if (file_type(option, value)) {
            *lang = gaz_language_by_alias(value.at, (size_t)(value.end - value.at));
            found = true;
        }
    }
    return found;
}

static bool vim_line(span line, uint32_t *lang)
{
    for (span s = line; s.at < s.end; s.at++) {
        span colon = s;
        if ((s.at == line.at || is_blank(s.at[-1])) && skip_vim(&colon, s.at == line.at) &&
            set_form_holds(colon) && vim_options(colon, lang))
            return true;
    }
    return false;
}

/* --- lines of the head and tail --------------------------------------------------------------- */

static span take_line(const char **at, const char *end)
{
    const char *newline = memchr(*at, '\n', (size_t)(end - *at));
    span line = {*at, newline ? newline : end};
    *at = newline ? newline + 1 : end;
    if (line.end > line.at && line.end[-1] == '\r')
        line.end--;
    return line;
}

static bool any_line(const char *at, const char *end, bool (*test)(span, uint32_t *),
                     uint32_t *lang)
{
    for (int i = 0; i < MODELINES && at < end; i++)
        if (test(take_line(&at, end), lang))
            return true;
    return false;
}

/* Where the last lines begin, within GAZ_LANG_TAIL bytes of the end. */
static const char *tail_of(const char *text, const char *end)
{
    const char *floor = end - text > (ptrdiff_t)GAZ_LANG_TAIL ? end - GAZ_LANG_TAIL : text,
               *p = end;
    if (p > floor && p[-1] == '\n')
        p--;
    for (int i = 0; i < MODELINES; i++) {
        const char *newline = p > floor ? memrchr(floor, '\n', (size_t)(p - floor)) : NULL;
        if (!newline)
            return floor;
        p = newline;
    }
    return p + 1;
}

uint32_t gaz_language_modeline(const char *text, size_t len)
{
    uint32_t lang = GAZ_LANG_NONE;
    const char *head = text + (len > GAZ_LANG_TAIL ? GAZ_LANG_TAIL : len), *end = text + len;
    const char *tail = tail_of(text, end);
    if (any_line(text, head, emacs_line, &lang) || any_line(tail, end, emacs_line, &lang))
        return lang;
    if (any_line(text, head, vim_line, &lang) || any_line(tail, end, vim_line, &lang))
        return lang;
    return GAZ_LANG_NONE;
}

/* --- shebang ---------------------------------------------------------------------------------- */

static span take_word(span *s)
{
    while (s->at < s->end && is_space(*s->at))
        s->at++;
    span word = *s;
    while (s->at < s->end && !is_space(*s->at))
        s->at++;
    word.end = s->at;
    return word;
}

static span file_name(span path)
{
    if (path.at >= path.end)
        return path;
    const char *slash = memrchr(path.at, '/', (size_t)(path.end - path.at));
    return (span){slash ? slash + 1 : path.at, path.end};
}

/* env's own options and assignments stand before the program: -S, -i, --split-string, NAME=value.
 */
static span program_of_env(span rest)
{
    span word = take_word(&rest);
    while (word.at < word.end &&
           (*word.at == '-' || memchr(word.at, '=', (size_t)(word.end - word.at)) != NULL))
        word = take_word(&rest);
    return word;
}

/* "python3.11" → "python3": one final group of digits after a dot is a minor version. */
static span without_minor(span name)
{
    const char *p = name.end;
    while (p > name.at && p[-1] >= '0' && p[-1] <= '9')
        p--;
    if (p < name.end && p > name.at && p[-1] == '.')
        name.end = p - 1;
    return name;
}

/* A shell script that starts itself again: exec tclsh "$0" "$@" within the first lines. */
static span exec_target(const char *text, const char *end)
{
    for (int i = 0; i < MODELINES && text < end; i++) {
        span line = take_line(&text, end);
        const char *exec = memmem(line.at, (size_t)(line.end - line.at), "exec ", 5);
        if (!exec)
            continue;
        span word = {exec + 5, exec + 5};
        while (word.end < line.end && is_word(*word.end))
            word.end++;
        const char *self = memmem(word.end, (size_t)(line.end - word.end), "$0", 2);
        if (word.end > word.at && self && memmem(self, (size_t)(line.end - self), "$@", 2))
            return word;
    }
    return (span){text, text};
}

uint32_t gaz_language_shebang(const char *text, size_t len)
{
    const char *end = text + (len > GAZ_LANG_TAIL ? GAZ_LANG_TAIL : len), *at = text;
    if (len < 3 || text[0] != '#' || text[1] != '!')
        return GAZ_LANG_NONE;
    span rest = take_line(&at, end);
    rest.at += 2;
    span name = file_name(take_word(&rest));
    if (name.end - name.at == 3 && memcmp(name.at, "env", 3) == 0)
        name = file_name(program_of_env(rest));
    name = without_minor(name);
    if (name.end - name.at == 2 && memcmp(name.at, "sh", 2) == 0) {
        span target = exec_target(text, end);
        if (target.at < target.end)
            name = target;
    }
    if (name.end - name.at == 9 && memcmp(name.at, "osascript", 9) == 0 &&
        memmem(rest.at, (size_t)(rest.end - rest.at), "-l", 2))
        return GAZ_LANG_NONE;
    return gaz_language_by_interpreter(name.at, (size_t)(name.end - name.at));
}
