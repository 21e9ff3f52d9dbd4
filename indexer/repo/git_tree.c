/* A tree object is a run of "MODE NAME\0" and 20 bytes of id, sorted with directories as "NAME/".
 * git itself refuses to make others, but a hostile repository holds what it likes: names that lead
 * out of the tree, names with '/', doubles, any order. Here every directory is brought into one
 * form: names no path can have are replaced or marked, doubles become one entry, the order is
 * restored. A path thus occurs once, and paths come in byte order. */
#include "git_tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gaz/base/arena.h"
#include "gaz/base/strbuf.h"
#include "gaz/base/utf8.h"
#include "gaz/base/vec.h"

#define CACHE_SLOTS 1024
#define CACHE_BYTES                                                                                \
    4096 /* largest tree object that is remembered; a larger one is worth reading again */
#define NAMES_MAX ((size_t)1 << 30)
#define LONG_NAME_KEPT 64

struct gaz_tree_cache {
    gaz_tree *slots[CACHE_SLOTS];
};

int gaz_node_compare(const gaz_node *a, const gaz_node *b)
{
    size_t n = a->len < b->len ? a->len : b->len;
    int order = memcmp(a->name, b->name, n);
    if (order)
        return order;
    unsigned char x = a->len > n ? (unsigned char)a->name[n] : a->kind == GAZ_NODE_DIR ? '/' : 0;
    unsigned char y = b->len > n ? (unsigned char)b->name[n] : b->kind == GAZ_NODE_DIR ? '/' : 0;
    if (x != y)
        return x < y ? -1 : 1;
    return a->len < b->len ? -1 : a->len > b->len;
}

static int compare(const void *a, const void *b)
{
    return gaz_node_compare(a, b);
}

static bool same_name(const gaz_node *a, const gaz_node *b)
{
    return a->len == b->len && memcmp(a->name, b->name, a->len) == 0;
}

static void spoil(gaz_node *node, const char *why)
{
    node->kind = GAZ_NODE_UNREADABLE;
    node->why = why;
}

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "out of memory reading a directory");
}

static gaz_status need_arena(gaz_tree *tree, gaz_error *err)
{
    if (tree->made)
        return GAZ_OK;
    tree->made = calloc(1, sizeof *tree->made);
    if (!tree->made)
        return no_memory(err);
    gaz_arena_init(tree->made, NAMES_MAX);
    return GAZ_OK;
}

/* The start of a long name, and a checksum that keeps it apart from others with the same start. */
static gaz_status shorten_name(gaz_tree *tree, gaz_node *node, gaz_error *err)
{
    enum { SHORT = LONG_NAME_KEPT + 32 };
    gaz_status st = need_arena(tree, err);
    char *name = st == GAZ_OK ? gaz_arena_alloc(tree->made, SHORT) : NULL;
    if (!name)
        return no_memory(err);
    int n = snprintf(name, SHORT, "%.*s\xE2\x80\xA6%016" PRIx64, LONG_NAME_KEPT, node->name,
                     gaz_checksum(node->name, node->len));
    node->name = name;
    node->len = (uint32_t)n;
    return GAZ_OK;
}

/* A name with '/' would pass for another path, and an empty one for its directory: both get U+FFFD
 * there. */
static gaz_status rename_node(gaz_tree *tree, gaz_node *node, gaz_error *err)
{
    static const char mark[] = GAZ_UTF8_REPLACEMENT;
    gaz_status st = need_arena(tree, err);
    if (st != GAZ_OK)
        return st;
    size_t slashes = 0, at = 0;
    for (uint32_t i = 0; i < node->len; i++)
        slashes += node->name[i] == '/';
    char *name = gaz_arena_alloc(tree->made, node->len + slashes * 2 + sizeof mark);
    if (!name)
        return no_memory(err);
    for (uint32_t i = 0; i < node->len; i++) {
        bool slash = node->name[i] == '/';
        memcpy(name + at, slash ? mark : node->name + i, slash ? sizeof mark - 1 : 1);
        at += slash ? sizeof mark - 1 : 1;
    }
    if (!node->len) {
        memcpy(name, mark, sizeof mark - 1);
        at = sizeof mark - 1;
    }
    spoil(node, node->len ? "name has a '/' in it" : "name is empty");
    node->name = name;
    node->len = (uint32_t)at;
    return GAZ_OK;
}

static gaz_status check_name(gaz_tree *tree, gaz_node *node, gaz_error *err)
{
    if (node->len > GAZ_NAME_BYTES_MAX) {
        spoil(node, "name too long");
        gaz_status st = shorten_name(tree, node, err);
        if (st != GAZ_OK)
            return st;
    }
    if (!node->len || memchr(node->name, '/', node->len))
        return rename_node(tree, node, err);
    if (node->name[0] != '.' || node->len > 4)
        return GAZ_OK;
    if (node->len == 1)
        spoil(node, "path has a component .");
    else if (node->len == 2 && node->name[1] == '.')
        spoil(node, "path has a component ..");
    else if (node->len == 4 && strncasecmp(node->name, ".git", 4) == 0)
        spoil(node, "path has a component .git");
    return GAZ_OK;
}

static void set_mode(gaz_node *node, uint32_t mode)
{
    switch (mode & 0170000) {
    case 0100000:
        node->kind = GAZ_NODE_FILE;
        break;
    case 0120000:
        node->kind = GAZ_NODE_SYMLINK;
        break;
    case 0160000:
        node->kind = GAZ_NODE_SUBMODULE;
        break;
    case 0040000:
        node->kind = GAZ_NODE_DIR;
        break;
    default:
        spoil(node, "mode is not that of a file, link, directory or submodule");
    }
}

/* Reads one entry at `at`; NULL when it is malformed. */
static const uint8_t *parse_node(const uint8_t *at, const uint8_t *end, gaz_node *node)
{
    uint32_t mode = 0;
    const uint8_t *start = at;
    for (; at < end && *at >= '0' && *at <= '7'; at++) {
        if (mode > UINT32_MAX >> 3)
            return NULL;
        mode = mode << 3 | (uint32_t)(*at - '0');
    }
    if (at == start || at == end || *at != ' ')
        return NULL;
    const uint8_t *name = at + 1, *stop = memchr(name, 0, (size_t)(end - name));
    if (!stop || (size_t)(end - stop) <= GAZ_OID_SIZE)
        return NULL;
    *node = (gaz_node){.name = (const char *)name, .len = (uint32_t)(stop - name)};
    memcpy(node->oid.id, stop + 1, GAZ_OID_SIZE);
    set_mode(node, mode);
    return stop + 1 + GAZ_OID_SIZE;
}

static gaz_status parse(gaz_tree *tree, gaz_error *err)
{
    const uint8_t *at = tree->object.data, *end = at + tree->object.len;
    while (at < end) {
        gaz_node node;
        at = parse_node(at, end, &node);
        if (!at) {
            char hex[GAZ_OID_HEX];
            gaz_oid_format(&tree->oid, hex);
            return gaz_error_set(err, GAZ_E_CORRUPT, "tree %s is malformed", hex);
        }
        if (tree->len >= GAZ_TREE_ENTRIES_MAX)
            return gaz_error_set(err, GAZ_E_LIMIT, "a directory has more than %d entries",
                                 GAZ_TREE_ENTRIES_MAX);
        gaz_status st = check_name(tree, &node, err);
        if (st != GAZ_OK)
            return st;
        if (!gaz_vec_push(tree, node))
            return no_memory(err);
    }
    return GAZ_OK;
}

static void make_double(gaz_node *node)
{
    spoil(node, "name occurs more than once");
    memset(node->oid.id, 0, GAZ_OID_SIZE);
}

/* Sorts, and makes one entry of those with the same name; a file and a directory of one name do not
 * sort together. */
static void settle(gaz_tree *tree)
{
    bool sorted = true, again = false;
    for (size_t i = 1; i < tree->len && sorted; i++)
        sorted = gaz_node_compare(&tree->items[i - 1], &tree->items[i]) < 0;
    if (!sorted)
        qsort(tree->items, tree->len, sizeof tree->items[0], compare);
    for (size_t i = 0; i < tree->len; i++) {
        gaz_node as_file = tree->items[i];
        if (as_file.kind != GAZ_NODE_DIR)
            continue;
        as_file.kind = GAZ_NODE_FILE;
        if (bsearch(&as_file, tree->items, i, sizeof as_file, compare)) {
            make_double(&tree->items[i]);
            again = true;
        }
    }
    if (sorted && !again)
        return;
    qsort(tree->items, tree->len, sizeof tree->items[0], compare);
    size_t kept = 0;
    for (size_t i = 0; i < tree->len; i++) {
        if (kept && same_name(&tree->items[kept - 1], &tree->items[i]))
            make_double(&tree->items[kept - 1]);
        else
            tree->items[kept++] = tree->items[i];
    }
    tree->len = kept;
}

static void measure(gaz_tree *tree)
{
    for (size_t i = 0; i < tree->len; i++) {
        size_t need =
            tree->items[i].len + (tree->items[i].kind == GAZ_NODE_DIR ? GAZ_DIR_NEEDS : 0);
        if (need > tree->longest)
            tree->longest = need;
    }
}

static void tree_free(gaz_tree *tree)
{
    gaz_object_free(&tree->object);
    if (tree->made)
        gaz_arena_release(tree->made);
    free(tree->made);
    free(tree->items);
    free(tree);
}

void gaz_tree_unref(gaz_tree *tree)
{
    if (tree && --tree->refs == 0)
        tree_free(tree);
}

/* The cache's address keeps a hostile repository from choosing ids that push each other out. */
static gaz_tree **cache_slot(gaz_tree_cache *cache, const gaz_oid *oid)
{
    struct {
        gaz_oid oid;
        uint32_t none;
        uintptr_t seed;
    } key = {*oid, 0, (uintptr_t)cache};
    return &cache->slots[gaz_checksum(&key, sizeof key) % CACHE_SLOTS];
}

static void remember(gaz_tree_cache *cache, gaz_tree *tree)
{
    if (tree->object.len > CACHE_BYTES)
        return;
    gaz_tree **slot = cache_slot(cache, &tree->oid);
    gaz_tree_unref(*slot);
    tree->refs++;
    *slot = tree;
}

gaz_status gaz_tree_read(gaz_repo *repo, const gaz_oid *oid, gaz_tree **out, gaz_error *err)
{
    gaz_tree *known = *cache_slot(repo->trees, oid);
    if (known && gaz_oid_compare(&known->oid, oid) == 0) {
        known->refs++;
        *out = known;
        return GAZ_OK;
    }
    gaz_tree *tree = calloc(1, sizeof *tree);
    if (!tree)
        return no_memory(err);
    tree->oid = *oid;
    tree->refs = 1;
    gaz_status st = gaz_object_read(repo, oid, GAZ_TREE_BYTES_MAX, true, &tree->object, err);
    if (st == GAZ_OK && tree->object.type != GIT_OBJECT_TREE)
        st = gaz_error_set(err, GAZ_E_CORRUPT, "an object is a %s where a directory should be",
                           git_object_type2string(tree->object.type));
    if (st == GAZ_OK)
        st = parse(tree, err);
    if (st != GAZ_OK) {
        tree_free(tree);
        return st;
    }
    if (tree->len)
        settle(tree);
    measure(tree);
    remember(repo->trees, tree);
    *out = tree;
    return GAZ_OK;
}

gaz_status gaz_tree_cache_new(gaz_tree_cache **out, gaz_error *err)
{
    gaz_tree_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return no_memory(err);
    *out = cache;
    return GAZ_OK;
}

void gaz_tree_cache_free(gaz_tree_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < CACHE_SLOTS; i++)
        gaz_tree_unref(cache->slots[i]);
    free(cache);
}
