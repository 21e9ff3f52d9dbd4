/* Symbols of any bytes in any language: the first byte chooses the language and what is done, the
 * rest is the text. Facts lie inside their text, in order; colours never overlap; a tree pattern is
 * compiled from the text itself and run over it. Links: symbols base. */
#include <stdlib.h>
#include <string.h>
#include "gaz/symbols/highlight.h"
#include "gaz/symbols/tree_pattern.h"

static void demand(int holds)
{
    if (!holds)
        abort();
}

static void check_slice(const gaz_slice *slice)
{
    if (!slice->data)
        abort();
    volatile char sum = 0;
    for (uint32_t i = 0; i < slice->len; i++)
        sum = (char)(sum + slice->data[i]);
}

static void check_definitions(const gaz_facts *facts, size_t len)
{
    for (uint32_t i = 0; i < facts->definition_count; i++) {
        const gaz_definition *d = &facts->definitions[i];
        demand(d->span.start <= d->span.end && d->span.end <= len);
        demand(d->container == GAZ_NO_DEFINITION || d->container < i);
        demand(i == 0 || d[-1].span.start <= d->span.start);
        demand(gaz_symbol_kind_name(d->kind) != NULL && gaz_visibility_name(d->visibility) != NULL);
        demand(d->signature.len <= GAZ_SIGNATURE_MAX);
        check_slice(&d->name);
        check_slice(&d->container_name);
        check_slice(&d->signature);
        check_slice(&d->type);
        check_slice(&d->doc);
    }
}

static void check_facts(const gaz_facts *facts, size_t len)
{
    check_definitions(facts, len);
    for (uint32_t i = 0; i < facts->reference_count; i++) {
        const gaz_reference *r = &facts->references[i];
        demand(r->start + r->name.len <= len && gaz_reference_role_name(r->role) != NULL);
        demand(i == 0 || r[-1].start < r->start);
        demand(r->enclosing == GAZ_NO_DEFINITION || r->enclosing < facts->definition_count);
        check_slice(&r->name);
        check_slice(&r->qualifier);
        check_slice(&r->receiver_type);
    }
    for (uint32_t i = 0; i < facts->import_count; i++) {
        const gaz_import *m = &facts->imports[i];
        demand(m->start <= len && gaz_import_kind_name(m->kind) != NULL);
        check_slice(&m->path);
        check_slice(&m->name);
        check_slice(&m->alias);
    }
}

static void try_facts(gaz_extractor *x, uint32_t language, const char *text, size_t len)
{
    gaz_facts facts;
    gaz_facts_init(&facts);
    if (gaz_extract(x, language, text, len, GAZ_FACTS_ALL, &facts, NULL) == GAZ_OK)
        check_facts(&facts, len);
    gaz_facts_release(&facts);
}

static void try_colours(gaz_extractor *x, uint32_t language, const char *text, size_t len)
{
    gaz_highlights found;
    gaz_highlights_init(&found);
    if (gaz_highlight(x, language, text, len, 0, UINT32_MAX, &found, NULL) == GAZ_OK)
        for (uint32_t i = 0; i < found.count; i++)
            demand(found.spans[i].start < found.spans[i].end && found.spans[i].end <= len &&
                   (i == 0 || found.spans[i - 1].end <= found.spans[i].start));
    gaz_highlights_release(&found);
}

static void try_pattern(gaz_extractor *x, uint32_t language, const char *text, size_t len)
{
    gaz_tree_pattern *pattern = NULL;
    gaz_tree_matches matches;
    gaz_error err = {0};
    if (gaz_tree_pattern_compile(language, text, len, &pattern, &err) != GAZ_OK) {
        demand(err.message[0] != '\0' && err.column <= len + 1);
        return;
    }
    gaz_tree_matches_init(&matches);
    if (gaz_tree_pattern_run(x, pattern, text, len, 1000, &matches, NULL) == GAZ_OK)
        for (uint32_t i = 0; i < matches.count; i++)
            demand(matches.items[i].span.start <= matches.items[i].span.end &&
                   matches.items[i].span.end <= len);
    gaz_tree_matches_release(&matches);
    gaz_tree_pattern_free(pattern);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static gaz_extractor *x; /* one for all inputs: what one leaves behind must not harm the next */
    if (size < 2 || size > 1 << 16)
        return 0;
    gaz_extract_limits limits = {.time_us = 1000000};
    if (!x && gaz_extractor_new(&limits, &x, NULL) != GAZ_OK)
        return 0;
    uint32_t language = gaz_symbols_language_at(data[0] % gaz_symbols_language_count());
    char *text = malloc(size - 1); /* exactly as long, so that reading beyond is seen */
    if (!text)
        return 0;
    memcpy(text, data + 1, size - 1);
    try_facts(x, language, text, size - 1);
    try_colours(x, language, text, size - 1);
    try_pattern(x, language, text, size - 1);
    free(text);
    return 0;
}
