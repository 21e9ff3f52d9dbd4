/* From path and method to what is asked. Paths of operations are compared part by part after
 * decoding; a parameter at the end takes the rest, slashes and all, because names of repositories
 * hold slashes. The row with the most literal parts wins. */
#include "exchange.h"

#include <stdio.h>
#include <string.h>

#include "uri.h"

typedef struct segments {
    const char *text[SEGMENTS_MAX];
    size_t len[SEGMENTS_MAX];
    size_t count;
} segments;

static gaz_status split_path(gaz_exchange *ex, segments *out, gaz_error *err)
{
    const char *p = ex->path + 1;
    out->count = 0;
    for (;;) {
        size_t n = strcspn(p, "/");
        if (out->count == SEGMENTS_MAX)
            return gaz_error_set(err, GAZ_E_INVALID, "the path has over %d parts", SEGMENTS_MAX);
        gaz_status st = gaz_uri_decode(p, n, false, &ex->arena, &out->text[out->count],
                                       &out->len[out->count], err);
        if (st != GAZ_OK)
            return st;
        out->count++;
        if (!p[n])
            return GAZ_OK;
        p += n + 1;
    }
}

/* Joins the parts from `from` on with '/'. */
static gaz_raw_param rest(gaz_exchange *ex, const char *name, size_t name_len, const segments *s,
                          size_t from, size_t to)
{
    size_t len = to - from - 1, at = 0;
    for (size_t i = from; i < to; i++)
        len += s->len[i];
    gaz_raw_param p = {.name = gaz_arena_strndup(&ex->arena, name, name_len), .len = len};
    char *text = gaz_arena_alloc(&ex->arena, len + 1);
    if (!p.name || !text)
        return (gaz_raw_param){0};
    for (size_t i = from; i < to; i++) {
        memcpy(text + at, s->text[i], s->len[i]);
        at += s->len[i];
        text[at++] = i + 1 < to ? '/' : '\0';
    }
    p.text = text;
    return p;
}

/* @return literal parts plus 1, or 0 when the path does not fit; params NULL: only asks */
static size_t match(gaz_exchange *ex, const char *pattern, const segments *s, gaz_raw_param *params,
                    size_t *count)
{
    size_t literal = 1, at = 0;
    const char *p = pattern + 1;
    for (;; at++) {
        size_t n = strcspn(p, "/");
        bool last = !p[n];
        if (at == s->count)
            return 0;
        if (*p == '{') {
            size_t to = last ? s->count : at + 1;
            if (to - at == 1 && !s->len[at])
                return 0;
            if (params)
                params[(*count)++] = rest(ex, p + 1, n - 2, s, at, to);
            at = to - 1;
        } else if (s->len[at] == n && memcmp(s->text[at], p, n) == 0) {
            literal++;
        } else {
            return 0;
        }
        if (last)
            return at + 1 == s->count ? literal : 0;
        p += n + 1;
    }
}

static bool takes(const gaz_op *op, const gaz_exchange *ex)
{
    return strcmp(op->method, ex->head ? "GET" : ex->method) == 0;
}

static void allow(gaz_exchange *ex, const char *method)
{
    size_t used = strlen(ex->allow);
    if (!strstr(ex->allow, method))
        snprintf(ex->allow + used, sizeof ex->allow - used, "%s%s", used ? ", " : "", method);
    if (strcmp(method, "GET") == 0)
        allow(ex, "HEAD");
}

/* The methods of the path are known: it is one of them, a question about them, or a mistake. */
static void answer_methods(gaz_exchange *ex)
{
    allow(ex, "OPTIONS");
    if (strcmp(ex->method, "OPTIONS") == 0) {
        ex->status = 204;
        return;
    }
    gaz_answer_refusal(ex, 405, "method_not_allowed", "", "%s is not possible here, but %s",
                       ex->method, ex->allow);
}

static void find_op(gaz_exchange *ex, const segments *s)
{
    const gaz_http_options *o = &ex->http->options;
    const gaz_op *best = NULL;
    size_t most = 0;
    bool fits = false;
    for (size_t i = 0; i < o->op_count; i++) {
        size_t literal = match(ex, o->ops[i].path, s, NULL, NULL);
        fits |= literal > 0;
        if (literal <= most || !takes(&o->ops[i], ex))
            continue;
        most = literal;
        best = &o->ops[i];
    }
    if (!best && !fits)
        return;
    if (!best) {
        for (size_t i = 0; i < o->op_count; i++)
            if (match(ex, o->ops[i].path, s, NULL, NULL))
                allow(ex, o->ops[i].method);
        answer_methods(ex);
        return;
    }
    ex->op = best;
    ex->kind = GAZ_TARGET_OP;
    ex->params = gaz_arena_array(&ex->arena, SEGMENTS_MAX, sizeof *ex->params);
    if (ex->params)
        match(ex, best->path, s, ex->params, &ex->param_count);
    bool whole = ex->params != NULL;
    for (size_t i = 0; whole && i < ex->param_count; i++)
        whole = ex->params[i].name != NULL;
    if (!whole)
        gaz_answer_refusal(ex, 503, "out_of_memory", "", "no memory for the parameters of %s",
                           best->name);
}

static void find_fixed(gaz_exchange *ex)
{
    static const struct {
        const char *path;
        gaz_target_kind kind;
    } fixed[] = {{"/healthz", GAZ_TARGET_HEALTH},
                 {"/readyz", GAZ_TARGET_READY},
                 {"/openapi.json", GAZ_TARGET_OPENAPI}};
    const gaz_web *web = ex->http->options.web;
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        if (strcmp(ex->path, fixed[i].path) == 0)
            ex->kind = fixed[i].kind;
    if (ex->kind == GAZ_TARGET_NONE && web) {
        if (web->asset(ex->path, &ex->asset))
            ex->kind = GAZ_TARGET_ASSET;
        else if (web->owns(ex->path))
            ex->kind = GAZ_TARGET_PAGE;
    }
    if (ex->kind == GAZ_TARGET_NONE || ex->head || strcmp(ex->method, "GET") == 0)
        return;
    allow(ex, "GET");
    answer_methods(ex);
}

void gaz_route_find(gaz_exchange *ex)
{
    gaz_error err = {0};
    segments parts;
    if (strcmp(ex->path, "*") == 0) {
        allow(ex, "GET");
        allow(ex, "POST");
        allow(ex, "DELETE");
        answer_methods(ex);
        return;
    }
    find_fixed(ex);
    if (ex->kind != GAZ_TARGET_NONE || ex->status)
        return;
    gaz_status st = split_path(ex, &parts, &err);
    if (st != GAZ_OK) {
        gaz_answer_error(ex, gaz_status_http(st), NULL, &err);
        return;
    }
    find_op(ex, &parts);
    if (ex->kind == GAZ_TARGET_NONE && !ex->status)
        gaz_answer_refusal(ex, 404, NULL, "/openapi.json lists what there is",
                           "there is nothing at %.200s", ex->path);
}
