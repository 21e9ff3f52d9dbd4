/* / and /repos: what there is to search, and how to ask. */
#include "pages.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/store/tree_state.h"

#define HOME_REPOS 24  /* on the home page */
#define REPOS_PAGE 200 /* on a page of the overview */

/* A URL without the user name and password it may hold. */
static void put_source(gaz_strbuf *out, const char *source)
{
    const char *scheme = strstr(source, "://");
    const char *host = scheme ? scheme + 3 : source;
    size_t authority = strcspn(host, "/");
    const char *at = scheme ? memrchr(host, '@', authority) : NULL;
    gaz_html_text(out, source, (size_t)(host - source));
    gaz_html_cstring(out, at ? at + 1 : host);
}

/* How long ago, or how far ahead. */
static void put_age(gaz_strbuf *out, int64_t wall_us)
{
    char when[32];
    int64_t seconds = (gaz_wall_us() - wall_us) / 1000000, away = seconds < 0 ? -seconds : seconds;
    gaz_time_format(wall_us, when);
    gaz_strbuf_printf(out, "<time datetime=\"%s\" title=\"%s\">", when, when);
    if (away < 60) {
        gaz_strbuf_puts(out, seconds < 0 ? "within a minute" : "just now");
    } else {
        gaz_strbuf_puts(out, seconds < 0 ? "in " : "");
        if (away < 7200)
            gaz_strbuf_printf(out, "%lld min", (long long)away / 60);
        else if (away < 172800)
            gaz_strbuf_printf(out, "%lld h", (long long)away / 3600);
        else
            gaz_strbuf_printf(out, "%lld days", (long long)away / 86400);
        gaz_strbuf_puts(out, seconds < 0 ? "" : " ago");
    }
    gaz_strbuf_puts(out, "</time>");
}

static void put_status(gaz_strbuf *out, const gaz_repo_row *row)
{
    if (row->last_error) {
        gaz_strbuf_puts(out, "<span class=\"bad\">failed:</span> ");
        gaz_html_cstring(out, row->last_error);
    } else if (!row->indexed_us) {
        gaz_strbuf_puts(out, "not indexed yet");
    } else {
        gaz_strbuf_puts(out, "indexed ");
        put_age(out, row->indexed_us);
    }
    if (row->note) {
        gaz_strbuf_puts(out, "<br><span class=\"bad\">note:</span> ");
        gaz_html_cstring(out, row->note);
    }
}

static void put_repo_link(gaz_strbuf *out, const gaz_repo_row *row)
{
    gaz_link link = {.kind = "tree", .repo = row->name};
    gaz_strbuf_puts(out, "<a href=\"");
    gaz_html_link(out, &link);
    gaz_strbuf_puts(out, "\">");
    gaz_html_cstring(out, row->name);
    gaz_strbuf_puts(out, "</a>");
}

static void free_rows(gaz_repo_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        gaz_repo_row_release(&rows[i]);
    free(rows);
}

/* ---- the home page ---- */

static void put_syntax(gaz_strbuf *out)
{
    static const char *const rows[][2] = {
        {"foo bar", "lines of files that hold both words, in any order"},
        {"\"exact text\"", "this text, blanks and all"},
        {"/err(or|no)\\b/", "a regular expression"},
        {"foo or bar, -foo, (…)", "either; without; grouped"},
        {"file:\\.c$ -file:test", "only in files whose path matches"},
        {"repo:kernel", "only in repositories whose name matches"},
        {"lang:go", "only in one language"},
        {"case:yes", "upper and lower case differ (else they do when you write upper case)"},
        {"rev:v1.2 branch:main", "at a tag, branch or commit"},
        {"type:file name", "files by path instead of content"},
        {"count:all", "count every match exactly"},
    };
    gaz_strbuf_puts(out, "<section aria-labelledby=\"syntax\">\n<h2 id=\"syntax\">How to "
                         "ask</h2>\n<table class=\"syntax\">\n"
                         "<thead class=\"sr\"><tr><th scope=\"col\">Query</th><th "
                         "scope=\"col\">Meaning</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gaz_strbuf_puts(out, "<tr><td><code>");
        gaz_html_cstring(out, rows[i][0]);
        gaz_strbuf_puts(out, "</code></td><td>");
        gaz_html_cstring(out, rows[i][1]);
        gaz_strbuf_puts(out, "</td></tr>\n");
    }
    gaz_strbuf_puts(out, "</tbody>\n</table>\n</section>\n");
}

gaz_status gaz_page_home(gaz_web_call *call, gaz_error *err)
{
    gaz_repo_row *rows = NULL;
    size_t count = 0;
    gaz_status st = gaz_store_repo_list(call->services->store, &rows, &count, err);
    if (st != GAZ_OK)
        return st;
    gaz_strbuf out;
    gaz_strbuf_init(&out, GAZ_PAGE_MAX);
    gaz_page_head head = {.section = GAZ_SECTION_SEARCH, .large = true};
    gaz_html_begin(&out, &head);
    gaz_strbuf_puts(&out, "<div class=\"home\">\n<section aria-labelledby=\"repos\">\n<h2 "
                          "id=\"repos\">Repositories</h2>\n");
    if (!count)
        gaz_strbuf_puts(
            &out, "<p>There are none yet. Add one with <code>gaz add PATH-OR-URL</code>.</p>\n");
    else
        gaz_strbuf_puts(&out, "<ul class=\"repos\">\n");
    for (size_t i = 0; i < count && i < HOME_REPOS; i++) {
        gaz_strbuf_puts(&out, "<li>");
        put_repo_link(&out, &rows[i]);
        gaz_strbuf_puts(&out, " <small>");
        put_status(&out, &rows[i]);
        gaz_strbuf_puts(&out, "</small></li>\n");
    }
    if (count)
        gaz_strbuf_puts(&out, "</ul>\n");
    if (count > HOME_REPOS) {
        gaz_strbuf_puts(&out, "<p class=\"more\"><a href=\"/repos\">all ");
        gaz_html_count(&out, count);
        gaz_strbuf_puts(&out, "</a></p>\n");
    }
    gaz_strbuf_puts(&out, "</section>\n");
    put_syntax(&out);
    gaz_strbuf_puts(&out, "</div>\n");
    gaz_html_end(&out);
    free_rows(rows, count);
    return gaz_web_send(call, &out, GAZ_OK, err);
}

/* ---- the overview ---- */

static void put_tree(gaz_strbuf *out, const gaz_web_call *call, const gaz_repo_row *row)
{
    gaz_tree_state tree;
    if (gaz_store_tree_state(call->services->store, row, &tree, NULL) != GAZ_OK)
        return;
    gaz_strbuf_puts(out, "<br><small>work tree: ");
    gaz_html_count(out, tree.files);
    gaz_strbuf_puts(out, tree.files == 1 ? " file" : " files");
    if (tree.changed_us) {
        gaz_strbuf_puts(out, ", changed ");
        put_age(out, tree.changed_us);
    }
    gaz_strbuf_puts(out, tree.live ? ", watched</small>" : ", not watched</small>");
}

static void put_poll(gaz_strbuf *out, const gaz_web_call *call, const gaz_repo_row *row)
{
    gaz_poll_info poll;
    if (!gaz_runner_poll(call->services->runner, row->name, &poll))
        return;
    gaz_strbuf_puts(out, "<br><small>");
    if (poll.last_us) {
        gaz_strbuf_puts(out, "looked at ");
        put_age(out, poll.last_us);
        gaz_strbuf_puts(out, ", again ");
    } else {
        gaz_strbuf_puts(out, "looked at ");
    }
    put_age(out, poll.next_us);
    gaz_strbuf_puts(out, "</small>");
    if (!poll.failures)
        return;
    gaz_strbuf_puts(out, "<br><span class=\"bad\">failed ");
    gaz_html_count(out, poll.failures);
    gaz_strbuf_puts(out, poll.failures == 1 ? " time:</span> " : " times in a row:</span> ");
    gaz_html_cstring(out, poll.error);
}

static void put_row(gaz_strbuf *out, gaz_web_call *call, const gaz_repo_row *row)
{
    uint64_t files = 0, bytes = 0, skipped = 0;
    gaz_error ignored = {0};
    bool known = row->indexed_us && gaz_engine_repo_stats(call->services->engine, row->name, &files,
                                                          &bytes, &skipped, &ignored) == GAZ_OK;
    gaz_strbuf_puts(out, "<tr><th scope=\"row\">");
    put_repo_link(out, row);
    gaz_strbuf_puts(out, "<br><small>");
    put_source(out, row->source);
    gaz_strbuf_puts(out, "</small></th><td class=\"num\">");
    if (known)
        gaz_html_count(out, files);
    gaz_strbuf_puts(out, "</td><td class=\"num\">");
    if (known)
        gaz_html_bytes(out, bytes);
    gaz_strbuf_puts(out, "</td><td class=\"num\">");
    if (known)
        gaz_html_count(out, skipped);
    gaz_strbuf_puts(out, "</td><td>");
    put_status(out, row);
    put_tree(out, call, row);
    put_poll(out, call, row);
    gaz_strbuf_puts(out, "</td></tr>\n");
}

gaz_status gaz_page_repos(gaz_web_call *call, gaz_error *err)
{
    gaz_repo_row *rows = NULL;
    size_t count = 0, from = (size_t)gaz_web_number(call, "from", 0, GAZ_REPOS_MAX, 0);
    gaz_status st = gaz_store_repo_list(call->services->store, &rows, &count, err);
    if (st != GAZ_OK)
        return st;
    gaz_strbuf out;
    gaz_strbuf_init(&out, GAZ_PAGE_MAX);
    gaz_page_head head = {.title = "Repositories", .section = GAZ_SECTION_REPOS};
    gaz_html_begin(&out, &head);
    gaz_strbuf_puts(&out, "<h1>Repositories</h1>\n");
    if (!count)
        gaz_strbuf_puts(
            &out, "<p>There are none yet. Add one with <code>gaz add PATH-OR-URL</code>.</p>\n");
    else
        gaz_strbuf_puts(
            &out,
            "<div class=\"scroll\"><table class=\"list\">\n<thead><tr><th scope=\"col\">Name</th>"
            "<th scope=\"col\" class=\"num\">Files</th><th scope=\"col\" class=\"num\">Text</th>"
            "<th scope=\"col\" class=\"num\">Not searched</th><th "
            "scope=\"col\">Status</th></tr></thead>\n<tbody>\n");
    for (size_t i = from; i < count && i - from < REPOS_PAGE; i++)
        put_row(&out, call, &rows[i]);
    if (count)
        gaz_strbuf_puts(&out, "</tbody>\n</table></div>\n");
    if (count > from + REPOS_PAGE)
        gaz_strbuf_printf(&out,
                          "<nav class=\"pager\" aria-label=\"Pages\"><a href=\"/repos?from=%zu\" "
                          "rel=\"next\">Next page</a></nav>\n",
                          from + REPOS_PAGE);
    gaz_html_end(&out);
    free_rows(rows, count);
    return gaz_web_send(call, &out, GAZ_OK, err);
}
