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

#define SEARCHED 4096u /* bytes from its definition on that a folded text is looked for in */
#define CANDIDATES 4

/* The end of the place at `from` that folds to `s`, or 0. */
static size_t folds_to(gaz_slice s, const char *text, size_t len, size_t from, gaz_strbuf *scratch)
{
    size_t at = from;
    for (uint32_t i = 0; i < s.len; i++) {
        if (s.data[i] != ' ') {
            if (at >= len || text[at] != s.data[i])
                return 0;
            at++;
            continue;
        }
        while (at < len &&
               (text[at] == ' ' || (text[at] >= '\t' && text[at] <= '\r') || text[at] == '\\') &&
               !(i + 1 < s.len && text[at] == s.data[i + 1]))
            at++;
    }
    gaz_strbuf_reset(scratch);
    gaz_symbol_fold(text + from, at - from, scratch);
    bool same = gaz_strbuf_check(scratch, NULL) == GAZ_OK && scratch->len == s.len &&
                memcmp(scratch->data, s.data, s.len) == 0;
    return same ? at : 0;
}

/* A text whose blanks were folded stands in the document all the same. */
static gaz_symbol_text folded_of(gaz_slice s, const char *text, size_t len, size_t from,
                                 gaz_strbuf *scratch)
{
    gaz_symbol_text t = text_of(s, text, len);
    const char *blank = s.len ? memchr(s.data, ' ', s.len) : NULL;
    size_t first = blank ? (size_t)(blank - s.data) : s.len;
    if (!s.len || t.start != GAZ_SYMBOL_NOWHERE || !first || from >= len)
        return t;
    size_t end = len - from < SEARCHED ? len : from + SEARCHED;
    for (unsigned i = 0; i < CANDIDATES && from < end; i++) {
        const char *at = memmem(text + from, end - from, s.data, first);
        if (!at)
            break;
        size_t to = folds_to(s, text, len, (size_t)(at - text), scratch);
        if (to)
            return (gaz_symbol_text){.start = (uint32_t)(at - text),
                                     .len = (uint32_t)(to - (size_t)(at - text)),
                                     .folded = true};
        from = (size_t)(at - text) + 1;
    }
    return t;
}

static void convert_definition(const gaz_definition *d, const char *text, size_t len,
                               gaz_strbuf *scratch, gaz_symbol_definition *out)
{
    *out = (gaz_symbol_definition){.kind = d->kind,
                                   .visibility = d->visibility,
                                   .flags = d->flags,
                                   .container = d->container,
                                   .name = name_of(d->name),
                                   .container_name = name_of(d->container_name),
                                   .signature =
                                       folded_of(d->signature, text, len, d->span.start, scratch),
                                   .type = folded_of(d->type, text, len, d->span.start, scratch),
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
    gaz_strbuf scratch = GAZ_STRBUF_INIT;
    for (uint32_t i = 0; i < f->definition_count; i++)
        convert_definition(&f->definitions[i], text, len, &scratch, &defs[i]);
    gaz_strbuf_release(&scratch);
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
