/* deps, deps.path, deps.cycles, impact, tests: what the graph of files tells. */
#include <stdlib.h>
#include <string.h>

#include "code_answer.h"
#include "gaz/symbols/symbols.h"

static gaz_status begin(code_answer *a, gaz_call *call, gaz_graph **graph, gaz_error *err)
{
    gaz_status st = code_begin(a, call, err);
    return st == GAZ_OK ? gaz_code_graph(a->code, graph, err) : st;
}

static gaz_status finish(code_answer *a, gaz_status st, gaz_error *err)
{
    if (st == GAZ_OK)
        st = code_end(a, err);
    code_release(a);
    return st;
}

static void put_file(code_answer *a, const char *key, uint32_t file)
{
    gaz_ref_file f;
    gaz_ref_files_at(gaz_code_files(a->code), file, &f);
    gaz_json_key(&a->json, key);
    gaz_json_string(&a->json, f.path, f.path_len);
}

/* A file, or all below a directory. */
static gaz_status find_files(code_answer *a, const gaz_graph *graph, const char *path,
                             uint32_t **out, uint32_t *count, gaz_error *err)
{
    uint32_t first = 0, n = 0, file = 0;
    size_t len = strlen(path);
    while (len && path[len - 1] == '/')
        len--;
    if (!gaz_graph_below(graph, path, len, &first, &n))
        return code_find_file(a, path, &file, err); /* for its near misses */
    *out = gaz_arena_array(&a->arena, (size_t)n + 1, sizeof **out);
    if (!*out)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the files of a directory");
    for (uint32_t i = 0; i < n; i++)
        (*out)[i] = first + i;
    *count = n;
    return GAZ_OK;
}

/* ---- deps ---- */

static void put_import(code_answer *a, const gaz_graph_import *i)
{
    gaz_json_put_int(&a->json, "line", i->line);
    gaz_json_put_cstring(&a->json, "import", i->name);
    gaz_json_put_cstring(&a->json, "kind", gaz_import_kind_name(i->kind));
}

/* An import is sure where a compiler binds a name of the file to the one it is said to lead to. */
static void put_rule(code_answer *a, const gaz_scip_edges *scip, const gaz_graph_edge *e,
                     const gaz_graph_import *import)
{
    bool sure = scip && gaz_scip_edges_bind(scip, e->from, e->to);
    gaz_json_put_cstring(&a->json, "method",
                         sure ? gaz_resolve_method_name(GAZ_RESOLVE_SCIP)
                              : gaz_graph_method_name((gaz_graph_method)import->method));
    gaz_json_put_int(&a->json, "confidence", sure ? 100 : import->confidence);
}

static void put_edges(code_answer *a, const gaz_graph *graph, const gaz_scip_edges *scip,
                      const gaz_graph_reach *reach)
{
    gaz_json_key(&a->json, "edges");
    gaz_json_array_begin(&a->json);
    for (uint32_t i = 0; i < reach->edge_count; i++) {
        const gaz_graph_edge *e = &reach->edges[i];
        gaz_graph_import import;
        gaz_graph_import_at(graph, e->from, e->import, &import);
        gaz_json_object_begin(&a->json);
        put_file(a, "from", e->from);
        put_file(a, "to", e->to);
        put_import(a, &import);
        put_rule(a, scip, e, &import);
        gaz_json_object_end(&a->json);
    }
    gaz_json_array_end(&a->json);
}

/* Imports of the files that are asked about which lead nowhere, or to one of several. */
static void put_unresolved(code_answer *a, const gaz_graph *graph, const uint32_t *files,
                           uint32_t count, uint32_t limit)
{
    uint32_t shown = 0;
    gaz_json_key(&a->json, "unresolved");
    gaz_json_array_begin(&a->json);
    for (uint32_t f = 0; f < count; f++)
        for (uint32_t i = 0; i < gaz_graph_import_count(graph, files[f]) && shown < limit; i++) {
            gaz_graph_import import;
            gaz_graph_import_at(graph, files[f], i, &import);
            if (import.state == GAZ_GRAPH_RESOLVED)
                continue;
            gaz_json_object_begin(&a->json);
            put_file(a, "from", files[f]);
            put_import(a, &import);
            gaz_json_put_cstring(&a->json, "why",
                                 gaz_graph_reason_name((gaz_graph_reason)import.reason));
            gaz_json_key(&a->json, "candidates");
            gaz_json_array_begin(&a->json);
            for (uint32_t t = 0; t < import.targets; t++) {
                uint32_t len = 0;
                const char *path = gaz_graph_path(graph, gaz_graph_target(graph, &import, t), &len);
                gaz_json_string(&a->json, path, len);
            }
            gaz_json_array_end(&a->json);
            gaz_json_object_end(&a->json);
            shown++;
        }
    gaz_json_array_end(&a->json);
}

static gaz_status put_deps(code_answer *a, const gaz_graph *graph, gaz_error *err)
{
    bool back = strcmp(call_text(a->call, "direction"), "dependents") == 0;
    uint32_t limit = (uint32_t)call_number(a->call, "limit"), *files = NULL;
    gaz_graph_reach_query query = {.direction =
                                       back ? GAZ_GRAPH_DEPENDENTS : GAZ_GRAPH_DEPENDENCIES,
                                   .depth = (uint32_t)call_number(a->call, "depth"),
                                   .limit = limit,
                                   .edges = true};
    gaz_graph_reach reach = {0};
    gaz_scip_edges *scip = NULL;
    gaz_status st =
        find_files(a, graph, call_text(a->call, "path"), &files, &query.file_count, err);
    query.files = files;
    if (st == GAZ_OK)
        st = gaz_code_scip(a->code, &scip, err);
    if (st == GAZ_OK)
        st = gaz_graph_reach_find(graph, &query, &a->arena, &reach, err);
    if (st != GAZ_OK)
        return st;
    gaz_json_key(&a->json, "files");
    gaz_json_array_begin(&a->json);
    for (uint32_t i = 0; i < reach.step_count; i++) {
        gaz_json_object_begin(&a->json);
        code_put_path(a, reach.steps[i].file);
        gaz_json_put_int(&a->json, "distance", reach.steps[i].distance);
        gaz_json_object_end(&a->json);
    }
    gaz_json_array_end(&a->json);
    put_edges(a, graph, scip, &reach);
    put_unresolved(a, graph, files, back ? 0 : query.file_count, limit);
    a->reason = reach.complete ? NULL : "limit";
    return GAZ_OK;
}

gaz_status op_deps(gaz_call *call, gaz_error *err)
{
    code_answer a;
    gaz_graph *graph = NULL;
    gaz_status st = begin(&a, call, &graph, err);
    if (st == GAZ_OK)
        st = put_deps(&a, graph, err);
    return finish(&a, st, err);
}

gaz_status op_deps_path(gaz_call *call, gaz_error *err)
{
    code_answer a;
    gaz_graph *graph = NULL;
    uint32_t from = 0, to = 0, *files = NULL, count = 0;
    gaz_status st = begin(&a, call, &graph, err);
    if (st == GAZ_OK)
        st = code_find_file(&a, call_text(call, "from"), &from, err);
    if (st == GAZ_OK)
        st = code_find_file(&a, call_text(call, "to"), &to, err);
    if (st == GAZ_OK)
        st = gaz_graph_path_find(graph, from, to, &a.arena, &files, &count, err);
    if (st == GAZ_OK) {
        gaz_json_key(&a.json, "files");
        gaz_json_array_begin(&a.json);
        for (uint32_t i = 0; i < count; i++) {
            gaz_json_object_begin(&a.json);
            code_put_path(&a, files[i]);
            gaz_json_object_end(&a.json);
        }
        gaz_json_array_end(&a.json);
    }
    return finish(&a, st, err);
}

/* ---- cycles ---- */

static void put_paths(code_answer *a, const char *key, const uint32_t *files, uint32_t count)
{
    gaz_json_key(&a->json, key);
    gaz_json_array_begin(&a->json);
    for (uint32_t i = 0; i < count; i++) {
        gaz_ref_file f;
        gaz_ref_files_at(gaz_code_files(a->code), files[i], &f);
        gaz_json_string(&a->json, f.path, f.path_len);
    }
    gaz_json_array_end(&a->json);
}

gaz_status op_deps_cycles(gaz_call *call, gaz_error *err)
{
    code_answer a;
    gaz_graph *graph = NULL;
    gaz_graph_cycle *cycles = NULL;
    uint32_t count = 0, total = 0;
    gaz_status st = begin(&a, call, &graph, err);
    if (st == GAZ_OK)
        st = gaz_graph_cycles_find(graph, call_text(call, "path"),
                                   (uint32_t)call_number(call, "limit"), &a.arena, &cycles, &count,
                                   &total, err);
    if (st == GAZ_OK) {
        gaz_json_key(&a.json, "cycles");
        gaz_json_array_begin(&a.json);
        for (uint32_t i = 0; i < count; i++) {
            gaz_json_object_begin(&a.json);
            put_paths(&a, "shortest", cycles[i].shortest, cycles[i].shortest_count);
            put_paths(&a, "files", cycles[i].files, cycles[i].file_count);
            gaz_json_object_end(&a.json);
        }
        gaz_json_array_end(&a.json);
        gaz_json_put_int(&a.json, "total", total);
        a.reason = count < total ? "limit" : NULL;
    }
    return finish(&a, st, err);
}

/* ---- impact ---- */

/* "path" or "path:first-last" or "path:line". */
static gaz_status read_change(code_answer *a, const char *text, gaz_graph_change *out,
                              gaz_error *err)
{
    size_t len = strlen(text), at = len;
    unsigned long first = 0, last = 0;
    while (at > 0 && ((text[at - 1] >= '0' && text[at - 1] <= '9') || text[at - 1] == '-'))
        at--;
    if (at > 1 && at < len && text[at - 1] == ':' && len - at < 20) {
        char *end = NULL;
        first = strtoul(text + at, &end, 10);
        last = *end == '-' ? strtoul(end + 1, &end, 10) : first;
        if (*end || !first || last < first || last > UINT32_MAX) {
            gaz_error_set(err, GAZ_E_INVALID, "'%.200s' is no range of lines", text);
            gaz_error_hint(err, "write changes as path, path:12 or path:12-40");
            return GAZ_E_INVALID;
        }
        len = at - 1;
    }
    *out = (gaz_graph_change){.start_line = (uint32_t)first, .end_line = (uint32_t)last};
    char *path = gaz_arena_strndup(&a->arena, text, len);
    if (!path)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for changes");
    return code_find_file(a, path, &out->file, err);
}

static void put_affected(code_answer *a, const gaz_graph *graph, const gaz_graph_impact *impact)
{
    gaz_json_key(&a->json, "files");
    gaz_json_array_begin(&a->json);
    for (uint32_t i = 0; i < impact->file_count; i++) {
        const gaz_graph_affected *f = &impact->files[i];
        gaz_json_object_begin(&a->json);
        code_put_path(a, f->file);
        gaz_json_put_int(&a->json, "distance", f->distance);
        gaz_json_put_bool(&a->json, "test", f->test);
        if (f->via == GAZ_GRAPH_NO_FILE)
            gaz_json_put_cstring(&a->json, "via", NULL);
        else
            put_file(a, "via", f->via);
        if (f->import != GAZ_GRAPH_NO_IMPORT) {
            gaz_graph_import import;
            gaz_graph_import_at(graph, f->file, f->import, &import);
            gaz_json_put_int(&a->json, "import_line", import.line);
        }
        gaz_json_object_end(&a->json);
    }
    gaz_json_array_end(&a->json);
}

static gaz_status put_impact(code_answer *a, const gaz_graph *graph, gaz_error *err)
{
    const gaz_value *given = gaz_call_value(a->call, "change");
    gaz_graph_change *changes = gaz_arena_array(&a->arena, given->count + 1, sizeof *changes);
    gaz_graph_impact impact = {0};
    gaz_status st = changes ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "no memory for changes");
    for (size_t i = 0; st == GAZ_OK && i < given->count; i++)
        st = read_change(a, given->items[i], &changes[i], err);
    if (st == GAZ_OK)
        st =
            gaz_graph_impact_find(graph, a->symbols, changes, (uint32_t)given->count,
                                  (uint32_t)call_number(a->call, "depth"),
                                  (uint32_t)call_number(a->call, "limit"), &a->arena, &impact, err);
    if (st == GAZ_OK)
        put_affected(a, graph, &impact);
    if (st != GAZ_OK)
        return st;
    gaz_json_put_int(&a->json, "total", (int64_t)impact.total);
    gaz_json_key(&a->json, "symbols");
    gaz_json_array_begin(&a->json);
    for (uint32_t i = 0; st == GAZ_OK && i < impact.definition_count; i++) {
        gaz_json_object_begin(&a->json);
        st = code_put_definition(a, impact.definitions[i].file, impact.definitions[i].definition,
                                 false, err);
        gaz_json_object_end(&a->json);
    }
    gaz_json_array_end(&a->json);
    a->reason = impact.complete ? NULL : "limit";
    return st;
}

gaz_status op_impact(gaz_call *call, gaz_error *err)
{
    code_answer a;
    gaz_graph *graph = NULL;
    gaz_status st = begin(&a, call, &graph, err);
    if (st == GAZ_OK)
        st = put_impact(&a, graph, err);
    return finish(&a, st, err);
}

/* ---- tests ---- */

static void put_reasons(gaz_json_writer *w, uint32_t reasons)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } names[] = {{GAZ_GRAPH_LINK_NAME, "name"},
                 {GAZ_GRAPH_LINK_MIRROR, "mirror"},
                 {GAZ_GRAPH_LINK_IMPORT, "import"},
                 {GAZ_GRAPH_LINK_NAME_FAR, "name elsewhere"},
                 {GAZ_GRAPH_LINK_INSIDE, "inside"}};
    gaz_json_key(w, "reasons");
    gaz_json_array_begin(w);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (reasons & names[i].bit)
            gaz_json_cstring(w, names[i].name);
    gaz_json_array_end(w);
}

gaz_status op_tests(gaz_call *call, gaz_error *err)
{
    code_answer a;
    gaz_graph *graph = NULL;
    gaz_graph_link *links = NULL;
    uint32_t file = 0, count = 0;
    gaz_status st = begin(&a, call, &graph, err);
    if (st == GAZ_OK)
        st = code_find_file(&a, call_text(call, "path"), &file, err);
    if (st == GAZ_OK)
        st = gaz_graph_tests_find(graph, file, &a.arena, &links, &count, err);
    if (st == GAZ_OK) {
        gaz_json_put_bool(&a.json, "is_test", (gaz_graph_flags(graph, file) & GAZ_GRAPH_TEST) != 0);
        gaz_json_key(&a.json, "links");
        gaz_json_array_begin(&a.json);
        for (uint32_t i = 0; i < count; i++) {
            gaz_json_object_begin(&a.json);
            code_put_path(&a, links[i].file);
            gaz_json_put_int(&a.json, "weight", links[i].weight);
            put_reasons(&a.json, links[i].reasons);
            gaz_json_object_end(&a.json);
        }
        gaz_json_array_end(&a.json);
    }
    return finish(&a, st, err);
}
