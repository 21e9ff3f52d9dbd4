/* What one request has decoded: files, names, single definitions and texts, each once, in one arena
 * that ends with the request. */
#include "resolve_private.h"

#include <stdlib.h>
#include "gaz/base/clock.h"

#define MEMORY_DEFAULT ((size_t)256 << 20)
#define TEXT_MAX ((size_t)64 << 20)
#define TICKS_PER_LOOK 256u

gaz_status resolve_no_memory(gaz_error *err)
{
    gaz_error_set(err, GAZ_E_LIMIT, "resolving references takes more memory than one request may");
    gaz_error_hint(err, "ask for less at once: a narrower path or a smaller limit");
    return GAZ_E_LIMIT;
}

gaz_status resolve_tick(gaz_resolver *r, gaz_error *err)
{
    if (++r->ticks % TICKS_PER_LOOK == 0 && gaz_expired(r->source.deadline_us))
        return gaz_error_set(err, GAZ_E_TIMEOUT, "resolving references took too long");
    return GAZ_OK;
}

void *resolve_alloc(gaz_resolver *r, size_t count, size_t size)
{
    return gaz_arena_array(&r->arena, count ? count : 1, size);
}

gaz_status gaz_resolver_new(const gaz_resolve_source *source, gaz_resolver **out, gaz_error *err)
{
    gaz_resolver *r = calloc(1, sizeof *r);
    if (!r)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to resolve references");
    r->source = *source;
    if (!r->source.deadline_us)
        r->source.deadline_us = GAZ_NEVER;
    gaz_arena_init(&r->arena, source->memory ? source->memory : MEMORY_DEFAULT);
    r->file_count = source->graph ? gaz_graph_file_count(source->graph) : 0;
    gaz_map_init(&r->files);
    gaz_map_init(&r->names);
    gaz_map_init(&r->details);
    gaz_map_init(&r->closures);
    gaz_map_init(&r->types);
    *out = r;
    return GAZ_OK;
}

void gaz_resolver_free(gaz_resolver *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->entries.len; i++)
        gaz_map_release(&r->entries.items[i]->by_local);
    gaz_vec_free(&r->entries);
    gaz_map_release(&r->files);
    gaz_map_release(&r->names);
    gaz_map_release(&r->details);
    gaz_map_release(&r->closures);
    gaz_map_release(&r->types);
    gaz_arena_release(&r->arena);
    free(r);
}

/* ---- files ---- */

static gaz_status new_entry(gaz_resolver *r, uint32_t file, file_entry **out, gaz_error *err)
{
    file_entry *e = resolve_alloc(r, 1, sizeof *e);
    uint64_t *slot = e ? gaz_map_put(&r->files, &file, sizeof file, NULL) : NULL;
    gaz_symbol_document doc;
    if (!slot || !gaz_vec_push(&r->entries, e))
        return resolve_no_memory(err);
    *slot = (uintptr_t)e;
    gaz_map_init(&e->by_local);
    e->file = file;
    e->language = resolve_language_find(0);
    gaz_status st = gaz_symbol_view_document(r->source.view, file, &doc, err);
    e->absent = st == GAZ_E_NOT_FOUND;
    if (st == GAZ_OK)
        e->language = resolve_language_find(doc.key.language);
    *out = e;
    return e->absent ? GAZ_OK : st;
}

gaz_status resolve_file(gaz_resolver *r, uint32_t file, unsigned wanted, file_entry **out,
                        gaz_error *err)
{
    const uint64_t *slot = gaz_map_get(&r->files, &file, sizeof file);
    file_entry *e = slot ? (file_entry *)(uintptr_t)*slot : NULL;
    gaz_status st = e ? GAZ_OK : new_entry(r, file, &e, err);
    unsigned missing = st == GAZ_OK ? wanted & ~e->loaded : 0;
    if (missing && !e->absent) {
        gaz_symbol_facts facts;
        st = gaz_symbol_view_facts(r->source.view, file, missing, &r->arena, &facts, err);
        if (st == GAZ_OK && missing & GAZ_SYMBOL_DEFINITIONS) {
            e->facts.definitions = facts.definitions;
            e->facts.definition_count = facts.definition_count;
        }
        if (st == GAZ_OK && missing & GAZ_SYMBOL_REFERENCES) {
            e->facts.references = facts.references;
            e->facts.reference_count = facts.reference_count;
        }
        if (st == GAZ_OK && missing & GAZ_SYMBOL_IMPORTS) {
            e->facts.imports = facts.imports;
            e->facts.import_count = facts.import_count;
        }
        e->loaded |= st == GAZ_OK ? missing : 0;
    }
    if (st == GAZ_OK)
        *out = e;
    return st;
}

const resolve_language *resolve_language_of(gaz_resolver *r, uint32_t file)
{
    const uint64_t *slot = gaz_map_get(&r->files, &file, sizeof file);
    if (slot)
        return ((const file_entry *)(uintptr_t)*slot)->language;
    if (r->source.graph && file < r->file_count)
        return resolve_language_find(gaz_graph_language(r->source.graph, file));
    gaz_symbol_document doc;
    gaz_status st = gaz_symbol_view_document(r->source.view, file, &doc, NULL);
    return resolve_language_find(st == GAZ_OK ? doc.key.language : 0);
}

static gaz_status load_text(gaz_resolver *r, file_entry *e, gaz_error *err)
{
    gaz_strbuf text;
    e->text_tried = true;
    if (!r->source.text)
        return GAZ_OK;
    gaz_strbuf_init(&text, TEXT_MAX);
    gaz_status st = r->source.text(r->source.ctx, e->file, TEXT_MAX, &text, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&text, err);
    if (st == GAZ_OK) {
        e->text = gaz_arena_strndup(&r->arena, text.data, text.len);
        e->text_len = text.len;
        st = e->text ? GAZ_OK : resolve_no_memory(err);
    }
    gaz_strbuf_release(&text);
    return st == GAZ_E_NOT_FOUND ? GAZ_OK : st;
}

gaz_status resolve_text(gaz_resolver *r, uint32_t file, const gaz_symbol_text *part,
                        const char **data, uint32_t *len, gaz_error *err)
{
    file_entry *e;
    *data = "";
    *len = 0;
    if (!part->len)
        return GAZ_OK;
    if (part->start == GAZ_SYMBOL_NOWHERE) {
        *data = part->data;
        *len = part->len;
        return GAZ_OK;
    }
    gaz_status st = resolve_file(r, file, 0, &e, err);
    if (st == GAZ_OK && !e->text_tried)
        st = load_text(r, e, err);
    if (st == GAZ_OK && e->text && part->start <= e->text_len &&
        part->len <= e->text_len - part->start) {
        *data = e->text + part->start;
        *len = part->len;
    }
    return st;
}

gaz_status resolve_inherits(gaz_resolver *r, file_entry *e, gaz_error *err)
{
    if (e->inherits_known)
        return GAZ_OK;
    gaz_status st = resolve_file(r, e->file, GAZ_SYMBOL_REFERENCES, &e, err);
    uint32_t n = 0;
    for (uint32_t i = 0; st == GAZ_OK && i < e->facts.reference_count; i++)
        n += e->facts.references[i].role == ROLE_INHERIT;
    e->inherits = st == GAZ_OK ? resolve_alloc(r, n, sizeof *e->inherits) : NULL;
    if (st != GAZ_OK || !e->inherits)
        return st != GAZ_OK ? st : resolve_no_memory(err);
    for (uint32_t i = 0; i < e->facts.reference_count; i++)
        if (e->facts.references[i].role == ROLE_INHERIT)
            e->inherits[e->inherit_count++] = i;
    e->inherits_known = true;
    return GAZ_OK;
}

gaz_status resolve_reference_at(gaz_resolver *r, uint32_t file, uint32_t at,
                                const gaz_symbol_reference **out, gaz_error *err)
{
    file_entry *e;
    *out = NULL;
    gaz_status st = resolve_file(r, file, GAZ_SYMBOL_REFERENCES, &e, err);
    uint32_t low = 0, high = st == GAZ_OK ? e->facts.reference_count : 0;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (e->facts.references[middle].start < at)
            low = middle + 1;
        else
            high = middle;
    }
    if (st == GAZ_OK && low < e->facts.reference_count && e->facts.references[low].start == at)
        *out = &e->facts.references[low];
    return st;
}

/* ---- definitions ---- */

gaz_status resolve_definition(gaz_resolver *r, uint32_t file, uint32_t index,
                              const gaz_symbol_definition **out, gaz_error *err)
{
    const uint64_t *entry = gaz_map_get(&r->files, &file, sizeof file);
    const file_entry *e = entry ? (const file_entry *)(uintptr_t)*entry : NULL;
    if (e && e->loaded & GAZ_SYMBOL_DEFINITIONS) {
        if (index >= e->facts.definition_count)
            return gaz_error_set(err, GAZ_E_NOT_FOUND, "file %u has no definition %u", file, index);
        *out = &e->facts.definitions[index];
        return GAZ_OK;
    }
    const uint32_t key[2] = {file, index};
    uint64_t *slot = gaz_map_get(&r->details, key, sizeof key);
    if (slot) {
        *out = (const gaz_symbol_definition *)(uintptr_t)*slot;
        return GAZ_OK;
    }
    gaz_symbol_definition *def = resolve_alloc(r, 1, sizeof *def);
    if (!def)
        return resolve_no_memory(err);
    gaz_status st = gaz_symbol_view_definition(r->source.view, file, index, &r->arena, def, err);
    if (st != GAZ_OK)
        return st;
    slot = gaz_map_put(&r->details, key, sizeof key, NULL);
    if (!slot)
        return resolve_no_memory(err);
    *slot = (uintptr_t)def;
    *out = def;
    return GAZ_OK;
}

gaz_status resolve_detail(gaz_resolver *r, candidate *c, gaz_error *err)
{
    return c->def || c->index == GAZ_SYMBOL_NONE
               ? GAZ_OK
               : resolve_definition(r, c->file, c->index, &c->def, err);
}

gaz_status resolve_candidate(gaz_resolver *r, uint32_t file, uint32_t index, candidate *out,
                             gaz_error *err)
{
    *out = (candidate){.file = file, .index = index};
    if (index == GAZ_SYMBOL_NONE)
        return GAZ_OK;
    gaz_status st = resolve_definition(r, file, index, &out->def, err);
    if (st == GAZ_OK) {
        out->kind = out->def->kind;
        out->flags = out->def->flags;
    }
    return st;
}

/* ---- names ---- */

static int by_file(const void *left, const void *right)
{
    const candidate *a = left, *b = right;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

static gaz_status find_names(gaz_resolver *r, gaz_symbol_name name, name_set *set, gaz_error *err)
{
    gaz_symbol_hits hits = {.complete = true};
    gaz_symbol_query query = {.match = GAZ_SYMBOL_EXACT,
                              .text = name.data,
                              .len = name.len,
                              .limit = RESOLVE_NAMES_MAX,
                              .deadline_us = r->source.deadline_us};
    gaz_status st = name.len && name.len <= GAZ_SYMBOL_NAME_MAX
                        ? gaz_symbol_view_find(r->source.view, &query, &r->arena, &hits, err)
                        : GAZ_OK;
    if (st != GAZ_OK)
        return st;
    set->items = resolve_alloc(r, hits.count, sizeof *set->items);
    if (!set->items)
        return resolve_no_memory(err);
    for (uint32_t i = 0; i < hits.count; i++)
        set->items[i] = (candidate){.file = hits.items[i].file,
                                    .index = hits.items[i].index,
                                    .kind = hits.items[i].kind,
                                    .flags = hits.items[i].flags};
    if (hits.count > 1)
        qsort(set->items, hits.count, sizeof *set->items, by_file);
    set->count = hits.count;
    set->total = hits.total;
    set->complete = hits.complete && hits.total == hits.count;
    return GAZ_OK;
}

gaz_status resolve_names(gaz_resolver *r, gaz_symbol_name name, name_set **out, gaz_error *err)
{
    uint64_t *slot = gaz_map_get(&r->names, name.data, name.len);
    if (slot) {
        *out = (name_set *)(uintptr_t)*slot;
        return GAZ_OK;
    }
    name_set *set = resolve_alloc(r, 1, sizeof *set);
    char *copy = set ? gaz_arena_strndup(&r->arena, name.data, name.len) : NULL;
    if (!copy)
        return resolve_no_memory(err);
    set->name = (gaz_symbol_name){copy, name.len};
    gaz_status st = find_names(r, name, set, err);
    if (st != GAZ_OK)
        return st;
    slot = gaz_map_put(&r->names, name.data, name.len, NULL);
    if (!slot)
        return resolve_no_memory(err);
    *slot = (uintptr_t)set;
    *out = set;
    return GAZ_OK;
}

/* Of a name with more definitions than are held: the file itself is asked. */
static gaz_status look_into(gaz_resolver *r, const name_set *set, uint32_t file, candidate **out,
                            uint32_t *count, gaz_error *err)
{
    file_entry *e;
    uint32_t n = 0;
    gaz_status st = resolve_file(r, file, GAZ_SYMBOL_DEFINITIONS, &e, err);
    for (uint32_t i = 0; st == GAZ_OK && i < e->facts.definition_count; i++)
        n += same_name(e->facts.definitions[i].name, set->name);
    candidate *found = st == GAZ_OK ? resolve_alloc(r, n, sizeof *found) : NULL;
    if (!found)
        return st != GAZ_OK ? st : resolve_no_memory(err);
    n = 0;
    for (uint32_t i = 0; i < e->facts.definition_count; i++) {
        const gaz_symbol_definition *d = &e->facts.definitions[i];
        if (same_name(d->name, set->name))
            found[n++] = (candidate){file, i, d->kind, d->flags, d};
    }
    *out = found;
    *count = n;
    return GAZ_OK;
}

gaz_status resolve_names_in(gaz_resolver *r, const name_set *set, uint32_t file, candidate **out,
                            uint32_t *count, gaz_error *err)
{
    uint32_t low = 0, high = set->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (set->items[middle].file < file)
            low = middle + 1;
        else
            high = middle;
    }
    *out = &set->items[low];
    for (*count = 0; low + *count < set->count && set->items[low + *count].file == file;)
        (*count)++;
    return set->complete ? GAZ_OK : look_into(r, set, file, out, count, err);
}

gaz_status resolve_add(candidate_list *list, const candidate *c, gaz_error *err)
{
    for (size_t i = 0; i < list->len; i++)
        if (list->items[i].file == c->file && list->items[i].index == c->index)
            return GAZ_OK;
    if (list->len >= GAZ_RESOLVE_CANDIDATES_MAX)
        return GAZ_OK;
    return gaz_vec_push(list, *c) ? GAZ_OK : resolve_no_memory(err);
}
