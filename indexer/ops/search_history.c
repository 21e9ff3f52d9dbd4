/* search, when commits are asked for: their heads and the lines that match, and how far the history
 * of each repository goes. */
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/query/history_search.h"
#include "history_answer.h"
#include "search_answer.h"

#define HISTORIES_SHOWN 1000

typedef struct history_part {
    search_answer *answer;
    gaz_strbuf histories; /* objects, with commas between them */
    size_t count;
} history_part;

static void put_match(gaz_json_writer *w, const gaz_commit_match *m)
{
    static const char *const kinds[] = {"message", "added", "removed"};
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "kind", kinds[m->sign == '+' ? 1 : m->sign == '-' ? 2 : 0]);
    if (m->sign != ' ')
        gaz_json_put_string(w, "path", m->path, m->path_len);
    else
        gaz_json_put_cstring(w, "path", NULL);
    gaz_json_put_int(w, "line", m->line);
    gaz_json_put_string(w, "text", m->text, m->len);
    search_put_ranges(w, m->text, m->len, m->ranges, m->range_count, true);
    gaz_json_object_end(w);
}

static void put_commit(gaz_json_writer *w, const gaz_commit_hit *hit)
{
    const gaz_commit_record *r = hit->record;
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "repo", hit->repo);
    put_oid(w, "commit", &r->id);
    put_person(w, "author", r->author.name, r->author.email);
    put_seconds(w, "authored", r->author.when);
    put_seconds(w, "committed", r->committer.when);
    put_message(w, r->message, r->message_len);
    gaz_json_put_int(w, "lines_total", hit->lines);
    gaz_json_put_bool(w, "cut", hit->cut);
    gaz_json_key(w, "matches");
    gaz_json_array_begin(w);
    for (size_t i = 0; i < hit->match_count; i++)
        put_match(w, &hit->matches[i]);
    gaz_json_array_end(w);
    gaz_json_object_end(w);
}

static gaz_status take_commit(void *ctx, const gaz_commit_hit *hit, gaz_error *err)
{
    history_part *p = ctx;
    search_answer *a = p->answer;
    if (a->lines)
        gaz_json_writer_init(&a->json, &a->out);
    put_commit(&a->json, hit);
    return search_next(a, err);
}

static gaz_status take_history(void *ctx, const char *repo, gaz_commits *index, gaz_error *err)
{
    history_part *p = ctx;
    gaz_json_writer w;
    if (p->count++ >= HISTORIES_SHOWN)
        return GAZ_OK;
    if (p->histories.len)
        gaz_strbuf_putc(&p->histories, ',');
    gaz_json_writer_init(&w, &p->histories);
    gaz_json_object_begin(&w);
    gaz_json_put_cstring(&w, "repo", repo);
    put_history_end(&w, index);
    gaz_json_object_end(&w);
    return gaz_strbuf_check(&p->histories, err);
}

static void put_end(history_part *p, const gaz_search_result *result, int64_t started)
{
    gaz_json_writer *w = &p->answer->json;
    search_put_summary(w, result, started);
    gaz_json_key(w, "histories");
    gaz_json_array_begin(w);
    if (p->histories.len)
        gaz_json_raw(w, p->histories.data, p->histories.len);
    gaz_json_array_end(w);
}

gaz_status search_history(search_answer *a, const gaz_search_request *request,
                          gaz_search_result *result, gaz_error *err)
{
    history_part p = {.answer = a, .histories = GAZ_STRBUF_INIT};
    const gaz_history_visitor visitor = {take_commit, take_history, &p};
    int64_t started = gaz_now_us();
    if (!a->lines) {
        gaz_json_object_begin(&a->json);
        gaz_json_put_string(&a->json, "query", request->query, request->query_len);
        gaz_json_key(&a->json, "files");
        gaz_json_array_begin(&a->json);
        gaz_json_array_end(&a->json);
        gaz_json_key(&a->json, "commits");
        gaz_json_array_begin(&a->json);
    }
    gaz_status st =
        gaz_engine_search_history(a->call->services->engine, request, &visitor, result, err);
    if (st == GAZ_OK && a->lines) {
        gaz_json_writer_init(&a->json, &a->out);
        gaz_json_object_begin(&a->json);
        gaz_json_key(&a->json, "done");
        gaz_json_object_begin(&a->json);
        gaz_json_put_string(&a->json, "query", request->query, request->query_len);
    } else if (st == GAZ_OK) {
        gaz_json_array_end(&a->json);
    }
    if (st == GAZ_OK) {
        put_end(&p, result, started);
        gaz_json_object_end(&a->json);
        if (a->lines)
            gaz_json_object_end(&a->json);
        gaz_strbuf_putc(&a->out, '\n');
        st = search_flush(a, err);
    }
    gaz_strbuf_release(&p.histories);
    return st;
}
