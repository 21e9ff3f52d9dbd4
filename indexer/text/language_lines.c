/* The marks that decide between languages which share an extension. A mark mostly is how a line begins: a line that begins with
 * a letter is compared further only when its first letters are those of one of the words that matter, so that most
 * lines cost one look. Marks inside of lines hang on ':' and '<', found with memchr. What tells SQL dialects
 * apart is looked for when a line has begun the way SQL does. The marks are after linguist's heuristics,
 * which are regular expressions; these are the plain comparisons they come down to, and see one line at a time. */
#include <string.h>
#include <strings.h>

#include "language_private.h"

typedef struct line {
    const char *start;   /* with its blanks */
    const char *at, *end; /* without leading blanks and without the line's end */
    bool first;
} line;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static size_t rest(const line *l)
{
    return (size_t)(l->end - l->at);
}

/* The first byte is compared here, as most comparisons end with it. Literals are not empty. */
static inline bool starts(const line *l, const char *literal)
{
    if (l->at == l->end || *l->at != *literal)
        return false;
    size_t n = strlen(literal);
    return rest(l) >= n && memcmp(l->at, literal, n) == 0;
}

static inline bool starts_nocase(const line *l, const char *literal)
{
    if (l->at == l->end || (*l->at | 0x20) != (*literal | 0x20))
        return false;
    size_t n = strlen(literal);
    return rest(l) >= n && strncasecmp(l->at, literal, n) == 0;
}

/* Whether the line begins with one of the words, each ended by a NUL and the last by two, and moves past it. */
static bool take_word_of(line *l, const char *words)
{
    for (; *words; words += strlen(words) + 1) {
        size_t n = strlen(words);
        if (starts(l, words) && (rest(l) == n || !is_word(l->at[n]))) {
            l->at += n;
            return true;
        }
    }
    return false;
}

static bool begins_with_word(const line *l, const char *words)
{
    line copy = *l;
    return take_word_of(&copy, words);
}

static bool begins_with_any(const line *l, const char *literals)
{
    for (; *literals; literals += strlen(literals) + 1)
        if (starts(l, literals))
            return true;
    return false;
}

static bool take_blanks(line *l)
{
    const char *from = l->at;
    while (l->at < l->end && is_blank(*l->at))
        l->at++;
    return l->at > from;
}

static bool take_identifier(line *l)
{
    const char *from = l->at;
    while (l->at < l->end && is_word(*l->at))
        l->at++;
    return l->at > from;
}

static bool has(const line *l, const char *literal)
{
    return memmem(l->at, rest(l), literal, strlen(literal)) != NULL;
}

static bool ends_with(const line *l, const char *literal)
{
    size_t n = strlen(literal);
    return rest(l) >= n && memcmp(l->end - n, literal, n) == 0;
}

/* Words, then blanks, then a name: "class foo". */
static bool word_and_name(const line *l, const char *words)
{
    line copy = *l;
    return take_word_of(&copy, words) && take_blanks(&copy) && take_identifier(&copy);
}

/* --- by the first byte of the line ---------------------------------------------------------------------- */

static void on_hash(const line *l, gaz_lang_hint *h)
{
    static const char headers[] = "<cstdint>\0<string>\0<vector>\0<map>\0<list>\0<array>\0<bitset>\0<queue>\0<stack>\0"
                                  "<forward_list>\0<unordered_map>\0<unordered_set>\0<iostream>\0<istream>\0<ostream>\0";
    line d = *l;
    language_set(h, GAZ_LF_R);
    if (l->at == l->start)
        language_set(h, GAZ_LF_HASH_MARK);
    if (begins_with_any(l, "#version\0"))
        language_set(h, GAZ_LF_GLSL);
    if (starts(l, "#light"))
        language_set(h, GAZ_LF_FSHARP);
    if (starts(l, "# ") && rest(l) > 2 && is_word(l->at[2]))
        language_set(h, GAZ_LF_BITBAKE);
    if (l->at == l->start && (starts(l, "#[") || starts(l, "#![")))
        language_set(h, GAZ_LF_RUST);
    if (starts(l, "#pragma") && (has(l, " D option") || has(l, " D attributes") || has(l, " D depends_on") || has(l, " ident")))
        language_set(h, GAZ_LF_DTRACE);
    d.at++;
    take_blanks(&d);
    if (begins_with_word(&d, "define\0endif\0endmacro\0if\0ifdef\0ifndef\0include\0lang\0macro\0"))
        language_set(h, GAZ_LF_INCLUDE_DIRECTIVE);
    if (begins_with_word(&d, "import\0") && (ends_with(&d, ".h>") || ends_with(&d, ".h\"")))
        language_set(h, GAZ_LF_OBJECTIVE_C);
    if (!begins_with_word(&d, "include\0pragma\0"))
        return;
    language_set(h, GAZ_LF_HASH_INCLUDE);
    if (!starts(&d, "include"))
        return;
    d.at += 7;
    take_blanks(&d);
    if (begins_with_any(&d, headers))
        language_set(h, GAZ_LF_CPP);
}

static void on_at(const line *l, gaz_lang_hint *h)
{
    line d = *l;
    d.at++;
    if (begins_with_word(&d, "interface\0class\0protocol\0property\0end\0synchronised\0selector\0implementation\0"))
        language_set(h, GAZ_LF_OBJECTIVE_C);
    if (begins_with_word(&d, "moduledoc\0"))
        language_set(h, GAZ_LF_ELIXIR);
}

/* roff: requests of two letters, and the head of a manual page in the man and mdoc macros. */
static void on_dot(const line *l, gaz_lang_hint *h)
{
    static const struct {
        char name[3];
        gaz_lang_feature mark;
    } macros[] = {{"SH", GAZ_LF_MAN_HEADING}, {"TH", GAZ_LF_MAN_TITLE},    {"Dd", GAZ_LF_MDOC_DATE},
                  {"Sh", GAZ_LF_MDOC_HEADING}, {"Dt", GAZ_LF_MDOC_TITLE}};
    if (l->at != l->start)
        return;
    line d = *l;
    d.at++;
    if (starts(&d, "\\\"") || (rest(&d) >= 2 && is_word(d.at[0]) && is_word(d.at[1]) && (rest(&d) == 2 || is_blank(d.at[2]))))
        language_set(h, GAZ_LF_ROFF);
    take_blanks(&d);
    for (size_t i = 0; i < sizeof macros / sizeof macros[0]; i++)
        if (rest(&d) > 3 && memcmp(d.at, macros[i].name, 2) == 0 && is_blank(d.at[2]))
            language_set(h, macros[i].mark);
}

static void on_less(const line *l, gaz_lang_hint *h)
{
    if (l->at == l->start && starts(l, "<?"))
        language_set(h, GAZ_LF_PHP_LINE);
    if (starts_nocase(l, "<?xml"))
        language_set(h, GAZ_LF_XML_DECLARATION);
    if (l->at == l->start && memchr(l->at, '>', rest(l)))
        language_set(h, GAZ_LF_LEX);
    if (starts(l, "<!DOCTYPE") && has(l, "plist"))
        language_set(h, GAZ_LF_PLIST_DOCTYPE);
    if (starts(l, "<!DOCTYPE eagle") || starts(l, "<eagle"))
        language_set(h, GAZ_LF_EAGLE);
}

static void on_paren(const line *l, gaz_lang_hint *h)
{
    line d = *l;
    d.at++;
    if (starts(&d, "*"))
        language_set(h, GAZ_LF_PAREN_STAR);
    if (starts_nocase(&d, "defun ") || starts_nocase(&d, "in-package ") || starts_nocase(&d, "defpackage "))
        language_set(h, GAZ_LF_DEFUN);
    if (begins_with_any(&d, "defun \0defmacro \0"))
        language_set(h, GAZ_LF_COMMON_LISP);
    if (starts(&d, "define "))
        language_set(h, GAZ_LF_NEWLISP);
    if (begins_with_any(&d, "def \0defn \0defmacro \0let \0ns \0"))
        language_set(h, GAZ_LF_CLOJURE);
    if (l->at == l->start && starts(&d, "define_"))
        language_set(h, GAZ_LF_GCC_MD);
}

static void on_percent(const line *l, gaz_lang_hint *h)
{
    line d = *l;
    d.at++;
    language_set(h, GAZ_LF_PERCENT_LINE);
    if (l->at == l->start && (starts(&d, "{") || starts(&d, "}"))) {
        language_set(h, GAZ_LF_SWIG);
        language_set(h, GAZ_LF_LEX);
    }
    if (rest(&d) && *d.at >= 'a' && *d.at <= 'z')
        language_set(h, GAZ_LF_SWIG);
    if (rest(&d) && is_blank(*d.at))
        language_set(h, GAZ_LF_TURING);
    if (l->at == l->start && begins_with_word(&d, "end\0ctor\0hook\0group\0"))
        language_set(h, GAZ_LF_LOGOS);
    if (begins_with_word(&d, "define\0global\0description\0prep\0build\0install\0files\0changelog\0"))
        language_set(h, GAZ_LF_RPM_SPEC);
}

/* The directives that only Verilog has. */
static void on_backquote(const line *l, gaz_lang_hint *h)
{
    line d = *l;
    d.at++;
    if (begins_with_word(&d, "define\0ifdef\0ifndef\0include\0timescale\0"))
        language_set(h, GAZ_LF_VERILOG);
}

static void on_punctuation(const line *l, gaz_lang_hint *h)
{
    bool at_start = l->at == l->start;
    switch (*l->at) {
    case ';':
        language_set(h, GAZ_LF_SEMICOLON_LINE);
        if (at_start)
            language_set(h, GAZ_LF_INI_MARK);
        if (at_start && starts(l, ";;"))
            language_set(h, GAZ_LF_GCC_MD);
        break;
    case '[':
        if (at_start)
            language_set(h, GAZ_LF_INI_MARK);
        if (starts(l, "[InternetShortcut]"))
            language_set(h, GAZ_LF_URL_SHORTCUT);
        break;
    case '!':
        if (at_start)
            language_set(h, GAZ_LF_HASH_MARK);
        if (has(l, " methodsFor: "))
            language_set(h, GAZ_LF_METHODS_FOR);
        break;
    case ':':
        if (at_start && starts(l, ": ")) {
            language_set(h, GAZ_LF_COLON_WORD);
            language_set(h, GAZ_LF_FORTH);
        }
        break;
    case '/':
        if (starts(l, "//"))
            language_set(h, GAZ_LF_CSHARP);
        if (starts(l, "/* ") || starts(l, "// "))
            language_set(h, GAZ_LF_OPENCL);
        if (starts(l, "/* XPM */"))
            language_set(h, GAZ_LF_XPM);
        if (starts(l, "///") && has(l, "<reference "))
            language_set(h, GAZ_LF_TSX_REACT);
        break;
    case '=':
        if (begins_with_any(l, "=comment\0=begin pod\0=begin para\0=item1\0=item2\0=item3\0"))
            language_set(h, GAZ_LF_POD6);
        if (at_start && rest(l) > 1 && (is_blank(l->at[1]) || l->at[1] == '='))
            language_set(h, GAZ_LF_ASCIIDOC);
        break;
    case '-':
        if (starts(l, "---"))
            language_set(h, GAZ_LF_DASHES);
        if (starts(l, "-----BEGIN ") || starts(l, "---- BEGIN "))
            language_set(h, GAZ_LF_PUBLIC_KEY);
        if (at_start && (begins_with_any(l, "-keep\0-dontwarn\0-dontobfuscate\0") || (starts(l, "-include") && ends_with(l, ".pro"))))
            language_set(h, GAZ_LF_PROGUARD);
        break;
    case '{':
        if (starts(l, "{$"))
            language_set(h, GAZ_LF_PASCAL);
        break;
    case '|':
        if (has(l, "=> "))
            language_set(h, GAZ_LF_SML);
        break;
    case '^':
        if (begins_with_any(l, "^this.\0^super.\0"))
            language_set(h, GAZ_LF_SUPERCOLLIDER);
        break;
    case '\\':
        if (begins_with_any(l, "\\NeedsTeXFormat{\0\\ProvidesClass{\0"))
            language_set(h, GAZ_LF_TEX_CLASS);
        break;
    default:
        break;
    }
}

/* --- by the first letter of the line: keywords ---------------------------------------------------------- */

/* C++ as opposed to C, and the languages that look like it. The comparisons have no word end where linguist's have none. */
static void c_words(const line *l, gaz_lang_hint *h)
{
    line d = *l;
    if (begins_with_any(l, "try\0constexpr\0") || word_and_name(l, "class\0namespace\0"))
        language_set(h, GAZ_LF_CPP);
    if (take_word_of(&d, "using\0") && take_blanks(&d) && word_and_name(&d, "namespace\0"))
        language_set(h, GAZ_LF_CPP);
    d = *l;
    if (take_word_of(&d, "template\0")) {
        take_blanks(&d);
        if (starts(&d, "<"))
            language_set(h, GAZ_LF_CPP);
    } else if (take_word_of(&d, "catch\0")) {
        take_blanks(&d);
        if (starts(&d, "("))
            language_set(h, GAZ_LF_CPP);
    } else if (take_word_of(&d, "private\0public\0protected\0") && rest(&d) == 1 && *d.at == ':') {
        language_set(h, GAZ_LF_CPP);
    }
    if (begins_with_word(l, "namespace\0") && (ends_with(l, "{") || ends_with(l, ";")))
        language_set(h, GAZ_LF_CSHARP);
    if (begins_with_any(l, "OUTPUT_ARCH(\0OUTPUT_FORMAT(\0SECTIONS\0"))
        language_set(h, GAZ_LF_LINKER);
    if (word_and_name(l, "program\0version\0") && ends_with(l, "{"))
        language_set(h, GAZ_LF_RPC);
    if (word_and_name(l, "union\0") && has(l, " switch"))
        language_set(h, GAZ_LF_RPC);
}

static void script_words(const line *l, gaz_lang_hint *h)
{
    line d = *l;
    if (take_word_of(&d, "use\0") && take_blanks(&d)) {
        if (begins_with_word(&d, "strict\0") || starts(&d, "5.") || starts(&d, "v5."))
            language_set(h, GAZ_LF_PERL);
        if (begins_with_word(&d, "v6\0")) {
            language_set(h, GAZ_LF_RAKU);
            language_set(h, GAZ_LF_RAKU_TEST);
        }
    }
    if (begins_with_word(l, "module\0class\0"))
        language_set(h, GAZ_LF_RAKU);
    if (begins_with_word(l, "module\0") || word_and_name(l, "my\0")) {
        line my = *l;
        bool my_class = take_word_of(&my, "my\0") && take_blanks(&my) && begins_with_word(&my, "class\0");
        if (my_class)
            language_set(h, GAZ_LF_RAKU);
        if (my_class || begins_with_word(l, "module\0"))
            language_set(h, GAZ_LF_RAKU_TEST);
    }
    if (starts(l, "main("))
        language_set(h, GAZ_LF_ERLANG_ES);
    if (l->at == l->start && begins_with_word(l, "import\0from\0class\0def\0"))
        language_set(h, GAZ_LF_RENPY_PYTHON);
    if (begins_with_word(l, "extends\0var\0const\0enum\0func\0signal\0tool\0onready\0"))
        language_set(h, GAZ_LF_GDSCRIPT);
    if (begins_with_any(l, "Declare\0BindGlobal\0KeyDependentOperation\0gap> \0"))
        language_set(h, GAZ_LF_GAP);
    if (starts(l, "import") && (has(l, "'react") || has(l, "\"react")))
        language_set(h, GAZ_LF_TSX_REACT);
    if (begins_with_word(l, "var\0"))
        language_set(h, GAZ_LF_QT_SCRIPT);
    if (l->at == l->start && begins_with_word(l, "namespace\0operation\0"))
        language_set(h, GAZ_LF_QSHARP);
    if (starts_nocase(l, "rebol"))
        language_set(h, GAZ_LF_REBOL);
}

static void functional_words(const line *l, gaz_lang_hint *h)
{
    if (starts(l, "module") || begins_with_any(l, "let rec \0") || (starts(l, "match ") && has(l, " with")))
        language_set(h, GAZ_LF_OCAML);
    if (begins_with_any(l, "fun \0fn \0case \0and \0") && has(l, "=> "))
        language_set(h, GAZ_LF_SML);
    if (begins_with_any(l, "import\0let\0module\0namespace\0open\0type\0"))
        language_set(h, GAZ_LF_FSHARP);
    if (begins_with_any(l, "precision\0uniform\0varying\0vec2\0vec3\0vec4\0"))
        language_set(h, GAZ_LF_GLSL);
    if (begins_with_any(l, "Proof.\0Qed.\0Require Import \0Require Export \0"))
        language_set(h, GAZ_LF_COQ);
    if (begins_with_any(l, "cond \0import \0quote \0unless \0defexception \0defimpl \0defmacro \0defmodule \0defprotocol \0"))
        language_set(h, GAZ_LF_ELIXIR);
    if (begins_with_word(l, "namespace\0include\0public\0export\0global\0atom\0constant\0function\0integer\0object\0"
                            "procedure\0sequence\0"))
        language_set(h, GAZ_LF_EUPHORIA);
    if (starts(l, "module type ") || (begins_with_any(l, "include \0open \0") && ends_with(l, ";")))
        language_set(h, GAZ_LF_REASON);
    if (begins_with_any(l, "import scala.\0import java.\0") || begins_with_word(l, "class\0"))
        language_set(h, GAZ_LF_SCALA);
}

static bool m68k_size(line *d)
{
    if (rest(d) < 2 || d->at[0] != '.' || !strchr("bwlBWL", d->at[1]))
        return false;
    d->at += 2;
    return true;
}

/* Instructions that only the Motorola 68000 has. */
static bool is_m68k(const line *l)
{
    line d = *l;
    if (starts_nocase(l, "btst") || starts_nocase(l, "dbra"))
        return rest(l) == 4 || !is_word(l->at[4]);
    if (!starts_nocase(l, "move"))
        return false;
    d.at += 4;
    if (rest(&d) && (*d.at | 0x20) == 'q') {
        d.at++;
        m68k_size(&d);
        return take_blanks(&d) && starts(&d, "#");
    }
    if (rest(&d) && ((*d.at | 0x20) == 'm' || (*d.at | 0x20) == 'p')) {
        bool multiple = (*d.at++ | 0x20) == 'm', sized = m68k_size(&d);
        return (sized || !multiple || rest(&d)) && (!rest(&d) || !is_word(*d.at));
    }
    bool sized = m68k_size(&d);
    if (!take_blanks(&d))
        return false;
    if (starts_nocase(&d, "sr,") || starts_nocase(&d, "usp,"))
        return true;
    for (const char *p = d.at; sized && p + 1 < d.end; p++)
        if (strchr("adAD", *p) && p[1] >= '0' && p[1] <= '9' && (p == d.at || !is_word(p[-1])))
            return true;
    return false;
}

static void hardware_words(const line *l, gaz_lang_hint *h)
{
    line d = *l;
    if (l->at == l->start && begins_with_any(l, "use \0fn \0mod \0pub \0macro_rules\0impl\0"))
        language_set(h, GAZ_LF_RUST);
    if (take_word_of(&d, "module\0") && take_blanks(&d) && take_identifier(&d)) {
        if (take_blanks(&d) && (starts(&d, "(") || starts(&d, "#")))
            language_set(h, GAZ_LF_VERILOG);
        if (l->at == l->start && ends_with(l, ";"))
            language_set(h, GAZ_LF_D);
    }
    if (begins_with_any(l, "always @\0always@\0initial begin\0initial @\0"))
        language_set(h, GAZ_LF_VERILOG);
    if (starts(l, "import ") && ends_with(l, ";"))
        language_set(h, GAZ_LF_D);
    if (starts(l, "fn ") && has(l, "(") && has(l, "{"))
        language_set(h, GAZ_LF_V);
    if (l->at == l->start && begins_with_any(l, "BEGIN\0END\0provider \0tick-\0profile-\0"))
        language_set(h, GAZ_LF_DTRACE);
    if (l->at == l->start && begins_with_any(l, "new-device\0also \0previous \0"))
        language_set(h, GAZ_LF_FORTH);
    if (begins_with_any(l, "end.\0end;\0"))
        language_set(h, GAZ_LF_PASCAL);
    if ((starts_nocase(l, "module ") || starts_nocase(l, "end ")) && ends_with(l, ";"))
        language_set(h, GAZ_LF_MODULA);
    if (is_m68k(l))
        language_set(h, GAZ_LF_M68K);
}

static void other_words(const line *l, gaz_lang_hint *h)
{
    line d = *l;
    bool at_start = l->at == l->start;
    if (take_word_of(&d, "var\0") && take_blanks(&d) && take_identifier(&d) && has(&d, ":="))
        language_set(h, GAZ_LF_TURING);
    if (begins_with_word(l, "include\0require\0inherit\0"))
        language_set(h, GAZ_LF_BITBAKE);
    if (at_start && starts(l, "Class "))
        language_set(h, GAZ_LF_OBJECTSCRIPT);
    if (begins_with_any(l, "AC_DEFUN\0AC_PREREQ\0AC_INIT\0") || (at_start && begins_with_any(l, "m4_\0_m4_\0")))
        language_set(h, GAZ_LF_M4SUGAR);
    if (at_start && (begins_with_word(l, "plot\0splot\0") || begins_with_any(l, "set term\0set out\0set xlabel\0set style\0")))
        language_set(h, GAZ_LF_GNUPLOT);
    if (starts(l, "HEADERS"))
        language_set(h, GAZ_LF_QMAKE_HEADERS);
    if (starts(l, "SOURCES"))
        language_set(h, GAZ_LF_QMAKE_SOURCES);
    if (starts(l, "pragma solidity") || (word_and_name(l, "contract\0") && has(l, "{")))
        language_set(h, GAZ_LF_SOLIDITY);
    if (at_start && starts(l, "UseVimball"))
        language_set(h, GAZ_LF_VIMBALL);
    if (at_start && begins_with_any(l, "ssh-rsa \0ssh-dss \0"))
        language_set(h, GAZ_LF_PUBLIC_KEY);
    if (at_start && (starts(l, "EESchema Schematic") || starts(l, "(kicad_sch")))
        language_set(h, GAZ_LF_KICAD);
    if (l->first && begins_with_word(l, "solid\0"))
        language_set(h, GAZ_LF_STL);
}

/* --- inside of lines ------------------------------------------------------------------------------------ */

/* Keys of .properties, .ini and makefiles: what stands before the first '=' or ':'. */
static void key_marks(const line *l, gaz_lang_hint *h)
{
    if (l->start == l->end || strchr("#!", *l->start))
        return;
    size_t len = (size_t)(l->end - l->start);
    if (*l->start != ';' && memchr(l->start + 1, '=', len - 1))
        language_set(h, GAZ_LF_KEY_VALUE);
    const char *colon = memchr(l->start + 1, ':', len - 1);
    if (!colon)
        return;
    language_set(h, GAZ_LF_KEY_COLON);
    if (*l->start == '\t')
        language_set(h, GAZ_LF_MINI_YAML);
    if ((colon[-1] == ' ' && ends_with(l, "\\")) || (colon > l->start + 2 && colon[-1] == 'o' && colon[-2] == '.'))
        language_set(h, GAZ_LF_MAKE_RULE);
}

static void on_colon(const char *head, const char *p, const char *end, gaz_lang_hint *h)
{
    size_t left = (size_t)(end - p);
    if (left > 2 && p[1] == ':' && is_word(p[2]) && p - head >= 3 && memcmp(p - 3, "std", 3) == 0)
        language_set(h, GAZ_LF_CPP);
    if (left > 8 && p - head > 1 && memcmp(p, ": module", 8) == 0 && is_word(p[-1 - (p[-1] == ' ')]))
        language_set(h, GAZ_LF_LIMBO);
    if (left > 12 && memcmp(p, ":unity3d.com", 12) == 0)
        language_set(h, GAZ_LF_UNITY);
    if (left < 2 || p[1] != '-')
        return;
    const char *newline = memrchr(head, '\n', (size_t)(p - head)), *start = newline ? newline + 1 : head;
    if (!memchr(start, '#', (size_t)(p - start)))
        language_set(h, GAZ_LF_PROLOG);
    if (left >= 9 && memcmp(p, ":- module", 9) == 0)
        language_set(h, GAZ_LF_MERCURY);
}

static void on_angle(const char *p, const char *end, gaz_lang_hint *h)
{
    size_t left = (size_t)(end - p);
    if (left < 4)
        return;
    if (p[1] == '-')
        language_set(h, GAZ_LF_R);
    if (p[1] == '/')
        language_set(h, GAZ_LF_MARKDOWN);
    if (p[1] == 'T' && p[2] == 'S' && !is_word(p[3]))
        language_set(h, GAZ_LF_TYPESCRIPT_XML);
    if (memcmp(p, "<?hh", 4) == 0)
        language_set(h, GAZ_LF_HACK);
    else if (p[1] == '?' && p[2] != 'h')
        language_set(h, GAZ_LF_PHP_TAG);
}

static void mark_inside(const char *head, const char *end, gaz_lang_hint *h)
{
    for (const char *p = head; (p = memchr(p, ':', (size_t)(end - p))); p++)
        on_colon(head, p, end, h);
    for (const char *p = head; (p = memchr(p, '<', (size_t)(end - p))); p++)
        on_angle(p, end, h);
}

/* --- SQL dialects --------------------------------------------------------------------------------------- */

static bool begins_like_sql(const line *l)
{
    static const char *const words[] = {"create ", "alter ", "insert into", "drop ", "begin;", "begin try", "declare @"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (starts_nocase(l, words[i]))
            return true;
    return rest(l) == 2 && starts_nocase(l, "go");
}

/* Finds a text whose blanks stand for any white space, in any case. */
static bool contains_nocase(const char *at, const char *end, const char *wanted)
{
    for (; at < end; at++) {
        const char *p = at, *w = wanted;
        while (*w && p < end && ((*p >= 'A' && *p <= 'Z' ? *p + 32 : *p) == *w || (*w == ' ' && strchr(" \t\r\n", *p)))) {
            bool blank = *w++ == ' ';
            p++;
            while (blank && p < end && strchr(" \t\r\n", *p))
                p++;
        }
        if (!*w)
            return true;
    }
    return false;
}

static void mark_sql(const char *head, size_t len, gaz_lang_hint *h)
{
    static const struct {
        gaz_lang_feature mark;
        const char *text;
    } marks[] = {
        {GAZ_LF_PLPGSQL, "as $$"},          {GAZ_LF_PLPGSQL, "language plpgsql"}, {GAZ_LF_PLPGSQL, "language 'plpgsql"},
        {GAZ_LF_PLPGSQL, "begin;"},         {GAZ_LF_PLPGSQL, "begin work;"},      {GAZ_LF_PLPGSQL, "\n\\i "},
        {GAZ_LF_SQLPL, "alter module"},     {GAZ_LF_SQLPL, "mode db2sql"},        {GAZ_LF_SQLPL, "syscat."},
        {GAZ_LF_SQLPL, "sysproc."},         {GAZ_LF_SQLPL, "associate result set"}, {GAZ_LF_SQLPL, "end!\n"},
        {GAZ_LF_PLSQL, "$$plsql_"},         {GAZ_LF_PLSQL, "xmltype"},            {GAZ_LF_PLSQL, "systimestamp"},
        {GAZ_LF_PLSQL, ".nextval"},         {GAZ_LF_PLSQL, "connect by"},         {GAZ_LF_PLSQL, "authid definer"},
        {GAZ_LF_PLSQL, "authid current_user"}, {GAZ_LF_PLSQL, "constructor function"},
        {GAZ_LF_TSQL, "\ngo\n"},            {GAZ_LF_TSQL, "\ngo\r\n"},            {GAZ_LF_TSQL, "begin try"},
        {GAZ_LF_TSQL, "begin catch"},       {GAZ_LF_TSQL, "output inserted"},     {GAZ_LF_TSQL, "declare @"},
        {GAZ_LF_TSQL, "[dbo]"},
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (!language_has(h, marks[i].mark) && contains_nocase(head, head + len, marks[i].text))
            language_set(h, marks[i].mark);
}

/* --- the pass ------------------------------------------------------------------------------------------- */

/* Every word that the functions above compare the beginning of a line with. A line is shown to them when its first four letters,
 * or its first three for the shorter words, are in a bitmap of these; case does not count. */
static const char *const word_list[] = {
    "try", "constexpr", "class", "namespace", "using", "template", "catch", "private", "public", "protected", "output_",
    "sections", "program", "version", "union", "use", "module", "my ", "main", "import", "from", "def", "extends", "var",
    "const", "enum", "func", "signal", "tool", "onready", "declare", "bindglobal", "keydependent", "gap", "operation",
    "rebol", "match", "let", "fun", "fn ", "case", "and", "open", "type", "precision", "uniform", "varying", "vec2", "vec3",
    "vec4", "proof", "qed", "require", "cond", "quote", "unless", "include", "export", "global", "atom", "constant",
    "integer", "object", "procedure", "sequence", "mod", "pub", "macro_rules", "impl", "always", "initial", "begin", "end",
    "provider", "tick", "profile", "new-device", "also", "previous", "btst", "dbra", "move", "inherit", "ac_", "m4_",
    "_m4_", "plot", "splot", "set", "headers", "sources", "pragma", "contract", "usevimball", "ssh-", "eeschema", "solid",
    "create", "alter", "insert", "drop", "go",
};

typedef struct word_filter {
    uint64_t bits[64];
} word_filter;

static unsigned prefix_bit(const char *text, size_t n)
{
    uint32_t key = (uint32_t)n;
    for (size_t i = 0; i < n; i++)
        key = key << 8 | (unsigned char)(text[i] | 0x20);
    return key * 2654435761u >> 20;
}

static void filter_init(word_filter *f)
{
    *f = (word_filter){0};
    for (size_t i = 0; i < sizeof word_list / sizeof word_list[0]; i++) {
        size_t n = strlen(word_list[i]);
        unsigned bit = prefix_bit(word_list[i], n < 4 ? n : 4);
        f->bits[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
}

static bool filter_passes(const word_filter *f, const line *l)
{
    if (rest(l) < 4)
        return true;
    unsigned three = prefix_bit(l->at, 3), four = prefix_bit(l->at, 4);
    return (f->bits[three / 64] >> (three % 64) & 1) || (f->bits[four / 64] >> (four % 64) & 1);
}

static bool is_markdown_start(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("-=#!*[|>", c));
}

/* "  ensure => present,": an attribute of Puppet. */
static bool is_puppet(line l)
{
    return l.end[-1] == ',' && l.at > l.start && take_identifier(&l) && take_blanks(&l) && starts(&l, "=> ");
}

/* D01*: a Gerber command. */
static bool is_gerber(const line *l)
{
    return l->at == l->start && rest(l) == 4 && l->at[3] == '*' && strchr("DGMT", l->at[0]);
}

static void mark_words(const line *l, const word_filter *f, bool *sql, gaz_lang_hint *h)
{
    if (is_puppet(*l))
        language_set(h, GAZ_LF_PUPPET);
    if (is_gerber(l))
        language_set(h, GAZ_LF_GERBER);
    if (!filter_passes(f, l))
        return;
    c_words(l, h);
    script_words(l, h);
    functional_words(l, h);
    hardware_words(l, h);
    other_words(l, h);
    *sql |= begins_like_sql(l);
}

static void mark_line(const line *l, const word_filter *f, bool *sql, gaz_lang_hint *h)
{
    static void (*const by_byte[128])(const line *, gaz_lang_hint *) = {
        ['#'] = on_hash,    ['@'] = on_at,        ['.'] = on_dot, ['<'] = on_less, ['('] = on_paren,
        ['%'] = on_percent, ['`'] = on_backquote,
    };
    if (l->at == l->end)
        return;
    unsigned char c = (unsigned char)*l->at;
    if (l->at == l->start && is_markdown_start(*l->at))
        language_set(h, GAZ_LF_MARKDOWN);
    if (l->end[-1] == ')' && rest(l) > 1 && l->end[-2] == '*')
        language_set(h, GAZ_LF_STAR_PAREN_END);
    if (is_word(*l->at))
        mark_words(l, f, sql, h);
    else if (c < 128 && by_byte[c])
        by_byte[c](l, h);
    else
        on_punctuation(l, h);
}

#define KEY_LINES 200 /* lines in which keys are looked for */

size_t language_mark_lines(const char *head, size_t len, gaz_lang_hint *hint)
{
    const char *at = head, *end = head + len;
    word_filter filter;
    bool sql = false;
    size_t number = 0;
    filter_init(&filter);
    for (; at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        line l = {at, at, newline ? newline : end, number == 0};
        if (l.end > l.at && l.end[-1] == '\r')
            l.end--;
        while (l.at < l.end && (is_blank(*l.at) || *l.at == '\f'))
            l.at++;
        if (number == 0 && l.at < l.end && (*l.at == '{' || *l.at == '['))
            language_set(hint, GAZ_LF_JSON_START);
        if (number < 2 && has(&l, "xml version="))
            language_set(hint, GAZ_LF_XML_HEADER);
        if (number < KEY_LINES)
            key_marks(&l, hint);
        mark_line(&l, &filter, &sql, hint);
        at = newline ? newline + 1 : end;
    }
    mark_inside(head, end, hint);
    if (sql)
        mark_sql(head, len, hint);
    return number;
}
