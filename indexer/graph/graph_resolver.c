/* Questions to the tree, with the keys they leave, and answers. */
#include <string.h>

#include "graph_provides.h"
#include "graph_resolver.h"

static uint32_t key_of(char kind, const char *text, size_t len)
{
    uint64_t sum =
        gaz_checksum(text, len) + (uint64_t)(unsigned char)kind * UINT64_C(0x9E3779B97F4A7C15);
    return (uint32_t)(sum ^ sum >> 32);
}

uint32_t graph_key_stem(const char *stem, size_t len)
{
    return key_of('n', stem, len);
}

uint32_t graph_key_path(const char *path, size_t len)
{
    const char *slash = memrchr(path, '/', len);
    size_t base = slash ? (size_t)(slash - path) + 1 : 0;
    const char *up = base > 1 ? memrchr(path, '/', base - 1) : NULL;
    size_t from = up ? (size_t)(up - path) + 1 : 0;
    return key_of('p', path + from, base - from + graph_stem(path + base, len - base));
}

uint32_t graph_key_dir(const char *path, size_t len)
{
    const char *slash = memrchr(path, '/', len);
    size_t base = slash ? (size_t)(slash - path) + 1 : 0;
    return key_of('d', path + base, len - base);
}

uint32_t graph_key_listing(const char *dir, size_t len)
{
    return key_of('l', dir, len);
}

uint32_t graph_key_provided(graph_family family, const char *name, size_t len)
{
    return key_of((char)('A' + (int)family), name, len);
}

void graph_note_key(graph_resolver *r, uint32_t key)
{
    if (r->keys.len && r->keys.items[r->keys.len - 1] == key)
        return;
    if (!gaz_vec_push(&r->keys, key))
        r->failed = true;
}

uint32_t graph_ask_file(graph_resolver *r, const char *path, size_t len)
{
    if (len == 0)
        return GRAPH_NONE;
    graph_note_key(r, graph_key_path(path, len));
    return graph_tree_file(r->tree, path, len);
}

bool graph_ask_dir(graph_resolver *r, const char *path, size_t len)
{
    if (len == 0)
        return true;
    graph_note_key(r, graph_key_dir(path, len));
    return graph_tree_dir(r->tree, path, len) != GRAPH_NONE;
}

uint32_t graph_ask_listing(graph_resolver *r, const char *path, size_t len)
{
    graph_note_key(r, graph_key_listing(path, len));
    return graph_tree_dir(r->tree, path, len);
}

static void found_add(graph_resolver *r, uint32_t file)
{
    if (!gaz_vec_push(&r->found, file))
        r->failed = true;
}

void graph_ask_suffix(graph_resolver *r, const char *suffix, size_t len)
{
    r->found.len = 0;
    const char *slash = memrchr(suffix, '/', len);
    size_t base = slash ? (size_t)(slash - suffix) + 1 : 0;
    graph_note_key(r, graph_key_stem(suffix + base, graph_stem(suffix + base, len - base)));
    uint32_t f = graph_tree_base(r->tree, suffix + base, len - base);
    for (; f != GRAPH_NONE; f = r->tree->same[f]) {
        uint32_t n = 0;
        const char *path = graph_tree_path(r->tree, f, &n);
        if (n >= len && memcmp(path + n - len, suffix, len) == 0 &&
            (n == len || path[n - len - 1] == '/'))
            found_add(r, f);
    }
}

void graph_ask_provided(graph_resolver *r, graph_family family, const char *name, size_t len)
{
    r->found.len = 0;
    graph_note_key(r, graph_key_provided(family, name, len));
    uint32_t at = graph_provides_first(r->provides, family, name, len);
    for (; at != GRAPH_NONE; at = graph_provides_next(r->provides, at))
        found_add(r, graph_provides_file(r->provides, at));
}

void graph_answer_add(graph_resolver *r, uint32_t file)
{
    graph_files *f = &r->answer.files;
    for (size_t i = 0; i < f->len && i < 8; i++)
        if (f->items[i] == file)
            return;
    if (!gaz_vec_push(f, file))
        r->failed = true;
}

void graph_answer_file(graph_resolver *r, uint32_t file, gaz_graph_method method,
                       unsigned confidence)
{
    r->answer.state = GAZ_GRAPH_RESOLVED;
    r->answer.method = (uint8_t)method;
    r->answer.reason = GAZ_GRAPH_NO_REASON;
    r->answer.confidence = (uint8_t)confidence;
    graph_answer_add(r, file);
}

void graph_answer_none(graph_resolver *r, gaz_graph_reason reason)
{
    r->answer.state = GAZ_GRAPH_UNRESOLVED;
    r->answer.method = GAZ_GRAPH_NO_METHOD;
    r->answer.confidence = 0;
    r->answer.reason = (uint8_t)reason;
}

void graph_answer_several(graph_resolver *r)
{
    graph_answer_none(r, GAZ_GRAPH_SEVERAL);
    r->answer.state = GAZ_GRAPH_AMBIGUOUS;
    for (size_t i = 0; i < r->found.len && i < GAZ_GRAPH_CANDIDATES_MAX; i++)
        graph_answer_add(r, r->found.items[i]);
}

static uint32_t found_below(graph_resolver *r, size_t dir_len, uint32_t *file)
{
    uint32_t count = 0;
    for (size_t i = 0; i < r->found.len; i++) {
        uint32_t len = 0;
        const char *path = graph_tree_path(r->tree, r->found.items[i], &len);
        if (graph_is_below(path, len, r->path, dir_len) && count++ == 0)
            *file = r->found.items[i];
    }
    return count;
}

bool graph_answer_nearest(graph_resolver *r, gaz_graph_method only, unsigned confidence)
{
    if (r->found.len == 0)
        return false;
    if (r->found.len == 1) {
        graph_answer_file(r, r->found.items[0], only, confidence);
        return true;
    }
    for (size_t dir = r->dir_len;;) {
        uint32_t file = GRAPH_NONE, count = found_below(r, dir, &file);
        if (count == 1) {
            graph_answer_file(r, file, GAZ_GRAPH_NEAREST, confidence > 80 ? 80 : confidence);
            return true;
        }
        if (count > 1 || dir == 0)
            break;
        const char *slash = memrchr(r->path, '/', dir);
        dir = slash ? (size_t)(slash - r->path) : 0;
    }
    graph_answer_several(r);
    return true;
}

void graph_answer_group(graph_resolver *r, const char *kind, const char *name, size_t len,
                        gaz_graph_method method, unsigned confidence)
{
    r->answer.state = GAZ_GRAPH_RESOLVED;
    r->answer.method = (uint8_t)method;
    r->answer.reason = GAZ_GRAPH_NO_REASON;
    r->answer.confidence = (uint8_t)confidence;
    gaz_strbuf_reset(&r->answer.group);
    gaz_strbuf_puts(&r->answer.group, kind);
    gaz_strbuf_add(&r->answer.group, name, len);
}

bool graph_is_listed(const char *const *words, size_t count, const char *word, size_t len)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = (low + high) / 2, n = strlen(words[mid]);
        int order = memcmp(words[mid], word, n < len ? n : len);
        if (order == 0)
            order = n < len ? -1 : n > len;
        if (order == 0)
            return true;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

bool graph_parts_split(graph_parts *parts, const char *text, size_t len, const char *separator)
{
    size_t width = strlen(separator);
    parts->count = 0;
    for (size_t at = 0; at < len;) {
        const char *next = memmem(text + at, len - at, separator, width);
        size_t end = next ? (size_t)(next - text) : len;
        if (end > at) {
            if (parts->count == GRAPH_PARTS_MAX)
                return false;
            parts->part[parts->count].text = text + at;
            parts->part[parts->count++].len = (uint32_t)(end - at);
        }
        at = end + width;
    }
    return true;
}

static uint32_t keep_text(graph_resolver *r, const char *text, size_t len)
{
    uint32_t at = (uint32_t)r->text.len;
    gaz_strbuf_add(&r->text, text, len);
    gaz_strbuf_putc(&r->text, '\0');
    return at;
}

static int by_number(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* Targets are kept in the order of paths; nodes of new paths are numbered behind all others. */
static void keep_targets(graph_resolver *r, graph_record *rec, const uint32_t *node_of)
{
    graph_files *f = &r->answer.files;
    if (f->len > 1)
        qsort(f->items, f->len, sizeof *f->items, by_number);
    rec->target = (uint32_t)r->nodes.len;
    for (size_t i = 0; i < f->len; i++) {
        if (i > 0 && f->items[i] == f->items[i - 1])
            continue;
        if (!gaz_vec_push(&r->nodes, node_of[f->items[i]]))
            r->failed = true;
        rec->targets++;
    }
}

void graph_record_add(graph_resolver *r, const gaz_symbol_import *im, uint32_t fact,
                      const uint32_t *node_of)
{
    graph_answer *a = &r->answer;
    graph_record rec = {.fact = fact,
                        .state = a->state,
                        .method = a->method,
                        .reason = a->reason,
                        .confidence = a->confidence,
                        .name = (uint32_t)r->text.len};
    if (im) {
        rec.line = im->line;
        rec.kind = im->kind;
        rec.flags = im->flags;
        for (unsigned i = 0; i < im->level; i++)
            gaz_strbuf_putc(&r->text, '.');
        gaz_strbuf_add(&r->text, im->path.data, im->path.len);
        if (im->name.len) {
            gaz_strbuf_putc(&r->text, ':');
            gaz_strbuf_add(&r->text, im->name.data, im->name.len);
        }
    }
    rec.name_len = (uint32_t)r->text.len - rec.name;
    gaz_strbuf_putc(&r->text, '\0');
    if (a->group.len) {
        rec.group = true;
        rec.target = keep_text(r, a->group.data, a->group.len);
    } else {
        keep_targets(r, &rec, node_of);
    }
    if (!gaz_vec_push(&r->records, rec))
        r->failed = true;
    a->files.len = 0;
    gaz_strbuf_reset(&a->group);
}
