/* /search: results grouped by file. The engine visits hits in rank order; each becomes a block of
 * HTML at once, and the summary, known last, is put in front. A second, cheap search offers files
 * whose path matches plain words. */
#include "pages.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/query/history_search.h"
#include "gaz/query/parse.h"
#include "uri.h"

#define FILES_PER_PAGE 20
#define LINES_PER_FILE 10
#define CONTEXT_LINES 1
#define CONTEXT_LINES_MAX 10
#define SHOWN_BYTES 400 /* of a line */
#define PATHS_SHOWN 5
#define PATHS_MS 250 /* the time the second search may take */

typedef struct results {
    gaz_web_call *call;
    gaz_strbuf html;
    gaz_search_request request;
    const char *rev;
    uint64_t files;
    bool paths_only; /* the second search */
    bool history;    /* commits are shown */
    gaz_strbuf ends; /* what is to be said of the repositories' histories */
} results;

static void put_line(results *r, const gaz_file_hit *hit, const gaz_hit_line *line, bool matches)
{
    gaz_link link = {"file",
                     hit->repo,
                     hit->path,
                     hit->path_len,
                     r->rev,
                     r->request.query,
                     r->request.query_len,
                     (line->number - 1) / GAZ_WEB_LINES_PER_PAGE + 1,
                     line->number};
    gaz_strbuf_puts(&r->html, matches ? "<tr class=\"hit\"><td class=\"n\"><a href=\""
                                      : "<tr><td class=\"n\"><a href=\"");
    gaz_html_link(&r->html, &link);
    gaz_strbuf_printf(&r->html, "\">%" PRIu32 "</a></td><td class=\"t\">", line->number);
    gaz_line_look look = {.ranges = line->ranges, .count = line->range_count};
    gaz_html_line(&r->html, line->text, line->len, &look, SHOWN_BYTES);
    gaz_strbuf_puts(&r->html, "</td></tr>\n");
}

/* Where hits begin to lie in another definition: its kind and name, and the way there. */
static void put_symbol(results *r, const gaz_file_hit *hit, const gaz_hit_symbol *s)
{
    gaz_link link = {.kind = "file",
                     .repo = hit->repo,
                     .path = hit->path,
                     .path_len = hit->path_len,
                     .rev = r->rev,
                     .page = (s->line - 1) / GAZ_WEB_LINES_PER_PAGE + 1,
                     .line = s->line};
    gaz_strbuf_puts(&r->html, "<tr class=\"symbol\"><td class=\"n\"></td><td>");
    gaz_html_cstring(&r->html, s->kind);
    gaz_strbuf_puts(&r->html, " <a href=\"");
    gaz_html_link(&r->html, &link);
    gaz_strbuf_puts(&r->html, "\">");
    if (s->container_len) {
        gaz_html_code(&r->html, s->container, s->container_len);
        gaz_strbuf_puts(&r->html, ".");
    }
    gaz_html_code(&r->html, s->name, s->name_len);
    gaz_strbuf_puts(&r->html, "</a></td></tr>\n");
}

/* Lines in order, each once: context of neighbouring hits overlaps. A gap is marked. */
static void put_lines(results *r, const gaz_file_hit *hit)
{
    uint32_t last = 0;
    const gaz_hit_symbol *symbol = NULL;
    for (size_t i = 0; i < hit->line_count; i++) {
        const gaz_hit_line *line = &hit->lines[i];
        uint32_t next = i + 1 < hit->line_count ? hit->lines[i + 1].number : UINT32_MAX;
        uint32_t first = line->before_count ? line->before[0].number : line->number;
        if (last && first > last + 1)
            gaz_strbuf_puts(&r->html, "<tr class=\"gap\"><td class=\"n\">⋯</td><td></td></tr>\n");
        if (line->symbol && line->symbol != symbol && line->symbol->line != line->number)
            put_symbol(r, hit, line->symbol);
        symbol = line->symbol;
        for (size_t b = 0; b < line->before_count; b++)
            if (line->before[b].number > last)
                put_line(r, hit, &line->before[b], false);
        put_line(r, hit, line, true);
        last = line->number;
        for (size_t a = 0; a < line->after_count && line->after[a].number < next; a++) {
            put_line(r, hit, &line->after[a], false);
            last = line->after[a].number;
        }
    }
}

static void put_file_link(results *r, const gaz_file_hit *hit, bool with_query)
{
    gaz_link link = {.kind = hit->path_len ? "file" : "tree",
                     .repo = hit->repo,
                     .path = hit->path,
                     .path_len = hit->path_len,
                     .rev = r->rev};
    if (with_query) {
        link.query = r->request.query;
        link.query_len = r->request.query_len;
    }
    gaz_strbuf_puts(&r->html, "<a href=\"");
    gaz_html_link(&r->html, &link);
    gaz_strbuf_puts(&r->html, "\"><span class=\"repo\">");
    gaz_html_cstring(&r->html, hit->repo);
    gaz_strbuf_puts(&r->html, "</span>");
    if (hit->path_len) {
        gaz_strbuf_puts(&r->html, " <span class=\"path\">");
        gaz_html_code(&r->html, hit->path, hit->path_len);
        gaz_strbuf_puts(&r->html, "</span>");
    }
    gaz_strbuf_puts(&r->html, "</a>");
}

static void put_hit(results *r, const gaz_file_hit *hit)
{
    gaz_strbuf *out = &r->html;
    gaz_strbuf_puts(out, "<article class=\"file\">\n<h2>");
    put_file_link(r, hit, true);
    if (hit->lang) {
        gaz_strbuf_puts(out, " <span class=\"chip\">");
        gaz_html_cstring(out, hit->lang);
        gaz_strbuf_puts(out, "</span>");
    }
    if (hit->branch && hit->branch[0]) {
        gaz_strbuf_puts(out, " <span class=\"chip branch\">");
        gaz_html_cstring(out, hit->branch);
        gaz_strbuf_puts(out, "</span>");
    }
    if (hit->lines_total) {
        gaz_strbuf_puts(out, " <span class=\"count\">");
        gaz_html_plural(out, hit->lines_total, "line", "lines");
        gaz_strbuf_puts(out, "</span>");
    }
    gaz_strbuf_puts(out, "</h2>\n");
    if (hit->line_count) {
        gaz_strbuf_puts(
            out, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Matches in ");
        gaz_html_text(out, hit->path, hit->path_len);
        gaz_strbuf_puts(out, "\"><table class=\"code\" role=\"presentation\">\n");
        put_lines(r, hit);
        gaz_strbuf_puts(out, "</table></div>\n");
    }
    if (hit->lines_total > hit->line_count && hit->line_count) {
        gaz_link link = {"file",
                         hit->repo,
                         hit->path,
                         hit->path_len,
                         r->rev,
                         r->request.query,
                         r->request.query_len,
                         0,
                         0};
        gaz_strbuf_puts(out, "<p class=\"more\"><a href=\"");
        gaz_html_link(out, &link);
        gaz_strbuf_puts(out, "\">");
        gaz_html_plural(out, hit->lines_total - hit->line_count, "more line matches",
                        "more lines match");
        gaz_strbuf_puts(out, "</a></p>\n");
    }
    gaz_strbuf_puts(out, "</article>\n");
}

static gaz_status on_hit(void *ctx, const gaz_file_hit *hit, gaz_error *err)
{
    results *r = ctx;
    r->files++;
    if (r->paths_only) {
        gaz_strbuf_puts(&r->html, "<li>");
        put_file_link(r, hit, false);
        gaz_strbuf_puts(&r->html, "</li>\n");
    } else {
        put_hit(r, hit);
    }
    return gaz_strbuf_check(&r->html, err);
}

/* ---- commits ---- */

static void put_commit_lines(gaz_strbuf *out, const gaz_commit_hit *hit)
{
    gaz_strbuf_puts(out, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Matches "
                         "in this commit\"><table class=\"code\" role=\"presentation\">\n");
    const char *path = NULL;
    for (size_t i = 0; i < hit->match_count; i++) {
        const gaz_commit_match *m = &hit->matches[i];
        bool message = m->sign == ' ';
        bool same = path && m->path_len && i && hit->matches[i - 1].path_len == m->path_len &&
                    memcmp(path, m->path, m->path_len) == 0;
        if (!message && !same) {
            gaz_strbuf_puts(out, "<tr class=\"symbol\"><td class=\"n\"></td><td>");
            gaz_html_code(out, m->path, m->path_len);
            gaz_strbuf_puts(out, "</td></tr>\n");
        }
        path = message ? NULL : m->path;
        gaz_strbuf_printf(out,
                          "<tr class=\"hit\"><td class=\"n\">%s%" PRIu32 "</td><td class=\"t\">",
                          message          ? ""
                          : m->sign == '+' ? "+"
                                           : "−",
                          m->line);
        gaz_line_look look = {.ranges = m->ranges, .count = m->range_count};
        gaz_html_line(out, m->text, m->len, &look, SHOWN_BYTES);
        gaz_strbuf_puts(out, "</td></tr>\n");
    }
    gaz_strbuf_puts(out, "</table></div>\n");
}

static gaz_status on_commit(void *ctx, const gaz_commit_hit *hit, gaz_error *err)
{
    results *r = ctx;
    gaz_strbuf *out = &r->html;
    const gaz_commit_record *c = hit->record;
    const char *end = memchr(c->message, '\n', c->message_len);
    char id[GAZ_OID_HEX], when[32];
    r->files++;
    gaz_oid_format(&c->id, id);
    gaz_time_format(c->committer.when * 1000000, when);
    gaz_strbuf_puts(out, "<article class=\"file\">\n<h2><span class=\"repo\">");
    gaz_html_cstring(out, hit->repo);
    gaz_strbuf_printf(out, "</span> <code>%.10s</code> <span class=\"path\">", id);
    gaz_html_text(out, c->message, end ? (size_t)(end - c->message) : c->message_len);
    gaz_strbuf_puts(out, "</span> <span class=\"chip\">");
    gaz_html_cstring(out, c->author.name);
    gaz_strbuf_printf(out, "</span> <span class=\"count\">%.10s</span></h2>\n", when);
    if (hit->match_count)
        put_commit_lines(out, hit);
    if (hit->lines > hit->match_count && hit->match_count) {
        gaz_strbuf_puts(out, "<p class=\"more\">");
        gaz_html_plural(out, hit->lines - hit->match_count, "more line matches",
                        "more lines match");
        gaz_strbuf_puts(out, "</p>\n");
    }
    gaz_strbuf_puts(out, "</article>\n");
    return gaz_strbuf_check(out, err);
}

static gaz_status on_history(void *ctx, const char *repo, gaz_commits *index, gaz_error *err)
{
    results *r = ctx;
    const gaz_commits_end *end = index ? &gaz_commits_state_of(index)->end : NULL;
    size_t count = index ? gaz_commits_count(index) : 0;
    if (end && !end->goes_on && !end->missing)
        return GAZ_OK;
    gaz_strbuf_puts(&r->ends, "<li>");
    gaz_html_cstring(&r->ends, repo);
    if (!count) {
        gaz_strbuf_puts(&r->ends, ": its history is not indexed");
    } else {
        char when[32];
        gaz_time_format(gaz_commits_time(index, (uint32_t)count - 1) * 1000000, when);
        gaz_strbuf_printf(&r->ends, ": history is indexed back to %.10s", when);
    }
    gaz_strbuf_puts(&r->ends, "</li>\n");
    return gaz_strbuf_check(&r->ends, err);
}

static gaz_status search(results *r, gaz_search_result *found, gaz_error *why)
{
    const gaz_history_visitor visitor = {on_commit, on_history, r};
    gaz_engine *engine = r->call->services->engine;
    r->history = gaz_query_wants_history(r->request.query, r->request.query_len);
    return r->history ? gaz_engine_search_history(engine, &r->request, &visitor, found, why)
                      : gaz_engine_search(engine, &r->request, on_hit, r, found, why);
}

/* Words that mean themselves: no fields, quotes, groups, operators. They can be looked for in
 * paths, too. */
static bool is_plain(const char *query, size_t len)
{
    static const char *const operators[] = {"or", "OR", "and", "AND", "not", "NOT"};
    for (size_t i = 0; i < len; i++) {
        char c = query[i];
        bool ok = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
                  c == '.' || c == ' ' || (c == '-' && i > 0 && query[i - 1] != ' ') ||
                  (c == '/' && i > 0 && query[i - 1] != ' ');
        if (!ok)
            return false;
    }
    for (size_t i = 0, n; i < len; i += n + 1) {
        n = strcspn(query + i, " ");
        for (size_t k = 0; k < sizeof operators / sizeof operators[0]; k++)
            if (strlen(operators[k]) == n && memcmp(operators[k], query + i, n) == 0)
                return false;
    }
    return len > 0 && strspn(query, " ") < len;
}

/* A box beside the results; nothing when it fails, takes too long or finds nothing. */
static void put_paths(gaz_strbuf *out, const results *main_results)
{
    const gaz_search_request *asked = &main_results->request;
    if (asked->cursor || asked->query_len > GAZ_QUERY_MAX - 16 ||
        !is_plain(asked->query, asked->query_len))
        return;
    gaz_strbuf query = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&query, "type:file ");
    gaz_strbuf_add(&query, asked->query, asked->query_len);
    results r = {.call = main_results->call, .rev = main_results->rev, .paths_only = true};
    r.request = (gaz_search_request){.query = query.data,
                                     .query_len = query.len,
                                     .repo = asked->repo,
                                     .rev = asked->rev,
                                     .limit = PATHS_SHOWN,
                                     .deadline_us = gaz_deadline(PATHS_MS),
                                     .cancelled = asked->cancelled,
                                     .cancelled_ctx = asked->cancelled_ctx};
    gaz_strbuf_init(&r.html, GAZ_PAGE_MAX);
    gaz_search_result found;
    gaz_search_result_init(&found);
    gaz_error ignored = {0};
    gaz_status st = query.failed == GAZ_OK ? gaz_engine_search(r.call->services->engine, &r.request,
                                                               on_hit, &r, &found, &ignored)
                                           : GAZ_E_NOMEM;
    if (st == GAZ_OK && r.files) {
        gaz_strbuf_puts(out, "<section class=\"paths\" aria-label=\"Files whose path "
                             "matches\">\n<h2>Files whose path matches</h2>\n<ul>\n");
        gaz_strbuf_add(out, r.html.data, r.html.len);
        gaz_strbuf_puts(out, "</ul>\n");
        if (found.stats.files > r.files || !found.complete) {
            gaz_strbuf_puts(out, "<p class=\"more\"><a href=\"/search?q=");
            gaz_uri_encode(out, query.data, query.len, true);
            gaz_strbuf_puts(out, "\">all of them</a></p>\n");
        }
        gaz_strbuf_puts(out, "</section>\n");
    }
    gaz_search_result_release(&found);
    gaz_strbuf_release(&r.html);
    gaz_strbuf_release(&query);
}

static const char *reason_text(const char *reason)
{
    static const struct {
        const char *reason, *text;
    } known[] = {
        {"limit", "These are the best files; the next page has more."},
        {"timeout", "The search ran out of time; these are the matches found until then. A more "
                    "specific query, or "
                    "<code>timeout:30s</code>, finds the rest."},
        {"memory", "The search met its memory limit; these are the matches found until then. A "
                   "more specific query finds the rest."},
        {"pattern", "The regular expression backtracks too much for some files; these are the "
                    "matches in the others. A simpler one finds the rest."},
        {"cancelled", "The search was given up; these are the matches found until then."},
        {"damaged",
         "A part of the index is damaged and was left out. <code>gaz check</code> tells which, "
         "<code>gaz repair</code> rebuilds it."},
        {"not_indexed", "A part of what was asked is not indexed yet; the list of repositories "
                        "says more. Searching again in a moment may find it."},
        {"symbols_pending", "The symbols of some files are still being read. Searching again in a "
                            "moment finds more."},
        {"unavailable", "The system refused to open a part of the index. Searching again in a "
                        "moment finds more."},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (reason && strcmp(reason, known[i].reason) == 0)
            return known[i].text;
    return "The answer is not complete.";
}

static void put_summary(gaz_strbuf *out, const gaz_search_result *found, const results *r,
                        int64_t took_us)
{
    gaz_strbuf_puts(out, "<p class=\"summary\" role=\"status\">");
    if (!found->stats.exact && found->stats.files)
        gaz_strbuf_puts(out, "At least ");
    if (!found->stats.files && !r->files) {
        gaz_strbuf_puts(out, found->complete ? "Nothing matches" : "Nothing was found");
    } else {
        gaz_html_plural(out, found->stats.files > r->files ? found->stats.files : r->files,
                        r->history ? "commit" : "file", r->history ? "commits" : "files");
        if (found->stats.lines) {
            gaz_strbuf_puts(out, ", ");
            gaz_html_plural(out, found->stats.lines, "line", "lines");
        }
    }
    gaz_strbuf_puts(out, " · ");
    gaz_html_duration(out, took_us);
    if (found->stats.documents) {
        gaz_strbuf_puts(out, " · ");
        gaz_html_plural(out, found->stats.documents, r->history ? "commit" : "document",
                        r->history ? "commits" : "documents");
        gaz_strbuf_puts(out, " in scope");
    }
    gaz_strbuf_puts(out, "</p>\n");
    bool limit = found->reason && strcmp(found->reason, "limit") == 0;
    if (!found->complete)
        gaz_strbuf_printf(out, "<p class=\"%s\" role=\"status\">%s</p>\n",
                          limit ? "summary" : "incomplete", reason_text(found->reason));
}

/* Notes are JSON objects of the engine's making; their texts are shown as a list. */
static void put_notes(gaz_strbuf *out, const gaz_search_result *found)
{
    if (!found->notes.len)
        return;
    gaz_strbuf json = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&json, "[%s]", found->notes.data);
    gaz_json *notes = NULL;
    gaz_error ignored = {0};
    if (json.failed == GAZ_OK && gaz_json_parse(json.data, json.len, &notes, &ignored) == GAZ_OK) {
        gaz_strbuf_puts(out, "<ul class=\"notes\">\n");
        for (size_t i = 0; i < gaz_json_size(notes); i++) {
            const gaz_json *note = gaz_json_at(notes, i), *value;
            gaz_strbuf_puts(out, "<li>");
            if (gaz_json_text(note, NULL))
                gaz_html_cstring(out, gaz_json_text(note, NULL));
            const char *key;
            void *iter = NULL;
            for (bool first = true; gaz_json_member(note, &iter, &key, &value);) {
                if (!gaz_json_text(value, NULL))
                    continue;
                gaz_strbuf_puts(out, first ? "" : " · ");
                gaz_html_cstring(out, gaz_json_text(value, NULL));
                first = false;
            }
            gaz_strbuf_puts(out, "</li>\n");
        }
        gaz_strbuf_puts(out, "</ul>\n");
        gaz_json_free(notes);
    }
    gaz_strbuf_release(&json);
}

static void put_pager(gaz_strbuf *out, const gaz_search_result *found,
                      const gaz_search_request *asked)
{
    if (!found->cursor.len && !asked->cursor)
        return;
    const struct {
        const char *rel, *text, *cursor;
        size_t len;
        bool shown;
    } links[] = {
        {"start", "First page", "", 0, asked->cursor != NULL},
        {"next", "Next page", found->cursor.data, found->cursor.len, found->cursor.len > 0}};
    gaz_strbuf_puts(out, "<nav class=\"pager\" aria-label=\"Pages\">\n");
    for (size_t i = 0; i < 2; i++) {
        if (!links[i].shown)
            continue;
        gaz_strbuf_puts(out, "<a href=\"/search?q=");
        gaz_uri_encode(out, asked->query, asked->query_len, true);
        if (asked->repo) {
            gaz_strbuf_puts(out, "&amp;repo=");
            gaz_uri_encode(out, asked->repo, strlen(asked->repo), true);
        }
        if (asked->rev) {
            gaz_strbuf_puts(out, "&amp;rev=");
            gaz_uri_encode(out, asked->rev, strlen(asked->rev), true);
        }
        if (asked->context_before != CONTEXT_LINES)
            gaz_strbuf_printf(out, "&amp;context=%" PRIu32, asked->context_before);
        if (links[i].len) {
            gaz_strbuf_puts(out, "&amp;cursor=");
            gaz_uri_encode(out, links[i].cursor, links[i].len, false);
        }
        gaz_strbuf_printf(out, "\" rel=\"%s\">%s</a>\n", links[i].rel, links[i].text);
    }
    gaz_strbuf_puts(out, "</nav>\n");
}

static void begin_page(gaz_strbuf *out, const gaz_search_request *asked)
{
    gaz_strbuf title;
    gaz_strbuf_init(&title, 200);
    gaz_strbuf_add(&title, asked->query, asked->query_len > 80 ? 80 : asked->query_len);
    gaz_page_head head = {.title = title.data,
                          .query = asked->query,
                          .query_len = asked->query_len,
                          .repo = asked->repo ? asked->repo : "",
                          .rev = asked->rev ? asked->rev : "",
                          .section = GAZ_SECTION_SEARCH};
    gaz_html_begin(out, &head);
    gaz_strbuf_release(&title);
}

static gaz_status send_failure(gaz_web_call *call, const gaz_search_request *asked, gaz_status st,
                               const gaz_error *why, gaz_error *err)
{
    gaz_strbuf out;
    gaz_strbuf_init(&out, GAZ_PAGE_MAX);
    call->status = gaz_status_http(st);
    begin_page(&out, asked);
    gaz_html_failure(&out, call->status, why, asked->query, asked->query_len);
    gaz_html_end(&out);
    return gaz_web_send(call, &out, GAZ_OK, err);
}

gaz_status gaz_page_search(gaz_web_call *call, gaz_error *err)
{
    const gaz_raw_param *q = gaz_web_param(call, "q");
    if (!q)
        return gaz_page_home(call, err);
    uint32_t context =
        (uint32_t)gaz_web_number(call, "context", 0, CONTEXT_LINES_MAX, CONTEXT_LINES);
    results r = {.call = call, .rev = gaz_web_text(call, "rev")};
    r.request = (gaz_search_request){.query = q->text,
                                     .query_len = q->len,
                                     .repo = gaz_web_text(call, "repo"),
                                     .rev = r.rev,
                                     .limit = FILES_PER_PAGE,
                                     .lines_per_file = LINES_PER_FILE,
                                     .context_before = context,
                                     .context_after = context,
                                     .cursor = gaz_web_text(call, "cursor"),
                                     .deadline_us = GAZ_NEVER,
                                     .cancelled = call->cancelled,
                                     .cancelled_ctx = call->ctx};
    gaz_strbuf_init(&r.html, GAZ_PAGE_MAX);
    gaz_strbuf_init(&r.ends, GAZ_PAGE_MAX);
    gaz_search_result found;
    gaz_search_result_init(&found);
    gaz_error why = {0};
    int64_t started = gaz_now_us();
    gaz_status st = search(&r, &found, &why);
    int64_t took = gaz_now_us() - started;
    if (st == GAZ_OK) {
        gaz_strbuf out;
        gaz_strbuf_init(&out, GAZ_PAGE_MAX);
        begin_page(&out, &r.request);
        put_summary(&out, &found, &r, took);
        put_notes(&out, &found);
        if (r.ends.len) {
            gaz_strbuf_puts(&out, "<ul class=\"notes\">\n");
            gaz_strbuf_add(&out, r.ends.data, r.ends.len);
            gaz_strbuf_puts(&out, "</ul>\n");
        }
        put_paths(&out, &r);
        gaz_strbuf_add(&out, r.html.data, r.html.len);
        put_pager(&out, &found, &r.request);
        gaz_html_end(&out);
        st = gaz_web_send(call, &out, gaz_strbuf_check(&r.html, err), err);
    } else {
        st = send_failure(call, &r.request, st, &why, err);
    }
    gaz_search_result_release(&found);
    gaz_strbuf_release(&r.html);
    gaz_strbuf_release(&r.ends);
    return st;
}
