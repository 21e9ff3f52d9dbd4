/* Unified diffs, line by line. Heads of files come in two kinds: git's own ("diff --git", "rename
 * from", "deleted file mode", …), and the pair "---" and "+++", which decides where both are there.
 * The body of a hunk is taken by the counts of its head, so that a line "--- x" in it is no head.
 */
#include "gaz/repo/patch.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/strbuf.h"
#include "gaz/base/vec.h"

typedef struct patch_reader {
    const char *at, *end; /* the next line */
    const char *line;     /* this one */
    size_t len, number;   /* without its line end; 1-based */
    gaz_arena *arena;
    GAZ_VEC(gaz_patch_file) files;
    GAZ_VEC(gaz_patch_hunk) hunks;
    GAZ_VEC(uint32_t) first; /* hunk of each file */
    bool open;               /* a head was seen that may have hunks */
} patch_reader;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to read a diff");
}

static gaz_status bad(const patch_reader *r, const char *what, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_INVALID, "line %zu of the diff: %s", r->number, what);
    gaz_error_hint(err, "give what `git diff` prints");
    return GAZ_E_INVALID;
}

static bool next_line(patch_reader *r)
{
    if (r->at >= r->end)
        return false;
    const char *eol = memchr(r->at, '\n', (size_t)(r->end - r->at));
    r->line = r->at;
    r->len = (size_t)((eol ? eol : r->end) - r->at);
    r->at = eol ? eol + 1 : r->end;
    r->number++;
    return true;
}

static bool begins(const patch_reader *r, const char *with)
{
    size_t len = strlen(with);
    return r->len >= len && memcmp(r->line, with, len) == 0;
}

/* ---- paths ---- */

static int digit(char c)
{
    return c >= '0' && c <= '7' ? c - '0' : -1;
}

/* "a\303\244\tb", as git quotes paths. False when it does not end. */
static bool unquote(const char *text, size_t len, gaz_strbuf *out)
{
    static const char letters[] = "abfnrtv", bytes[] = "\a\b\f\n\r\t\v";
    for (size_t i = 1; i < len; i++) {
        if (text[i] == '"')
            return true;
        if (text[i] != '\\') {
            gaz_strbuf_putc(out, text[i]);
            continue;
        }
        if (++i >= len)
            return false;
        const char *letter = text[i] ? strchr(letters, text[i]) : NULL;
        if (letter) {
            gaz_strbuf_putc(out, bytes[letter - letters]);
        } else if (i + 2 < len && digit(text[i]) >= 0 && digit(text[i + 1]) >= 0 &&
                   digit(text[i + 2]) >= 0) {
            gaz_strbuf_putc(
                out, (char)(digit(text[i]) * 64 + digit(text[i + 1]) * 8 + digit(text[i + 2])));
            i += 2;
        } else {
            gaz_strbuf_putc(out, text[i]);
        }
    }
    return false;
}

/* A path behind a head of `skip` bytes. What follows a tab (a time) is no part of it.
 * @param strip  take a prefix off @param out  NULL for /dev/null */
static gaz_status read_path(patch_reader *r, size_t skip, bool strip, const char **out,
                            gaz_error *err)
{
    const char *text = r->line + skip;
    size_t len = r->len - skip;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    while (len && text[len - 1] == '\r')
        len--;
    bool ok = true;
    if (len && text[0] == '"') {
        ok = unquote(text, len, &path);
    } else {
        const char *tab = memchr(text, '\t', len);
        gaz_strbuf_add(&path, text, tab ? (size_t)(tab - text) : len);
    }
    const char *from = path.len ? path.data : "";
    size_t n = path.len;
    bool none = n == 9 && memcmp(from, "/dev/null", 9) == 0;
    if (strip && n > 2 && from[1] == '/' && strchr("abciow", from[0])) {
        from += 2;
        n -= 2;
    }
    ok = ok && n && !memchr(from, '\0', n);
    *out = ok && !none ? gaz_arena_strndup(r->arena, from, n) : NULL;
    gaz_status st = gaz_strbuf_check(&path, err);
    gaz_strbuf_release(&path);
    if (st == GAZ_OK && !ok)
        return bad(r, "it names no path", err);
    return st == GAZ_OK && !none && !*out ? no_memory(err) : st;
}

/* ---- heads ---- */

static gaz_status add_file(patch_reader *r, const char *before, const char *after, gaz_error *err)
{
    gaz_patch_file file = {.before = before, .after = after};
    if (r->files.len >= GAZ_PATCH_FILES_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "the diff changes more than %d files",
                             GAZ_PATCH_FILES_MAX);
    if (!gaz_vec_push(&r->files, file) || !gaz_vec_push(&r->first, (uint32_t)r->hunks.len))
        return no_memory(err);
    r->open = true;
    return GAZ_OK;
}

/* "diff --git a/x b/x": both paths are the same but for their prefixes, unless it is a rename,
 * which later lines tell. */
static gaz_status git_head(patch_reader *r, gaz_error *err)
{
    const char *text = r->line + 11;
    size_t len = r->len - 11;
    const char *path = NULL;
    gaz_status st = GAZ_OK;
    while (len && text[len - 1] == '\r')
        len--;
    if (len && text[0] == '"')
        st = read_path(r, 11, true, &path, err);
    else if (len > 5 && len % 2 && text[len / 2] == ' ')
        path = gaz_arena_strndup(r->arena, text + 2, len / 2 - 2);
    return st == GAZ_OK ? add_file(r, path, path, err) : st;
}

static gaz_status extended_head(patch_reader *r, gaz_patch_file *f, gaz_error *err)
{
    if (begins(r, "rename from "))
        return read_path(r, 12, false, &f->before, err);
    if (begins(r, "rename to "))
        return read_path(r, 10, false, &f->after, err);
    if (begins(r, "copy to "))
        return read_path(r, 8, false, &f->after, err);
    if (begins(r, "new file mode"))
        f->before = NULL;
    else if (begins(r, "deleted file mode"))
        f->after = NULL;
    else if (begins(r, "Binary files ") || begins(r, "GIT binary patch"))
        f->binary = true;
    return GAZ_OK;
}

/* "--- x" and then "+++ y": of git's own head before, or of a file of their own. */
static gaz_status plain_head(patch_reader *r, bool git, gaz_error *err)
{
    const char *before = NULL, *after = NULL;
    gaz_status st = read_path(r, 4, true, &before, err);
    if (st != GAZ_OK)
        return st;
    if (!next_line(r) || !begins(r, "+++ "))
        return bad(r, "behind a line '---' there must be one that begins with '+++'", err);
    st = read_path(r, 4, true, &after, err);
    if (st == GAZ_OK && !before && !after)
        return bad(r, "a file that neither was nor is there", err);
    if (st != GAZ_OK || !git)
        return st == GAZ_OK ? add_file(r, before, after, err) : st;
    gaz_patch_file *f = &r->files.items[r->files.len - 1];
    f->before = before;
    f->after = after;
    return GAZ_OK;
}

/* ---- hunks ---- */

static bool take_count(const char **at, const char *end, uint32_t *start, uint32_t *lines)
{
    uint64_t number[2] = {0, 1};
    for (int i = 0; i < 2; i++) {
        const char *from = *at;
        if (i && (*at >= end || **at != ','))
            break;
        *at += i;
        from = *at;
        for (number[i] = 0; *at < end && **at >= '0' && **at <= '9' && *at - from < 10; ++*at)
            number[i] = number[i] * 10 + (uint64_t)(**at - '0');
        if (*at == from || number[i] > INT32_MAX)
            return false;
    }
    *start = (uint32_t)number[0];
    *lines = (uint32_t)number[1];
    return true;
}

static bool read_head(const patch_reader *r, gaz_patch_hunk *h)
{
    const char *at = r->line + 4, *end = r->line + r->len;
    if (!take_count(&at, end, &h->old_start, &h->old_lines) || end - at < 2 ||
        memcmp(at, " +", 2) != 0)
        return false;
    at += 2;
    return take_count(&at, end, &h->new_start, &h->new_lines) && end - at >= 3 &&
           memcmp(at, " @@", 3) == 0;
}

static gaz_status read_hunk(patch_reader *r, gaz_error *err)
{
    gaz_patch_hunk h = {.old_start = 0};
    if (!r->open)
        return bad(r, "lines of no file: there is no '---' and '+++' before them", err);
    if (!read_head(r, &h))
        return bad(r, "it is no '@@ -1,2 +3,4 @@'", err);
    if (r->hunks.len >= GAZ_PATCH_HUNKS_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "the diff has more than %d parts",
                             GAZ_PATCH_HUNKS_MAX);
    uint64_t old = h.old_lines, new = h.new_lines;
    h.lines = r->at;
    while (old || new) {
        if (!next_line(r))
            return bad(r, "it ends before the lines that its '@@' counts", err);
        char sign = r->len ? r->line[0] : ' '; /* mailers eat the blank of an empty line */
        if (sign == '\r')
            sign = ' ';
        if (sign != '\\' && sign != ' ' && sign != '-' && sign != '+')
            return bad(r, "fewer lines than its '@@' counts", err);
        if ((sign == '-' && !old) || (sign == '+' && !new) || (sign == ' ' && (!old || !new)))
            return bad(r, "more lines than its '@@' counts", err);
        old -= sign == '-' || sign == ' ';
        new -= sign == '+' || sign == ' ';
    }
    h.len = (size_t)(r->at - h.lines);
    return gaz_vec_push(&r->hunks, h) ? GAZ_OK : no_memory(err);
}

/* ---- all of it ---- */

static gaz_status read_lines(patch_reader *r, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    bool git = false; /* in git's own head */
    while (st == GAZ_OK && next_line(r)) {
        if (begins(r, "diff --git ")) {
            st = git_head(r, err);
            git = true;
        } else if (begins(r, "--- ") && r->end - r->at > 4 && memcmp(r->at, "+++ ", 4) == 0) {
            st = plain_head(r, git, err);
            git = false;
        } else if (begins(r, "@@ -")) {
            st = read_hunk(r, err);
            git = false;
        } else if (git) {
            st = extended_head(r, &r->files.items[r->files.len - 1], err);
        }
    }
    return st;
}

static gaz_status give_out(patch_reader *r, gaz_patch *out, gaz_error *err)
{
    gaz_patch_file *files = gaz_arena_array(r->arena, r->files.len + 1, sizeof *files);
    gaz_patch_hunk *hunks = gaz_arena_array(r->arena, r->hunks.len + 1, sizeof *hunks);
    uint32_t kept = 0;
    if (!files || !hunks)
        return no_memory(err);
    if (r->hunks.len)
        memcpy(hunks, r->hunks.items, r->hunks.len * sizeof *hunks);
    for (uint32_t i = 0; i < r->files.len; i++) {
        uint32_t end = i + 1 < r->first.len ? r->first.items[i + 1] : (uint32_t)r->hunks.len;
        gaz_patch_file f = r->files.items[i];
        f.hunks = hunks + r->first.items[i];
        f.hunk_count = end - r->first.items[i];
        if (f.before || f.after)
            files[kept++] = f;
    }
    *out = (gaz_patch){files, kept};
    return GAZ_OK;
}

gaz_status gaz_patch_parse(const char *text, size_t len, gaz_arena *arena, gaz_patch *out,
                           gaz_error *err)
{
    patch_reader r = {.at = text, .end = text + len, .arena = arena};
    if (len > GAZ_PATCH_BYTES_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a diff has at most %zu bytes, not %zu",
                             GAZ_PATCH_BYTES_MAX, len);
    gaz_status st = read_lines(&r, err);
    if (st == GAZ_OK && !r.files.len && !r.number)
        st = gaz_error_set(err, GAZ_E_INVALID, "the diff is empty");
    else if (st == GAZ_OK && !r.files.len)
        st = bad(&r, "there is no diff in it: no line begins with 'diff --git', or '---'", err);
    if (st == GAZ_OK)
        st = give_out(&r, out, err);
    gaz_vec_free(&r.files);
    gaz_vec_free(&r.hunks);
    gaz_vec_free(&r.first);
    return st;
}
