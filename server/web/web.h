/* The web pages: server-rendered HTML over the engine. The HTTP server calls these on its workers.
 */
#ifndef GAZ_WEB_WEB_H
#define GAZ_WEB_WEB_H

#include "gaz/base/strbuf.h"
#include "gaz/ops/op.h"

/** A file that never changes while the program runs. */
typedef struct gaz_web_asset {
    const char *type; /**< "text/css; charset=utf-8" */
    const char *data; /**< static */
    size_t len;
    char etag[20]; /**< quoted */
} gaz_web_asset;

/** One request for a page. */
typedef struct gaz_web_call {
    const gaz_services *services;
    const char *path; /**< begins with '/', percent-encoded as it came, no query; NUL-terminated */
    const gaz_raw_param *params; /**< decoded; names may repeat */
    size_t param_count;
    gaz_status (*emit)(void *ctx, const void *data, size_t len,
                       gaz_error *err); /**< as gaz_call.emit */
    bool (*cancelled)(void *ctx);
    void *ctx;
    /* Set by the page before its first emit. */
    int status;          /**< 200 unless set */
    const char *type;    /**< "text/html; charset=utf-8" unless set; static */
    char location[2048]; /**< with a 3xx status */
} gaz_web_call;

/** What the HTTP server needs of a set of pages. */
typedef struct gaz_web {
    bool (*owns)(const char *path); /**< whether a path is one of its pages */
    /** Emits the whole page, or fails before the first emit. */
    gaz_status (*page)(gaz_web_call *call, gaz_error *err);
    /** A page that tells of a failure, for people. */
    void (*failure)(int status, const gaz_error *err, gaz_strbuf *out);
    /** The file of a path; false when there is none. */
    bool (*asset)(const char *path, gaz_web_asset *out);
} gaz_web;

/** Gazetteer's own pages. */
const gaz_web *gaz_web_pages(void);

#endif
