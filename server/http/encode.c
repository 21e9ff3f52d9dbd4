/* Levels are chosen for speed: an answer is compressed once and read once. */
#include "encode.h"

#include <stdlib.h>
#include <zlib.h>

#define GZIP_LEVEL 4
#define GZIP_WINDOW (15 + 16) /* 32 KiB, in gzip's format */
#define ZSTD_LEVEL 3
#define PIECE 16384

struct gaz_encoder {
    gaz_coding e;
    z_stream z;
    gaz_compress *zstd;
};

gaz_status gaz_encoder_new(gaz_coding e, gaz_encoder **out, gaz_error *err)
{
    gaz_encoder *enc = calloc(1, sizeof *enc);
    if (!enc)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for an encoder");
    enc->e = e;
    gaz_status st = GAZ_OK;
    if (e == GAZ_CODING_ZSTD)
        st = gaz_compress_new(ZSTD_LEVEL, &enc->zstd, err);
    else if (deflateInit2(&enc->z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) !=
             Z_OK)
        st = gaz_error_set(err, GAZ_E_NOMEM, "no memory for an encoder");
    if (st != GAZ_OK) {
        free(enc);
        return st;
    }
    *out = enc;
    return GAZ_OK;
}

static gaz_status add_gzip(gaz_encoder *enc, const void *data, size_t len, gaz_compress_end end,
                           gaz_strbuf *out, gaz_error *err)
{
    static const int how[] = {[GAZ_COMPRESS_MORE] = Z_NO_FLUSH,
                              [GAZ_COMPRESS_FLUSH] = Z_SYNC_FLUSH,
                              [GAZ_COMPRESS_FINISH] = Z_FINISH};
    if (len > UINT32_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "cannot encode %zu bytes at once", len);
    enc->z.next_in = (Bytef *)(uintptr_t)data;
    enc->z.avail_in = (uInt)len;
    for (;;) {
        char *at = gaz_strbuf_reserve(out, PIECE);
        if (!at)
            return gaz_strbuf_check(out, err);
        enc->z.next_out = (Bytef *)at;
        enc->z.avail_out = PIECE;
        int result = deflate(&enc->z, how[end]);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            return gaz_error_set(err, GAZ_E_INTERNAL, "cannot encode %zu bytes: zlib says %d", len,
                                 result);
        gaz_strbuf_commit(out, PIECE - enc->z.avail_out);
        if (end == GAZ_COMPRESS_FINISH ? result == Z_STREAM_END : enc->z.avail_out != 0)
            return GAZ_OK;
    }
}

gaz_status gaz_encoder_add(gaz_encoder *enc, const void *data, size_t len, gaz_compress_end end,
                           gaz_strbuf *out, gaz_error *err)
{
    if (enc->e == GAZ_CODING_ZSTD)
        return gaz_compress_add(enc->zstd, data, len, end, out, err);
    return add_gzip(enc, data, len, end, out, err);
}

void gaz_encoder_free(gaz_encoder *enc)
{
    if (!enc)
        return;
    if (enc->e == GAZ_CODING_ZSTD)
        gaz_compress_free(enc->zstd);
    else
        deflateEnd(&enc->z);
    free(enc);
}
