/* Files that were read, by path, with what tells that they are as they were. A map keeps its keys:
 * what is forgotten is marked, and the map is made anew when most of it is. On disk: "GZT1", then
 * for each file its stamp, blob id, length of path and path, in the machine's own order of bytes,
 * then the checksum of all that. The file is a cache: whatever is wrong with it, it counts as
 * absent, and what it knew is read again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "overlay.h"

#define MAGIC "GZT1"
#define FILE_MAX ((size_t)512 << 20)
#define ENTRIES_MAX 10000000u
#define FORGOTTEN_MIN 1024 /* before the map is made anew */
#define ENTRY_BYTES (sizeof(overlay_seen) + sizeof(uint32_t))
/* Clocks of file systems tick in steps of some milliseconds: see git_index.c. */
#define RACY_NS ((int64_t)100000000)

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for what is known of a work tree");
}

void overlay_cache_init(overlay_cache *cache)
{
    *cache = (overlay_cache){0};
    gaz_map_init(&cache->places);
}

void overlay_cache_release(overlay_cache *cache)
{
    gaz_map_release(&cache->places);
    gaz_vec_free(&cache->items);
}

static bool same_stamp(const gaz_file_stamp *a, const gaz_file_stamp *b)
{
    return a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns && a->size == b->size &&
           a->inode == b->inode;
}

const gaz_oid *overlay_cache_find(const overlay_cache *cache, const char *path, size_t len,
                                  const gaz_file_stamp *stamp)
{
    const uint64_t *place = gaz_map_get(&cache->places, path, len);
    const overlay_seen *seen = place && *place ? &cache->items.items[*place - 1] : NULL;
    return seen && same_stamp(&seen->stamp, stamp) ? &seen->oid : NULL;
}

static bool is_forgotten(const overlay_seen *seen)
{
    return seen->stamp.mtime_ns < 0;
}

/* @param place  of the map; nullable */
static void forget(overlay_cache *cache, const uint64_t *place)
{
    overlay_seen *seen = place && *place ? &cache->items.items[*place - 1] : NULL;
    if (!seen || is_forgotten(seen))
        return;
    *seen = (overlay_seen){.stamp = {.mtime_ns = -1}};
    cache->forgotten++;
    cache->changed = true;
}

static gaz_status put(overlay_cache *cache, const char *path, size_t len, const overlay_seen *seen,
                      gaz_error *err)
{
    uint64_t *place = cache->items.len < ENTRIES_MAX ? gaz_map_put(&cache->places, path, len, NULL)
                                                     : gaz_map_get(&cache->places, path, len);
    if (!place)
        return cache->items.len < ENTRIES_MAX ? no_memory(err) : GAZ_OK;
    if (!*place) {
        if (!gaz_vec_push(&cache->items, *seen))
            return no_memory(err);
        *place = cache->items.len;
    } else {
        overlay_seen *at = &cache->items.items[*place - 1];
        cache->forgotten -= is_forgotten(at);
        *at = *seen;
    }
    cache->forgotten += is_forgotten(seen);
    cache->changed = true;
    return GAZ_OK;
}

gaz_status overlay_cache_put(overlay_cache *cache, const char *path, size_t len,
                             const overlay_seen *seen, int64_t read_ns, gaz_error *err)
{
    const gaz_file_stamp *s = &seen->stamp;
    if (s->mtime_ns + RACY_NS < read_ns && s->ctime_ns + RACY_NS < read_ns)
        return put(cache, path, len, seen, err);
    forget(cache, gaz_map_get(&cache->places, path, len));
    return GAZ_OK;
}

/* ---- forgetting ---- */

/* The map anew, of what is known. Without memory for it all stays as it is. */
static void renew(overlay_cache *cache)
{
    overlay_cache fresh;
    size_t at = 0;
    gaz_status st = GAZ_OK;
    if (cache->forgotten < FORGOTTEN_MIN || cache->forgotten < cache->items.len / 2)
        return;
    overlay_cache_init(&fresh);
    for (const gaz_map_slot *slot; st == GAZ_OK && gaz_map_next(&cache->places, &at, &slot);) {
        const overlay_seen *seen = slot->value ? &cache->items.items[slot->value - 1] : NULL;
        if (seen && !is_forgotten(seen))
            st = put(&fresh, slot->key, slot->len, seen, NULL);
    }
    fresh.changed = cache->changed;
    if (st == GAZ_OK) {
        overlay_cache_release(cache);
        *cache = fresh;
    } else {
        overlay_cache_release(&fresh);
    }
}

void overlay_cache_forget(overlay_cache *cache, const char *path, size_t len)
{
    forget(cache, gaz_map_get(&cache->places, path, len));
    renew(cache);
}

static int by_path(const void *a, const void *b)
{
    return overlay_compare(a, b);
}

void overlay_cache_keep(overlay_cache *cache, const gaz_manifest_entry *list, size_t count)
{
    size_t at = 0;
    for (const gaz_map_slot *slot; gaz_map_next(&cache->places, &at, &slot);) {
        const gaz_manifest_entry key = {.path = slot->key, .path_len = slot->len};
        if (!count || !bsearch(&key, list, count, sizeof *list, by_path))
            forget(cache, &slot->value);
    }
    renew(cache);
}

/* ---- on disk ---- */

gaz_status overlay_cache_load(overlay_cache *cache, const char *path, gaz_error *err)
{
    gaz_strbuf text;
    gaz_error why = {0};
    uint64_t sum = 0;
    gaz_strbuf_init(&text, FILE_MAX);
    gaz_status st = gaz_file_read(path, FILE_MAX, &text, &why);
    size_t end = text.len >= sizeof sum ? text.len - sizeof sum : 0;
    bool sound =
        st == GAZ_OK && end >= strlen(MAGIC) && memcmp(text.data, MAGIC, strlen(MAGIC)) == 0;
    if (sound)
        memcpy(&sum, text.data + end, sizeof sum);
    sound = sound && sum == gaz_checksum(text.data, end);
    st = st == GAZ_E_NOMEM ? no_memory(err) : GAZ_OK;
    for (size_t at = strlen(MAGIC); sound && st == GAZ_OK && end - at >= ENTRY_BYTES;) {
        overlay_seen seen;
        uint32_t len;
        memcpy(&seen, text.data + at, sizeof seen);
        memcpy(&len, text.data + at + sizeof seen, sizeof len);
        at += ENTRY_BYTES;
        if (len > end - at)
            break;
        st = put(cache, text.data + at, len, &seen, err);
        at += len;
    }
    cache->changed = false;
    gaz_strbuf_release(&text);
    return st;
}

gaz_status overlay_cache_save(overlay_cache *cache, const char *made, const char *path,
                              gaz_error *err)
{
    gaz_strbuf text;
    size_t at = 0;
    gaz_strbuf_init(&text, FILE_MAX);
    gaz_strbuf_puts(&text, MAGIC);
    for (const gaz_map_slot *slot; gaz_map_next(&cache->places, &at, &slot);) {
        const overlay_seen *seen = slot->value ? &cache->items.items[slot->value - 1] : NULL;
        if (!seen || is_forgotten(seen))
            continue;
        gaz_strbuf_add(&text, seen, sizeof *seen);
        gaz_strbuf_add(&text, &slot->len, sizeof slot->len);
        gaz_strbuf_add(&text, slot->key, slot->len);
    }
    uint64_t sum = gaz_checksum(text.data, text.len);
    gaz_strbuf_add(&text, &sum, sizeof sum);
    gaz_status st = gaz_strbuf_check(&text, err);
    if (st == GAZ_OK)
        st = gaz_file_write(made, text.data, text.len, 0600, err);
    if (st == GAZ_OK && rename(made, path) != 0)
        st = gaz_error_errno(err, "cannot rename %s to %s", made, path);
    gaz_strbuf_release(&text);
    cache->changed &= st != GAZ_OK;
    return st;
}
