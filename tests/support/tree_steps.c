/* What is expected comes from git itself: `git ls-files --cached --others --exclude-standard` names
 * the paths; those that are files or links now, with no link on the way, are what there is. */
#include "gaz_test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/base/vec.h"
#include "gaz/repo/worktree.h"
#include "gaz/store/manifest.h"
#include "proof.h"
#include "run_tool.h"
#include "tree_steps.h"

typedef struct line {
    char *path, *text;
} line;
typedef GAZ_VEC(line) lines;

/* ---- lists ---- */

static void put_line(lines *l, const char *kind, const gaz_oid *oid, const char *path, size_t len)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    char hex[GAZ_OID_HEX];
    gaz_oid_format(oid, hex);
    gaz_strbuf_printf(&out, "%s %s ", kind, hex);
    for (size_t i = 0; i < len; i++)
        gaz_strbuf_printf(&out, (unsigned char)path[i] < 0x21 || path[i] == '\\' ? "\\%02x" : "%c",
                          (unsigned char)path[i]);
    gaz_strbuf copy = GAZ_STRBUF_INIT;
    gaz_strbuf_add(&copy, path, len);
    line made = {gaz_strbuf_detach(&copy, NULL), gaz_strbuf_detach(&out, NULL)};
    assert_true(made.path && made.text && gaz_vec_push(l, made));
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const line *)a)->path, ((const line *)b)->path);
}

static char *join(lines *l)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    if (l->len)
        qsort(l->items, l->len, sizeof *l->items, by_path);
    for (size_t i = 0; i < l->len; i++) {
        if (!i || strcmp(l->items[i].path, l->items[i - 1].path) != 0)
            gaz_strbuf_printf(&out, "%s\n", l->items[i].text);
    }
    for (size_t i = 0; i < l->len; i++) {
        free(l->items[i].path);
        free(l->items[i].text);
    }
    gaz_vec_free(l);
    char *text = gaz_strbuf_detach(&out, NULL);
    assert_non_null(text);
    return text;
}

/* ---- what git says ---- */

static bool behind_link(const char *tree, const char *path)
{
    char full[8192];
    struct stat info;
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(full, sizeof full, "%s/%.*s", tree, (int)(slash - path), path);
        if (lstat(full, &info) != 0 || !S_ISDIR(info.st_mode))
            return true;
    }
    return false;
}

static void add_expected(lines *l, const char *tree, const char *path)
{
    gaz_error err = {0};
    char full[8192], target[4096];
    struct stat info;
    gaz_oid oid = {{0}};
    size_t len = strlen(path);
    if (len && path[len - 1] == '/') { /* a repository inside */
        put_line(l, "submodule", &oid, path, len - 1);
        return;
    }
    snprintf(full, sizeof full, "%s/%s", tree, path);
    if (behind_link(tree, path) || lstat(full, &info) != 0)
        return;
    if (S_ISLNK(info.st_mode)) {
        ssize_t n = readlink(full, target, sizeof target);
        assert_true(n >= 0);
        assert_ok(gaz_blob_id(target, (size_t)n, &oid, &err));
        put_line(l, "symlink", &oid, path, len);
    } else if (S_ISREG(info.st_mode)) {
        gaz_strbuf text = GAZ_STRBUF_INIT;
        assert_ok(gaz_file_read(full, GAZ_STRBUF_MAX, &text, &err));
        assert_ok(gaz_blob_id(text.data, text.len, &oid, &err));
        gaz_strbuf_release(&text);
        put_line(l, "file", &oid, path, len);
    }
}

char *tree_expected(const char *tree)
{
    const char *const argv[] = {
        "git", "-C", tree, "ls-files", "-z", "--cached", "--others", "--exclude-standard", NULL};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    lines l = {0};
    assert_int_equal(run_tool(&(tool){.argv = argv, .loud = true}, &out), 0);
    for (size_t at = 0; at < out.len; at += strlen(out.data + at) + 1)
        add_expected(&l, tree, out.data + at);
    gaz_strbuf_release(&out);
    return join(&l);
}

/* ---- what is published ---- */

static char *list_manifest(gaz_store *store, const char *name)
{
    gaz_error err = {0};
    gaz_manifest *m = NULL;
    lines l = {0};
    assert_ok(gaz_manifest_load(store, name, &m, &err));
    for (size_t i = 0; i < gaz_manifest_count(m); i++) {
        const gaz_manifest_entry *e = gaz_manifest_at(m, i);
        put_line(&l, e->skip ? gaz_skip_name((gaz_skip)e->skip) : "file", &e->oid, e->path,
                 e->path_len);
    }
    gaz_manifest_unref(m);
    return join(&l);
}

char *tree_published(gaz_store *store, const char *repo)
{
    gaz_error err = {0};
    gaz_snapshot *s = NULL;
    char *text = NULL;
    assert_ok(gaz_store_snapshot(store, &s, &err));
    for (size_t i = 0; i < s->repo_count; i++)
        for (size_t k = 0; strcmp(s->repos[i].row.name, repo) == 0 && k < s->repos[i].ref_count;
             k++)
            if (s->repos[i].refs[k].kind == GAZ_REF_TREE)
                text = list_manifest(store, s->repos[i].refs[k].manifest);
    gaz_snapshot_free(s);
    return text;
}

void tree_assert_same(const char *expected, const char *actual, const char *after)
{
    size_t at = 0, line_at = 0;
    if (actual && strcmp(expected, actual) == 0)
        return;
    while (actual && expected[at] && expected[at] == actual[at]) {
        line_at = expected[at] == '\n' ? at + 1 : line_at;
        at++;
    }
    fail_msg("after %s:\nthe tree holds   %.300s\nthe overlay says %.300s", after,
             expected + line_at, actual ? actual + line_at : "nothing");
}

/* ---- steps ---- */

static const char *const names[] = {
    "a",      "b",     "a.c",   "a-b",     "lib.c",     "notes.txt", "x.o",        "build",
    "build",  "core",  "deep",  "tmp.log", "new\nline", "tab\there", "\xff\xfe.c", "K\xcc\x88",
    "sp ace", "-dash", "*star", "[br]",    ".hidden",   "A.C"};
static const char *const patterns[] = {
    "*.o\n",  "build/\n", "/a\n", "!x.o\n",         "deep/**\n", "*.log\n!tmp.log\n",
    "a\n",    "lib.c\n",  "#c\n", "*\n!*/\n!*.c\n", "sp ace\n",  "\\*star\n",
    "tmp*\n", "core\n"};
#define COUNT(a) (sizeof(a) / sizeof *(a))

static uint32_t below(tree_steps *t, size_t n)
{
    return proof_random(&t->random, (uint32_t)n);
}

/* A path of up to three names; few enough that they meet. */
static void choose(tree_steps *t, char out[300])
{
    unsigned depth = 1 + below(t, 3);
    out[0] = '\0';
    for (unsigned i = 0; i < depth; i++) {
        strcat(out, i ? "/" : "");
        strcat(out, names[below(t, i + 1 < depth ? 12 : COUNT(names))]);
    }
}

static void full_path(const tree_steps *t, const char *path, char out[1200])
{
    snprintf(out, 1200, "%s/%s", t->tree, path);
}

/* Directories on the way are made; files in the way go. */
static void make_way(const tree_steps *t, const char *path)
{
    char full[1200];
    gaz_error err = {0};
    struct stat info;
    full_path(t, path, full);
    for (char *slash = full + strlen(t->tree) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        if (lstat(full, &info) == 0 && !S_ISDIR(info.st_mode))
            unlink(full);
        (void)mkdir(full, 0755);
        *slash = '/';
    }
    if (lstat(full, &info) == 0 && S_ISDIR(info.st_mode))
        assert_ok(gaz_remove_all(full, &err));
}

static void content(tree_steps *t, gaz_strbuf *out)
{
    uint32_t kind = below(t, 12);
    if (kind == 0)
        return;
    if (kind == 1)
        gaz_strbuf_add(out, "bin\0ary", 7);
    for (uint32_t n = below(t, kind == 2 ? 4000 : 6) + 1; n--;)
        gaz_strbuf_printf(out, "word%u line\n", below(t, 40));
}

static void do_write(tree_steps *t, bool rename_over)
{
    char path[300], full[1200], other[1300];
    gaz_error err = {0};
    gaz_strbuf text = GAZ_STRBUF_INIT;
    choose(t, path);
    make_way(t, path);
    full_path(t, path, full);
    snprintf(other, sizeof other, "%s~", full);
    content(t, &text);
    const char *at = rename_over ? other : full;
    unlink(at);
    int fd = open(at, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_ok(gaz_write_all(fd, text.data, text.len, &err));
    close(fd);
    if (rename_over)
        assert_int_equal(rename(other, full), 0);
    gaz_strbuf_release(&text);
    snprintf(t->last, sizeof t->last, "%s '%s'", rename_over ? "save by rename" : "write", path);
}

static void do_write_in_place(tree_steps *t)
{
    do_write(t, false);
}

static void do_save(tree_steps *t)
{
    do_write(t, true);
}

/* The same size and time of change as before: only the inode's own time tells. */
static void do_same_size(tree_steps *t)
{
    char path[300], full[1200];
    struct stat info;
    choose(t, path);
    full_path(t, path, full);
    snprintf(t->last, sizeof t->last, "change within '%s', time restored", path);
    if (lstat(full, &info) != 0 || !S_ISREG(info.st_mode) || !info.st_size)
        return;
    int fd = open(full, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    char byte = (char)('a' + below(t, 26));
    assert_int_equal(pwrite(fd, &byte, 1, 0), 1);
    struct timespec times[2] = {info.st_atim, info.st_mtim};
    assert_int_equal(futimens(fd, times), 0);
    close(fd);
}

static void do_delete(tree_steps *t)
{
    char path[300], full[1200];
    gaz_error err = {0};
    choose(t, path);
    full_path(t, path, full);
    if (behind_link(t->tree, path))
        return;
    assert_ok(gaz_remove_all(full, &err));
    snprintf(t->last, sizeof t->last, "delete '%s'", path);
}

static void do_move(tree_steps *t)
{
    char from[300], to[300], full[1200], dest[1200];
    choose(t, from);
    choose(t, to);
    full_path(t, from, full);
    full_path(t, to, dest);
    if (behind_link(t->tree, from) || strncmp(to, from, strlen(from)) == 0 ||
        strncmp(to, from, strlen(to)) == 0)
        return;
    make_way(t, to);
    (void)!rename(full, dest);
    snprintf(t->last, sizeof t->last, "move '%s' to '%s'", from, to);
}

static void do_link(tree_steps *t)
{
    static const char *const targets[] = {"a", "../b", "/etc/passwd", "nowhere", "deep", ".", ".."};
    char path[300], full[1200];
    choose(t, path);
    make_way(t, path);
    full_path(t, path, full);
    unlink(full);
    assert_int_equal(symlink(targets[below(t, COUNT(targets))], full), 0);
    snprintf(t->last, sizeof t->last, "link '%s'", path);
}

static void do_pipe(tree_steps *t)
{
    char path[300], full[1200];
    choose(t, path);
    make_way(t, path);
    full_path(t, path, full);
    unlink(full);
    assert_int_equal(mkfifo(full, 0644), 0);
    snprintf(t->last, sizeof t->last, "pipe '%s'", path);
}

static void do_ignore(tree_steps *t)
{
    static const char *const files[] = {".gitignore", ".gitignore", "deep/.gitignore",
                                        "build/.gitignore", ".git/info/exclude"};
    const char *file = files[below(t, COUNT(files))];
    char full[1200];
    gaz_error err = {0};
    if (file[1] != 'g' || file[4] != '/')
        make_way(t, file);
    full_path(t, file, full);
    unlink(full);
    if (below(t, 4)) {
        const char *a = patterns[below(t, COUNT(patterns))],
                   *b = patterns[below(t, COUNT(patterns))];
        char text[100];
        snprintf(text, sizeof text, "%s%s", a, below(t, 2) ? b : "");
        int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        assert_true(fd >= 0);
        assert_ok(gaz_write_all(fd, text, strlen(text), &err));
        close(fd);
    }
    snprintf(t->last, sizeof t->last, "ignore rules in %s", file);
}

/* git may refuse, with paths that are gone. */
static void git(const tree_steps *t, const char *a, const char *b, const char *c, const char *d)
{
    const char *const argv[] = {"git",
                                "-C",
                                t->tree,
                                "-c",
                                "user.name=T",
                                "-c",
                                "user.email=t@example.org",
                                "-c",
                                "gc.auto=0",
                                a,
                                b,
                                c,
                                d,
                                NULL};
    run_tool(&(tool){.argv = argv}, NULL);
}

static void do_index(tree_steps *t)
{
    char path[300];
    choose(t, path);
    switch (below(t, 7)) {
    case 0:
        git(t, "add", "-A", NULL, NULL);
        break;
    case 1:
        git(t, "add", "-f", "--", path);
        break;
    case 2:
        git(t, "rm", "-rq", "--cached", path);
        break;
    case 3:
        git(t, "add", "-N", "--", path);
        break;
    case 4:
        git(t, "update-index", "--assume-unchanged", path, NULL);
        break;
    case 5:
        git(t, "status", "--porcelain", NULL, NULL);
        break;
    default:
        git(t, "update-index", below(t, 2) ? "--index-version=4" : "--index-version=2", NULL, NULL);
    }
    snprintf(t->last, sizeof t->last, "git's index, '%s'", path);
}

static void do_commit(tree_steps *t)
{
    char name[40];
    snprintf(name, sizeof name, "side%u", below(t, 3));
    switch (below(t, 6)) {
    case 0:
        git(t, "commit", "-qam", "step", NULL);
        break;
    case 1:
        git(t, "checkout", "-q", "-B", name);
        break;
    case 2:
        git(t, "checkout", "-qf", name, NULL);
        break;
    case 3:
        git(t, "reset", "-q", "--hard", "HEAD~1");
        break;
    case 4:
        git(t, "merge", "-q", "--no-edit", name);
        break;
    default:
        git(t, "add", "-A", NULL, NULL);
        git(t, "commit", "-qm", "step", NULL);
    }
    snprintf(t->last, sizeof t->last, "commits and branches (%s)", name);
}

static void do_nested(tree_steps *t)
{
    char full[1200];
    make_way(t, "inner/f");
    full_path(t, "inner", full);
    if (below(t, 2)) {
        git(t, "init", "-q", full, NULL);
    } else {
        gaz_error err = {0};
        strcat(full, "/.git");
        assert_ok(gaz_remove_all(full, &err));
    }
    full_path(t, "inner/f", full);
    int fd = open(full, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    close(fd);
    snprintf(t->last, sizeof t->last, "a repository inside");
}

void tree_steps_do(tree_steps *t)
{
    static void (*const steps[])(tree_steps *) = {
        do_write_in_place, do_write_in_place, do_write_in_place, do_save,   do_save,   do_save,
        do_same_size,      do_delete,         do_move,           do_move,   do_link,   do_pipe,
        do_ignore,         do_index,          do_index,          do_commit, do_commit, do_nested};
    uint32_t chosen = below(t, COUNT(steps));
    snprintf(t->last, sizeof t->last, "step %u", chosen);
    t->step++;
    steps[chosen](t);
}

void tree_steps_init(tree_steps *t, const char *dir, uint64_t seed)
{
    *t = (tree_steps){.random = seed};
    snprintf(t->tree, sizeof t->tree, "%s/tree", dir);
    free(run_git(dir, "init", "-q", "-b", "main", t->tree, NULL));
    for (int i = 0; i < 12; i++)
        do_write_in_place(t);
    free(run_git(t->tree, "add", "-A", NULL));
    free(run_git(t->tree, "commit", "-q", "--allow-empty", "-m", "first", NULL));
}
