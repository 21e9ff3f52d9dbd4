/* Host tool: CaseFolding.txt (UCD) → casefold_table.h. Keeps status C and S, the simple one-to-one
 * foldings. */
#include <stdio.h>
#include <stdlib.h>

typedef struct folding {
    unsigned from, to;
} folding;

static folding all[4096];

static int by_target(const void *a, const void *b)
{
    const folding *x = &all[*(const unsigned *)a], *y = &all[*(const unsigned *)b];
    if (x->to != y->to)
        return x->to < y->to ? -1 : 1;
    return x->from < y->from ? -1 : x->from > y->from;
}

int main(int argc, char **argv)
{
    FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!in) {
        fprintf(stderr, "usage: gen_casefold CaseFolding.txt > casefold_table.h\n");
        return 2;
    }
    char line[512], status;
    unsigned n = 0, from, to;
    while (fgets(line, sizeof line, in))
        if (n < 4096 && sscanf(line, "%x; %c; %x", &from, &status, &to) == 3 &&
            (status == 'C' || status == 'S'))
            all[n++] = (folding){from, to};
    fclose(in);
    if (n < 1000)
        return 1;
    static unsigned order[4096];
    for (unsigned i = 0; i < n; i++)
        order[i] = i;
    qsort(order, n, sizeof order[0], by_target);
    printf("#define GAZ_CASEFOLD_COUNT %u\n", n);
    printf("static const struct { uint32_t from, to; } casefold_table[GAZ_CASEFOLD_COUNT] = {\n");
    for (unsigned i = 0; i < n; i++)
        printf("{0x%X,0x%X},\n", all[i].from, all[i].to);
    printf("};\nstatic const uint16_t casefold_by_target[GAZ_CASEFOLD_COUNT] = {\n");
    for (unsigned i = 0; i < n; i++)
        printf("%u,", order[i]);
    printf("};\n");
    return 0;
}
