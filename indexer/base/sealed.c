/* Sealed files. Layout, all integers little-endian:
 *
 *   0        "GAZSEAL1", kind (4 bytes), kind's version (u32)
 *   16       sections, each at a multiple of 8, zeros between
 *   T        XXH3-64 of each page of GAZ_SEALED_PAGE bytes of [0, T), the last page short
 *            16 × (offset u64, length u64): the sections
 *            T (u64), number of pages (u64)
 *            XXH3-64 of [T, here) (u64), "GAZTAIL1"
 *
 * Every byte is under a checksum that is compared before the byte is used: opening checks the tail,
 * a page is checked when it is first asked for. Zero-length sections are absent sections. The name
 * is the SHA-256 of the whole file. */
#include "gaz/base/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/base/hash.h"
#include "gaz/base/varint.h"
#include "gaz/base/vec.h"

#define HEADER 16
#define TABLE (GAZ_SEALED_SECTIONS * 16)
#define FOOTER 32
#define BUFFER ((size_t)1 << 20) /* a multiple of the page */
#define SIZE_LIMIT ((uint64_t)1 << 40)

static const char head_magic[8] = {'G', 'A', 'Z', 'S', 'E', 'A', 'L', '1'};
static const char tail_magic[8] = {'G', 'A', 'Z', 'T', 'A', 'I', 'L', '1'};

typedef struct span {
    uint64_t off, len;
} span;

/* ---- writing ---- */

struct gaz_sealed_writer {
    int fd;
    char *path;
    bool finished;
    gaz_sha256 *sha;
    uint8_t *buffer;
    size_t fill;
    uint64_t offset; /* of the file, buffered bytes included */
    GAZ_VEC(uint64_t) pages;
    span sections[GAZ_SEALED_SECTIONS];
    int current;
};

static gaz_status flush_buffer(gaz_sealed_writer *w, bool checksum, gaz_error *err)
{
    for (size_t at = 0; checksum && at < w->fill; at += GAZ_SEALED_PAGE) {
        size_t len = w->fill - at < GAZ_SEALED_PAGE ? w->fill - at : GAZ_SEALED_PAGE;
        if (!gaz_vec_push(&w->pages, gaz_checksum(w->buffer + at, len)))
            return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the checksums of %s", w->path);
    }
    gaz_sha256_add(w->sha, w->buffer, w->fill);
    gaz_status st = gaz_write_all(w->fd, w->buffer, w->fill, err);
    w->fill = 0;
    return st;
}

static gaz_status put(gaz_sealed_writer *w, const void *data, size_t len, bool checksum,
                      gaz_error *err)
{
    const uint8_t *p = data;
    while (len) {
        size_t n = BUFFER - w->fill < len ? BUFFER - w->fill : len;
        memcpy(w->buffer + w->fill, p, n);
        w->fill += n;
        w->offset += n;
        p += n;
        len -= n;
        if (w->fill == BUFFER) {
            gaz_status st = flush_buffer(w, checksum, err);
            if (st != GAZ_OK)
                return st;
        }
    }
    return GAZ_OK;
}

gaz_status gaz_sealed_writer_open(const char *path, const char kind[4], uint32_t version,
                                  gaz_sealed_writer **out, gaz_error *err)
{
    gaz_sealed_writer *w = calloc(1, sizeof *w);
    if (!w)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to write %s", path);
    w->fd = -1;
    w->current = -1;
    w->path = strdup(path);
    w->sha = gaz_sha256_new();
    w->buffer = malloc(BUFFER);
    gaz_status st = GAZ_OK;
    if (!w->path || !w->sha || !w->buffer)
        st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to write %s", path);
    if (st == GAZ_OK) {
        w->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (w->fd < 0)
            st = gaz_error_errno(err, "cannot make %s", path);
    }
    if (st == GAZ_OK) {
        uint8_t head[HEADER];
        memcpy(head, head_magic, 8);
        memcpy(head + 8, kind, 4);
        gaz_put_le32(head + 12, version);
        st = put(w, head, sizeof head, true, err);
    }
    if (st != GAZ_OK) {
        gaz_sealed_writer_close(w);
        return st;
    }
    *out = w;
    return GAZ_OK;
}

static gaz_status align(gaz_sealed_writer *w, gaz_error *err)
{
    static const uint8_t zeros[8];
    return put(w, zeros, (size_t)(-w->offset & 7), true, err);
}

gaz_status gaz_sealed_begin(gaz_sealed_writer *w, unsigned section, gaz_error *err)
{
    if (section >= GAZ_SEALED_SECTIONS || w->sections[section].len)
        return gaz_error_set(err, GAZ_E_INTERNAL, "section %u of %s begins twice", section,
                             w->path);
    gaz_status st = align(w, err);
    if (st != GAZ_OK)
        return st;
    w->current = (int)section;
    w->sections[section].off = w->offset;
    return GAZ_OK;
}

gaz_status gaz_sealed_append(gaz_sealed_writer *w, const void *data, size_t len, gaz_error *err)
{
    if (w->current < 0)
        return gaz_error_set(err, GAZ_E_INTERNAL, "%s is written before a section begins", w->path);
    if (w->offset + len > SIZE_LIMIT)
        return gaz_error_set(err, GAZ_E_LIMIT, "%s would be over a tebibyte", w->path);
    gaz_status st = put(w, data, len, true, err);
    if (st == GAZ_OK)
        w->sections[w->current].len += len;
    return st;
}

uint64_t gaz_sealed_position(const gaz_sealed_writer *w)
{
    return w->current < 0 ? 0 : w->sections[w->current].len;
}

static gaz_status write_tail(gaz_sealed_writer *w, uint64_t tail, gaz_error *err)
{
    size_t sums = w->pages.len * 8, len = sums + TABLE + FOOTER;
    uint8_t *bytes = malloc(len);
    if (!bytes)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to finish %s", w->path);
    for (size_t i = 0; i < w->pages.len; i++)
        gaz_put_le64(bytes + i * 8, w->pages.items[i]);
    for (size_t i = 0; i < GAZ_SEALED_SECTIONS; i++) {
        gaz_put_le64(bytes + sums + i * 16, w->sections[i].off);
        gaz_put_le64(bytes + sums + i * 16 + 8, w->sections[i].len);
    }
    uint8_t *foot = bytes + sums + TABLE;
    gaz_put_le64(foot, tail);
    gaz_put_le64(foot + 8, w->pages.len);
    gaz_put_le64(foot + 16, gaz_checksum(bytes, sums + TABLE + 16));
    memcpy(foot + 24, tail_magic, 8);
    gaz_status st = put(w, bytes, len, false, err);
    if (st == GAZ_OK)
        st = flush_buffer(w, false, err);
    free(bytes);
    return st;
}

gaz_status gaz_sealed_finish(gaz_sealed_writer *w, char name[GAZ_SEALED_NAME], uint64_t *size,
                             gaz_error *err)
{
    gaz_status st = align(w, err);
    uint64_t tail = w->offset;
    if (st == GAZ_OK)
        st = flush_buffer(w, true, err);
    if (st == GAZ_OK)
        st = write_tail(w, tail, err);
    if (st == GAZ_OK && fsync(w->fd) != 0)
        st = gaz_error_errno(err, "cannot sync %s", w->path);
    int fd = w->fd;
    w->fd = -1;
    if (close(fd) != 0 && st == GAZ_OK)
        st = gaz_error_errno(err, "cannot close %s", w->path);
    if (st != GAZ_OK)
        return st;
    gaz_sha256_hex(w->sha, name);
    if (size)
        *size = w->offset;
    w->finished = true;
    return GAZ_OK;
}

void gaz_sealed_writer_close(gaz_sealed_writer *w)
{
    if (!w)
        return;
    if (w->fd >= 0)
        close(w->fd);
    if (!w->finished && w->path && w->offset)
        unlink(w->path);
    gaz_sha256_free(w->sha);
    gaz_vec_free(&w->pages);
    free(w->buffer);
    free(w->path);
    free(w);
}

/* ---- reading ---- */

struct gaz_sealed {
    gaz_mapping *map;
    char *path;
    const uint8_t *data;
    uint64_t tail, pages;
    span sections[GAZ_SEALED_SECTIONS];
    _Atomic uint64_t *checked; /* a bit per page */
};

static gaz_status corrupt(const gaz_sealed *f, const char *what, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_CORRUPT, "%s is damaged: %s", f->path, what);
    gaz_error_hint(err, "run `gaz check`, then `gaz repair`");
    return GAZ_E_CORRUPT;
}

static gaz_status read_tail(gaz_sealed *f, gaz_error *err)
{
    size_t len = gaz_mapping_len(f->map);
    if (len < HEADER + TABLE + FOOTER)
        return corrupt(f, "too short", err);
    const uint8_t *foot = f->data + len - FOOTER;
    if (memcmp(foot + 24, tail_magic, 8) != 0)
        return corrupt(f, "its end is missing", err);
    f->tail = gaz_le64(foot);
    f->pages = gaz_le64(foot + 8);
    if (f->tail > len || f->pages > len || f->tail + f->pages * 8 + TABLE + FOOTER != len ||
        f->pages != (f->tail + GAZ_SEALED_PAGE - 1) / GAZ_SEALED_PAGE)
        return corrupt(f, "its length is wrong", err);
    if (gaz_checksum(f->data + f->tail, f->pages * 8 + TABLE + 16) != gaz_le64(foot + 16))
        return corrupt(f, "the checksum of its tail does not match", err);
    const uint8_t *table = f->data + f->tail + f->pages * 8;
    for (size_t i = 0; i < GAZ_SEALED_SECTIONS; i++) {
        span s = {gaz_le64(table + i * 16), gaz_le64(table + i * 16 + 8)};
        if (s.off > f->tail || s.len > f->tail - s.off)
            return corrupt(f, "a section lies outside it", err);
        f->sections[i] = s;
    }
    return GAZ_OK;
}

static gaz_status check_pages(gaz_sealed *f, uint64_t off, uint64_t len, gaz_error *err)
{
    uint64_t last = (off + (len ? len - 1 : 0)) / GAZ_SEALED_PAGE;
    for (uint64_t p = off / GAZ_SEALED_PAGE; p <= last && p < f->pages; p++) {
        uint64_t bit = UINT64_C(1) << (p & 63);
        if (atomic_load_explicit(&f->checked[p >> 6], memory_order_acquire) & bit)
            continue;
        uint64_t at = p * GAZ_SEALED_PAGE,
                 n = f->tail - at < GAZ_SEALED_PAGE ? f->tail - at : GAZ_SEALED_PAGE;
        if (gaz_checksum(f->data + at, n) != gaz_le64(f->data + f->tail + p * 8))
            return corrupt(f, "the checksum of a page does not match", err);
        atomic_fetch_or_explicit(&f->checked[p >> 6], bit, memory_order_release);
    }
    return GAZ_OK;
}

gaz_status gaz_sealed_open(const char *path, const char kind[4], uint32_t version, gaz_sealed **out,
                           gaz_error *err)
{
    gaz_sealed *f = calloc(1, sizeof *f);
    gaz_status st = GAZ_OK;
    if (!f || !(f->path = strdup(path)))
        st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to open %s", path);
    if (st == GAZ_OK)
        st = gaz_mapping_open(path, &f->map, err);
    if (st == GAZ_OK) {
        f->data = gaz_mapping_data(f->map);
        st = read_tail(f, err);
    }
    if (st == GAZ_OK) {
        f->checked = calloc((size_t)(f->pages / 64 + 1), sizeof *f->checked);
        st = f->checked ? check_pages(f, 0, HEADER, err)
                        : gaz_error_set(err, GAZ_E_NOMEM, "no memory to open %s", path);
    }
    if (st == GAZ_OK && (memcmp(f->data, head_magic, 8) != 0 || memcmp(f->data + 8, kind, 4) != 0))
        st = corrupt(f, "it is another kind of file", err);
    if (st == GAZ_OK && gaz_le32(f->data + 12) != version) {
        st = gaz_error_set(err, GAZ_E_CORRUPT, "%s has format version %u, this program reads %u",
                           path, gaz_le32(f->data + 12), version);
        gaz_error_hint(err, "index the repository again");
    }
    if (st == GAZ_OK)
        st = gaz_sealed_intact(f, err);
    if (st != GAZ_OK) {
        gaz_sealed_close(f);
        return st;
    }
    *out = f;
    return GAZ_OK;
}

void gaz_sealed_close(gaz_sealed *f)
{
    if (!f)
        return;
    gaz_mapping_close(f->map);
    free((void *)f->checked);
    free(f->path);
    free(f);
}

uint64_t gaz_sealed_len(const gaz_sealed *f, unsigned section)
{
    return section < GAZ_SEALED_SECTIONS ? f->sections[section].len : 0;
}

gaz_status gaz_sealed_get(gaz_sealed *f, unsigned section, uint64_t off, uint64_t len,
                          const uint8_t **data, gaz_error *err)
{
    uint64_t whole = gaz_sealed_len(f, section);
    if (off > whole || len > whole - off)
        return corrupt(f, "something points outside its section", err);
    if (len) {
        gaz_status st = check_pages(f, f->sections[section].off + off, len, err);
        if (st != GAZ_OK)
            return st;
    }
    *data = f->data + f->sections[section].off + off;
    return GAZ_OK;
}

gaz_status gaz_sealed_intact(const gaz_sealed *f, gaz_error *err)
{
    /* A file cut within its last page raises no signal: what is lost of that page reads as zeros.
     * Its very end is gone then. */
    const volatile uint8_t *end = f->data + gaz_mapping_len(f->map) - sizeof tail_magic;
    bool whole = true;
    for (size_t i = 0; i < sizeof tail_magic; i++)
        whole &= end[i] == (uint8_t)tail_magic[i];
    return !whole || gaz_mapping_damaged(f->map) ? corrupt(f, "it was cut short while in use", err)
                                                 : GAZ_OK;
}

gaz_status gaz_sealed_verify(gaz_sealed *f, const char *name, gaz_error *err)
{
    for (uint64_t i = 0; i <= f->pages / 64; i++)
        atomic_store(&f->checked[i], 0);
    gaz_status st = check_pages(f, 0, f->tail, err);
    if (st == GAZ_OK && name) {
        char actual[GAZ_SEALED_NAME] = "";
        gaz_sha256 *sha = gaz_sha256_new();
        if (!sha)
            return gaz_error_set(err, GAZ_E_NOMEM, "no memory to check %s", f->path);
        gaz_sha256_add(sha, f->data, gaz_mapping_len(f->map));
        gaz_sha256_hex(sha, actual);
        gaz_sha256_free(sha);
        if (strcmp(actual, name) != 0)
            st = corrupt(f, "its content does not hash to its name", err);
    }
    return st == GAZ_OK ? gaz_sealed_intact(f, err) : st;
}

uint64_t gaz_sealed_size(const gaz_sealed *f)
{
    return gaz_mapping_len(f->map);
}
