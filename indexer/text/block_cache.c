/* Decompressed blocks, in shards with a lock each. Decompressing is most of what an exhaustive
 * answer costs, so blocks outlive queries. They lie one after the other in pages of memory, which
 * are huge pages once there is much of it: a cold search would otherwise spend a quarter of its
 * time on page faults. When the bound is reached a page is compacted in place by the second-chance
 * rule: a hand goes from page to page, keeps what was used since it came by last, and what it frees
 * is filled again. Pages with a block in use are passed over. What finds no room is handed out
 * unshared and freed at its release. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <zstd.h>

#include "gaz/base/vec.h"
#include "segment_private.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define POISON(at, len) __asan_poison_memory_region(at, len)
#define UNPOISON(at, len) __asan_unpoison_memory_region(at, len)
#define REDZONE 64
#else
#define POISON(at, len) ((void)(at), (void)(len))
#define UNPOISON(at, len) ((void)(at), (void)(len))
#define REDZONE 0
#endif

#define SHARDS_MAX 16
#define SHARD_BYTES ((size_t)16 << 20) /* a shard is not smaller: it must hold large blocks too */
#define PAGE_MIN ((size_t)128 << 10)
#define PAGE_MAX ((size_t)2 << 20) /* a huge page, aligned as one */
#define ALIGNMENT ((size_t)64)
#define CONTEXTS_KEPT 64
#define BYTES_PER_BUCKET 8192 /* blocks are twice as large, but for those of small segments */

struct gaz_block {
    gaz_block *next;     /* in its bucket */
    struct shard *shard; /* NULL: memory of its own */
    uint64_t segment;
    uint32_t number;
    uint32_t len;
    size_t size; /* in its page, all included */
    atomic_uint pins;
    atomic_bool used; /* since the hand passed */
    bool listed;      /* in its bucket */
    char data[];
};

typedef struct page {
    char *memory;
    size_t size, fill; /* blocks lie in the first `fill` bytes */
} page;

typedef struct shard {
    pthread_mutex_t lock;
    _Atomic(gaz_block *) *buckets; /* written under the lock; hints read them without */
    size_t bucket_count;
    GAZ_VEC(page) pages;
    size_t open, hand; /* places among the pages: the one being filled, the next to look at */
    size_t page_max;
    uint64_t reserved, max; /* bytes of all pages */
    uint64_t hits, misses, evictions;
} shard;

struct gaz_block_cache {
    pthread_mutex_t lock; /* over what is kept of contexts: making one costs as much as a block */
    ZSTD_DCtx *contexts[CONTEXTS_KEPT];
    unsigned context_count;
    unsigned count;
    shard shards[SHARDS_MAX];
};

static size_t clamp(size_t n, size_t least, size_t most)
{
    return n > most ? most : n < least ? least : n;
}

/* ---- pages ---- */

/* Huge pages need their alignment: twice as much is asked for, and the rest given back. */
static char *map_memory(size_t size)
{
    size_t extra = size == PAGE_MAX ? PAGE_MAX : 0;
    char *all =
        mmap(NULL, size + extra, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        return NULL;
    size_t head = extra ? (PAGE_MAX - (uintptr_t)all % PAGE_MAX) % PAGE_MAX : 0;
    char *at = all + head;
    if (extra - head)
        munmap(at + size, extra - head);
    if (head)
        munmap(all, head);
    if (extra)
        (void)madvise(at, size, MADV_HUGEPAGE); /* refused where there are none */
    POISON(at, size);
    return at;
}

static void unmap_page(shard *s, size_t number)
{
    page *p = &s->pages.items[number];
    UNPOISON(p->memory, p->size);
    munmap(p->memory, p->size);
    s->reserved -= p->size;
    *p = s->pages.items[--s->pages.len];
    s->open = SIZE_MAX; /* places have changed */
}

/* Pages grow with the shard, so that a small index takes little. */
static bool add_page(shard *s, size_t size)
{
    if (size > s->max - s->reserved || !gaz_vec_reserve(&s->pages, 1))
        return false;
    size_t want = clamp(clamp(s->reserved, PAGE_MIN, s->page_max), size, s->max - s->reserved);
    page p = {.memory = map_memory(want), .size = want};
    if (!p.memory)
        return false;
    s->reserved += want;
    s->open = s->pages.len;
    s->pages.items[s->pages.len++] = p;
    return true;
}

/* ---- buckets ---- */

static uint64_t mix(uint64_t segment, uint32_t number)
{
    uint64_t h =
        segment * UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t)number * UINT64_C(0xC2B2AE3D27D4EB4F);
    return h ^ h >> 29;
}

static _Atomic(gaz_block *) *bucket_of(const shard *s, uint64_t segment, uint32_t number)
{
    return &s->buckets[mix(segment, number) / SHARDS_MAX & (s->bucket_count - 1)];
}

static gaz_block *find(const shard *s, uint64_t segment, uint32_t number)
{
    gaz_block *b = atomic_load_explicit(bucket_of(s, segment, number), memory_order_relaxed);
    while (b && (b->segment != segment || b->number != number))
        b = b->next;
    return b;
}

static void list(shard *s, gaz_block *b)
{
    _Atomic(gaz_block *) *at = bucket_of(s, b->segment, b->number);
    b->next = atomic_load_explicit(at, memory_order_relaxed);
    atomic_store_explicit(at, b, memory_order_relaxed);
    b->listed = true;
}

static void unlist(shard *s, gaz_block *b)
{
    _Atomic(gaz_block *) *first = bucket_of(s, b->segment, b->number);
    gaz_block *before = atomic_load_explicit(first, memory_order_relaxed);
    if (before == b) {
        atomic_store_explicit(first, b->next, memory_order_relaxed);
    } else {
        while (before->next != b)
            before = before->next;
        before->next = b->next;
    }
    b->listed = false;
}

/* ---- the second chance ---- */

static bool in_use(const page *p)
{
    for (size_t at = 0; at < p->fill;) {
        const gaz_block *b = (const gaz_block *)(const void *)(p->memory + at);
        if (atomic_load(&b->pins))
            return true;
        at += b->size;
    }
    return false;
}

/* Keeps the blocks of a page that were used, at its beginning. */
static void compact(shard *s, page *p)
{
    size_t to = 0;
    UNPOISON(p->memory, p->fill);
    for (size_t at = 0, size; at < p->fill; at += size) {
        gaz_block *b = (gaz_block *)(void *)(p->memory + at);
        size = b->size;
        bool keep = b->listed && atomic_exchange(&b->used, false);
        s->evictions += b->listed && !keep;
        if (b->listed && (!keep || to != at))
            unlist(s, b);
        if (!keep)
            continue;
        if (to != at) {
            b = memmove(p->memory + to, b, size);
            list(s, b);
        }
        to += size;
    }
    p->fill = to;
    POISON(p->memory + to, p->size - to);
}

/* Opens a page with room for a block, or makes room for a page. Two rounds of the hand see every
 * block without its second chance. */
static bool make_room(shard *s, size_t size)
{
    for (size_t looks = s->pages.len * 2; looks > 0 && s->pages.len; looks--) {
        s->hand = s->hand < s->pages.len ? s->hand : 0;
        page *p = &s->pages.items[s->hand];
        if (in_use(p)) {
            s->hand++;
            continue;
        }
        compact(s, p);
        if (p->size - p->fill >= size) {
            s->open = s->hand++;
            return true;
        }
        if (p->fill == 0) { /* too small for this block, or made for a large one */
            unmap_page(s, s->hand);
            if (add_page(s, size))
                return true;
        } else {
            s->hand++;
        }
    }
    return false;
}

/* A place in a page, pinned, in no bucket yet; NULL when there is none. */
static gaz_block *reserve(shard *s, size_t raw)
{
    size_t size = (sizeof(gaz_block) + raw + REDZONE + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (size > s->max)
        return NULL;
    const page *open = s->open < s->pages.len ? &s->pages.items[s->open] : NULL;
    if ((!open || open->size - open->fill < size) && !add_page(s, size) && !make_room(s, size))
        return NULL;
    page *p = &s->pages.items[s->open];
    gaz_block *b = (gaz_block *)(void *)(p->memory + p->fill);
    p->fill += size;
    UNPOISON(b, sizeof *b + raw);
    *b = (gaz_block){.shard = s, .size = size};
    atomic_init(&b->pins, 1);
    atomic_init(&b->used, false);
    return b;
}

/* ---- the cache ---- */

gaz_status gaz_block_cache_new(size_t max_bytes, gaz_block_cache **out, gaz_error *err)
{
    gaz_block_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the block cache");
    pthread_mutex_init(&cache->lock, NULL);
    cache->count = (unsigned)clamp(max_bytes / SHARD_BYTES, 1, SHARDS_MAX);
    for (unsigned i = 0; i < cache->count; i++) {
        shard *s = &cache->shards[i];
        pthread_mutex_init(&s->lock, NULL);
        s->max = max_bytes / cache->count;
        s->page_max = clamp(s->max / 8, PAGE_MIN, PAGE_MAX);
        s->open = SIZE_MAX;
        s->bucket_count = 1;
        while (s->bucket_count < s->max / BYTES_PER_BUCKET)
            s->bucket_count *= 2;
        s->buckets = calloc(s->bucket_count, sizeof *s->buckets);
        if (!s->buckets) {
            gaz_block_cache_free(cache);
            return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the block cache");
        }
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
        while (s->pages.len)
            unmap_page(s, s->pages.len - 1);
        gaz_vec_free(&s->pages);
        free(s->buckets);
        pthread_mutex_destroy(&s->lock);
    }
    for (unsigned i = 0; i < cache->context_count; i++)
        ZSTD_freeDCtx(cache->contexts[i]);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

void gaz_block_cache_stats_get(gaz_block_cache *cache, gaz_block_cache_stats *out)
{
    *out = (gaz_block_cache_stats){0};
    for (unsigned i = 0; i < cache->count; i++) {
        shard *s = &cache->shards[i];
        pthread_mutex_lock(&s->lock);
        out->used += s->reserved;
        out->max += s->max;
        out->hits += s->hits;
        out->misses += s->misses;
        out->evictions += s->evictions;
        pthread_mutex_unlock(&s->lock);
    }
}

static ZSTD_DCtx *take_context(gaz_block_cache *cache)
{
    ZSTD_DCtx *context = NULL;
    pthread_mutex_lock(&cache->lock);
    if (cache->context_count)
        context = cache->contexts[--cache->context_count];
    pthread_mutex_unlock(&cache->lock);
    return context ? context : ZSTD_createDCtx();
}

static void give_context(gaz_block_cache *cache, ZSTD_DCtx *context)
{
    pthread_mutex_lock(&cache->lock);
    if (cache->context_count < CONTEXTS_KEPT) {
        cache->contexts[cache->context_count++] = context;
        context = NULL;
    }
    pthread_mutex_unlock(&cache->lock);
    ZSTD_freeDCtx(context);
}

/* ---- blocks ---- */

typedef struct packed_block {
    const uint8_t *data;
    uint32_t packed, raw;
} packed_block;

static gaz_status unpack(gaz_block_cache *cache, gaz_segment *seg, const packed_block *from,
                         gaz_block *b, gaz_error *err)
{
    ZSTD_DCtx *context = take_context(cache);
    if (!context)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to decompress a block");
    size_t n = ZSTD_decompressDCtx(context, b->data, from->raw, from->data, from->packed);
    give_context(cache, context);
    if (ZSTD_isError(n) || n != from->raw)
        return segment_corrupt("a block does not decompress", err);
    return gaz_sealed_intact(seg->file, err);
}

/* Takes back a block that nobody else has seen. */
static void discard(shard *s, gaz_block *b)
{
    if (!b->shard) {
        free(b);
        return;
    }
    pthread_mutex_lock(&s->lock);
    atomic_store(&b->pins, 0); /* the hand drops what is in no bucket */
    pthread_mutex_unlock(&s->lock);
}

static gaz_status load(gaz_block_cache *cache, shard *s, gaz_segment *seg, uint32_t number,
                       gaz_block **out, gaz_error *err)
{
    packed_block from = {NULL, 0, 0};
    gaz_status st = segment_block_bytes(seg, number, &from.data, &from.packed, &from.raw, err);
    if (st != GAZ_OK)
        return st;
    if (ZSTD_getFrameContentSize(from.data, from.packed) !=
        from.raw) /* before memory is asked for on the word of a table */
        return segment_corrupt("a block's length is not that of its text", err);
    pthread_mutex_lock(&s->lock);
    gaz_block *b = reserve(s, from.raw);
    pthread_mutex_unlock(&s->lock);
    if (!b) {
        b = malloc(sizeof *b + from.raw);
        if (!b)
            return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a block of %u bytes", from.raw);
        *b = (gaz_block){0};
    }
    b->segment = seg->id;
    b->number = number;
    b->len = from.raw;
    st = unpack(cache, seg, &from, b, err);
    if (st != GAZ_OK) {
        discard(s, b);
        return st;
    }
    *out = b;
    return GAZ_OK;
}

void gaz_segment_prefetch_block(const gaz_segment *seg, const gaz_block_cache *cache,
                                uint32_t number)
{
    const shard *s = &cache->shards[mix(seg->id, number) % cache->count];
    __builtin_prefetch((const void *)bucket_of(s, seg->id, number));
}

void gaz_segment_prefetch_block_head(const gaz_segment *seg, const gaz_block_cache *cache,
                                     uint32_t number)
{
    const shard *s = &cache->shards[mix(seg->id, number) % cache->count];
    /* The first block of the bucket may be another, or gone: a hint does not read it. */
    __builtin_prefetch(atomic_load_explicit(bucket_of(s, seg->id, number), memory_order_relaxed),
                       1);
}

gaz_status gaz_segment_block(gaz_segment *seg, gaz_block_cache *cache, uint32_t number,
                             gaz_block **out, bool *hit, gaz_error *err)
{
    shard *s = &cache->shards[mix(seg->id, number) % cache->count];
    pthread_mutex_lock(&s->lock);
    gaz_block *b = find(s, seg->id, number);
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
    gaz_status st = load(cache, s, seg, number, &b, err);
    if (st != GAZ_OK || !b)
        return st;
    if (b->shard) {
        pthread_mutex_lock(&s->lock);
        /* Another thread may have been quicker: ours then stays in no bucket. */
        if (!find(s, seg->id, number))
            list(s, b);
        pthread_mutex_unlock(&s->lock);
    }
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
