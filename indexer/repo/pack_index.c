/* libgit2 1.5.1 follows an offset that leads out of the pack, and tables that contradict each
 * other, into memory that is not there. The format is simple enough to check before
 * (gitformat-pack(5)): version 2 is a magic number, 256 running counts by first byte, then per
 * object an id, a checksum and a 31-bit offset, whose top bit points into a table of 64-bit offsets
 * instead; two trailing hashes. Version 1 is the counts, then per object an offset and an id. What
 * is at those offsets libgit2 does check. */
#include "pack_index.h"

#include <stdint.h>

#include "gaz/base/fs.h"

#define FANOUT 256
#define TRAILER 40 /* hash of the pack, hash of the index */
#define MAGIC 0xff744f63u
#define LARGE 0x80000000u
#define PACK_HEADER 12
#define PACK_TRAILER 20

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static bool counts_ascend(const uint8_t *fanout, uint32_t *total)
{
    uint32_t before = 0;
    for (size_t i = 0; i < FANOUT; i++) {
        uint32_t n = be32(fanout + 4 * i);
        if (n < before)
            return false;
        before = n;
    }
    *total = before;
    return true;
}

static bool is_inside(uint64_t offset, uint64_t pack_size)
{
    return offset >= PACK_HEADER && pack_size >= PACK_TRAILER && offset < pack_size - PACK_TRAILER;
}

static bool version1_is_sound(const uint8_t *data, size_t len, uint64_t pack_size)
{
    uint32_t total = 0;
    if (len < FANOUT * 4 + TRAILER || !counts_ascend(data, &total) ||
        len != FANOUT * 4 + (uint64_t)total * 24 + TRAILER)
        return false;
    for (uint32_t i = 0; i < total; i++)
        if (!is_inside(be32(data + FANOUT * 4 + (size_t)i * 24), pack_size))
            return false;
    return true;
}

static bool version2_is_sound(const uint8_t *data, size_t len, uint64_t pack_size)
{
    const size_t head = 8 + FANOUT * 4;
    uint32_t total = 0;
    if (len < head + TRAILER || be32(data + 4) != 2 || !counts_ascend(data + 8, &total))
        return false;
    uint64_t small = head + (uint64_t)total * 28 + TRAILER;
    if (len < small || (len - small) % 8 != 0)
        return false;
    uint64_t large = (len - small) / 8;
    const uint8_t *offsets = data + head + (size_t)total * 24;
    for (uint32_t i = 0; i < total; i++) {
        uint64_t offset = be32(offsets + 4 * (size_t)i);
        if (offset & LARGE) {
            uint64_t entry = offset & ~(uint64_t)LARGE;
            if (entry >= large)
                return false;
            const uint8_t *at = offsets + 4 * (size_t)total + 8 * entry;
            offset = (uint64_t)be32(at) << 32 | be32(at + 4);
        }
        if (!is_inside(offset, pack_size))
            return false;
    }
    return true;
}

gaz_status gaz_pack_index_check(const char *path, uint64_t pack_size, gaz_error *err)
{
    gaz_mapping *map = NULL;
    gaz_status st = gaz_mapping_open(path, &map, err);
    if (st != GAZ_OK)
        return st;
    const uint8_t *data = gaz_mapping_data(map);
    size_t len = gaz_mapping_len(map);
    bool sound = len >= 8 && (be32(data) == MAGIC ? version2_is_sound(data, len, pack_size)
                                                  : version1_is_sound(data, len, pack_size));
    gaz_mapping_close(map);
    if (sound)
        return GAZ_OK;
    gaz_error_set(err, GAZ_E_CORRUPT, "the pack index '%s' is damaged", path);
    gaz_error_hint(err,
                   "write it anew with: git index-pack followed by the name of its .pack file");
    return GAZ_E_CORRUPT;
}
