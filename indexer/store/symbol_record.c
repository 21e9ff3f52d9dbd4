/* Records: all facts of one document as one stream of varints.
 *
 * A record is its names (written by symbol_finish.c, ranks in the segment's dictionary), then its
 * definitions, references and imports, each a part with its length. Strings are places among the
 * names. What facts have in common is told once: a part begins with a list of the combinations of
 * numbers that occur in it, and each fact begins with its place in that list, so that one byte says
 * role, flags and which fields follow. Positions are differences to the fact before; every 64th
 * definition begins anew, so that one can be had without all before it. */
#include <string.h>

#include "symbol_format.h"

#define COMBINATIONS_MAX 65536u

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for symbols");
}

/* ---- rules ---- */

static gaz_status broken(const char *what, uint32_t at, gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_INVALID, "the facts of a document are broken: %s %u", what, at);
}

static bool text_fits(const gaz_symbol_text *t, size_t len)
{
    if (!t->len)
        return true;
    return t->start == GAZ_SYMBOL_NOWHERE ? t->data != NULL : (uint64_t)t->start + t->len <= len;
}

static bool definition_fits(const gaz_symbol_definition *d, uint32_t index, size_t len)
{
    return (d->container == GAZ_SYMBOL_NONE || d->container < index) && d->start <= d->end &&
           d->end <= len && d->start_line <= d->end_line && d->name_start <= d->name_end &&
           d->name_end <= len && d->body_start <= d->body_end && d->body_end <= len &&
           d->visibility < 8 && text_fits(&d->signature, len) && text_fits(&d->type, len) &&
           text_fits(&d->doc, len);
}

gaz_status symbol_facts_check(const gaz_symbol_facts *f, size_t len, gaz_error *err)
{
    if (f->definition_count > GAZ_SYMBOL_FACTS_MAX || f->reference_count > GAZ_SYMBOL_FACTS_MAX ||
        f->import_count > GAZ_SYMBOL_FACTS_MAX)
        return gaz_error_set(err, GAZ_E_INVALID, "a document has over %u facts of a sort",
                             GAZ_SYMBOL_FACTS_MAX);
    for (uint32_t i = 0; i < f->definition_count; i++) {
        const gaz_symbol_definition *d = &f->definitions[i], *before = i ? d - 1 : d;
        if (!definition_fits(d, i, len) || d->start < before->start ||
            d->start_line < before->start_line)
            return broken("definition", i, err);
    }
    for (uint32_t i = 0; i < f->reference_count; i++) {
        const gaz_symbol_reference *r = &f->references[i], *before = i ? r - 1 : r;
        if ((r->enclosing != GAZ_SYMBOL_NONE && r->enclosing >= f->definition_count) ||
            r->start > len || r->start < before->start || r->line < before->line ||
            !text_fits(&r->qualifier, len))
            return broken("reference", i, err);
    }
    for (uint32_t i = 0; i < f->import_count; i++) {
        const gaz_symbol_import *m = &f->imports[i], *before = i ? m - 1 : m;
        if ((m->enclosing != GAZ_SYMBOL_NONE && m->enclosing >= f->definition_count) ||
            m->start > len || m->start < before->start || m->line < before->line)
            return broken("import", i, err);
    }
    return GAZ_OK;
}

gaz_status symbol_strings_each(const gaz_symbol_facts *f, symbol_string_visit visit, void *ctx,
                               gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < f->definition_count; i++) {
        st = visit(ctx, &f->definitions[i].name, err);
        if (st == GAZ_OK && f->definitions[i].container_name.len)
            st = visit(ctx, &f->definitions[i].container_name, err);
    }
    for (uint32_t i = 0; st == GAZ_OK && i < f->reference_count; i++) {
        st = visit(ctx, &f->references[i].name, err);
        if (st == GAZ_OK && f->references[i].receiver_type.len)
            st = visit(ctx, &f->references[i].receiver_type, err);
    }
    for (uint32_t i = 0; st == GAZ_OK && i < f->import_count; i++) {
        const gaz_symbol_import *m = &f->imports[i];
        st = visit(ctx, &m->path, err);
        if (st == GAZ_OK && m->name.len)
            st = visit(ctx, &m->name, err);
        if (st == GAZ_OK && m->alias.len)
            st = visit(ctx, &m->alias, err);
    }
    return st;
}

/* ---- encoding ---- */

typedef struct combinations {
    GAZ_VEC(uint64_t) keys;
    uint64_t last;
    size_t last_at;
    uint16_t near[1024]; /* place + 1 of the last key of a hash */
} combinations;

static size_t near_of(uint64_t key)
{
    return (size_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 54);
}

static gaz_status combine(combinations *c, uint64_t key, uint64_t *place, gaz_error *err)
{
    uint16_t *near = &c->near[near_of(key)];
    size_t at = *near ? (size_t)*near - 1 : 0;
    if (!*near || c->keys.items[at] != key)
        for (at = 0; at < c->keys.len && c->keys.items[at] != key; at++)
            ;
    if (at == c->keys.len && (at >= COMBINATIONS_MAX - 1 || !gaz_vec_push(&c->keys, key)))
        return at >= COMBINATIONS_MAX - 1 ? broken("combination", (uint32_t)at, err)
                                          : no_memory(err);
    *near = (uint16_t)(at + 1);
    *place = at;
    return GAZ_OK;
}

static void put(gaz_strbuf *out, uint64_t v)
{
    uint8_t bytes[GAZ_VARINT_MAX];
    if (v < 0x80)
        gaz_strbuf_putc(out, (char)v);
    else
        gaz_strbuf_add(out, bytes, gaz_varint_encode(bytes, v));
}

static void put_signed(gaz_strbuf *out, int64_t v)
{
    put(out, symbol_zigzag(v));
}

static unsigned form_of(const gaz_symbol_text *t)
{
    if (!t->len)
        return TEXT_NONE;
    return t->start == GAZ_SYMBOL_NOWHERE ? TEXT_OWN : t->folded ? TEXT_FOLDED : TEXT_PLACE;
}

static void put_text(gaz_strbuf *out, const gaz_symbol_text *t, unsigned form, uint32_t from)
{
    uint32_t len = t->len;
    if (form == TEXT_PLACE || form == TEXT_FOLDED)
        put_signed(out, (int64_t)t->start - from);
    if (form == TEXT_OWN && len > GAZ_SYMBOL_TEXT_MAX)
        len = GAZ_SYMBOL_TEXT_MAX;
    if (form == TEXT_PLACE || form == TEXT_FOLDED || form == TEXT_OWN)
        put(out, len);
    if (form == TEXT_OWN)
        gaz_strbuf_add(out, t->data, len);
}

static uint32_t kept_len(const gaz_symbol_name *n)
{
    return n->len < GAZ_SYMBOL_NAME_MAX ? n->len : GAZ_SYMBOL_NAME_MAX;
}

static unsigned definition_mask(const gaz_symbol_definition *d)
{
    unsigned mask = 0, signature = form_of(&d->signature);
    if ((signature == TEXT_PLACE || signature == TEXT_FOLDED) && d->signature.start == d->start &&
        d->signature.len == d->end - d->start)
        signature = signature == TEXT_PLACE ? TEXT_SPAN : TEXT_FOLDED_SPAN;
    mask |= d->end_line != d->start_line ? DEF_LINES : 0;
    mask |= d->name_end - d->name_start != kept_len(&d->name) ? DEF_NAME_LEN : 0;
    mask |= d->name_line != d->start_line ? DEF_NAME_LINE : 0;
    mask |= d->body_start != d->body_end ? DEF_BODY : 0;
    mask |= d->container != GAZ_SYMBOL_NONE ? DEF_CONTAINER : 0;
    mask |= d->container_name.len ? DEF_CONTAINER_NAME : 0;
    return mask | signature << DEF_SIGNATURE | form_of(&d->type) << DEF_TYPE |
           form_of(&d->doc) << DEF_DOC;
}

typedef struct def_state {
    uint32_t start, line, name;
} def_state;

static const uint32_t *put_definition(gaz_strbuf *out, const gaz_symbol_definition *d,
                                      uint32_t index, unsigned mask, def_state *was,
                                      const uint32_t *local)
{
    uint32_t name = *local++;
    put_signed(out, (int64_t)name - was->name);
    put(out, d->start - was->start);
    put(out, d->start_line - was->line);
    put(out, d->end - d->start);
    put_signed(out, (int64_t)d->name_start - d->start);
    if (mask & DEF_LINES)
        put(out, d->end_line - d->start_line);
    if (mask & DEF_NAME_LEN)
        put(out, d->name_end - d->name_start);
    if (mask & DEF_NAME_LINE)
        put_signed(out, (int64_t)d->name_line - d->start_line);
    if (mask & DEF_BODY) {
        put_signed(out, (int64_t)d->body_start - d->start);
        put(out, d->body_end - d->body_start);
    }
    if (mask & DEF_CONTAINER)
        put(out, index - d->container);
    if (mask & DEF_CONTAINER_NAME)
        put(out, *local++);
    put_text(out, &d->signature, mask >> DEF_SIGNATURE & DEF_FORM, d->start);
    put_text(out, &d->type, mask >> DEF_TYPE & DEF_FORM, d->start);
    put_text(out, &d->doc, mask >> DEF_DOC & DEF_FORM, d->start);
    *was = (def_state){d->start, d->start_line, name};
    return local;
}

/* Appends a part: its length, then `head` and `body`. */
static void put_part(gaz_strbuf *out, const gaz_strbuf *head, const gaz_strbuf *body)
{
    put(out, head->len + body->len);
    gaz_strbuf_add(out, head->data, head->len);
    gaz_strbuf_add(out, body->data, body->len);
}

static void put_offset(gaz_strbuf *out, size_t offset)
{
    uint8_t bytes[4];
    gaz_put_le32(bytes, (uint32_t)offset);
    gaz_strbuf_add(out, bytes, sizeof bytes);
}

typedef struct encoding {
    combinations known;
    gaz_strbuf head, body, offsets;
    const uint32_t *local;
} encoding;

static gaz_status encode_definitions(encoding *e, const gaz_symbol_facts *f, gaz_strbuf *out,
                                     gaz_error *err)
{
    def_state was = {0};
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < f->definition_count; i++) {
        const gaz_symbol_definition *d = &f->definitions[i];
        unsigned mask = definition_mask(d);
        uint64_t place = 0;
        if (i && i % SYMBOL_DEFS_RESTART == 0) {
            put_offset(&e->offsets, e->body.len);
            was = (def_state){0};
        }
        st = combine(&e->known,
                     d->kind | (uint64_t)d->visibility << 8 | (uint64_t)d->flags << 16 |
                         (uint64_t)mask << 24,
                     &place, err);
        put(&e->body, place);
        e->local = put_definition(&e->body, d, i, mask, &was, e->local);
    }
    put(&e->head, e->known.keys.len);
    for (size_t i = 0; i < e->known.keys.len; i++) {
        uint8_t bytes[8];
        gaz_put_le64(bytes, e->known.keys.items[i]);
        gaz_strbuf_add(&e->head, bytes, 5);
    }
    gaz_strbuf_add(&e->head, e->offsets.data, e->offsets.len);
    put_part(out, &e->head, &e->body);
    return st;
}

static gaz_status encode_references(encoding *e, const gaz_symbol_facts *f, gaz_strbuf *out,
                                    gaz_error *err)
{
    uint32_t start = 0, line = 0, enclosing = 0;
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < f->reference_count; i++) {
        const gaz_symbol_reference *r = &f->references[i];
        uint32_t lines = r->line - line, around = r->enclosing + 1; /* none: 0 */
        unsigned form = form_of(&r->qualifier);
        unsigned bits = (lines < 3 ? lines : 3) | (around != enclosing ? REF_ENCLOSING : 0) |
                        (r->arity != UINT8_MAX ? REF_ARITY : 0) |
                        (r->receiver_type.len ? REF_RECEIVER : 0) | form << REF_QUALIFIER;
        uint64_t place = 0;
        st = combine(&e->known, r->role | (uint64_t)r->flags << 8 | (uint64_t)bits << 16, &place,
                     err);
        put(&e->body, place);
        put(&e->body, r->start - start);
        put(&e->body, *e->local++);
        if (lines >= 3)
            put(&e->body, lines - 3);
        if (around != enclosing)
            put_signed(&e->body, (int64_t)around - enclosing);
        if (r->arity != UINT8_MAX)
            gaz_strbuf_putc(&e->body, (char)r->arity);
        if (r->receiver_type.len)
            put(&e->body, *e->local++);
        put_text(&e->body, &r->qualifier, form, r->start);
        start = r->start;
        line = r->line;
        enclosing = around;
    }
    put(&e->head, e->known.keys.len);
    for (size_t i = 0; i < e->known.keys.len; i++) {
        uint8_t bytes[4];
        gaz_put_le32(bytes, (uint32_t)e->known.keys.items[i]);
        gaz_strbuf_add(&e->head, bytes, 3);
    }
    put_part(out, &e->head, &e->body);
    return st;
}

static void encode_imports(encoding *e, const gaz_symbol_facts *f, gaz_strbuf *out)
{
    uint32_t start = 0, line = 0;
    for (uint32_t i = 0; i < f->import_count; i++) {
        const gaz_symbol_import *m = &f->imports[i];
        gaz_strbuf_putc(&e->body, (char)m->kind);
        gaz_strbuf_putc(&e->body, (char)m->flags);
        gaz_strbuf_putc(&e->body, (char)m->level);
        put(&e->body, m->start - start);
        put(&e->body, m->line - line);
        put(&e->body, m->enclosing + 1);
        put(&e->body, *e->local++);
        put(&e->body, m->name.len ? *e->local++ + 1 : 0);
        put(&e->body, m->alias.len ? *e->local++ + 1 : 0);
        start = m->start;
        line = m->line;
    }
    put_part(out, &e->head, &e->body);
}

static void begin_part(encoding *e)
{
    e->known.keys.len = 0;
    memset(e->known.near, 0, sizeof e->known.near);
    gaz_strbuf_reset(&e->head);
    gaz_strbuf_reset(&e->body);
    gaz_strbuf_reset(&e->offsets);
}

/* A part that lacks bytes for want of memory must not be written. */
static gaz_status end_part(encoding *e, gaz_error *err)
{
    gaz_status st = gaz_strbuf_check(&e->head, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&e->body, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&e->offsets, err);
    begin_part(e);
    return st;
}

gaz_status symbol_record_encode(const gaz_symbol_facts *facts, const uint32_t *local,
                                gaz_strbuf *out, gaz_error *err)
{
    encoding e = {.head = GAZ_STRBUF_INIT,
                  .body = GAZ_STRBUF_INIT,
                  .offsets = GAZ_STRBUF_INIT,
                  .local = local};
    begin_part(&e);
    gaz_status st = encode_definitions(&e, facts, out, err);
    if (st == GAZ_OK)
        st = end_part(&e, err);
    if (st == GAZ_OK)
        st = encode_references(&e, facts, out, err);
    if (st == GAZ_OK)
        st = end_part(&e, err);
    if (st == GAZ_OK)
        encode_imports(&e, facts, out);
    if (st == GAZ_OK)
        st = end_part(&e, err);
    gaz_vec_free(&e.known.keys);
    gaz_strbuf_release(&e.head);
    gaz_strbuf_release(&e.body);
    gaz_strbuf_release(&e.offsets);
    return st == GAZ_OK ? gaz_strbuf_check(out, err) : st;
}
