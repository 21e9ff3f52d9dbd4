/* deps.entries, symbols.unreferenced: where programs start, and what nothing uses. */
#include <stdlib.h>
#include <string.h>

#include "code_answer.h"
#include "gaz/base/clock.h"
#include "gaz/symbols/symbols.h"

/* ---- entry points ---- */

static const struct {
    uint8_t bit;
    const char *name;
} entry_reasons[] = {{GAZ_GRAPH_ENTRY_MAIN, "main"},
                     {GAZ_GRAPH_ENTRY_MANIFEST, "manifest"},
                     {GAZ_GRAPH_ENTRY_CUSTOM, "custom"},
                     {GAZ_GRAPH_ENTRY_ROOT, "root"}};
#define REASONS (sizeof entry_reasons / sizeof *entry_reasons)

static gaz_status read_reasons(const gaz_call *call, uint8_t *out, gaz_error *err)
{
    const gaz_value *given = gaz_call_value(call, "reason");
    *out = 0;
    for (size_t i = 0; i < given->count; i++) {
        size_t at = 0;
        while (at < REASONS && strcmp(given->items[i], entry_reasons[at].name) != 0)
            at++;
        if (at == REASONS) {
            gaz_error_set(err, GAZ_E_INVALID, "'%.60s' is no reason of an entry point",
                          given->items[i]);
            gaz_error_hint(err, "reasons are main, manifest, custom and root");
            return GAZ_E_INVALID;
        }
        *out |= entry_reasons[at].bit;
    }
    *out = *out ? *out : UINT8_MAX;
    return GAZ_OK;
}

static void put_entry(code_answer *a, uint32_t file, uint8_t bits, bool test)
{
    gaz_json_object_begin(&a->json);
    code_put_path(a, file);
    gaz_json_key(&a->json, "reasons");
    gaz_json_array_begin(&a->json);
    for (size_t i = 0; i < REASONS; i++)
        if (bits & entry_reasons[i].bit)
            gaz_json_cstring(&a->json, entry_reasons[i].name);
    gaz_json_array_end(&a->json);
    gaz_json_put_bool(&a->json, "test", test);
    gaz_json_object_end(&a->json);
}

/* What is named as a start before what is merely imported by nobody: one pass for each. */
static gaz_status list_entries(code_answer *a, const gaz_graph *graph, gaz_error *err)
{
    uint32_t first = 0, count = 0, total = 0, tests = 0, shown = 0, from = 0, unused = 0;
    uint32_t limit = (uint32_t)call_number(a->call, "limit");
    bool with_tests = call_number(a->call, "tests") != 0;
    uint8_t wanted = 0;
    gaz_status st = read_reasons(a->call, &wanted, err);
    if (st == GAZ_OK)
        st = code_cursor(a, &from, &unused, err);
    if (st == GAZ_OK)
        st = code_find_below(a, call_text(a->call, "path"), &first, &count, err);
    if (st != GAZ_OK)
        return st;
    gaz_json_key(&a->json, "files");
    gaz_json_array_begin(&a->json);
    for (int roots = 0; roots < 2; roots++)
        for (uint32_t file = first; file < first + count; file++) {
            uint8_t bits = gaz_graph_entry(graph, file);
            bool test = (gaz_graph_flags(graph, file) & GAZ_GRAPH_TEST) != 0;
            if (!(bits & wanted) || (bits == GAZ_GRAPH_ENTRY_ROOT) != roots)
                continue;
            tests += test;
            if ((test && !with_tests) || total++ < from || shown >= limit)
                continue;
            put_entry(a, file, bits, test);
            shown++;
        }
    gaz_json_array_end(&a->json);
    gaz_json_put_int(&a->json, "total", total);
    gaz_json_put_int(&a->json, "tests", tests);
    bool more = total > from + shown;
    code_put_cursor(a, more, from + shown, 0);
    a->reason = more ? "limit" : NULL;
    return GAZ_OK;
}

gaz_status op_deps_entries(gaz_call *call, gaz_error *err)
{
    code_answer a;
    gaz_graph *graph = NULL;
    gaz_status st = code_begin(&a, call, err);
    if (st == GAZ_OK)
        st = gaz_code_graph(a.code, &graph, err);
    if (st == GAZ_OK)
        st = list_entries(&a, graph, err);
    if (st == GAZ_OK)
        st = code_end(&a, err);
    code_release(&a);
    return st;
}

/* ---- unreferenced ---- */

static void put_doubts(gaz_json_writer *w, uint8_t doubts)
{
    static const struct {
        uint8_t bit;
        const char *name;
    } names[] = {{GAZ_UNUSED_EXPORTED, "exported"},   {GAZ_UNUSED_ENTRY, "entry"},
                 {GAZ_UNUSED_TEST, "test"},           {GAZ_UNUSED_OVERRIDE, "override"},
                 {GAZ_UNUSED_AMBIGUOUS, "ambiguous"}, {GAZ_UNUSED_DYNAMIC, "dynamic"}};
    gaz_json_key(w, "doubts");
    gaz_json_array_begin(w);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (doubts & names[i].bit)
            gaz_json_cstring(w, names[i].name);
    gaz_json_array_end(w);
}

typedef struct unused_search {
    uint64_t kinds; /* 0: all */
    uint32_t limit, shown, looked;
    bool doubtful, more;
    uint32_t file, at; /* where to go on */
} unused_search;

static gaz_status put_unused(code_answer *a, unused_search *s, const gaz_unused *u, gaz_error *err)
{
    if (s->kinds && !(s->kinds >> u->kind & 1))
        return GAZ_OK;
    if (s->shown >= s->limit) {
        s->more = true;
        s->at = u->target.index;
        return GAZ_OK;
    }
    s->shown++;
    gaz_json_object_begin(&a->json);
    gaz_status st = code_put_definition(a, u->target.file, u->target.index, false, err);
    put_doubts(&a->json, u->doubts);
    gaz_json_put_int(&a->json, "may_mean_it", (int64_t)u->ambiguous);
    gaz_json_object_end(&a->json);
    return st;
}

/* File by file, so that what was found before the time is up can be told. */
static gaz_status search_file(code_answer *a, gaz_resolver *r, unused_search *s, gaz_error *err)
{
    gaz_unused_list list = {0};
    gaz_status st = gaz_resolve_unused(r, &s->file, 1, !s->doubtful, GAZ_RESOLVE_LIMIT_MAX,
                                       (gaz_resolve_cursor){0, s->at}, &list, err);
    s->looked += st == GAZ_OK ? list.looked : 0;
    for (uint32_t i = 0; st == GAZ_OK && i < list.count && !s->more; i++)
        st = put_unused(a, s, &list.items[i], err);
    return st;
}

static gaz_status list_unused(code_answer *a, gaz_resolver *r, gaz_error *err)
{
    unused_search s = {.limit = (uint32_t)call_number(a->call, "limit"),
                       .doubtful = call_number(a->call, "doubtful") != 0};
    uint32_t first = 0, count = 0, from = 0;
    gaz_error why = {0};
    bool late = false;
    gaz_status st = code_read_kinds(a->call, &s.kinds, err);
    if (st == GAZ_OK)
        st = code_cursor(a, &from, &s.at, err);
    if (st == GAZ_OK)
        st = code_find_below(a, call_text(a->call, "path"), &first, &count, err);
    if (st != GAZ_OK)
        return st;
    gaz_json_key(&a->json, "symbols");
    gaz_json_array_begin(&a->json);
    for (s.file = from > first ? from : first; s.file < first + count; s.file++) {
        late = gaz_expired(a->deadline);
        st = late ? GAZ_OK : search_file(a, r, &s, &why);
        late |= st == GAZ_E_TIMEOUT;
        if (late || s.more || st != GAZ_OK)
            break;
        s.at = 0;
    }
    gaz_json_array_end(&a->json);
    if (st != GAZ_OK && !late)
        return gaz_error_set(err, st, "%s", why.message);
    gaz_json_put_int(&a->json, "looked", s.looked);
    code_put_cursor(a, late || s.more, s.file, s.at);
    a->reason = late ? "timeout" : s.more ? "limit" : NULL;
    return GAZ_OK;
}

gaz_status op_unreferenced(gaz_call *call, gaz_error *err)
{
    code_answer a;
    gaz_resolver *r = NULL;
    gaz_status st = code_begin(&a, call, err);
    if (st == GAZ_OK)
        st = gaz_code_resolver(a.code, &r, err);
    if (st == GAZ_OK)
        st = list_unused(&a, r, err);
    if (st == GAZ_OK)
        st = code_end(&a, err);
    code_release(&a);
    return st;
}
