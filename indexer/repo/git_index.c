/* Versions 2 to 4 of the index, without extensions: what they cache is found out anew. The file is
 * as hostile as the tree, so every length is checked, and one that does not make sense is not used
 * at all: the scan then reads files instead of believing what is said of them. Its checksum is not
 * looked at (git does not either): what an entry claims decides only whether a file is read. */
#include "git_index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER 12
#define STAT_BYTES 40
#define ENTRY_MIN (STAT_BYTES + GAZ_OID_SIZE + 2)
#define TRAILER 20
#define FLAG_EXTENDED 0x4000u
#define FLAG_STAGE 0x3000u
#define FLAG2_SKIP 0x4000u
#define FLAG2_INTENT 0x2000u
/* A file written in the same tick of the clock as the index may have changed after git looked.
 * Ticks of file systems are at most some ten milliseconds. */
#define RACY_NS ((int64_t)100000000)

typedef struct parser {
    const uint8_t *at, *end;
    uint32_t version;
    int64_t written_ns;
    gaz_index *out;
    char last[GAZ_PATH_BYTES_MAX + 1]; /* version 4: each path begins as the one before */
    size_t last_len;
} parser;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "out of memory reading git's index");
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static bool unusable(parser *p, const char *why)
{
    snprintf(p->out->note, sizeof p->out->note, "git's index is not used: %s", why);
    return false;
}

/* How many bytes of the last path go, in the encoding of pack offsets. */
static bool read_strip(parser *p, size_t *out)
{
    uint64_t value = 0;
    for (int i = 0; p->at < p->end && i < 4; i++) {
        uint8_t byte = *p->at++;
        value = (value << 7) | (byte & 0x7fu);
        if (!(byte & 0x80u)) {
            *out = (size_t)value;
            return true;
        }
        value++;
    }
    return false;
}

/* Fills p->last with the path. Version 2 and 3 pad entries with NULs to a multiple of 8. */
static bool read_path(parser *p, const uint8_t *entry)
{
    size_t keep = 0;
    if (p->version == 4) {
        size_t strip;
        if (!read_strip(p, &strip) || strip > p->last_len)
            return false;
        keep = p->last_len - strip;
    }
    const uint8_t *nul = memchr(p->at, 0, (size_t)(p->end - p->at));
    size_t rest = nul ? (size_t)(nul - p->at) : 0;
    if (!nul || keep + rest == 0 || keep + rest > GAZ_PATH_BYTES_MAX)
        return false;
    memcpy(p->last + keep, p->at, rest);
    p->last_len = keep + rest;
    p->last[p->last_len] = '\0';
    p->at = nul + 1;
    if (p->version < 4) {
        size_t size = (size_t)(p->at - entry), padded = (size + 7) / 8 * 8;
        if (padded - size > (size_t)(p->end - p->at))
            return false;
        p->at += padded - size;
    }
    return true;
}

static bool in_order(const gaz_index_entry *a, const gaz_index_entry *b)
{
    uint32_t n = a->len < b->len ? a->len : b->len;
    int c = memcmp(a->path, b->path, n);
    return c < 0 || (c == 0 && (a->len < b->len || (a->len == b->len && a->stage < b->stage)));
}

/* @return false when it makes no sense, with a note; *st when memory ran out */
static bool read_entry(parser *p, gaz_status *st, gaz_error *err)
{
    const uint8_t *entry = p->at;
    if (p->end - p->at < ENTRY_MIN)
        return unusable(p, "it is cut short");
    gaz_index_entry e = {.ctime_s = be32(entry),
                         .ctime_ns = be32(entry + 4),
                         .mtime_s = be32(entry + 8),
                         .mtime_ns = be32(entry + 12),
                         .inode = be32(entry + 20),
                         .mode = be32(entry + 24),
                         .size = be32(entry + 36)};
    memcpy(e.oid.id, entry + STAT_BYTES, GAZ_OID_SIZE);
    uint32_t flags = be16(entry + STAT_BYTES + GAZ_OID_SIZE), more = 0;
    p->at += ENTRY_MIN;
    if (flags & FLAG_EXTENDED) {
        if (p->version < 3 || p->end - p->at < 2)
            return unusable(p, "an entry has flags its version does not know");
        more = be16(p->at);
        p->at += 2;
    }
    if (!read_path(p, entry))
        return unusable(p, "a path in it makes no sense");
    e.stage = (uint8_t)((flags & FLAG_STAGE) >> 12);
    e.skipped = more & FLAG2_SKIP;
    int64_t changed_ns = (int64_t)e.mtime_s * 1000000000 + e.mtime_ns;
    e.stat = !e.stage && !(more & FLAG2_INTENT) && changed_ns + RACY_NS < p->written_ns;
    e.len = (uint32_t)p->last_len;
    e.path = gaz_arena_strndup(&p->out->paths, p->last, p->last_len);
    if (!e.path) {
        *st = p->out->paths.used > GAZ_INDEX_BYTES_MAX / 2 ? GAZ_OK : no_memory(err);
        return unusable(p, "its paths are too long");
    }
    size_t n = p->out->entries.len;
    if (n && !in_order(&p->out->entries.items[n - 1], &e))
        return unusable(p, "it is not in order");
    if (!gaz_vec_push(&p->out->entries, e)) {
        *st = no_memory(err);
        return false;
    }
    return true;
}

/* Only extensions whose meaning must be known begin with a small letter. */
static bool check_extensions(parser *p)
{
    while (p->end - p->at >= 8) {
        uint32_t size = be32(p->at + 4);
        if (memcmp(p->at, "link", 4) == 0)
            return unusable(p, "it is split over two files");
        if (p->at[0] >= 'a' && p->at[0] <= 'z' && memcmp(p->at, "sdir", 4) != 0)
            return unusable(p, "it has an extension that is not known");
        if (size > (size_t)(p->end - p->at) - 8)
            return unusable(p, "an extension is cut short");
        p->at += 8 + size;
    }
    return true;
}

static gaz_status parse(parser *p, const uint8_t *data, size_t len, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    if (len < HEADER + TRAILER || memcmp(data, "DIRC", 4) != 0) {
        unusable(p, "it is no index");
        return GAZ_OK;
    }
    p->version = be32(data + 4);
    uint32_t count = be32(data + 8);
    if (p->version < 2 || p->version > 4 || count > len / ENTRY_MIN) {
        unusable(p, "its header makes no sense");
        return GAZ_OK;
    }
    p->at = data + HEADER;
    p->end = data + len - TRAILER;
    if (!gaz_vec_reserve(&p->out->entries, count))
        return no_memory(err);
    for (uint32_t i = 0; i < count; i++)
        if (!read_entry(p, &st, err))
            return st;
    (void)check_extensions(p);
    return st;
}

static gaz_status read_all(int fd, gaz_strbuf *out, struct stat *info, gaz_error *err)
{
    if (fstat(fd, info) != 0 || !S_ISREG(info->st_mode))
        return GAZ_E_NOT_FOUND;
    for (;;) {
        char *at = gaz_strbuf_reserve(out, 1 << 20);
        ssize_t n = at ? read(fd, at, 1 << 20) : 0;
        if (!at)
            return gaz_strbuf_check(out, err);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return GAZ_E_NOT_FOUND;
        if (n == 0)
            return GAZ_OK;
        gaz_strbuf_commit(out, (size_t)n);
    }
}

gaz_status gaz_index_read(const char *path, gaz_index *out, gaz_error *err)
{
    *out = (gaz_index){.note = ""};
    gaz_arena_init(&out->paths, GAZ_INDEX_BYTES_MAX);
    gaz_strbuf text;
    gaz_strbuf_init(&text, GAZ_INDEX_BYTES_MAX);
    struct stat info;
    parser *p = calloc(1, sizeof *p);
    if (!p)
        return no_memory(err);
    p->out = out;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    gaz_error why = {0};
    gaz_status st = fd >= 0 ? read_all(fd, &text, &info, &why) : GAZ_E_NOT_FOUND;
    if (st == GAZ_OK) {
        p->written_ns = info.st_mtim.tv_sec * (int64_t)1000000000 + info.st_mtim.tv_nsec;
        st = parse(p, (const uint8_t *)text.data, text.len, err);
    } else if (st == GAZ_E_NOMEM) {
        st = no_memory(err);
    } else {
        /* A fresh repository has none: nothing is tracked. */
        if (fd >= 0 || errno != ENOENT)
            unusable(p, st == GAZ_E_LIMIT ? "it is too large" : "it cannot be read");
        st = GAZ_OK;
    }
    if (fd >= 0)
        close(fd);
    if (out->note[0])
        out->entries.len = 0;
    gaz_strbuf_release(&text);
    free(p);
    return st;
}

void gaz_index_release(gaz_index *index)
{
    gaz_vec_free(&index->entries);
    gaz_arena_release(&index->paths);
}

size_t gaz_index_find(const gaz_index *index, const char *path, size_t len)
{
    size_t lo = 0, hi = index->entries.len;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const gaz_index_entry *e = &index->entries.items[mid];
        size_t n = e->len < len ? e->len : len;
        int c = memcmp(e->path, path, n);
        if (c < 0 || (c == 0 && e->len < len))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

gaz_index_entry *gaz_index_at(const gaz_index *index, const char *path, size_t len)
{
    size_t at = gaz_index_find(index, path, len);
    gaz_index_entry *e = at < index->entries.len ? &index->entries.items[at] : NULL;
    return e && e->len == len && memcmp(e->path, path, len) == 0 ? e : NULL;
}

bool gaz_index_below(const gaz_index *index, const char *dir, size_t len)
{
    char path[GAZ_PATH_BYTES_MAX + 2];
    if (len > GAZ_PATH_BYTES_MAX)
        return false;
    memcpy(path, dir, len);
    path[len] = '/';
    size_t at = gaz_index_find(index, path, len + 1);
    const gaz_index_entry *e = at < index->entries.len ? &index->entries.items[at] : NULL;
    return e && e->len > len && memcmp(e->path, path, len + 1) == 0;
}
