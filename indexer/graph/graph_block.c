/* Blocks: a file's imports as one piece of memory, made by a resolver. */
#include <string.h>

#include "graph_block.h"

graph_block *graph_block_ref(graph_block *block)
{
    if (block)
        atomic_fetch_add_explicit(&block->refs, 1, memory_order_relaxed);
    return block;
}

void graph_block_unref(graph_block *block)
{
    if (block && atomic_fetch_sub(&block->refs, 1) == 1)
        free(block);
}

void graph_resolver_init(graph_resolver *r)
{
    memset(r, 0, sizeof *r);
    gaz_arena_init(&r->arena, (size_t)4 << 30);
    r->answer.group = GAZ_STRBUF_INIT;
    r->text = GAZ_STRBUF_INIT;
}

void graph_resolver_release(graph_resolver *r)
{
    gaz_arena_release(&r->arena);
    gaz_vec_free(&r->answer.files);
    gaz_strbuf_release(&r->answer.group);
    gaz_vec_free(&r->records);
    gaz_vec_free(&r->nodes);
    gaz_vec_free(&r->keys);
    gaz_vec_free(&r->provided);
    gaz_strbuf_release(&r->text);
    gaz_vec_free(&r->found);
}

void graph_resolver_begin(graph_resolver *r, uint32_t file, uint32_t language)
{
    gaz_arena_reset(&r->arena);
    r->file = file;
    r->path = graph_tree_path(r->tree, file, &r->path_len);
    uint32_t base = r->tree->base_at[file];
    r->dir_len = base ? base - 1 : 0;
    r->language = language;
    r->scratch = NULL;
    r->answer.files.len = 0;
    gaz_strbuf_reset(&r->answer.group);
    r->records.len = r->nodes.len = r->keys.len = r->provided.len = r->found.len = 0;
    gaz_strbuf_reset(&r->text);
    r->failed = false;
}

static int by_number(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

size_t graph_sort_unique(uint32_t *items, size_t count)
{
    if (count < 2)
        return count;
    qsort(items, count, sizeof *items, by_number);
    size_t n = 1;
    for (size_t i = 1; i < count; i++)
        if (items[i] != items[n - 1])
            items[n++] = items[i];
    return n;
}

static void *place(char *base, size_t *at, const void *data, size_t bytes)
{
    void *to = base + *at;
    if (bytes)
        memcpy(to, data, bytes);
    *at += bytes;
    return to;
}

gaz_status graph_resolver_block(graph_resolver *r, uint64_t fingerprint, bool tests,
                                graph_block **out, gaz_error *err)
{
    r->keys.len = graph_sort_unique(r->keys.items, r->keys.len);
    size_t bytes = sizeof(graph_block) + r->records.len * sizeof *r->records.items +
                   (r->nodes.len + r->keys.len + r->provided.len) * sizeof(uint32_t) + r->text.len;
    graph_block *b = r->failed || gaz_strbuf_check(&r->text, NULL) != GAZ_OK ||
                             gaz_strbuf_check(&r->answer.group, NULL) != GAZ_OK
                         ? NULL
                         : malloc(bytes);
    if (!b || bytes > UINT32_MAX) {
        free(b);
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot keep the imports of %.200s: out of memory",
                             r->path);
    }
    size_t at = sizeof *b;
    atomic_init(&b->refs, 1);
    b->records = (uint32_t)r->records.len;
    b->nodes = (uint32_t)r->nodes.len;
    b->keys = (uint32_t)r->keys.len;
    b->provides = (uint32_t)r->provided.len;
    b->bytes = (uint32_t)bytes;
    b->fingerprint = fingerprint;
    b->tests = tests;
    b->cut = r->facts.import_count > GAZ_GRAPH_IMPORTS_MAX;
    b->record = place((char *)b, &at, r->records.items, r->records.len * sizeof *b->record);
    b->node = place((char *)b, &at, r->nodes.items, r->nodes.len * sizeof *b->node);
    b->key = place((char *)b, &at, r->keys.items, r->keys.len * sizeof *b->key);
    b->provide = place((char *)b, &at, r->provided.items, r->provided.len * sizeof *b->provide);
    b->text = place((char *)b, &at, r->text.data, r->text.len);
    b->groups = b->resolved = b->ambiguous = 0;
    for (uint32_t i = 0; i < b->records; i++) {
        b->groups += b->record[i].group;
        b->resolved += b->record[i].state == GAZ_GRAPH_RESOLVED;
        b->ambiguous += b->record[i].state == GAZ_GRAPH_AMBIGUOUS;
    }
    *out = b;
    return GAZ_OK;
}

/* ---- one file ---- */

static graph_rule *const rules[FAMILY_COUNT] = {
    [FAMILY_C] = graph_import_c,           [FAMILY_PYTHON] = graph_import_python,
    [FAMILY_SCRIPT] = graph_import_script, [FAMILY_GO] = graph_import_go,
    [FAMILY_RUST] = graph_import_rust,     [FAMILY_JVM] = graph_import_jvm,
    [FAMILY_CSHARP] = graph_import_csharp, [FAMILY_RUBY] = graph_import_ruby,
    [FAMILY_PHP] = graph_import_php,       [FAMILY_SHELL] = graph_import_shell,
    [FAMILY_LUA] = graph_import_lua,       [FAMILY_SWIFT] = graph_import_swift,
};

bool graph_family_provides(graph_family family)
{
    return family == FAMILY_JVM || family == FAMILY_CSHARP || family == FAMILY_PHP ||
           family == FAMILY_RUBY;
}

static unsigned facts_wanted(graph_family family, bool draft)
{
    if (draft && family == FAMILY_C)
        return GAZ_SYMBOL_IMPORTS;
    if (draft)
        return GAZ_SYMBOL_DEFINITIONS;
    unsigned wanted = GAZ_SYMBOL_IMPORTS;
    if (graph_family_provides(family))
        wanted |= GAZ_SYMBOL_DEFINITIONS | GAZ_SYMBOL_REFERENCES;
    if (family == FAMILY_RUST)
        wanted |= GAZ_SYMBOL_DEFINITIONS;
    return wanted;
}

static bool facts_hold_tests(const gaz_symbol_facts *facts)
{
    for (uint32_t i = 0; i < facts->definition_count; i++)
        if (facts->definitions[i].flags & DEFINITION_TEST)
            return true;
    return false;
}

static bool import_is_usable(const gaz_symbol_import *im)
{
    return (im->path.len || im->level || im->name.len) &&
           !memchr(im->path.data, '\0', im->path.len);
}

static void resolve_imports(graph_resolver *r, graph_family family, const uint32_t *node_of)
{
    uint32_t count = r->facts.import_count;
    if (count > GAZ_GRAPH_IMPORTS_MAX)
        count = GAZ_GRAPH_IMPORTS_MAX;
    for (uint32_t i = 0; i < count && !r->failed; i++) {
        gaz_symbol_import copy = r->facts.imports[i], *im = &copy;
        copy.path.data = copy.path.data ? copy.path.data : "";
        copy.name.data = copy.name.data ? copy.name.data : "";
        graph_answer_none(r, GAZ_GRAPH_NOT_FOUND);
        if (im->flags & IMPORT_COMPUTED && family != FAMILY_RUBY && family != FAMILY_PHP)
            graph_answer_none(r, GAZ_GRAPH_COMPUTED);
        else if (import_is_usable(im) && r->path_len <= GAZ_GRAPH_PATH_MAX)
            rules[family](r, im);
        graph_record_add(r, im, i, node_of);
    }
    if (family == FAMILY_RUBY && r->path_len <= GAZ_GRAPH_PATH_MAX)
        graph_import_constants(r);
    else if (graph_family_provides(family) && r->path_len <= GAZ_GRAPH_PATH_MAX)
        graph_import_own_package(r);
}

static void draft_imports(graph_resolver *r)
{
    static const uint32_t nowhere[1];
    for (uint32_t i = 0; i < r->facts.import_count && i < GAZ_GRAPH_IMPORTS_MAX; i++) {
        graph_answer_none(r, GAZ_GRAPH_NOT_FOUND);
        graph_record_add(r, &r->facts.imports[i], i, nowhere);
    }
}

gaz_status graph_resolve_file(graph_resolver *r, const graph_job *job, uint32_t file, bool draft,
                              graph_block **out, gaz_error *err)
{
    uint32_t language = job->meta[file].language;
    graph_family family = graph_family_of(language);
    graph_resolver_begin(r, file, language);
    r->node_of = job->node_of;
    gaz_status st = gaz_symbol_view_facts(job->symbols, file, facts_wanted(family, draft),
                                          &r->arena, &r->facts, err);
    if (st == GAZ_E_NOT_FOUND) {
        memset(&r->facts, 0, sizeof r->facts);
        st = GAZ_OK;
    }
    if (st != GAZ_OK)
        return st;
    if (graph_family_provides(family))
        graph_collect_provided(r);
    if (draft && family == FAMILY_C)
        draft_imports(r);
    else if (!draft && rules[family])
        resolve_imports(r, family, job->node_of);
    return graph_resolver_block(r, r->facts.fingerprint, facts_hold_tests(&r->facts), out, err);
}
