/* Changes as requests tell them. Lines are those of the ref that is asked about: of a range its
 * end; of a diff the side that fits the ref's text, which is the one before it where it is still to
 * be applied and the one after it where it was. */
#include "change_set.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/line_start.h"
#include "gaz/repo/patch.h"
#include "lines_answer.h"

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for changes");
}

/* ---- adding ---- */

static bool add_span(change_set *s, uint32_t first, uint32_t last)
{
    change_file *f = &s->files.items[s->files.len - 1];
    gaz_graph_change item = {.file = f->file, .start_line = first, .end_line = last};
    if (f->file == UINT32_MAX || f->whole)
        return true;
    if (s->items.len >= CHANGE_SPANS_MAX) {
        f->whole = true;
        s->items.len -= f->count;
        f->count = 0;
        item.start_line = item.end_line = 0;
    }
    f->count++;
    return gaz_vec_push(&s->items, item);
}

static bool add_file(change_set *s, change_file file)
{
    file.first = (uint32_t)s->items.len;
    return gaz_vec_push(&s->files, file);
}

/* Without spans all of it changed. */
static bool end_file(change_set *s)
{
    change_file *f = &s->files.items[s->files.len - 1];
    if (f->count || f->file == UINT32_MAX)
        return true;
    f->whole = true;
    f->count = 1;
    return gaz_vec_push(&s->items, ((gaz_graph_change){.file = f->file}));
}

/* ---- files that are named ---- */

/* "path" or "path:first-last" or "path:line". */
static gaz_status read_named(change_set *s, code_answer *a, const char *text, gaz_error *err)
{
    size_t len = strlen(text), at = len;
    unsigned long first = 0, last = 0;
    change_file file = {.change = "modified"};
    while (at > 0 && ((text[at - 1] >= '0' && text[at - 1] <= '9') || text[at - 1] == '-'))
        at--;
    if (at > 1 && at < len && text[at - 1] == ':' && len - at < 20) {
        char *end = NULL;
        first = strtoul(text + at, &end, 10);
        last = *end == '-' ? strtoul(end + 1, &end, 10) : first;
        if (*end || !first || last < first || last > UINT32_MAX) {
            gaz_error_set(err, GAZ_E_INVALID, "'%.200s' is no range of lines", text);
            gaz_error_hint(err, "write changes as path, path:12 or path:12-40");
            return GAZ_E_INVALID;
        }
        len = at - 1;
    }
    char *path = gaz_arena_strndup(&a->arena, text, len);
    file.path = path;
    gaz_status st = path ? code_find_file(a, path, &file.file, err) : no_memory(err);
    if (st == GAZ_OK && (!add_file(s, file) ||
                         (first && !add_span(s, (uint32_t)first, (uint32_t)last)) || !end_file(s)))
        st = no_memory(err);
    return st;
}

/* ---- a range of revisions ---- */

typedef struct range {
    char before[GAZ_REF_NAME_MAX + 1], after[GAZ_REF_NAME_MAX + 1]; /* "": the default branch */
    bool merge_base;
} range;

static gaz_status bad_range(const char *text, const char *why, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_INVALID, "'%.200s' is no range of revisions: %s", text, why);
    gaz_error_hint(err, "write it as main..topic, or main...topic for what topic changed since it "
                        "left main");
    return GAZ_E_INVALID;
}

static gaz_status parse_range(const char *text, range *r, gaz_error *err)
{
    const char *dots = strstr(text, "..");
    *r = (range){.merge_base = dots && dots[2] == '.'};
    if (!dots)
        return bad_range(text, "there is no '..' in it", err);
    const char *after = dots + (r->merge_base ? 3 : 2);
    size_t len = (size_t)(dots - text);
    if (len > GAZ_REF_NAME_MAX || strlen(after) > GAZ_REF_NAME_MAX)
        return bad_range(text, "a name is too long", err);
    if (strstr(after, "..") || (!len && !*after))
        return bad_range(text, len ? "it has more than two ends" : "it has no ends", err);
    memcpy(r->before, text, len);
    memcpy(r->after, after, strlen(after));
    if (strcmp(r->before, "worktree") != 0 && strcmp(r->after, "worktree") != 0)
        return GAZ_OK;
    gaz_error_set(err, GAZ_E_UNSUPPORTED, "a range is of commits, and the work tree is none");
    gaz_error_hint(err, "give its diff: git diff | gaz impact diff -");
    return GAZ_E_UNSUPPORTED;
}

gaz_status change_set_begin(code_answer *a, gaz_call *call, gaz_error *err)
{
    const char *text = call->op->body ? NULL : call_text(call, "range");
    range r;
    *a = (code_answer){.call = call};
    if (!text)
        return code_begin(a, call, err);
    if (call_text(call, "rev")) {
        gaz_error_set(err, GAZ_E_INVALID, "both rev and range are given");
        gaz_error_hint(err, "a range says itself which revision is asked about: its end");
        return GAZ_E_INVALID;
    }
    gaz_status st = parse_range(text, &r, err);
    return st == GAZ_OK ? code_begin_at(a, call, r.after[0] ? r.after : NULL, err) : st;
}

static gaz_status add_told(change_set *s, code_answer *a, const gaz_told_change *c, gaz_error *err)
{
    static const char *const names[] = {[GAZ_HISTORY_ADD] = "added",
                                        [GAZ_HISTORY_DELETE] = "deleted",
                                        [GAZ_HISTORY_MODIFY] = "modified",
                                        [GAZ_HISTORY_RENAME] = "renamed"};
    change_file file = {.path = c->path,
                        .from = c->from,
                        .change = names[c->kind],
                        .file = gaz_ref_files_exact(gaz_code_files(a->code), c->path)};
    bool ok = add_file(s, file);
    for (uint32_t i = 0; ok && i < c->span_count; i++)
        ok = add_span(s, c->spans[i].first, c->spans[i].last);
    return ok && end_file(s) ? GAZ_OK : no_memory(err);
}

static gaz_status read_range(change_set *s, code_answer *a, const char *text, gaz_error *err)
{
    gaz_ref_files *files = gaz_code_files(a->code);
    gaz_told_range told;
    char *git_dir = NULL;
    range r;
    gaz_status st = parse_range(text, &r, err);
    if (st == GAZ_OK)
        st = repo_git_dir(a->call, files, &git_dir, err);
    gaz_repo_question q = {.git_dir = git_dir,
                           .commit = gaz_ref_files_head(files)->commit,
                           .deadline_us = a->deadline};
    if (st == GAZ_OK)
        st = gaz_repo_ask_range(a->call->services->repos, &q, r.before[0] ? r.before : "HEAD",
                                r.merge_base, &a->arena, &told, err);
    free(git_dir);
    for (uint32_t i = 0; st == GAZ_OK && i < told.count; i++)
        st = add_told(s, a, &told.changes[i], err);
    s->complete &= st == GAZ_OK && told.complete;
    return st;
}

/* ---- a diff ---- */

static bool next_line(const char **at, const char *end, const char **line, size_t *len)
{
    if (*at >= end)
        return false;
    const char *eol = memchr(*at, '\n', (size_t)(end - *at));
    *line = *at;
    *len = (size_t)((eol ? eol : end) - *at);
    *at = eol ? eol + 1 : end;
    if (*len && (*line)[*len - 1] == '\r')
        --*len;
    return true;
}

/* Whether the text has the lines that one side of a hunk says it has. */
static bool fits(const gaz_patch_hunk *h, const gaz_strbuf *text, char sign)
{
    uint32_t start = sign == '-' ? h->old_start : h->new_start;
    size_t from = gaz_line_start(text->data, text->len, start ? start - 1 : 0), len, own_len;
    const char *at = h->lines, *end = at + h->len, *line, *own;
    const char *text_at = text->data + from, *text_end = text->data + text->len;
    while (next_line(&at, end, &line, &len)) {
        char is = len ? line[0] : ' ';
        if (is != ' ' && is != sign)
            continue;
        if (!next_line(&text_at, text_end, &own, &own_len) || own_len != (len ? len - 1 : 0) ||
            (own_len && memcmp(own, line + 1, own_len) != 0))
            return false;
    }
    return true;
}

static bool all_fit(const gaz_patch_file *f, const gaz_strbuf *text, char sign)
{
    for (uint32_t i = 0; i < f->hunk_count; i++)
        if (!fits(&f->hunks[i], text, sign))
            return false;
    return true;
}

/* The changed lines of one side; where it has none between two of its lines, the one before. */
static bool add_hunk(change_set *s, const gaz_patch_hunk *h, char sign)
{
    uint32_t own = sign == '-' ? h->old_lines : h->new_lines;
    uint32_t line = (sign == '-' ? h->old_start : h->new_start) + (own == 0), first = 0;
    const char *at = h->lines, *end = at + h->len, *text;
    bool ok = true, other = false;
    for (size_t len; ok;) {
        bool more = next_line(&at, end, &text, &len);
        char is = more && len ? text[0] : ' ';
        if (more && is == sign) {
            first = first ? first : line;
            line++;
        } else if (more && is != ' ') {
            other |= is != '\\';
        } else {
            if (first || other)
                ok = add_span(s,
                              first      ? first
                              : line > 1 ? line - 1
                                         : 1,
                              first || line > 1 ? line - 1 : 1);
            first = 0;
            other = false;
            line++;
        }
        if (!more)
            break;
    }
    return ok;
}

static gaz_status add_lines(change_set *s, code_answer *a, const gaz_patch_file *f, gaz_error *err)
{
    change_file *c = &s->files.items[s->files.len - 1];
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_status st = f->hunk_count
                        ? gaz_ref_files_text(gaz_code_files(a->code), c->file, 0, 0, &text, err)
                        : GAZ_OK;
    if (st == GAZ_OK && f->hunk_count)
        c->side = all_fit(f, &text, '-') ? "before" : all_fit(f, &text, '+') ? "after" : NULL;
    bool ok = true;
    for (uint32_t i = 0; st == GAZ_OK && c->side && ok && i < f->hunk_count; i++) {
        ok = add_hunk(s, &f->hunks[i], c->side[0] == 'b' ? '-' : '+');
        c = &s->files.items[s->files.len - 1];
    }
    gaz_strbuf_release(&text);
    return st == GAZ_OK && !ok ? no_memory(err) : st;
}

static gaz_status add_patched(change_set *s, code_answer *a, const gaz_patch_file *f,
                              gaz_error *err)
{
    gaz_ref_files *files = gaz_code_files(a->code);
    bool renamed = f->before && f->after && strcmp(f->before, f->after) != 0;
    uint32_t old = f->before ? gaz_ref_files_exact(files, f->before) : UINT32_MAX,
             new = f->after ? gaz_ref_files_exact(files, f->after) : UINT32_MAX;
    change_file file = {.path = f->after ? f->after : f->before,
                        .from = renamed ? f->before : NULL,
                        .change = !f->before  ? "added"
                                  : !f->after ? "deleted"
                                  : renamed   ? "renamed"
                                              : "modified",
                        .file = old != UINT32_MAX ? old : new};
    if (file.file == UINT32_MAX && f->before && f->after)
        return code_find_file(a, f->before, &old, err); /* for its near misses */
    if (!add_file(s, file))
        return no_memory(err);
    gaz_status st = file.file == UINT32_MAX ? GAZ_OK : add_lines(s, a, f, err);
    return st == GAZ_OK && !end_file(s) ? no_memory(err) : st;
}

static gaz_status read_diff(change_set *s, code_answer *a, gaz_error *err)
{
    gaz_patch patch;
    const gaz_call *call = a->call;
    gaz_status st = gaz_patch_parse(call->body, call->body_len, &a->arena, &patch, err);
    for (uint32_t i = 0; st == GAZ_OK && i < patch.count; i++)
        st = add_patched(s, a, &patch.files[i], err);
    return st;
}

/* ---- all together ---- */

gaz_status change_set_read(change_set *s, code_answer *a, const char *list, gaz_error *err)
{
    *s = (change_set){.complete = true};
    if (a->call->op->body)
        return read_diff(s, a, err);
    const gaz_value *named = gaz_call_value(a->call, list);
    const char *text = call_text(a->call, "range");
    bool files = named->given;
    if (files == (text != NULL)) {
        gaz_error_set(err, GAZ_E_INVALID, "what was changed? %s",
                      files ? "Both files and a range are given"
                            : "Neither files nor a range is given");
        gaz_error_hint(err, "give %s, or a range as range=main..topic; a diff is posted", list);
        return GAZ_E_INVALID;
    }
    if (text)
        return read_range(s, a, text, err);
    gaz_status st = named->text ? read_named(s, a, named->text, err) : GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < named->count; i++)
        st = read_named(s, a, named->items[i], err);
    return st;
}

void change_set_release(change_set *s)
{
    gaz_vec_free(&s->files);
    gaz_vec_free(&s->items);
}

void change_set_put(const change_set *s, code_answer *a)
{
    gaz_json_writer *w = &a->json;
    gaz_json_key(w, "changes");
    gaz_json_array_begin(w);
    for (size_t i = 0; i < s->files.len; i++) {
        const change_file *f = &s->files.items[i];
        gaz_json_object_begin(w);
        put_bytes(w, "path", "path_bytes", f->path, strlen(f->path));
        if (f->from)
            gaz_json_put_string(w, "from", f->from, strlen(f->from));
        else
            gaz_json_put_cstring(w, "from", NULL);
        gaz_json_put_cstring(w, "change", f->change);
        gaz_json_put_bool(w, "in_ref", f->file != UINT32_MAX);
        gaz_json_key(w, "lines");
        gaz_json_array_begin(w);
        for (uint32_t k = 0; !f->whole && k < f->count; k++) {
            const gaz_graph_change *item = &s->items.items[f->first + k];
            gaz_json_array_begin(w);
            gaz_json_int(w, item->start_line);
            gaz_json_int(w, item->end_line);
            gaz_json_array_end(w);
        }
        gaz_json_array_end(w);
        gaz_json_put_cstring(w, "side", f->side);
        gaz_json_object_end(w);
    }
    gaz_json_array_end(w);
}
