/* symbols: definitions by name. outline: those of a file. */
#include <stdlib.h>
#include <string.h>

#include "code_answer.h"
#include "gaz/base/clock.h"

#include "gaz/symbols/symbols.h"
#include "gaz/text/language.h"

/* Files whose path matches a pattern; each is asked once. */
typedef struct path_test {
    gaz_ref_files *files;
    gaz_pattern *pattern;
    gaz_matcher *matcher;
    uint8_t *known; /* by file: 0 not asked, 1 no, 2 yes */
} path_test;

static bool path_matches(void *ctx, uint32_t file)
{
    path_test *t = ctx;
    gaz_ref_file f;
    bool found = false;
    if (!t->known[file]) {
        gaz_ref_files_at(t->files, file, &f);
        gaz_scan scan = {.text = f.path, .len = f.path_len, .deadline_us = GAZ_NEVER};
        gaz_status st = gaz_matcher_test(t->matcher, &scan, &found, NULL);
        t->known[file] = st == GAZ_OK && found ? 2 : 1;
    }
    return t->known[file] == 2;
}

static gaz_status path_test_init(path_test *t, code_answer *a, const char *source, gaz_error *err)
{
    gaz_pattern_options options = {.path = true};
    *t = (path_test){.files = gaz_code_files(a->code)};
    gaz_status st = gaz_pattern_compile(source, strlen(source), &options, &t->pattern, err);
    if (st == GAZ_OK)
        st = gaz_matcher_new(t->pattern, &t->matcher, err);
    if (st == GAZ_OK)
        t->known = calloc((size_t)gaz_ref_files_count(t->files) + 1, 1);
    return st == GAZ_OK && !t->known ? gaz_error_set(err, GAZ_E_NOMEM, "no memory for paths") : st;
}

static void path_test_release(path_test *t)
{
    gaz_matcher_free(t->matcher);
    gaz_pattern_free(t->pattern);
    free(t->known);
}

static gaz_symbol_match match_of(const char *name)
{
    return strcmp(name, "exact") == 0    ? GAZ_SYMBOL_EXACT
           : strcmp(name, "prefix") == 0 ? GAZ_SYMBOL_PREFIX
           : strcmp(name, "words") == 0  ? GAZ_SYMBOL_WORDS
                                         : GAZ_SYMBOL_FUZZY;
}

static gaz_status put_symbols(code_answer *a, const gaz_symbol_hits *hits, uint32_t from,
                              uint32_t limit, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    bool docs = call_number(a->call, "docs") != 0;
    gaz_json_key(&a->json, "symbols");
    gaz_json_array_begin(&a->json);
    for (uint32_t i = from; st == GAZ_OK && i < hits->count && i - from < limit; i++) {
        gaz_json_object_begin(&a->json);
        st = code_put_definition(a, hits->items[i].file, hits->items[i].index, docs, err);
        gaz_json_object_end(&a->json);
    }
    gaz_json_array_end(&a->json);
    return st;
}

static gaz_status find_symbols(code_answer *a, gaz_error *err)
{
    const char *name = call_text(a->call, "name"), *path = call_text(a->call, "path");
    uint32_t limit = (uint32_t)call_number(a->call, "limit"), from = 0, unused = 0;
    path_test test = {0};
    gaz_symbol_hits hits = {0};
    gaz_symbol_query query = {.match = match_of(call_text(a->call, "match")),
                              .text = name,
                              .len = strlen(name),
                              .without = call_number(a->call, "declarations")
                                             ? (uint8_t)0
                                             : (uint8_t)GAZ_DEFINITION_DECLARATION,
                              .last = GAZ_DEFINITION_DECLARATION,
                              .deadline_us = a->deadline};
    gaz_status st = code_read_kinds(a->call, &query.kinds, err);
    if (st == GAZ_OK)
        st = code_cursor(a, &from, &unused, err);
    if (st == GAZ_OK && path)
        st = path_test_init(&test, a, path, err);
    if (path) {
        query.accepts = path_matches;
        query.ctx = &test;
    }
    query.limit = from + limit;
    if (st == GAZ_OK && from > GAZ_LIMIT_MAX)
        st = gaz_error_set(err, GAZ_E_LIMIT, "a list goes no further than %d", GAZ_LIMIT_MAX);
    if (st == GAZ_OK)
        st = gaz_symbol_view_find(a->symbols, &query, &a->arena, &hits, err);
    if (st == GAZ_OK)
        st = put_symbols(a, &hits, from, limit, err);
    if (st == GAZ_OK) {
        bool more = hits.total > (uint64_t)from + limit;
        gaz_json_put_int(&a->json, "total", (int64_t)hits.total);
        code_put_cursor(a, more, from + limit, 0);
        a->reason = hits.complete ? (more ? "limit" : NULL) : "timeout";
    }
    path_test_release(&test);
    return st;
}

gaz_status op_symbols(gaz_call *call, gaz_error *err)
{
    code_answer a;
    gaz_status st = code_begin(&a, call, err);
    if (st == GAZ_OK)
        st = find_symbols(&a, err);
    if (st == GAZ_OK)
        st = code_end(&a, err);
    code_release(&a);
    return st;
}

/* ---- outline ---- */

/* Local names are left out: they are nobody's to find. */
static gaz_status put_outline(code_answer *a, uint32_t file, gaz_error *err)
{
    gaz_symbol_document document;
    gaz_status st = gaz_symbol_view_document(a->symbols, file, &document, err);
    uint32_t shown = 0, limit = (uint32_t)call_number(a->call, "limit"), index = 0;
    bool docs = call_number(a->call, "docs") != 0, known = st == GAZ_OK;
    if (st == GAZ_E_NOT_FOUND)
        st = GAZ_OK;
    gaz_json_key(&a->json, "symbols");
    gaz_json_array_begin(&a->json);
    for (; st == GAZ_OK && known && index < document.definitions && shown < limit; index++) {
        gaz_symbol_definition d;
        st = gaz_symbol_view_definition(a->symbols, file, index, &a->arena, &d, err);
        if (st != GAZ_OK || (d.flags & GAZ_DEFINITION_LOCAL))
            continue;
        gaz_json_object_begin(&a->json);
        st = code_put_definition(a, file, index, docs, err);
        gaz_json_put_int(&a->json, "depth", d.depth);
        gaz_json_object_end(&a->json);
        shown++;
    }
    gaz_json_array_end(&a->json);
    if (st != GAZ_OK)
        return st;
    gaz_json_put_int(&a->json, "total", known ? document.definitions : 0);
    gaz_json_put_bool(&a->json, "has_errors", known && document.has_errors);
    if (known && index < document.definitions)
        a->reason = "limit";
    else if (known && document.outcome)
        a->reason = document.outcome == GAZ_SYMBOL_OUTCOME_CRASHED
                        ? "the parser died of it"
                        : gaz_extract_outcome_name(document.outcome);
    return GAZ_OK;
}

gaz_status op_outline(gaz_call *call, gaz_error *err)
{
    code_answer a;
    uint32_t file = 0;
    gaz_ref_file info;
    gaz_status st = code_begin(&a, call, err);
    if (st == GAZ_OK)
        st = code_find_file(&a, call_text(call, "path"), &file, err);
    if (st == GAZ_OK) {
        gaz_ref_files_at(gaz_code_files(a.code), file, &info);
        code_put_path(&a, file);
        put_oid(&a.json, "blob", &info.blob);
        gaz_json_put_cstring(&a.json, "lang", gaz_language_name(info.language));
        gaz_json_put_int(&a.json, "lines_total", info.lines);
        if (info.skip || gaz_symbols_supports(info.language) == GAZ_SYMBOLS_NONE)
            a.reason = info.skip ? info.skip : "no_grammar";
        st = put_outline(&a, file, err);
    }
    if (st == GAZ_OK)
        st = code_end(&a, err);
    code_release(&a);
    return st;
}
