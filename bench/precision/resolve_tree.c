/* Resolves every reference of a directory of sources and prints what came of it, for comparison
 * with oracles; or measures how long the uses of names take.
 *
 *   resolve_tree DIRECTORY          lines of tabs:
 *       D path start line kind name
 *       R path start line role name method confidence total path:start;path:start…
 *       I path target name method   an import; M where it runs or inserts a file (Rust's `mod a;`)
 *   resolve_tree DIRECTORY NAME…    milliseconds for the uses and callers of each name */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/symbols/symbols.h"
#include "symbol_world.h"

#define FILE_BYTES_MAX (1u << 20)
#define OPEN_MAX_FTW 64
#define ROUNDS 20

static symbol_world world;
static size_t root_len;

static int fail(const gaz_error *err)
{
    fprintf(stderr, "resolve_tree: %s\n", err->message);
    return 1;
}

static bool is_manifest(const char *path)
{
    static const char *const names[] = {"go.mod",       "package.json",   "tsconfig.json",
                                        "Cargo.toml",   "pyproject.toml", "setup.py",
                                        "composer.json"};
    const char *base = strrchr(path, '/'), *dot = strrchr(path, '.');
    if (dot && strcmp(dot, ".gemspec") == 0)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(base ? base + 1 : path, names[i]) == 0)
            return true;
    return false;
}

static int see_file(const char *path, const struct stat *st, int type, struct FTW *at)
{
    gaz_error err = {0};
    gaz_strbuf text = GAZ_STRBUF_INIT;
    (void)at;
    if (type == FTW_D && (strstr(path, "/node_modules") || strstr(path, "/.git")))
        return FTW_SKIP_SUBTREE;
    const char *name = path + root_len + 1;
    if (type != FTW_F || st->st_size > FILE_BYTES_MAX ||
        !(symbol_world_language(path) || is_manifest(name)))
        return FTW_CONTINUE;
    gaz_status s = gaz_file_read(path, FILE_BYTES_MAX, &text, &err);
    if (s == GAZ_OK)
        s = symbol_world_add(&world, name, text.data, text.len, &err);
    gaz_strbuf_release(&text);
    return s == GAZ_OK ? FTW_CONTINUE : FTW_STOP;
}

/* ---- printing ---- */

static void print_reference(const world_file *f, const gaz_symbol_reference *ref,
                            const gaz_resolution *res, gaz_arena *arena)
{
    printf("R\t%s\t%u\t%u\t%u\t%.*s\t%s\t%u\t%llu\t", f->path, ref->start, ref->line, ref->role,
           (int)ref->name.len, ref->name.data, gaz_resolve_method_name(res->method),
           res->confidence, (unsigned long long)res->total);
    for (uint32_t i = 0; i < res->count && i < 20; i++) {
        gaz_symbol_definition d = {0};
        gaz_error err = {0};
        if (res->targets[i].index != GAZ_SYMBOL_NONE &&
            gaz_symbol_view_definition(world.view, res->targets[i].file, res->targets[i].index,
                                       arena, &d, &err) != GAZ_OK)
            continue;
        printf("%s%s:%u", i ? ";" : "", world.files.items[res->targets[i].file].path, d.name_start);
    }
    putchar('\n');
}

static void print_imports(uint32_t file)
{
    for (uint32_t i = 0; i < gaz_graph_import_count(world.graph, file); i++) {
        gaz_graph_import m;
        gaz_graph_import_at(world.graph, file, i, &m);
        for (uint32_t t = 0; m.state == GAZ_GRAPH_RESOLVED && t < m.targets; t++)
            printf("%s\t%s\t%s\t%s\t%s\n", m.kind == GAZ_IMPORT_SOURCE ? "M" : "I",
                   world.files.items[file].path,
                   world.files.items[gaz_graph_target(world.graph, &m, t)].path, m.name,
                   gaz_graph_method_name((gaz_graph_method)m.method));
    }
}

static gaz_status print_file(uint32_t file, gaz_error *err)
{
    const world_file *f = &world.files.items[file];
    gaz_resolve_source source = symbol_world_source(&world);
    gaz_resolver *r = NULL;
    gaz_arena arena;
    gaz_symbol_facts facts;
    source.memory = (size_t)2 << 30;
    gaz_arena_init(&arena, (size_t)1 << 30);
    gaz_status st = gaz_symbol_view_facts(world.view, file, GAZ_SYMBOL_ALL, &arena, &facts, err);
    if (st == GAZ_E_NOT_FOUND) {
        gaz_arena_release(&arena);
        return GAZ_OK;
    }
    for (uint32_t i = 0; st == GAZ_OK && i < facts.definition_count; i++)
        printf("D\t%s\t%u\t%u\t%u\t%.*s\n", f->path, facts.definitions[i].name_start,
               facts.definitions[i].name_line, facts.definitions[i].kind,
               (int)facts.definitions[i].name.len, facts.definitions[i].name.data);
    print_imports(file);
    if (st == GAZ_OK)
        st = gaz_resolver_new(&source, &r, err);
    for (uint32_t i = 0; st == GAZ_OK && i < facts.reference_count; i++) {
        gaz_resolution res;
        st = gaz_resolve(r, file, &facts.references[i], &res, err);
        if (st == GAZ_OK)
            print_reference(f, &facts.references[i], &res, &arena);
    }
    gaz_resolver_free(r);
    gaz_arena_release(&arena);
    return st;
}

/* ---- timing ---- */

static gaz_status time_target(gaz_resolve_target target, const char *name, gaz_error *err)
{
    double best_uses = 1e9, best_callers = 1e9;
    for (int round = 0; round < ROUNDS; round++) { /* the best is warm and undisturbed */
        gaz_resolve_source source = symbol_world_source(&world);
        gaz_resolver *r = NULL;
        gaz_uses uses;
        gaz_callers callers;
        gaz_uses_query query = {.limit = 1000};
        gaz_status st = gaz_resolver_new(&source, &r, err);
        int64_t begin = gaz_now_us();
        if (st == GAZ_OK)
            st = gaz_resolve_uses(r, target, &query, &uses, err);
        int64_t used = gaz_now_us();
        gaz_resolver_free(r);
        r = NULL;
        if (st == GAZ_OK)
            st = gaz_resolver_new(&source, &r, err);
        int64_t between = gaz_now_us();
        if (st == GAZ_OK)
            st = gaz_resolve_callers(r, target, &query, &callers, err);
        if (st != GAZ_OK) {
            gaz_resolver_free(r);
            return st;
        }
        double uses_ms = (double)(used - begin) / 1000;
        double callers_ms = (double)(gaz_now_us() - between) / 1000;
        best_uses = uses_ms < best_uses ? uses_ms : best_uses;
        best_callers = callers_ms < best_callers ? callers_ms : best_callers;
        if (round + 1 == ROUNDS)
            printf("%-24s %s:%u  uses %u of %llu, ambiguous %llu: %.2f ms  callers %u: %.2f ms\n",
                   name, world.files.items[target.file].path, target.index, uses.count,
                   (unsigned long long)uses.by_name, (unsigned long long)uses.ambiguous, best_uses,
                   callers.count, best_callers);
        gaz_resolver_free(r);
    }
    return GAZ_OK;
}

static gaz_status time_name(const char *name, gaz_error *err)
{
    gaz_arena arena;
    gaz_symbol_hits hits;
    gaz_symbol_query query = {.match = GAZ_SYMBOL_EXACT,
                              .text = name,
                              .len = strlen(name),
                              .limit = 1,
                              .last = 1, /* declarations */
                              .deadline_us = GAZ_NEVER};
    gaz_arena_init(&arena, (size_t)64 << 20);
    gaz_status st = gaz_symbol_view_find(world.view, &query, &arena, &hits, err);
    if (st == GAZ_OK && hits.count)
        st = time_target((gaz_resolve_target){hits.items[0].file, hits.items[0].index}, name, err);
    gaz_arena_release(&arena);
    return st;
}

int main(int argc, char **argv)
{
    gaz_error err = {0};
    const char *tmp = getenv("TMPDIR");
    char dir[4096];
    snprintf(dir, sizeof dir, "%s/resolve_tree.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (argc < 2 || !mkdtemp(dir)) {
        fprintf(stderr, "usage: resolve_tree DIRECTORY [NAME...]\n");
        return 2;
    }
    root_len = strlen(argv[1]);
    int64_t begin = gaz_now_us();
    if (nftw(argv[1], see_file, OPEN_MAX_FTW, FTW_PHYS | FTW_ACTIONRETVAL) != 0) {
        fprintf(stderr, "resolve_tree: cannot read %s\n", argv[1]);
        return 1;
    }
    gaz_status st = symbol_world_build(&world, dir, &err);
    fprintf(stderr, "%zu files, facts and graph in %.1f s\n", world.files.len,
            (double)(gaz_now_us() - begin) / 1e6);
    begin = gaz_now_us();
    for (int i = 2; st == GAZ_OK && i < argc; i++)
        st = time_name(argv[i], &err);
    for (uint32_t i = 0; st == GAZ_OK && argc == 2 && i < world.files.len; i++)
        st = print_file(i, &err);
    fprintf(stderr, "resolved in %.1f s\n", (double)(gaz_now_us() - begin) / 1e6);
    symbol_world_release(&world);
    gaz_error ignored = {0};
    if (gaz_remove_all(dir, &ignored) != GAZ_OK && st == GAZ_OK)
        return fail(&ignored);
    return st == GAZ_OK ? 0 : fail(&err);
}
