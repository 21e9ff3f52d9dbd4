/* PageRank (Page, Brin, Motwani, Winograd 1998) over imports. A package passes what it gets to its
 * files in equal shares within the same step. Sums run in the order of files, so results are the
 * same wherever they are computed. */
#include "graph_private.h"

#define DAMPING 0.85
#define ROUNDS 40
#define ENOUGH 1e-7 /* change of the sum, relative to it */

static double gather(const gaz_graph *g, const double *share, const double *group_share,
                     uint64_t place)
{
    double sum = 0;
    for (uint64_t e = g->links.in_at[place]; e < g->links.in_at[place + 1]; e++) {
        uint32_t from = g->links.in[e];
        sum += from & GROUP_BIT ? group_share[from & ~GROUP_BIT] : share[from];
    }
    return sum;
}

static void run_rounds(const gaz_graph *g, double *rank, double *share, double *group_share)
{
    uint32_t files = g->tree->files;
    for (uint32_t i = 0; i < files; i++)
        rank[i] = 1.0;
    for (int round = 0; round < ROUNDS; round++) {
        double lost = 0, change = 0;
        for (uint32_t i = 0; i < files; i++) {
            uint64_t out = g->links.out_at[i + 1] - g->links.out_at[i];
            share[i] = out ? rank[i] / (double)out : 0;
            lost += out ? 0 : rank[i];
        }
        for (uint32_t i = 0; i < g->groups; i++) {
            uint64_t place = (uint64_t)files + i;
            uint64_t out = g->links.out_at[place + 1] - g->links.out_at[place];
            double got = gather(g, share, group_share, place);
            group_share[i] = out ? got / (double)out : 0;
            lost += out ? 0 : got;
        }
        double base = 1.0 - DAMPING + DAMPING * lost / (double)files;
        for (uint32_t i = 0; i < files; i++) {
            double next = base + DAMPING * gather(g, share, group_share, i);
            change += next > rank[i] ? next - rank[i] : rank[i] - next;
            rank[i] = next;
        }
        if (change < ENOUGH * (double)files)
            break;
    }
}

static float *compute(const gaz_graph *g)
{
    size_t files = (size_t)g->tree->files + 1;
    double *rank = malloc(files * sizeof *rank), *share = malloc(files * sizeof *share);
    double *group_share = malloc(((size_t)g->groups + 1) * sizeof *group_share);
    float *out = malloc(files * sizeof *out);
    if (rank && share && group_share && out) {
        run_rounds(g, rank, share, group_share);
        for (uint32_t i = 0; i < g->tree->files; i++)
            out[i] = (float)rank[i];
    } else {
        free(out);
        out = NULL;
    }
    free(rank);
    free(share);
    free(group_share);
    return out;
}

const float *gaz_graph_rank(const gaz_graph *graph)
{
    gaz_graph *g = (gaz_graph *)(uintptr_t)graph; /* what is kept is no part of what it means */
    pthread_mutex_lock(&g->lock);
    if (!g->rank)
        g->rank = compute(g);
    const float *rank = g->rank;
    pthread_mutex_unlock(&g->lock);
    return rank;
}
