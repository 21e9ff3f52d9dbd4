/* Candidates lie all over the index: a chunk's record, its block's place in the cache, the block
 * and its text are a miss of the processor's caches each, one after the other, and together took
 * longer than scanning. So a batch goes through them in step: the records of all its chunks are
 * asked for before the first is read, blocks are held a few chunks before their turn, and the text
 * of the next chunk is fetched while one is scanned. */
#include "ahead.h"

#define LINE 64                 /* bytes of a cache line */
#define FETCHED GAZ_CHUNK_BYTES /* of a chunk's text */

void ahead_add(ahead *a, gaz_segment *segment, uint32_t number)
{
    if (a->count == AHEAD_MAX)
        return;
    a->chunks[a->count++] = (ahead_chunk){.segment = segment, .number = number};
    gaz_segment_prefetch_chunk(segment, number);
}

/* A block that is not to be had now is asked for again in its turn, when it can be told why. */
static void hold(ahead_chunk *c, gaz_block_cache *cache)
{
    /* A line longer than chunks usually are is left to whoever knows the limits. */
    if (c->chunk.len > 2 * GAZ_CHUNK_BYTES)
        return;
    gaz_status st = gaz_segment_block(c->segment, cache, c->chunk.block, &c->block, NULL, NULL);
    if (st != GAZ_OK)
        c->block = NULL;
}

static void hold_some(ahead *a, gaz_block_cache *cache)
{
    while (a->held < a->count && a->held <= a->next + AHEAD_HELD)
        hold(&a->chunks[a->held++], cache);
}

void ahead_start(ahead *a, gaz_block_cache *cache)
{
    size_t readable = 0;
    for (; readable < a->count; readable++) {
        ahead_chunk *c = &a->chunks[readable];
        if (gaz_segment_chunk(c->segment, c->number, &c->chunk, NULL) != GAZ_OK)
            break;
        gaz_segment_prefetch_block(c->segment, cache, c->chunk.block);
    }
    a->count = readable;
    for (size_t i = 0; i < a->count; i++)
        gaz_segment_prefetch_block_head(a->chunks[i].segment, cache, a->chunks[i].chunk.block);
    hold_some(a, cache);
}

static void fetch_text(const ahead_chunk *c)
{
    if (!c->block)
        return;
    const char *text = gaz_block_data(c->block) + c->chunk.offset;
    size_t len = c->chunk.len < FETCHED ? c->chunk.len : FETCHED;
    for (size_t i = 0; i < len; i += LINE)
        __builtin_prefetch(text + i);
}

bool ahead_take(ahead *a, gaz_block_cache *cache, const gaz_segment *segment, uint32_t number,
                gaz_chunk *chunk, gaz_block **block)
{
    size_t at = a->next;
    while (at < a->count && (a->chunks[at].segment != segment || a->chunks[at].number != number))
        at++;
    if (at == a->count)
        return false;
    for (; a->next < at; a->next++)
        gaz_block_release(a->chunks[a->next].block);
    a->held = a->held > at ? a->held : at;
    hold_some(a, cache);
    a->next = at + 1;
    if (a->next < a->count)
        fetch_text(&a->chunks[a->next]);
    *chunk = a->chunks[at].chunk;
    *block = a->chunks[at].block;
    return *block != NULL;
}

void ahead_clear(ahead *a)
{
    for (; a->next < a->held; a->next++)
        gaz_block_release(a->chunks[a->next].block);
    a->count = a->next = a->held = 0;
}
