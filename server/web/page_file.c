/* /file and /raw: one file at one revision. Long files come in pages; a query from the search page
 * is run once more over this file alone, so that its matches are marked. */
#include "pages.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/line_start.h"
#include "gaz/base/utf8.h"
#include "gaz/base/vec.h"
#include "gaz/query/parse.h"
#include "gaz/query/ref_files.h"
#include "uri.h"

#define SHOWN_BYTES 10000    /* of a line */
#define MARKED_RANGES 100000 /* matches marked in one file */
#define MARK_MS 2000         /* the time marking may take */
#define COLOUR_MS 2000       /* and colouring */
#define RAW_PIECE 65536
#define RAW_LINES 65536 /* read at a time when a file is too large to be read at once */

typedef struct place {
    const char *repo, *path, *rev;
    size_t path_len;
} place;

/* The matches of a file: lines ascending, ranges of all of them behind each other. */
typedef struct marked_line {
    uint32_t number;
    size_t first, count;
} marked_line;
typedef struct marks {
    const place *where;
    GAZ_VEC(marked_line) lines;
    GAZ_VEC(gaz_range) ranges;
    uint32_t from, to;
} marks;

static gaz_status on_hit(void *ctx, const gaz_file_hit *hit, gaz_error *err)
{
    marks *m = ctx;
    if (hit->path_len != m->where->path_len ||
        memcmp(hit->path, m->where->path, hit->path_len) != 0)
        return GAZ_OK;
    for (size_t i = 0; i < hit->line_count && m->ranges.len < MARKED_RANGES; i++) {
        const gaz_hit_line *line = &hit->lines[i];
        marked_line row = {line->number, m->ranges.len, line->range_count};
        bool ok = gaz_vec_push(&m->lines, row);
        for (size_t k = 0; k < line->range_count && ok; k++)
            ok = gaz_vec_push(&m->ranges, line->ranges[k]);
        if (!ok)
            return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the matches of a file");
    }
    return GAZ_OK;
}

/* file:/^path$/ with everything that means something in a regex escaped; false when the path cannot
 * be written so. */
static bool put_path_atom(gaz_strbuf *out, const char *path, size_t len)
{
    if (!gaz_utf8_valid(path, len))
        return false;
    gaz_strbuf_puts(out, "file:/^");
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)path[i];
        if (c < 0x20 || c == 0x7f)
            return false;
        if (strchr("\\/.*+?()[]{}|^$#&-~", path[i]))
            gaz_strbuf_putc(out, '\\');
        gaz_strbuf_putc(out, path[i]);
    }
    gaz_strbuf_puts(out, "$/");
    return true;
}

/* Settings may not stand in parentheses and "a or b" needs them: both forms are tried. Without
 * marks the file is shown all the same. */
static void find_marks(gaz_web_call *call, marks *m, const gaz_raw_param *q)
{
    static const char *const forms[][2] = {{"(", ") "}, {"", " "}};
    for (size_t i = 0; q && i < 2; i++) {
        gaz_strbuf query;
        gaz_strbuf_init(&query, GAZ_QUERY_MAX);
        gaz_strbuf_puts(&query, forms[i][0]);
        gaz_strbuf_add(&query, q->text, q->len);
        gaz_strbuf_puts(&query, forms[i][1]);
        bool ok =
            put_path_atom(&query, m->where->path, m->where->path_len) && query.failed == GAZ_OK;
        gaz_search_request request = {.query = query.data,
                                      .query_len = query.len,
                                      .repo = m->where->repo,
                                      .rev = m->where->rev,
                                      .limit = 1,
                                      .first_line = m->from,
                                      .last_line = m->to,
                                      .deadline_us = gaz_deadline(MARK_MS),
                                      .cancelled = call->cancelled,
                                      .cancelled_ctx = call->ctx};
        gaz_search_result found;
        gaz_search_result_init(&found);
        gaz_error ignored = {0};
        gaz_status st =
            ok ? gaz_engine_search(call->services->engine, &request, on_hit, m, &found, &ignored)
               : GAZ_OK;
        gaz_search_result_release(&found);
        gaz_strbuf_release(&query);
        if (st != GAZ_E_INVALID)
            return;
    }
}

/* The colours of what is shown of a file; offsets count from the file's beginning. */
typedef struct colours {
    gaz_highlights list;
    size_t base; /* where the first line shown begins */
} colours;

/* All of the file is parsed, whatever the page. Without colours it is shown all the same. */
static void find_colours(gaz_web_call *call, const place *p, const gaz_file_view *view, colours *c)
{
    gaz_ref_files *files = NULL;
    gaz_ref_file file;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    uint32_t number = 0;
    gaz_status st = call->services->parsers ? GAZ_OK : GAZ_E_UNSUPPORTED;
    if (st == GAZ_OK)
        st = gaz_ref_files_open(call->services->engine, p->repo, p->rev, &files, NULL);
    if (st == GAZ_OK)
        st = gaz_ref_files_find(files, p->path, &number, NULL);
    if (st == GAZ_OK) {
        gaz_ref_files_at(files, number, &file);
        bool wanted = file.text_len <= GAZ_PARSE_TEXT_MAX &&
                      gaz_oid_compare(&file.blob, &view->blob) == 0 &&
                      gaz_symbols_supports(file.language) != GAZ_SYMBOLS_NONE;
        st = wanted ? gaz_ref_files_text(files, number, 0, 0, &text, NULL) : GAZ_E_UNSUPPORTED;
    }
    if (st == GAZ_OK) {
        c->base = gaz_line_start(text.data, text.len, view->first_line - 1);
        st = gaz_parse_highlight(call->services->parsers, file.language, text.data, text.len,
                                 (uint32_t)c->base, (uint32_t)(c->base + view->text.len),
                                 gaz_deadline(COLOUR_MS), &c->list, NULL);
    }
    if (st != GAZ_OK)
        c->list.count = 0;
    gaz_strbuf_release(&text);
    gaz_ref_files_unref(files);
}

static void put_rows(gaz_strbuf *out, const gaz_file_view *view, const marks *m, const colours *c)
{
    const char *at = view->text.data, *end = at + view->text.len;
    uint32_t number = view->first_line ? view->first_line : 1;
    size_t mark = 0, colour = 0;
    for (; at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        size_t len = (size_t)(stop - at);
        if (newline && len && at[len - 1] == '\r')
            len--;
        while (mark < m->lines.len && m->lines.items[mark].number < number)
            mark++;
        bool hit = mark < m->lines.len && m->lines.items[mark].number == number;
        const gaz_range *ranges =
            hit && m->ranges.len ? m->ranges.items + m->lines.items[mark].first : NULL;
        gaz_strbuf_printf(out,
                          "<tr id=\"L%" PRIu32 "\"%s><td class=\"n\"><a href=\"#L%" PRIu32
                          "\">%" PRIu32 "</a></td><td class=\"t\">",
                          number, hit ? " class=\"hit\"" : "", number, number);
        size_t base = c->base + (size_t)(at - view->text.data);
        while (colour < c->list.count && c->list.spans[colour].end <= base)
            colour++;
        gaz_line_look look = {.ranges = ranges,
                              .count = hit ? m->lines.items[mark].count : 0,
                              .colours = c->list.spans + colour,
                              .colour_count = c->list.count - colour,
                              .base = base};
        gaz_html_line(out, at, len, &look, SHOWN_BYTES);
        gaz_strbuf_puts(out, "</td></tr>\n");
        at = newline ? newline + 1 : end;
    }
}

static void put_pager(gaz_strbuf *out, const place *p, const gaz_raw_param *q, unsigned page,
                      unsigned pages)
{
    if (pages < 2)
        return;
    const struct {
        const char *rel, *text;
        unsigned page;
    } links[] = {{"prev", "Previous lines", page - 1},
                 {"next", "Next lines", page < pages ? page + 1 : 0}};
    gaz_strbuf_puts(out, "<nav class=\"pager\" aria-label=\"Pages of this file\">\n");
    gaz_strbuf_printf(out, "<span>Page %u of %u</span>\n", page, pages);
    for (size_t i = 0; i < 2; i++) {
        if (!links[i].page)
            continue;
        gaz_link link = {"file",         p->repo,       p->path,
                         p->path_len,    p->rev,        q ? q->text : NULL,
                         q ? q->len : 0, links[i].page, 0};
        gaz_strbuf_puts(out, "<a href=\"");
        gaz_html_link(out, &link);
        gaz_strbuf_printf(out, "\" rel=\"%s\">%s</a>\n", links[i].rel, links[i].text);
    }
    gaz_strbuf_puts(out, "</nav>\n");
}

static void put_facts(gaz_strbuf *out, const gaz_file_view *view, const place *p)
{
    char hex[GAZ_OID_HEX];
    gaz_oid_format(&view->commit, hex);
    gaz_strbuf_puts(out, "<p class=\"facts\">");
    if (view->lang) {
        gaz_html_cstring(out, view->lang);
        gaz_strbuf_puts(out, " · ");
    }
    if (!view->skip) {
        gaz_html_plural(out, view->lines_total, "line", "lines");
        gaz_strbuf_puts(out, " · ");
    }
    gaz_html_bytes(out, view->size);
    if (view->encoding && strcmp(view->encoding, "ascii") != 0 &&
        strcmp(view->encoding, "utf-8") != 0) {
        gaz_strbuf_puts(out, " · ");
        gaz_html_cstring(out, view->encoding);
    }
    gaz_strbuf_printf(out, " · <span title=\"%s\">commit %.12s</span>", hex, hex);
    if (!view->skip) {
        gaz_link raw = {.kind = "raw",
                        .repo = p->repo,
                        .path = p->path,
                        .path_len = p->path_len,
                        .rev = p->rev};
        gaz_strbuf_puts(out, " · <a href=\"");
        gaz_html_link(out, &raw);
        gaz_strbuf_puts(out, "\">raw</a>");
    }
    gaz_strbuf_puts(out, "</p>\n");
}

static gaz_status render(gaz_web_call *call, const place *p, const gaz_file_view *view,
                         unsigned page, gaz_error *err)
{
    const gaz_raw_param *q = gaz_web_param(call, "q");
    gaz_strbuf out;
    gaz_strbuf_init(&out, GAZ_PAGE_MAX);
    gaz_page_head head = {.title = p->path,
                          .query = q ? q->text : NULL,
                          .query_len = q ? q->len : 0,
                          .repo = p->repo,
                          .rev = p->rev ? p->rev : ""};
    gaz_html_begin(&out, &head);
    gaz_html_crumbs(&out, p->repo, p->path, p->path_len, p->rev, true);
    gaz_status st =
        gaz_html_revisions(&out, call, "file", p->repo, p->path, p->path_len, p->rev, err);
    put_facts(&out, view, p);
    if (view->skip) {
        gaz_strbuf_puts(&out, "<p class=\"incomplete\">The text of this file is not indexed: ");
        gaz_html_cstring(&out, view->skip);
        gaz_strbuf_puts(&out, ".</p>\n");
    } else if (!view->text.len) {
        gaz_strbuf_puts(&out, view->lines_total
                                  ? "<p class=\"incomplete\">There are no such lines.</p>\n"
                                  : "<p class=\"incomplete\">This file is empty.</p>\n");
    } else {
        unsigned pages = (view->lines_total + GAZ_WEB_LINES_PER_PAGE - 1) / GAZ_WEB_LINES_PER_PAGE;
        marks m = {.where = p,
                   .from = (page - 1) * GAZ_WEB_LINES_PER_PAGE + 1,
                   .to = page * GAZ_WEB_LINES_PER_PAGE};
        colours c = {0};
        gaz_highlights_init(&c.list);
        find_marks(call, &m, q);
        find_colours(call, p, view, &c);
        put_pager(&out, p, q, page, pages);
        gaz_strbuf_puts(
            &out, "<div class=\"scroll whole\" tabindex=\"0\" role=\"group\" aria-label=\"File "
                  "content\"><table class=\"code\" role=\"presentation\">\n");
        put_rows(&out, view, &m, &c);
        gaz_strbuf_puts(&out, "</table></div>\n");
        put_pager(&out, p, q, page, pages);
        gaz_highlights_release(&c.list);
        gaz_vec_free(&m.lines);
        gaz_vec_free(&m.ranges);
    }
    gaz_html_end(&out);
    return gaz_web_send(call, &out, st, err);
}

static gaz_status find_place(const gaz_web_call *call, size_t prefix, gaz_arena *arena, place *p,
                             gaz_error *err)
{
    *p = (place){.rev = gaz_web_text(call, "rev")};
    return gaz_web_place(call, prefix, arena, &p->repo, &p->path, &p->path_len, err);
}

/* A path that names a directory leads to it. */
static gaz_status redirect_to_tree(gaz_web_call *call, const place *p, gaz_error *err)
{
    gaz_strbuf url;
    gaz_strbuf_init(&url, sizeof call->location - 1);
    gaz_link link = {
        .kind = "tree", .repo = p->repo, .path = p->path, .path_len = p->path_len, .rev = p->rev};
    gaz_html_link(&url, &link);
    gaz_status st = gaz_strbuf_check(&url, err);
    if (st == GAZ_OK) {
        memcpy(call->location, url.data, url.len + 1);
        call->status = 302;
        st = call->emit(call->ctx, "", 0, err);
    }
    gaz_strbuf_release(&url);
    return st;
}

gaz_status gaz_page_file(gaz_web_call *call, gaz_error *err)
{
    gaz_arena arena;
    gaz_arena_init(&arena, 1u << 20);
    place p;
    gaz_file_view view = {.text = GAZ_STRBUF_INIT};
    gaz_status st = find_place(call, strlen("/file/"), &arena, &p, err);
    unsigned page =
        (unsigned)gaz_web_number(call, "page", 1, UINT32_MAX / GAZ_WEB_LINES_PER_PAGE - 1, 1);
    if (st == GAZ_OK && !p.path_len) {
        st = redirect_to_tree(call, &p, err);
    } else if (st == GAZ_OK) {
        st = gaz_engine_file(call->services->engine, p.repo, p.rev, p.path,
                             (page - 1) * GAZ_WEB_LINES_PER_PAGE + 1, page * GAZ_WEB_LINES_PER_PAGE,
                             &view, err);
        if (st == GAZ_OK) {
            st = render(call, &p, &view, page, err);
            gaz_file_view_release(&view);
        }
    }
    gaz_arena_release(&arena);
    return st;
}

static gaz_status send_text(gaz_web_call *call, const gaz_file_view *view, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    if (view->skip)
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "the text of this file is not indexed: %s",
                           view->skip);
    call->type = "text/plain; charset=utf-8";
    for (size_t at = 0; st == GAZ_OK && at < view->text.len; at += RAW_PIECE) {
        size_t left = view->text.len - at;
        st = call->emit(call->ctx, view->text.data + at, left < RAW_PIECE ? left : RAW_PIECE, err);
    }
    return st;
}

/* A file larger than the memory of a query: its lines, so many at a time as can be held. It must
 * not become another file underneath. */
static gaz_status send_in_parts(gaz_web_call *call, const place *p, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    gaz_oid blob = {{0}};
    uint32_t first = 1, step = RAW_LINES, total = 1;
    while (st == GAZ_OK && first <= total) {
        gaz_file_view view = {.text = GAZ_STRBUF_INIT};
        gaz_error why = {0};
        uint32_t last = first + step - 1 < first ? UINT32_MAX : first + step - 1;
        st = gaz_engine_file(call->services->engine, p->repo, p->rev, p->path, first, last, &view,
                             &why);
        if (st == GAZ_E_LIMIT && step > 1) {
            step /= 16;
            st = GAZ_OK;
            continue;
        }
        if (st != GAZ_OK) {
            if (err)
                *err = why;
            return st;
        }
        if (first > 1 && gaz_oid_compare(&blob, &view.blob) != 0)
            st = gaz_error_set(err, GAZ_E_BUSY, "%s changed while it was being read", p->path);
        else
            st = send_text(call, &view, err);
        blob = view.blob;
        total = view.lines_total;
        gaz_file_view_release(&view);
        if (last == UINT32_MAX)
            break;
        first = last + 1;
    }
    return st;
}

gaz_status gaz_page_raw(gaz_web_call *call, gaz_error *err)
{
    gaz_arena arena;
    gaz_arena_init(&arena, 1u << 20);
    place p;
    gaz_file_view view = {.text = GAZ_STRBUF_INIT};
    gaz_error why = {0};
    gaz_status st = find_place(call, strlen("/raw/"), &arena, &p, &why);
    bool found = st == GAZ_OK;
    if (found)
        st = gaz_engine_file(call->services->engine, p.repo, p.rev, p.path, 0, 0, &view, &why);
    if (st == GAZ_OK) {
        st = send_text(call, &view, err);
        gaz_file_view_release(&view);
    } else if (found && st == GAZ_E_LIMIT) {
        st = send_in_parts(call, &p, err);
    } else if (err) {
        *err = why;
    }
    gaz_arena_release(&arena);
    return st;
}
