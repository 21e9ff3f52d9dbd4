/* gaz-graph-bench DIR FACTS [--edges] [--scan]: the file graph of a directory, measured.
 *
 * Facts are extracted once on all cores (definitions and imports) into the file FACTS, which later
 * runs use again. With --scan the facts of C are its #include lines, found without a parser, and
 * other languages have none: the graph of a large tree in seconds. Prints one line per measure:
 * name, value, unit. With --edges it prints all edges instead, "FROM <tab> TO <tab> METHOD <tab>
 * NAME", unresolved ones with an empty TO: for check_includes.py and check_imports.py. */
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/base/threads.h"
#include "gaz/base/vec.h"
#include "gaz/graph/graph.h"
#include "gaz/symbols/symbols.h"
#include "gaz/text/language.h"

typedef struct bench_file {
    char *path; /* relative */
    uint32_t language;
    gaz_oid oid;
    uint8_t flags;
} bench_file;

static struct {
    const char *dir;
    GAZ_VEC(bench_file) files;
    atomic_size_t next;
    gaz_symbol_writer *writer;
    pthread_mutex_t lock;
    uint64_t bytes;
    bool extract, scan;
} bench = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void die(const char *what, const gaz_error *err)
{
    fprintf(stderr, "gaz-graph-bench: %s: %s\n", what, err ? err->message : "failed");
    exit(1);
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    const char *base = path + walk->base;
    if (type == FTW_D && strcmp(base, ".git") == 0)
        return FTW_SKIP_SUBTREE;
    if (type != FTW_F || !S_ISREG(st->st_mode))
        return FTW_CONTINUE;
    bench_file f = {.path = strdup(path + strlen(bench.dir) + 1)};
    if (!f.path || !gaz_vec_push(&bench.files, f))
        die("out of memory", NULL);
    return FTW_CONTINUE;
}

static int by_path(const void *left, const void *right)
{
    return strcmp(((const bench_file *)left)->path, ((const bench_file *)right)->path);
}

static gaz_symbol_name name_of(gaz_slice s)
{
    return (gaz_symbol_name){s.data, s.len < GAZ_SYMBOL_NAME_MAX ? s.len : GAZ_SYMBOL_NAME_MAX};
}

static void add_facts(const bench_file *f, const gaz_facts *facts, const gaz_strbuf *text)
{
    gaz_error err = {0};
    gaz_symbol_definition *d = calloc(facts->definition_count + 1u, sizeof *d);
    gaz_symbol_import *m = calloc(facts->import_count + 1u, sizeof *m);
    for (uint32_t i = 0; i < facts->definition_count; i++) {
        const gaz_definition *from = &facts->definitions[i];
        d[i] = (gaz_symbol_definition){.kind = from->kind,
                                       .visibility = from->visibility,
                                       .flags = from->flags,
                                       .container = from->container,
                                       .name = name_of(from->name),
                                       .signature.start = GAZ_SYMBOL_NOWHERE,
                                       .type.start = GAZ_SYMBOL_NOWHERE,
                                       .doc.start = GAZ_SYMBOL_NOWHERE,
                                       .start = from->span.start,
                                       .end = from->span.end,
                                       .start_line = from->span.start_line,
                                       .end_line = from->span.end_line,
                                       .name_start = from->name_span.start,
                                       .name_end = from->name_span.end,
                                       .name_line = from->name_span.start_line,
                                       .body_start = from->body_start,
                                       .body_end = from->body_end};
    }
    for (uint32_t i = 0; i < facts->import_count; i++) {
        const gaz_import *from = &facts->imports[i];
        m[i] = (gaz_symbol_import){from->kind,          from->flags,         from->level,
                                   from->start,         from->line,          from->enclosing,
                                   name_of(from->path), name_of(from->name), name_of(from->alias)};
    }
    gaz_symbol_facts out = {.key = {f->oid, f->language},
                            .fingerprint = gaz_symbols_fingerprint(f->language),
                            .outcome = facts->outcome,
                            .definitions = d,
                            .imports = m,
                            .definition_count = facts->definition_count,
                            .import_count = facts->import_count};
    pthread_mutex_lock(&bench.lock);
    if (gaz_symbol_writer_add(bench.writer, &out, 1, text->data, text->len, &err) != GAZ_OK)
        die(f->path, &err);
    pthread_mutex_unlock(&bench.lock);
    free(d);
    free(m);
}

static void scan_includes(const bench_file *f, const gaz_strbuf *text)
{
    GAZ_VEC(gaz_import) found = {0};
    uint32_t line = 0;
    for (size_t at = 0; at < text->len;) {
        const char *from = text->data + at, *end = memchr(from, '\n', text->len - at);
        size_t len = end ? (size_t)(end - from) : text->len - at;
        at += len + 1;
        line++;
        const char *c = from, *stop = from + len;
        while (c < stop && (*c == ' ' || *c == '\t'))
            c++;
        if (c == stop || *c++ != '#')
            continue;
        while (c < stop && (*c == ' ' || *c == '\t'))
            c++;
        if (stop - c < 9 || memcmp(c, "include", 7) != 0)
            continue;
        for (c += 7; c < stop && (*c == ' ' || *c == '\t');)
            c++;
        const char *close = c < stop && (*c == '"' || *c == '<')
                                ? memchr(c + 1, *c == '<' ? '>' : '"', (size_t)(stop - c - 1))
                                : NULL;
        if (!close)
            continue;
        gaz_import im = {.kind = *c == '<' ? GAZ_IMPORT_ANGLED : GAZ_IMPORT_QUOTED,
                         .start = (uint32_t)(c - text->data),
                         .line = line,
                         .enclosing = GAZ_NO_DEFINITION,
                         .path = {c + 1, (uint32_t)(close - c - 1)}};
        if (!gaz_vec_push(&found, im))
            die("out of memory", NULL);
    }
    gaz_facts facts = {.imports = found.items, .import_count = (uint32_t)found.len};
    add_facts(f, &facts, text);
    gaz_vec_free(&found);
}

/* Reads, names the language and, unless facts are there already, extracts. */
static void share(void *ctx, unsigned worker)
{
    (void)ctx;
    (void)worker;
    gaz_error err = {0};
    gaz_extractor *x = NULL;
    gaz_facts facts;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_facts_init(&facts);
    if (gaz_extractor_new(NULL, &x, &err) != GAZ_OK)
        die("extractor", &err);
    for (size_t i; (i = atomic_fetch_add(&bench.next, 1)) < bench.files.len;) {
        bench_file *f = &bench.files.items[i];
        char path[8192];
        snprintf(path, sizeof path, "%s/%s", bench.dir, f->path);
        gaz_strbuf_reset(&text);
        gaz_error_clear(&err);
        if (gaz_file_read(path, (size_t)64 << 20, &text, &err) != GAZ_OK)
            continue;
        uint64_t sums[2] = {gaz_checksum(text.data, text.len), text.len};
        memcpy(f->oid.id, sums, sizeof sums);
        gaz_lang_hint hint = gaz_language_hint(text.data, text.len);
        f->language = gaz_language_detect(f->path, strlen(f->path), &hint);
        gaz_path_kind kind = gaz_path_class(f->path, strlen(f->path));
        f->flags = kind == GAZ_PATH_TEST       ? GAZ_GRAPH_TEST
                   : kind == GAZ_PATH_VENDORED ? GAZ_GRAPH_VENDORED
                                               : 0;
        if (gaz_symbols_supports(f->language) != GAZ_SYMBOLS_FULL)
            f->language = 0;
        if (!f->language || !bench.extract)
            continue;
        memcpy(f->oid.id + 16, &i, 4); /* a blob of its own each */
        if (bench.scan) {
            if (f->language == 41 || f->language == 43)
                scan_includes(f, &text);
            continue;
        }
        if (gaz_extract(x, f->language, text.data, text.len,
                        GAZ_FACTS_DEFINITIONS | GAZ_FACTS_IMPORTS, &facts, &err) == GAZ_OK)
            add_facts(f, &facts, &text);
    }
    gaz_facts_release(&facts);
    gaz_extractor_free(x);
    gaz_strbuf_release(&text);
}

static void load(const char *facts_path)
{
    gaz_error err = {0};
    bench.extract = access(facts_path, R_OK) != 0;
    if (nftw(bench.dir, visit, 64, FTW_PHYS | FTW_ACTIONRETVAL) != 0)
        die(bench.dir, NULL);
    qsort(bench.files.items, bench.files.len, sizeof *bench.files.items, by_path);
    if (bench.extract && gaz_symbol_writer_open(facts_path, &bench.writer, &err) != GAZ_OK)
        die(facts_path, &err);
    unsigned cores = gaz_cores();
    gaz_pool *pool = NULL;
    if (gaz_pool_new(cores, cores, &pool, &err) != GAZ_OK)
        die("threads", &err);
    gaz_pool_run(pool, cores, share, NULL);
    gaz_pool_free(pool);
    for (size_t i = 0; i < bench.files.len; i++)
        if (bench.files.items[i].language)
            memcpy(bench.files.items[i].oid.id + 16, &i, 4);
    gaz_symbol_row row;
    if (bench.extract && gaz_symbol_writer_finish(bench.writer, &row, &err) != GAZ_OK)
        die("facts", &err);
    gaz_symbol_writer_close(bench.writer);
}

static gaz_status text_of(void *ctx, uint32_t file, size_t max, gaz_strbuf *out, gaz_error *err)
{
    const gaz_graph_file *files = ctx;
    char path[8192];
    (void)max;
    snprintf(path, sizeof path, "%s/%.*s", bench.dir, (int)files[file].path_len, files[file].path);
    return gaz_file_read(path, (size_t)128 << 20, out, err);
}

static gaz_graph_file *files_of(uint32_t extra)
{
    gaz_graph_file *files = calloc(bench.files.len + extra + 1, sizeof *files);
    for (size_t i = 0; files && i < bench.files.len; i++) {
        const bench_file *f = &bench.files.items[i];
        files[i] =
            (gaz_graph_file){f->path, (uint32_t)strlen(f->path), f->language, f->oid, f->flags};
    }
    return files;
}

static gaz_graph *make(gaz_symbol_segment *seg, gaz_graph_file *files, uint32_t count,
                       const gaz_graph *before, gaz_symbol_view **view, double *ms)
{
    gaz_error err = {0};
    gaz_graph *g = NULL;
    gaz_symbol_file *sf = calloc(count + 1u, sizeof *sf);
    for (uint32_t i = 0; i < count; i++)
        sf[i] = (gaz_symbol_file){files[i].oid, files[i].language};
    if (gaz_symbol_view_new(&seg, 1, sf, count, NULL, view, &err) != GAZ_OK)
        die("view", &err);
    free(sf);
    gaz_graph_source source = {files, count, *view, text_of, files};
    int64_t start = gaz_now_us();
    if (gaz_graph_new(&source, before, &g, &err) != GAZ_OK)
        die("graph", &err);
    *ms = (double)(gaz_now_us() - start) / 1000.0;
    return g;
}

static void say(const char *name, double value, const char *unit)
{
    printf("%-34s %12.2f %s\n", name, value, unit);
}

static double best_of(gaz_symbol_segment *seg, gaz_graph_file *files, uint32_t count,
                      const gaz_graph *before, uint32_t *resolved)
{
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
        double ms = 0;
        gaz_symbol_view *view = NULL;
        gaz_graph *g = make(seg, files, count, before, &view, &ms);
        best = ms < best ? ms : best;
        *resolved = gaz_graph_statistics(g).resolved_files;
        gaz_graph_unref(g);
        gaz_symbol_view_unref(view);
    }
    return best;
}

static void measure_changes(gaz_symbol_segment *seg, const gaz_graph *g)
{
    uint32_t count = (uint32_t)bench.files.len, resolved = 0, a = count / 2, b = count / 3;
    gaz_graph_file *files = files_of(1);
    while (files[a].language == 0)
        a++;
    while (files[b].language == 0)
        b++;
    gaz_oid oid = files[a].oid;
    files[a].oid = files[b].oid;
    say("a file edited", best_of(seg, files, count, g, &resolved), "ms");
    say("  files resolved again", resolved, "");
    files[a].oid = oid;
    gaz_graph_file moved = files[a];
    memmove(files + a + 1, files + a, (count - a) * sizeof *files);
    char path[8300];
    snprintf(path, sizeof path, "%.*s", (int)moved.path_len, moved.path);
    path[moved.path_len - 1] = (char)(path[moved.path_len - 1] - 1); /* sorts just before */
    files[a].path = path;
    say("a file added", best_of(seg, files, count + 1, g, &resolved), "ms");
    say("  files resolved again", resolved, "");
    memmove(files + a + 1, files + a + 2, (count - a - 1) * sizeof *files);
    say("a file renamed", best_of(seg, files, count, g, &resolved), "ms");
    say("  files resolved again", resolved, "");
    free(files);
}

static double median_ms(int64_t *us, int n)
{
    for (int i = 1; i < n; i++)
        for (int k = i; k > 0 && us[k - 1] > us[k]; k--) {
            int64_t t = us[k];
            us[k] = us[k - 1];
            us[k - 1] = t;
        }
    return (double)us[n / 2] / 1000.0;
}

static void measure_reach(const gaz_graph *g, gaz_graph_direction direction, const char *name)
{
    enum { RUNS = 51 };
    int64_t us[RUNS];
    uint64_t files = 0;
    for (uint32_t i = 0; i < RUNS; i++) {
        gaz_arena arena;
        gaz_arena_init(&arena, (size_t)1 << 30);
        gaz_error err = {0};
        uint32_t file = (uint32_t)((uint64_t)i * 7919 * 13 % bench.files.len);
        while (!gaz_graph_import_count(g, file))
            file = (file + 1) % (uint32_t)bench.files.len;
        gaz_graph_reach_query q = {
            .direction = direction, .files = &file, .file_count = 1, .depth = 3, .edges = true};
        gaz_graph_reach reach;
        int64_t start = gaz_now_us();
        if (gaz_graph_reach_find(g, &q, &arena, &reach, &err) != GAZ_OK)
            die("reach", &err);
        us[i] = gaz_now_us() - start;
        files += reach.step_count;
        gaz_arena_release(&arena);
    }
    double worst = 0;
    for (int i = 0; i < RUNS; i++)
        worst = (double)us[i] / 1000.0 > worst ? (double)us[i] / 1000.0 : worst;
    char label[80];
    say(name, median_ms(us, RUNS), "ms, median");
    snprintf(label, sizeof label, "  worst of %d", (int)RUNS);
    say(label, worst, "ms");
    say("  files reached, mean", (double)files / RUNS, "");
}

static void measure_impact(const gaz_graph *g, gaz_symbol_view *view)
{
    gaz_arena arena;
    gaz_error err = {0};
    gaz_graph_change changes[10] = {{0}};
    uint32_t at = 17;
    for (int i = 0; i < 10; i++) {
        do
            at = (at + 7919) % (uint32_t)bench.files.len;
        while (!gaz_graph_import_count(g, at));
        changes[i] = (gaz_graph_change){at, 10, 40};
    }
    const char *header = "include/linux/list.h";
    uint32_t found = gaz_graph_find(g, header, strlen(header));
    if (found != GAZ_GRAPH_NO_FILE)
        changes[9].file = found;
    for (int with = 0; with < 2; with++) {
        gaz_arena_init(&arena, (size_t)1 << 30);
        gaz_graph_impact impact;
        int64_t start = gaz_now_us();
        if (gaz_graph_impact_find(g, view, changes, with ? 10 : 9, 0, 0, &arena, &impact, &err) !=
            GAZ_OK)
            die("impact", &err);
        say(with ? "impact of 10 files, one central" : "impact of 9 files",
            (double)(gaz_now_us() - start) / 1000.0, "ms");
        say("  files affected", (double)impact.total, "");
        gaz_arena_release(&arena);
    }
}

static void measure_rest(const gaz_graph *g)
{
    gaz_arena arena;
    gaz_error err = {0};
    gaz_arena_init(&arena, (size_t)2 << 30);
    int64_t start = gaz_now_us();
    if (!gaz_graph_rank(g))
        die("rank", NULL);
    say("rank", (double)(gaz_now_us() - start) / 1000.0, "ms");
    gaz_graph_cycle *cycles;
    uint32_t count, total;
    start = gaz_now_us();
    if (gaz_graph_cycles_find(g, "", 100, &arena, &cycles, &count, &total, &err) != GAZ_OK)
        die("cycles", &err);
    say("cycles, 100 shown", (double)(gaz_now_us() - start) / 1000.0, "ms");
    say("  groups", total, "");
    say("  largest", count ? cycles[0].file_count : 0, "files");
    gaz_graph_layer *layers;
    start = gaz_now_us();
    if (gaz_graph_layers_find(g, "", 1, &arena, &layers, &count, &err) != GAZ_OK)
        die("layers", &err);
    say("layers of the top directories", (double)(gaz_now_us() - start) / 1000.0, "ms");
    gaz_arena_release(&arena);
}

static void print_edges(const gaz_graph *g)
{
    for (uint32_t f = 0; f < gaz_graph_file_count(g); f++)
        for (uint32_t i = 0; i < gaz_graph_import_count(g, f); i++) {
            gaz_graph_import im;
            gaz_graph_import_at(g, f, i, &im);
            const char *how = im.state == GAZ_GRAPH_RESOLVED
                                  ? gaz_graph_method_name((gaz_graph_method)im.method)
                                  : gaz_graph_reason_name((gaz_graph_reason)im.reason);
            if (im.targets == 0)
                printf("%s\t\t%s\t%s\n", gaz_graph_path(g, f, NULL), how, im.name);
            for (uint32_t t = 0; t < im.targets; t++)
                printf("%s\t%s\t%s\t%s\n", gaz_graph_path(g, f, NULL),
                       gaz_graph_path(g, gaz_graph_target(g, &im, t), NULL), how, im.name);
        }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: gaz-graph-bench DIR FACTS [--edges] [--scan]\n");
        return 2;
    }
    gaz_error err = {0};
    bench.dir = argv[1];
    bool edges = false;
    for (int i = 3; i < argc; i++) {
        edges |= strcmp(argv[i], "--edges") == 0;
        bench.scan |= strcmp(argv[i], "--scan") == 0;
    }
    load(argv[2]);
    gaz_symbol_segment *seg = NULL;
    if (gaz_symbol_segment_open(argv[2], &seg, &err) != GAZ_OK)
        die(argv[2], &err);
    double ms = 0;
    gaz_symbol_view *view = NULL;
    gaz_graph_file *files = files_of(0);
    gaz_graph *g = make(seg, files, (uint32_t)bench.files.len, NULL, &view, &ms);
    if (edges) {
        print_edges(g);
    } else {
        gaz_graph_stats s = gaz_graph_statistics(g);
        say("files", s.files, "");
        say("  with facts", s.with_facts, "");
        say("imports", (double)s.imports, "");
        say("  resolved", (double)s.resolved, "");
        say("  ambiguous", (double)s.ambiguous, "");
        say("  unresolved", (double)s.unresolved, "");
        say("edges", (double)s.edges, "");
        say("made anew", ms, "ms");
        say("memory", (double)s.memory_bytes / 1e6, "MB");
        measure_changes(seg, g);
        measure_reach(g, GAZ_GRAPH_DEPENDENCIES, "dependencies, depth 3");
        measure_reach(g, GAZ_GRAPH_DEPENDENTS, "dependents, depth 3");
        measure_impact(g, view);
        measure_rest(g);
    }
    gaz_graph_unref(g);
    gaz_symbol_view_unref(view);
    gaz_symbol_segment_unref(seg);
    free(files);
    return 0;
}
