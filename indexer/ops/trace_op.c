/* history of lines: the commits that changed a definition, or lines of a file. A definition is
 * where it stands now; its lines are followed back from there (gaz/repo/history.h). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "code_answer.h"
#include "history_answer.h"
#include "lines_answer.h"

#define HITS_MAX 10000 /* looked through when they are filtered */

typedef struct trace_answer {
    code_answer code;
    uint32_t file, first, last;
    gaz_resolve_target symbol; /* index GAZ_SYMBOL_NONE: lines alone */
    gaz_commits_filter filter; /* author, after, before */
    bool filtered;
    size_t skip, limit;
    gaz_oid commit; /* where it begins */
    gaz_told told;
} trace_answer;

/* ---- what is asked about ---- */

static gaz_status find_symbol(trace_answer *t, gaz_error *err)
{
    gaz_call *call = t->code.call;
    code_meant meant = {call_text(call, "symbol"), call_text(call, "at"), call_text(call, "path")};
    code_targets targets;
    gaz_symbol_definition d;
    gaz_status st = code_find_meant(&t->code, &meant, &targets, err);
    if (st != GAZ_OK)
        return st;
    if (targets.count != 1 || targets.items[0].index == GAZ_SYMBOL_NONE) {
        gaz_error_set(err, GAZ_E_INVALID, "%s is not one definition, but %" PRIu32,
                      meant.name ? meant.name : meant.at, targets.count);
        gaz_error_hint(err,
                       "`gaz definition` lists them; choose one with at=path:line, or with path");
        return GAZ_E_INVALID;
    }
    t->symbol = targets.items[0];
    t->file = t->symbol.file;
    st = gaz_symbol_view_definition(t->code.symbols, t->file, t->symbol.index, &t->code.arena, &d,
                                    err);
    t->first = st == GAZ_OK ? d.start_line : 0;
    t->last = st == GAZ_OK ? d.end_line : 0;
    return st;
}

static gaz_status find_lines(trace_answer *t, gaz_error *err)
{
    const char *path = call_text(t->code.call, "path");
    gaz_status st = call_lines(t->code.call, &t->first, &t->last, err);
    t->symbol.index = GAZ_SYMBOL_NONE;
    if (st == GAZ_OK && !path) {
        gaz_error_set(err, GAZ_E_INVALID, "lines of which file?");
        gaz_error_hint(err, "give its path, too");
        return GAZ_E_INVALID;
    }
    return st == GAZ_OK ? code_find_file(&t->code, path, &t->file, err) : st;
}

/* "t", the commit it began at, and what was asked: the next page is of the same question whatever
 * was pushed meanwhile. */
static gaz_status read_cursor(trace_answer *t, gaz_error *err)
{
    const char *text = call_text(t->code.call, "cursor");
    char hex[GAZ_OID_HEX] = "", end = 0;
    uint64_t skip = 0;
    t->commit = gaz_ref_files_head(gaz_code_files(t->code.code))->commit;
    if (!text)
        return GAZ_OK;
    if (sscanf(text, "t%40[0-9a-f].%8" SCNx32 ".%8" SCNx32 ".%8" SCNx64 "%c", hex, &t->first,
               &t->last, &skip, &end) != 4 ||
        gaz_oid_parse(hex, &t->commit, NULL) != GAZ_OK || skip > HITS_MAX)
        return gaz_error_set(err, GAZ_E_INVALID, "the cursor is not one that this operation gave");
    t->skip = (size_t)skip;
    return GAZ_OK;
}

static gaz_status read_filter(trace_answer *t, gaz_error *err)
{
    history_answer frame = {.call = t->code.call, .all = true};
    if (call_text(t->code.call, "message"))
        return gaz_error_set(err, GAZ_E_INVALID,
                             "history of lines cannot be asked for by message: leave it out");
    gaz_status st = history_read_filter(&frame, &t->filter, err);
    t->filtered = t->filter.author || t->filter.after || t->filter.before;
    t->limit = (size_t)call_number(t->code.call, "limit");
    return st;
}

/* ---- the answer ---- */

static bool contains(const char *text, const char *part)
{
    return strcasestr(text, part) != NULL;
}

static bool passes(const trace_answer *t, const gaz_told_commit *c)
{
    const gaz_commits_filter *f = &t->filter;
    if ((f->after || f->before) && (c->committed < f->after || c->committed >= f->before))
        return false;
    return !f->author || contains(c->author, f->author) || contains(c->email, f->author);
}

static gaz_status ask_trace(trace_answer *t, gaz_error *err)
{
    gaz_call *call = t->code.call;
    gaz_ref_files *files = gaz_code_files(t->code.code);
    gaz_ref_file file;
    char *git_dir = NULL;
    gaz_ref_files_at(files, t->file, &file);
    gaz_repo_question q = {.commit = t->commit,
                           .path = gaz_arena_strndup(&t->code.arena, file.path, file.path_len),
                           .first = t->first,
                           .last = t->last,
                           .skip = t->filtered ? 0 : t->skip,
                           .limit = t->filtered ? HITS_MAX : t->limit,
                           .deadline_us = t->code.deadline};
    if (!q.path)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a path");
    gaz_status st = repo_git_dir(call, files, &git_dir, err);
    q.git_dir = git_dir;
    if (st == GAZ_OK)
        st = gaz_repo_ask_trace(call->services->repos, &q, &t->code.arena, &t->told, err);
    free(git_dir);
    if (st == GAZ_OK && !call_text(call, "cursor"))
        st = lines_check_blob(&file, &t->told.blob, err);
    return st;
}

static void put_hit(trace_answer *t, const gaz_told_lines *l)
{
    gaz_json_writer *w = &t->code.json;
    gaz_json_object_begin(w);
    put_told_commit(w, &t->told.commits[l->commit]);
    put_bytes(w, "path", "path_bytes", l->path, strlen(l->path));
    gaz_json_put_int(w, "first", l->first);
    gaz_json_put_int(w, "last", l->last);
    gaz_json_object_end(w);
}

/* @return whether there are more */
static bool put_hits(trace_answer *t)
{
    size_t passed = 0, shown = 0, skip = t->filtered ? t->skip : 0;
    gaz_json_key(&t->code.json, "commits");
    gaz_json_array_begin(&t->code.json);
    for (uint32_t i = 0; i < t->told.line_count; i++) {
        const gaz_told_lines *l = &t->told.lines[i];
        if (!passes(t, &t->told.commits[l->commit]) || passed++ < skip || shown >= t->limit)
            continue;
        put_hit(t, l);
        shown++;
    }
    gaz_json_array_end(&t->code.json);
    return passed > skip + shown || t->told.more;
}

static gaz_status put_answer(trace_answer *t, gaz_error *err)
{
    gaz_json_writer *w = &t->code.json;
    char cursor[120], hex[GAZ_OID_HEX];
    gaz_status st = GAZ_OK;
    code_put_path(&t->code, t->file);
    gaz_json_put_bool(w, "gone", false);
    gaz_json_key(w, "symbol");
    if (t->symbol.index == GAZ_SYMBOL_NONE) {
        gaz_json_null(w);
    } else {
        gaz_json_object_begin(w);
        st = code_put_definition(&t->code, t->file, t->symbol.index, false, err);
        gaz_json_object_end(w);
    }
    bool more = put_hits(t);
    gaz_oid_format(&t->commit, hex);
    snprintf(cursor, sizeof cursor, "t%s.%" PRIx32 ".%" PRIx32 ".%zx", hex, t->first, t->last,
             t->skip + t->limit);
    gaz_json_key(w, "total");
    gaz_json_null(w);
    gaz_json_put_cstring(w, "cursor", more ? cursor : NULL);
    gaz_json_put_cstring(w, "history", NULL);
    t->code.reason = !t->told.complete ? "timeout" : more ? "limit" : NULL;
    return st;
}

gaz_status history_of_lines(gaz_call *call, gaz_error *err)
{
    trace_answer t = {.file = 0};
    gaz_status st = code_begin(&t.code, call, err);
    if (st == GAZ_OK)
        st = call_text(call, "lines") ? find_lines(&t, err) : find_symbol(&t, err);
    if (st == GAZ_OK)
        st = read_cursor(&t, err);
    if (st == GAZ_OK)
        st = read_filter(&t, err);
    if (st == GAZ_OK)
        st = ask_trace(&t, err);
    if (st == GAZ_OK)
        st = put_answer(&t, err);
    if (st == GAZ_OK)
        st = code_end(&t.code, err);
    code_release(&t.code);
    return st;
}
