/* Reading records back: the other half of symbol_record.c. Every number is checked before it is
 * used, since checksums only say that the bytes are those that were written. */
#include <string.h>

#include "symbol_format.h"

typedef struct cursor {
    const uint8_t *at, *end;
    bool broken;
} cursor;

static gaz_status corrupt(gaz_error *err)
{
    gaz_error_set(err, GAZ_E_CORRUPT, "a symbol segment is damaged: a record does not decode");
    gaz_error_hint(err, "run `gaz check`, then `gaz repair`");
    return GAZ_E_CORRUPT;
}

static uint64_t take(cursor *c)
{
    uint64_t v = 0;
    if (c->at < c->end && *c->at < 0x80)
        return *c->at++;
    if (c->end - c->at >= 2 && c->at[1] - 1u < 0x7f) { /* two bytes, of which the last is not 0 */
        v = (uint64_t)(c->at[0] & 0x7f) | (uint64_t)c->at[1] << 7;
        c->at += 2;
        return v;
    }
    const uint8_t *next = c->broken ? NULL : gaz_varint_decode(c->at, c->end, &v);
    if (!next) {
        c->broken = true;
        c->at = c->end;
        return 0;
    }
    c->at = next;
    return v;
}

/* A number that fits 32 bits. */
static uint32_t take32(cursor *c)
{
    uint64_t v = take(c);
    c->broken |= v > UINT32_MAX;
    return (uint32_t)v;
}

/* from + a difference, within 32 bits. */
static uint32_t take_after(cursor *c, uint32_t from)
{
    uint64_t v = take(c);
    c->broken |= v > UINT32_MAX - from;
    return from + (uint32_t)v;
}

static uint32_t take_around(cursor *c, uint32_t from)
{
    int64_t v = symbol_unzigzag(take(c)), at = (int64_t)from + v;
    c->broken |= v > UINT32_MAX || v < -(int64_t)UINT32_MAX || at < 0 || at > UINT32_MAX;
    return (uint32_t)at;
}

static uint8_t take_byte(cursor *c)
{
    if (c->at < c->end)
        return *c->at++;
    c->broken = true;
    return 0;
}

static cursor take_part(cursor *c)
{
    uint64_t len = take(c);
    if (len > (uint64_t)(c->end - c->at)) {
        c->broken = true;
        len = 0;
    }
    cursor part = {c->at, c->at + len, c->broken};
    c->at += len;
    return part;
}

gaz_status symbol_record_open(const uint8_t *at, size_t len, symbol_record *out, gaz_error *err)
{
    cursor c = {at, at + len, false};
    cursor names = take_part(&c), defs = take_part(&c), refs = take_part(&c),
           imports = take_part(&c);
    uint32_t count = take32(&names);
    if (c.broken || names.broken || c.at != c.end || count > (uint64_t)(names.end - names.at))
        return corrupt(err);
    out->names = names.at;
    out->names_end = names.end;
    out->name_count = count;
    out->defs = defs.at;
    out->defs_end = defs.end;
    out->refs = refs.at;
    out->refs_end = refs.end;
    out->imports = imports.at;
    out->imports_end = imports.end;
    return GAZ_OK;
}

/* ---- names ---- */

static gaz_status give_name(const symbol_decoding *d, uint32_t local, gaz_symbol_name *out,
                            gaz_error *err)
{
    return local < d->record->name_count ? d->name_of(d->ctx, local, out, err) : corrupt(err);
}

static gaz_status take_text(cursor *c, unsigned form, uint32_t from, gaz_arena *arena,
                            gaz_symbol_text *out, gaz_error *err)
{
    *out = (gaz_symbol_text){.start = GAZ_SYMBOL_NOWHERE};
    if (form == TEXT_NONE)
        return GAZ_OK;
    if (form == TEXT_PLACE || form == TEXT_FOLDED) {
        out->start = take_around(c, from);
        out->len = take32(c);
        out->folded = form == TEXT_FOLDED;
        return c->broken ? corrupt(err) : GAZ_OK;
    }
    if (form != TEXT_OWN)
        return corrupt(err);
    out->len = take32(c);
    if (c->broken || out->len > (uint64_t)(c->end - c->at))
        return corrupt(err);
    out->data = gaz_arena_strndup(arena, (const char *)c->at, out->len);
    c->at += out->len;
    return out->data ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "no memory for symbols");
}

/* ---- definitions ---- */

typedef struct def_part {
    const uint8_t *keys;
    uint64_t key_count;
    const uint8_t *offsets, *stream, *end;
} def_part;

static gaz_status open_definitions(const symbol_record *r, def_part *out, gaz_error *err)
{
    cursor c = {r->defs, r->defs_end, false};
    uint64_t keys = take(&c), count = r->document.definitions;
    uint64_t restarts = count ? (count - 1) / SYMBOL_DEFS_RESTART : 0;
    uint64_t left = (uint64_t)(c.end - c.at);
    if (c.broken || keys > left / 5 || restarts > (left - keys * 5) / 4)
        return corrupt(err);
    *out = (def_part){.keys = c.at,
                      .key_count = keys,
                      .offsets = c.at + keys * 5,
                      .stream = c.at + keys * 5 + restarts * 4,
                      .end = c.end};
    return GAZ_OK;
}

static void skip_text(cursor *c, unsigned form)
{
    if (form != TEXT_PLACE && form != TEXT_FOLDED && form != TEXT_OWN)
        return;
    uint64_t len = take(c);
    if (form != TEXT_OWN)
        take(c);
    else if (len <= (uint64_t)(c->end - c->at))
        c->at += len;
    else
        c->broken = true;
}

static gaz_status take_definition(const symbol_decoding *x, cursor *c, const uint8_t *key,
                                  uint32_t index, gaz_symbol_definition *was, uint32_t *was_name,
                                  gaz_symbol_definition *out, gaz_error *err)
{
    unsigned mask = (unsigned)key[3] | (unsigned)key[4] << 8;
    gaz_symbol_definition d = {
        .kind = key[0], .visibility = key[1], .flags = key[2], .container = GAZ_SYMBOL_NONE};
    uint32_t name = take_around(c, *was_name), container_name = 0;
    d.start = take_after(c, was->start);
    d.start_line = take_after(c, was->start_line);
    d.end = take_after(c, d.start);
    d.name_start = take_around(c, d.start);
    d.end_line = mask & DEF_LINES ? take_after(c, d.start_line) : d.start_line;
    uint32_t name_len = mask & DEF_NAME_LEN ? take32(c) : 0;
    d.name_line = mask & DEF_NAME_LINE ? take_around(c, d.start_line) : d.start_line;
    if (mask & DEF_BODY) {
        d.body_start = take_around(c, d.start);
        d.body_end = take_after(c, d.body_start);
    }
    if (mask & DEF_CONTAINER) {
        uint32_t above = take32(c);
        c->broken |= above == 0 || above > index;
        d.container = index - above;
    }
    if (mask & DEF_CONTAINER_NAME)
        container_name = take32(c);
    if (c->broken)
        return corrupt(err);
    bool named = index >= x->named;
    gaz_status st = named ? give_name(x, name, &d.name, err) : GAZ_OK;
    if (st == GAZ_OK && named && mask & DEF_CONTAINER_NAME)
        st = give_name(x, container_name, &d.container_name, err);
    d.name_end = d.name_start + (mask & DEF_NAME_LEN ? name_len : d.name.len);
    if (!named) {
        d.name_end = mask & DEF_NAME_LEN ? d.name_end : 0;
        d.name.len = name;
        d.container_name.len = mask & DEF_CONTAINER_NAME ? container_name + 1 : 0;
        for (unsigned shift = DEF_SIGNATURE; shift <= DEF_DOC; shift += 3)
            skip_text(c, mask >> shift & DEF_FORM);
        *was = *out = d;
        *was_name = name;
        return c->broken ? corrupt(err) : GAZ_OK;
    }
    unsigned signature = mask >> DEF_SIGNATURE & DEF_FORM;
    if (st == GAZ_OK && (signature == TEXT_SPAN || signature == TEXT_FOLDED_SPAN))
        d.signature = (gaz_symbol_text){
            .start = d.start, .len = d.end - d.start, .folded = signature == TEXT_FOLDED_SPAN};
    else if (st == GAZ_OK)
        st = take_text(c, signature, d.start, x->arena, &d.signature, err);
    if (st == GAZ_OK)
        st = take_text(c, mask >> DEF_TYPE & DEF_FORM, d.start, x->arena, &d.type, err);
    if (st == GAZ_OK)
        st = take_text(c, mask >> DEF_DOC & DEF_FORM, d.start, x->arena, &d.doc, err);
    *was = *out = d;
    *was_name = name;
    return st;
}

gaz_status symbol_decode_definitions(const symbol_decoding *x, uint32_t first, uint32_t count,
                                     gaz_symbol_definition *out, gaz_error *err)
{
    def_part part;
    if (!count)
        return GAZ_OK;
    gaz_status st = open_definitions(x->record, &part, err);
    if (st != GAZ_OK)
        return st;
    uint32_t run = first / SYMBOL_DEFS_RESTART;
    uint32_t from = run ? gaz_le32(part.offsets + (size_t)(run - 1) * 4) : 0;
    if (from > (uint64_t)(part.end - part.stream))
        return corrupt(err);
    cursor c = {part.stream + from, part.end, false};
    gaz_symbol_definition was = {0};
    uint32_t was_name = 0;
    for (uint32_t i = first; st == GAZ_OK && i < first + count; i++) {
        if (i % SYMBOL_DEFS_RESTART == 0) {
            was = (gaz_symbol_definition){0};
            was_name = 0;
        }
        uint64_t key = take(&c);
        st = key < part.key_count && !c.broken
                 ? take_definition(x, &c, part.keys + key * 5, i, &was, &was_name, &out[i - first],
                                   err)
                 : corrupt(err);
    }
    return st;
}

/* ---- references ---- */

/* What stands behind a reference that nobody asked for. */
static void skip_reference(cursor *c, unsigned bits)
{
    unsigned form = bits >> REF_QUALIFIER & 3;
    if (bits & REF_RECEIVER)
        take(c);
    if (form == TEXT_NONE)
        return;
    uint64_t len = take(c);
    if (form != TEXT_OWN) {
        take(c);
    } else if (len <= (uint64_t)(c->end - c->at)) {
        c->at += len;
    } else {
        c->broken = true;
    }
}

static gaz_status take_reference(const symbol_decoding *x, cursor *c, unsigned bits, uint32_t name,
                                 gaz_symbol_reference *r, gaz_error *err)
{
    uint32_t receiver = bits & REF_RECEIVER ? take32(c) : 0;
    gaz_status st = c->broken ? corrupt(err) : GAZ_OK;
    if (st == GAZ_OK)
        st = take_text(c, bits >> REF_QUALIFIER & 3, r->start, x->arena, &r->qualifier, err);
    if (st == GAZ_OK)
        st = give_name(x, name, &r->name, err);
    if (st == GAZ_OK && bits & REF_RECEIVER)
        st = give_name(x, receiver, &r->receiver_type, err);
    return st;
}

/* Most of a document's references are passed over when one name is asked for: that costs a few
 * bytes read each and nothing else. */
gaz_status symbol_decode_references(const symbol_decoding *x, uint32_t only,
                                    gaz_symbol_reference *out, uint32_t *count, gaz_error *err)
{
    cursor c = {x->record->refs, x->record->refs_end, false};
    uint64_t keys = x->record->document.references ? take(&c) : 0;
    const uint8_t *table = c.at;
    uint32_t start = 0, line = 0, around = 0, n = 0, defs = x->record->document.definitions;
    gaz_status st = keys <= (uint64_t)(c.end - c.at) / 3 ? GAZ_OK : corrupt(err);
    c.at += st == GAZ_OK ? keys * 3 : 0;
    for (uint32_t i = 0; st == GAZ_OK && i < x->record->document.references; i++) {
        uint64_t place = take(&c);
        if (place >= keys)
            return corrupt(err);
        const uint8_t *key = table + place * 3;
        start = take_after(&c, start);
        uint32_t name = take32(&c), lines = key[2] & REF_LINE;
        line = lines == 3 ? take_after(&c, line + 3) : line + lines;
        if (key[2] & REF_ENCLOSING)
            around = take_around(&c, around);
        uint8_t arity = key[2] & REF_ARITY ? take_byte(&c) : UINT8_MAX;
        if (around > defs || c.broken)
            return corrupt(err);
        bool wanted = only == GAZ_SYMBOL_NONE || only == name;
        if (!wanted) {
            skip_reference(&c, key[2]);
        } else {
            out[n] = (gaz_symbol_reference){.role = key[0],
                                            .flags = key[1],
                                            .arity = arity,
                                            .start = start,
                                            .line = line,
                                            .enclosing = around - 1};
            st = take_reference(x, &c, key[2], name, &out[n], err);
        }
        n += wanted;
    }
    if (st == GAZ_OK && c.broken)
        st = corrupt(err);
    *count = n;
    return st;
}

/* ---- imports ---- */

gaz_status symbol_decode_imports(const symbol_decoding *x, gaz_symbol_import *out, gaz_error *err)
{
    cursor c = {x->record->imports, x->record->imports_end, false};
    uint32_t start = 0, line = 0;
    for (uint32_t i = 0; i < x->record->document.imports; i++) {
        gaz_symbol_import m = {0};
        m.kind = take_byte(&c);
        m.flags = take_byte(&c);
        m.level = take_byte(&c);
        m.start = start = take_after(&c, start);
        m.line = line = take_after(&c, line);
        m.enclosing = take32(&c) - 1;
        uint32_t path = take32(&c), name = take32(&c), alias = take32(&c);
        if (c.broken ||
            (m.enclosing != GAZ_SYMBOL_NONE && m.enclosing >= x->record->document.definitions))
            return corrupt(err);
        gaz_status st = give_name(x, path, &m.path, err);
        if (st == GAZ_OK && name)
            st = give_name(x, name - 1, &m.name, err);
        if (st == GAZ_OK && alias)
            st = give_name(x, alias - 1, &m.alias, err);
        if (st != GAZ_OK)
            return st;
        out[i] = m;
    }
    return c.at == c.end ? GAZ_OK : corrupt(err);
}
