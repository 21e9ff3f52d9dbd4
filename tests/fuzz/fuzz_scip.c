/* Reading SCIP indexes: the input is an index for a commit of three files. Whatever it is, it is
 * read or refused; what is read answers for every byte of the files. Links: graph base. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/graph/scip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const paths[] = {"a.ts", "b.ts", "c/d.py"};
static const char *const texts[] = {"import { f } from './b';\nf();\n", "export function f() {}\n",
                                    "x = '\xf0\x9f\x98\x80'; y = 1\n\xff\xfe\n"};

static uint32_t find_path(void *ctx, const char *path, size_t len)
{
    (void)ctx;
    for (uint32_t i = 0; i < 3; i++)
        if (strlen(paths[i]) == len && memcmp(paths[i], path, len) == 0)
            return i;
    return UINT32_MAX;
}

static gaz_status read_text(void *ctx, uint32_t file, size_t max, gaz_strbuf *out, gaz_error *err)
{
    (void)ctx;
    (void)max;
    (void)err;
    gaz_strbuf_puts(out, texts[file]);
    return GAZ_OK;
}

static void ask(const gaz_scip_edges *edges)
{
    for (uint32_t file = 0; file < 3; file++)
        for (uint32_t at = 0; at <= strlen(texts[file]); at++) {
            gaz_scip_meaning m;
            uint32_t count, sum = 0;
            gaz_scip_edges_at(edges, file, at, &m);
            for (uint32_t i = 0; i < m.count; i++)
                sum += m.targets[i].end;
            const gaz_scip_place *uses = gaz_scip_edges_uses(edges, m.symbol, &count);
            for (uint32_t i = 0; i < count; i++)
                sum += uses[i].start;
            const uint32_t *heirs = gaz_scip_edges_heirs(edges, m.symbol, &count);
            for (uint32_t i = 0; i < count; i++)
                sum += heirs[i];
            if (sum == UINT32_MAX)
                abort();
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const gaz_scip_tree tree = {
        .file_count = 3, .find = find_path, .text = read_text, .memory = (size_t)64 << 20};
    gaz_error err = {0};
    gaz_scip_edges *edges = NULL;
    gaz_status st = gaz_scip_read(data, size, &tree, &edges, &err);
    if (st == GAZ_OK) {
        ask(edges);
        gaz_scip_edges_unref(edges);
    } else if (!err.message[0]) {
        fprintf(stderr, "refused without a reason\n");
        abort();
    }
    return 0;
}
