/* Streaming zstd compression of what travels: answers over HTTP, artifacts. (Stored text:
 * gaz/text/segment.h.) */
#ifndef GAZ_TEXT_COMPRESS_H
#define GAZ_TEXT_COMPRESS_H

#include "gaz/base/strbuf.h"

typedef enum gaz_compress_end {
    GAZ_COMPRESS_MORE,  /**< keep what is worth keeping until more comes */
    GAZ_COMPRESS_FLUSH, /**< all that was added can be read by the other side */
    GAZ_COMPRESS_FINISH /**< and nothing follows */
} gaz_compress_end;

/** One zstd frame being written (RFC 8878; window at most 8 MiB, as RFC 9659 asks of HTTP). Not
 * shared between threads. */
typedef struct gaz_compress gaz_compress;
/** @param level  1–19 */
GAZ_CHECKED gaz_status gaz_compress_new(int level, gaz_compress **out, gaz_error *err);
/** Appends what comes out to `out`. @param len may be 0 */
GAZ_CHECKED gaz_status gaz_compress_add(gaz_compress *c, const void *data, size_t len,
                                        gaz_compress_end end, gaz_strbuf *out, gaz_error *err);
void gaz_compress_free(gaz_compress *c);

#endif
