/* The kinds of hostile repository that tests go through one after the other. */
#include "hostile_repo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/strbuf.h"

#define FILE_MODE "100644"
#define DIR_MODE "40000"
#define LINK_MODE "120000"
#define MODULE_MODE "160000"

static hostile_entry honest(hostile_repo *h)
{
    return (hostile_entry){FILE_MODE, "ok.txt", hostile_text(h, "honest\n")};
}

static void with_honest(hostile_repo *h, hostile_entry *entries, size_t count)
{
    entries[count++] = honest(h);
    gaz_oid tree = hostile_tree(h, entries, count);
    hostile_main(h, &tree);
}

void hostile_write_deep(hostile_repo *h, unsigned levels)
{
    hostile_entry entry = {FILE_MODE, "bottom.txt", hostile_text(h, "deep\n")};
    gaz_oid tree = hostile_tree(h, &entry, 1);
    for (unsigned i = 1; i < levels; i++) {
        entry = (hostile_entry){DIR_MODE, "d", tree};
        tree = hostile_tree(h, &entry, 1);
    }
    hostile_entry top[2] = {{DIR_MODE, "d", tree}};
    with_honest(h, top, 1);
}

void hostile_write_flat(hostile_repo *h, unsigned files)
{
    gaz_oid blob = hostile_text(h, "one of many\n");
    gaz_strbuf raw = GAZ_STRBUF_INIT;
    for (unsigned i = 0; i < files; i++) {
        gaz_strbuf_printf(&raw, "100644 f%07u%c", i, 0);
        gaz_strbuf_add(&raw, blob.id, GAZ_OID_SIZE);
    }
    gaz_oid tree = hostile_object(h, "tree", raw.data, raw.len);
    gaz_strbuf_release(&raw);
    hostile_entry top[2] = {{DIR_MODE, "flat", tree}};
    with_honest(h, top, 1);
}

void hostile_write_tree_bomb(hostile_repo *h, unsigned width, unsigned depth, bool files)
{
    gaz_oid below = hostile_text(h, "boom\n");
    if (!files)
        below = hostile_tree(h, NULL, 0);
    hostile_entry *entries = calloc(width, sizeof *entries);
    char(*names)[16] = calloc(width, sizeof *names);
    if (!entries || !names)
        abort();
    for (unsigned level = 0; level < depth; level++) {
        for (unsigned i = 0; i < width; i++) {
            snprintf(names[i], sizeof names[i], "b%05u", i);
            entries[i] =
                (hostile_entry){level == 0 && files ? FILE_MODE : DIR_MODE, names[i], below};
        }
        below = hostile_tree(h, entries, width);
    }
    free(entries);
    free(names);
    hostile_entry top[2] = {{DIR_MODE, "bomb", below}};
    with_honest(h, top, 1);
}

static void write_names(hostile_repo *h, const char *marker)
{
    (void)marker;
    static char longest[3000];
    gaz_oid blob = hostile_text(h, "odd\n");
    memset(longest, 'n', sizeof longest - 1);
    hostile_entry inner = {FILE_MODE, "passwd", blob};
    gaz_oid dir = hostile_tree(h, &inner, 1);
    const char *const files[] = {"..",
                                 ".",
                                 "",
                                 "/etc/passwd",
                                 "../../escape",
                                 "a/b",
                                 "tab\there",
                                 "new\nline",
                                 "bell\a\033[",
                                 "\xff\xfe",
                                 ".git",
                                 ".GIT",
                                 ".gitmodules",
                                 "back\\slash",
                                 "C:\\windows",
                                 "con",
                                 "a:b",
                                 "trailing. ",
                                 "-rf",
                                 "--help",
                                 "$(touch x)",
                                 "`id`",
                                 longest,
                                 "\xE2\x80\xAE"
                                 "txt.exe"};
    enum { FILES = sizeof files / sizeof files[0] };
    hostile_entry entries[FILES + 16];
    size_t n = 0;
    for (size_t i = 0; i < FILES; i++)
        entries[n++] = (hostile_entry){FILE_MODE, files[i], blob};
    entries[n++] = (hostile_entry){DIR_MODE, "zz..", dir};
    entries[n++] = (hostile_entry){DIR_MODE, "..", dir};
    entries[n++] = (hostile_entry){DIR_MODE, ".Git", dir};
    entries[n++] = (hostile_entry){FILE_MODE, "twice", blob};
    entries[n++] = (hostile_entry){FILE_MODE, "twice", dir};
    entries[n++] = (hostile_entry){FILE_MODE, "both", blob};
    entries[n++] = (hostile_entry){FILE_MODE, "both.c", blob};
    entries[n++] = (hostile_entry){DIR_MODE, "both", dir};
    entries[n++] = (hostile_entry){"100664", "group", blob};
    entries[n++] = (hostile_entry){"100755", "run", blob};
    entries[n++] = (hostile_entry){"020644", "device", blob};
    entries[n++] = (hostile_entry){"0", "nothing", blob};
    entries[n++] = (hostile_entry){"177777", "all", blob};
    entries[n++] = (hostile_entry){LINK_MODE, "link", hostile_text(h, "/etc/passwd")};
    entries[n++] = (hostile_entry){LINK_MODE, "up", hostile_text(h, "../../../../etc/shadow")};
    with_honest(h, entries, n);
}

static void write_deep(hostile_repo *h, const char *marker)
{
    (void)marker;
    hostile_write_deep(h, 4096);
}

/* Long names below each other: paths beyond any limit at a small depth. */
static void write_long(hostile_repo *h, const char *marker)
{
    (void)marker;
    char name[901];
    memset(name, 'l', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    hostile_entry entries[3] = {{FILE_MODE, name, hostile_text(h, "far\n")},
                                {FILE_MODE, "near", hostile_text(h, "near\n")}};
    gaz_oid tree = hostile_tree(h, entries, 2);
    for (int i = 0; i < 8; i++) {
        entries[0] = (hostile_entry){DIR_MODE, name, tree};
        tree = hostile_tree(h, entries, 2);
    }
    entries[0] = (hostile_entry){DIR_MODE, "long", tree};
    with_honest(h, entries, 1);
}

static void write_clashes(hostile_repo *h, const char *marker)
{
    (void)marker;
    static const char *const names[] = {"README",
                                        "ReadMe",
                                        "Readme",
                                        "readme",
                                        "stra\xC3\x9F"
                                        "e",
                                        "STRASSE",
                                        "\xC3\xA9",
                                        "e\xCC\x81"};
    enum { NAMES = sizeof names / sizeof names[0] };
    hostile_entry entries[NAMES + 1];
    for (size_t i = 0; i < NAMES; i++)
        entries[i] = (hostile_entry){FILE_MODE, names[i], hostile_text(h, names[i])};
    with_honest(h, entries, NAMES);
}

static void write_flat(hostile_repo *h, const char *marker)
{
    (void)marker;
    hostile_write_flat(h, 200000);
}

static void write_bomb(hostile_repo *h, const char *marker)
{
    (void)marker;
    hostile_write_tree_bomb(h, 10, 12, true);
}

static void write_dir_bomb(hostile_repo *h, const char *marker)
{
    (void)marker;
    hostile_write_tree_bomb(h, 2, 60, false);
}

static void write_submodules(hostile_repo *h, const char *marker)
{
    char modules[1024];
    hostile_entry first = honest(h);
    gaz_oid tree = hostile_tree(h, &first, 1);
    gaz_oid commit = hostile_commit(h, &tree, NULL, 0, 1600000000, "what the submodule names");
    snprintf(modules, sizeof modules,
             "[submodule \"self\"]\n\tpath = self\n\turl = .\n\tupdate = !touch %s\n"
             "[submodule \"../../hooks\"]\n\tpath = up\n\turl = ext::sh -c touch%% %s\n[submodule "
             "\"-x\"]\n\tpath = dash\n\turl = --upload-pack=touch\n",
             marker, marker);
    hostile_entry entries[5] = {{FILE_MODE, ".gitmodules", hostile_text(h, modules)},
                                {MODULE_MODE, "dash", commit},
                                {MODULE_MODE, "self", commit},
                                {MODULE_MODE, "up", {{1, 2, 3}}}};
    with_honest(h, entries, 4);
}

static gaz_oid damaged(hostile_repo *h, const char *text, hostile_damage how)
{
    gaz_oid oid = hostile_text(h, text);
    hostile_damage_object(h, &oid, how);
    return oid;
}

static void write_corrupt(hostile_repo *h, const char *marker)
{
    (void)marker;
    hostile_entry inner = {FILE_MODE, "lost.txt", hostile_text(h, "cannot be reached\n")};
    gaz_oid gone_dir = hostile_tree(h, &inner, 1), loop = {{0x77, 0x01}},
            blob = hostile_text(h, "no directory\n");
    gaz_oid bad_tree = hostile_object(h, "tree", "100644 cut", 10);
    hostile_damage_object(h, &gone_dir, HOSTILE_GONE);
    /* A tree that holds itself: its file stands under an id that it names. */
    gaz_strbuf raw = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&raw, "40000 again%c", 0);
    gaz_strbuf_add(&raw, loop.id, GAZ_OID_SIZE);
    hostile_object_as(h, &loop, "tree", raw.data, raw.len);
    gaz_strbuf_release(&raw);
    hostile_entry entries[16] = {
        {FILE_MODE, "boasting", damaged(h, "1 kkkkkkkkkkkkk", HOSTILE_BOASTING)},
        {FILE_MODE, "bomb", damaged(h, "2 lllllllllllll", HOSTILE_BOMB)},
        {FILE_MODE, "cut",
         damaged(h, "3 mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm abc def", HOSTILE_CUT)},
        {FILE_MODE, "delta", hostile_delta_pack(h, (uint64_t)12 << 30)},
        {FILE_MODE, "dir-as-file", bad_tree},
        {FILE_MODE, "empty", damaged(h, "4 nnnnnnnnnnnnn", HOSTILE_EMPTY)},
        {DIR_MODE, "file-as-dir", blob},
        {FILE_MODE, "flipped", damaged(h, "5 oooooooooooooooo pqr stu vwx", HOSTILE_FLIPPED)},
        {DIR_MODE, "gone-dir", gone_dir},
        {FILE_MODE, "gone", damaged(h, "6 ppppppppppppp", HOSTILE_GONE)},
        {DIR_MODE, "loop", loop},
        {DIR_MODE, "malformed", bad_tree},
        {FILE_MODE, "other", damaged(h, "7 qqqqqqqqqqqqq", HOSTILE_OTHER)},
    };
    with_honest(h, entries, 13);
}

/* Everything in a repository that git would run. Each would make the marker. */
static void write_traps(hostile_repo *h, const char *marker)
{
    static const char *const hooks[] = {
        "pre-auto-gc", "post-checkout",     "post-update",        "reference-transaction",
        "pre-commit",  "post-index-change", "fsmonitor-watchman", "pre-push"};
    char script[600], config[4000], include[700];
    snprintf(script, sizeof script, "#!/bin/sh\ntouch '%s'\n", marker);
    for (size_t i = 0; i < sizeof hooks / sizeof hooks[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "hooks/%s", hooks[i]);
        hostile_file(h, name, script, 0755);
    }
    hostile_file(h, "trap.sh", script, 0755);
    const char *dir = hostile_dir(h);
    snprintf(config, sizeof config,
             "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tfsmonitor = "
             "%s/trap.sh\n\thooksPath = %s/hooks\n"
             "\tsshCommand = %s/trap.sh\n\taskPass = %s/trap.sh\n\tpager = %s/trap.sh\n\teditor = "
             "%s/trap.sh\n"
             "\talternateRefsCommand = %s/trap.sh\n\tgitProxy = %s/trap.sh\n"
             "[diff]\n\texternal = %s/trap.sh\n[diff \"evil\"]\n\ttextconv = %s/trap.sh\n\tcommand "
             "= %s/trap.sh\n"
             "[filter \"evil\"]\n\tsmudge = %s/trap.sh\n\tclean = %s/trap.sh\n\tprocess = "
             "%s/trap.sh\n\trequired = true\n"
             "[credential]\n\thelper = %s/trap.sh\n[uploadpack]\n\tpackObjectsHook = %s/trap.sh\n"
             "[gpg]\n\tprogram = %s/trap.sh\n[alias]\n\tfetch = !%s/trap.sh\n[include]\n\tpath = "
             "included\n"
             "[includeIf \"gitdir:**\"]\n\tpath = included\n",
             dir, dir, dir, dir, dir, dir, dir, dir, dir, dir, dir, dir, dir, dir, dir, dir, dir,
             dir);
    snprintf(include, sizeof include,
             "[extensions]\n\tobjectformat = sha256\n[core]\n\trepositoryformatversion = 9\n");
    hostile_file(h, "config", config, 0644);
    hostile_file(h, "included", include, 0644);
    hostile_file(h, "info/attributes", "* filter=evil diff=evil\n", 0644);
    hostile_entry entries[6] = {
        {FILE_MODE, ".gitattributes",
         hostile_text(h, "* filter=evil diff=evil text eol=crlf working-tree-encoding=UTF-16\n")},
        {FILE_MODE, ".lfsconfig", hostile_text(h, "[lfs]\n\turl = http://169.254.169.254/\n")},
        {FILE_MODE, "big.bin",
         hostile_text(
             h, "version https://git-lfs.github.com/spec/v1\noid sha256:"
                "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n")},
        {LINK_MODE, "hosts", hostile_text(h, "/etc/passwd")},
        {LINK_MODE, "itself", hostile_text(h, "itself")},
    };
    with_honest(h, entries, 5);
}

static void write_sha256(hostile_repo *h, const char *marker)
{
    (void)marker;
    hostile_file(h, "config",
                 "[core]\n\trepositoryformatversion = 1\n\tbare = "
                 "true\n[extensions]\n\tobjectformat = sha256\n",
                 0644);
    hostile_file(h, "refs/heads/main",
                 "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321\n", 0644);
}

static void write_no_root(hostile_repo *h, const char *marker)
{
    (void)marker;
    hostile_entry entry = honest(h);
    gaz_oid tree = hostile_tree(h, &entry, 1);
    hostile_main(h, &tree);
    hostile_damage_object(h, &tree, HOSTILE_GONE);
}

const hostile_kind hostile_kinds[] = {
    {"names", false, write_names},
    {"deep", false, write_deep},
    {"long paths", false, write_long},
    {"case clashes", false, write_clashes},
    {"flat", false, write_flat},
    {"submodules", false, write_submodules},
    {"corrupt objects", false, write_corrupt},
    {"traps", false, write_traps},
    {"tree bomb", true, write_bomb},
    {"directory bomb", true, write_dir_bomb},
    {"SHA-256", true, write_sha256},
    {"no root tree", true, write_no_root},
};
const size_t hostile_kind_count = sizeof hostile_kinds / sizeof hostile_kinds[0];
