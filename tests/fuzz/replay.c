/* A main() for fuzz targets that are built without libFuzzer: runs every file of the folders named
 * on the command line, then a fixed number of mutations of them, so that a target is exercised in
 * every test run and a crash once found stays fixed. The mutations come from a seeded generator:
 * the same seed gives the same inputs. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proof.h"

#define FILE_MAX ((size_t)1 << 20) /* bytes of one corpus file */
#define CORPUS_MAX 4096            /* files kept for mutation */
#define MUTATIONS 10000            /* of GAZ_TEST_SCALE=full; a tenth otherwise */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct input {
    uint8_t *data;
    size_t len;
} input;

typedef struct corpus {
    input items[CORPUS_MAX];
    size_t len;
} corpus;

/* An exact allocation for each run lets AddressSanitizer see a read one byte past the end. */
static void run(const uint8_t *data, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    if (!copy)
        exit(2);
    if (len)
        memcpy(copy, data, len);
    LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

static void add_file(corpus *c, const char *path)
{
    static uint8_t buffer[FILE_MAX];
    FILE *in = fopen(path, "rb");
    if (!in || c->len == CORPUS_MAX) {
        fprintf(stderr, "cannot replay %s: it cannot be read, or the corpus is over %d files\n",
                path, CORPUS_MAX);
        exit(2);
    }
    size_t len = fread(buffer, 1, FILE_MAX, in);
    fclose(in);
    run(buffer, len);
    uint8_t *data = malloc(len + 1);
    if (!data)
        exit(2);
    memcpy(data, buffer, len);
    c->items[c->len].data = data;
    c->items[c->len++].len = len;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int visible(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

/* In order of names, so that a run is repeatable whatever the file system. */
static void add_folder(corpus *c, const char *path)
{
    struct dirent **names = NULL;
    int n = scandir(path, &names, visible, by_name);
    if (n < 0) {
        fprintf(stderr, "cannot list the corpus %s: make the folder and put a seed file in it\n",
                path);
        exit(2);
    }
    for (int i = 0; i < n; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, names[i]->d_name);
        add_file(c, name);
        free(names[i]);
    }
    free(names);
}

/* Flips, overwrites, inserts, deletes or splices: one to eight times. */
static size_t mutate(const corpus *c, uint8_t *buffer, size_t len, uint64_t *state)
{
    for (uint64_t times = 1 + next_random(state) % 8; times; times--) {
        size_t at = len ? next_random(state) % len : 0;
        const input *other = &c->items[next_random(state) % c->len];
        size_t from = other->len ? next_random(state) % other->len : 0, n = other->len - from;
        switch (next_random(state) % 5) {
        case 0:
            if (len)
                buffer[at] ^= (uint8_t)(1u << next_random(state) % 8);
            break;
        case 1:
            if (len)
                buffer[at] = (uint8_t)next_random(state);
            break;
        case 2:
            if (len < FILE_MAX) {
                memmove(buffer + at + 1, buffer + at, len - at);
                buffer[at] = (uint8_t)next_random(state);
                len++;
            }
            break;
        case 3:
            len = at;
            break;
        default:
            n = n > FILE_MAX - at ? FILE_MAX - at : n;
            memcpy(buffer + at, other->data + from, n);
            len = at + n;
        }
    }
    return len;
}

static void run_mutations(const corpus *c, uint64_t seed, unsigned count)
{
    uint8_t *buffer = malloc(FILE_MAX);
    if (!buffer)
        exit(2);
    for (unsigned i = 0; i < count; i++) {
        const input *from = &c->items[next_random(&seed) % c->len];
        if (from->len)
            memcpy(buffer, from->data, from->len);
        run(buffer, mutate(c, buffer, from->len, &seed));
    }
    free(buffer);
}

int main(int argc, char **argv)
{
    static corpus c;
    for (int i = 1; i < argc; i++) {
        struct stat info;
        if (stat(argv[i], &info) == 0 && S_ISREG(info.st_mode))
            add_file(&c, argv[i]);
        else
            add_folder(&c, argv[i]);
    }
    if (c.len == 0) {
        fprintf(stderr, "usage: %s FILE|FOLDER...; there was nothing to replay\n", argv[0]);
        return 2;
    }
    unsigned count = proof_rounds(MUTATIONS);
    char what[200];
    run((const uint8_t *)"", 0);
    run_mutations(&c, proof_say_seed(), count);
    printf("replayed %zu files and %u mutations of them\n", c.len, count);
    snprintf(what, sizeof what, "inputs of %s, replayed or mutated", program_invocation_short_name);
    proof_report(what, c.len + count);
    for (size_t i = 0; i < c.len; i++)
        free(c.items[i].data);
    return 0;
}
