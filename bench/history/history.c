/* How long a commit index takes to answer: opens the index of a repository in a home and asks each
 * kind of question a few times, of paths and words taken from the index itself, and then the
 * operations over history of files that are there. Prints a table of median and 95th percentile in
 * microseconds.
 *
 *   gaz-history HOME REPOSITORY [ROUNDS] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/ops/op.h"
#include "gaz/query/commit_search.h"

typedef struct world {
    gaz_store *store;
    int64_t repo;
    gaz_commits *index;
    gaz_commit_texts *texts;
    gaz_block_cache *cache;
    gaz_arena arena;
    char *files[64], *dirs[64];
    size_t file_count, dir_count;
    uint64_t random;
    size_t results; /* so that nothing is optimised away */
    gaz_error err;
    gaz_services services;
    gaz_settings settings;
    const char *name;  /* of the repository */
    char *here[64];    /* files of the ref that are text */
    char *symbols[64]; /* "path:line" of definitions */
    size_t here_count, symbol_count;
} world;

static const char *const words[] = {"memory leak",
                                    "fix",
                                    "refactor",
                                    "race condition",
                                    "update documentation of the config parser",
                                    "windows build",
                                    "segfault when the index is empty",
                                    "add test"};
static const char *const patterns[] = {"strbuf_addf",     "malloc\\(",  "TODO",
                                       "git_[a-z]+_free", "return -1;", "\\bEINTR\\b",
                                       "unlikely_name9",  "err = 0"};

static unsigned pick(world *w, size_t below)
{
    w->random = w->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (unsigned)((w->random >> 33) % below);
}

static void must(gaz_status st, const world *w, const char *what)
{
    if (st == GAZ_OK)
        return;
    fprintf(stderr, "%s: %s\n", what, w->err.message);
    exit(1);
}

/* ---- questions ---- */

static void ask_log(world *w, const gaz_commits_filter *f)
{
    gaz_commits_page page = {.limit = 50};
    must(gaz_commits_log(w->index, f, &page, &w->arena, &w->err), w, "log");
    w->results += page.count;
}

static void log_newest(world *w)
{
    ask_log(w, &(gaz_commits_filter){.path = NULL});
}

static void log_file(world *w)
{
    const char *path = w->files[pick(w, w->file_count)];
    ask_log(w, &(gaz_commits_filter){.path = path, .path_len = strlen(path)});
}

static void log_follow(world *w)
{
    const char *path = w->files[pick(w, w->file_count)];
    ask_log(w, &(gaz_commits_filter){.path = path, .path_len = strlen(path), .follow = true});
}

static void log_directory(world *w)
{
    const char *path = w->dirs[pick(w, w->dir_count)];
    ask_log(w, &(gaz_commits_filter){.path = path, .path_len = strlen(path), .below = true});
}

static void log_author(world *w)
{
    ask_log(w, &(gaz_commits_filter){.author = "an"});
}

static void log_words(world *w)
{
    ask_log(w, &(gaz_commits_filter){.message = words[pick(w, 8)]});
}

static void log_branch(world *w)
{
    const gaz_oid *tip = gaz_commits_id(w->index, pick(w, 100));
    ask_log(w, &(gaz_commits_filter){.reach = tip});
}

static void show_commit(world *w)
{
    gaz_commit_record r;
    uint32_t rank = pick(w, gaz_commits_count(w->index));
    must(gaz_commits_get(w->index, rank, true, &w->arena, &r, &w->err), w, "get");
    w->results += r.change_count;
}

static void rank_words(world *w)
{
    gaz_commits_score *list;
    size_t count;
    must(gaz_commits_best(w->index, words[pick(w, 8)], &(gaz_commits_filter){.path = NULL}, 50,
                          &w->arena, &list, &count, &w->err),
         w, "best");
    w->results += count;
}

static void cochange(world *w)
{
    const char *path = w->files[pick(w, w->file_count)];
    gaz_cochange *list;
    size_t count;
    must(gaz_commits_cochange(w->index, path, strlen(path), 20, &w->arena, &list, &count, NULL,
                              &w->err),
         w, "cochange");
    w->results += count;
}

static void recent(world *w)
{
    gaz_recent_change *list;
    size_t count;
    must(gaz_commits_recent(w->index, &(gaz_commits_filter){.path = NULL}, 50, &w->arena, &list,
                            &count, &w->err),
         w, "recent");
    w->results += count;
}

static void path_stats(world *w)
{
    const char *path = w->files[pick(w, w->file_count)];
    gaz_path_stats stats;
    must(gaz_commits_path(w->index, path, strlen(path), &stats, &w->err), w, "path");
    w->results += stats.commits;
}

static gaz_status count_one(void *ctx, const gaz_path_stats *stats, gaz_error *err)
{
    (void)err;
    *(size_t *)ctx += stats->commits;
    return GAZ_OK;
}

static void all_stats(world *w)
{
    must(gaz_commits_paths(w->index, "", 0, count_one, &w->results, &w->err), w, "paths");
}

static void authors(world *w)
{
    const char *path = w->dirs[pick(w, w->dir_count)];
    gaz_commits_author *list;
    size_t count;
    gaz_commits_filter f = {.path = path, .path_len = strlen(path), .below = true};
    must(gaz_commits_authors(w->index, &f, 10, &w->arena, &list, &count, &w->err), w, "authors");
    w->results += count;
}

static bool count_found(void *ctx, const gaz_commit_found *found)
{
    *(size_t *)ctx += found->lines;
    return true;
}

static void search(world *w, bool messages)
{
    gaz_pattern *p = NULL;
    gaz_pattern_options options = {.fold = GAZ_CASE_AUTO};
    gaz_commit_result result;
    const char *text = patterns[pick(w, 8)];
    must(gaz_pattern_compile(text, strlen(text), &options, &p, &w->err), w, "compile");
    gaz_commit_query q = {.pattern = p,
                          .messages = messages,
                          .added = !messages,
                          .removed = !messages,
                          .limit = 30,
                          .lines = 5,
                          .deadline_us = GAZ_NEVER};
    must(gaz_commit_search(w->texts, w->cache, &q, count_found, &w->results, &result, &w->err), w,
         "search");
    gaz_pattern_free(p);
}

static void search_diffs(world *w)
{
    search(w, false);
}

static void search_messages(world *w)
{
    search(w, true);
}

static void open_index(world *w)
{
    gaz_commits *index = NULL;
    must(gaz_commits_open(w->store, w->repo, &index, &w->err), w, "open");
    gaz_commits_unref(index);
}

/* ---- operations ---- */

static gaz_status swallow(void *ctx, const void *data, size_t len, gaz_error *err)
{
    (void)data;
    (void)err;
    *(size_t *)ctx += len;
    return GAZ_OK;
}

/* An operation with one parameter beside the repository's name, as a face asks it. */
static void ask_op(world *w, const char *name, const char *key, const char *text)
{
    size_t count = 0;
    const gaz_op *ops = gaz_ops(&count), *op = gaz_op_find(ops, count, name);
    gaz_value values[32] = {{0}};
    gaz_raw_param raw[] = {{"repo", w->name, strlen(w->name)}, {key, text, strlen(text)}};
    must(gaz_op_bind(op, raw, key[0] ? 2 : 1, &w->arena, values, &w->err), w, name);
    gaz_call call = {.services = &w->services,
                     .op = op,
                     .values = values,
                     .emit = swallow,
                     .ctx = &w->results,
                     .status = 200};
    must(op->handler(&call, &w->err), w, name);
}

static const char *one_file(world *w)
{
    return w->here[pick(w, w->here_count)];
}

static void op_history(world *w)
{
    ask_op(w, "history", "path", one_file(w));
}

static void op_history_symbol(world *w)
{
    ask_op(w, "history", "at", w->symbols[pick(w, w->symbol_count)]);
}

static void op_blame(world *w)
{
    ask_op(w, "blame", "path", one_file(w));
}

static void op_owners(world *w)
{
    ask_op(w, "owners", "path", one_file(w));
}

static void op_recent(world *w)
{
    ask_op(w, "recent", "", "");
}

static void op_cochange(world *w)
{
    ask_op(w, "cochange", "path", one_file(w));
}

static void op_impact(world *w)
{
    ask_op(w, "impact", "change", one_file(w));
}

static void op_impact_range(world *w)
{
    ask_op(w, "impact", "range", "HEAD~10..HEAD");
}

static void op_tests(world *w)
{
    ask_op(w, "tests", "path", one_file(w));
}

static void op_entries(world *w)
{
    ask_op(w, "deps.entries", "", "");
}

/* Files and definitions of the default branch. */
static void choose_files(world *w)
{
    gaz_code *code = NULL;
    must(gaz_code_open(w->services.code, w->name, NULL, GAZ_NEVER, &code, &w->err), w, "code");
    gaz_ref_files *files = gaz_code_files(code);
    for (unsigned tries = 0; tries < 100000 && w->here_count < 64; tries++) {
        gaz_ref_file f;
        gaz_symbol_document document;
        gaz_symbol_definition d;
        uint32_t file = pick(w, gaz_ref_files_count(files));
        gaz_ref_files_at(files, file, &f);
        if (f.skip || f.lines < 50 || f.lines > 5000)
            continue;
        w->here[w->here_count++] = strndup(f.path, f.path_len);
        if (gaz_symbol_view_document(gaz_code_symbols(code), file, &document, NULL) != GAZ_OK ||
            !document.definitions || w->symbol_count == 64)
            continue;
        must(gaz_symbol_view_definition(gaz_code_symbols(code), file, pick(w, document.definitions),
                                        &w->arena, &d, &w->err),
             w, "definition");
        char text[4200];
        snprintf(text, sizeof text, "%s:%u", w->here[w->here_count - 1], d.name_line);
        w->symbols[w->symbol_count++] = strdup(text);
    }
    gaz_code_close(code);
}

static void open_services(world *w, const char *home)
{
    must(gaz_settings_load(home, &w->settings, &w->err), w, "settings");
    w->services = (gaz_services){.store = w->store, .settings = &w->settings};
    must(gaz_engine_new(w->store, &w->settings, &w->services.engine, &w->err), w, "engine");
    must(gaz_code_cache_new(w->services.engine, w->store, &w->settings, 4, &w->services.code,
                            &w->err),
         w, "graphs");
    must(gaz_repo_pool_new(NULL, 1, &w->services.repos, &w->err), w, "gaz-worker");
    choose_files(w);
}

static void close_services(world *w)
{
    for (size_t i = 0; i < w->here_count; i++)
        free(w->here[i]);
    for (size_t i = 0; i < w->symbol_count; i++)
        free(w->symbols[i]);
    gaz_repo_pool_free(w->services.repos);
    gaz_code_cache_free(w->services.code);
    gaz_engine_free(w->services.engine);
    gaz_settings_release(&w->settings);
}

/* ---- running ---- */

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static void measure(world *w, const char *name, void (*ask)(world *w), unsigned rounds)
{
    int64_t *times = calloc(rounds, sizeof *times);
    if (!times)
        exit(1);
    for (unsigned i = 0; i < rounds; i++) {
        gaz_arena_reset(&w->arena);
        int64_t began = gaz_now_us();
        ask(w);
        times[i] = gaz_now_us() - began;
    }
    qsort(times, rounds, sizeof *times, by_size);
    printf("%-28s %8lld %8lld %8lld\n", name, (long long)times[rounds / 2],
           (long long)times[rounds * 95 / 100], (long long)times[rounds - 1]);
    free(times);
}

static void choose_paths(world *w)
{
    for (unsigned tries = 0; tries < 10000 && w->file_count < 64; tries++) {
        gaz_commit_record r;
        gaz_arena_reset(&w->arena);
        must(gaz_commits_get(w->index, pick(w, gaz_commits_count(w->index)), true, &w->arena, &r,
                             &w->err),
             w, "get");
        if (!r.change_count)
            continue;
        const char *path = r.changes[pick(w, r.change_count)].path, *slash = strrchr(path, '/');
        w->files[w->file_count++] = strdup(path);
        if (slash && w->dir_count < 64)
            w->dirs[w->dir_count++] = strndup(path, (size_t)(slash - path));
    }
    if (!w->dir_count)
        w->dirs[w->dir_count++] = strdup("");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*ask)(world *w);
    } questions[] = {{"open", open_index},
                     {"log, newest 50", log_newest},
                     {"log of a file", log_file},
                     {"log of a file, renames", log_follow},
                     {"log of a directory", log_directory},
                     {"log by author", log_author},
                     {"log by words", log_words},
                     {"log of a branch", log_branch},
                     {"a commit with its changes", show_commit},
                     {"messages by BM25", rank_words},
                     {"co-change of a file", cochange},
                     {"recent changes", recent},
                     {"statistics of a path", path_stats},
                     {"statistics of all paths", all_stats},
                     {"authors of a directory", authors},
                     {"diff search", search_diffs},
                     {"message search", search_messages}};
    static const struct {
        const char *name;
        void (*ask)(world *w);
    } operations[] = {{"history of a file", op_history},
                      {"history of a definition", op_history_symbol},
                      {"blame of a file", op_blame},
                      {"owners of a file", op_owners},
                      {"recent", op_recent},
                      {"cochange of a file", op_cochange},
                      {"impact of a file", op_impact},
                      {"impact of ten commits", op_impact_range},
                      {"tests of a file", op_tests},
                      {"entry points", op_entries}};
    world w = {.random = 42};
    gaz_repo_row row;
    unsigned rounds = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 60;
    if (argc < 3 || !rounds)
        return fprintf(stderr, "usage: gaz-history HOME REPOSITORY [ROUNDS]\n"), 2;
    gaz_arena_init(&w.arena, (size_t)1 << 30);
    must(gaz_store_open(argv[1], false, &w.store, &w.err), &w, "home");
    must(gaz_store_repo_get(w.store, argv[2], &row, &w.err), &w, "repository");
    w.repo = row.id;
    gaz_repo_row_release(&row);
    must(gaz_commits_open(w.store, w.repo, &w.index, &w.err), &w, "index");
    must(gaz_commit_texts_open(w.store, w.index, &w.texts, &w.err), &w, "texts");
    must(gaz_block_cache_new((size_t)256 << 20, &w.cache, &w.err), &w, "cache");
    size_t files;
    (void)gaz_commits_files(w.index, &files);
    choose_paths(&w);
    printf("%zu commits in %zu files; microseconds: median, 95 %%, worst of %u\n",
           gaz_commits_count(w.index), files, rounds);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
        measure(&w, questions[i].name, questions[i].ask, rounds);
    w.name = argv[2];
    open_services(&w, argv[1]);
    if (w.here_count && w.symbol_count)
        for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
            measure(&w, operations[i].name, operations[i].ask, rounds);
    close_services(&w);
    printf("# %zu results\n", w.results);
    for (size_t i = 0; i < w.file_count; i++)
        free(w.files[i]);
    for (size_t i = 0; i < w.dir_count; i++)
        free(w.dirs[i]);
    gaz_block_cache_free(w.cache);
    gaz_commit_texts_close(w.texts);
    gaz_commits_unref(w.index);
    gaz_store_close(w.store);
    gaz_arena_release(&w.arena);
    return 0;
}
