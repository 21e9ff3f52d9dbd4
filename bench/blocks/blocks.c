/* How the text is best cut into compressed blocks: what it takes on disk, what reading all of it
 * costs, and what one chunk in the middle costs. Reads whole files from the paths on standard
 * input, cuts them into chunks as segments do, and packs them with blocks of several sizes, with
 * and without a dictionary. One thread, processor time.
 *
 * usage: gaz-blocks [LEVEL] < PATHS */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zdict.h>
#include <zstd.h>

#include "gaz/base/fs.h"
#include "gaz/base/vec.h"
#include "gaz/text/segment.h"

#define FILE_MAX ((size_t)64 << 20)
#define SAMPLE_BYTES ((size_t)8 << 20)
#define EVERY 37 /* of the chunks one in so many is asked for by itself */

typedef struct chunk {
    size_t from, to;
} chunk;

typedef struct block {
    size_t from, to, at, packed;
    size_t first, last; /* chunks */
} block;

typedef struct corpus {
    gaz_strbuf text;
    GAZ_VEC(chunk) chunks;
} corpus;

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "gaz-blocks: %s\n", what);
    exit(1);
}

static size_t checked(size_t n)
{
    if (ZSTD_isError(n))
        die(ZSTD_getErrorName(n));
    return n;
}

static void cut(corpus *c, size_t from)
{
    while (from < c->text.len) {
        size_t to = c->text.len;
        if (to - from > GAZ_CHUNK_BYTES) {
            const char *at = c->text.data + from + GAZ_CHUNK_BYTES;
            const char *end = memchr(at, '\n', to - from - GAZ_CHUNK_BYTES);
            to = end ? (size_t)(end - c->text.data) + 1 : to;
        }
        if (!gaz_vec_push(&c->chunks, ((chunk){from, to})))
            die("no memory");
        from = to;
    }
}

static void read_files(corpus *c)
{
    char path[4200];
    gaz_strbuf file = GAZ_STRBUF_INIT;
    gaz_strbuf_init(&c->text, (size_t)8 << 30);
    while (fgets(path, sizeof path, stdin)) {
        path[strcspn(path, "\n")] = 0;
        gaz_strbuf_reset(&file);
        if (gaz_file_read(path, FILE_MAX, &file, NULL) != GAZ_OK || !file.len ||
            memchr(file.data, 0, file.len < 8000 ? file.len : 8000))
            continue;
        size_t from = c->text.len;
        gaz_strbuf_add(&c->text, file.data, file.len);
        if (gaz_strbuf_check(&c->text, NULL) != GAZ_OK)
            die("no memory");
        cut(c, from);
    }
    gaz_strbuf_release(&file);
}

static size_t train(const corpus *c, void *to, size_t size)
{
    gaz_strbuf samples = GAZ_STRBUF_INIT;
    GAZ_VEC(size_t) sizes = {0};
    size_t step = c->text.len / SAMPLE_BYTES + 1;
    for (size_t i = 0; i < c->chunks.len; i += step) {
        const chunk *k = &c->chunks.items[i];
        gaz_strbuf_add(&samples, c->text.data + k->from, k->to - k->from);
        if (!gaz_vec_push(&sizes, k->to - k->from))
            die("no memory");
    }
    size_t n = ZDICT_trainFromBuffer(to, size, samples.data, sizes.items, (unsigned)sizes.len);
    if (ZDICT_isError(n))
        die(ZDICT_getErrorName(n));
    gaz_strbuf_release(&samples);
    gaz_vec_free(&sizes);
    return n;
}

typedef struct setup {
    ZSTD_CCtx *pack;
    ZSTD_DCtx *unpack;
    char *packed, *text;
    block *blocks;
    size_t count, bytes;
} setup;

static void pack_all(const corpus *c, size_t target, setup *s)
{
    size_t from = 0, first = 0;
    for (size_t i = 0; i < c->chunks.len; i++) {
        size_t to = c->chunks.items[i].to;
        if (to - from < target && i + 1 < c->chunks.len)
            continue;
        size_t n =
            checked(ZSTD_compress2(s->pack, s->packed + s->bytes, ZSTD_compressBound(to - from),
                                   c->text.data + from, to - from));
        s->blocks[s->count++] = (block){from, to, s->bytes, n, first, i};
        s->bytes += n;
        from = to;
        first = i + 1;
    }
}

static void unpack(const setup *s, const block *b)
{
    (void)checked(
        ZSTD_decompressDCtx(s->unpack, s->text, b->to - b->from, s->packed + b->at, b->packed));
}

static void measure(const corpus *c, size_t target, size_t dictionary, int level)
{
    size_t longest = 0;
    for (size_t i = 0; i < c->chunks.len; i++)
        if (c->chunks.items[i].to - c->chunks.items[i].from > longest)
            longest = c->chunks.items[i].to - c->chunks.items[i].from;
    setup s = {.pack = ZSTD_createCCtx(),
               .unpack = ZSTD_createDCtx(),
               .packed = malloc(c->text.len + (c->text.len >> 3) + ((size_t)1 << 20)),
               .text = malloc(longest + target + ((size_t)1 << 20)),
               .blocks = calloc(c->chunks.len + 1, sizeof(block))};
    char *words = malloc(dictionary + 1);
    if (!s.pack || !s.unpack || !s.packed || !s.text || !s.blocks || !words)
        die("no memory");
    double start = seconds();
    (void)checked(ZSTD_CCtx_setParameter(s.pack, ZSTD_c_compressionLevel, level));
    if (dictionary) {
        size_t n = train(c, words, dictionary);
        (void)checked(ZSTD_CCtx_loadDictionary(s.pack, words, n));
        (void)checked(ZSTD_DCtx_loadDictionary(s.unpack, words, n));
    }
    pack_all(c, target, &s);
    double packed = seconds(), asked = 0;
    for (size_t i = 0; i < s.count; i++)
        unpack(&s, &s.blocks[i]);
    double all = seconds();
    size_t alone = 0;
    for (size_t i = 0; i < s.count; i++)
        for (size_t k = s.blocks[i].first; k <= s.blocks[i].last; k++)
            if (k % EVERY == 0) {
                unpack(&s, &s.blocks[i]);
                alone++;
            }
    asked = seconds();
    double mb = (double)c->text.len / 1e6;
    printf("%zu\t%zu\t%.3f\t%.0f\t%.0f\t%.1f\n", target, dictionary,
           (double)s.bytes / (double)c->text.len, mb / (packed - start), mb / (all - packed),
           (asked - all) / (double)(alone ? alone : 1) * 1e6);
    fflush(stdout);
    ZSTD_freeCCtx(s.pack);
    ZSTD_freeDCtx(s.unpack);
    free(s.packed);
    free(s.text);
    free(s.blocks);
    free(words);
}

int main(int argc, char **argv)
{
    static const size_t settings[][2] = {{131072, 0},    {65536, 0},     {32768, 0},     {16384, 0},
                                         {32768, 65536}, {16384, 32768}, {16384, 112640}};
    corpus c = {0};
    int level = argc > 1 ? atoi(argv[1]) : 3;
    read_files(&c);
    if (!c.chunks.len)
        die("no text");
    fprintf(stderr, "gaz-blocks: %.1f MB of text, %zu chunks, zstd level %d\n",
            (double)c.text.len / 1e6, c.chunks.len, level);
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        measure(&c, settings[i][0], settings[i][1], level);
    gaz_strbuf_release(&c.text);
    gaz_vec_free(&c.chunks);
    return 0;
}
