/* Made-up facts of many documents, and comparing what comes back with them. */
#ifndef SYMBOL_MODEL_H
#define SYMBOL_MODEL_H

#include "gaz_test.h"

#include "gaz/base/arena.h"
#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/store/symbol_facts.h"

#define MODEL_LOCAL 0x01u /* a flag of references */

typedef struct model_doc {
    gaz_symbol_facts facts;
    char *text;
    size_t len;
} model_doc;

typedef struct model {
    gaz_arena arena;
    model_doc *docs;
    uint32_t count;
    uint64_t seed;
} model;

static inline uint32_t model_random(model *m, uint32_t below)
{
    m->seed = m->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return below ? (uint32_t)(m->seed >> 33) % below : 0;
}

static inline gaz_symbol_name model_name(model *m)
{
    static const char *const parts[] = {"get",  "Device", "tcp",  "send",    "_msg",
                                        "Init", "HTTP",   "list", "_entry",  "x",
                                        "Node", "write",  "2",    "\xc3\xa9"};
    char name[200] = "";
    uint32_t n = 1 + model_random(m, 4);
    for (uint32_t i = 0; i < n; i++)
        strcat(name, parts[model_random(m, sizeof parts / sizeof *parts)]);
    if (!model_random(m, 40))
        snprintf(name, sizeof name, "name%u", model_random(m, 100000));
    if (!model_random(m, 200))
        name[0] = '\0';
    return (gaz_symbol_name){gaz_arena_strdup(&m->arena, name), (uint32_t)strlen(name)};
}

static inline gaz_symbol_text model_text(model *m, size_t len)
{
    gaz_symbol_text t = {.start = GAZ_SYMBOL_NOWHERE};
    uint32_t form = model_random(m, 3);
    if (form == 1) {
        t.start = model_random(m, (uint32_t)len);
        t.len = 1 + model_random(m, (uint32_t)(len - t.start > 60 ? 60 : len - t.start));
        t.len = t.start + t.len > len ? (uint32_t)(len - t.start) : t.len;
        t.start = t.len ? t.start : GAZ_SYMBOL_NOWHERE;
        t.folded = t.len && !model_random(m, 3);
    } else if (form == 2) {
        t.data = "void f(int   folded)";
        t.len = 20;
    }
    return t;
}

static inline void model_definitions(model *m, model_doc *d, uint32_t count)
{
    gaz_symbol_definition *defs = gaz_arena_array(&m->arena, count + (size_t)1, sizeof *defs);
    uint32_t at = 0, line = 1, len = (uint32_t)d->len;
    for (uint32_t i = 0; i < count; i++) {
        gaz_symbol_definition *x = &defs[i];
        at += model_random(m, 20);
        at = at < len - 200 ? at : len - 200;
        line += model_random(m, 3);
        *x = (gaz_symbol_definition){.kind = (uint8_t)(1 + model_random(m, 32)),
                                     .visibility = (uint8_t)model_random(m, 5),
                                     .flags = (uint8_t)model_random(m, 256),
                                     .container =
                                         i && model_random(m, 2) ? model_random(m, i) : UINT32_MAX,
                                     .name = model_name(m),
                                     .start = at,
                                     .end = at + model_random(m, 200),
                                     .start_line = line,
                                     .end_line = line + model_random(m, 4)};
        if (!model_random(m, 5))
            x->container_name = model_name(m);
        x->depth = x->container == UINT32_MAX        ? 0
                   : defs[x->container].depth == 255 ? 255
                                                     : (uint8_t)(defs[x->container].depth + 1);
        x->name_start = x->start + model_random(m, 9);
        x->name_start = x->name_start < len - 100 ? x->name_start : len - 100;
        x->name_end = x->name_start + (model_random(m, 4) ? x->name.len : 3);
        x->name_line = x->start_line + model_random(m, 2);
        if (model_random(m, 2)) {
            x->body_start = x->start;
            x->body_end = x->end + (x->end == x->start);
        }
        x->signature = model_text(m, d->len);
        if (!model_random(m, 4) && x->end > x->start)
            x->signature = (gaz_symbol_text){
                .start = x->start, .len = x->end - x->start, .folded = model_random(m, 2)};
        x->type = model_text(m, d->len);
        x->doc = model_text(m, d->len);
    }
    d->facts.definitions = defs;
    d->facts.definition_count = count;
}

static inline void model_references(model *m, model_doc *d, uint32_t count)
{
    gaz_symbol_reference *refs = gaz_arena_array(&m->arena, count + (size_t)1, sizeof *refs);
    uint32_t at = 0, line = 1, len = (uint32_t)d->len;
    for (uint32_t i = 0; i < count; i++) {
        at += model_random(m, 6);
        at = at < len ? at : len;
        line += model_random(m, 6);
        refs[i] = (gaz_symbol_reference){
            .role = (uint8_t)(1 + model_random(m, 7)),
            .flags = (uint8_t)(model_random(m, 2) ? model_random(m, 32) : 0),
            .arity = (uint8_t)(model_random(m, 2) ? 255 : model_random(m, 255)),
            .start = at,
            .line = line,
            .enclosing = d->facts.definition_count && model_random(m, 3)
                             ? model_random(m, d->facts.definition_count)
                             : UINT32_MAX,
            .name = model_name(m),
            .qualifier = model_text(m, d->len)};
        if (!model_random(m, 5))
            refs[i].receiver_type = model_name(m);
    }
    d->facts.references = refs;
    d->facts.reference_count = count;
}

static inline void model_imports(model *m, model_doc *d, uint32_t count)
{
    gaz_symbol_import *imports = gaz_arena_array(&m->arena, count + (size_t)1, sizeof *imports);
    uint32_t at = 0, line = 1;
    for (uint32_t i = 0; i < count; i++) {
        at += model_random(m, 9);
        line += model_random(m, 2);
        imports[i] = (gaz_symbol_import){.kind = (uint8_t)(1 + model_random(m, 7)),
                                         .flags = (uint8_t)model_random(m, 64),
                                         .level = (uint8_t)model_random(m, 3),
                                         .start = at < d->len ? at : (uint32_t)d->len,
                                         .line = line,
                                         .enclosing = UINT32_MAX,
                                         .path = model_name(m)};
        if (model_random(m, 2))
            imports[i].name = model_name(m);
        if (model_random(m, 2))
            imports[i].alias = model_name(m);
    }
    d->facts.imports = imports;
    d->facts.import_count = count;
}

static inline gaz_oid model_oid(uint32_t n)
{
    gaz_oid oid = {{0}};
    uint32_t mixed = n * 2654435761u;
    memcpy(oid.id, &mixed, sizeof mixed);
    memcpy(oid.id + 4, &n, sizeof n);
    return oid;
}

/* @param most  definitions of one document; now and then there is one with far more */
static inline void model_make(model *m, uint32_t count, uint32_t most, uint64_t seed)
{
    *m = (model){.count = count, .seed = seed};
    gaz_arena_init(&m->arena, (size_t)1 << 30);
    m->docs = calloc(count + (size_t)1, sizeof *m->docs);
    for (uint32_t i = 0; i < count; i++) {
        model_doc *d = &m->docs[i];
        d->len = 1000 + model_random(m, 3000);
        d->text = gaz_arena_alloc(&m->arena, d->len + 1);
        for (size_t k = 0; k < d->len; k++)
            d->text[k] = "abcd efgh\nXyz_"[model_random(m, 14)];
        d->facts.key = (gaz_symbol_key){model_oid(i / 2), 41 + i % 2}; /* one blob, two languages */
        d->facts.fingerprint = 7 + i % 3;
        d->facts.outcome = (uint8_t)(model_random(m, 9) ? 0 : model_random(m, 7));
        d->facts.has_errors = !model_random(m, 5);
        model_definitions(m, d, model_random(m, i % 10 == 9 ? most * 20 : most));
        model_references(m, d, model_random(m, most * 4));
        model_imports(m, d, model_random(m, 5));
    }
}

static inline void model_release(model *m)
{
    gaz_arena_release(&m->arena);
    free(m->docs);
}

/* Writes the documents [from, to) to dir/name and opens them. */
static inline gaz_symbol_segment *model_write(const model *m, uint32_t from, uint32_t to,
                                              const char *dir, const char *name,
                                              gaz_symbol_row *row)
{
    gaz_error err = {0};
    char path[600];
    gaz_symbol_writer *w = NULL;
    gaz_symbol_segment *seg = NULL;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_ok(gaz_symbol_writer_open(path, &w, &err));
    for (uint32_t i = from; i < to; i++)
        assert_ok(gaz_symbol_writer_add(w, &m->docs[i].facts, MODEL_LOCAL, m->docs[i].text,
                                        m->docs[i].len, &err));
    assert_int_equal(to - from, gaz_symbol_writer_docs(w));
    assert_ok(gaz_symbol_writer_finish(w, row, &err));
    gaz_symbol_writer_close(w);
    assert_ok(gaz_symbol_segment_open(path, &seg, &err));
    return seg;
}

static inline bool same_name(const gaz_symbol_name *a, const gaz_symbol_name *b)
{
    return a->len == b->len && (!a->len || memcmp(a->data, b->data, a->len) == 0);
}

static inline bool same_text(const gaz_symbol_text *a, const gaz_symbol_text *b)
{
    if (a->len != b->len || !a->len)
        return a->len == b->len;
    return a->start == b->start && a->folded == b->folded &&
           (a->start != GAZ_SYMBOL_NOWHERE || memcmp(a->data, b->data, a->len) == 0);
}

static inline bool same_definition(const gaz_symbol_definition *a, const gaz_symbol_definition *b)
{
    return a->kind == b->kind && a->visibility == b->visibility && a->flags == b->flags &&
           a->depth == b->depth && a->container == b->container && same_name(&a->name, &b->name) &&
           same_name(&a->container_name, &b->container_name) &&
           same_text(&a->signature, &b->signature) && same_text(&a->type, &b->type) &&
           same_text(&a->doc, &b->doc) && a->start == b->start && a->end == b->end &&
           a->start_line == b->start_line && a->end_line == b->end_line &&
           a->name_start == b->name_start && a->name_end == b->name_end &&
           a->name_line == b->name_line && a->body_start == b->body_start &&
           a->body_end == b->body_end;
}

static inline bool same_reference(const gaz_symbol_reference *a, const gaz_symbol_reference *b)
{
    return a->role == b->role && a->flags == b->flags && a->arity == b->arity &&
           a->start == b->start && a->line == b->line && a->enclosing == b->enclosing &&
           same_name(&a->name, &b->name) && same_name(&a->receiver_type, &b->receiver_type) &&
           same_text(&a->qualifier, &b->qualifier);
}

static inline bool same_import(const gaz_symbol_import *a, const gaz_symbol_import *b)
{
    return a->kind == b->kind && a->flags == b->flags && a->level == b->level &&
           a->start == b->start && a->line == b->line && a->enclosing == b->enclosing &&
           same_name(&a->path, &b->path) && same_name(&a->name, &b->name) &&
           same_name(&a->alias, &b->alias);
}

#endif
