/* Decompressed blocks, kept by the second-chance rule (CLOCK) in shards with a lock each.
 * Decompressing is most of what an exhaustive answer costs, so blocks outlive queries; the bound is
 * hard: what a shard cannot keep is handed out unshared and freed at its release. Blocks in use are
 * never evicted. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "gaz/base/vec.h"
#include "segment_private.h"

#define SHARDS_MAX 16
#define SHARD_BYTES ((size_t)16 << 20) /* a shard is not smaller: it must hold large blocks too */

struct gaz_block {
    gaz_block *next;     /* in its bucket */
    struct shard *shard; /* NULL: not cached */
    uint64_t segment;
    uint32_t number;
    atomic_uint pins;
    atomic_bool used; /* since the hand passed */
    size_t slot, len; /* place in the ring; bytes */
    char data[];
};

typedef struct shard {
    pthread_mutex_t lock;
    gaz_block **buckets;
    size_t bucket_count, count;
    GAZ_VEC(gaz_block *) ring;
    size_t hand;
    uint64_t used, max, hits, misses, evictions;
} shard;

struct gaz_block_cache {
    unsigned count;
    shard shards[SHARDS_MAX];
};

static uint64_t mix(uint64_t segment, uint32_t number)
{
    uint64_t h =
        segment * UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t)number * UINT64_C(0xC2B2AE3D27D4EB4F);
    return h ^ h >> 29;
}

gaz_status gaz_block_cache_new(size_t max_bytes, gaz_block_cache **out, gaz_error *err)
{
    gaz_block_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the block cache");
    cache->count = max_bytes / SHARD_BYTES < 1            ? 1
                   : max_bytes / SHARD_BYTES > SHARDS_MAX ? SHARDS_MAX
                                                          : (unsigned)(max_bytes / SHARD_BYTES);
    for (unsigned i = 0; i < cache->count; i++) {
        pthread_mutex_init(&cache->shards[i].lock, NULL);
        cache->shards[i].max = max_bytes / cache->count;
    }
    *out = cache;
    return GAZ_OK;
}

void gaz_block_cache_free(gaz_block_cache *cache)
{
    if (!cache)
        return;
    for (unsigned i = 0; i < cache->count; i++) {
        shard *s = &cache->shards[i];
        for (size_t k = 0; k < s->ring.len; k++)
            free(s->ring.items[k]);
        gaz_vec_free(&s->ring);
        free(s->buckets);
        pthread_mutex_destroy(&s->lock);
    }
    free(cache);
}

void gaz_block_cache_stats_get(gaz_block_cache *cache, gaz_block_cache_stats *out)
{
    *out = (gaz_block_cache_stats){0};
    for (unsigned i = 0; i < cache->count; i++) {
        shard *s = &cache->shards[i];
        pthread_mutex_lock(&s->lock);
        out->used += s->used;
        out->max += s->max;
        out->hits += s->hits;
        out->misses += s->misses;
        out->evictions += s->evictions;
        pthread_mutex_unlock(&s->lock);
    }
}

static bool grow_buckets(shard *s)
{
    size_t count = s->bucket_count ? s->bucket_count * 2 : 256;
    gaz_block **buckets = calloc(count, sizeof(gaz_block *));
    if (!buckets)
        return s->bucket_count > 0;
    for (size_t i = 0; i < s->bucket_count; i++)
        for (gaz_block *b = s->buckets[i], *next; b; b = next) {
            next = b->next;
            size_t at = mix(b->segment, b->number) / SHARDS_MAX & (count - 1);
            b->next = buckets[at];
            buckets[at] = b;
        }
    free(s->buckets);
    s->buckets = buckets;
    s->bucket_count = count;
    return true;
}

static gaz_block *find(shard *s, uint64_t segment, uint32_t number, uint64_t hash)
{
    if (!s->bucket_count)
        return NULL;
    gaz_block *b = s->buckets[hash / SHARDS_MAX & (s->bucket_count - 1)];
    while (b && (b->segment != segment || b->number != number))
        b = b->next;
    return b;
}

static void evict(shard *s, gaz_block *b)
{
    gaz_block **at = &s->buckets[mix(b->segment, b->number) / SHARDS_MAX & (s->bucket_count - 1)];
    while (*at != b)
        at = &(*at)->next;
    *at = b->next;
    gaz_block *moved = s->ring.items[--s->ring.len];
    s->ring.items[b->slot] = moved;
    moved->slot = b->slot;
    s->used -= b->len;
    s->count--;
    s->evictions++;
    free(b);
}

/* Makes room for `len` bytes; false when too much of the shard is in use. */
static bool make_room(shard *s, size_t len)
{
    if (len > s->max)
        return false;
    size_t looked = 0;
    while (s->used + len > s->max && s->ring.len) {
        if (looked++ > s->ring.len * 2)
            return false;
        s->hand = s->hand < s->ring.len ? s->hand : 0;
        gaz_block *b = s->ring.items[s->hand];
        if (atomic_load(&b->pins) == 0 && !atomic_exchange(&b->used, false))
            evict(s, b);
        else
            s->hand++;
    }
    return s->used + len <= s->max;
}

static void insert(shard *s, gaz_block *b, uint64_t hash)
{
    if (!make_room(s, b->len) || (s->count >= s->bucket_count && !grow_buckets(s)) ||
        !gaz_vec_reserve(&s->ring, 1))
        return;
    b->shard = s;
    b->slot = s->ring.len;
    s->ring.items[s->ring.len++] = b;
    size_t at = hash / SHARDS_MAX & (s->bucket_count - 1);
    b->next = s->buckets[at];
    s->buckets[at] = b;
    s->used += b->len;
    s->count++;
}

static gaz_status unpack(gaz_segment *seg, uint32_t number, gaz_block **out, gaz_error *err)
{
    const uint8_t *data = NULL;
    uint32_t packed = 0, raw = 0;
    gaz_status st = segment_block_bytes(seg, number, &data, &packed, &raw, err);
    if (st != GAZ_OK)
        return st;
    if (ZSTD_getFrameContentSize(data, packed) !=
        raw) /* before memory is asked for on the word of a table */
        return segment_corrupt("a block's length is not that of its text", err);
    gaz_block *b = malloc(sizeof *b + raw);
    if (!b)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a block of %u bytes", raw);
    size_t n = ZSTD_decompress(b->data, raw, data, packed);
    if (ZSTD_isError(n) || n != raw) {
        free(b);
        return segment_corrupt("a block does not decompress", err);
    }
    st = gaz_sealed_intact(seg->file, err);
    if (st != GAZ_OK) {
        free(b);
        return st;
    }
    b->shard = NULL;
    b->segment = seg->id;
    b->number = number;
    b->len = raw;
    atomic_init(&b->pins, 1);
    atomic_init(&b->used, false);
    *out = b;
    return GAZ_OK;
}

gaz_status gaz_segment_block(gaz_segment *seg, gaz_block_cache *cache, uint32_t number,
                             gaz_block **out, bool *hit, gaz_error *err)
{
    uint64_t hash = mix(seg->id, number);
    shard *s = &cache->shards[hash % cache->count];
    pthread_mutex_lock(&s->lock);
    gaz_block *b = find(s, seg->id, number, hash);
    if (b) {
        atomic_fetch_add(&b->pins, 1);
        atomic_store(&b->used, true);
        s->hits++;
    } else {
        s->misses++;
    }
    pthread_mutex_unlock(&s->lock);
    if (hit)
        *hit = b != NULL;
    if (b) {
        *out = b;
        return GAZ_OK;
    }
    gaz_status st = unpack(seg, number, &b, err);
    if (st != GAZ_OK || !b)
        return st;
    pthread_mutex_lock(&s->lock);
    if (!find(s, seg->id, number,
              hash)) /* another thread may have been quicker: ours then stays unshared */
        insert(s, b, hash);
    pthread_mutex_unlock(&s->lock);
    *out = b;
    return GAZ_OK;
}

void gaz_block_release(gaz_block *b)
{
    if (!b)
        return;
    if (!b->shard) {
        free(b);
        return;
    }
    atomic_fetch_sub(&b->pins, 1);
}

const char *gaz_block_data(const gaz_block *b)
{
    return b->data;
}

size_t gaz_block_len(const gaz_block *b)
{
    return b->len;
}
