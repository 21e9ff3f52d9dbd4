/* Cutting answers into values. */
#include "cli_answer.h"

#include <stdlib.h>
#include <string.h>

#define LINE_MAX ((size_t)256 << 20)

static gaz_status take_event(void *ctx, const char *event, const char *data, size_t len,
                             gaz_error *err);

void gaz_cli_answer_init(gaz_cli_answer *answer, gaz_media media, gaz_cli_take take, void *ctx)
{
    *answer = (gaz_cli_answer){.media = media, .take = take, .ctx = ctx};
    gaz_strbuf_init(&answer->text, media == GAZ_MEDIA_NDJSON ? LINE_MAX : GAZ_STRBUF_MAX);
    gaz_sse_init(&answer->sse, take_event, answer);
}

void gaz_cli_answer_release(gaz_cli_answer *answer)
{
    gaz_strbuf_release(&answer->text);
    gaz_sse_release(&answer->sse);
}

gaz_status gaz_cli_error_take(const gaz_json *value, gaz_error *err)
{
    const gaz_json *error = gaz_json_get(value, "error");
    const char *code = gaz_json_text(gaz_json_get(error, "code"), NULL);
    const char *message = gaz_json_text(gaz_json_get(error, "message"), NULL);
    const char *hint = gaz_json_text(gaz_json_get(error, "hint"), NULL);
    int64_t column = gaz_json_integer(gaz_json_get(error, "column"), 0);
    gaz_status status = GAZ_E_REMOTE;
    for (int s = GAZ_E_INVALID; code && s >= GAZ_E_INTERNAL; s--)
        if (strcmp(code, gaz_status_name((gaz_status)s)) == 0)
            status = (gaz_status)s;
    if (err && err->status == GAZ_OK)
        err->column = column > 0 ? (size_t)column : 0;
    gaz_error_set(err, status, "%s",
                  message ? message : "the server answered with an error it did not explain");
    if (hint && hint[0])
        gaz_error_hint(err, "%s", hint);
    return status;
}

static gaz_status take_text(gaz_cli_answer *answer, const char *event, const char *text, size_t len,
                            gaz_error *err)
{
    gaz_json *value = NULL;
    gaz_status st = gaz_json_parse(text, len, &value, err);
    if (st != GAZ_OK)
        return st;
    bool failed = gaz_json_get(value, "error") && gaz_json_size(value) == 1;
    if (failed || strcmp(event, "error") == 0)
        st = gaz_cli_error_take(value, err);
    else
        st = answer->take(answer->ctx, event, value, err);
    answer->ended = answer->media == GAZ_MEDIA_JSON || gaz_json_get(value, "done") ||
                    strcmp(event, "done") == 0;
    gaz_json_free(value);
    return st;
}

static gaz_status take_event(void *ctx, const char *event, const char *data, size_t len,
                             gaz_error *err)
{
    return take_text(ctx, event, data, len, err);
}

static gaz_status take_line(gaz_cli_answer *answer, gaz_error *err)
{
    gaz_status st = gaz_strbuf_check(&answer->text, err);
    if (st == GAZ_OK && answer->text.len)
        st = take_text(answer, "", answer->text.data, answer->text.len, err);
    gaz_strbuf_reset(&answer->text);
    return st;
}

gaz_status gaz_cli_answer_feed(gaz_cli_answer *answer, const char *data, size_t len, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    if (answer->media == GAZ_MEDIA_EVENTS)
        return gaz_sse_feed(&answer->sse, data, len, err);
    if (answer->media == GAZ_MEDIA_JSON) {
        gaz_strbuf_add(&answer->text, data, len);
        return gaz_strbuf_check(&answer->text, err);
    }
    while (len && st == GAZ_OK) {
        const char *end = memchr(data, '\n', len);
        size_t part = end ? (size_t)(end - data) : len;
        gaz_strbuf_add(&answer->text, data, part);
        if (end)
            st = take_line(answer, err);
        part += end ? 1 : 0;
        data += part;
        len -= part;
    }
    return st;
}

gaz_status gaz_cli_answer_end(gaz_cli_answer *answer, gaz_error *err)
{
    gaz_status st = answer->media == GAZ_MEDIA_EVENTS ? GAZ_OK : take_line(answer, err);
    if (st == GAZ_OK && !answer->ended)
        st = gaz_error_set(err, GAZ_E_REMOTE, "the answer ended early");
    return st;
}

/* ---- peeking ---- */

void gaz_cli_peek_init(gaz_cli_peek *peek, const char *outer, const char *inner)
{
    *peek = (gaz_cli_peek){.outer = outer, .inner = inner};
}

/* Whether the value now beginning is the wanted one. */
static bool wanted(const gaz_cli_peek *p)
{
    if (!p->named || p->found)
        return false;
    if (!p->inner)
        return p->depth == 1 && strcmp(p->key, p->outer) == 0;
    return p->depth == 2 && p->in_outer && strcmp(p->key, p->inner) == 0;
}

static void end_value(gaz_cli_peek *p)
{
    if (p->value_len) {
        p->value[p->value_len] = '\0';
        p->number = strcmp(p->value, "true") == 0 ? 1 : strtod(p->value, NULL);
        p->found = true;
        p->value_len = 0;
    }
    p->named = false;
}

static void peek_string(gaz_cli_peek *p, char c)
{
    if (p->escaped || c == '\\') {
        p->escaped = !p->escaped;
    } else if (c == '"') {
        p->in_string = false;
        p->name[p->name_len] = '\0';
        return;
    }
    if (p->name_len + 1 < sizeof p->name)
        p->name[p->name_len++] = c;
}

static void peek_byte(gaz_cli_peek *p, char c)
{
    switch (c) {
    case '"':
        p->in_string = true;
        p->name_len = 0;
        break;
    case ':':
        memcpy(p->key, p->name, sizeof p->key);
        p->named = true;
        break;
    case '{':
    case '[':
        if (p->depth == 1)
            p->in_outer = c == '{' && p->named && strcmp(p->key, p->outer) == 0;
        p->named = false;
        p->depth++;
        break;
    case '}':
    case ']':
        end_value(p);
        p->depth -= p->depth ? 1 : 0;
        break;
    case ',':
        end_value(p);
        break;
    default:
        if (c > ' ' && wanted(p) && p->value_len + 1 < sizeof p->value)
            p->value[p->value_len++] = c;
        break;
    }
}

void gaz_cli_peek_feed(gaz_cli_peek *peek, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (peek->in_string)
            peek_string(peek, data[i]);
        else
            peek_byte(peek, data[i]);
    }
}
