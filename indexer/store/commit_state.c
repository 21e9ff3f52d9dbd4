/* The state of a commit index at one publication: which commits belong to it, in which order, out
 * of which files. It lies in the newest file. Commits are numbered in the order in which they stood
 * when their file was written, so what has to be said is mostly one run per file: the cost of a new
 * state is that of what changed. Bytes, all numbers varints:
 *
 *   limit, extractor, 1 if history goes on | 2 if it is unfinished, missing, 20 bytes of an id,
 *   number of tips, 20 bytes each,
 *   number of older files, each: 64 hexadecimal digits of its name, its commits,
 *   number of runs, each: file, first commit, commits */
#include "commit_format.h"

#include <stdlib.h>
#include <string.h>

#define TIPS_MAX 1000000

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the state of a commit index");
}

/* ---- writing ---- */

static void put(gaz_strbuf *out, uint64_t value)
{
    uint8_t bytes[GAZ_VARINT_MAX];
    gaz_strbuf_add(out, bytes, gaz_varint_encode(bytes, value));
}

/* The length of the run that begins at `at`. */
static size_t run_length(const gaz_commits_state *s, size_t at)
{
    size_t n = 1;
    while (at + n < s->count && s->order[at + n].file == s->order[at].file &&
           s->order[at + n].local == s->order[at].local + n)
        n++;
    return n;
}

gaz_status gaz_commit_state_encode(const gaz_commits_state *state, const gaz_commits_file *older,
                                   size_t older_count, gaz_strbuf *out, gaz_error *err)
{
    size_t runs = 0;
    for (size_t at = 0; at < state->count; at += run_length(state, at))
        runs++;
    put(out, state->limit);
    put(out, state->extractor);
    put(out, (state->end.goes_on ? 1u : 0u) | (state->end.unfinished ? 2u : 0u));
    put(out, state->end.missing);
    gaz_strbuf_add(out, state->end.missing_one.id, GAZ_OID_SIZE);
    put(out, state->tip_count);
    for (size_t i = 0; i < state->tip_count; i++)
        gaz_strbuf_add(out, state->tips[i].id, GAZ_OID_SIZE);
    put(out, older_count);
    for (size_t i = 0; i < older_count; i++) {
        gaz_strbuf_add(out, older[i].name, GAZ_SEALED_NAME - 1);
        put(out, older[i].commits);
    }
    put(out, runs);
    for (size_t at = 0, n; at < state->count; at += n) {
        n = run_length(state, at);
        put(out, state->order[at].file);
        put(out, state->order[at].local);
        put(out, n);
    }
    return gaz_strbuf_check(out, err);
}

/* ---- reading ---- */

typedef struct reader {
    const uint8_t *at, *end;
    bool bad;
} reader;

static uint64_t get(reader *r, uint64_t max)
{
    uint64_t value = 0;
    const uint8_t *next = r->bad ? NULL : gaz_varint_decode(r->at, r->end, &value);
    r->bad |= !next || value > max;
    if (r->bad)
        return 0;
    r->at = next;
    return value;
}

static const uint8_t *get_bytes(reader *r, size_t len)
{
    static const uint8_t nothing[GAZ_SEALED_NAME] = {0};
    if (r->bad || (size_t)(r->end - r->at) < len) {
        r->bad = true;
        return nothing;
    }
    r->at += len;
    return r->at - len;
}

static gaz_status read_tips(reader *r, commit_state *out, gaz_error *err)
{
    size_t count = (size_t)get(r, TIPS_MAX);
    if (r->bad || (size_t)(r->end - r->at) / GAZ_OID_SIZE < count) {
        r->bad = true;
        return GAZ_OK;
    }
    gaz_oid *tips = calloc(count + 1, sizeof *tips);
    if (!tips)
        return no_memory(err);
    out->state.tips = tips;
    out->state.tip_count = count;
    for (size_t i = 0; i < count; i++)
        memcpy(tips[i].id, get_bytes(r, GAZ_OID_SIZE), GAZ_OID_SIZE);
    return GAZ_OK;
}

static gaz_status read_files(reader *r, commit_state *out, gaz_error *err)
{
    size_t count = (size_t)get(r, GAZ_COMMITS_FILES_MAX);
    out->names = calloc(count + 1, sizeof *out->names);
    out->counts = calloc(count + 1, sizeof *out->counts);
    if (!out->names || !out->counts)
        return no_memory(err);
    out->file_count = count;
    for (size_t i = 0; i < count; i++) {
        memcpy(out->names[i], get_bytes(r, GAZ_SEALED_NAME - 1), GAZ_SEALED_NAME - 1);
        out->counts[i] = (uint32_t)get(r, GAZ_COMMITS_MAX);
    }
    return GAZ_OK;
}

static gaz_status read_runs(reader *r, commit_state *out, gaz_error *err)
{
    GAZ_VEC(gaz_commit_place) order = {0};
    uint64_t runs = get(r, GAZ_COMMITS_MAX);
    for (uint64_t i = 0; i < runs && !r->bad; i++) {
        uint32_t file = (uint32_t)get(r, out->file_count);
        uint32_t first = (uint32_t)get(r, GAZ_COMMITS_MAX);
        uint64_t len = get(r, GAZ_COMMITS_MAX);
        r->bad |= !len || order.len + len > GAZ_COMMITS_MAX;
        if (!r->bad && !gaz_vec_reserve(&order, len)) {
            gaz_vec_free(&order);
            return no_memory(err);
        }
        for (uint64_t k = 0; k < len && !r->bad; k++)
            order.items[order.len++] = (gaz_commit_place){file, first + (uint32_t)k};
    }
    out->state.order = order.items;
    out->state.count = order.len;
    return GAZ_OK;
}

gaz_status gaz_commit_state_decode(const uint8_t *data, size_t len, commit_state *out,
                                   gaz_error *err)
{
    reader r = {.at = data, .end = data + len};
    commit_state s = {.names = NULL};
    s.state.limit = get(&r, UINT64_MAX);
    s.state.extractor = (uint32_t)get(&r, UINT32_MAX);
    uint64_t bits = get(&r, 3);
    s.state.end.goes_on = bits & 1;
    s.state.end.unfinished = bits & 2;
    s.state.end.missing = get(&r, UINT64_MAX);
    memcpy(s.state.end.missing_one.id, get_bytes(&r, GAZ_OID_SIZE), GAZ_OID_SIZE);
    gaz_status st = read_tips(&r, &s, err);
    if (st == GAZ_OK)
        st = read_files(&r, &s, err);
    if (st == GAZ_OK)
        st = read_runs(&r, &s, err);
    if (st == GAZ_OK && (r.bad || r.at != r.end))
        st = gaz_error_set(err, GAZ_E_CORRUPT, "the state of a commit index is damaged");
    if (st != GAZ_OK)
        gaz_commit_state_release(&s);
    else
        *out = s;
    return st;
}

void gaz_commit_state_release(commit_state *s)
{
    free((void *)(uintptr_t)s->state.tips);
    free((void *)(uintptr_t)s->state.order);
    free(s->names);
    free(s->counts);
    memset(s, 0, sizeof *s);
}
