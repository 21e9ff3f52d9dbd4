/* Words of messages: FTS5 finds the commits, ranking is ours. Its own bm25() counts what is in one
 * file, dead commits too, and would rank an index that grew unlike one that was made at once; here
 * counts are over the commits in the index, whatever files they lie in. An auxiliary function hands
 * out how often each phrase of a query occurs in a message; a message's length is its bytes. */
#include "commit_format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 64
#define WORDS_BYTES 4096
#define K1 1.2
#define B 0.75

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to search messages");
}

/* ---- gaz_hits() ---- */

/* gaz_hits(messages): occurrences of each phrase in the row, 32 bits each. */
static void count_hits(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *ctx,
                       int argc, sqlite3_value **argv)
{
    uint32_t counts[WORDS_MAX] = {0};
    int phrases = api->xPhraseCount(fts), hits = 0;
    (void)argc;
    (void)argv;
    int rc = api->xInstCount(fts, &hits);
    for (int i = 0; rc == SQLITE_OK && i < hits; i++) {
        int phrase = 0, column = 0, offset = 0;
        rc = api->xInst(fts, i, &phrase, &column, &offset);
        if (rc == SQLITE_OK && phrase >= 0 && phrase < WORDS_MAX)
            counts[phrase]++;
    }
    if (rc != SQLITE_OK)
        sqlite3_result_error_code(ctx, rc);
    else
        sqlite3_result_blob(ctx, counts, (phrases < WORDS_MAX ? phrases : WORDS_MAX) * 4,
                            SQLITE_TRANSIENT);
}

gaz_status gaz_commit_words_prepare(commit_file *f, gaz_error *err)
{
    fts5_api *api = NULL;
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(f->db.handle, "SELECT fts5(?1)", -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_pointer(stmt, 1, (void *)&api, "fts5_api_ptr", NULL);
    if (rc == SQLITE_OK)
        sqlite3_step(stmt);
    sqlite3_finalize(stmt);
    if (rc == SQLITE_OK && api)
        rc = api->xCreateFunction(api, "gaz_hits", NULL, count_hits, NULL);
    if (rc == SQLITE_NOMEM)
        return no_memory(err);
    return rc == SQLITE_OK && api
               ? GAZ_OK
               : gaz_error_set(err, GAZ_E_INTERNAL, "SQLite has no FTS5: install one that does");
}

/* ---- queries ---- */

/* FTS5 takes nothing of it for a word otherwise, and a phrase without words finds nothing. */
static bool has_word(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z'))
            return true;
    }
    return false;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* What a user wrote as a query of FTS5, each word a quoted string, so that none of its operators
 * can be met. @param count  set to the phrases in it */
static gaz_status form_query(const char *words, const char *joint, gaz_strbuf *out, size_t *count,
                             gaz_error *err)
{
    *count = 0;
    if (strlen(words) > WORDS_BYTES)
        return gaz_error_set(err, GAZ_E_LIMIT, "a search in messages has at most %d bytes",
                             WORDS_BYTES);
    for (const char *at = words; *at;) {
        bool quoted = *at == '"';
        const char *from = at + quoted;
        if (!quoted && is_space(*at)) {
            at++;
            continue;
        }
        const char *end = from;
        while (*end && (quoted ? *end != '"' : !is_space(*end) && *end != '"'))
            end++;
        if (quoted && !*end) {
            gaz_error_set(err, GAZ_E_INVALID, "a quotation mark in the words is not closed");
            if (err && !err->column)
                err->column = (size_t)(at - words) + 1;
            return GAZ_E_INVALID;
        }
        bool prefix = !quoted && end > from + 1 && end[-1] == '*';
        size_t len = (size_t)(end - from) - prefix;
        at = end + quoted;
        if (!has_word(from, len))
            continue;
        if (*count == WORDS_MAX)
            return gaz_error_set(err, GAZ_E_LIMIT, "a search in messages has at most %d words",
                                 WORDS_MAX);
        gaz_strbuf_printf(out, "%s\"%.*s\"%s", *count ? joint : "", (int)len, from,
                          prefix ? " *" : "");
        ++*count;
    }
    return gaz_strbuf_check(out, err);
}

static gaz_status match_file(commit_file *f, const char *query, uint64_t *bits, gaz_error *err)
{
    gaz_error why = {0};
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(&f->db, &stmt, &why,
                                 "SELECT rowid FROM messages WHERE messages MATCH ?", "t", query);
    while (st == GAZ_OK && (st = gaz_db_step(&f->db, stmt, &why)) == GAZ_OK) {
        int64_t id = sqlite3_column_int64(stmt, 0);
        uint32_t rank = id >= 0 && id < f->count ? f->ranks[id] : COMMIT_NONE;
        if (rank != COMMIT_NONE)
            commit_set_bit(bits, rank);
    }
    return gaz_commit_fail(f, st, &why, err);
}

gaz_status gaz_commit_words_all(gaz_commits *x, const char *words, uint64_t *bits, gaz_error *err)
{
    gaz_strbuf query = GAZ_STRBUF_INIT;
    size_t count = 0, total = x->state.state.count;
    gaz_status st = form_query(words, " ", &query, &count, err);
    if (st == GAZ_OK && !count) /* nothing is asked for: all have it */
        memset(bits, 0xff, (total + 63) / 64 * 8);
    for (size_t i = 0; st == GAZ_OK && count && i < x->file_count; i++)
        st = match_file(&x->files[i], query.data, bits, err);
    gaz_strbuf_release(&query);
    return st;
}

/* ---- ranking ---- */

typedef struct hit {
    uint32_t rank, phrase, times;
} hit;
typedef GAZ_VEC(hit) hit_list;

static gaz_status collect_hits(commit_file *f, const char *query, hit_list *out, gaz_error *err)
{
    gaz_error why = {0};
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(
        &f->db, &stmt, &why,
        "SELECT rowid, gaz_hits(messages) FROM messages WHERE messages MATCH ?", "t", query);
    while (st == GAZ_OK && (st = gaz_db_step(&f->db, stmt, &why)) == GAZ_OK) {
        int64_t id = sqlite3_column_int64(stmt, 0);
        uint32_t rank = id >= 0 && id < f->count ? f->ranks[id] : COMMIT_NONE;
        const uint8_t *counts = sqlite3_column_blob(stmt, 1);
        uint32_t phrases = (uint32_t)sqlite3_column_bytes(stmt, 1) / 4, times;
        for (uint32_t p = 0; rank != COMMIT_NONE && counts && p < phrases; p++) {
            memcpy(&times, counts + (size_t)p * 4, 4);
            if (times && !gaz_vec_push(out, ((hit){rank, p, times})))
                st = GAZ_E_NOMEM;
        }
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    return gaz_commit_fail(f, st, &why, err);
}

static int by_rank_and_phrase(const void *a, const void *b)
{
    const hit *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return x->phrase < y->phrase ? -1 : x->phrase > y->phrase;
}

static int by_score(const void *a, const void *b)
{
    const gaz_commits_score *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

/* Scores of the commits that pass, in `scores`, which has room for each hit. */
static size_t score_hits(const gaz_commits *x, const hit_list *hits, const commit_sieve *sieve,
                         gaz_commits_score *scores)
{
    double total = (double)x->state.state.count, mean = (double)x->message_bytes / (total + 1) + 1;
    double weight[WORDS_MAX] = {0};
    size_t count = 0;
    for (size_t i = 0; i < hits->len; i++)
        weight[hits->items[i].phrase] += 1;
    for (size_t p = 0; p < WORDS_MAX; p++)
        weight[p] = log(1 + (total - weight[p] + 0.5) / (weight[p] + 0.5));
    for (size_t i = 0; i < hits->len; i++) {
        const hit *h = &hits->items[i];
        if (!gaz_commit_sieve_pass(x, sieve, h->rank))
            continue;
        if (!count || scores[count - 1].rank != h->rank)
            scores[count++] = (gaz_commits_score){h->rank, 0};
        double len = commit_fixed_at(x, h->rank).message_len, times = h->times;
        scores[count - 1].score +=
            weight[h->phrase] * times * (K1 + 1) / (times + K1 * (1 - B + B * len / mean));
    }
    return count;
}

static gaz_status best(gaz_commits *x, const char *words, const commit_sieve *sieve, size_t limit,
                       gaz_arena *arena, gaz_commits_score **out, size_t *count, gaz_error *err)
{
    gaz_strbuf query = GAZ_STRBUF_INIT;
    hit_list hits = {0};
    size_t phrases = 0;
    gaz_status st = form_query(words, " OR ", &query, &phrases, err);
    for (size_t i = 0; st == GAZ_OK && phrases && i < x->file_count; i++)
        st = collect_hits(&x->files[i], query.data, &hits, err);
    if (st == GAZ_OK && hits.len)
        qsort(hits.items, hits.len, sizeof *hits.items, by_rank_and_phrase);
    gaz_commits_score *scores = calloc(hits.len + 1, sizeof *scores);
    if (st == GAZ_OK && !scores)
        st = no_memory(err);
    size_t found = st == GAZ_OK ? score_hits(x, &hits, sieve, scores) : 0;
    if (found)
        qsort(scores, found, sizeof *scores, by_score);
    found = found < limit ? found : limit;
    gaz_commits_score *copy = gaz_arena_array(arena, found + 1, sizeof *copy);
    if (st == GAZ_OK && !copy)
        st = no_memory(err);
    if (st == GAZ_OK) {
        if (found)
            memcpy(copy, scores, found * sizeof *copy);
        *out = copy;
        *count = found;
    }
    free(scores);
    gaz_vec_free(&hits);
    gaz_strbuf_release(&query);
    return st;
}

gaz_status gaz_commits_best(gaz_commits *x, const char *words, const gaz_commits_filter *filter,
                            size_t limit, gaz_arena *arena, gaz_commits_score **out, size_t *count,
                            gaz_error *err)
{
    commit_sieve sieve = {0};
    if (filter->path)
        return gaz_error_set(err, GAZ_E_INVALID, "ranking messages takes no path");
    pthread_mutex_lock(&x->lock);
    gaz_status st = gaz_commit_sieve_make(x, filter, &sieve, err);
    if (st == GAZ_OK)
        st = best(x, words, &sieve, limit, arena, out, count, err);
    gaz_commit_sieve_release(&sieve);
    pthread_mutex_unlock(&x->lock);
    return st;
}
