/* The owner's side of parsing processes. What a process answers is checked: a text may have taken
 * it over. One that is late, dead or talks nonsense is killed. */
#include "gaz/pipeline/parse_pool.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "parse_wire.h"
#include "process_pool.h"

#define GRACE_US 500000 /* beyond the time a process was told it has */
#define TIME_MAX_US 20000000

struct gaz_parse_pool {
    process_pool *processes;
};

static const process_kind kind = {.program = "gaz-parse",
                                  .late = "parsing took too long",
                                  .died = "the parser died of this text",
                                  .died_hint = "other files are not affected"};

gaz_status gaz_parse_pool_new(const char *program, unsigned max, gaz_parse_pool **out,
                              gaz_error *err)
{
    gaz_parse_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for parsing processes");
    gaz_status st = process_pool_new(&kind, program, max, &pool->processes, err);
    if (st == GAZ_OK)
        *out = pool;
    else
        free(pool);
    return st;
}

void gaz_parse_pool_free(gaz_parse_pool *pool)
{
    if (!pool)
        return;
    process_pool_free(pool->processes);
    free(pool);
}

/* ---- talking ---- */

static gaz_status died(gaz_error *err)
{
    return process_died(&kind, err);
}

/* A request and its answer. The payload is owned by the caller. */
typedef struct exchange {
    parse_request head;
    const char *pattern, *text;
    parse_answer answer;
    char *payload;
} exchange;

static gaz_status told_failure(const exchange *x, gaz_error *err)
{
    gaz_status st = (gaz_status)x->answer.status;
    if (st > 0 || st < GAZ_E_INTERNAL)
        return died(err);
    gaz_error_set(err, st, "%.*s", (int)(x->answer.payload < 400 ? x->answer.payload : 399),
                  x->payload);
    if (err && !err->column)
        err->column = (size_t)x->answer.column;
    return st;
}

static bool follows(const void *head, uint64_t *len)
{
    const parse_answer *answer = head;
    *len = answer->payload;
    return answer->magic == PARSE_MAGIC && answer->payload <= PARSE_PAYLOAD_MAX;
}

static gaz_status ask(gaz_parse_pool *pool, exchange *x, int64_t deadline_us, gaz_error *err)
{
    int64_t left = deadline_us - gaz_now_us();
    if (left <= 0)
        return gaz_error_set(err, GAZ_E_TIMEOUT, "no time is left for parsing");
    x->head.magic = PARSE_MAGIC;
    x->head.time_us = left < TIME_MAX_US ? left : TIME_MAX_US;
    const process_piece pieces[] = {
        {&x->head, sizeof x->head}, {x->pattern, x->head.pattern_len}, {x->text, x->head.text_len}};
    process_talk talk = {.pieces = pieces,
                         .count = 3,
                         .head = &x->answer,
                         .head_len = sizeof x->answer,
                         .follows = follows};
    gaz_status st =
        process_pool_ask(pool->processes, &talk, gaz_now_us() + x->head.time_us + GRACE_US, err);
    x->payload = talk.payload;
    return st == GAZ_OK && x->answer.status != GAZ_OK ? told_failure(x, err) : st;
}

static gaz_status too_large(size_t len, gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_LIMIT,
                         "a text of %zu bytes is more than the %u that are parsed on request", len,
                         GAZ_PARSE_TEXT_MAX);
}

/* ---- colours ---- */

static gaz_status take_colours(const exchange *x, size_t len, gaz_highlights *out, gaz_error *err)
{
    uint32_t count = x->answer.count, last = 0;
    if (x->answer.payload != (uint64_t)count * sizeof(gaz_highlight_span) ||
        x->answer.outcome >= GAZ_EXTRACT_OUTCOME_COUNT)
        return died(err);
    gaz_highlight_span *spans = gaz_arena_array(&out->arena, (size_t)count + 1, sizeof *spans);
    if (!spans)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the colours of a text");
    memcpy(spans, x->payload, count * sizeof *spans);
    for (uint32_t i = 0; i < count; i++) {
        if (spans[i].start < last || spans[i].end < spans[i].start || spans[i].end > len ||
            spans[i].class_id >= GAZ_HIGHLIGHT_COUNT)
            return died(err);
        last = spans[i].end;
    }
    out->outcome = (uint8_t)x->answer.outcome;
    out->spans = spans;
    out->count = count;
    return GAZ_OK;
}

gaz_status gaz_parse_highlight(gaz_parse_pool *pool, uint32_t language, const char *text,
                               size_t len, uint32_t start_at, uint32_t end_at, int64_t deadline_us,
                               gaz_highlights *out, gaz_error *err)
{
    if (len > GAZ_PARSE_TEXT_MAX)
        return too_large(len, err);
    exchange x = {.head = {.what = PARSE_HIGHLIGHT,
                           .language = language,
                           .text_len = (uint32_t)len,
                           .start = start_at,
                           .end = end_at},
                  .pattern = "",
                  .text = text};
    gaz_arena_reset(&out->arena);
    out->count = 0;
    gaz_status st = ask(pool, &x, deadline_us, err);
    if (st == GAZ_OK)
        st = take_colours(&x, len, out, err);
    free(x.payload);
    return st;
}

/* ---- patterns ---- */

static bool span_fits(const gaz_span *s, size_t len)
{
    return s->start <= s->end && s->end <= len && s->start_line <= s->end_line;
}

static gaz_status take_captures(const exchange *x, const char *at, size_t len,
                                gaz_tree_matches *out, gaz_error *err)
{
    uint32_t count = x->answer.captures;
    const char *names = at + (size_t)count * sizeof(wire_capture);
    char *copy = gaz_arena_strndup(&out->arena, names, x->answer.names);
    gaz_tree_capture *captures = gaz_arena_array(&out->arena, (size_t)count + 1, sizeof *captures);
    if (!captures || !copy)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the matches of a pattern");
    for (uint32_t i = 0; i < count; i++) {
        wire_capture w;
        memcpy(&w, at + (size_t)i * sizeof w, sizeof w);
        if (w.name > x->answer.names || w.name_len > x->answer.names - w.name)
            return died(err);
        captures[i] = (gaz_tree_capture){.name = {copy + w.name, w.name_len},
                                         .span = {w.start, w.end, w.start_line, w.end_line}};
        if (!span_fits(&captures[i].span, len))
            return died(err);
    }
    out->captures = captures;
    out->capture_count = count;
    return GAZ_OK;
}

static gaz_status take_matches(const exchange *x, size_t len, gaz_tree_matches *out, gaz_error *err)
{
    const parse_answer *a = &x->answer;
    uint64_t expected = (uint64_t)a->count * sizeof(gaz_tree_match) +
                        (uint64_t)a->captures * sizeof(wire_capture) + a->names;
    if (a->payload != expected || a->outcome >= GAZ_EXTRACT_OUTCOME_COUNT)
        return died(err);
    gaz_tree_match *items = gaz_arena_array(&out->arena, (size_t)a->count + 1, sizeof *items);
    if (!items)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the matches of a pattern");
    memcpy(items, x->payload, a->count * sizeof *items);
    for (uint32_t i = 0; i < a->count; i++)
        if (!span_fits(&items[i].span, len) || items[i].first_capture > a->captures ||
            items[i].capture_count > a->captures - items[i].first_capture)
            return died(err);
    gaz_status st = take_captures(x, x->payload + a->count * sizeof *items, len, out, err);
    if (st != GAZ_OK)
        return st;
    out->outcome = (uint8_t)a->outcome;
    out->items = items;
    out->count = a->count;
    return GAZ_OK;
}

gaz_status gaz_parse_match(gaz_parse_pool *pool, const gaz_parse_pattern *pattern, const char *text,
                           size_t len, uint32_t max, int64_t deadline_us, gaz_tree_matches *out,
                           gaz_error *err)
{
    if (len > GAZ_PARSE_TEXT_MAX)
        return too_large(len, err);
    if (pattern->len > GAZ_TREE_PATTERN_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a tree-sitter pattern has at most %u bytes",
                             GAZ_TREE_PATTERN_MAX);
    exchange x = {.head = {.what = PARSE_MATCH,
                           .language = pattern->language,
                           .text_len = (uint32_t)len,
                           .pattern_len = (uint32_t)pattern->len,
                           .max = max},
                  .pattern = pattern->pattern,
                  .text = text};
    gaz_arena_reset(&out->arena);
    out->count = out->capture_count = 0;
    gaz_status st = ask(pool, &x, deadline_us, err);
    if (st == GAZ_OK)
        st = take_matches(&x, len, out, err);
    free(x.payload);
    return st;
}
