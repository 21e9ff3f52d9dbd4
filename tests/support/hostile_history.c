/* A commit's tree is kept as a flat list of paths; each step changes a copy of the list of one
 * branch's tip and writes it as nested trees. Paths come from a small pool, so that files,
 * directories and branches collide often. */
#include "hostile_history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/strbuf.h"

#define FILES_MAX 160
#define PATH_MAX_BYTES 64
#define BRANCHES_MAX 8
#define COMMITS_MAX 100000

typedef struct file {
    char path[PATH_MAX_BYTES];
    const char *mode;
    gaz_oid oid;
} file;

typedef struct state {
    file files[FILES_MAX];
    size_t count;
} state;

typedef struct commit {
    gaz_oid oid;
    state *files;
} commit;

struct hostile_history {
    hostile_repo *repo;
    uint64_t random;
    unsigned number;
    commit *commits;
    size_t commit_count, commit_cap;
    hostile_branch branches[BRANCHES_MAX];
    size_t tips[BRANCHES_MAX]; /* index of each branch's commit */
    size_t branch_count;
    size_t head;
};

/* splitmix64 */
static uint64_t next_random(hostile_history *h)
{
    uint64_t z = h->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static size_t below(hostile_history *h, size_t n)
{
    return (size_t)(next_random(h) % n);
}

static void *need(void *p)
{
    if (!p) {
        fprintf(stderr, "hostile_history: out of memory\n");
        abort();
    }
    return p;
}

static void random_path(hostile_history *h, char out[PATH_MAX_BYTES])
{
    static const char *const dirs[] = {"",   "",     "src/",     "src/core/", "src/core.d/", "doc/",
                                       "a/", "a/b/", "a/b/c/d/", "a.b/",      "A/"};
    static const char *const names[] = {"main.c",      "main",      "README", "readme", "a",
                                        "b",           "c",         "core",   "x.py",   "zz",
                                        "lib.rs",      "notes.txt", "a.b",    "core.d", "data.bin",
                                        "caf\xC3\xA9", "\xff.bin"};
    static const char *const odd[] = {"..", ".",   ".git", "a/../b", "x\ny", "a/.git/config",
                                      "*",  "[x]", "b ",   " b"};
    static const char *const ignore[] = {".gazignore", "src/.gazignore", "a/.gazignore"};
    size_t kind = below(h, 100);
    if (kind < 4)
        snprintf(out, PATH_MAX_BYTES, "%s", odd[below(h, sizeof odd / sizeof odd[0])]);
    else if (kind < 8)
        snprintf(out, PATH_MAX_BYTES, "%s", ignore[below(h, sizeof ignore / sizeof ignore[0])]);
    else
        snprintf(out, PATH_MAX_BYTES, "%s%s", dirs[below(h, sizeof dirs / sizeof dirs[0])],
                 names[below(h, sizeof names / sizeof names[0])]);
}

static void add_words(hostile_history *h, gaz_strbuf *out, size_t lines, const char *end)
{
    static const char *const words[] = {"alpha",
                                        "beta",
                                        "gamma",
                                        "int",
                                        "return",
                                        "struct",
                                        "kmem_cache",
                                        "TODO",
                                        "na\xC3\xAFve",
                                        "foo(bar)",
                                        "if (x)",
                                        "0x1f",
                                        "\tindent",
                                        "end",
                                        "}",
                                        "{",
                                        "Kelvin \xE2\x84\xAA"};
    for (size_t i = 0; i < lines; i++) {
        for (size_t n = 1 + below(h, 8); n; n--)
            gaz_strbuf_printf(out, "%s ", words[below(h, sizeof words / sizeof words[0])]);
        gaz_strbuf_printf(out, "%u%s", (unsigned)below(h, 50), end);
    }
}

static gaz_oid random_content(hostile_history *h, const char *path)
{
    static const char *const patterns[] = {"*.bin\n", "a\n!a/b\n",        "/doc/\n",      "core*\n",
                                           "**/b\n",  "README\nreadme\n", "\n# nothing\n"};
    gaz_strbuf text = GAZ_STRBUF_INIT;
    const char *base = strrchr(path, '/');
    size_t kind = below(h, 100);
    if (strcmp(base ? base + 1 : path, ".gazignore") == 0) {
        gaz_strbuf_puts(&text, patterns[below(h, sizeof patterns / sizeof patterns[0])]);
    } else if (kind < 60) {
        add_words(h, &text, 1 + below(h, 30), "\n");
    } else if (kind < 70) {
        add_words(h, &text, 1 + below(h, 10), "\r\n");
    } else if (kind < 78) {
        gaz_strbuf_printf(&text, "%cELF%c%u", 0, 0, (unsigned)below(h, 1000)); /* binary */
    } else if (kind < 84) {
        gaz_strbuf_printf(&text, "latin \xE9t\xE9 %u\n", (unsigned)below(h, 20));
    } else if (kind < 88) {
        add_words(h, &text, 2000, "\n");
    } else if (kind < 92) {
        add_words(h, &text, 1, ""); /* no final newline */
    } else if (kind < 96) {
        gaz_strbuf_printf(&text,
                          "version https://git-lfs.github.com/spec/v1\noid sha256:%064x\nsize %u\n",
                          (unsigned)below(h, 100), (unsigned)below(h, 100));
    } /* else: empty */
    gaz_oid oid = hostile_blob(h->repo, text.data, text.len);
    gaz_strbuf_release(&text);
    return oid;
}

/* A slash after the common part, as git sorts: lists are in the order of paths, which is that of
 * the trees. */
static int by_path(const void *a, const void *b)
{
    return strcmp(((const file *)a)->path, ((const file *)b)->path);
}

static bool is_below(const char *path, const char *dir)
{
    size_t n = strlen(dir);
    return strncmp(path, dir, n) == 0 && path[n] == '/';
}

static void remove_at(state *s, size_t i)
{
    s->files[i] = s->files[--s->count];
}

/* Puts a file at a path, and removes what is in its way: itself, what is below it, and files that
 * are its directories. */
static void put_file(state *s, const char *path, const char *mode, const gaz_oid *oid)
{
    file fresh = {.mode = mode, .oid = *oid};
    snprintf(fresh.path, sizeof fresh.path, "%s", path);
    for (size_t i = s->count; i-- > 0;)
        if (strcmp(s->files[i].path, path) == 0 || is_below(s->files[i].path, path) ||
            is_below(path, s->files[i].path))
            remove_at(s, i);
    if (s->count < FILES_MAX)
        s->files[s->count++] = fresh;
}

/* Writes the trees of a sorted part of the list whose paths share their first `skip` bytes. */
static gaz_oid write_tree(hostile_history *h, const file *files, size_t count, size_t skip)
{
    hostile_entry entries[FILES_MAX];
    char names[FILES_MAX][PATH_MAX_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < count;) {
        const char *name = files[i].path + skip, *slash = strchr(name, '/');
        size_t end = i + 1;
        snprintf(names[n], sizeof names[n], "%.*s", slash ? (int)(slash - name) : (int)strlen(name),
                 name);
        if (!slash) {
            entries[n] = (hostile_entry){files[i].mode, names[n], files[i].oid};
        } else {
            size_t len = (size_t)(slash - name) + 1;
            while (end < count && strncmp(files[end].path + skip, name, len) == 0)
                end++;
            entries[n] =
                (hostile_entry){"40000", names[n], write_tree(h, files + i, end - i, skip + len)};
        }
        n++;
        i = end;
    }
    return hostile_tree(h->repo, entries, n);
}

/* Commits a state and returns the commit's index. `parents` are indices. */
static size_t make_commit(hostile_history *h, const state *files, const size_t *parents,
                          size_t count)
{
    gaz_oid ids[2];
    char message[64];
    if (h->commit_count == h->commit_cap) {
        h->commit_cap = h->commit_cap ? h->commit_cap * 2 : 64;
        h->commits = need(realloc(h->commits, h->commit_cap * sizeof *h->commits));
    }
    commit *made = &h->commits[h->commit_count];
    made->files = need(malloc(sizeof *made->files));
    *made->files = *files;
    qsort(made->files->files, made->files->count, sizeof made->files->files[0], by_path);
    for (size_t i = 0; i < count; i++)
        ids[i] = h->commits[parents[i]].oid;
    gaz_oid tree = write_tree(h, made->files->files, made->files->count, 0);
    snprintf(message, sizeof message, "commit %zu of step %u", h->commit_count, h->number);
    made->oid = hostile_commit(h->repo, &tree, ids, count,
                               1700000000 + (int64_t)h->commit_count * 60, message);
    return h->commit_count++;
}

static void set_branch(hostile_history *h, size_t branch, size_t tip)
{
    char name[64];
    h->tips[branch] = tip;
    h->branches[branch].commit = h->commits[tip].oid;
    snprintf(name, sizeof name, "refs/heads/%s", h->branches[branch].name);
    hostile_ref(h->repo, name, &h->branches[branch].commit);
}

typedef void (*edit)(hostile_history *h, state *s);

static void edit_add(hostile_history *h, state *s)
{
    static const char *const modes[] = {"100644", "100644", "100644", "100755", "100664"};
    char path[PATH_MAX_BYTES];
    random_path(h, path);
    gaz_oid oid = random_content(h, path);
    put_file(s, path, modes[below(h, sizeof modes / sizeof modes[0])], &oid);
}

static void edit_change(hostile_history *h, state *s)
{
    file *f = s->count ? &s->files[below(h, s->count)] : NULL;
    if (f && strcmp(f->mode, "160000") != 0)
        f->oid = random_content(h, f->path);
    else
        edit_add(h, s);
}

static void edit_delete(hostile_history *h, state *s)
{
    if (s->count)
        remove_at(s, below(h, s->count));
}

static void edit_rename(hostile_history *h, state *s)
{
    char path[PATH_MAX_BYTES];
    if (!s->count)
        return;
    file moved = s->files[below(h, s->count)];
    random_path(h, path);
    for (size_t i = s->count; i-- > 0 && below(h, 4);) /* one time in a while it is a copy */
        if (strcmp(s->files[i].path, moved.path) == 0)
            remove_at(s, i);
    put_file(s, path, moved.mode, &moved.oid);
}

/* Moves a directory under another name, which may be that of a file or of an existing directory. */
static void edit_rename_dir(hostile_history *h, state *s)
{
    static const char *const dirs[] = {"src", "src/core", "doc",    "a",      "a/b",
                                       "a.b", "A",        "vendor", "src.old"};
    const char *from = dirs[below(h, sizeof dirs / sizeof dirs[0])],
               *to = dirs[below(h, sizeof dirs / sizeof dirs[0])];
    state old = *s;
    for (size_t i = 0; i < old.count; i++) {
        char path[2 * PATH_MAX_BYTES];
        if (!is_below(old.files[i].path, from))
            continue;
        snprintf(path, sizeof path, "%s%s", to, old.files[i].path + strlen(from));
        if (strlen(path) >= PATH_MAX_BYTES)
            continue;
        for (size_t k = s->count; k-- > 0;)
            if (strcmp(s->files[k].path, old.files[i].path) == 0)
                remove_at(s, k);
        put_file(s, path, old.files[i].mode, &old.files[i].oid);
    }
}

static void edit_mode(hostile_history *h, state *s)
{
    static const char *const modes[] = {"100644", "100755", "120000", "160000", "100600", "020000"};
    if (s->count)
        s->files[below(h, s->count)].mode = modes[below(h, sizeof modes / sizeof modes[0])];
}

/* A file becomes a directory, or a directory a file. */
static void edit_kind(hostile_history *h, state *s)
{
    char path[PATH_MAX_BYTES];
    if (!s->count)
        return;
    file f = s->files[below(h, s->count)];
    char *slash = strrchr(f.path, '/');
    if (slash && below(h, 2))
        snprintf(path, sizeof path, "%.*s", (int)(slash - f.path), f.path);
    else if (strlen(f.path) + 3 < sizeof path)
        snprintf(path, sizeof path, "%.*s/x", PATH_MAX_BYTES - 3, f.path);
    else
        return;
    put_file(s, path, f.mode, &f.oid);
}

static void edit_nothing(hostile_history *h, state *s)
{
    (void)h, (void)s;
}

typedef struct edit_row {
    const char *what;
    edit run;
    size_t times; /* at most */
} edit_row;

static const edit_row edits[] = {
    {"add", edit_add, 6},
    {"change", edit_change, 6},
    {"delete", edit_delete, 3},
    {"rename", edit_rename, 3},
    {"rename a directory", edit_rename_dir, 1},
    {"change a mode", edit_mode, 2},
    {"file and directory", edit_kind, 2},
    {"empty commit", edit_nothing, 1},
};

static const char *step_edit(hostile_history *h, size_t branch)
{
    const edit_row *row = &edits[below(h, sizeof edits / sizeof edits[0])];
    state s = *h->commits[h->tips[branch]].files;
    for (size_t n = 1 + below(h, row->times); n; n--)
        row->run(h, &s);
    set_branch(h, branch, make_commit(h, &s, &h->tips[branch], 1));
    return row->what;
}

static const char *step_merge(hostile_history *h, size_t branch)
{
    size_t other = below(h, h->branch_count), parents[2] = {h->tips[branch], h->tips[other]};
    state s = *h->commits[parents[0]].files;
    const state *theirs = h->commits[parents[1]].files;
    for (size_t i = 0; i < theirs->count; i++)
        if (below(h, 2))
            put_file(&s, theirs->files[i].path, theirs->files[i].mode, &theirs->files[i].oid);
    set_branch(h, branch, make_commit(h, &s, parents, 2));
    return "merge";
}

static const char *step_force(hostile_history *h, size_t branch)
{
    size_t to = below(h, h->commit_count);
    if (below(h, 4) == 0) { /* a history of its own */
        state s = {.count = 0};
        for (int i = 0; i < 5; i++)
            edit_add(h, &s);
        to = make_commit(h, &s, NULL, 0);
    }
    set_branch(h, branch, to);
    return "force-push";
}

static const char *step_new_branch(hostile_history *h)
{
    if (h->branch_count == BRANCHES_MAX)
        return step_edit(h, below(h, h->branch_count));
    hostile_branch *b = &h->branches[h->branch_count++];
    snprintf(b->name, sizeof b->name, "%s/%u", below(h, 2) ? "topic" : "release", h->number);
    set_branch(h, h->branch_count - 1,
               below(h, 3) ? h->tips[below(h, h->branch_count - 1)] : below(h, h->commit_count));
    return "new branch";
}

static void point_head(hostile_history *h, size_t branch)
{
    char line[64];
    snprintf(line, sizeof line, "ref: refs/heads/%s\n", h->branches[branch].name);
    hostile_file(h->repo, "HEAD", line, 0644);
    h->head = branch;
}

static const char *step_delete_branch(hostile_history *h)
{
    char name[64];
    if (h->branch_count < 2)
        return step_new_branch(h);
    size_t gone = 1 + below(h, h->branch_count - 1), last = h->branch_count - 1;
    if (h->head == gone)
        point_head(h, 0);
    snprintf(name, sizeof name, "refs/heads/%s", h->branches[gone].name);
    hostile_ref(h->repo, name, NULL);
    h->branches[gone] = h->branches[last];
    h->tips[gone] = h->tips[last];
    if (h->head == last)
        h->head = gone;
    h->branch_count--;
    return "delete a branch";
}

static const char *step_head(hostile_history *h)
{
    point_head(h, below(h, h->branch_count));
    return "another default branch";
}

void hostile_history_step(hostile_history *h, hostile_step *out)
{
    if (h->commit_count >= COMMITS_MAX)
        abort();
    h->number++;
    size_t kind = below(h, 100), branch = below(h, 3) ? 0 : below(h, h->branch_count);
    *out = (hostile_step){.number = h->number};
    if (kind < 72)
        out->what = step_edit(h, branch);
    else if (kind < 82)
        out->what = step_merge(h, branch);
    else if (kind < 88)
        out->what = step_force(h, branch);
    else if (kind < 93)
        out->what = step_new_branch(h);
    else if (kind < 97)
        out->what = step_delete_branch(h);
    else
        out->what = step_head(h);
    out->branches = h->branches;
    out->count = h->branch_count;
    out->head = h->branches[h->head].name;
}

hostile_history *hostile_history_new(const char *dir, uint64_t seed)
{
    hostile_history *h = need(calloc(1, sizeof *h));
    state first = {.count = 0};
    h->repo = hostile_new(dir);
    h->random = seed;
    for (int i = 0; i < 20; i++)
        edit_add(h, &first);
    strcpy(h->branches[0].name, "main");
    h->branch_count = 1;
    set_branch(h, 0, make_commit(h, &first, NULL, 0));
    return h;
}

void hostile_history_free(hostile_history *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->commit_count; i++)
        free(h->commits[i].files);
    free(h->commits);
    hostile_free(h->repo);
    free(h);
}

hostile_repo *hostile_history_repo(hostile_history *h)
{
    return h->repo;
}
