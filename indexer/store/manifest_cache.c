/* The manifests loaded last, so that a delta over one of them costs a merge and not a chain of
 * files. A short list under a lock: it holds a handful, bounded in number and in bytes. */
#include "store_private.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS 8
#define BYTES_MAX ((uint64_t)96 << 20)

struct gaz_manifest_cache {
    pthread_mutex_t lock;
    gaz_manifest *slots[SLOTS]; /* most recently used first */
    size_t count;
};

gaz_status gaz_manifest_cache_new(gaz_manifest_cache **out, gaz_error *err)
{
    gaz_manifest_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a cache of manifests");
    pthread_mutex_init(&cache->lock, NULL);
    *out = cache;
    return GAZ_OK;
}

void gaz_manifest_cache_clear(gaz_manifest_cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    while (cache->count)
        gaz_manifest_unref(cache->slots[--cache->count]);
    pthread_mutex_unlock(&cache->lock);
}

void gaz_manifest_cache_free(gaz_manifest_cache *cache)
{
    if (!cache)
        return;
    gaz_manifest_cache_clear(cache);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

static void to_front(gaz_manifest_cache *cache, size_t at, gaz_manifest *m)
{
    memmove(cache->slots + 1, cache->slots, at * sizeof cache->slots[0]);
    cache->slots[0] = m;
}

static size_t position(const gaz_manifest_cache *cache, const char *name)
{
    size_t at = 0;
    while (at < cache->count && strcmp(gaz_manifest_name(cache->slots[at]), name) != 0)
        at++;
    return at;
}

gaz_manifest *gaz_manifest_cache_get(gaz_manifest_cache *cache, const char *name)
{
    gaz_manifest *found = NULL;
    pthread_mutex_lock(&cache->lock);
    size_t at = position(cache, name);
    if (at < cache->count) {
        found = gaz_manifest_ref(cache->slots[at]);
        to_front(cache, at, cache->slots[at]);
    }
    pthread_mutex_unlock(&cache->lock);
    return found;
}

void gaz_manifest_cache_put(gaz_manifest_cache *cache, gaz_manifest *m)
{
    if (gaz_manifest_memory(m) > BYTES_MAX / 2)
        return;
    pthread_mutex_lock(&cache->lock);
    if (position(cache, gaz_manifest_name(m)) == cache->count) {
        if (cache->count == SLOTS)
            gaz_manifest_unref(cache->slots[--cache->count]);
        to_front(cache, cache->count++, gaz_manifest_ref(m));
        uint64_t bytes = 0;
        for (size_t i = 0; i < cache->count; i++) {
            bytes += gaz_manifest_memory(cache->slots[i]);
            while (bytes > BYTES_MAX && cache->count > i)
                gaz_manifest_unref(cache->slots[--cache->count]);
        }
    }
    pthread_mutex_unlock(&cache->lock);
}
