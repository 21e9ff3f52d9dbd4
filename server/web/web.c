/* The table of pages, their static files, and the page that tells of a failure. */
#include "web.h"

#include <stdio.h>
#include <string.h>

#include "asset_files.h"
#include "gaz/base/hash.h"
#include "gaz/base/utf8.h"
#include "pages.h"

typedef struct page_row {
    const char *path;
    bool prefix;
    gaz_status (*page)(gaz_web_call *call, gaz_error *err);
} page_row;

static const page_row pages[] = {
    {"/", false, gaz_page_home},       {"/search", false, gaz_page_search},
    {"/repos", false, gaz_page_repos}, {"/file/", true, gaz_page_file},
    {"/tree/", true, gaz_page_tree},   {"/raw/", true, gaz_page_raw},
};

static const page_row *find_page(const char *path)
{
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        if (pages[i].prefix ? strncmp(path, pages[i].path, strlen(pages[i].path)) == 0
                            : strcmp(path, pages[i].path) == 0)
            return &pages[i];
    return NULL;
}

static bool owns(const char *path)
{
    return find_page(path) != NULL;
}

static gaz_status page(gaz_web_call *call, gaz_error *err)
{
    const page_row *row = find_page(call->path);
    if (!row)
        return gaz_error_set(err, GAZ_E_NOT_FOUND, "there is no page at %s", call->path);
    return row->page(call, err);
}

/* The code points before the column, as blanks of the same width. */
static void put_indent(gaz_strbuf *out, const char *query, size_t len, size_t column)
{
    const char *at = query, *end = query + (column - 1 < len ? column - 1 : len);
    while (at < end) {
        uint32_t c = gaz_utf8_next(&at, end);
        bool wide = c != GAZ_UTF8_BAD && c >= 0x1100 &&
                    (c <= 0x115f || (c >= 0x2e80 && c <= 0xffdc && !(c >= 0xd7b0 && c <= 0xf8ff)) ||
                     c >= 0x1f300);
        gaz_strbuf_puts(out, wide ? "\xe3\x80\x80" : " ");
    }
}

void gaz_html_failure(gaz_strbuf *out, int status, const gaz_error *err, const char *query,
                      size_t query_len)
{
    gaz_strbuf_printf(out, "<section class=\"failure\" role=\"alert\">\n<h1>%s</h1>\n<p>",
                      status == 404  ? "Not found"
                      : status < 500 ? "That cannot be answered"
                                     : "Something went wrong");
    gaz_html_cstring(out, err->message);
    gaz_strbuf_puts(out, "</p>\n");
    if (query && query_len && err->column && err->column <= query_len + 1) {
        gaz_strbuf_puts(out, "<pre class=\"caret\">");
        gaz_html_text(out, query, query_len);
        gaz_strbuf_puts(out, "\n");
        put_indent(out, query, query_len, err->column);
        gaz_strbuf_puts(out, "<b>^</b></pre>\n");
    }
    if (err->hint[0]) {
        gaz_strbuf_puts(out, "<p class=\"hint\">");
        gaz_html_cstring(out, err->hint);
        gaz_strbuf_puts(out, "</p>\n");
    }
    gaz_strbuf_puts(out, "</section>\n");
}

static void failure(int status, const gaz_error *err, gaz_strbuf *out)
{
    gaz_page_head head = {.title = status == 404 ? "Not found" : "Error"};
    gaz_html_begin(out, &head);
    gaz_html_failure(out, status, err, NULL, 0);
    gaz_html_end(out);
}

gaz_status gaz_web_send(gaz_web_call *call, gaz_strbuf *out, gaz_status st, gaz_error *err)
{
    if (st == GAZ_OK)
        st = gaz_strbuf_check(out, err);
    if (st == GAZ_OK)
        st = call->emit(call->ctx, out->data, out->len, err);
    gaz_strbuf_release(out);
    return st;
}

/* ---- static files ---- */

static const char *type_of(const char *name)
{
    static const struct {
        const char *ending, *type;
    } known[] = {{".css", "text/css; charset=utf-8"},
                 {".js", "text/javascript; charset=utf-8"},
                 {".svg", "image/svg+xml"}};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof known / sizeof known[0]; i++)
        if (strcmp(dot, known[i].ending) == 0)
            return known[i].type;
    return "application/octet-stream";
}

/* The few files are hashed per request for one, which costs microseconds. */
static bool asset(const char *path, gaz_web_asset *out)
{
    static const char prefix[] = "/assets/";
    if (strncmp(path, prefix, sizeof prefix - 1) != 0)
        return false;
    for (size_t i = 0; i < gaz_asset_files_count; i++) {
        const gaz_asset_file *f = &gaz_asset_files[i];
        if (strcmp(path + sizeof prefix - 1, f->name) != 0)
            continue;
        *out = (gaz_web_asset){.type = type_of(f->name), .data = f->data, .len = f->len};
        snprintf(out->etag, sizeof out->etag, "\"%016llx\"",
                 (unsigned long long)gaz_checksum(f->data, f->len));
        return true;
    }
    return false;
}

const gaz_web *gaz_web_pages(void)
{
    static const gaz_web web = {.owns = owns, .page = page, .failure = failure, .asset = asset};
    return &web;
}
