/* Imports in order of place, with the definition they stand in. */
#include <stdlib.h>
#include "assemble.h"

static int by_start(const void *left, const void *right)
{
    const raw_import *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->path.start != b->path.start)
        return a->path.start < b->path.start ? -1 : 1;
    if (a->name.start != b->name.start)
        return a->name.start < b->name.start ? -1 : 1;
    return a->pattern < b->pattern ? -1 : a->pattern > b->pattern;
}

/* Patterns may overlap: the first of those that say the same stays. */
static bool is_repeated(const raw_import *a, const raw_import *b)
{
    if (a->start != b->start)
        return false;
    /* Where a file is said to be by two patterns, as `#[path]` of Rust does, the first holds. */
    return (a->path.start == b->path.start && a->name.start == b->name.start &&
            a->joined == b->joined) ||
           (a->kind == GAZ_IMPORT_SOURCE && b->kind == GAZ_IMPORT_SOURCE);
}

/* `require("a")` whose result is taken apart, or named, beside: that says more. */
static bool says_less(const raw_import *a, const raw_import *next)
{
    return a->start == next->start && a->path.start == next->path.start &&
           range_len(a->name) + range_len(a->alias) == 0 && !(a->flags & GAZ_IMPORT_WILDCARD) &&
           range_len(next->name) + range_len(next->alias) > 0;
}

static gaz_slice path_of(assembly *a, const raw_import *import)
{
    if (!import->joined)
        return gaz_text_slice(&a->raw, import->path);
    uint32_t len = range_len(import->path);
    char *copy = gaz_arena_strndup(&a->facts->arena, a->raw.joined.data + import->path.start, len);
    return copy ? (gaz_slice){copy, len} : (gaz_slice){NULL, 0};
}

gaz_status gaz_assemble_imports(assembly *a, gaz_error *err)
{
    raw_facts *raw = &a->raw;
    enclosing_walk walk;
    gaz_status st = gaz_enclosing_begin(a, &walk, err);
    size_t count = raw->imports.len;
    gaz_import *kept = gaz_arena_array(&a->facts->arena, count ? count : 1, sizeof *kept);
    uint32_t n = 0;
    if (count > 1)
        qsort(raw->imports.items, count, sizeof *raw->imports.items, by_start);
    for (size_t i = 0; i < count && st == GAZ_OK && kept; i++) {
        const raw_import *import = &raw->imports.items[i];
        if ((i > 0 && is_repeated(import - 1, import)) ||
            (i + 1 < count && says_less(import, import + 1)))
            continue;
        kept[n] = (gaz_import){.kind = import->kind,
                               .flags = import->flags,
                               .level = import->level,
                               .start = import->start,
                               .line = import->line,
                               .enclosing = gaz_enclosing_at(a, &walk, import->start),
                               .path = path_of(a, import),
                               .name = gaz_text_slice(raw, import->name),
                               .alias = gaz_text_slice(raw, import->alias)};
        if (!kept[n++].path.data)
            kept = NULL;
    }
    if (!kept)
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot keep the imports of a text: out of memory");
    a->facts->imports = kept;
    a->facts->import_count = st == GAZ_OK ? n : 0;
    return st;
}
