/* The lists a text's matches are gathered in. They keep their memory from text to text, so that
 * small files cost no allocation, but not after a huge one. */
#include "raw_facts.h"

enum { KEEP_ITEMS = 1 << 18 };

#define EACH_LIST(each)                                                                            \
    each(definitions);                                                                             \
    each(references);                                                                              \
    each(imports);                                                                                 \
    each(locals);                                                                                  \
    each(scopes);                                                                                  \
    each(comments);                                                                                \
    each(attributes);                                                                              \
    each(docs);                                                                                    \
    each(labels);                                                                                  \
    each(exports);                                                                                 \
    each(paths)

#define FREE_LIST(list) gaz_vec_free(&raw->list)
#define EMPTY_LIST(list)                                                                           \
    do {                                                                                           \
        if (raw->list.cap > KEEP_ITEMS)                                                            \
            gaz_vec_free(&raw->list);                                                              \
        raw->list.len = 0;                                                                         \
    } while (0)

void gaz_raw_facts_init(raw_facts *raw)
{
    *raw = (raw_facts){.text = "", .joined = GAZ_STRBUF_INIT};
}

void gaz_raw_facts_release(raw_facts *raw)
{
    EACH_LIST(FREE_LIST);
    gaz_strbuf_release(&raw->joined);
}

void gaz_raw_facts_reset(raw_facts *raw, const char *text, uint32_t len)
{
    EACH_LIST(EMPTY_LIST);
    gaz_strbuf_reset(&raw->joined);
    raw->text = text;
    raw->len = len;
    raw->is_module = false;
    raw->keys = (raw_keys){0};
}

static int scope_order(const void *left, const void *right)
{
    const raw_scope *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->end > b->end ? -1 : a->end < b->end;
}

void gaz_raw_facts_sort_scopes(raw_facts *raw)
{
    if (raw->scopes.len > 1)
        qsort(raw->scopes.items, raw->scopes.len, sizeof *raw->scopes.items, scope_order);
}
