/* go.mod and go.work, line by line: module, replace and use, alone or in blocks (go.dev/ref/mod).
 */
#include <string.h>

#include "graph_manifests.h"

typedef struct go_words {
    graph_text word[8];
    uint32_t count;
} go_words;

/* The words of a line without its comment; quotes are taken off. */
static void split_line(const char *line, size_t len, go_words *words)
{
    words->count = 0;
    for (size_t at = 0; at < len && words->count < 8;) {
        char c = line[at];
        if (c == ' ' || c == '\t' || c == '\r') {
            at++;
            continue;
        }
        if (c == '/' && at + 1 < len && line[at + 1] == '/')
            break;
        size_t from = at;
        if (c == '"' || c == '`') {
            const char *end = memchr(line + at + 1, c, len - at - 1);
            from = at + 1;
            at = end ? (size_t)(end - line) : len;
            words->word[words->count++] = (graph_text){line + from, (uint32_t)(at - from)};
            at++;
            continue;
        }
        while (at < len && !strchr(" \t\r", line[at]))
            at++;
        words->word[words->count++] = (graph_text){line + from, (uint32_t)(at - from)};
    }
}

static bool word_is(graph_text word, const char *text)
{
    return graph_text_is(word, text, strlen(text));
}

typedef bool go_line(graph_manifest *m, void *ctx, graph_text verb, const graph_text *words,
                     uint32_t count);

static bool each_line(graph_manifest *m, go_line *tell, void *ctx)
{
    graph_text block = {0};
    for (size_t at = 0; at < m->len;) {
        const char *line = m->text + at, *end = memchr(line, '\n', m->len - at);
        size_t len = end ? (size_t)(end - line) : m->len - at;
        at += len + 1;
        go_words w;
        split_line(line, len, &w);
        if (w.count == 0)
            continue;
        if (block.data && word_is(w.word[0], ")")) {
            block.data = NULL;
        } else if (block.data) {
            if (!tell(m, ctx, block, w.word, w.count))
                return false;
        } else if (w.count >= 2 && word_is(w.word[1], "(")) {
            block = w.word[0];
        } else if (!tell(m, ctx, w.word[0], w.word + 1, w.count - 1)) {
            return false;
        }
    }
    return true;
}

typedef struct mod_reading {
    graph_go_module module;
    GAZ_VEC(graph_go_replace) replaces;
} mod_reading;

/* old [version] => new [version]; only directories matter: what begins with a dot. */
static bool take_replace(graph_manifest *m, mod_reading *r, const graph_text *words, uint32_t count)
{
    uint32_t arrow = 0;
    while (arrow < count && !word_is(words[arrow], "=>"))
        arrow++;
    if (arrow == 0 || arrow + 1 >= count || words[arrow + 1].len == 0 ||
        words[arrow + 1].data[0] != '.')
        return true;
    graph_go_replace replace = {.from = graph_text_keep(m->part, words[0].data, words[0].len)};
    if (!graph_manifest_path(m, words[arrow + 1].data, words[arrow + 1].len, &replace.to))
        return true;
    return replace.from.data && gaz_vec_push(&r->replaces, replace);
}

static bool take_mod_line(graph_manifest *m, void *ctx, graph_text verb, const graph_text *words,
                          uint32_t count)
{
    mod_reading *r = ctx;
    if (word_is(verb, "module") && count && !r->module.path.data) {
        r->module.path = graph_text_keep(m->part, words[0].data, words[0].len);
        return r->module.path.data != NULL;
    }
    return !word_is(verb, "replace") || take_replace(m, r, words, count);
}

gaz_status graph_read_go_mod(graph_manifest *m, gaz_error *err)
{
    mod_reading r = {.module = {.dir = m->dir}};
    bool ok = each_line(m, take_mod_line, &r);
    gaz_status st = GAZ_OK;
    if (ok && !r.module.path.data) {
        st = graph_manifest_problem(m, "names no module", err);
    } else if (ok) {
        size_t bytes = r.replaces.len * sizeof *r.replaces.items;
        r.module.replaces = gaz_arena_alloc(&m->part->arena, bytes + 1);
        r.module.replace_count = (uint32_t)r.replaces.len;
        ok = r.module.replaces != NULL;
        if (ok && bytes)
            memcpy(r.module.replaces, r.replaces.items, bytes);
        ok = ok && gaz_vec_push(&m->part->modules, r.module);
    }
    gaz_vec_free(&r.replaces);
    return ok ? st : graph_manifest_nomem(m, err);
}

static bool take_work_line(graph_manifest *m, void *ctx, graph_text verb, const graph_text *words,
                           uint32_t count)
{
    (void)ctx;
    graph_text dir;
    if (!word_is(verb, "use") || count == 0 ||
        !graph_manifest_path(m, words[0].data, words[0].len, &dir))
        return true;
    for (size_t i = 0; i < m->part->modules.len; i++)
        if (graph_text_is(m->part->modules.items[i].dir, dir.data, dir.len))
            m->part->modules.items[i].work = true;
    return true;
}

gaz_status graph_read_go_work(graph_manifest *m, gaz_error *err)
{
    return each_line(m, take_work_line, NULL) ? GAZ_OK : graph_manifest_nomem(m, err);
}
