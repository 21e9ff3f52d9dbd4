/* Checksums (XXH3-64), content names (SHA-256), and git object ids. */
#ifndef GAZ_BASE_HASH_H
#define GAZ_BASE_HASH_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/status.h"

/** XXH3 64-bit of `len` bytes. https://github.com/Cyan4973/xxHash */
uint64_t gaz_checksum(const void *data, size_t len);

typedef struct gaz_sha256 gaz_sha256;
/** NULL when out of memory. */
gaz_sha256 *gaz_sha256_new(void);
void gaz_sha256_free(gaz_sha256 *sha);
void gaz_sha256_add(gaz_sha256 *sha, const void *data, size_t len);
/** Ends the hash; `out` gets 64 lower-case hexadecimal digits and a NUL. Free `sha` afterwards. */
void gaz_sha256_hex(gaz_sha256 *sha, char out[65]);

#define GAZ_OID_SIZE 20
#define GAZ_OID_HEX 41

/** A git object id (SHA-1). */
typedef struct gaz_oid {
    uint8_t id[GAZ_OID_SIZE];
} gaz_oid;

int gaz_oid_compare(const gaz_oid *a, const gaz_oid *b);
bool gaz_oid_is_zero(const gaz_oid *oid);
/** 40 hexadecimal digits, any case, and nothing after. GAZ_E_INVALID otherwise. */
GAZ_CHECKED gaz_status gaz_oid_parse(const char *hex, gaz_oid *out, gaz_error *err);
/** 40 lower-case hexadecimal digits and a NUL. */
void gaz_oid_format(const gaz_oid *oid, char out[GAZ_OID_HEX]);
/** `len` bytes as 2×len lower-case hexadecimal digits and a NUL. */
void gaz_hex_format(const void *data, size_t len, char *out);

#endif
