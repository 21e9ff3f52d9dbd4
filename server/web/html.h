/* Writing HTML: everything that comes from outside goes through one of the escaping functions. */
#ifndef GAZ_WEB_HTML_H
#define GAZ_WEB_HTML_H

#include <stdbool.h>
#include "gaz/base/strbuf.h"
#include "gaz/regex/pattern.h"
#include "gaz/symbols/highlight.h"
#include "web.h"

#define GAZ_PAGE_MAX ((size_t)64 << 20) /**< bytes of a rendered page */

/** Which page of the site this is, for the navigation. */
typedef enum gaz_section { GAZ_SECTION_NONE, GAZ_SECTION_SEARCH, GAZ_SECTION_REPOS } gaz_section;

/** What the head of every page is made of. All nullable. */
typedef struct gaz_page_head {
    const char *title;
    const char *query; /**< in the search box */
    size_t query_len;
    const char *repo, *rev; /**< in the search form */
    gaz_section section;
    bool large; /**< the home page: the box is the page */
} gaz_page_head;

void gaz_html_begin(gaz_strbuf *out, const gaz_page_head *head);
void gaz_html_end(gaz_strbuf *out);

/** Text content and attribute values: & < > " ' escaped, invalid bytes as U+FFFD. */
void gaz_html_text(gaz_strbuf *out, const char *text, size_t len);
void gaz_html_cstring(gaz_strbuf *out, const char *text);
/** Source code: as gaz_html_text(), and what cannot be seen or turns the order of text around is
 * shown by its number. Not for attributes. */
void gaz_html_code(gaz_strbuf *out, const char *text, size_t len);
/** How a line of code looks. Both lists are ascending, their parts do not overlap and are cut to
 * the text. */
typedef struct gaz_line_look {
    const gaz_range *ranges; /**< matches, to be marked */
    size_t count;
    const gaz_highlight_span *colours;
    size_t colour_count;
    size_t base; /**< the line's place in the text that colours count from */
} gaz_line_look;
/**
 * A line of code with its matches marked and its colours.
 * @param max  bytes shown at most; a longer line is cut around its first match
 */
void gaz_html_line(gaz_strbuf *out, const char *text, size_t len, const gaz_line_look *look,
                   size_t max);
/** "1,234,567". */
void gaz_html_count(gaz_strbuf *out, uint64_t n);
/** "1.2 MB". */
void gaz_html_bytes(gaz_strbuf *out, uint64_t n);
/** "14 ms", "1.2 s". */
void gaz_html_duration(gaz_strbuf *out, int64_t us);
/** "1 file", "2 files": the count and the noun. */
void gaz_html_plural(gaz_strbuf *out, uint64_t n, const char *one, const char *many);

/** Where a link leads. NULL and 0 parts are left out. */
typedef struct gaz_link {
    const char *kind; /**< "file", "tree", "raw" */
    const char *repo;
    const char *path;
    size_t path_len;
    const char *rev;
    const char *query; /**< q= */
    size_t query_len;
    unsigned page; /**< above 1 */
    uint32_t line; /**< #L… */
} gaz_link;
/** Appends a URL ready for an attribute. */
void gaz_html_link(gaz_strbuf *out, const gaz_link *link);

/** The first value of a parameter, or NULL when it is absent or empty. */
const gaz_raw_param *gaz_web_param(const gaz_web_call *call, const char *name);
const char *gaz_web_text(const gaz_web_call *call, const char *name);
/** A number between the bounds, or `otherwise`. */
long gaz_web_number(const gaz_web_call *call, const char *name, long least, long most,
                    long otherwise);

/** "/file/<repo>/-/<path>" taken apart; decoded into the arena. GAZ_E_NOT_FOUND when it has no
 * "/-/" (the whole rest is the repository then, with path ""). */
GAZ_CHECKED gaz_status gaz_web_place(const gaz_web_call *call, size_t prefix, gaz_arena *arena,
                                     const char **repo, const char **path, size_t *path_len,
                                     gaz_error *err);

#endif
