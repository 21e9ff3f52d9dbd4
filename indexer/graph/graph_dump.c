/* The logical dump: what a graph holds, told by paths, in their order. */
#include <string.h>

#include "graph_private.h"

static void dump_import(const gaz_graph *g, const gaz_graph_import *im, gaz_strbuf *out)
{
    static const char *const states[] = {"resolved", "ambiguous", "unresolved"};
    gaz_strbuf_printf(out, "  %u %u %u ", im->line, im->kind, im->flags);
    gaz_strbuf_add(out, im->name, im->name_len);
    gaz_strbuf_printf(out, " %s", states[im->state]);
    if (im->state == GAZ_GRAPH_RESOLVED)
        gaz_strbuf_printf(out, " by %s %u", gaz_graph_method_name((gaz_graph_method)im->method),
                          im->confidence);
    else
        gaz_strbuf_printf(out, " %s", gaz_graph_reason_name((gaz_graph_reason)im->reason));
    gaz_strbuf_putc(out, '\n');
    for (uint32_t i = 0; i < im->targets; i++) {
        uint32_t file = gaz_graph_target(g, im, i), len = 0;
        const char *path = file == GRAPH_NONE ? "(gone)" : gaz_graph_path(g, file, &len);
        gaz_strbuf_puts(out, "    ");
        gaz_strbuf_add(out, path, file == GRAPH_NONE ? strlen(path) : len);
        gaz_strbuf_putc(out, '\n');
    }
}

void gaz_graph_dump(const gaz_graph *g, gaz_strbuf *out)
{
    for (uint32_t f = 0; f < g->tree->files; f++) {
        uint32_t len = 0, imports = gaz_graph_import_count(g, f);
        const char *path = gaz_graph_path(g, f, &len);
        gaz_strbuf_add(out, path, len);
        gaz_strbuf_printf(out, " %u %u %u\n", g->meta[f].language, g->meta[f].final, g->entry[f]);
        for (uint32_t i = 0; i < imports; i++) {
            gaz_graph_import im;
            gaz_graph_import_at(g, f, i, &im);
            dump_import(g, &im, out);
        }
    }
    const char *problem;
    for (size_t i = 0; (problem = gaz_graph_problem(g, i)); i++) {
        gaz_strbuf_puts(out, problem);
        gaz_strbuf_putc(out, '\n');
    }
}
