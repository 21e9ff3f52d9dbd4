/* Bodies of requests that are no parameters: they go to a file without a name while they come, and
 * are mapped for the handler. */
#ifndef GAZ_HTTP_UPLOAD_H
#define GAZ_HTTP_UPLOAD_H

#include "gaz/base/status.h"

/** Not shared between threads. */
typedef struct gaz_upload gaz_upload;
/** @param dir  on the disk that is to take it */
GAZ_CHECKED gaz_status gaz_upload_open(const char *dir, gaz_upload **out, gaz_error *err);
/** NULL is accepted. Nothing of it is left, nor when the process is killed. */
void gaz_upload_close(gaz_upload *upload);
GAZ_CHECKED gaz_status gaz_upload_add(gaz_upload *upload, const void *data, size_t len,
                                      gaz_error *err);
/** All that was added; the pointer lives as long as the upload, to which no more is added. */
GAZ_CHECKED gaz_status gaz_upload_map(gaz_upload *upload, const void **data, size_t *len,
                                      gaz_error *err);

#endif
