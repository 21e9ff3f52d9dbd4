/* The parsing process: reads a request, parses, answers, until its owner hangs up. Whatever it
 * meets is answered; only what makes an answer impossible ends it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/base/strbuf.h"
#include "gaz/pipeline/parse_pool.h"
#include "parse_wire.h"

typedef struct server {
    int fd;
    gaz_extractor *extractor;
    gaz_tree_pattern *pattern; /* the last one */
    gaz_strbuf pattern_text, text, payload;
    gaz_highlights colours;
    gaz_tree_matches matches;
} server;

static bool read_all(int fd, void *to, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = read(fd, (char *)to + done, len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static bool read_into(int fd, gaz_strbuf *to, size_t len)
{
    gaz_strbuf_reset(to);
    char *at = gaz_strbuf_reserve(to, len);
    if (!at || !read_all(fd, at, len))
        return false;
    gaz_strbuf_commit(to, len);
    return true;
}

static gaz_status highlight(server *s, const parse_request *r, parse_answer *a, gaz_error *err)
{
    gaz_status st = gaz_highlight(s->extractor, r->language, s->text.data, s->text.len, r->start,
                                  r->end, &s->colours, err);
    if (st != GAZ_OK)
        return st;
    a->outcome = s->colours.outcome;
    a->count = s->colours.count;
    gaz_strbuf_add(&s->payload, s->colours.spans, s->colours.count * sizeof *s->colours.spans);
    return gaz_strbuf_check(&s->payload, err);
}

/* @param text  of the pattern, kept when it compiles */
static gaz_status compile(server *s, uint32_t language, gaz_strbuf *text, gaz_error *err)
{
    if (s->pattern && gaz_tree_pattern_language(s->pattern) == language &&
        s->pattern_text.len == text->len &&
        memcmp(s->pattern_text.data, text->data, text->len) == 0)
        return GAZ_OK;
    gaz_tree_pattern_free(s->pattern);
    s->pattern = NULL;
    gaz_status st = gaz_tree_pattern_compile(language, text->data, text->len, &s->pattern, err);
    if (st != GAZ_OK)
        return st;
    gaz_strbuf swap = s->pattern_text;
    s->pattern_text = *text;
    *text = swap;
    return GAZ_OK;
}

static gaz_status run_pattern(server *s, const parse_request *r, parse_answer *a, gaz_error *err)
{
    gaz_tree_matches *m = &s->matches;
    gaz_status st =
        gaz_tree_pattern_run(s->extractor, s->pattern, s->text.data, s->text.len, r->max, m, err);
    if (st != GAZ_OK)
        return st;
    a->outcome = m->outcome;
    a->count = m->count;
    a->captures = m->capture_count;
    gaz_strbuf_add(&s->payload, m->items, m->count * sizeof *m->items);
    for (uint32_t i = 0; i < m->capture_count; i++) {
        const gaz_tree_capture *c = &m->captures[i];
        wire_capture w = {a->names,    c->name.len,        c->span.start,
                          c->span.end, c->span.start_line, c->span.end_line};
        gaz_strbuf_add(&s->payload, &w, sizeof w);
        a->names += c->name.len;
    }
    for (uint32_t i = 0; i < m->capture_count; i++)
        gaz_strbuf_add(&s->payload, m->captures[i].name.data, m->captures[i].name.len);
    return gaz_strbuf_check(&s->payload, err);
}

static gaz_status handle(server *s, const parse_request *r, gaz_strbuf *pattern, parse_answer *a,
                         gaz_error *err)
{
    gaz_extract_limits limits = {.bytes = GAZ_PARSE_TEXT_MAX, .time_us = r->time_us};
    gaz_extractor_limit(s->extractor, &limits);
    if (r->what == PARSE_HIGHLIGHT)
        return highlight(s, r, a, err);
    gaz_status st = compile(s, r->language, pattern, err);
    return st == GAZ_OK ? run_pattern(s, r, a, err) : st;
}

/* @return whether to go on */
static bool answer_one(server *s)
{
    parse_request r;
    gaz_error err = {0};
    parse_answer a = {.magic = PARSE_MAGIC};
    gaz_strbuf pattern = GAZ_STRBUF_INIT;
    if (!read_all(s->fd, &r, sizeof r) || r.magic != PARSE_MAGIC ||
        r.text_len > GAZ_PARSE_TEXT_MAX || r.pattern_len > GAZ_TREE_PATTERN_MAX)
        return false;
    bool ok = read_into(s->fd, &pattern, r.pattern_len) && read_into(s->fd, &s->text, r.text_len);
    if (ok) {
        gaz_strbuf_reset(&s->payload);
        a.status = handle(s, &r, &pattern, &a, &err);
        if (a.status != GAZ_OK) {
            a.column = err.column;
            gaz_strbuf_reset(&s->payload);
            gaz_strbuf_puts(&s->payload, err.message);
        }
        a.payload = s->payload.len;
        ok = gaz_write_all(s->fd, &a, sizeof a, NULL) == GAZ_OK &&
             gaz_write_all(s->fd, s->payload.data, s->payload.len, NULL) == GAZ_OK;
    }
    gaz_strbuf_release(&pattern);
    return ok;
}

int parse_serve(int fd)
{
    server s = {.fd = fd, .pattern_text = GAZ_STRBUF_INIT, .text = GAZ_STRBUF_INIT};
    gaz_strbuf_init(&s.payload, (size_t)PARSE_PAYLOAD_MAX);
    gaz_highlights_init(&s.colours);
    gaz_tree_matches_init(&s.matches);
    gaz_status st = gaz_extractor_new(NULL, &s.extractor, NULL);
    while (st == GAZ_OK && answer_one(&s))
        continue;
    gaz_tree_pattern_free(s.pattern);
    gaz_extractor_free(s.extractor);
    gaz_highlights_release(&s.colours);
    gaz_tree_matches_release(&s.matches);
    gaz_strbuf_release(&s.pattern_text);
    gaz_strbuf_release(&s.text);
    gaz_strbuf_release(&s.payload);
    return st == GAZ_OK ? 0 : 1;
}
