/* Where <…> looks when no build says so. An angled include that only one file of the tree can mean
 * votes for the directory in front of that file; a directory with VOTES of them from different
 * paths is a root. Directories called include and the like are roots by custom.
 *
 * Kept: every path that is included with <…>, how often, and its vote, so that after a change only
 * the paths whose base name came or went, and those that are new, are looked up. */
#include <string.h>

#include "graph_resolver.h"
#include "graph_roots.h"

#define VOTES 3u

struct root_spec {
    const char *path; /* in the map of them */
    uint32_t len, count;
    uint32_t vote_len;
    const char *vote; /* the root it votes for, in the map of votes; NULL: none */
};

struct graph_roots {
    atomic_uint refs;
    gaz_map specs; /* path → index of spec */
    GAZ_VEC(struct root_spec) spec;
    gaz_map votes; /* root → votes */
};

graph_roots *graph_roots_ref(graph_roots *roots)
{
    if (roots)
        atomic_fetch_add(&roots->refs, 1);
    return roots;
}

void graph_roots_unref(graph_roots *roots)
{
    if (!roots || atomic_fetch_sub(&roots->refs, 1) != 1)
        return;
    gaz_map_release(&roots->specs);
    gaz_map_release(&roots->votes);
    gaz_vec_free(&roots->spec);
    free(roots);
}

size_t graph_roots_memory(const graph_roots *r)
{
    return r ? sizeof *r + r->specs.keys.used + r->votes.keys.used +
                   (r->specs.cap + r->votes.cap) * sizeof(gaz_map_slot) +
                   r->spec.cap * sizeof *r->spec.items
             : 0;
}

static graph_roots *roots_new(void)
{
    graph_roots *r = calloc(1, sizeof *r);
    if (r) {
        atomic_init(&r->refs, 1);
        gaz_map_init(&r->specs);
        gaz_map_init(&r->votes);
    }
    return r;
}

static struct root_spec *spec_put(graph_roots *r, const char *path, uint32_t len)
{
    bool added = false;
    uint64_t *at = gaz_map_put(&r->specs, path, len, &added);
    if (!at)
        return NULL;
    if (added) {
        *at = r->spec.len;
        struct root_spec spec = {.path = path, .len = len};
        if (!gaz_vec_push(&r->spec, spec))
            return NULL;
    }
    return &r->spec.items[*at];
}

/* The root a path votes for: what stands before it in the only file that ends like it. */
static bool find_vote(const graph_tree *t, const char *spec, uint32_t len, const char **root,
                      uint32_t *root_len)
{
    if (graph_header_is_standard(spec, len))
        return false;
    const char *slash = memrchr(spec, '/', len);
    size_t base = slash ? (size_t)(slash - spec) + 1 : 0;
    uint32_t found = 0;
    for (uint32_t f = graph_tree_base(t, spec + base, len - base); f != GRAPH_NONE && found < 2;
         f = t->same[f]) {
        uint32_t n = 0;
        const char *path = graph_tree_path(t, f, &n);
        if (n < len || memcmp(path + n - len, spec, len) != 0 ||
            (n > len && path[n - len - 1] != '/'))
            continue;
        found++;
        *root = path;
        *root_len = n > len ? n - len - 1 : 0;
    }
    return found == 1;
}

static bool has_stem(const char *spec, uint32_t len, const uint32_t *stems, size_t count)
{
    if (count == 0)
        return false;
    const char *slash = memrchr(spec, '/', len);
    size_t base = slash ? (size_t)(slash - spec) + 1 : 0, low = 0, high = count;
    uint32_t key = graph_key_stem(spec + base, graph_stem(spec + base, len - base));
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (stems[mid] < key)
            low = mid + 1;
        else
            high = mid;
    }
    return low < count && stems[low] == key;
}

/* A copy of the paths that are still included, with their votes. */
static bool copy_specs(graph_roots *to, const graph_roots *from)
{
    for (size_t i = 0; i < from->spec.len; i++) {
        const struct root_spec *old = &from->spec.items[i];
        if (old->count == 0)
            continue;
        struct root_spec *spec = spec_put(to, old->path, old->len);
        if (!spec)
            return false;
        spec->count = old->count;
        spec->vote = old->vote;
        spec->vote_len = old->vote_len;
    }
    return true;
}

static bool apply(graph_roots *r, const graph_root_change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const graph_block *b = changes[i].block;
        for (uint32_t n = 0; n < b->records; n++) {
            const graph_record *rec = &b->record[n];
            if (rec->kind != IMPORT_ANGLED || rec->flags & IMPORT_COMPUTED)
                continue;
            struct root_spec *spec = spec_put(r, b->text + rec->name, rec->name_len);
            if (!spec)
                return false;
            spec->count += (uint32_t)changes[i].by;
        }
    }
    return true;
}

/* Votes of paths that nobody includes any more do not count. */
static bool count_votes(graph_roots *r, const graph_tree *tree, const uint32_t *stems,
                        size_t stem_count, size_t known)
{
    for (size_t i = 0; i < r->spec.len; i++) {
        struct root_spec *spec = &r->spec.items[i];
        const char *root = spec->vote;
        uint32_t len = spec->vote_len;
        if ((i >= known || has_stem(spec->path, spec->len, stems, stem_count)) &&
            !find_vote(tree, spec->path, spec->len, &root, &len))
            root = NULL;
        spec->vote = NULL;
        if (!root)
            continue;
        uint64_t *votes = gaz_map_put(&r->votes, root, len, NULL);
        if (!votes)
            return false;
        *votes += spec->count > 0;
        spec->vote = root;
        spec->vote_len = len;
    }
    return true;
}

static bool is_kept(const gaz_map_slot *slot)
{
    return slot->value >= VOTES;
}

static bool votes_differ(const graph_roots *a, const graph_roots *b)
{
    size_t at = 0;
    const gaz_map_slot *slot;
    while (gaz_map_next(&a->votes, &at, &slot)) {
        const uint64_t *other = gaz_map_get(&b->votes, slot->key, slot->len);
        if (is_kept(slot) != (other && *other >= VOTES))
            return true;
    }
    return false;
}

/* Slices of a map's own copies, which live as long as the roots. */
static void own_texts(graph_roots *r)
{
    size_t at = 0;
    const gaz_map_slot *slot;
    while (gaz_map_next(&r->specs, &at, &slot))
        r->spec.items[slot->value].path = slot->key;
}

static bool own_votes(graph_roots *r)
{
    gaz_map names;
    gaz_map_init(&names);
    size_t at = 0;
    const gaz_map_slot *slot;
    bool ok = true;
    while (ok && gaz_map_next(&r->votes, &at, &slot)) {
        uint64_t *place = gaz_map_put(&names, slot->key, slot->len, NULL);
        ok = place != NULL;
        if (ok)
            *place = (uint64_t)(uintptr_t)slot->key;
    }
    for (size_t i = 0; ok && i < r->spec.len; i++) {
        struct root_spec *spec = &r->spec.items[i];
        const uint64_t *place = spec->vote ? gaz_map_get(&names, spec->vote, spec->vote_len) : NULL;
        spec->vote = place ? (const char *)(uintptr_t)*place : NULL;
    }
    gaz_map_release(&names);
    return ok;
}

gaz_status graph_roots_learn(graph_roots *before, const graph_tree *tree,
                             const graph_root_change *changes, size_t change_count,
                             const uint32_t *stems, size_t stem_count, graph_roots **out,
                             bool *differs, gaz_error *err)
{
    *differs = !before;
    graph_roots *r = roots_new();
    bool ok = r && (!before || copy_specs(r, before));
    size_t known = r ? r->spec.len : 0;
    ok = ok && apply(r, changes, change_count);
    if (ok) {
        own_texts(r);
        ok = count_votes(r, tree, stems, stem_count, known) && own_votes(r);
    }
    if (ok && before)
        *differs = votes_differ(r, before) || votes_differ(before, r);
    if (!ok) {
        graph_roots_unref(r);
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot learn include directories: out of memory");
    }
    *out = r;
    return GAZ_OK;
}

/* Where the last part of a directory's path that says "include" begins; len when none does. */
static size_t include_part(const char *dir, size_t len)
{
    static const char *const names[] = {"Include", "Includes", "inc", "include", "includes"};
    size_t end = len;
    while (end > 0) {
        const char *slash = memrchr(dir, '/', end);
        size_t at = slash ? (size_t)(slash - dir) + 1 : 0;
        if (graph_is_listed(names, sizeof names / sizeof *names, dir + at, end - at))
            return at;
        end = at ? at - 1 : 0;
    }
    return len;
}

bool graph_roots_by_custom(const char *dir, size_t len)
{
    size_t at = include_part(dir, len);
    return at < len && !memchr(dir + at, '/', len - at);
}

bool graph_roots_holds(const graph_roots *roots, const char *dir, size_t len)
{
    if (graph_roots_by_custom(dir, len))
        return true;
    const uint64_t *votes = roots ? gaz_map_get(&roots->votes, dir, len) : NULL;
    return votes && *votes >= VOTES;
}

size_t graph_roots_owner(const char *dir, size_t len)
{
    size_t at = include_part(dir, len);
    if (at == len) {
        const char *slash = memrchr(dir, '/', len);
        at = slash ? (size_t)(slash - dir) + 1 : 0;
    }
    return at ? at - 1 : 0;
}
