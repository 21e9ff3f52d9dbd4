/* The functions of store and engine that the pages call, answered from a small hostile world.
 * Defined here, they keep the real ones out of the test program. */
#ifndef FAKE_ENGINE_H
#define FAKE_ENGINE_H

#include "gaz_test.h"

#include "gaz/pipeline/parse_pool.h"
#include "gaz/pipeline/runner.h"
#include "gaz/query/history_search.h"
#include "gaz/query/ref_files.h"
#include "gaz/store/tree_state.h"

typedef struct fake_world {
    const gaz_repo_row *repos;
    size_t repo_count;
    const gaz_file_hit *hits; /* of a search */
    size_t hit_count;
    const gaz_file_hit *path_hits; /* of a search for type:file */
    size_t path_hit_count;
    gaz_search_result result;
    gaz_status search_status;
    gaz_error search_error;
    char queries[8][600]; /* asked, in order */
    gaz_search_request requests[8];
    size_t query_count;
    const gaz_commit_hit *commits; /* of a search for type:commit */
    size_t commit_count;
    const char *text; /* of every file */
    size_t text_len;
    const char *skip;
    const gaz_tree_entry *entries;
    size_t entry_count;
    char path[600], rev[100]; /* last asked of file and tree */
    uint32_t first, last;
    uint32_t lines_at_once; /* of a file; 0: any number */
    unsigned reads;
    gaz_ref_row refs[3];
    size_t ref_count;
    gaz_tree_state tree;               /* of every repository, once there are files in it */
    gaz_poll_info poll;                /* of every repository, once there is a next look */
    const gaz_highlight_span *colours; /* of every file's text; NULL: nothing can be parsed */
    uint32_t colour_count;
    uint32_t parsed_from, parsed_to;
} fake_world;
static fake_world fake;

void gaz_search_result_init(gaz_search_result *r)
{
    memset(r, 0, sizeof *r);
    r->complete = true;
    r->cursor = r->explain = r->notes = GAZ_STRBUF_INIT;
}

void gaz_search_result_release(gaz_search_result *r)
{
    gaz_strbuf_release(&r->cursor);
    gaz_strbuf_release(&r->explain);
    gaz_strbuf_release(&r->notes);
}

bool gaz_query_wants_history(const char *query, size_t len)
{
    return len > 12 && memcmp(query, "type:commit ", 12) == 0;
}

/* Behind the commits comes a repository whose history is not indexed. */
gaz_status gaz_engine_search_history(gaz_engine *engine, const gaz_search_request *request,
                                     const gaz_history_visitor *visitor, gaz_search_result *result,
                                     gaz_error *err)
{
    (void)engine;
    (void)request;
    (void)result;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < fake.commit_count; i++)
        st = visitor->commit(visitor->ctx, &fake.commits[i], err);
    return st == GAZ_OK ? visitor->history(visitor->ctx, "a/b", NULL, err) : st;
}

const gaz_commits_state *gaz_commits_state_of(const gaz_commits *index)
{
    (void)index;
    return NULL;
}

size_t gaz_commits_count(const gaz_commits *index)
{
    (void)index;
    return 0;
}

int64_t gaz_commits_time(const gaz_commits *index, uint32_t rank)
{
    (void)index;
    (void)rank;
    return 0;
}

gaz_status gaz_engine_search(gaz_engine *engine, const gaz_search_request *request,
                             gaz_hit_visit visit, void *ctx, gaz_search_result *result,
                             gaz_error *err)
{
    (void)engine;
    assert_true(fake.query_count < 8);
    snprintf(fake.queries[fake.query_count], sizeof fake.queries[0], "%.*s",
             (int)request->query_len, request->query);
    fake.requests[fake.query_count++] = *request;
    bool paths = strncmp(request->query, "type:file ", 10) == 0;
    if (fake.search_status != GAZ_OK && !paths) {
        if (err)
            *err = fake.search_error;
        return fake.search_status;
    }
    const gaz_file_hit *hits = paths ? fake.path_hits : fake.hits;
    size_t count = paths ? fake.path_hit_count : fake.hit_count;
    for (size_t i = 0; i < count; i++) {
        gaz_status st = visit(ctx, &hits[i], err);
        if (st != GAZ_OK)
            return st;
    }
    if (!paths) {
        result->complete = fake.result.complete;
        result->reason = fake.result.reason;
        result->stats = fake.result.stats;
        gaz_strbuf_puts(&result->cursor, fake.result.cursor.data ? fake.result.cursor.data : "");
        gaz_strbuf_puts(&result->notes, fake.result.notes.data ? fake.result.notes.data : "");
    } else {
        result->stats.files = count;
    }
    return GAZ_OK;
}

gaz_status gaz_engine_file(gaz_engine *engine, const char *repo, const char *rev, const char *path,
                           uint32_t first, uint32_t last, gaz_file_view *out, gaz_error *err)
{
    (void)engine;
    (void)repo;
    snprintf(fake.path, sizeof fake.path, "%s", path);
    snprintf(fake.rev, sizeof fake.rev, "%s", rev ? rev : "(none)");
    fake.first = first;
    fake.last = last;
    fake.reads++;
    if (fake.lines_at_once && (!first || last - first >= fake.lines_at_once))
        return gaz_error_set(err, GAZ_E_LIMIT, "too many lines");
    if (!fake.text && !fake.skip)
        return gaz_error_set(err, GAZ_E_NOT_FOUND, "no file <%s>", path);
    *out = (gaz_file_view){.skip = fake.skip,
                           .encoding = "latin1",
                           .size = fake.text_len,
                           .text = GAZ_STRBUF_INIT,
                           .lang = "C++",
                           .first_line = first ? first : 1};
    uint32_t line = 1;
    for (size_t i = 0; i < fake.text_len; i++) {
        if (!first || (line >= first && line <= last))
            gaz_strbuf_putc(&out->text, fake.text[i]);
        line += fake.text[i] == '\n';
    }
    out->lines_total = fake.text_len ? line - (fake.text[fake.text_len - 1] == '\n') : 0;
    return GAZ_OK;
}

void gaz_file_view_release(gaz_file_view *view)
{
    gaz_strbuf_release(&view->text);
}

/* The one file there is, in C. */
gaz_status gaz_ref_files_open(gaz_engine *engine, const char *repo, const char *rev,
                              gaz_ref_files **out, gaz_error *err)
{
    (void)engine, (void)repo, (void)rev, (void)out, (void)err;
    return GAZ_OK;
}

void gaz_ref_files_unref(gaz_ref_files *files)
{
    (void)files;
}

gaz_status gaz_ref_files_find(const gaz_ref_files *files, const char *path, uint32_t *file,
                              gaz_error *err)
{
    (void)files, (void)path, (void)err;
    *file = 0;
    return GAZ_OK;
}

void gaz_ref_files_at(const gaz_ref_files *files, uint32_t file, gaz_ref_file *out)
{
    (void)files, (void)file;
    *out = (gaz_ref_file){.language = 41, .text_len = (uint32_t)fake.text_len};
}

gaz_status gaz_ref_files_text(gaz_ref_files *files, uint32_t file, uint32_t first, uint32_t last,
                              gaz_strbuf *text, gaz_error *err)
{
    (void)files, (void)file, (void)err;
    assert_int_equal(first + last, 0);
    gaz_strbuf_add(text, fake.text, fake.text_len);
    return GAZ_OK;
}

gaz_status gaz_parse_highlight(gaz_parse_pool *pool, uint32_t language, const char *text,
                               size_t len, uint32_t start, uint32_t end, int64_t deadline_us,
                               gaz_highlights *out, gaz_error *err)
{
    (void)pool, (void)text, (void)deadline_us, (void)err;
    assert_int_equal(language, 41);
    assert_int_equal(len, fake.text_len);
    fake.parsed_from = start;
    fake.parsed_to = end;
    out->spans = fake.colours;
    out->count = fake.colour_count;
    return GAZ_OK;
}

gaz_status gaz_engine_tree(gaz_engine *engine, const char *repo, const char *rev, const char *path,
                           gaz_tree_visit visit, void *ctx, gaz_error *err)
{
    (void)engine;
    snprintf(fake.path, sizeof fake.path, "%s", path);
    snprintf(fake.rev, sizeof fake.rev, "%s", rev ? rev : "(none)");
    gaz_tree_head head = {.repo = repo, .branch = "main"};
    gaz_status st = visit(ctx, &head, NULL, err);
    for (size_t i = 0; i < fake.entry_count && st == GAZ_OK; i++)
        st = visit(ctx, &head, &fake.entries[i], err);
    return st;
}

gaz_status gaz_engine_repo_stats(gaz_engine *engine, const char *repo, uint64_t *files,
                                 uint64_t *text_bytes, uint64_t *skipped, gaz_error *err)
{
    (void)engine;
    (void)repo;
    (void)err;
    *files = 78490;
    *text_bytes = 945000000;
    *skipped = 12;
    return GAZ_OK;
}

gaz_status gaz_store_repo_list(gaz_store *store, gaz_repo_row **rows, size_t *count, gaz_error *err)
{
    (void)store;
    (void)err;
    *rows = calloc(fake.repo_count + 1, sizeof **rows);
    assert_non_null(*rows);
    if (fake.repo_count)
        memcpy(*rows, fake.repos, fake.repo_count * sizeof **rows);
    *count = fake.repo_count;
    return GAZ_OK;
}

gaz_status gaz_store_tree_state(gaz_store *store, const gaz_repo_row *row, gaz_tree_state *out,
                                gaz_error *err)
{
    (void)store;
    (void)row;
    (void)err;
    *out = fake.tree;
    return fake.tree.files ? GAZ_OK : GAZ_DONE;
}

bool gaz_runner_poll(gaz_runner *runner, const char *repo, gaz_poll_info *out)
{
    (void)runner;
    (void)repo;
    *out = fake.poll;
    return fake.poll.next_us;
}

void gaz_repo_row_release(gaz_repo_row *row)
{
    (void)row;
}

/* The pages have no other way to refs: a snapshot of all repositories is not defined here, so that
 * a page that reads one does not link. */
gaz_status gaz_engine_branches(gaz_engine *engine, const char *repo, gaz_branch_visit visit,
                               void *ctx, gaz_error *err)
{
    (void)engine;
    (void)repo;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; i < fake.ref_count && st == GAZ_OK; i++)
        if (fake.refs[i].kind == GAZ_REF_BRANCH)
            st = visit(ctx, fake.refs[i].name, fake.refs[i].head, err);
    return st;
}

#endif
