/* From what an extractor found to what the store keeps. A text that points into the document
 * becomes a place in it. */
#include <string.h>

#include "symbols_run.h"

static gaz_symbol_name name_of(gaz_slice s)
{
    return (gaz_symbol_name){s.data, s.len};
}

static gaz_symbol_text text_of(gaz_slice s, const char *text, size_t len)
{
    uintptr_t at = (uintptr_t)s.data, from = (uintptr_t)text;
    if (s.len && at >= from && at - from + s.len <= len)
        return (gaz_symbol_text){.start = (uint32_t)(at - from), .len = s.len};
    return (gaz_symbol_text){.start = GAZ_SYMBOL_NOWHERE, .len = s.len, .data = s.data};
}

static void convert_definition(const gaz_definition *d, const char *text, size_t len,
                               gaz_symbol_definition *out)
{
    *out = (gaz_symbol_definition){.kind = d->kind,
                                   .visibility = d->visibility,
                                   .flags = d->flags,
                                   .container = d->container,
                                   .name = name_of(d->name),
                                   .container_name = name_of(d->container_name),
                                   .signature = text_of(d->signature, text, len),
                                   .type = text_of(d->type, text, len),
                                   .doc = text_of(d->doc, text, len),
                                   .start = d->span.start,
                                   .end = d->span.end,
                                   .start_line = d->span.start_line,
                                   .end_line = d->span.end_line,
                                   .name_start = d->name_span.start,
                                   .name_end = d->name_span.end,
                                   .name_line = d->name_span.start_line,
                                   .body_start = d->body_start,
                                   .body_end = d->body_end};
}

static void convert_reference(const gaz_reference *r, const char *text, size_t len,
                              gaz_symbol_reference *out)
{
    *out = (gaz_symbol_reference){.role = r->role,
                                  .flags = r->flags,
                                  .arity = r->arity,
                                  .start = r->start,
                                  .line = r->line,
                                  .enclosing = r->enclosing,
                                  .name = name_of(r->name),
                                  .receiver_type = name_of(r->receiver_type),
                                  .qualifier = text_of(r->qualifier, text, len)};
}

static void convert_import(const gaz_import *m, gaz_symbol_import *out)
{
    *out = (gaz_symbol_import){.kind = m->kind,
                               .flags = m->flags,
                               .level = m->level,
                               .start = m->start,
                               .line = m->line,
                               .enclosing = m->enclosing,
                               .path = name_of(m->path),
                               .name = name_of(m->name),
                               .alias = name_of(m->alias)};
}

gaz_status symbols_convert(const gaz_facts *f, const char *text, size_t len, gaz_arena *arena,
                           gaz_symbol_facts *out, gaz_error *err)
{
    gaz_symbol_definition *defs =
        gaz_arena_array(arena, (size_t)f->definition_count + 1, sizeof *defs);
    gaz_symbol_reference *refs =
        gaz_arena_array(arena, (size_t)f->reference_count + 1, sizeof *refs);
    gaz_symbol_import *imports =
        gaz_arena_array(arena, (size_t)f->import_count + 1, sizeof *imports);
    if (!defs || !refs || !imports)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the symbols of a document");
    for (uint32_t i = 0; i < f->definition_count; i++)
        convert_definition(&f->definitions[i], text, len, &defs[i]);
    for (uint32_t i = 0; i < f->reference_count; i++)
        convert_reference(&f->references[i], text, len, &refs[i]);
    for (uint32_t i = 0; i < f->import_count; i++)
        convert_import(&f->imports[i], &imports[i]);
    out->outcome = f->outcome;
    out->has_errors = f->has_errors;
    out->definitions = defs;
    out->definition_count = f->definition_count;
    out->references = refs;
    out->reference_count = f->reference_count;
    out->imports = imports;
    out->import_count = f->import_count;
    return GAZ_OK;
}
