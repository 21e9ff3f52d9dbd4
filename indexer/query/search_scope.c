/* The refs a search is about. */
#include "gaz/base/clock.h"
#include "search_state.h"

static bool has_field(const gaz_query *q, gaz_field field)
{
    for (unsigned i = 0; i < q->atom_count; i++)
        if (q->atoms[i]->field == field)
            return true;
    return false;
}

typedef GAZ_VEC(scope_ref) ref_list;

static gaz_status add_ref(search *s, ref_list *list, const gaz_snapshot_repo *repo,
                          const gaz_ref_row *ref, gaz_error *err)
{
    scope_ref r = {.repo = repo, .ref = ref};
    (void)s;
    return gaz_vec_push(list, r) ? GAZ_OK : search_no_memory(err);
}

/* The one repository a query is about, if it says so: --repo, repo=NAME at the top, or there is
 * just one. */
static const char *single_repo(const search *s)
{
    if (s->request->repo)
        return s->request->repo;
    const gaz_node *root = s->query->root;
    size_t n = root->kind == GAZ_NODE_AND ? root->count : 1;
    for (size_t i = 0; i < n; i++) {
        const gaz_node *node = root->kind == GAZ_NODE_AND ? root->kids[i] : root;
        if (node->kind == GAZ_NODE_ATOM && node->atom->field == GAZ_FIELD_REPO && node->atom->exact)
            return node->atom->text;
    }
    return s->world->snapshot->repo_count == 1 ? s->world->snapshot->repos[0].row.name : NULL;
}

static gaz_status add_repo(search *s, ref_list *list, const char *name, const char *rev,
                           bool branches, bool must, gaz_error *err)
{
    const gaz_snapshot_repo *repo = NULL;
    const gaz_ref_row *ref = NULL;
    gaz_error why = {0};
    gaz_status st =
        engine_find_ref(s->engine, &s->world, name, rev, must, s->deadline, &repo, &ref, &why);
    if (st == GAZ_E_NOT_FOUND && !must)
        return GAZ_OK;
    if (st != GAZ_OK) {
        if (err)
            *err = why;
        return st;
    }
    if (!ref && must && (!repo->row.indexed_us || repo->row.note))
        s->not_indexed = true;
    if (!branches || rev)
        return ref ? add_ref(s, list, repo, ref, err) : GAZ_OK;
    if (ref)
        st = add_ref(s, list, repo, ref, err);
    for (size_t i = 0; st == GAZ_OK && i < repo->ref_count; i++)
        if (repo->refs[i].kind == GAZ_REF_BRANCH && &repo->refs[i] != ref)
            st = add_ref(s, list, repo, &repo->refs[i], err);
    return st;
}

/* The views of the refs. A repository's default branch is what the engine is there for; what
 * `branch:` adds to it is bounded by the time and memory of the query. */
static gaz_status make_views(search *s, ref_list *list, gaz_error *err)
{
    uint64_t room = (uint64_t)s->engine->settings->query_memory /
                    (sizeof(view_entry) + 2 * sizeof(scope_file)),
             used = 0;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < list->len; i++) {
        scope_ref *r = &list->items[i];
        bool further = i > 0 && r->repo == r[-1].repo;
        if (further && (gaz_expired(s->deadline) || used > room)) {
            s->reason = used > room ? "memory" : "timeout";
            list->len = i;
            break;
        }
        st = world_view(s->world, s->engine->store, r->repo, r->ref, &r->view, err);
        used += st == GAZ_OK && further ? r->view->count : 0;
    }
    return st;
}

/* Drops refs the query's own atoms over repositories and branches rule out, then makes the views of
 * the rest. */
static gaz_status narrow(search *s, ref_list *list, gaz_error *err)
{
    const int8_t *const *verdicts = NULL;
    gaz_status st = match_refs(&s->plan, list->items, list->len, &verdicts, err);
    size_t kept = 0;
    for (size_t i = 0; st == GAZ_OK && i < list->len; i++)
        if (match_ref_possible(&s->plan, s->query->root, verdicts, i))
            list->items[kept++] = list->items[i];
    if (st != GAZ_OK)
        return st;
    list->len = kept;
    return make_views(s, list, err);
}

static gaz_status find_scope(search *s, const char *only, const char *rev, gaz_error *err)
{
    ref_list list = {0};
    bool branches = has_field(s->query, GAZ_FIELD_BRANCH);
    gaz_status st = GAZ_OK;
    if (only && (s->request->repo || world_repo(s->world, only))) {
        char *name = gaz_arena_strdup(&s->arena, only);
        st = name ? add_repo(s, &list, name, rev, branches, true, err) : search_no_memory(err);
        if ((st == GAZ_E_NOT_FOUND || st == GAZ_E_INVALID) && err && s->query->rev)
            err->column = s->query->rev_column;
    } else {
        for (size_t i = 0; st == GAZ_OK && i < s->world->snapshot->repo_count; i++)
            st = add_repo(s, &list, s->world->snapshot->repos[i].row.name, rev, branches, false,
                          err);
        if (st == GAZ_OK && rev && !list.len && s->world->snapshot->repo_count) {
            st = gaz_error_set(err, GAZ_E_NOT_FOUND,
                               "no repository has an indexed revision '%.200s'", rev);
            gaz_error_hint(err, "name one repository (repo=NAME): a revision that is not indexed "
                                "is then brought in");
            if (err)
                err->column = s->query->rev ? s->query->rev_column : 0;
        }
    }
    if (st == GAZ_OK)
        st = narrow(s, &list, err);
    if (st == GAZ_OK)
        st = scope_get(s->world, list.items, list.len, &s->scope, err);
    gaz_vec_free(&list);
    return st;
}

gaz_status search_choose_scope(search *s, gaz_error *err)
{
    const char *rev = s->query->rev ? s->query->rev : s->request->rev, *only = single_repo(s);
    bool everything = !only && !rev && !match_chooses_refs(&s->plan);
    gaz_status st = GAZ_OK;
    s->scope = everything ? scope_of_everything(s->world) : NULL;
    if (!s->scope)
        st = find_scope(s, only, rev, err);
    if (st == GAZ_OK && everything)
        scope_keep_everything(s->world, s->scope);
    if (st == GAZ_OK)
        st = match_refs(&s->plan, s->scope->refs, s->scope->ref_count, &s->ref_verdicts, err);
    return st;
}
