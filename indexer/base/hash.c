/* XXH3 guards against accidents, SHA-256 names content; object ids are git's. */
#include "gaz/base/hash.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

struct gaz_sha256 {
    EVP_MD_CTX *ctx;
};

uint64_t gaz_checksum(const void *data, size_t len)
{
    return XXH3_64bits(data, len);
}

gaz_sha256 *gaz_sha256_new(void)
{
    gaz_sha256 *sha = calloc(1, sizeof *sha);
    if (!sha)
        return NULL;
    sha->ctx = EVP_MD_CTX_new();
    if (!sha->ctx || EVP_DigestInit_ex(sha->ctx, EVP_sha256(), NULL) != 1) {
        gaz_sha256_free(sha);
        return NULL;
    }
    return sha;
}

void gaz_sha256_free(gaz_sha256 *sha)
{
    if (!sha)
        return;
    EVP_MD_CTX_free(sha->ctx);
    free(sha);
}

void gaz_sha256_add(gaz_sha256 *sha, const void *data, size_t len)
{
    EVP_DigestUpdate(sha->ctx, data, len);
}

void gaz_sha256_hex(gaz_sha256 *sha, char out[65])
{
    unsigned char digest[32] = {0};
    EVP_DigestFinal_ex(sha->ctx, digest, NULL);
    gaz_hex_format(digest, sizeof digest, out);
}

void gaz_hex_format(const void *data, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *p = data;
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * len] = '\0';
}

int gaz_oid_compare(const gaz_oid *a, const gaz_oid *b)
{
    return memcmp(a->id, b->id, GAZ_OID_SIZE);
}

bool gaz_oid_is_zero(const gaz_oid *oid)
{
    static const gaz_oid zero;
    return gaz_oid_compare(oid, &zero) == 0;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

gaz_status gaz_oid_parse(const char *hex, gaz_oid *out, gaz_error *err)
{
    gaz_oid oid;
    for (size_t i = 0; i < GAZ_OID_SIZE; i++) {
        int hi = digit(hex[2 * i]), lo = hi < 0 ? -1 : digit(hex[2 * i + 1]);
        if (hi < 0 || lo < 0)
            return gaz_error_set(err, GAZ_E_INVALID, "'%.60s' is not a 40-digit object id", hex);
        oid.id[i] = (uint8_t)(hi << 4 | lo);
    }
    if (hex[2 * GAZ_OID_SIZE])
        return gaz_error_set(err, GAZ_E_INVALID, "'%.60s' is longer than a 40-digit object id",
                             hex);
    *out = oid;
    return GAZ_OK;
}

void gaz_oid_format(const gaz_oid *oid, char out[GAZ_OID_HEX])
{
    gaz_hex_format(oid->id, GAZ_OID_SIZE, out);
}
