/* gaz-symbols-speed LISTS DIR…: how fast facts are extracted, by language.
 *
 * Files of the directories are read into memory by language (at most 64 MB of each), and their
 * facts extracted on one core: the tree alone, then all facts. Prints a line per language: name,
 * files, bytes, seconds for the tree, seconds for all facts, definitions, references. The paths of
 * each language's files are written to LISTS/<name>, so that other tools can be given the same
 * ones. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/base/vec.h"
#include "gaz/symbols/symbols.h"
#include "gaz/text/language.h"
#include "language_table.h"

#define LANGUAGE_BYTES ((uint64_t)64 << 20)
#define FILE_BYTES ((size_t)4 << 20)
#define LANGUAGES_MAX 128

typedef struct source_file {
    char *path;
    gaz_strbuf text;
} source_file;

typedef GAZ_VEC(source_file) source_files;

typedef struct language_sources {
    uint32_t id;
    uint64_t bytes;
    source_files files;
} language_sources;

static struct {
    language_sources languages[LANGUAGES_MAX];
    size_t count;
} all;

static void die(const char *what, const gaz_error *err)
{
    fprintf(stderr, "gaz-symbols-speed: %s: %s\n", what, err ? err->message : "failed");
    exit(1);
}

static language_sources *sources_of(uint32_t id)
{
    for (size_t i = 0; i < all.count; i++)
        if (all.languages[i].id == id)
            return &all.languages[i];
    if (all.count == LANGUAGES_MAX)
        return NULL;
    all.languages[all.count].id = id;
    return &all.languages[all.count++];
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    const char *base = path + walk->base;
    source_file f = {.text = GAZ_STRBUF_INIT};
    if (type == FTW_D && strcmp(base, ".git") == 0)
        return FTW_SKIP_SUBTREE;
    if (type != FTW_F || !S_ISREG(st->st_mode) || (uint64_t)st->st_size > FILE_BYTES ||
        gaz_file_read(path, FILE_BYTES, &f.text, NULL) != GAZ_OK)
        return FTW_CONTINUE;
    gaz_lang_hint hint = gaz_language_hint(f.text.data, f.text.len);
    uint32_t id = gaz_language_detect(path, strlen(path), &hint);
    language_sources *l =
        id && gaz_symbols_supports(id) != GAZ_SYMBOLS_NONE ? sources_of(id) : NULL;
    if (!l || l->bytes + f.text.len > LANGUAGE_BYTES) {
        gaz_strbuf_release(&f.text);
        return FTW_CONTINUE;
    }
    f.path = strdup(path);
    if (!f.path || !gaz_vec_push(&l->files, f))
        die("out of memory", NULL);
    l->bytes += f.text.len;
    return FTW_CONTINUE;
}

/* Parsing and nothing else. */
static double parse(const language_sources *l)
{
    TSParser *parser = ts_parser_new();
    if (!parser || !ts_parser_set_language(parser, gaz_language_row(l->id)->grammar()))
        die(gaz_language_name(l->id), NULL);
    int64_t start = gaz_now_us();
    for (size_t i = 0; i < l->files.len; i++) {
        const gaz_strbuf *text = &l->files.items[i].text;
        ts_tree_delete(ts_parser_parse_string(parser, NULL, text->data, (uint32_t)text->len));
    }
    double seconds = (double)(gaz_now_us() - start) / 1e6;
    ts_parser_delete(parser);
    return seconds;
}

static double extract(const language_sources *l, uint64_t *definitions, uint64_t *references)
{
    gaz_extractor *x = NULL;
    gaz_facts facts;
    gaz_error err = {0};
    gaz_facts_init(&facts);
    if (gaz_extractor_new(NULL, &x, &err) != GAZ_OK ||
        gaz_extract(x, l->id, "", 0, GAZ_FACTS_ALL, &facts, &err) != GAZ_OK) /* queries compiled */
        die("extractor", &err);
    *definitions = *references = 0;
    int64_t start = gaz_now_us();
    for (size_t i = 0; i < l->files.len; i++) {
        const source_file *f = &l->files.items[i];
        if (gaz_extract(x, l->id, f->text.data, f->text.len, GAZ_FACTS_ALL, &facts, &err) != GAZ_OK)
            die(f->path, &err);
        *definitions += facts.definition_count;
        *references += facts.reference_count;
    }
    double seconds = (double)(gaz_now_us() - start) / 1e6;
    gaz_facts_release(&facts);
    gaz_extractor_free(x);
    return seconds;
}

static void write_list(const char *lists, const language_sources *l)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", lists, gaz_language_name(l->id));
    FILE *file = fopen(path, "w");
    if (!file)
        die(path, NULL);
    for (size_t i = 0; i < l->files.len; i++)
        fprintf(file, "%s\n", l->files.items[i].path);
    fclose(file);
}

static void measure(const char *lists, const language_sources *l)
{
    uint64_t definitions, references;
    double tree = parse(l), facts = extract(l, &definitions, &references);
    write_list(lists, l);
    printf("%s\t%zu\t%llu\t%.4f\t%.4f\t%llu\t%llu\n", gaz_language_name(l->id), l->files.len,
           (unsigned long long)l->bytes, tree, facts, (unsigned long long)definitions,
           (unsigned long long)references);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: gaz-symbols-speed LISTS DIR...\n");
        return 2;
    }
    for (int i = 2; i < argc; i++)
        if (nftw(argv[i], visit, 64, FTW_PHYS | FTW_ACTIONRETVAL) != 0)
            die(argv[i], NULL);
    for (size_t i = 0; i < all.count; i++) {
        measure(argv[1], &all.languages[i]);
        for (size_t k = 0; k < all.languages[i].files.len; k++) {
            free(all.languages[i].files.items[k].path);
            gaz_strbuf_release(&all.languages[i].files.items[k].text);
        }
        gaz_vec_free(&all.languages[i].files);
    }
    return 0;
}
