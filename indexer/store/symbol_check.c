/* Checking symbol segments, and the canonical text of a document's facts that tests compare. */
#include <stdio.h>
#include <string.h>

#include "symbol_segment.h"

#define ARENA_MAX ((size_t)4 << 30)

typedef struct checking {
    gaz_symbol_segment *seg;
    void (*report)(void *ctx, const char *message);
    void *ctx;
    gaz_arena arena;
    uint64_t defined; /* sum over the definitions of documents; the lists must have the same */
    uint64_t definitions, references, imports;
} checking;

static void say(const checking *c, const char *what, uint32_t at)
{
    char text[120];
    snprintf(text, sizeof text, "%s (%u)", what, at);
    c->report(c->ctx, text);
}

/* What says nothing of the file ends the check; damage is reported. */
static gaz_status absorb(const checking *c, gaz_status st, gaz_error *why, gaz_error *err)
{
    if (st == GAZ_E_CORRUPT || st == GAZ_E_INVALID)
        c->report(c->ctx, why->message);
    else if (st != GAZ_OK && st != GAZ_DONE && err && err->status == GAZ_OK)
        *err = *why;
    bool damage = st == GAZ_E_CORRUPT || st == GAZ_E_INVALID || st == GAZ_DONE;
    gaz_error_clear(why);
    return damage ? GAZ_OK : st;
}

static uint64_t hash_of(const char *name, size_t len, const symbol_place *p)
{
    uint8_t bytes[18];
    gaz_put_le64(bytes, gaz_checksum(name, len));
    gaz_put_le32(bytes + 8, p->doc);
    gaz_put_le32(bytes + 12, p->index);
    bytes[16] = p->kind;
    bytes[17] = p->flags;
    return gaz_checksum(bytes, sizeof bytes);
}

static gaz_status check_document(checking *c, uint32_t doc, gaz_error *err)
{
    gaz_symbol_facts f;
    gaz_symbol_document d;
    gaz_arena_reset(&c->arena);
    gaz_status st = gaz_symbol_segment_document(c->seg, doc, &d, err);
    if (st == GAZ_OK)
        st = gaz_symbol_segment_facts(c->seg, doc, GAZ_SYMBOL_ALL, &c->arena, &f, err);
    if (st == GAZ_OK)
        st = symbol_facts_check(&f, UINT32_MAX, err);
    if (st != GAZ_OK)
        return st;
    for (uint32_t i = 0; i < f.definition_count; i++) {
        const gaz_symbol_definition *x = &f.definitions[i];
        symbol_place p = {doc, i, x->kind, x->flags};
        c->defined += hash_of(x->name.data, x->name.len, &p);
    }
    uint32_t number, found = 0, index = 0;
    number = (uint32_t)c->definitions;
    if (f.definition_count) {
        st = symbol_segment_definition_at(c->seg, number, &found, &index, err);
        if (st == GAZ_OK && (found != doc || index))
            say(c, "the definitions of a document are numbered wrongly", doc);
    }
    if (st == GAZ_OK) {
        st = gaz_symbol_segment_find(c->seg, &d.key, &found, err);
        if (st == GAZ_E_NOT_FOUND || (st == GAZ_OK && found != doc))
            say(c, "a document is not found by its key", doc);
        st = st == GAZ_E_NOT_FOUND ? GAZ_OK : st;
    }
    c->definitions += f.definition_count;
    c->references += f.reference_count;
    c->imports += f.import_count;
    return st;
}

static gaz_status check_documents(checking *c, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (uint32_t d = 0; st == GAZ_OK && d < c->seg->docs; d++) {
        gaz_error why = {0};
        st = absorb(c, check_document(c, d, &why), &why, err);
    }
    if (st == GAZ_OK && (c->definitions != c->seg->definitions ||
                         c->references != c->seg->references || c->imports != c->seg->imports))
        c->report(c->ctx, "its documents have another number of facts than it says");
    return st;
}

static gaz_status check_list(checking *c, const symbol_walk *w, uint64_t *defined, gaz_error *err)
{
    symbol_list list;
    symbol_place place;
    gaz_symbol_document d;
    uint32_t doc, count, before = GAZ_SYMBOL_NONE;
    gaz_status st = symbol_list_open(w, &list, err);
    while (st == GAZ_OK && (st = symbol_list_definition(&list, &place, err)) == GAZ_OK)
        *defined += hash_of(w->name, w->len, &place);
    if (st == GAZ_DONE)
        st = symbol_list_uses(&list, err);
    while (st == GAZ_OK && (st = symbol_list_use(&list, &doc, &count, err)) == GAZ_OK) {
        st = gaz_symbol_segment_document(c->seg, doc, &d, err);
        if (st == GAZ_OK && (!count || count > (uint64_t)d.references + d.imports || doc == before))
            say(c, "the list of a name counts wrongly", w->rank);
        before = doc;
    }
    if (st == GAZ_DONE && list.at != list.end)
        say(c, "the list of a name goes on behind its end", w->rank);
    return st == GAZ_DONE ? GAZ_OK : st;
}

static gaz_status check_names(checking *c, gaz_error *err)
{
    symbol_walk w;
    char before[GAZ_SYMBOL_NAME_MAX];
    uint32_t before_len = 0, seen = 0;
    uint64_t defined = 0;
    gaz_status st = symbol_walk_to(&w, c->seg, 0, err);
    for (; st == GAZ_OK; seen++) {
        uint32_t n = before_len < w.len ? before_len : w.len;
        int order = memcmp(before, w.name, n);
        if (seen && (order > 0 || (!order && before_len >= w.len)))
            say(c, "its names are out of order", w.rank);
        memcpy(before, w.name, w.len);
        before_len = w.len;
        st = check_list(c, &w, &defined, err);
        if (st == GAZ_OK)
            st = symbol_walk_next(&w, err);
    }
    if (st == GAZ_DONE && (seen != c->seg->names || defined != c->defined))
        c->report(c->ctx, "its lists of names do not agree with its documents");
    return st;
}

static gaz_status check_words(checking *c, gaz_error *err)
{
    symbol_words *words;
    gaz_status st = symbol_segment_words(c->seg, &words, err);
    return st == GAZ_OK ? symbol_words_check(words, err) : st;
}

gaz_status gaz_symbol_segment_check(gaz_symbol_segment *seg, const char *name,
                                    void (*report)(void *ctx, const char *message), void *ctx,
                                    gaz_error *err)
{
    checking c = {.seg = seg, .report = report, .ctx = ctx};
    gaz_error why = {0};
    gaz_arena_init(&c.arena, ARENA_MAX);
    gaz_status st = absorb(&c, gaz_sealed_verify(seg->file, name, &why), &why, err);
    if (st == GAZ_OK)
        st = check_documents(&c, err);
    if (st == GAZ_OK)
        st = absorb(&c, check_names(&c, &why), &why, err);
    if (st == GAZ_OK)
        st = absorb(&c, check_words(&c, &why), &why, err);
    gaz_arena_release(&c.arena);
    return st;
}

/* ---- the canonical text ---- */

static void put_text(gaz_strbuf *out, const gaz_symbol_text *t)
{
    if (t->len && t->start != GAZ_SYMBOL_NOWHERE)
        gaz_strbuf_printf(out, " %u%s%u", t->start, t->folded ? "~" : "+", t->len);
    else
        gaz_strbuf_printf(out, " {%.*s}", (int)t->len, t->len ? t->data : "");
}

static void put_name(gaz_strbuf *out, const gaz_symbol_name *n)
{
    gaz_strbuf_printf(out, " {%.*s}", (int)n->len, n->len ? n->data : "");
}

static void put_definition(gaz_strbuf *out, const gaz_symbol_definition *d)
{
    gaz_strbuf_printf(out, "definition %u %u %u %u %d", d->kind, d->visibility, d->flags, d->depth,
                      (int)d->container);
    put_name(out, &d->name);
    put_name(out, &d->container_name);
    gaz_strbuf_printf(out, " %u-%u %u-%u %u-%u %u %u-%u", d->start, d->end, d->start_line,
                      d->end_line, d->name_start, d->name_end, d->name_line, d->body_start,
                      d->body_end);
    put_text(out, &d->signature);
    put_text(out, &d->type);
    put_text(out, &d->doc);
    gaz_strbuf_putc(out, '\n');
}

gaz_status gaz_symbol_segment_dump(gaz_symbol_segment *seg, uint32_t doc, gaz_strbuf *out,
                                   gaz_error *err)
{
    gaz_symbol_facts f;
    gaz_arena arena;
    gaz_arena_init(&arena, ARENA_MAX);
    gaz_status st = gaz_symbol_segment_facts(seg, doc, GAZ_SYMBOL_ALL, &arena, &f, err);
    if (st == GAZ_OK)
        gaz_strbuf_printf(out, "facts %u %016llx %u %d\n", f.key.language,
                          (unsigned long long)f.fingerprint, f.outcome, f.has_errors);
    for (uint32_t i = 0; st == GAZ_OK && i < f.definition_count; i++)
        put_definition(out, &f.definitions[i]);
    for (uint32_t i = 0; st == GAZ_OK && i < f.reference_count; i++) {
        const gaz_symbol_reference *r = &f.references[i];
        gaz_strbuf_printf(out, "reference %u %u %u %u %u %d", r->role, r->flags, r->arity, r->start,
                          r->line, (int)r->enclosing);
        put_name(out, &r->name);
        put_name(out, &r->receiver_type);
        put_text(out, &r->qualifier);
        gaz_strbuf_putc(out, '\n');
    }
    for (uint32_t i = 0; st == GAZ_OK && i < f.import_count; i++) {
        const gaz_symbol_import *m = &f.imports[i];
        gaz_strbuf_printf(out, "import %u %u %u %u %u %d", m->kind, m->flags, m->level, m->start,
                          m->line, (int)m->enclosing);
        put_name(out, &m->path);
        put_name(out, &m->name);
        put_name(out, &m->alias);
        gaz_strbuf_putc(out, '\n');
    }
    gaz_arena_release(&arena);
    return st == GAZ_OK ? gaz_strbuf_check(out, err) : st;
}
