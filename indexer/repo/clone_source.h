/* A source taken apart. */
#ifndef GAZ_REPO_CLONE_SOURCE_H
#define GAZ_REPO_CLONE_SOURCE_H

#include "gaz/repo/git.h"

#define GAZ_SOURCE_MAX 2048 /**< bytes of a source */
#define GAZ_HOST_MAX 253

typedef enum gaz_scheme {
    GAZ_SCHEME_PATH,
    GAZ_SCHEME_FILE,
    GAZ_SCHEME_HTTP,
    GAZ_SCHEME_HTTPS,
    GAZ_SCHEME_SSH
} gaz_scheme;

typedef struct gaz_source {
    gaz_scheme scheme;
    char host[GAZ_HOST_MAX + 1]; /**< lower case, without brackets; "" for paths and file */
    unsigned port;               /**< the scheme's own when none is given */
} gaz_source;

/** Takes a source apart and refuses what must never reach git. Messages never hold what stands
 * before '@'. */
GAZ_CHECKED gaz_status gaz_source_parse(const char *source, gaz_source *out, gaz_error *err);
/** gaz_source_check() that also tells the addresses it has seen, for pinning: empty when addresses
 * are not checked. */
GAZ_CHECKED gaz_status gaz_source_admit(const char *source, const gaz_transport *transport,
                                        gaz_source *out, gaz_strbuf *addresses, gaz_error *err);

#endif
