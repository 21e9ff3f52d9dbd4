/* Content encodings of answers: gzip (RFC 1952) by zlib, zstd (RFC 8878) by gaz/text/compress.h. */
#ifndef GAZ_HTTP_ENCODE_H
#define GAZ_HTTP_ENCODE_H

#include "gaz/base/strbuf.h"
#include "gaz/text/compress.h"
#include "negotiate.h"

#define GAZ_ENCODE_LEAST 1024 /* bytes below which encoding an answer is not worth it */

/** Not shared between threads. */
typedef struct gaz_encoder gaz_encoder;
/** @param e  not identity */
GAZ_CHECKED gaz_status gaz_encoder_new(gaz_coding e, gaz_encoder **out, gaz_error *err);
/** Appends what comes out to `out`. */
GAZ_CHECKED gaz_status gaz_encoder_add(gaz_encoder *enc, const void *data, size_t len,
                                       gaz_compress_end end, gaz_strbuf *out, gaz_error *err);
void gaz_encoder_free(gaz_encoder *enc);

#endif
