/* Files that a program wrote: told by the path (lock files, the names that generators give), or by
 * what their head says. And the blob's hint as a whole, which puts together what the other files of
 * language detection find.
 *
 * "Generated" alone proves nothing, as people write about generated things. It counts when the
 * generator is one whose output is known to carry the word in its head, or when "do not edit" and
 * the like stand near it. */
#include <string.h>
#include <strings.h>

#include "language_private.h"

#define NOTICE_HEAD ((size_t)2048) /* bytes in which a notice may stand */
#define NOTICE_NEAR ((ptrdiff_t)200)
#define LONG_LINE                                                                                  \
    110 /* average line length above which scripts and style sheets are minified; linguist's       \
           figure */

static bool has_nocase(const char *at, const char *end, const char *wanted)
{
    size_t n = strlen(wanted);
    for (; (size_t)(end - at) >= n; at++)
        if (strncasecmp(at, wanted, n) == 0)
            return true;
    return false;
}

/* What follows "generated". */
static bool by_known_generator(const char *at, const char *end)
{
    static const char *const generators[] = {
        " by the protocol buffer compiler",
        " by thrift",
        " by cython",
        " by racc",
        " by jflex",
        " by roxygen2",
        " by jison",
        " by the grpc",
        " by haxe",
        " by peg.js",
        " by jooq",
        " by pkgdown",
        " by doxygen",
        " by devel::",
        " by swig",
        " build file",
        " code -- do not",
    };
    for (size_t i = 0; i < sizeof generators / sizeof generators[0]; i++) {
        size_t n = strlen(generators[i]);
        if ((size_t)(end - at) >= n && strncasecmp(at, generators[i], n) == 0)
            return true;
    }
    return false;
}

static bool warns_editors(const char *at, const char *end)
{
    return has_nocase(at, end, "do not edit") || has_nocase(at, end, "don't edit") ||
           has_nocase(at, end, "do not modify") || has_nocase(at, end, "not intended for manual") ||
           has_nocase(at, end, "do not hand edit");
}

static void judge_notice(const char *text, const char *p, const char *end, gaz_lang_hint *hint)
{
    const char *after = p + 9, *from = p - text > NOTICE_NEAR ? p - NOTICE_NEAR : text;
    const char *to = end - after > NOTICE_NEAR ? after + NOTICE_NEAR : end;
    if (p > text && p[-1] == '@')
        gaz_language_set(hint, GAZ_LF_GENERATED);
    if (p - text >= 5 && memcmp(p - 5, "Code ", 5) == 0 && end - after >= 3 &&
        memcmp(after, " by", 3) == 0)
        gaz_language_set(hint, GAZ_LF_GENERATED_GO);
    if (by_known_generator(after, end) || warns_editors(from, to))
        gaz_language_set(hint, GAZ_LF_GENERATED);
}

void gaz_language_mark_generated(const char *text, size_t len, gaz_lang_hint *hint)
{
    static const char *const forms[] = {"enerated", "ENERATED"};
    const char *end = text + (len < NOTICE_HEAD ? len : NOTICE_HEAD);
    for (size_t i = 0; i < 2; i++)
        for (const char *p = text; (p = memmem(p, (size_t)(end - p), forms[i], 8)); p += 8)
            if (p > text && (p[-1] | 0x20) == 'g')
                judge_notice(text, p - 1, end, hint);
}

/* A source map is named on one of the last two lines. */
static bool names_source_map(const char *text, size_t len)
{
    const char *floor = text + len - (len < GAZ_LANG_TAIL ? len : GAZ_LANG_TAIL), *end = text + len;
    for (int i = 0; i < 3; i++) {
        const char *newline = memrchr(floor, '\n', (size_t)(end - floor)),
                   *line = newline ? newline + 1 : floor;
        size_t left = (size_t)(text + len - line);
        if (left > 20 && line[0] == '/' && memmem(line, 20, "# source", 8))
            return true;
        if (!newline)
            return false;
        end = newline;
    }
    return false;
}

gaz_lang_hint gaz_language_hint(const char *text, size_t len)
{
    gaz_lang_hint hint = {0};
    size_t head = len < GAZ_LANG_HEAD ? len : GAZ_LANG_HEAD;
    if (len == 0)
        return hint;
    size_t lines = gaz_language_mark_lines(text, head, &hint);
    if (head / lines > LONG_LINE)
        gaz_language_set(&hint, GAZ_LF_LONG_LINES);
    if (names_source_map(text, len))
        gaz_language_set(&hint, GAZ_LF_SOURCE_MAP);
    gaz_language_mark_generated(text, len, &hint);
    if (!gaz_language_has(
            &hint, GAZ_LF_VIMBALL)) /* its modeline speaks of itself, not of what it carries */
        hint.modeline = gaz_language_modeline(text, len);
    hint.shebang = gaz_language_shebang(text, len);
    return hint;
}

static bool ends_with(const char *text, size_t len, const char *suffix)
{
    size_t n = strlen(suffix);
    return len >= n && strncasecmp(text + len - n, suffix, n) == 0;
}

static bool is_lock_file(const char *name, size_t len)
{
    static const char *const names[] = {
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "Cargo.lock",
        "Gemfile.lock",
        "composer.lock",
        "poetry.lock",
        "Pipfile.lock",
        "go.sum",
        "Gopkg.lock",
        "glide.lock",
        "flake.lock",
        "mix.lock",
        "Podfile.lock",
        "uv.lock",
        ".terraform.lock.hcl",
        "pubspec.lock",
        "esy.lock",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
            return true;
    return len > 5 && memcmp(name, ".pnp.", 5) == 0;
}

static bool has_generator_suffix(const char *name, size_t len)
{
    static const char *const suffixes[] = {
        ".designer.cs", ".designer.vb", ".feature.cs",  ".zep.c",           ".zep.h",   ".zep.php",
        ".js.map",      ".css.map",     ".min.js",      ".min.css",         ".pb.go",   ".pb.cc",
        ".pb.h",        "_pb2.py",      "_pb2_grpc.py", ".g.dart",          "_tlb.pas", ".nib",
        ".xcuserstate", ".g.cs",        ".pb.dart",     ".xcworkspacedata",
    };
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (ends_with(name, len, suffixes[i]))
            return true;
    return false;
}

bool gaz_language_generated(const char *path, size_t len, const gaz_lang_hint *hint)
{
    const char *name = path;
    size_t name_len = len;
    gaz_language_base_name(&name, &name_len);
    if (is_lock_file(name, name_len) || has_generator_suffix(name, name_len) ||
        memmem(path, len, "__generated__/", 14))
        return true;
    if (!hint)
        return false;
    if (gaz_language_has(hint, GAZ_LF_GENERATED) ||
        (gaz_language_has(hint, GAZ_LF_GENERATED_GO) && ends_with(name, name_len, ".go")))
        return true;
    bool script = ends_with(name, name_len, ".js") || ends_with(name, name_len, ".css");
    return script &&
           (gaz_language_has(hint, GAZ_LF_LONG_LINES) || gaz_language_has(hint, GAZ_LF_SOURCE_MAP));
}
