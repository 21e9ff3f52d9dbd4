/* What a file is for, told by the names of its folders and by its own. The folder names are those
 * of linguist's vendor.yml and documentation.yml that stand for a purpose and not for one project,
 * and the test folders of the common test runners. */
#include <string.h>
#include <strings.h>

#include "language_private.h"

/* Names of folders. Compared without case; "/name" counts only at the root of the tree. */
static const char *const vendored[] = {
    "node_modules", "bower_components", "vendor",   "vendors",   "vendored",      "third_party",
    "third-party",  "thirdparty",       "3rdparty", "3rd_party", "3rd-party",     "extern",
    "external",     "externals",        "Godeps",   "Carthage",  "Pods",          "dist",
    "/deps",        "/dependencies",    "_esy",     ".yarn",     "jspm_packages", NULL,
};
static const char *const tests[] = {
    "test",      "tests", "testing",  "testdata",  "testcases", "__tests__",
    "__mocks__", "spec",  "specs",    "selftests", "selftest",  "unittest",
    "unittests", "e2e",   "fixtures", "/t",        "kunit",     NULL,
};
static const char *const examples[] = {
    "example", "examples", "sample", "samples", "demo", "demos", "tutorial", "tutorials", NULL,
};
static const char *const docs[] = {
    "doc", "docs", "documentation", "javadoc", "groovydoc", "apidoc", "/man", "manpages", NULL,
};

static bool is_one_of(const char *const *names, const char *part, size_t len, bool at_root)
{
    for (; *names; names++) {
        const char *name = *names;
        if (*name == '/') {
            if (!at_root)
                continue;
            name++;
        }
        if (((*name ^ *part) & ~0x20) == 0 && strlen(name) == len &&
            strncasecmp(name, part, len) == 0)
            return true;
    }
    return false;
}

static bool starts(const char *text, size_t len, const char *prefix)
{
    size_t n = strlen(prefix);
    return len >= n && memcmp(text, prefix, n) == 0;
}

static bool ends(const char *text, size_t len, const char *suffix)
{
    size_t n = strlen(suffix);
    return len >= n && memcmp(text + len - n, suffix, n) == 0;
}

static bool is_vendored_file(const char *name, size_t len)
{
    static const char *const exact[] = {
        "configure",  "config.guess", "config.sub", "aclocal.m4",   "libtool.m4",   "ltoptions.m4",
        "ltsugar.m4", "ltversion.m4", "gradlew",    "gradlew.bat",  "mvnw",         "mvnw.cmd",
        "waf",        "erlang.mk",    "jquery.js",  "html5shiv.js", "modernizr.js",
    };
    for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++)
        if (*exact[i] == *name && strlen(exact[i]) == len && memcmp(exact[i], name, len) == 0)
            return true;
    if (!ends(name, len, ".js") && !ends(name, len, ".css"))
        return false;
    return ends(name, len, ".min.js") || ends(name, len, "-min.js") ||
           ends(name, len, ".min.css") || ends(name, len, "-min.css") ||
           starts(name, len, "jquery-") || starts(name, len, "jquery.") ||
           starts(name, len, "bootstrap.") || starts(name, len, "d3.v");
}

/* The stem of a name, and the conventions of test runners: test_x, x_test, x.test, x.spec, XTest.
 */
static bool is_test_file(const char *name, size_t len)
{
    const char *dot = memrchr(name, '.', len);
    if (!dot || dot == name)
        return false;
    size_t stem = (size_t)(dot - name);
    if (starts(name, stem, "test_") || ends(name, stem, "_test") || ends(name, stem, "_tests") ||
        ends(name, stem, "_kunit") || ends(name, stem, ".test") || ends(name, stem, ".spec") ||
        ends(name, stem, "_spec") || ends(name, stem, "-test"))
        return true;
    if (ends(name, stem, "Test") || ends(name, stem, "Tests"))
        return stem > 5 || stem == 4;
    return len == 11 && memcmp(name, "conftest.py", 11) == 0;
}

static bool is_docs_file(const char *name, size_t len)
{
    static const char *const stems[] = {"README",  "CHANGELOG", "CHANGES",  "CONTRIBUTING",
                                        "COPYING", "LICENSE",   "LICENCE",  "INSTALL",
                                        "AUTHORS", "NEWS",      "CITATION", "NOTICE"};
    static const char *const suffixes[] = {".md", ".rst", ".adoc", ".markdown", NULL};
    for (size_t i = 0; i < sizeof stems / sizeof stems[0]; i++) {
        size_t n = strlen(stems[i]);
        if (len >= n && strncasecmp(name, stems[i], n) == 0 && (len == n || name[n] == '.'))
            return true;
    }
    for (size_t i = 0; suffixes[i]; i++)
        if (ends(name, len, suffixes[i]))
            return true;
    return false;
}

gaz_path_kind gaz_path_class(const char *path, size_t len)
{
    gaz_path_kind kind = GAZ_PATH_SOURCE;
    const char *part = path, *end = path + len;
    for (const char *slash; (slash = memchr(part, '/', (size_t)(end - part))); part = slash + 1) {
        size_t n = (size_t)(slash - part);
        bool at_root = part == path;
        if (n == 0)
            continue;
        if (is_one_of(vendored, part, n, at_root))
            return GAZ_PATH_VENDORED;
        if (is_one_of(tests, part, n, at_root))
            kind = GAZ_PATH_TEST;
        else if (kind > GAZ_PATH_EXAMPLE && is_one_of(examples, part, n, at_root))
            kind = GAZ_PATH_EXAMPLE;
        else if (kind > GAZ_PATH_DOCS && is_one_of(docs, part, n, at_root))
            kind = GAZ_PATH_DOCS;
    }
    size_t n = (size_t)(end - part);
    if (n == 0)
        return kind;
    if (is_vendored_file(part, n))
        return GAZ_PATH_VENDORED;
    if (kind > GAZ_PATH_TEST && is_test_file(part, n))
        return GAZ_PATH_TEST;
    return kind > GAZ_PATH_DOCS && is_docs_file(part, n) ? GAZ_PATH_DOCS : kind;
}

const char *gaz_path_kind_name(gaz_path_kind kind)
{
    static const char *const names[] = {"vendored", "test", "example", "documentation", "source"};
    return (unsigned)kind < sizeof names / sizeof names[0] ? names[kind] : "source";
}
