/* The added and removed lines of a change: both blobs are read under a limit and compared by
 * libgit2's xdiff, whose heuristics bound its time (it does not look for the smallest difference).
 * A file that comes or goes whole needs no comparison. */
#include <git2.h>
#include <stdlib.h>
#include <string.h>

#include "history_private.h"

#define BINARY_PREFIX 8000 /* bytes in which git looks for a NUL */

typedef struct line_state {
    gaz_history_line_visit visit;
    void *ctx;
    gaz_status failed;
    gaz_error *err;
} line_state;

static int on_line(const git_diff_delta *delta, const git_diff_hunk *hunk,
                   const git_diff_line *line, void *payload)
{
    line_state *s = payload;
    (void)delta;
    (void)hunk;
    if (line->origin != GIT_DIFF_LINE_ADDITION && line->origin != GIT_DIFF_LINE_DELETION)
        return 0;
    bool added = line->origin == GIT_DIFF_LINE_ADDITION;
    int number = added ? line->new_lineno : line->old_lineno;
    gaz_history_line out = {.sign = added ? '+' : '-',
                            .line = number > 0 ? (uint32_t)number : 0,
                            .text = line->content,
                            .len = line->content_len};
    if (out.len && out.text[out.len - 1] == '\n')
        out.len--;
    s->failed = s->visit(s->ctx, &out, s->err);
    return s->failed == GAZ_OK ? 0 : -1;
}

/* All lines of a file that is there on one side only. */
static gaz_status whole(const gaz_strbuf *text, char sign, line_state *s)
{
    gaz_history_line out = {.sign = sign};
    for (size_t at = 0; at < text->len && s->failed == GAZ_OK; at += out.len + 1) {
        const char *eol = memchr(text->data + at, '\n', text->len - at);
        out.line++;
        out.text = text->data + at;
        out.len = eol ? (size_t)(eol - out.text) : text->len - at;
        s->failed = s->visit(s->ctx, &out, s->err);
    }
    return s->failed;
}

static gaz_status compare(const gaz_strbuf *before, const gaz_strbuf *after, line_state *s)
{
    git_diff_options options;
    if (git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION) != 0)
        return gaz_error_set(s->err, GAZ_E_INTERNAL, "libgit2 is another version than it was");
    options.flags = GIT_DIFF_FORCE_TEXT;
    options.context_lines = 0;
    options.interhunk_lines = 0;
    git_error_clear();
    int code = git_diff_buffers(before->data, before->len, "a", after->data, after->len, "a",
                                &options, NULL, NULL, NULL, on_line, s);
    if (s->failed != GAZ_OK || code == 0)
        return s->failed;
    const git_error *why = git_error_last();
    if (why && why->klass == GIT_ERROR_NOMEMORY)
        return gaz_error_set(s->err, GAZ_E_NOMEM, "no memory to compare two versions of a file");
    return gaz_error_set(s->err, GAZ_E_INTERNAL, "two versions of a file cannot be compared: %s",
                         why && why->message ? why->message : "no reason given");
}

static bool is_binary(const gaz_strbuf *text)
{
    return memchr(text->data, 0, text->len < BINARY_PREFIX ? text->len : BINARY_PREFIX) != NULL;
}

/* One side; what cannot be had is told by `end`, not by the status. */
static gaz_status read_side(gaz_repo *repo, const gaz_oid *blob, uint64_t max, gaz_strbuf *out,
                            gaz_lines_end *end, gaz_error *err)
{
    gaz_error why = {0};
    if (gaz_oid_is_zero(blob))
        return GAZ_OK;
    gaz_status st = gaz_repo_blob(repo, blob, max, false, out, &why);
    if (st == GAZ_E_NOMEM || st == GAZ_E_CANCELLED)
        return gaz_error_set(err, st, "%s", why.message);
    if (st == GAZ_OK && is_binary(out))
        *end = GAZ_LINES_BINARY;
    else if (st != GAZ_OK)
        *end = st == GAZ_E_LIMIT ? GAZ_LINES_TOO_LARGE : GAZ_LINES_UNREADABLE;
    return GAZ_OK;
}

gaz_status gaz_history_lines(gaz_repo *repo, const gaz_history_change *change, uint64_t max,
                             gaz_history_line_visit visit, void *ctx, gaz_lines_end *end,
                             gaz_error *err)
{
    gaz_strbuf before = GAZ_STRBUF_INIT, after = GAZ_STRBUF_INIT;
    line_state s = {.visit = visit, .ctx = ctx, .err = err};
    gaz_lines_end how = GAZ_LINES_WHOLE;
    gaz_status st = GAZ_OK;
    bool text = change->entry == GAZ_ENTRY_FILE || change->entry == GAZ_ENTRY_SYMLINK;
    if (gaz_oid_compare(&change->before, &change->after) != 0 && text) {
        st = read_side(repo, &change->before, max, &before, &how, err);
        if (st == GAZ_OK && how == GAZ_LINES_WHOLE)
            st = read_side(repo, &change->after, max, &after, &how, err);
        if (st == GAZ_OK && how == GAZ_LINES_WHOLE)
            st = gaz_oid_is_zero(&change->before)  ? whole(&after, '+', &s)
                 : gaz_oid_is_zero(&change->after) ? whole(&before, '-', &s)
                                                   : compare(&before, &after, &s);
    }
    gaz_strbuf_release(&before);
    gaz_strbuf_release(&after);
    if (st == GAZ_OK)
        *end = how;
    return st;
}
