/* /tree: one directory. Also what file and directory pages share: breadcrumbs and the choice of a
 * revision. */
#include "pages.h"

#include <inttypes.h>
#include <string.h>

#define ENTRIES_MAX 20000 /* shown of one directory */
#define BRANCHES_MAX 500  /* offered */

void gaz_html_crumbs(gaz_strbuf *out, const char *repo, const char *path, size_t path_len,
                     const char *rev, bool is_file)
{
    gaz_link link = {.kind = "tree", .repo = repo, .rev = rev};
    gaz_strbuf_puts(out, "<nav class=\"crumbs\" aria-label=\"Path\"><h1><a href=\"");
    gaz_html_link(out, &link);
    gaz_strbuf_puts(out, "\">");
    gaz_html_cstring(out, repo);
    gaz_strbuf_puts(out, "</a>");
    for (size_t at = 0; at < path_len;) {
        const char *slash = memchr(path + at, '/', path_len - at);
        size_t end = slash ? (size_t)(slash - path) : path_len;
        gaz_strbuf_puts(out, "<span class=\"sep\">/</span><wbr>");
        link.path = path;
        link.path_len = end;
        if (slash || !is_file) {
            gaz_strbuf_puts(out, "<a href=\"");
            gaz_html_link(out, &link);
            gaz_strbuf_puts(out, "\">");
        } else {
            gaz_strbuf_puts(out, "<b>");
        }
        gaz_html_code(out, path + at, end - at);
        gaz_strbuf_puts(out, slash || !is_file ? "</a>" : "</b>");
        at = end + 1;
    }
    gaz_strbuf_puts(out, "</h1></nav>\n");
}

typedef struct branch_list {
    gaz_strbuf *out;
    const char *rev; /* shown; NULL: the default branch */
    bool listed;     /* it is among those offered */
    size_t shown;
} branch_list;

static gaz_status put_branch(void *ctx, const char *name, bool head, gaz_error *err)
{
    branch_list *l = ctx;
    gaz_oid id;
    if (l->shown == BRANCHES_MAX)
        return GAZ_OK;
    /* 40 hexadecimal digits alone would name an object. */
    const char *before = gaz_oid_parse(name, &id, NULL) == GAZ_OK ? "refs/heads/" : "";
    size_t skip = strlen(before);
    bool chosen =
        l->rev ? strncmp(l->rev, before, skip) == 0 && strcmp(l->rev + skip, name) == 0 : head;
    l->shown++;
    l->listed |= chosen;
    gaz_strbuf_puts(l->out, "<option value=\"");
    if (!head) {
        gaz_strbuf_puts(l->out, before);
        gaz_html_cstring(l->out, name);
    }
    gaz_strbuf_printf(l->out, "\"%s>", chosen ? " selected" : "");
    gaz_html_cstring(l->out, name);
    gaz_strbuf_puts(l->out, "</option>\n");
    return gaz_strbuf_check(l->out, err);
}

gaz_status gaz_html_revisions(gaz_strbuf *out, const gaz_web_call *call, const char *kind,
                              const char *repo, const char *path, size_t path_len, const char *rev,
                              gaz_error *err)
{
    branch_list list = {.out = out, .rev = rev, .listed = !rev};
    gaz_link here = {.kind = kind, .repo = repo, .path = path, .path_len = path_len};
    gaz_strbuf_puts(out, "<form class=\"revision\" action=\"");
    gaz_html_link(out, &here);
    gaz_strbuf_puts(out, "\">\n<label for=\"at\">Branch</label> <select id=\"at\" name=\"rev\">\n");
    gaz_status st = gaz_engine_branches(call->services->engine, repo, put_branch, &list, err);
    if (st == GAZ_OK && !list.listed) {
        gaz_strbuf_puts(out, "<option selected>");
        gaz_html_cstring(out, rev);
        gaz_strbuf_puts(out, "</option>\n");
    }
    gaz_strbuf_puts(out, "</select> <button type=\"submit\">Show</button>\n</form>\n");
    return st;
}

typedef struct listing {
    gaz_strbuf html;
    const char *repo, *path, *rev;
    size_t path_len;
    char commit[GAZ_OID_HEX];
    size_t entries;
    bool cut;
} listing;

static gaz_status on_entry(void *ctx, const gaz_tree_head *head, const gaz_tree_entry *entry,
                           gaz_error *err)
{
    listing *l = ctx;
    gaz_strbuf *out = &l->html;
    if (!entry) {
        gaz_oid_format(&head->commit, l->commit);
        return GAZ_OK;
    }
    if (l->entries == ENTRIES_MAX) {
        l->cut = true;
        return GAZ_OK;
    }
    l->entries++;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    if (l->path_len) {
        gaz_strbuf_add(&path, l->path, l->path_len);
        gaz_strbuf_putc(&path, '/');
    }
    gaz_strbuf_add(&path, entry->name, entry->name_len);
    gaz_link link = {.kind = entry->directory ? "tree" : "file",
                     .repo = l->repo,
                     .path = path.data,
                     .path_len = path.len,
                     .rev = l->rev};
    gaz_strbuf_puts(out,
                    entry->directory ? "<tr class=\"dir\"><td><a href=\"" : "<tr><td><a href=\"");
    gaz_html_link(out, &link);
    gaz_strbuf_puts(out, "\">");
    gaz_html_code(out, entry->name, entry->name_len);
    gaz_strbuf_puts(out, entry->directory ? "/</a></td><td>" : "</a></td><td>");
    if (entry->directory)
        gaz_html_plural(out, entry->files, "file", "files");
    else if (entry->skip)
        gaz_html_cstring(out, entry->skip);
    else
        gaz_html_cstring(out, entry->lang);
    gaz_strbuf_puts(out, "</td></tr>\n");
    gaz_status st = gaz_strbuf_check(&path, err);
    gaz_strbuf_release(&path);
    return st == GAZ_OK ? gaz_strbuf_check(out, err) : st;
}

static gaz_status render(gaz_web_call *call, listing *l, gaz_error *err)
{
    gaz_strbuf out;
    gaz_strbuf_init(&out, GAZ_PAGE_MAX);
    gaz_page_head head = {
        .title = l->path_len ? l->path : l->repo, .repo = l->repo, .rev = l->rev ? l->rev : ""};
    gaz_html_begin(&out, &head);
    gaz_html_crumbs(&out, l->repo, l->path, l->path_len, l->rev, false);
    gaz_status st =
        gaz_html_revisions(&out, call, "tree", l->repo, l->path, l->path_len, l->rev, err);
    if (l->commit[0])
        gaz_strbuf_printf(&out, "<p class=\"facts\">commit <span title=\"%s\">%.12s</span></p>\n",
                          l->commit, l->commit);
    if (l->entries) {
        gaz_strbuf_puts(&out, "<table class=\"list\">\n<thead><tr><th scope=\"col\">Name</th><th "
                              "scope=\"col\">Language or files</th></tr></thead>\n<tbody>\n");
        gaz_strbuf_add(&out, l->html.data, l->html.len);
        gaz_strbuf_puts(&out, "</tbody>\n</table>\n");
    } else {
        gaz_strbuf_puts(&out, "<p class=\"incomplete\">This directory is empty.</p>\n");
    }
    if (l->cut)
        gaz_strbuf_printf(&out,
                          "<p class=\"incomplete\">Only the first %d entries are shown.</p>\n",
                          ENTRIES_MAX);
    gaz_html_end(&out);
    return gaz_web_send(call, &out, st, err);
}

gaz_status gaz_page_tree(gaz_web_call *call, gaz_error *err)
{
    gaz_arena arena;
    gaz_arena_init(&arena, 1u << 20);
    listing l = {.rev = gaz_web_text(call, "rev")};
    gaz_strbuf_init(&l.html, GAZ_PAGE_MAX);
    gaz_status st =
        gaz_web_place(call, strlen("/tree/"), &arena, &l.repo, &l.path, &l.path_len, err);
    if (st == GAZ_OK) {
        /* A slash at the end means the same directory. */
        char *path = gaz_arena_strndup(&arena, l.path, l.path_len);
        while (path && l.path_len && path[l.path_len - 1] == '/')
            path[--l.path_len] = '\0';
        l.path = path;
        st = path ? gaz_engine_tree(call->services->engine, l.repo, l.rev, path, on_entry, &l, err)
                  : gaz_error_set(err, GAZ_E_NOMEM, "no memory for a path");
    }
    if (st == GAZ_OK)
        st = render(call, &l, err);
    gaz_strbuf_release(&l.html);
    gaz_arena_release(&arena);
    return st;
}
