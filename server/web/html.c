/* Escaping, numbers for people, links, and the frame around every page. The frame is plain HTML
 * that works without styles and without scripts; assets/ has one style sheet and one small script.
 */
#include "html.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/utf8.h"
#include "uri.h"

static const char *entity(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* Characters that are not seen, or that reorder or hide what is around them (CVE-2021-42574). Tabs
 * are seen. Joiners (U+200C, U+200D) stay: scripts and emoji need them. */
static bool is_hidden(uint32_t c)
{
    return (c < 0x20 && c != '\t') || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c ||
           c == 0x180e || c == 0x200b || c == 0x200e || c == 0x200f ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

static void put_escaped(gaz_strbuf *out, const char *text, size_t len, bool code)
{
    const char *at = text, *end = text + len, *plain = text;
    while (at < end) {
        const char *start = at;
        uint32_t c = gaz_utf8_next(&at, end);
        const char *name = c < 0x80 ? entity((unsigned char)c) : NULL;
        bool hidden = code && c != GAZ_UTF8_BAD && is_hidden(c);
        if (!name && !hidden && c != GAZ_UTF8_BAD && c != 0)
            continue;
        gaz_strbuf_add(out, plain, (size_t)(start - plain));
        plain = at;
        if (hidden)
            gaz_strbuf_printf(out,
                              c < 0x20
                                  ? "<span class=\"hidden\" title=\"U+%04" PRIX32 "\">^%c</span>"
                                  : "<span class=\"hidden\" title=\"U+%04" PRIX32 "\">U+%04" PRIX32
                                    "</span>",
                              c, c < 0x20 ? c + 0x40 : c);
        else
            gaz_strbuf_puts(out, name ? name : GAZ_UTF8_REPLACEMENT);
    }
    gaz_strbuf_add(out, plain, (size_t)(end - plain));
}

void gaz_html_text(gaz_strbuf *out, const char *text, size_t len)
{
    put_escaped(out, text, len, false);
}

void gaz_html_cstring(gaz_strbuf *out, const char *text)
{
    if (text)
        put_escaped(out, text, strlen(text), false);
}

void gaz_html_code(gaz_strbuf *out, const char *text, size_t len)
{
    put_escaped(out, text, len, true);
}

/* Moves a cut so that it does not fall inside a UTF-8 sequence. */
static size_t align_down(const char *text, size_t at)
{
    for (int i = 0; i < 3 && at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80; i++)
        at--;
    return at;
}

/* "function.builtin" is of the class hl-function and of hl-function-builtin. */
static void put_class(gaz_strbuf *out, unsigned class_id)
{
    const char *name = gaz_highlight_class_name(class_id), *dot = strchr(name, '.');
    if (dot)
        gaz_strbuf_printf(out, "<span class=\"hl-%.*s hl-%.*s-%s\">", (int)(dot - name), name,
                          (int)(dot - name), name, dot + 1);
    else
        gaz_strbuf_printf(out, "<span class=\"hl-%s\">", name);
}

/* Bytes [from, to) of a line in its colours. @param next  of the first colour that may reach there
 */
static void put_coloured(gaz_strbuf *out, const char *text, size_t from, size_t to,
                         const gaz_line_look *look, size_t *next)
{
    while (*next < look->colour_count && look->colours[*next].end <= look->base + from)
        ++*next;
    for (size_t i = *next; i < look->colour_count && look->colours[i].start < look->base + to;
         i++) {
        const gaz_highlight_span *c = &look->colours[i];
        size_t start = c->start > look->base + from ? c->start - look->base : from;
        size_t end = c->end - look->base < to ? c->end - look->base : to;
        gaz_html_code(out, text + from, start - from);
        put_class(out, c->class_id);
        gaz_html_code(out, text + start, end - start);
        gaz_strbuf_puts(out, "</span>");
        from = end;
    }
    gaz_html_code(out, text + from, to - from);
}

static void put_cut(gaz_strbuf *out, size_t bytes)
{
    if (bytes)
        gaz_strbuf_printf(out, "<span class=\"cut\" title=\"%zu bytes are not shown\">…</span>",
                          bytes);
}

void gaz_html_line(gaz_strbuf *out, const char *text, size_t len, const gaz_line_look *look,
                   size_t max)
{
    size_t from = 0, to = len, next = 0;
    if (len > max) {
        size_t first = look->count && look->ranges[0].start < len ? look->ranges[0].start : 0;
        from = first > max / 4 ? align_down(text, first - max / 4) : 0;
        to = len - from > max ? align_down(text, from + max) : len;
    }
    put_cut(out, from);
    size_t at = from;
    for (size_t i = 0; i < look->count && at < to; i++) {
        size_t start = look->ranges[i].start < at ? at : look->ranges[i].start;
        size_t end = look->ranges[i].end > to ? to : look->ranges[i].end;
        if (start >= end)
            continue;
        put_coloured(out, text, at, start, look, &next);
        gaz_strbuf_puts(out, "<mark>");
        put_coloured(out, text, start, end, look, &next);
        gaz_strbuf_puts(out, "</mark>");
        at = end;
    }
    put_coloured(out, text, at, to, look, &next);
    put_cut(out, len - to);
}

void gaz_html_count(gaz_strbuf *out, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            gaz_strbuf_putc(out, ',');
        gaz_strbuf_putc(out, digits[i]);
    }
}

void gaz_html_bytes(gaz_strbuf *out, uint64_t n)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    double v = (double)n;
    size_t unit = 0;
    while (v >= 999.5 && unit + 1 < sizeof units / sizeof units[0]) {
        v /= 1000;
        unit++;
    }
    gaz_strbuf_printf(out, unit && v < 9.95 ? "%.1f %s" : "%.0f %s", v, units[unit]);
}

void gaz_html_duration(gaz_strbuf *out, int64_t us)
{
    if (us < 1000)
        gaz_strbuf_puts(out, "under 1 ms");
    else if (us < 1000000)
        gaz_strbuf_printf(out, "%" PRId64 " ms", (us + 500) / 1000);
    else
        gaz_strbuf_printf(out, "%.1f s", (double)us / 1e6);
}

void gaz_html_plural(gaz_strbuf *out, uint64_t n, const char *one, const char *many)
{
    gaz_html_count(out, n);
    gaz_strbuf_printf(out, " %s", n == 1 ? one : many);
}

/* ---- links ---- */

/* A "-" that is a whole part of a repository's name is encoded, so that the first "/-/" is always
 * ours. */
static void put_repo(gaz_strbuf *out, const char *repo)
{
    for (const char *p = repo;; p++) {
        size_t n = strcspn(p, "/");
        if (n == 1 && *p == '-')
            gaz_strbuf_puts(out, "%2D");
        else
            gaz_uri_encode(out, p, n, false);
        p += n;
        if (!*p)
            return;
        gaz_strbuf_putc(out, '/');
    }
}

static void put_query(gaz_strbuf *out, const char *name, const char *value, size_t len, bool *any)
{
    if (!value || !len)
        return;
    gaz_strbuf_printf(out, "%s%s=", *any ? "&amp;" : "?", name);
    gaz_uri_encode(out, value, len, true);
    *any = true;
}

void gaz_html_link(gaz_strbuf *out, const gaz_link *link)
{
    bool any = false;
    gaz_strbuf_printf(out, "/%s/", link->kind);
    put_repo(out, link->repo);
    gaz_strbuf_puts(out, "/-/");
    gaz_uri_encode(out, link->path ? link->path : "", link->path_len, true);
    put_query(out, "rev", link->rev, link->rev ? strlen(link->rev) : 0, &any);
    put_query(out, "q", link->query, link->query_len, &any);
    if (link->page > 1)
        gaz_strbuf_printf(out, "%spage=%u", any ? "&amp;" : "?", link->page);
    if (link->line)
        gaz_strbuf_printf(out, "#L%" PRIu32, link->line);
}

/* ---- what was asked ---- */

const gaz_raw_param *gaz_web_param(const gaz_web_call *call, const char *name)
{
    for (size_t i = 0; i < call->param_count; i++)
        if (strcmp(call->params[i].name, name) == 0)
            return call->params[i].len ? &call->params[i] : NULL;
    return NULL;
}

const char *gaz_web_text(const gaz_web_call *call, const char *name)
{
    const gaz_raw_param *p = gaz_web_param(call, name);
    return p && !memchr(p->text, '\0', p->len) ? p->text : NULL;
}

long gaz_web_number(const gaz_web_call *call, const char *name, long least, long most,
                    long otherwise)
{
    const char *text = gaz_web_text(call, name);
    char *end = NULL;
    long n = text && *text >= '0' && *text <= '9' ? strtol(text, &end, 10) : 0;
    return end && !*end && n >= least && n <= most ? n : otherwise;
}

gaz_status gaz_web_place(const gaz_web_call *call, size_t prefix, gaz_arena *arena,
                         const char **repo, const char **path, size_t *path_len, gaz_error *err)
{
    const char *rest = call->path + prefix, *mark = strstr(rest, "/-/");
    size_t repo_len = mark ? (size_t)(mark - rest) : strlen(rest), n;
    if (!mark && repo_len > 1 && strcmp(rest + repo_len - 2, "/-") == 0)
        repo_len -= 2;
    while (repo_len && rest[repo_len - 1] == '/')
        repo_len--;
    *path = "";
    *path_len = 0;
    gaz_status st = gaz_uri_decode(rest, repo_len, false, arena, repo, &n, err);
    if (st == GAZ_OK && mark)
        st = gaz_uri_decode(mark + 3, strlen(mark + 3), false, arena, path, path_len, err);
    if (st == GAZ_OK && (memchr(*repo, '\0', n) || memchr(*path, '\0', *path_len)))
        st = gaz_error_set(err, GAZ_E_INVALID, "a path holds a NUL");
    if (st == GAZ_OK && !n)
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "no repository is named");
    return st;
}

/* ---- the frame ---- */

static void put_form(gaz_strbuf *out, const gaz_page_head *head)
{
    gaz_strbuf_printf(out, "<form class=\"search%s\" action=\"/search\" role=\"search\">\n",
                      head->large ? " large" : "");
    gaz_strbuf_puts(out, "<label class=\"sr\" for=\"q\">Search code</label>\n"
                         "<input id=\"q\" name=\"q\" type=\"search\" placeholder=\"Search code\" "
                         "autocomplete=\"off\" "
                         "autocapitalize=\"off\" spellcheck=\"false\" maxlength=\"8192\" value=\"");
    gaz_html_text(out, head->query ? head->query : "", head->query_len);
    gaz_strbuf_printf(out, "\"%s>\n", head->large ? " autofocus" : "");
    if (head->repo) {
        gaz_strbuf_puts(out, "<label class=\"field\">in <input name=\"repo\" size=\"16\" "
                             "placeholder=\"all repositories\" value=\"");
        gaz_html_cstring(out, head->repo);
        gaz_strbuf_puts(out, "\" aria-label=\"Repository; empty for all\"></label>\n");
    }
    if (head->rev) {
        gaz_strbuf_puts(out, "<label class=\"field\">at <input name=\"rev\" size=\"13\" "
                             "placeholder=\"default branch\" value=\"");
        gaz_html_cstring(out, head->rev);
        gaz_strbuf_puts(
            out,
            "\" aria-label=\"Branch, tag or commit; empty for the default branch\"></label>\n");
    }
    gaz_strbuf_puts(out, "<button type=\"submit\">Search</button>\n</form>\n");
}

void gaz_html_begin(gaz_strbuf *out, const gaz_page_head *head)
{
    gaz_strbuf_puts(out,
                    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    if (head->title) {
        gaz_html_cstring(out, head->title);
        gaz_strbuf_puts(out, " · ");
    }
    gaz_strbuf_puts(
        out, "Gazetteer</title>\n<link rel=\"stylesheet\" href=\"/assets/gazetteer.css\">\n"
             "<link rel=\"icon\" href=\"/assets/favicon.svg\" type=\"image/svg+xml\">\n"
             "<script src=\"/assets/gazetteer.js\" defer></script>\n</head>\n<body>\n"
             "<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header class=\"top\">\n"
             "<a class=\"brand\" href=\"/\">Gazetteer</a>\n");
    if (!head->large)
        put_form(out, head);
    gaz_strbuf_printf(
        out,
        "<nav aria-label=\"Site\"><a href=\"/repos\"%s>Repositories</a></nav>\n</header>\n"
        "<main id=\"main\" tabindex=\"-1\">\n",
        head->section == GAZ_SECTION_REPOS ? " aria-current=\"page\"" : "");
    if (head->large)
        put_form(out, head);
}

void gaz_html_end(gaz_strbuf *out)
{
    gaz_strbuf_puts(out,
                    "</main>\n<footer><a href=\"/openapi.json\">API</a> · Gazetteer " GAZ_VERSION
                    "</footer>\n</body>\n</html>\n");
}
