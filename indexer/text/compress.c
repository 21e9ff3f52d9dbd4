/* A zstd frame, piece by piece, into a strbuf. */
#include "gaz/text/compress.h"

#include <zstd.h>

#define WINDOW_LOG_MAX 23 /* what every HTTP client must take */

gaz_status gaz_compress_new(int level, gaz_compress **out, gaz_error *err)
{
    ZSTD_CCtx *ctx = ZSTD_createCCtx();
    if (!ctx)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a compressor");
    if (ZSTD_isError(ZSTD_CCtx_setParameter(ctx, ZSTD_c_compressionLevel, level)) ||
        ZSTD_isError(
            ZSTD_CCtx_setParameter(ctx, ZSTD_c_windowLog, level > 12 ? WINDOW_LOG_MAX : 0))) {
        ZSTD_freeCCtx(ctx);
        return gaz_error_set(err, GAZ_E_INVALID, "cannot compress at level %d", level);
    }
    *out = (gaz_compress *)ctx;
    return GAZ_OK;
}

gaz_status gaz_compress_add(gaz_compress *c, const void *data, size_t len, gaz_compress_end end,
                            gaz_strbuf *out, gaz_error *err)
{
    static const ZSTD_EndDirective how[] = {[GAZ_COMPRESS_MORE] = ZSTD_e_continue,
                                            [GAZ_COMPRESS_FLUSH] = ZSTD_e_flush,
                                            [GAZ_COMPRESS_FINISH] = ZSTD_e_end};
    ZSTD_inBuffer in = {data, len, 0};
    for (;;) {
        size_t room = len < 65536 ? ZSTD_compressBound(len) + 512 : ZSTD_CStreamOutSize();
        char *at = gaz_strbuf_reserve(out, room);
        if (!at)
            return gaz_strbuf_check(out, err);
        ZSTD_outBuffer piece = {at, room, 0};
        size_t left = ZSTD_compressStream2((ZSTD_CCtx *)c, &piece, &in, how[end]);
        if (ZSTD_isError(left))
            return gaz_error_set(err, GAZ_E_INTERNAL, "cannot compress %zu bytes: %s", len,
                                 ZSTD_getErrorName(left));
        gaz_strbuf_commit(out, piece.pos);
        if (end == GAZ_COMPRESS_MORE ? in.pos == in.size : left == 0)
            return GAZ_OK;
    }
}

void gaz_compress_free(gaz_compress *c)
{
    ZSTD_freeCCtx((ZSTD_CCtx *)c);
}
