/* The index of declared names. Entries are added from the last file to the first at the head of
 * their name's chain, so that chains ascend. Names are copied: blocks may go before the index. */
#include <string.h>

#include "graph_provides.h"

typedef struct provide_entry {
    uint32_t file, next;
    uint32_t name, len;
    uint8_t family;
} provide_entry;

struct graph_provides {
    atomic_uint refs;
    GAZ_VEC(provide_entry) entries;
    gaz_strbuf text;
    uint32_t *slots; /* first entry of a name, or GRAPH_NONE */
    uint32_t mask;
};

graph_provides *graph_provides_ref(graph_provides *p)
{
    if (p)
        atomic_fetch_add(&p->refs, 1);
    return p;
}

void graph_provides_unref(graph_provides *p)
{
    if (!p || atomic_fetch_sub(&p->refs, 1) != 1)
        return;
    gaz_vec_free(&p->entries);
    gaz_strbuf_release(&p->text);
    free(p->slots);
    free(p);
}

size_t graph_provides_memory(const graph_provides *p)
{
    return p ? sizeof *p + p->entries.cap * sizeof *p->entries.items + p->text.cap +
                   ((size_t)p->mask + 1) * sizeof *p->slots
             : 0;
}

static uint32_t *slot_of(const graph_provides *p, uint8_t family, const char *name, size_t len)
{
    uint64_t sum = gaz_checksum(name, len) + family;
    for (uint32_t at = (uint32_t)sum & p->mask;; at = (at + 1) & p->mask) {
        if (p->slots[at] == GRAPH_NONE)
            return &p->slots[at];
        const provide_entry *e = &p->entries.items[p->slots[at]];
        if (e->family == family && e->len == len && memcmp(p->text.data + e->name, name, len) == 0)
            return &p->slots[at];
    }
}

static bool add_block(graph_provides *p, const graph_block *b, uint32_t file, uint8_t family)
{
    for (uint32_t i = 0; i < b->provides; i++) {
        const char *name = b->text + b->provide[i];
        size_t len = strlen(name);
        uint32_t *slot = slot_of(p, family, name, len);
        provide_entry e = {.file = file, .next = *slot, .len = (uint32_t)len, .family = family};
        if (*slot != GRAPH_NONE) {
            if (p->entries.items[*slot].file == file)
                continue;
            e.name = p->entries.items[*slot].name;
        } else {
            e.name = (uint32_t)p->text.len;
            gaz_strbuf_add(&p->text, name, len);
        }
        if (!gaz_vec_push(&p->entries, e))
            return false;
        *slot = (uint32_t)p->entries.len - 1;
    }
    return true;
}

gaz_status graph_provides_new(graph_block *const *blocks, const graph_meta *meta, uint32_t files,
                              graph_provides **out, gaz_error *err)
{
    uint64_t names = 0;
    for (uint32_t i = 0; i < files; i++)
        names += blocks[i] ? blocks[i]->provides : 0;
    if (names >= UINT32_MAX / 4)
        return gaz_error_set(err, GAZ_E_LIMIT, "cannot index what files declare: too many names");
    graph_provides *p = calloc(1, sizeof *p);
    bool ok = p != NULL;
    if (ok) {
        atomic_init(&p->refs, 1);
        p->text = GAZ_STRBUF_INIT;
        uint32_t size = 16;
        while (size < names + names / 2)
            size *= 2;
        p->mask = size - 1;
        p->slots = malloc((size_t)size * sizeof *p->slots);
        ok = p->slots != NULL;
        if (ok)
            memset(p->slots, 0xFF, (size_t)size * sizeof *p->slots);
    }
    for (uint32_t i = files; ok && i-- > 0;)
        if (blocks[i] && blocks[i]->provides)
            ok = add_block(p, blocks[i], i, (uint8_t)graph_family_of(meta[i].language));
    if (!ok || gaz_strbuf_check(&p->text, NULL) != GAZ_OK) {
        graph_provides_unref(p);
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot index what files declare: out of memory");
    }
    *out = p;
    return GAZ_OK;
}

uint32_t graph_provides_first(const graph_provides *p, graph_family family, const char *name,
                              size_t len)
{
    return p ? *slot_of(p, (uint8_t)family, name, len) : GRAPH_NONE;
}

uint32_t graph_provides_next(const graph_provides *p, uint32_t at)
{
    return p->entries.items[at].next;
}

uint32_t graph_provides_file(const graph_provides *p, uint32_t at)
{
    return p->entries.items[at].file;
}
