/* The marks of lines that begin with a word: keywords of languages that share an extension, and the
 * phrases that tell SQL dialects apart. Most lines begin with no word that matters; a bitmap of the
 * words' first letters turns them away. */
#include "language_line.h"

/* --- by the first letter of the line: keywords ------------------------------------------------ */

/* C++ as opposed to C, and the languages that look like it. The comparisons have no word end where
 * linguist's have none. */
static void c_words(const line *l, gaz_lang_hint *h)
{
    line d = *l;
    if (begins_with_any(l, "try\0constexpr\0") || word_and_name(l, "class\0namespace\0"))
        gaz_language_set(h, GAZ_LF_CPP);
    if (take_word_of(&d, "using\0") && take_blanks(&d) && word_and_name(&d, "namespace\0"))
        gaz_language_set(h, GAZ_LF_CPP);
    d = *l;
    if (take_word_of(&d, "template\0")) {
        take_blanks(&d);
        if (starts(&d, "<"))
            gaz_language_set(h, GAZ_LF_CPP);
    } else if (take_word_of(&d, "catch\0")) {
        take_blanks(&d);
        if (starts(&d, "("))
            gaz_language_set(h, GAZ_LF_CPP);
    } else if (take_word_of(&d, "private\0public\0protected\0") && rest(&d) == 1 && *d.at == ':') {
        gaz_language_set(h, GAZ_LF_CPP);
    }
    if (begins_with_word(l, "namespace\0") && (ends_with(l, "{") || ends_with(l, ";")))
        gaz_language_set(h, GAZ_LF_CSHARP);
    if (begins_with_any(l, "OUTPUT_ARCH(\0OUTPUT_FORMAT(\0SECTIONS\0"))
        gaz_language_set(h, GAZ_LF_LINKER);
    if (word_and_name(l, "program\0version\0") && ends_with(l, "{"))
        gaz_language_set(h, GAZ_LF_RPC);
    if (word_and_name(l, "union\0") && has(l, " switch"))
        gaz_language_set(h, GAZ_LF_RPC);
}

static void script_words(const line *l, gaz_lang_hint *h)
{
    line d = *l;
    if (take_word_of(&d, "use\0") && take_blanks(&d)) {
        if (begins_with_word(&d, "strict\0") || starts(&d, "5.") || starts(&d, "v5."))
            gaz_language_set(h, GAZ_LF_PERL);
        if (begins_with_word(&d, "v6\0")) {
            gaz_language_set(h, GAZ_LF_RAKU);
            gaz_language_set(h, GAZ_LF_RAKU_TEST);
        }
    }
    if (begins_with_word(l, "module\0class\0"))
        gaz_language_set(h, GAZ_LF_RAKU);
    if (begins_with_word(l, "module\0") || word_and_name(l, "my\0")) {
        line my = *l;
        bool my_class =
            take_word_of(&my, "my\0") && take_blanks(&my) && begins_with_word(&my, "class\0");
        if (my_class)
            gaz_language_set(h, GAZ_LF_RAKU);
        if (my_class || begins_with_word(l, "module\0"))
            gaz_language_set(h, GAZ_LF_RAKU_TEST);
    }
    if (starts(l, "main("))
        gaz_language_set(h, GAZ_LF_ERLANG_ES);
    if (l->at == l->start && begins_with_word(l, "import\0from\0class\0def\0"))
        gaz_language_set(h, GAZ_LF_RENPY_PYTHON);
    if (begins_with_word(l, "extends\0var\0const\0enum\0func\0signal\0tool\0onready\0"))
        gaz_language_set(h, GAZ_LF_GDSCRIPT);
    if (begins_with_any(l, "Declare\0BindGlobal\0KeyDependentOperation\0gap> \0"))
        gaz_language_set(h, GAZ_LF_GAP);
    if (starts(l, "import") && (has(l, "'react") || has(l, "\"react")))
        gaz_language_set(h, GAZ_LF_TSX_REACT);
    if (begins_with_word(l, "var\0"))
        gaz_language_set(h, GAZ_LF_QT_SCRIPT);
    if (l->at == l->start && begins_with_word(l, "namespace\0operation\0"))
        gaz_language_set(h, GAZ_LF_QSHARP);
    if (starts_nocase(l, "rebol"))
        gaz_language_set(h, GAZ_LF_REBOL);
}

static void functional_words(const line *l, gaz_lang_hint *h)
{
    if (starts(l, "module") || begins_with_any(l, "let rec \0") ||
        (starts(l, "match ") && has(l, " with")))
        gaz_language_set(h, GAZ_LF_OCAML);
    if (begins_with_any(l, "fun \0fn \0case \0and \0") && has(l, "=> "))
        gaz_language_set(h, GAZ_LF_SML);
    if (begins_with_any(l, "import\0let\0module\0namespace\0open\0type\0"))
        gaz_language_set(h, GAZ_LF_FSHARP);
    if (begins_with_any(l, "precision\0uniform\0varying\0vec2\0vec3\0vec4\0"))
        gaz_language_set(h, GAZ_LF_GLSL);
    if (begins_with_any(l, "Proof.\0Qed.\0Require Import \0Require Export \0"))
        gaz_language_set(h, GAZ_LF_COQ);
    if (begins_with_any(l, "cond \0import \0quote \0unless \0defexception \0defimpl \0defmacro "
                           "\0defmodule \0defprotocol \0"))
        gaz_language_set(h, GAZ_LF_ELIXIR);
    if (begins_with_word(l, "namespace\0include\0public\0export\0global\0atom\0constant\0function\0"
                            "integer\0object\0"
                            "procedure\0sequence\0"))
        gaz_language_set(h, GAZ_LF_EUPHORIA);
    if (starts(l, "module type ") || (begins_with_any(l, "include \0open \0") && ends_with(l, ";")))
        gaz_language_set(h, GAZ_LF_REASON);
    if (begins_with_any(l, "import scala.\0import java.\0") || begins_with_word(l, "class\0"))
        gaz_language_set(h, GAZ_LF_SCALA);
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
        gaz_language_set(h, GAZ_LF_RUST);
    if (take_word_of(&d, "module\0") && take_blanks(&d) && take_identifier(&d)) {
        if (take_blanks(&d) && (starts(&d, "(") || starts(&d, "#")))
            gaz_language_set(h, GAZ_LF_VERILOG);
        if (l->at == l->start && ends_with(l, ";"))
            gaz_language_set(h, GAZ_LF_D);
    }
    if (begins_with_any(l, "always @\0always@\0initial begin\0initial @\0"))
        gaz_language_set(h, GAZ_LF_VERILOG);
    if (starts(l, "import ") && ends_with(l, ";"))
        gaz_language_set(h, GAZ_LF_D);
    if (starts(l, "fn ") && has(l, "(") && has(l, "{"))
        gaz_language_set(h, GAZ_LF_V);
    if (l->at == l->start && begins_with_any(l, "BEGIN\0END\0provider \0tick-\0profile-\0"))
        gaz_language_set(h, GAZ_LF_DTRACE);
    if (l->at == l->start && begins_with_any(l, "new-device\0also \0previous \0"))
        gaz_language_set(h, GAZ_LF_FORTH);
    if (begins_with_any(l, "end.\0end;\0"))
        gaz_language_set(h, GAZ_LF_PASCAL);
    if ((starts_nocase(l, "module ") || starts_nocase(l, "end ")) && ends_with(l, ";"))
        gaz_language_set(h, GAZ_LF_MODULA);
    if (is_m68k(l))
        gaz_language_set(h, GAZ_LF_M68K);
}

static void other_words(const line *l, gaz_lang_hint *h)
{
    line d = *l;
    bool at_start = l->at == l->start;
    if (take_word_of(&d, "var\0") && take_blanks(&d) && take_identifier(&d) && has(&d, ":="))
        gaz_language_set(h, GAZ_LF_TURING);
    if (begins_with_word(l, "include\0require\0inherit\0"))
        gaz_language_set(h, GAZ_LF_BITBAKE);
    if (at_start && starts(l, "Class "))
        gaz_language_set(h, GAZ_LF_OBJECTSCRIPT);
    if (begins_with_any(l, "AC_DEFUN\0AC_PREREQ\0AC_INIT\0") ||
        (at_start && begins_with_any(l, "m4_\0_m4_\0")))
        gaz_language_set(h, GAZ_LF_M4SUGAR);
    if (at_start && (begins_with_word(l, "plot\0splot\0") ||
                     begins_with_any(l, "set term\0set out\0set xlabel\0set style\0")))
        gaz_language_set(h, GAZ_LF_GNUPLOT);
    if (starts(l, "HEADERS"))
        gaz_language_set(h, GAZ_LF_QMAKE_HEADERS);
    if (starts(l, "SOURCES"))
        gaz_language_set(h, GAZ_LF_QMAKE_SOURCES);
    if (starts(l, "pragma solidity") || (word_and_name(l, "contract\0") && has(l, "{")))
        gaz_language_set(h, GAZ_LF_SOLIDITY);
    if (at_start && starts(l, "UseVimball"))
        gaz_language_set(h, GAZ_LF_VIMBALL);
    if (at_start && begins_with_any(l, "ssh-rsa \0ssh-dss \0"))
        gaz_language_set(h, GAZ_LF_PUBLIC_KEY);
    if (at_start && (starts(l, "EESchema Schematic") || starts(l, "(kicad_sch")))
        gaz_language_set(h, GAZ_LF_KICAD);
    if (l->first && begins_with_word(l, "solid\0"))
        gaz_language_set(h, GAZ_LF_STL);
}

/* --- SQL dialects ----------------------------------------------------------------------------- */

static bool begins_like_sql(const line *l)
{
    static const char *const words[] = {"create ", "alter ",    "insert into", "drop ",
                                        "begin;",  "begin try", "declare @"};
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
        while (*w && p < end &&
               ((*p >= 'A' && *p <= 'Z' ? *p + 32 : *p) == *w ||
                (*w == ' ' && strchr(" \t\r\n", *p)))) {
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

void gaz_language_mark_sql(const char *head, size_t len, gaz_lang_hint *h)
{
    static const struct {
        gaz_lang_feature mark;
        const char *text;
    } marks[] = {
        {GAZ_LF_PLPGSQL, "as $$"},
        {GAZ_LF_PLPGSQL, "language plpgsql"},
        {GAZ_LF_PLPGSQL, "language 'plpgsql"},
        {GAZ_LF_PLPGSQL, "begin;"},
        {GAZ_LF_PLPGSQL, "begin work;"},
        {GAZ_LF_PLPGSQL, "\n\\i "},
        {GAZ_LF_SQLPL, "alter module"},
        {GAZ_LF_SQLPL, "mode db2sql"},
        {GAZ_LF_SQLPL, "syscat."},
        {GAZ_LF_SQLPL, "sysproc."},
        {GAZ_LF_SQLPL, "associate result set"},
        {GAZ_LF_SQLPL, "end!\n"},
        {GAZ_LF_PLSQL, "$$plsql_"},
        {GAZ_LF_PLSQL, "xmltype"},
        {GAZ_LF_PLSQL, "systimestamp"},
        {GAZ_LF_PLSQL, ".nextval"},
        {GAZ_LF_PLSQL, "connect by"},
        {GAZ_LF_PLSQL, "authid definer"},
        {GAZ_LF_PLSQL, "authid current_user"},
        {GAZ_LF_PLSQL, "constructor function"},
        {GAZ_LF_TSQL, "\ngo\n"},
        {GAZ_LF_TSQL, "\ngo\r\n"},
        {GAZ_LF_TSQL, "begin try"},
        {GAZ_LF_TSQL, "begin catch"},
        {GAZ_LF_TSQL, "output inserted"},
        {GAZ_LF_TSQL, "declare @"},
        {GAZ_LF_TSQL, "[dbo]"},
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (!gaz_language_has(h, marks[i].mark) && contains_nocase(head, head + len, marks[i].text))
            gaz_language_set(h, marks[i].mark);
}

/* Every word that the functions above compare the beginning of a line with. A line is shown to them
 * when its first four letters, or its first three for the shorter words, are in a bitmap of these;
 * case does not count. */
static const char *const word_list[] = {
    "try",       "constexpr", "class",      "namespace",  "using",        "template", "catch",
    "private",   "public",    "protected",  "output_",    "sections",     "program",  "version",
    "union",     "use",       "module",     "my ",        "main",         "import",   "from",
    "def",       "extends",   "var",        "const",      "enum",         "func",     "signal",
    "tool",      "onready",   "declare",    "bindglobal", "keydependent", "gap",      "operation",
    "rebol",     "match",     "let",        "fun",        "fn ",          "case",     "and",
    "open",      "type",      "precision",  "uniform",    "varying",      "vec2",     "vec3",
    "vec4",      "proof",     "qed",        "require",    "cond",         "quote",    "unless",
    "include",   "export",    "global",     "atom",       "constant",     "integer",  "object",
    "procedure", "sequence",  "mod",        "pub",        "macro_rules",  "impl",     "always",
    "initial",   "begin",     "end",        "provider",   "tick",         "profile",  "new-device",
    "also",      "previous",  "btst",       "dbra",       "move",         "inherit",  "ac_",
    "m4_",       "_m4_",      "plot",       "splot",      "set",          "headers",  "sources",
    "pragma",    "contract",  "usevimball", "ssh-",       "eeschema",     "solid",    "create",
    "alter",     "insert",    "drop",       "go",
};

static unsigned prefix_bit(const char *text, size_t n)
{
    uint32_t key = (uint32_t)n;
    for (size_t i = 0; i < n; i++)
        key = key << 8 | (unsigned char)(text[i] | 0x20);
    return key * 2654435761u >> 20;
}

void gaz_language_filter_init(language_filter *f)
{
    *f = (language_filter){0};
    for (size_t i = 0; i < sizeof word_list / sizeof word_list[0]; i++) {
        size_t n = strlen(word_list[i]);
        unsigned bit = prefix_bit(word_list[i], n < 4 ? n : 4);
        f->bits[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
}

static bool filter_passes(const language_filter *f, const line *l)
{
    if (rest(l) < 4)
        return true;
    unsigned three = prefix_bit(l->at, 3), four = prefix_bit(l->at, 4);
    return (f->bits[three / 64] >> (three % 64) & 1) || (f->bits[four / 64] >> (four % 64) & 1);
}

/* "  ensure => present,": an attribute of Puppet. */
static bool is_puppet(line l)
{
    return l.end[-1] == ',' && l.at > l.start && take_identifier(&l) && take_blanks(&l) &&
           starts(&l, "=> ");
}

/* D01*: a Gerber command. */
static bool is_gerber(const line *l)
{
    return l->at == l->start && rest(l) == 4 && l->at[3] == '*' && strchr("DGMT", l->at[0]);
}

void gaz_language_mark_words(const line *l, const language_filter *f, bool *sql, gaz_lang_hint *h)
{
    if (is_puppet(*l))
        gaz_language_set(h, GAZ_LF_PUPPET);
    if (is_gerber(l))
        gaz_language_set(h, GAZ_LF_GERBER);
    if (!filter_passes(f, l))
        return;
    c_words(l, h);
    script_words(l, h);
    functional_words(l, h);
    hardware_words(l, h);
    other_words(l, h);
    *sql |= begins_like_sql(l);
}
