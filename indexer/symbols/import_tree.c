/* Imports that take several names out of one path: `use a::{b, c::d as e, f::*}` of Rust,
 * `import a.{B, C => D, _}` of Scala, `use A\{B, C as D}` of PHP. Each leaf becomes an import of
 * its own; its path is put together from the prefixes of the braces around it. */
#include <string.h>
#include "collect.h"

enum { TREE_DEPTH = 16, PATH_MAX_BYTES = 2000 };

typedef struct tree_walk {
    raw_facts *raw;
    raw_import whole;
    gaz_strbuf prefix; /* of the braces around */
    uint32_t at, end, line;
    bool no_memory;
} tree_walk;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_separator(char c)
{
    return c == ':' || c == '.' || c == '\\';
}

static raw_range trim(const char *text, raw_range range)
{
    while (range.end > range.start && is_blank(text[range.end - 1]))
        range.end--;
    while (range.end > range.start && is_blank(text[range.start]))
        range.start++;
    return range;
}

/* Cuts "a::b as c" or "B => C" at the word between; @return the part after, or an empty range. */
static raw_range cut_alias(const char *text, raw_range *leaf)
{
    for (uint32_t i = leaf->start; i + 2 < leaf->end; i++) {
        bool arrow = text[i] == '=' && text[i + 1] == '>';
        bool as = text[i] == 'a' && text[i + 1] == 's' && i > leaf->start &&
                  is_blank(text[i - 1]) && is_blank(text[i + 2]);
        if (arrow || as) {
            raw_range alias = trim(text, (raw_range){i + 2, leaf->end});
            *leaf = trim(text, (raw_range){leaf->start, i});
            return alias;
        }
    }
    return (raw_range){0, 0};
}

/* Appends prefix and the leaf's own path to the joined paths; separators at the end fall away. */
static raw_range join_path(tree_walk *w, raw_range own)
{
    gaz_strbuf *joined = &w->raw->joined;
    raw_range path = {(uint32_t)joined->len, 0};
    gaz_strbuf_add(joined, w->prefix.data, w->prefix.len);
    gaz_strbuf_add(joined, w->raw->text + own.start, range_len(own));
    while (joined->len > path.start && is_separator(joined->data[joined->len - 1]))
        gaz_strbuf_truncate(joined, joined->len - 1);
    path.end = (uint32_t)joined->len;
    w->no_memory |= joined->failed != GAZ_OK;
    return path;
}

/* `super::super::a` is two levels up from here. */
static void strip_supers(const gaz_strbuf *joined, raw_import *import)
{
    static const char up[] = "super";
    enum { LEN = sizeof up - 1 };
    while (range_len(import->path) >= LEN && import->level < UINT8_MAX &&
           memcmp(joined->data + import->path.start, up, LEN) == 0) {
        uint32_t after = import->path.start + LEN;
        if (after < import->path.end && joined->data[after] != ':')
            return;
        import->path.start = after + 2 < import->path.end ? after + 2 : import->path.end;
        import->level++;
    }
}

static bool is_wildcard(const char *text, raw_range name)
{
    return range_len(name) == 1 && (text[name.start] == '*' || text[name.start] == '_');
}

static void add_name_use(tree_walk *w, raw_range name, uint32_t line)
{
    raw_reference r = {.start = name.start,
                       .end = name.end,
                       .line = line,
                       .role = GAZ_REFERENCE_IMPORT,
                       .arity = GAZ_ARITY_UNKNOWN};
    w->no_memory |= !gaz_vec_push(&w->raw->references, r);
}

/* A leaf without the comment behind it. */
static raw_range without_comment(const char *text, raw_range leaf)
{
    for (uint32_t i = leaf.start; i + 1 < leaf.end; i++)
        if (text[i] == '/' && (text[i + 1] == '/' || text[i + 1] == '*'))
            return trim(text, (raw_range){leaf.start, i});
    return leaf;
}

static void add_leaf(tree_walk *w, raw_range leaf)
{
    const char *text = w->raw->text;
    raw_import import = w->whole;
    leaf = without_comment(text, trim(text, leaf));
    if (range_len(leaf) == 0)
        return;
    import.start = leaf.start;
    import.line = w->line;
    for (uint32_t i = leaf.start; i < w->at; i++)
        import.line -= text[i] == '\n';
    raw_range alias = cut_alias(text, &leaf);
    if (range_len(alias) > 0) /* else the pattern may have named one */
        import.alias = alias;
    uint32_t name = leaf.end;
    while (name > leaf.start && !is_separator(text[name - 1]))
        name--;
    import.joined = true;
    import.name = (raw_range){name, leaf.end};
    bool self = range_len(import.name) == 4 && memcmp(text + name, "self", 4) == 0 && w->prefix.len;
    bool alone = name == leaf.start && w->prefix.len == 0;
    if (is_wildcard(text, import.name))
        import.flags |= GAZ_IMPORT_WILDCARD;
    import.path = join_path(w, (raw_range){leaf.start, alone ? leaf.end : name});
    if (!w->no_memory)
        strip_supers(&w->raw->joined, &import);
    if ((alone || self) && import.kind == GAZ_IMPORT_FROM)
        import.kind = GAZ_IMPORT_MODULE;
    if (alone || self || import.flags & GAZ_IMPORT_WILDCARD)
        import.name = (raw_range){0, 0};
    else
        add_name_use(w, import.name, import.line);
    w->no_memory |= !gaz_vec_push(&w->raw->imports, import);
}

/* Past a comment that begins at w->at - 1. @return false when there is none */
static bool skip_comment(tree_walk *w)
{
    const char *text = w->raw->text;
    uint32_t start = w->at - 1;
    if (text[start] != '/' || w->at == w->end || (text[w->at] != '/' && text[w->at] != '*'))
        return false;
    bool block = text[w->at] == '*';
    for (w->at++; w->at < w->end; w->at++) {
        w->line += text[w->at] == '\n';
        if (!block && text[w->at] == '\n')
            break;
        if (block && text[w->at] == '/' && text[w->at - 1] == '*' && w->at > start + 2)
            break;
    }
    w->at += w->at < w->end;
    return true;
}

static void walk_items(tree_walk *w, int depth)
{
    const char *text = w->raw->text;
    uint32_t from = w->at;
    size_t kept = w->prefix.len;
    while (w->at < w->end && !w->no_memory) {
        char c = text[w->at++];
        w->line += c == '\n';
        if (skip_comment(w)) {
            if (range_len(trim(text, (raw_range){from, w->at})) > 0 &&
                text[trim(text, (raw_range){from, w->at}).start] == '/')
                from = w->at; /* nothing stands before it */
        } else if (c == '{' && depth < TREE_DEPTH && w->prefix.len < PATH_MAX_BYTES) {
            raw_range own = trim(text, (raw_range){from, w->at - 1});
            gaz_strbuf_add(&w->prefix, text + own.start, range_len(own));
            walk_items(w, depth + 1);
            gaz_strbuf_truncate(&w->prefix, kept);
            from = w->at;
        } else if (c == ',' || c == '}') {
            add_leaf(w, (raw_range){from, w->at - 1});
            from = w->at;
            if (c == '}')
                return;
        }
    }
    add_leaf(w, (raw_range){from, w->at});
}

/* Scala's grammar has no node for the paths alone: the whole statement is given. */
static void skip_keyword(tree_walk *w)
{
    const char *text = w->raw->text + w->at;
    uint32_t len = w->end - w->at;
    if (len > 7 && is_blank(text[6]) &&
        (memcmp(text, "import", 6) == 0 || memcmp(text, "export", 6) == 0))
        w->at += 7;
}

bool gaz_collect_import_tree(raw_facts *raw, raw_import whole)
{
    tree_walk w = {.raw = raw,
                   .whole = whole,
                   .prefix = GAZ_STRBUF_INIT,
                   .at = whole.path.start,
                   .end = whole.path.end,
                   .line = whole.line};
    skip_keyword(&w);
    walk_items(&w, 0);
    gaz_strbuf_release(&w.prefix);
    return !w.no_memory;
}
