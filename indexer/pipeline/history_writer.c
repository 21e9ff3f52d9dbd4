/* One file of the commit index and the text segments of its diffs, written side by side: a commit's
 * document has the number of the commit in the file. What is copied from older files keeps its text
 * as it is compressed and its grams as they are. */
#include <stdlib.h>
#include <string.h>

#include "history_run.h"

#define ZSTD_LEVEL 3
#define DIFFS_MEMORY ((size_t)256 << 20) /* of a segment being written */
#define CACHE_BYTES ((size_t)8 << 20)
#define COPY_ARENA ((size_t)256 << 20)

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to write a commit index");
}

/* ---- what is there already ---- */

static gaz_status open_segments(gaz_store *store, history_source *s, gaz_error *err)
{
    size_t count, at = 0;
    const gaz_commits_file *files = gaz_commits_files(s->index, &count);
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < count; i++) {
        uint64_t docs = 0;
        s->first[i] = (uint32_t)at;
        for (size_t k = 0; st == GAZ_OK && k < files[i].diffs.len; k++, at++) {
            st = gaz_store_path(store, GAZ_FILE_SEGMENT, files[i].diffs.items[k].name, &path, err);
            if (st == GAZ_OK)
                st = gaz_segment_open(path.data, &s->segments[at], err);
            docs += st == GAZ_OK ? gaz_segment_docs(s->segments[at]) : 0;
        }
        if (st == GAZ_OK && docs != files[i].commits)
            st = gaz_error_set(err, GAZ_E_CORRUPT, "the diffs of a commit index are not its own");
        s->first[i + 1] = (uint32_t)at;
    }
    gaz_strbuf_release(&path);
    return st;
}

gaz_status history_source_open(gaz_store *store, gaz_commits *index, history_source *out,
                               gaz_error *err)
{
    size_t count, segments = 0;
    const gaz_commits_file *files = gaz_commits_files(index, &count);
    history_source s = {.index = index};
    for (size_t i = 0; i < count; i++)
        segments += files[i].diffs.len;
    gaz_arena_init(&s.arena, COPY_ARENA);
    s.segments = calloc(segments + 1, sizeof(gaz_segment *));
    s.first = calloc(count + 2, sizeof *s.first);
    gaz_status st = s.segments && s.first ? GAZ_OK : no_memory(err);
    if (st == GAZ_OK)
        st = gaz_block_cache_new(CACHE_BYTES, &s.cache, err);
    if (st == GAZ_OK)
        st = open_segments(store, &s, err);
    *out = s;
    if (st != GAZ_OK)
        history_source_release(out);
    return st;
}

void history_source_release(history_source *s)
{
    for (size_t i = 0; s->segments && s->segments[i]; i++)
        gaz_segment_unref(s->segments[i]);
    free(s->segments);
    free(s->first);
    gaz_block_cache_free(s->cache);
    gaz_arena_release(&s->arena);
    memset(s, 0, sizeof *s);
}

/* ---- writing ---- */

gaz_status history_writer_open(gaz_store *store, gaz_run *run, history_writer *out, gaz_error *err)
{
    *out = (history_writer){.store = store, .run = run, .path = GAZ_STRBUF_INIT};
    return gaz_commits_writer_open(gaz_run_dir(run), &out->commits, err);
}

void history_writer_release(history_writer *w)
{
    gaz_commits_writer_close(w->commits);
    gaz_segment_writer_close(w->diffs);
    gaz_strbuf_release(&w->path);
    gaz_vec_free(&w->file.diffs);
    memset(w, 0, sizeof *w);
}

gaz_status history_writer_end_diffs(history_writer *w, gaz_error *err)
{
    if (!w->diffs)
        return GAZ_OK;
    gaz_segment_row row = {.docs = gaz_segment_writer_docs(w->diffs),
                           .text_bytes = gaz_segment_writer_text(w->diffs)};
    gaz_status st = gaz_segment_writer_finish(w->diffs, row.name, &row.file_bytes, err);
    gaz_segment_writer_close(w->diffs);
    w->diffs = NULL;
    if (st == GAZ_OK)
        st = gaz_store_adopt(w->store, w->run, w->path.data, GAZ_FILE_SEGMENT, row.name, err);
    if (st == GAZ_OK && !gaz_vec_push(&w->file.diffs, row))
        st = no_memory(err);
    return st;
}

/* The segment that the next document goes to. */
static gaz_status ready_diffs(history_writer *w, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    if (w->diffs &&
        (gaz_segment_writer_full(w->diffs) || gaz_segment_writer_memory(w->diffs) > DIFFS_MEMORY))
        st = history_writer_end_diffs(w, err);
    if (st != GAZ_OK || w->diffs)
        return st;
    gaz_strbuf_reset(&w->path);
    gaz_strbuf_printf(&w->path, "%s/diffs-%u.seg", gaz_run_dir(w->run),
                      gaz_commits_writer_count(w->commits));
    st = gaz_strbuf_check(&w->path, err);
    return st == GAZ_OK ? gaz_segment_writer_open(w->path.data, ZSTD_LEVEL, &w->diffs, err) : st;
}

gaz_status history_writer_add(history_writer *w, const gaz_commit_record *record,
                              const gaz_strbuf *text, gaz_error *err)
{
    gaz_skip skip;
    gaz_status st = ready_diffs(w, err);
    if (st == GAZ_OK)
        st = gaz_commits_writer_add(w->commits, record, err);
    return st == GAZ_OK
               ? gaz_segment_writer_add(w->diffs, &record->id, text->data, text->len, &skip, err)
               : st;
}

/* The document of a commit: those of a file are laid end to end over its segments. */
static gaz_status find_document(const history_source *s, gaz_commit_place place, gaz_segment **out,
                                uint32_t *doc, gaz_error *err)
{
    uint32_t at = place.local;
    for (uint32_t i = s->first[place.file]; i < s->first[place.file + 1]; i++) {
        uint32_t docs = gaz_segment_docs(s->segments[i]);
        if (at < docs) {
            *out = s->segments[i];
            *doc = at;
            return GAZ_OK;
        }
        at -= docs;
    }
    return gaz_error_set(err, GAZ_E_CORRUPT, "the diff of a commit is missing");
}

gaz_status history_writer_copy(history_writer *w, history_source *from, gaz_commit_place place,
                               gaz_error *err)
{
    gaz_commit_record record;
    gaz_segment *segment = NULL;
    uint32_t doc = 0;
    gaz_arena_reset(&from->arena);
    gaz_status st = gaz_commits_get_at(from->index, place, true, &from->arena, &record, err);
    if (st == GAZ_OK)
        st = find_document(from, place, &segment, &doc, err);
    if (st == GAZ_OK)
        st = ready_diffs(w, err);
    if (st == GAZ_OK)
        st = gaz_commits_writer_add(w->commits, &record, err);
    return st == GAZ_OK ? gaz_segment_writer_copy(w->diffs, segment, from->cache, doc, err) : st;
}
