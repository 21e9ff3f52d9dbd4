/* The marks that decide between languages which share an extension. A mark mostly is how a line
 * begins: a line that begins with a letter is compared further only when its first letters are
 * those of one of the words that matter, so that most lines cost one look. Marks inside of lines
 * hang on ':' and '<', found with memchr. What tells SQL dialects apart is looked for when a line
 * has begun the way SQL does. The marks are after linguist's heuristics, which are regular
 * expressions; these are the plain comparisons they come down to, and see one line at a time. */
#include "language_line.h"

/* --- by the first byte of the line ------------------------------------------------------------ */

static void on_hash(const line *l, gaz_lang_hint *h)
{
    static const char headers[] =
        "<cstdint>\0<string>\0<vector>\0<map>\0<list>\0<array>\0<bitset>\0<queue>\0<stack>\0"
        "<forward_list>\0<unordered_map>\0<unordered_set>\0<iostream>\0<istream>\0<ostream>\0";
    line d = *l;
    gaz_language_set(h, GAZ_LF_R);
    if (l->at == l->start)
        gaz_language_set(h, GAZ_LF_HASH_MARK);
    if (begins_with_any(l, "#version\0"))
        gaz_language_set(h, GAZ_LF_GLSL);
    if (starts(l, "#light"))
        gaz_language_set(h, GAZ_LF_FSHARP);
    if (starts(l, "# ") && rest(l) > 2 && is_word(l->at[2]))
        gaz_language_set(h, GAZ_LF_BITBAKE);
    if (l->at == l->start && (starts(l, "#[") || starts(l, "#![")))
        gaz_language_set(h, GAZ_LF_RUST);
    if (starts(l, "#pragma") && (has(l, " D option") || has(l, " D attributes") ||
                                 has(l, " D depends_on") || has(l, " ident")))
        gaz_language_set(h, GAZ_LF_DTRACE);
    d.at++;
    take_blanks(&d);
    if (begins_with_word(&d, "define\0endif\0endmacro\0if\0ifdef\0ifndef\0include\0lang\0macro\0"))
        gaz_language_set(h, GAZ_LF_INCLUDE_DIRECTIVE);
    if (begins_with_word(&d, "import\0") && (ends_with(&d, ".h>") || ends_with(&d, ".h\"")))
        gaz_language_set(h, GAZ_LF_OBJECTIVE_C);
    if (!begins_with_word(&d, "include\0pragma\0"))
        return;
    gaz_language_set(h, GAZ_LF_HASH_INCLUDE);
    if (!starts(&d, "include"))
        return;
    d.at += 7;
    take_blanks(&d);
    if (begins_with_any(&d, headers))
        gaz_language_set(h, GAZ_LF_CPP);
}

static void on_at(const line *l, gaz_lang_hint *h)
{
    line d = *l;
    d.at++;
    if (begins_with_word(
            &d,
            "interface\0class\0protocol\0property\0end\0synchronised\0selector\0implementation\0"))
        gaz_language_set(h, GAZ_LF_OBJECTIVE_C);
    if (begins_with_word(&d, "moduledoc\0"))
        gaz_language_set(h, GAZ_LF_ELIXIR);
}

/* roff: requests of two letters, and the head of a manual page in the man and mdoc macros. */
static void on_dot(const line *l, gaz_lang_hint *h)
{
    static const struct {
        char name[3];
        gaz_lang_feature mark;
    } macros[] = {{"SH", GAZ_LF_MAN_HEADING},
                  {"TH", GAZ_LF_MAN_TITLE},
                  {"Dd", GAZ_LF_MDOC_DATE},
                  {"Sh", GAZ_LF_MDOC_HEADING},
                  {"Dt", GAZ_LF_MDOC_TITLE}};
    if (l->at != l->start)
        return;
    line d = *l;
    d.at++;
    if (starts(&d, "\\\"") || (rest(&d) >= 2 && is_word(d.at[0]) && is_word(d.at[1]) &&
                               (rest(&d) == 2 || is_blank(d.at[2]))))
        gaz_language_set(h, GAZ_LF_ROFF);
    take_blanks(&d);
    for (size_t i = 0; i < sizeof macros / sizeof macros[0]; i++)
        if (rest(&d) > 3 && memcmp(d.at, macros[i].name, 2) == 0 && is_blank(d.at[2]))
            gaz_language_set(h, macros[i].mark);
}

static void on_less(const line *l, gaz_lang_hint *h)
{
    if (l->at == l->start && starts(l, "<?"))
        gaz_language_set(h, GAZ_LF_PHP_LINE);
    if (starts_nocase(l, "<?xml"))
        gaz_language_set(h, GAZ_LF_XML_DECLARATION);
    if (l->at == l->start && memchr(l->at, '>', rest(l)))
        gaz_language_set(h, GAZ_LF_LEX);
    if (starts(l, "<!DOCTYPE") && has(l, "plist"))
        gaz_language_set(h, GAZ_LF_PLIST_DOCTYPE);
    if (starts(l, "<!DOCTYPE eagle") || starts(l, "<eagle"))
        gaz_language_set(h, GAZ_LF_EAGLE);
}

static void on_paren(const line *l, gaz_lang_hint *h)
{
    line d = *l;
    d.at++;
    if (starts(&d, "*"))
        gaz_language_set(h, GAZ_LF_PAREN_STAR);
    if (starts_nocase(&d, "defun ") || starts_nocase(&d, "in-package ") ||
        starts_nocase(&d, "defpackage "))
        gaz_language_set(h, GAZ_LF_DEFUN);
    if (begins_with_any(&d, "defun \0defmacro \0"))
        gaz_language_set(h, GAZ_LF_COMMON_LISP);
    if (starts(&d, "define "))
        gaz_language_set(h, GAZ_LF_NEWLISP);
    if (begins_with_any(&d, "def \0defn \0defmacro \0let \0ns \0"))
        gaz_language_set(h, GAZ_LF_CLOJURE);
    if (l->at == l->start && starts(&d, "define_"))
        gaz_language_set(h, GAZ_LF_GCC_MD);
}

static void on_percent(const line *l, gaz_lang_hint *h)
{
    line d = *l;
    d.at++;
    gaz_language_set(h, GAZ_LF_PERCENT_LINE);
    if (l->at == l->start && (starts(&d, "{") || starts(&d, "}"))) {
        gaz_language_set(h, GAZ_LF_SWIG);
        gaz_language_set(h, GAZ_LF_LEX);
    }
    if (rest(&d) && *d.at >= 'a' && *d.at <= 'z')
        gaz_language_set(h, GAZ_LF_SWIG);
    if (rest(&d) && is_blank(*d.at))
        gaz_language_set(h, GAZ_LF_TURING);
    if (l->at == l->start && begins_with_word(&d, "end\0ctor\0hook\0group\0"))
        gaz_language_set(h, GAZ_LF_LOGOS);
    if (begins_with_word(&d,
                         "define\0global\0description\0prep\0build\0install\0files\0changelog\0"))
        gaz_language_set(h, GAZ_LF_RPM_SPEC);
}

/* The directives that only Verilog has. */
static void on_backquote(const line *l, gaz_lang_hint *h)
{
    line d = *l;
    d.at++;
    if (begins_with_word(&d, "define\0ifdef\0ifndef\0include\0timescale\0"))
        gaz_language_set(h, GAZ_LF_VERILOG);
}

static void on_punctuation(const line *l, gaz_lang_hint *h)
{
    bool at_start = l->at == l->start;
    switch (*l->at) {
    case ';':
        gaz_language_set(h, GAZ_LF_SEMICOLON_LINE);
        if (at_start)
            gaz_language_set(h, GAZ_LF_INI_MARK);
        if (at_start && starts(l, ";;"))
            gaz_language_set(h, GAZ_LF_GCC_MD);
        break;
    case '[':
        if (at_start)
            gaz_language_set(h, GAZ_LF_INI_MARK);
        if (starts(l, "[InternetShortcut]"))
            gaz_language_set(h, GAZ_LF_URL_SHORTCUT);
        break;
    case '!':
        if (at_start)
            gaz_language_set(h, GAZ_LF_HASH_MARK);
        if (has(l, " methodsFor: "))
            gaz_language_set(h, GAZ_LF_METHODS_FOR);
        break;
    case ':':
        if (at_start && starts(l, ": ")) {
            gaz_language_set(h, GAZ_LF_COLON_WORD);
            gaz_language_set(h, GAZ_LF_FORTH);
        }
        break;
    case '/':
        if (starts(l, "//"))
            gaz_language_set(h, GAZ_LF_CSHARP);
        if (starts(l, "/* ") || starts(l, "// "))
            gaz_language_set(h, GAZ_LF_OPENCL);
        if (starts(l, "/* XPM */"))
            gaz_language_set(h, GAZ_LF_XPM);
        if (starts(l, "///") && has(l, "<reference "))
            gaz_language_set(h, GAZ_LF_TSX_REACT);
        break;
    case '=':
        if (begins_with_any(l, "=comment\0=begin pod\0=begin para\0=item1\0=item2\0=item3\0"))
            gaz_language_set(h, GAZ_LF_POD6);
        if (at_start && rest(l) > 1 && (is_blank(l->at[1]) || l->at[1] == '='))
            gaz_language_set(h, GAZ_LF_ASCIIDOC);
        break;
    case '-':
        if (starts(l, "---"))
            gaz_language_set(h, GAZ_LF_DASHES);
        if (starts(l, "-----BEGIN ") || starts(l, "---- BEGIN "))
            gaz_language_set(h, GAZ_LF_PUBLIC_KEY);
        if (at_start && (begins_with_any(l, "-keep\0-dontwarn\0-dontobfuscate\0") ||
                         (starts(l, "-include") && ends_with(l, ".pro"))))
            gaz_language_set(h, GAZ_LF_PROGUARD);
        break;
    case '{':
        if (starts(l, "{$"))
            gaz_language_set(h, GAZ_LF_PASCAL);
        break;
    case '|':
        if (has(l, "=> "))
            gaz_language_set(h, GAZ_LF_SML);
        break;
    case '^':
        if (begins_with_any(l, "^this.\0^super.\0"))
            gaz_language_set(h, GAZ_LF_SUPERCOLLIDER);
        break;
    case '\\':
        if (begins_with_any(l, "\\NeedsTeXFormat{\0\\ProvidesClass{\0"))
            gaz_language_set(h, GAZ_LF_TEX_CLASS);
        break;
    default:
        break;
    }
}

/* --- inside of lines -------------------------------------------------------------------------- */

/* Keys of .properties, .ini and makefiles: what stands before the first '=' or ':'. */
static void key_marks(const line *l, gaz_lang_hint *h)
{
    if (l->start == l->end || strchr("#!", *l->start))
        return;
    size_t len = (size_t)(l->end - l->start);
    if (*l->start != ';' && memchr(l->start + 1, '=', len - 1))
        gaz_language_set(h, GAZ_LF_KEY_VALUE);
    const char *colon = memchr(l->start + 1, ':', len - 1);
    if (!colon)
        return;
    gaz_language_set(h, GAZ_LF_KEY_COLON);
    if (*l->start == '\t')
        gaz_language_set(h, GAZ_LF_MINI_YAML);
    if ((colon[-1] == ' ' && ends_with(l, "\\")) ||
        (colon > l->start + 2 && colon[-1] == 'o' && colon[-2] == '.'))
        gaz_language_set(h, GAZ_LF_MAKE_RULE);
}

static void on_colon(const char *head, const char *p, const char *end, gaz_lang_hint *h)
{
    size_t left = (size_t)(end - p);
    if (left > 2 && p[1] == ':' && is_word(p[2]) && p - head >= 3 && memcmp(p - 3, "std", 3) == 0)
        gaz_language_set(h, GAZ_LF_CPP);
    if (left > 8 && p - head > 1 && memcmp(p, ": module", 8) == 0 &&
        is_word(p[-1 - (p[-1] == ' ')]))
        gaz_language_set(h, GAZ_LF_LIMBO);
    if (left > 12 && memcmp(p, ":unity3d.com", 12) == 0)
        gaz_language_set(h, GAZ_LF_UNITY);
    if (left < 2 || p[1] != '-')
        return;
    const char *newline = memrchr(head, '\n', (size_t)(p - head)),
               *start = newline ? newline + 1 : head;
    if (!memchr(start, '#', (size_t)(p - start)))
        gaz_language_set(h, GAZ_LF_PROLOG);
    if (left >= 9 && memcmp(p, ":- module", 9) == 0)
        gaz_language_set(h, GAZ_LF_MERCURY);
}

static void on_angle(const char *p, const char *end, gaz_lang_hint *h)
{
    size_t left = (size_t)(end - p);
    if (left < 4)
        return;
    if (p[1] == '-')
        gaz_language_set(h, GAZ_LF_R);
    if (p[1] == '/')
        gaz_language_set(h, GAZ_LF_MARKDOWN);
    if (p[1] == 'T' && p[2] == 'S' && !is_word(p[3]))
        gaz_language_set(h, GAZ_LF_TYPESCRIPT_XML);
    if (memcmp(p, "<?hh", 4) == 0)
        gaz_language_set(h, GAZ_LF_HACK);
    else if (p[1] == '?' && p[2] != 'h')
        gaz_language_set(h, GAZ_LF_PHP_TAG);
}

static void mark_inside(const char *head, const char *end, gaz_lang_hint *h)
{
    for (const char *p = head; (p = memchr(p, ':', (size_t)(end - p))); p++)
        on_colon(head, p, end, h);
    for (const char *p = head; (p = memchr(p, '<', (size_t)(end - p))); p++)
        on_angle(p, end, h);
}

/* --- the pass --------------------------------------------------------------------------------- */

static bool is_markdown_start(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c && strchr("-=#!*[|>", c));
}

static void mark_line(const line *l, const language_filter *f, bool *sql, gaz_lang_hint *h)
{
    static void (*const by_byte[128])(const line *, gaz_lang_hint *) = {
        ['#'] = on_hash,  ['@'] = on_at,      ['.'] = on_dot,       ['<'] = on_less,
        ['('] = on_paren, ['%'] = on_percent, ['`'] = on_backquote,
    };
    if (l->at == l->end)
        return;
    unsigned char c = (unsigned char)*l->at;
    if (l->at == l->start && is_markdown_start(*l->at))
        gaz_language_set(h, GAZ_LF_MARKDOWN);
    if (l->end[-1] == ')' && rest(l) > 1 && l->end[-2] == '*')
        gaz_language_set(h, GAZ_LF_STAR_PAREN_END);
    if (is_word(*l->at))
        gaz_language_mark_words(l, f, sql, h);
    else if (c < 128 && by_byte[c])
        by_byte[c](l, h);
    else
        on_punctuation(l, h);
}

#define KEY_LINES 200 /* lines in which keys are looked for */

size_t gaz_language_mark_lines(const char *head, size_t len, gaz_lang_hint *hint)
{
    const char *at = head, *end = head + len;
    language_filter filter;
    bool sql = false;
    size_t number = 0;
    gaz_language_filter_init(&filter);
    for (; at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        line l = {at, at, newline ? newline : end, number == 0};
        if (l.end > l.at && l.end[-1] == '\r')
            l.end--;
        while (l.at < l.end && (is_blank(*l.at) || *l.at == '\f'))
            l.at++;
        if (number == 0 && l.at < l.end && (*l.at == '{' || *l.at == '['))
            gaz_language_set(hint, GAZ_LF_JSON_START);
        if (number < 2 && has(&l, "xml version="))
            gaz_language_set(hint, GAZ_LF_XML_HEADER);
        if (number < KEY_LINES)
            key_marks(&l, hint);
        mark_line(&l, &filter, &sql, hint);
        at = newline ? newline + 1 : end;
    }
    mark_inside(head, end, hint);
    if (sql)
        gaz_language_mark_sql(head, len, hint);
    return number;
}
