/* At most so many patterns of so many bytes together; the least recently used one that nobody
 * holds goes first. Patterns that find no room live as long as the query that compiled them. */
#include "pattern_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/hash.h"

typedef struct entry {
    gaz_pattern *pattern; /* NULL: free */
    const char *source;
    size_t len, bytes;
    uint64_t hash, used;
    bool literal, path;
    gaz_case fold;
    unsigned held;
} entry;

struct pattern_cache {
    pthread_mutex_t lock;
    entry entries[PATTERN_CACHE_ENTRIES];
    size_t bytes, bytes_max;
    uint64_t clock;
};

gaz_status pattern_cache_new(size_t bytes_max, pattern_cache **out, gaz_error *err)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a cache of patterns");
    pthread_mutex_init(&(*out)->lock, NULL);
    (*out)->bytes_max = bytes_max;
    return GAZ_OK;
}

static void drop(pattern_cache *c, entry *e)
{
    gaz_pattern_free(e->pattern);
    free((void *)e->source);
    c->bytes -= e->bytes;
    *e = (entry){0};
}

void pattern_cache_free(pattern_cache *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < PATTERN_CACHE_ENTRIES; i++)
        if (c->entries[i].pattern)
            drop(c, &c->entries[i]);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static bool same(const entry *e, const entry *key)
{
    return e->pattern && e->hash == key->hash && e->len == key->len && e->literal == key->literal &&
           e->path == key->path && e->fold == key->fold &&
           memcmp(e->source, key->source, key->len) == 0;
}

static gaz_pattern *find(pattern_cache *c, const entry *key)
{
    for (size_t i = 0; i < PATTERN_CACHE_ENTRIES; i++) {
        entry *e = &c->entries[i];
        if (!same(e, key))
            continue;
        e->used = ++c->clock;
        e->held++;
        return e->pattern;
    }
    return NULL;
}

static entry *oldest_idle(pattern_cache *c)
{
    entry *found = NULL;
    for (size_t i = 0; i < PATTERN_CACHE_ENTRIES; i++) {
        entry *e = &c->entries[i];
        if (e->pattern && !e->held && (!found || e->used < found->used))
            found = e;
    }
    return found;
}

/* A free place, with room for the bytes; NULL when what is held leaves none. */
static entry *place_for(pattern_cache *c, size_t bytes)
{
    while (bytes <= c->bytes_max && c->bytes > c->bytes_max - bytes) {
        entry *e = oldest_idle(c);
        if (!e)
            return NULL;
        drop(c, e);
    }
    for (size_t i = 0; i < PATTERN_CACHE_ENTRIES; i++)
        if (!c->entries[i].pattern)
            return &c->entries[i];
    entry *e = oldest_idle(c);
    if (e)
        drop(c, e);
    return e;
}

static void keep(pattern_cache *c, const entry *key, gaz_pattern *p)
{
    size_t bytes = gaz_pattern_bytes(p) + key->len;
    entry *e = bytes <= c->bytes_max / 8 ? place_for(c, bytes) : NULL;
    char *source = e ? malloc(key->len + 1) : NULL;
    if (!source)
        return;
    memcpy(source, key->source, key->len);
    *e = *key;
    e->source = source;
    e->pattern = p;
    e->bytes = bytes;
    e->used = ++c->clock;
    e->held = 1;
    c->bytes += bytes;
}

gaz_status pattern_cache_get(pattern_cache *c, const char *source, size_t len,
                             const gaz_pattern_options *options, gaz_pattern **out, gaz_error *err)
{
    entry key = {.source = source,
                 .len = len,
                 .hash = gaz_checksum(source, len),
                 .literal = options->literal,
                 .path = options->path,
                 .fold = options->fold};
    pthread_mutex_lock(&c->lock);
    *out = find(c, &key);
    pthread_mutex_unlock(&c->lock);
    if (*out)
        return GAZ_OK;
    gaz_status st = gaz_pattern_compile(source, len, options, out, err);
    if (st != GAZ_OK)
        return st;
    pthread_mutex_lock(&c->lock);
    gaz_pattern *other = find(c, &key); /* somebody was quicker */
    if (!other)
        keep(c, &key, *out);
    pthread_mutex_unlock(&c->lock);
    if (other) {
        gaz_pattern_free(*out);
        *out = other;
    }
    return GAZ_OK;
}

size_t pattern_cache_bytes(pattern_cache *c)
{
    pthread_mutex_lock(&c->lock);
    size_t bytes = c->bytes;
    pthread_mutex_unlock(&c->lock);
    return bytes;
}

void pattern_cache_release(pattern_cache *c, gaz_pattern *p)
{
    bool kept = false;
    if (!p)
        return;
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < PATTERN_CACHE_ENTRIES && !kept; i++) {
        kept = c->entries[i].pattern == p;
        c->entries[i].held -= kept;
    }
    pthread_mutex_unlock(&c->lock);
    if (!kept)
        gaz_pattern_free(p);
}
