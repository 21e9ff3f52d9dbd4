/* Any bytes as a query: either a tree whose canonical text parses to an equal tree, or an error
 * with a column inside the text. Links: query text base. */
#include <stdlib.h>
#include <string.h>

#include "gaz/query/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void compare(const gaz_node *a, const gaz_node *b)
{
    require(a->kind == b->kind && a->count == b->count);
    for (size_t i = 0; i < a->count; i++)
        compare(a->kids[i], b->kids[i]);
    if (a->kind == GAZ_NODE_ATOM)
        require(a->atom->field == b->atom->field && a->atom->literal == b->atom->literal &&
                a->atom->index == b->atom->index && a->atom->language == b->atom->language);
}

static void check_columns(const gaz_query *q)
{
    for (unsigned i = 0; i < q->atom_count; i++)
        for (size_t b = 0; b <= q->atoms[i]->len; b++)
            require(q->atoms[i]->columns[b] >= 1 && q->atoms[i]->columns[b] <= q->len + 1 &&
                    (b == 0 || q->atoms[i]->columns[b] > q->atoms[i]->columns[b - 1]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gaz_arena arena;
    gaz_error err = {0};
    const gaz_query *first = NULL, *second = NULL;
    gaz_strbuf once = GAZ_STRBUF_INIT, twice = GAZ_STRBUF_INIT;
    gaz_arena_init(&arena, (size_t)8 << 20);
    if (gaz_query_parse((const char *)data, size, &arena, &first, &err) != GAZ_OK) {
        require(err.status == GAZ_E_INVALID || err.status == GAZ_E_UNSUPPORTED);
        require(err.column >= 1 && err.column <= size + 1 && err.message[0]);
    } else {
        check_columns(first);
        gaz_query_format(first, &once);
        if (once.len <= GAZ_QUERY_MAX) {
            require(gaz_query_parse(once.data, once.len, &arena, &second, &err) == GAZ_OK);
            compare(first->root, second->root);
            gaz_query_format(second, &twice);
            require(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
        }
    }
    gaz_strbuf_release(&once);
    gaz_strbuf_release(&twice);
    gaz_arena_release(&arena);
    return 0;
}
