/* deps, deps.path, deps.cycles: what the graph of files tells. */
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
