/* Looking for a file from a directory upwards: what scripts do whose search path nobody here knows.
 */
#include <string.h>

#include "graph_resolver.h"

uint32_t graph_ask_in(graph_resolver *r, const graph_path *dir, const char *below,
                      const graph_upward *s)
{
    for (const char *const *end = s->ends; *end; end++) {
        graph_path p = *dir;
        if (!graph_path_join(&p, below, strlen(below)) || !graph_path_join(&p, s->path, s->len) ||
            !graph_path_add(&p, *end, strlen(*end)))
            continue;
        uint32_t file = graph_ask_file(r, p.text, p.len);
        if (file != GRAPH_NONE)
            return file;
    }
    return GRAPH_NONE;
}

uint32_t graph_ask_upwards(graph_resolver *r, const graph_upward *s)
{
    graph_path dir;
    graph_path_set(&dir, r->path, r->dir_len);
    do {
        for (const char *const *below = s->below; *below; below++) {
            uint32_t file = graph_ask_in(r, &dir, *below, s);
            if (file != GRAPH_NONE)
                return file;
        }
    } while (graph_path_up(&dir));
    return GRAPH_NONE;
}

bool graph_answer_suffix(graph_resolver *r, const char *path, size_t len, const char *end)
{
    graph_path p;
    graph_path_set(&p, "", 0);
    if (!graph_path_join(&p, path, len) || !graph_path_add(&p, end, strlen(end)))
        return false;
    graph_ask_suffix(r, p.text, p.len);
    return graph_answer_nearest(r, GAZ_GRAPH_SUFFIX, memchr(path, '/', len) ? 80 : 70);
}
