/* Paths as resolution puts them together: bounded, never out of the tree, never absolute. */
#include <string.h>

#include "graph_private.h"

void graph_path_set(graph_path *p, const char *text, size_t len)
{
    if (len > GAZ_GRAPH_PATH_MAX)
        len = 0;
    memmove(p->text, text, len);
    p->text[len] = '\0';
    p->len = (uint32_t)len;
}

bool graph_path_add(graph_path *p, const char *text, size_t len)
{
    if (len > GAZ_GRAPH_PATH_MAX - p->len)
        return false;
    memcpy(p->text + p->len, text, len);
    p->len += (uint32_t)len;
    p->text[p->len] = '\0';
    return true;
}

bool graph_path_up(graph_path *p)
{
    if (p->len == 0)
        return false;
    const char *slash = memrchr(p->text, '/', p->len);
    p->len = slash ? (uint32_t)(slash - p->text) : 0;
    p->text[p->len] = '\0';
    return true;
}

static bool add_part(graph_path *p, const char *part, size_t len)
{
    if (len == 0 || (len == 1 && part[0] == '.'))
        return true;
    if (len == 2 && part[0] == '.' && part[1] == '.')
        return graph_path_up(p);
    return (p->len == 0 || graph_path_add(p, "/", 1)) && graph_path_add(p, part, len);
}

bool graph_path_join(graph_path *p, const char *text, size_t len)
{
    if ((len > 0 && (text[0] == '/' || text[0] == '\\')) || (len > 1 && text[1] == ':') ||
        memchr(text, '\0', len))
        return false;
    for (size_t at = 0; at <= len;) {
        const char *slash = at < len ? memchr(text + at, '/', len - at) : NULL;
        size_t end = slash ? (size_t)(slash - text) : len;
        if (!add_part(p, text + at, end - at))
            return false;
        at = end + 1;
    }
    return true;
}

size_t graph_stem(const char *base, size_t len)
{
    const char *dot = len > 1 ? memchr(base + 1, '.', len - 1) : NULL;
    return dot ? (size_t)(dot - base) : len;
}

graph_family graph_family_of(uint32_t language)
{
    static const struct {
        uint32_t language;
        graph_family family;
    } rows[] = {
        {LANG_C, FAMILY_C},
        {LANG_CPP, FAMILY_C},
        {LANG_CUDA, FAMILY_C},
        {LANG_OBJC, FAMILY_C},
        {LANG_PYTHON, FAMILY_PYTHON},
        {LANG_JAVASCRIPT, FAMILY_SCRIPT},
        {LANG_TYPESCRIPT, FAMILY_SCRIPT},
        {LANG_TSX, FAMILY_SCRIPT},
        {LANG_VUE, FAMILY_SCRIPT},
        {LANG_SVELTE, FAMILY_SCRIPT},
        {LANG_GO, FAMILY_GO},
        {LANG_RUST, FAMILY_RUST},
        {LANG_JAVA, FAMILY_JVM},
        {LANG_KOTLIN, FAMILY_JVM},
        {LANG_SCALA, FAMILY_JVM},
        {LANG_CSHARP, FAMILY_CSHARP},
        {LANG_RUBY, FAMILY_RUBY},
        {LANG_PHP, FAMILY_PHP},
        {LANG_SHELL, FAMILY_SHELL},
        {LANG_LUA, FAMILY_LUA},
        {LANG_SWIFT, FAMILY_SWIFT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].language == language)
            return rows[i].family;
    return FAMILY_NONE;
}
