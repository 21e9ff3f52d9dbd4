/* The frame of answers about code, and the definition a request means. Ambiguity is shown: a name
 * that several definitions have is answered with all of them, and nothing is guessed. */
#include "code_answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/near.h"
#include "gaz/symbols/symbols.h"

#define ARENA_MAX ((size_t)256 << 20)
#define TARGETS_MAX 1000
#define NEAR_MAX 20
#define GENERATION_SHOWN 12

gaz_status code_begin(code_answer *a, gaz_call *call, gaz_error *err)
{
    return code_begin_at(a, call, call_text(call, "rev"), err);
}

gaz_status code_begin_at(code_answer *a, gaz_call *call, const char *rev, gaz_error *err)
{
    *a = (code_answer){.call = call,
                       .started = gaz_now_us(),
                       .deadline = gaz_deadline(call->services->settings->query_timeout_ms),
                       .out = GAZ_STRBUF_INIT};
    gaz_arena_init(&a->arena, ARENA_MAX);
    gaz_json_writer_init(&a->json, &a->out);
    gaz_status st = gaz_code_open(call->services->code, call_text(call, "repo"), rev, a->deadline,
                                  &a->code, err);
    if (st != GAZ_OK)
        return st;
    a->symbols = gaz_code_symbols(a->code);
    gaz_json_object_begin(&a->json);
    put_ref_head(&a->json, gaz_code_files(a->code));
    return GAZ_OK;
}

gaz_status code_end(code_answer *a, gaz_error *err)
{
    const char *reason = a->reason;
    if (!reason && !gaz_code_symbols_complete(a->code))
        reason = "symbols_pending";
    if (!reason)
        reason = gaz_ref_files_trouble(gaz_code_files(a->code));
    gaz_json_put_bool(&a->json, "complete", reason == NULL);
    gaz_json_put_cstring(&a->json, "reason", reason);
    gaz_json_put_int(&a->json, "took_us", gaz_now_us() - a->started);
    gaz_json_object_end(&a->json);
    return call_finish(a->call, &a->out, err);
}

void code_release(code_answer *a)
{
    gaz_code_close(a->code);
    gaz_strbuf_release(&a->out);
    gaz_arena_release(&a->arena);
}

/* ---- places ---- */

gaz_status code_find_file(code_answer *a, const char *path, uint32_t *file, gaz_error *err)
{
    return gaz_ref_files_find(gaz_code_files(a->code), path, file, err);
}

gaz_status code_find_below(code_answer *a, const char *path, uint32_t *first, uint32_t *count,
                           gaz_error *err)
{
    size_t len = strlen(path);
    while (len && path[len - 1] == '/')
        len--;
    if (len == 1 && path[0] == '.')
        len = 0;
    if (gaz_ref_files_below(gaz_code_files(a->code), path, len, first, count) || !len)
        return GAZ_OK;
    return code_find_file(a, path, first, err); /* for its near misses */
}

/* The number behind the last ':' before `*end`, which moves there; 0 when there is none. */
static uint32_t last_number(const char *text, size_t *end)
{
    size_t at = *end;
    while (at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9')
        at--;
    if (at == *end || at < 2 || text[at - 1] != ':' || *end - at > 9)
        return 0;
    *end = at - 1;
    return (uint32_t)strtoul(text + at, NULL, 10);
}

gaz_status code_place_parse(code_answer *a, const char *text, code_place *out, gaz_error *err)
{
    size_t end = strlen(text);
    uint32_t second = last_number(text, &end), first = second ? last_number(text, &end) : 0;
    *out = (code_place){.line = first ? first : second, .column = first ? second : 0};
    if (!out->line) {
        gaz_error_set(err, GAZ_E_INVALID, "'%.200s' is no place in a file", text);
        gaz_error_hint(err, "write it as path:line:column, both counted from 1");
        return GAZ_E_INVALID;
    }
    out->path = gaz_arena_strndup(&a->arena, text, end);
    return out->path ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "no memory for a place");
}

/* ---- definitions by name ---- */

typedef struct path_filter {
    gaz_ref_files *files;
    const char *prefix;
    size_t len;
} path_filter;

static bool below(void *ctx, uint32_t file)
{
    const path_filter *f = ctx;
    gaz_ref_file info;
    gaz_ref_files_at(f->files, file, &info);
    return info.path_len >= f->len && memcmp(info.path, f->prefix, f->len) == 0 &&
           (info.path_len == f->len || f->len == 0 || f->prefix[f->len - 1] == '/' ||
            info.path[f->len] == '/');
}

static gaz_status no_symbol(code_answer *a, const char *name, gaz_error *err)
{
    gaz_symbol_hits hits;
    gaz_symbol_query query = {.match = GAZ_SYMBOL_FUZZY,
                              .text = name,
                              .len = strlen(name),
                              .limit = NEAR_MAX,
                              .deadline_us = a->deadline};
    gaz_near near;
    gaz_error_set(err, GAZ_E_NOT_FOUND, "nothing of that name is defined here: '%.100s'", name);
    gaz_near_init(&near, name, strlen(name));
    if (gaz_symbol_view_find(a->symbols, &query, &a->arena, &hits, NULL) == GAZ_OK)
        for (uint32_t i = 0; i < hits.count; i++) {
            char *copy =
                gaz_arena_strndup(&a->arena, hits.items[i].name.data, hits.items[i].name.len);
            bool again = copy && i && hits.items[i].name.len == hits.items[i - 1].name.len &&
                         memcmp(hits.items[i].name.data, hits.items[i - 1].name.data,
                                hits.items[i].name.len) == 0;
            if (copy && !again)
                gaz_near_offer(&near, copy);
        }
    gaz_near_hint(&near, err, "", "");
    return GAZ_E_NOT_FOUND;
}

/* Declarations stand for what they declare: they are asked for only where nothing else has the
 * name.
 */
static gaz_status find_named(code_answer *a, const char *name, const char *path, code_targets *out,
                             gaz_error *err)
{
    path_filter filter = {gaz_code_files(a->code), path, path ? strlen(path) : 0};
    gaz_symbol_query query = {.match = GAZ_SYMBOL_EXACT,
                              .text = name,
                              .len = strlen(name),
                              .without = GAZ_DEFINITION_DECLARATION,
                              .accepts = path ? below : NULL,
                              .ctx = &filter,
                              .limit = TARGETS_MAX,
                              .deadline_us = a->deadline};
    gaz_symbol_hits hits = {0};
    gaz_status st = gaz_symbol_view_find(a->symbols, &query, &a->arena, &hits, err);
    query.without = 0;
    if (st == GAZ_OK && !hits.count)
        st = gaz_symbol_view_find(a->symbols, &query, &a->arena, &hits, err);
    if (st == GAZ_OK && !hits.count)
        return no_symbol(a, name, err);
    if (st == GAZ_OK)
        out->items = gaz_arena_array(&a->arena, hits.count, sizeof *out->items);
    if (st == GAZ_OK && !out->items)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for definitions");
    for (uint32_t i = 0; st == GAZ_OK && i < hits.count; i++)
        out->items[i] = (gaz_resolve_target){hits.items[i].file, hits.items[i].index};
    out->count = hits.count;
    out->ambiguous = hits.count > 1;
    return st;
}

/* ---- definitions by place ---- */

/* Without a column: the definition whose name stands in that line. */
static gaz_status find_in_line(code_answer *a, uint32_t file, const code_place *p,
                               code_targets *out, gaz_error *err)
{
    gaz_symbol_facts facts;
    gaz_status st =
        gaz_symbol_view_facts(a->symbols, file, GAZ_SYMBOL_DEFINITIONS, &a->arena, &facts, err);
    out->items = st == GAZ_OK ? gaz_arena_array(&a->arena, 1, sizeof *out->items) : NULL;
    for (uint32_t i = 0; out->items && !out->count && i < facts.definition_count; i++)
        if (facts.definitions[i].name_line == p->line) {
            out->items[0] = (gaz_resolve_target){file, i};
            out->count = 1;
            out->method = GAZ_RESOLVE_FILE;
            out->confidence = 100;
        }
    if ((st == GAZ_OK && !out->count) || st == GAZ_E_NOT_FOUND) {
        gaz_error_set(err, GAZ_E_NOT_FOUND, "nothing is defined in line %" PRIu32 " of %.200s",
                      p->line, p->path);
        gaz_error_hint(err, "add the column of a name to ask what it refers to");
        return GAZ_E_NOT_FOUND;
    }
    return st;
}

static gaz_status find_at(code_answer *a, const char *text, code_targets *out, gaz_error *err)
{
    code_place p;
    uint32_t file = 0;
    gaz_resolver *r = NULL;
    gaz_resolve_place at;
    gaz_status st = code_place_parse(a, text, &p, err);
    if (st == GAZ_OK)
        st = code_find_file(a, p.path, &file, err);
    if (st != GAZ_OK || !p.column)
        return st == GAZ_OK ? find_in_line(a, file, &p, out, err) : st;
    st = gaz_code_resolver(a->code, &r, err);
    if (st == GAZ_OK)
        st = gaz_resolve_at_column(r, file, p.line, p.column, &at, err);
    if (st == GAZ_E_NOT_FOUND)
        return gaz_error_set(err, GAZ_E_NOT_FOUND, "no name stands at %.200s", text);
    if (st != GAZ_OK)
        return st;
    out->count = at.resolution.count;
    out->method = at.resolution.method;
    out->confidence = at.resolution.confidence;
    out->ambiguous = at.resolution.method == GAZ_RESOLVE_AMBIGUOUS;
    out->items = gaz_arena_array(&a->arena, (size_t)out->count + 1, sizeof *out->items);
    if (!out->items)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for definitions");
    if (out->count)
        memcpy(out->items, at.resolution.targets, out->count * sizeof *out->items);
    return GAZ_OK;
}

gaz_status code_find_meant(code_answer *a, const code_meant *m, code_targets *out, gaz_error *err)
{
    *out = (code_targets){0};
    if (!m->name == !m->at) {
        gaz_error_set(err, GAZ_E_INVALID, "what is asked about? %s",
                      m->name ? "Both a name and a place are given"
                              : "Neither a name nor a place is given");
        gaz_error_hint(err, "give a name, or a place as at=path:line:column");
        return GAZ_E_INVALID;
    }
    return m->at ? find_at(a, m->at, out, err) : find_named(a, m->name, m->below, out, err);
}

gaz_status code_find_targets(code_answer *a, code_targets *out, gaz_error *err)
{
    code_meant meant = {call_text(a->call, "name"), call_text(a->call, "at"),
                        call_text(a->call, "path")};
    return code_find_meant(a, &meant, out, err);
}

/* ---- kinds ---- */

gaz_status code_read_kinds(const gaz_call *call, uint64_t *kinds, gaz_error *err)
{
    const gaz_value *given = gaz_call_value(call, "kind");
    *kinds = 0;
    for (size_t i = 0; i < given->count; i++) {
        unsigned kind = gaz_symbol_kind_find(given->items[i], strlen(given->items[i]));
        if (!kind) {
            gaz_error_set(err, GAZ_E_INVALID, "'%.60s' is no kind of symbol", given->items[i]);
            gaz_error_hint(err, "kinds are function, method, class, struct, enum, macro, variable, "
                                "field, constant, type, interface, trait, module, …");
            return GAZ_E_INVALID;
        }
        *kinds |= UINT64_C(1) << kind;
    }
    return GAZ_OK;
}

/* ---- pages ---- */

gaz_status code_list_cursor(code_answer *a, code_place_in_list *place, gaz_error *err)
{
    const char *text = call_text(a->call, "cursor");
    const char *generation = gaz_ref_files_head(gaz_code_files(a->code))->generation;
    char of[GENERATION_SHOWN + 1] = "", end = 0;
    *place = (code_place_in_list){0};
    if (!text)
        return GAZ_OK;
    if (sscanf(text, "k%12[0-9a-f].%8" SCNx32 ".%8" SCNx32 ".%8" SCNx32 "%c", of, &place->which,
               &place->step, &place->at, &end) != 4)
        return gaz_error_set(err, GAZ_E_INVALID, "the cursor is not one that this operation gave");
    if (strncmp(of, generation, GENERATION_SHOWN) == 0)
        return GAZ_OK;
    gaz_error_set(err, GAZ_E_INVALID, "the cursor has expired: the index has changed");
    gaz_error_hint(err, "ask again from the first page");
    return GAZ_E_INVALID;
}

gaz_status code_cursor(code_answer *a, uint32_t *step, uint32_t *at, gaz_error *err)
{
    code_place_in_list place;
    gaz_status st = code_list_cursor(a, &place, err);
    *step = place.step;
    *at = place.at;
    return st;
}

void code_put_list_cursor(code_answer *a, bool more, const code_place_in_list *place)
{
    char text[64];
    snprintf(text, sizeof text, "k%.12s.%" PRIx32 ".%" PRIx32 ".%" PRIx32,
             gaz_ref_files_head(gaz_code_files(a->code))->generation, place->which, place->step,
             place->at);
    gaz_json_put_cstring(&a->json, "cursor", more ? text : NULL);
}

void code_put_cursor(code_answer *a, bool more, uint32_t step, uint32_t at)
{
    const code_place_in_list place = {0, step, at};
    code_put_list_cursor(a, more, &place);
}
