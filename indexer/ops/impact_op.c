/* impact, tests: what changes may affect: files, definitions, tests, and who answers for them. */
#include <stdlib.h>
#include <string.h>

#include "change_set.h"
#include "gaz/query/commit_search.h"
#include "owner_rules.h"

#define LINK_CHANGED 0x80000000u /* a test that is changed itself */
#define PEOPLE_FILES 50          /* changed files whose commits are counted */
#define PEOPLE_SHOWN 10

/* ---- files ---- */

static void put_via(code_answer *a, uint32_t file)
{
    gaz_ref_file f;
    gaz_ref_files_at(gaz_code_files(a->code), file, &f);
    gaz_json_key(&a->json, "via");
    gaz_json_string(&a->json, f.path, f.path_len);
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
            put_via(a, f->via);
        if (f->import != GAZ_GRAPH_NO_IMPORT) {
            gaz_graph_import import;
            gaz_graph_import_at(graph, f->file, f->import, &import);
            gaz_json_put_int(&a->json, "import_line", import.line);
        }
        gaz_json_object_end(&a->json);
    }
    gaz_json_array_end(&a->json);
}

/* ---- owners ---- */

static gaz_status put_rules(code_answer *a, const gaz_graph_impact *impact, gaz_error *err)
{
    owner_rules rules;
    gaz_ref_files *files = gaz_code_files(a->code);
    gaz_status st = owner_rules_open(&rules, files, err);
    for (uint32_t i = 0; st == GAZ_OK && i < impact->file_count; i++) {
        gaz_ref_file f;
        gaz_ref_files_at(files, impact->files[i].file, &f);
        st = owner_rules_add(&rules, f.path, f.path_len, err);
    }
    if (st == GAZ_OK)
        st = owner_rules_put_owners(&rules, &a->json, &a->arena, err);
    gaz_json_put_int(&a->json, "unowned", rules.unowned);
    owner_rules_release(&rules);
    return st;
}

typedef struct person {
    const char *name, *email;
    uint64_t commits;
} person;
typedef GAZ_VEC(person) person_list;

static int by_commits(const void *a, const void *b)
{
    const person *x = a, *y = b;
    if (x->commits != y->commits)
        return x->commits > y->commits ? -1 : 1;
    return strcmp(x->email, y->email);
}

static gaz_status count_people(code_answer *a, gaz_commits *index, const char *path,
                               person_list *list, gaz_error *err)
{
    gaz_commits_filter filter = {.path = path, .path_len = strlen(path)};
    gaz_commits_author *authors = NULL;
    size_t count = 0;
    gaz_status st = gaz_commits_authors(index, &filter, 100, &a->arena, &authors, &count, err);
    for (size_t i = 0; st == GAZ_OK && i < count; i++) {
        size_t at = 0;
        while (at < list->len && (strcmp(list->items[at].email, authors[i].email) != 0 ||
                                  strcmp(list->items[at].name, authors[i].name) != 0))
            at++;
        if (at < list->len)
            list->items[at].commits += authors[i].commits;
        else if (!gaz_vec_push(list,
                               ((person){authors[i].name, authors[i].email, authors[i].commits})))
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory for people");
    }
    return st;
}

/* Who made the commits of what is changed; nobody where history is not indexed. */
static gaz_status put_people(code_answer *a, const change_set *set, gaz_error *err)
{
    person_list list = {0};
    gaz_commit_texts *texts = NULL;
    gaz_status st = gaz_engine_commits(
        a->call->services->engine, gaz_ref_files_head(gaz_code_files(a->code))->repo, &texts, NULL);
    bool known = st == GAZ_OK;
    st = st == GAZ_E_NOMEM ? gaz_error_set(err, st, "no memory for people") : GAZ_OK;
    for (size_t i = 0; known && st == GAZ_OK && i < set->files.len && i < PEOPLE_FILES; i++)
        st = count_people(a, gaz_commit_texts_index(texts), set->files.items[i].path, &list, err);
    if (list.len)
        qsort(list.items, list.len, sizeof *list.items, by_commits);
    gaz_json_key(&a->json, "people");
    gaz_json_array_begin(&a->json);
    for (size_t i = 0; i < list.len && i < PEOPLE_SHOWN; i++) {
        gaz_json_object_begin(&a->json);
        gaz_json_put_cstring(&a->json, "name", list.items[i].name);
        gaz_json_put_cstring(&a->json, "email", list.items[i].email);
        gaz_json_put_int(&a->json, "commits", (int64_t)list.items[i].commits);
        gaz_json_object_end(&a->json);
    }
    gaz_json_array_end(&a->json);
    gaz_vec_free(&list);
    gaz_commit_texts_close(texts);
    return st;
}

/* ---- impact ---- */

/* Each once, though several changed lines meet it. */
static gaz_status put_definitions(code_answer *a, const gaz_graph_impact *impact, gaz_error *err)
{
    gaz_map seen;
    gaz_status st = GAZ_OK;
    gaz_map_init(&seen);
    gaz_json_key(&a->json, "symbols");
    gaz_json_array_begin(&a->json);
    for (uint32_t i = 0; st == GAZ_OK && i < impact->definition_count; i++) {
        const gaz_graph_changed_definition *d = &impact->definitions[i];
        const uint32_t key[] = {d->file, d->definition};
        bool added = false;
        if (!gaz_map_put(&seen, key, sizeof key, &added))
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory for definitions");
        if (st != GAZ_OK || !added)
            continue;
        gaz_json_object_begin(&a->json);
        st = code_put_definition(a, d->file, d->definition, false, err);
        gaz_json_object_end(&a->json);
    }
    gaz_json_array_end(&a->json);
    gaz_map_release(&seen);
    return st;
}

static gaz_status put_impact(code_answer *a, const gaz_graph *graph, gaz_error *err)
{
    change_set set = {.complete = false};
    gaz_graph_impact impact = {.complete = true};
    gaz_status st = change_set_read(&set, a, "change", err);
    if (st == GAZ_OK && set.items.len)
        st =
            gaz_graph_impact_find(graph, a->symbols, set.items.items, (uint32_t)set.items.len,
                                  (uint32_t)call_number(a->call, "depth"),
                                  (uint32_t)call_number(a->call, "limit"), &a->arena, &impact, err);
    if (st == GAZ_OK) {
        change_set_put(&set, a);
        put_affected(a, graph, &impact);
        gaz_json_put_int(&a->json, "total", (int64_t)impact.total);
    }
    if (st == GAZ_OK)
        st = put_definitions(a, &impact, err);
    if (st == GAZ_OK)
        st = put_rules(a, &impact, err);
    if (st == GAZ_OK)
        st = put_people(a, &set, err);
    a->reason = impact.complete && set.complete ? NULL : "limit";
    change_set_release(&set);
    return st;
}

typedef gaz_status (*put_answer)(code_answer *a, const gaz_graph *graph, gaz_error *err);

static gaz_status answer(gaz_call *call, put_answer put, gaz_error *err)
{
    code_answer a;
    gaz_graph *graph = NULL;
    gaz_status st = change_set_begin(&a, call, err);
    if (st == GAZ_OK)
        st = gaz_code_graph(a.code, &graph, err);
    if (st == GAZ_OK)
        st = put(&a, graph, err);
    if (st == GAZ_OK)
        st = code_end(&a, err);
    code_release(&a);
    return st;
}

gaz_status op_impact(gaz_call *call, gaz_error *err)
{
    return answer(call, put_impact, err);
}

/* ---- tests ---- */

static void put_reasons(gaz_json_writer *w, uint32_t reasons)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } names[] = {{GAZ_GRAPH_LINK_NAME, "name"},     {GAZ_GRAPH_LINK_MIRROR, "mirror"},
                 {GAZ_GRAPH_LINK_IMPORT, "import"}, {GAZ_GRAPH_LINK_NAME_FAR, "name elsewhere"},
                 {GAZ_GRAPH_LINK_INSIDE, "inside"}, {LINK_CHANGED, "changed"}};
    gaz_json_key(w, "reasons");
    gaz_json_array_begin(w);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (reasons & names[i].bit)
            gaz_json_cstring(w, names[i].name);
    gaz_json_array_end(w);
}

/* A test, or a source, and one of the files it is linked to. */
typedef struct link_pair {
    uint32_t file, of, weight, reasons;
} link_pair;
typedef GAZ_VEC(link_pair) link_list;

static int by_file(const void *a, const void *b)
{
    const link_pair *x = a, *y = b;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    return x->of < y->of ? -1 : x->of > y->of;
}

static int by_weight(const void *a, const void *b)
{
    const link_pair *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return x->file < y->file ? -1 : x->file > y->file;
}

static bool is_test(const gaz_graph *graph, uint32_t file)
{
    return (gaz_graph_flags(graph, file) & GAZ_GRAPH_TEST) != 0;
}

/* @param one  a file that was named: of a test, what it tests is wanted */
static gaz_status find_links(code_answer *a, const gaz_graph *graph, uint32_t file, bool one,
                             link_list *list, gaz_error *err)
{
    gaz_graph_link *links = NULL;
    uint32_t count = 0;
    gaz_status st = GAZ_OK;
    bool ok = true;
    if (!one && is_test(graph, file))
        ok = gaz_vec_push(list, ((link_pair){file, file, 100, LINK_CHANGED}));
    else
        st = gaz_graph_tests_find(graph, file, &a->arena, &links, &count, err);
    for (uint32_t i = 0; st == GAZ_OK && ok && i < count; i++)
        ok = gaz_vec_push(list,
                          ((link_pair){links[i].file, file, links[i].weight, links[i].reasons}));
    return st == GAZ_OK && !ok ? gaz_error_set(err, GAZ_E_NOMEM, "no memory for tests") : st;
}

/* Pairs of the same test become one entry of `tests`, which points to the first of them. */
static gaz_status join_links(link_list *pairs, link_list *tests, gaz_error *err)
{
    if (pairs->len)
        qsort(pairs->items, pairs->len, sizeof *pairs->items, by_file);
    for (size_t i = 0; i < pairs->len; i++) {
        const link_pair *p = &pairs->items[i];
        link_pair *last = tests->len ? &tests->items[tests->len - 1] : NULL;
        if (last && last->file == p->file) {
            last->weight = p->weight > last->weight ? p->weight : last->weight;
            last->reasons |= p->reasons;
        } else if (!gaz_vec_push(tests,
                                 ((link_pair){p->file, (uint32_t)i, p->weight, p->reasons}))) {
            return gaz_error_set(err, GAZ_E_NOMEM, "no memory for tests");
        }
    }
    if (tests->len)
        qsort(tests->items, tests->len, sizeof *tests->items, by_weight);
    return GAZ_OK;
}

static void put_link(code_answer *a, const link_list *pairs, const link_pair *test)
{
    gaz_json_object_begin(&a->json);
    code_put_path(a, test->file);
    gaz_json_put_int(&a->json, "weight", test->weight);
    put_reasons(&a->json, test->reasons);
    gaz_json_key(&a->json, "of");
    gaz_json_array_begin(&a->json);
    for (size_t i = test->of; i < pairs->len && pairs->items[i].file == test->file; i++) {
        gaz_ref_file f;
        gaz_ref_files_at(gaz_code_files(a->code), pairs->items[i].of, &f);
        gaz_json_string(&a->json, f.path, f.path_len);
    }
    gaz_json_array_end(&a->json);
    gaz_json_object_end(&a->json);
}

static gaz_status put_tests(code_answer *a, const gaz_graph *graph, gaz_error *err)
{
    change_set set = {.complete = false};
    link_list pairs = {0}, tests = {0};
    size_t limit = (size_t)call_number(a->call, "limit");
    gaz_status st = change_set_read(&set, a, "path", err);
    bool one = st == GAZ_OK && !a->call->op->body && !call_text(a->call, "range");
    for (size_t i = 0; st == GAZ_OK && i < set.files.len; i++)
        if (set.files.items[i].file != UINT32_MAX)
            st = find_links(a, graph, set.files.items[i].file, one, &pairs, err);
    if (st == GAZ_OK)
        st = join_links(&pairs, &tests, err);
    if (st == GAZ_OK) {
        change_set_put(&set, a);
        gaz_json_put_bool(&a->json, "is_test", one && is_test(graph, set.files.items[0].file));
    }
    gaz_json_key(&a->json, "links");
    gaz_json_array_begin(&a->json);
    for (size_t i = 0; st == GAZ_OK && i < tests.len && i < limit; i++)
        put_link(a, &pairs, &tests.items[i]);
    gaz_json_array_end(&a->json);
    a->reason = set.complete && tests.len <= limit ? NULL : "limit";
    gaz_vec_free(&pairs);
    gaz_vec_free(&tests);
    change_set_release(&set);
    return st;
}

gaz_status op_tests(gaz_call *call, gaz_error *err)
{
    return answer(call, put_tests, err);
}
