/* Python: import and from … import.
 *
 * Relative imports go up from the file's package. Absolute ones are looked for where sys.path would
 * lead: the file's own directory when it is no package (a script), the directory above its
 * outermost package, roots that pyproject.toml and setup.cfg name, and then upwards the
 * directories that are no packages, with their src, lib and python. A package with __init__ counts
 * before a module and that before a namespace package, as in importlib; a name taken from a
 * package may be one of its submodules. */
#include <string.h>

#include "graph_manifests.h"

static const char *const modules[] = {
    "__future__",
    "__main__",
    "_thread",
    "abc",
    "aifc",
    "argparse",
    "array",
    "ast",
    "asynchat",
    "asyncio",
    "asyncore",
    "atexit",
    "audioop",
    "base64",
    "bdb",
    "binascii",
    "binhex",
    "bisect",
    "builtins",
    "bz2",
    "cProfile",
    "calendar",
    "cgi",
    "cgitb",
    "chunk",
    "cmath",
    "cmd",
    "code",
    "codecs",
    "codeop",
    "collections",
    "colorsys",
    "compileall",
    "concurrent",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "copyreg",
    "crypt",
    "csv",
    "ctypes",
    "curses",
    "dataclasses",
    "datetime",
    "dbm",
    "decimal",
    "difflib",
    "dis",
    "distutils",
    "doctest",
    "email",
    "encodings",
    "ensurepip",
    "enum",
    "errno",
    "faulthandler",
    "fcntl",
    "filecmp",
    "fileinput",
    "fnmatch",
    "fractions",
    "ftplib",
    "functools",
    "gc",
    "getopt",
    "getpass",
    "gettext",
    "glob",
    "graphlib",
    "grp",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "idlelib",
    "imaplib",
    "imghdr",
    "imp",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "lib2to3",
    "linecache",
    "locale",
    "logging",
    "lzma",
    "mailbox",
    "mailcap",
    "marshal",
    "math",
    "mimetypes",
    "mmap",
    "modulefinder",
    "msilib",
    "msvcrt",
    "multiprocessing",
    "netrc",
    "nis",
    "nntplib",
    "ntpath",
    "numbers",
    "operator",
    "optparse",
    "os",
    "ossaudiodev",
    "pathlib",
    "pdb",
    "pickle",
    "pickletools",
    "pipes",
    "pkgutil",
    "platform",
    "plistlib",
    "poplib",
    "posix",
    "posixpath",
    "pprint",
    "profile",
    "pstats",
    "pty",
    "pwd",
    "py_compile",
    "pyclbr",
    "pydoc",
    "queue",
    "quopri",
    "random",
    "re",
    "readline",
    "reprlib",
    "resource",
    "rlcompleter",
    "runpy",
    "sched",
    "secrets",
    "select",
    "selectors",
    "shelve",
    "shlex",
    "shutil",
    "signal",
    "site",
    "smtpd",
    "smtplib",
    "sndhdr",
    "socket",
    "socketserver",
    "spwd",
    "sqlite3",
    "ssl",
    "stat",
    "statistics",
    "string",
    "stringprep",
    "struct",
    "subprocess",
    "sunau",
    "symtable",
    "sys",
    "sysconfig",
    "syslog",
    "tabnanny",
    "tarfile",
    "telnetlib",
    "tempfile",
    "termios",
    "test",
    "textwrap",
    "threading",
    "time",
    "timeit",
    "tkinter",
    "token",
    "tokenize",
    "tomllib",
    "trace",
    "traceback",
    "tracemalloc",
    "tty",
    "turtle",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "urllib",
    "uu",
    "uuid",
    "venv",
    "warnings",
    "wave",
    "weakref",
    "webbrowser",
    "winreg",
    "winsound",
    "wsgiref",
    "xdrlib",
    "xml",
    "xmlrpc",
    "zipapp",
    "zipfile",
    "zipimport",
    "zlib",
    "zoneinfo",
};

static uint32_t ask_end(graph_resolver *r, const graph_path *dir, const char *end)
{
    graph_path p = *dir;
    return graph_path_add(&p, end, strlen(end)) ? graph_ask_file(r, p.text, p.len) : GRAPH_NONE;
}

static bool is_package(graph_resolver *r, const graph_path *dir)
{
    return dir->len > 0 && (ask_end(r, dir, "/__init__.py") != GRAPH_NONE ||
                            ask_end(r, dir, "/__init__.pyi") != GRAPH_NONE);
}

/* The file of a module whose path without extension is given; a directory without __init__ has
 * none, and is noted. */
static uint32_t module_file(graph_resolver *r, const graph_path *p, bool *is_dir)
{
    static const char *const ends[] = {"/__init__.py", "/__init__.pyi", ".py", ".pyi", ".pyx"};
    *is_dir = false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        uint32_t file =
            p->len || i < 2 ? ask_end(r, p, p->len ? ends[i] : ends[i] + 1) : GRAPH_NONE;
        if (file != GRAPH_NONE)
            return file;
    }
    *is_dir = graph_ask_dir(r, p->text, p->len);
    return GRAPH_NONE;
}

typedef struct python_find {
    uint32_t file;
    bool exists; /* a namespace package has no file */
    bool began;  /* the first part was there */
} python_find;

/* A module with dotted parts below a root, and a name out of it. */
static python_find find_below(graph_resolver *r, graph_path p, const graph_parts *parts,
                              const gaz_symbol_name *name)
{
    python_find found = {.file = GRAPH_NONE};
    for (uint32_t i = 0; i < parts->count; i++) {
        if (!graph_path_join(&p, parts->part[i].text, parts->part[i].len))
            return found;
        bool is_dir = false, last = i + 1 == parts->count;
        if (last || i == 0) {
            found.file = module_file(r, &p, &is_dir);
            found.exists = found.file != GRAPH_NONE || is_dir;
            found.began |= found.exists;
        }
        if (!last && (i == 0 ? !found.began : !graph_ask_dir(r, p.text, p.len))) {
            found.file = GRAPH_NONE;
            found.exists = false;
            return found;
        }
    }
    bool is_dir = parts->count == 0;
    if (parts->count == 0) {
        found.file = module_file(r, &p, &is_dir);
        found.began = found.exists = true;
    }
    if (found.exists && name->len && !(name->len == 1 && *name->data == '*') &&
        graph_path_join(&p, name->data, name->len)) {
        uint32_t sub = module_file(r, &p, &is_dir);
        if (sub != GRAPH_NONE)
            found.file = sub;
    }
    return found;
}

static void import_relative(graph_resolver *r, const gaz_symbol_import *im,
                            const graph_parts *parts)
{
    graph_path p;
    graph_path_set(&p, r->path, r->dir_len);
    for (unsigned i = 1; i < im->level; i++)
        if (!graph_path_up(&p))
            return;
    python_find found = find_below(r, p, parts, &im->name);
    if (found.file != GRAPH_NONE)
        graph_answer_file(r, found.file, GAZ_GRAPH_EXACT_PATH, 98);
}

/* Tries a root. A namespace package may go on elsewhere, so one without the file is no end. */
static bool try_root(graph_resolver *r, const graph_path *root, const graph_parts *parts,
                     const gaz_symbol_import *im, unsigned confidence, bool *began)
{
    python_find found = find_below(r, *root, parts, &im->name);
    *began |= found.began;
    if (found.file == GRAPH_NONE)
        return false;
    graph_answer_file(r, found.file, GAZ_GRAPH_MODULE, confidence);
    return true;
}

static bool try_upwards(graph_resolver *r, const graph_parts *parts, const gaz_symbol_import *im,
                        bool *began)
{
    static const char *const below[] = {"src", "lib", "python"};
    graph_path p;
    graph_path_set(&p, r->path, r->dir_len);
    while (is_package(r, &p) && graph_path_up(&p))
        ;
    unsigned confidence = 97;
    do {
        if (try_root(r, &p, parts, im, confidence, began))
            return true;
        for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
            graph_path sub = p;
            if (graph_path_join(&sub, below[i], strlen(below[i])) &&
                graph_ask_dir(r, sub.text, sub.len) && try_root(r, &sub, parts, im, 92, began))
                return true;
        }
        confidence = 90;
    } while (graph_path_up(&p));
    return false;
}

static bool try_declared(graph_resolver *r, const graph_parts *parts, const gaz_symbol_import *im,
                         bool *began)
{
    const graph_part *part = graph_part_of(r, FAMILY_PYTHON);
    for (size_t i = 0; part && i < part->roots.len; i++) {
        graph_path p;
        graph_path_set(&p, part->roots.items[i].data, part->roots.items[i].len);
        if (try_root(r, &p, parts, im, 95, began))
            return true;
    }
    return false;
}

static bool try_suffix(graph_resolver *r, const graph_parts *parts)
{
    static const char *const ends[] = {".py", "/__init__.py"};
    graph_path p;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        graph_path_set(&p, "", 0);
        for (uint32_t n = 0; n < parts->count; n++)
            if (!graph_path_join(&p, parts->part[n].text, parts->part[n].len))
                return false;
        if (!graph_path_add(&p, ends[i], strlen(ends[i])))
            return false;
        graph_ask_suffix(r, p.text, p.len);
        if (graph_answer_nearest(r, GAZ_GRAPH_SUFFIX, 75))
            return true;
    }
    return false;
}

void graph_import_python(graph_resolver *r, const gaz_symbol_import *im)
{
    graph_parts parts;
    if (!graph_parts_split(&parts, im->path.data, im->path.len, ".") ||
        memchr(im->path.data, '/', im->path.len) || memchr(im->name.data, '/', im->name.len))
        return;
    if (im->level) {
        import_relative(r, im, &parts);
        return;
    }
    if (parts.count == 0)
        return;
    bool began = false;
    if (try_upwards(r, &parts, im, &began) || try_declared(r, &parts, im, &began))
        return;
    if (graph_is_listed(modules, sizeof modules / sizeof *modules, parts.part[0].text,
                        parts.part[0].len)) {
        graph_answer_none(r, GAZ_GRAPH_STANDARD);
        return;
    }
    if (parts.count > 1 && try_suffix(r, &parts))
        return;
    graph_answer_none(r, began ? GAZ_GRAPH_NOT_FOUND : GAZ_GRAPH_EXTERNAL);
}
