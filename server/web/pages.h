/* The pages, one function each; web.c has their table. A page emits all of its output or fails
 * before the first byte. */
#ifndef GAZ_WEB_PAGES_H
#define GAZ_WEB_PAGES_H

#include "html.h"

#define GAZ_WEB_LINES_PER_PAGE 5000 /**< of a file */

gaz_status gaz_page_home(gaz_web_call *call, gaz_error *err);
gaz_status gaz_page_search(gaz_web_call *call, gaz_error *err);
gaz_status gaz_page_file(gaz_web_call *call, gaz_error *err);
gaz_status gaz_page_raw(gaz_web_call *call, gaz_error *err);
gaz_status gaz_page_tree(gaz_web_call *call, gaz_error *err);
gaz_status gaz_page_repos(gaz_web_call *call, gaz_error *err);

/** What a failure looks like: the message, the hint, and the query with a caret below the column.
 */
void gaz_html_failure(gaz_strbuf *out, int status, const gaz_error *err, const char *query,
                      size_t query_len);

/** "repo / dir / dir / name": links to all parts but the last. */
void gaz_html_crumbs(gaz_strbuf *out, const char *repo, const char *path, size_t path_len,
                     const char *rev, bool is_file);
/** A form that opens the same path at another branch. @param kind "file" or "tree" */
gaz_status gaz_html_revisions(gaz_strbuf *out, const gaz_web_call *call, const char *kind,
                              const char *repo, const char *path, size_t path_len, const char *rev,
                              gaz_error *err);
/** Emits a finished page, or the failure of its buffer. Releases it. */
gaz_status gaz_web_send(gaz_web_call *call, gaz_strbuf *page, gaz_status st, gaz_error *err);

#endif
