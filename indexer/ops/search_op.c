/* search: the engine's hits as one JSON document, or as one object a line. */
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/utf8.h"
#include "gaz/query/history_search.h"
#include "search_answer.h"

#define FLUSH_BYTES 65536

/* Where a byte of a text stands once invalid bytes are three bytes each. Offsets come in ascending
 * order, so that a line is gone through once however many ranges it has. */
typedef struct shown_offset {
    const char *text;
    size_t len, from, shown;
} shown_offset;

static size_t step_to(shown_offset *at, size_t offset)
{
    gaz_strbuf piece = GAZ_STRBUF_INIT;
    gaz_utf8_replace(&piece, at->text + at->from, offset - at->from);
    size_t shown = at->shown + piece.len;
    if (offset < at->len && ((unsigned char)at->text[offset] & 0xC0) !=
                                0x80) { /* not within a character: go on from here */
        at->from = offset;
        at->shown = shown;
    }
    gaz_strbuf_release(&piece);
    return shown;
}

void search_put_ranges(gaz_json_writer *w, const char *text, size_t len, const gaz_range *ranges,
                       size_t count, bool valid)
{
    gaz_json_key(w, "ranges");
    shown_offset at = {.text = text, .len = len};
    gaz_json_array_begin(w);
    for (size_t i = 0; i < count; i++) {
        const gaz_range *r = &ranges[i];
        gaz_json_array_begin(w);
        gaz_json_int(w, (int64_t)(valid ? r->start : step_to(&at, r->start)));
        gaz_json_int(w, (int64_t)(valid ? r->end : step_to(&at, r->end)));
        gaz_json_array_end(w);
    }
    gaz_json_array_end(w);
}

static void put_context(gaz_json_writer *w, const char *key, const gaz_hit_line *lines,
                        size_t count)
{
    gaz_json_key(w, key);
    gaz_json_array_begin(w);
    for (size_t i = 0; i < count; i++)
        gaz_json_string(w, lines[i].text, lines[i].len);
    gaz_json_array_end(w);
}

static bool any_cut(const gaz_hit_line *lines, size_t count)
{
    bool cut = false;
    for (size_t i = 0; i < count; i++)
        cut |= lines[i].cut_after > 0;
    return cut;
}

static void put_symbol(gaz_json_writer *w, const gaz_hit_symbol *s)
{
    gaz_json_object_begin(w);
    gaz_json_put_string(w, "name", s->name, s->name_len);
    gaz_json_put_cstring(w, "kind", s->kind);
    if (s->container_len)
        gaz_json_put_string(w, "container", s->container, s->container_len);
    else
        gaz_json_put_cstring(w, "container", NULL);
    gaz_json_put_int(w, "line", s->line);
    gaz_json_put_int(w, "start_line", s->start_line);
    gaz_json_put_int(w, "end_line", s->end_line);
    gaz_json_object_end(w);
}

/* Each once, in the order in which lines come to lie in them: equal ones are one. */
static void put_symbols(gaz_json_writer *w, const gaz_file_hit *hit)
{
    gaz_json_key(w, "symbols");
    gaz_json_array_begin(w);
    for (size_t i = 0; i < hit->symbol_count; i++)
        put_symbol(w, hit->symbols[i]);
    gaz_json_array_end(w);
}

static void put_line(gaz_json_writer *w, const gaz_hit_line *line)
{
    gaz_json_object_begin(w);
    gaz_json_put_int(w, "line", line->number);
    gaz_json_key(w, "text");
    bool valid = gaz_json_string(w, line->text, line->len);
    if (!valid) {
        gaz_json_key(w, "bytes");
        gaz_json_base64(w, line->text, line->len);
    }
    if (line->cut_before)
        gaz_json_put_int(w, "cut_before", (int64_t)line->cut_before);
    if (line->cut_after)
        gaz_json_put_int(w, "cut_after", (int64_t)line->cut_after);
    search_put_ranges(w, line->text, line->len, line->ranges, line->range_count, valid);
    if (line->symbol)
        gaz_json_put_int(w, "symbol", line->symbol->number);
    put_context(w, "before", line->before, line->before_count);
    put_context(w, "after", line->after, line->after_count);
    if (any_cut(line->before, line->before_count) || any_cut(line->after, line->after_count))
        gaz_json_put_bool(w, "context_cut", true);
    gaz_json_object_end(w);
}

static void put_hit(gaz_json_writer *w, const gaz_file_hit *hit)
{
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "repo", hit->repo);
    put_bytes(w, "path", "path_bytes", hit->path, hit->path_len);
    gaz_json_put_cstring(w, "lang", hit->lang);
    put_oid(w, "commit", &hit->commit);
    gaz_json_key(w, "branch");
    gaz_json_string(w, hit->branch, strlen(hit->branch));
    put_oid(w, "blob", &hit->blob);
    gaz_json_key(w, "score");
    gaz_json_double(w, hit->score);
    gaz_json_put_int(w, "lines_total", hit->lines_total);
    put_symbols(w, hit);
    gaz_json_key(w, "lines");
    gaz_json_array_begin(w);
    for (size_t i = 0; i < hit->line_count; i++)
        put_line(w, &hit->lines[i]);
    gaz_json_array_end(w);
    gaz_json_object_end(w);
}

gaz_status search_flush(search_answer *a, gaz_error *err)
{
    gaz_status st = gaz_strbuf_check(&a->out, err);
    if (st == GAZ_OK && a->out.len)
        st = a->call->emit(a->call->ctx, a->out.data, a->out.len, err);
    gaz_strbuf_reset(&a->out);
    return st;
}

gaz_status search_next(search_answer *a, gaz_error *err)
{
    if (a->lines)
        gaz_strbuf_putc(&a->out, '\n');
    return a->lines || a->out.len > FLUSH_BYTES ? search_flush(a, err)
                                                : gaz_strbuf_check(&a->out, err);
}

static gaz_status take_hit(void *ctx, const gaz_file_hit *hit, gaz_error *err)
{
    search_answer *a = ctx;
    if (a->lines)
        gaz_json_writer_init(&a->json, &a->out);
    put_hit(&a->json, hit);
    return search_next(a, err);
}

static void put_stats(gaz_json_writer *w, const gaz_search_stats *s)
{
    gaz_json_key(w, "stats");
    gaz_json_object_begin(w);
    gaz_json_put_int(w, "files", (int64_t)s->files);
    gaz_json_put_int(w, "lines", (int64_t)s->lines);
    gaz_json_put_bool(w, "exact", s->exact);
    gaz_json_put_int(w, "candidates", (int64_t)s->candidates);
    gaz_json_put_int(w, "documents", (int64_t)s->documents);
    gaz_json_put_int(w, "bytes_scanned", (int64_t)s->bytes_scanned);
    gaz_json_key(w, "stages_us");
    gaz_json_object_begin(w);
    gaz_json_put_int(w, "parse", s->parse_us);
    gaz_json_put_int(w, "scope", s->fetch_us);
    gaz_json_put_int(w, "plan", s->plan_us);
    gaz_json_put_int(w, "verify", s->verify_us);
    gaz_json_put_int(w, "rank", s->rank_us);
    gaz_json_put_int(w, "render", s->render_us);
    gaz_json_object_end(w);
    gaz_json_object_end(w);
}

void search_put_summary(gaz_json_writer *w, const gaz_search_result *r, int64_t started)
{
    gaz_json_put_bool(w, "complete", r->complete);
    gaz_json_put_cstring(w, "reason", r->reason);
    gaz_json_put_cstring(w, "generation", r->generation);
    gaz_json_put_int(w, "took_us", gaz_now_us() - started);
    put_stats(w, &r->stats);
    gaz_json_key(w, "notes");
    gaz_json_array_begin(w);
    if (r->notes.len)
        gaz_json_raw(w, r->notes.data, r->notes.len);
    gaz_json_array_end(w);
    gaz_json_put_cstring(w, "cursor", r->cursor.len ? r->cursor.data : NULL);
    if (r->explain.len) {
        gaz_json_key(w, "explain");
        gaz_json_raw(w, r->explain.data, r->explain.len);
    }
}

static gaz_status answer_search(search_answer *a, const gaz_search_request *request,
                                gaz_search_result *result, gaz_error *err)
{
    gaz_call *call = a->call;
    int64_t started = gaz_now_us();
    if (!a->lines) {
        gaz_json_object_begin(&a->json);
        gaz_json_put_string(&a->json, "query", request->query, request->query_len);
        gaz_json_key(&a->json, "files");
        gaz_json_array_begin(&a->json);
    }
    gaz_status st = gaz_engine_search(call->services->engine, request, take_hit, a, result, err);
    if (st != GAZ_OK)
        return st;
    if (a->lines) {
        gaz_json_writer_init(&a->json, &a->out);
        gaz_json_object_begin(&a->json);
        gaz_json_key(&a->json, "done");
        gaz_json_object_begin(&a->json);
        gaz_json_put_string(&a->json, "query", request->query, request->query_len);
    } else {
        gaz_json_array_end(&a->json);
    }
    search_put_summary(&a->json, result, started);
    gaz_json_object_end(&a->json);
    if (a->lines)
        gaz_json_object_end(&a->json);
    gaz_strbuf_putc(&a->out, '\n');
    return search_flush(a, err);
}

gaz_status op_search(gaz_call *call, gaz_error *err)
{
    const gaz_value *q = gaz_call_value(call, "q");
    gaz_search_request request = {.query = q->text,
                                  .query_len = q->len,
                                  .repo = call_text(call, "repo"),
                                  .rev = call_text(call, "rev"),
                                  .limit = (uint32_t)call_number(call, "limit"),
                                  .lines_per_file = (uint32_t)call_number(call, "lines_per_file"),
                                  .context_before = (uint32_t)call_number(call, "context"),
                                  .context_after = (uint32_t)call_number(call, "context"),
                                  .cursor = call_text(call, "cursor"),
                                  .explain = call_number(call, "explain") != 0,
                                  .deadline_us = GAZ_NEVER,
                                  .cancelled = call->cancelled,
                                  .cancelled_ctx = call->ctx};
    search_answer a = {
        .call = call, .out = GAZ_STRBUF_INIT, .lines = call->media == GAZ_MEDIA_NDJSON};
    gaz_search_result result;
    gaz_search_result_init(&result);
    gaz_json_writer_init(&a.json, &a.out);
    gaz_status st = gaz_query_wants_history(q->text, q->len)
                        ? search_history(&a, &request, &result, err)
                        : answer_search(&a, &request, &result, err);
    gaz_search_result_release(&result);
    gaz_strbuf_release(&a.out);
    return st;
}
