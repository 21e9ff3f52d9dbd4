/* Any bytes as a request: the first line is the target, the lines behind it are headers, what
 * follows an empty line is a body. Decoding, routing, the host check, negotiation and binding must
 * neither crash nor let through what they say they refuse. Links: http web ops json base. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exchange.h"
#include "uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const gaz_param params[] = {
    {.name = "q", .type = GAZ_PARAM_STRING, .required = true, .min = 1, .max = 100},
    {.name = "limit", .type = GAZ_PARAM_INT, .min = 0, .max = 1000, .fallback = "50"},
    {.name = "wait", .type = GAZ_PARAM_BOOL},
    {.name = "list", .type = GAZ_PARAM_LIST, .min = 1, .max = 5},
    {.name = "kind", .type = GAZ_PARAM_STRING, .choices = "a|b|cc"},
    {.name = "name", .type = GAZ_PARAM_STRING},
};
static const gaz_op ops[] = {
    {.name = "search",
     .method = "GET",
     .path = "/v1/search",
     .params = params,
     .param_count = 6,
     .media = 7},
    {.name = "things.add",
     .method = "POST",
     .path = "/v1/things",
     .params = params,
     .param_count = 6,
     .media = 1},
    {.name = "things.get",
     .method = "GET",
     .path = "/v1/things/{name}",
     .params = params,
     .param_count = 6,
     .media = 3},
    {.name = "things.part",
     .method = "GET",
     .path = "/v1/things/{name}/part/{q}",
     .params = params,
     .param_count = 6,
     .media = 4},
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_values(const gaz_value *v)
{
    require(v[0].given && v[0].len >= 1 && v[0].len <= 100 && strlen(v[0].text) == v[0].len);
    require(v[1].number >= 0 && v[1].number <= 1000);
    require(v[2].number == 0 || v[2].number == 1);
    require(!v[3].given || (v[3].count >= 1 && v[3].count <= 5));
    for (size_t i = 0; i < v[3].count; i++)
        require(v[3].items[i] != NULL);
    require(!v[4].given || strcmp(v[4].text, "a") == 0 || strcmp(v[4].text, "b") == 0 ||
            strcmp(v[4].text, "cc") == 0);
}

/* What was decoded is encoded again and decodes to the same. */
static void check_encoding(const gaz_raw_param *p, gaz_arena *arena)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_error err = {0};
    const char *again;
    size_t len;
    gaz_uri_encode(&text, p->text, p->len, false);
    require(gaz_uri_decode(text.data, text.len, true, arena, &again, &len, &err) == GAZ_OK);
    require(len == p->len && memcmp(again, p->text, len) == 0);
    gaz_strbuf_release(&text);
}

/* The next line, NUL-terminated in the arena; NULL at the end. */
static char *next_line(const char **at, const char *end, gaz_arena *arena)
{
    if (*at >= end)
        return NULL;
    const char *newline = memchr(*at, '\n', (size_t)(end - *at));
    const char *stop = newline ? newline : end;
    char *line = gaz_arena_strndup(arena, *at, (size_t)(stop - *at));
    *at = newline ? newline + 1 : end;
    return line;
}

static void set_header(gaz_exchange *ex, char *line)
{
    const struct {
        const char *name;
        const char **slot;
    } known[] = {
        {"Host: ", &ex->headers.host},
        {"Origin: ", &ex->headers.origin},
        {"Accept: ", &ex->headers.accept},
        {"Accept-Encoding: ", &ex->headers.accept_encoding},
        {"Content-Type: ", &ex->headers.content_type},
        {"Sec-Fetch-Site: ", &ex->headers.fetch_site},
        {"Sec-Fetch-Mode: ", &ex->headers.fetch_mode},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strncmp(line, known[i].name, strlen(known[i].name)) == 0)
            *known[i].slot = line + strlen(known[i].name);
    if (strncmp(line, "Method: ", 8) == 0)
        snprintf(ex->method, sizeof ex->method, "%s", line + 8);
}

static void check_request(gaz_exchange *ex, const char *body, size_t len)
{
    gaz_raw_param *query = NULL;
    size_t count = 0;
    gaz_error err = {0};
    gaz_value values[6] = {0};
    gaz_media media = GAZ_MEDIA_JSON;
    gaz_json *object = NULL;
    if (ex->query &&
        gaz_uri_query(ex->query, strlen(ex->query), &ex->arena, &query, &count, &err) != GAZ_OK)
        return;
    require(count <= GAZ_URI_PARAMS_MAX);
    for (size_t i = 0; i < count; i++) {
        require(query[i].name[0] != '\0');
        check_encoding(&query[i], &ex->arena);
    }
    if (ex->kind == GAZ_TARGET_OP && gaz_negotiate_media(ex->headers.accept, ex->op->media, &media))
        require(ex->op->media & 1u << media);
    (void)gaz_negotiate_coding(ex->headers.accept_encoding);
    (void)gaz_negotiate_html(ex->headers.accept);
    (void)gaz_is_json_type(ex->headers.content_type);
    if (len && gaz_json_parse(body, len, &object, &err) != GAZ_OK)
        return;
    if (gaz_op_bind_request(&ops[0], object, query, count, &ex->arena, values, &err) == GAZ_OK)
        check_values(values);
    else
        require(err.status < 0 && err.message[0]);
    gaz_json_free(object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static gaz_http http;
    static gaz_connection conn = {.fd = -1};
    http.options.ops = ops;
    http.options.op_count = sizeof ops / sizeof ops[0];
    http.options.body_max = 1u << 20;
    http.port = 7007;
    const char *at = (const char *)data, *end = at + size;
    gaz_exchange *ex = gaz_exchange_new(&http, &conn, NULL, "");
    if (!ex)
        return 0;
    char *target = next_line(&at, end, &ex->arena), *line;
    snprintf(ex->method, sizeof ex->method, "GET");
    if (target && target[0] == '/') {
        char *mark = strchr(target, '?');
        if (mark)
            *mark = '\0';
        ex->path = target;
        ex->query = mark ? mark + 1 : NULL;
        while ((line = next_line(&at, end, &ex->arena)) && *line)
            set_header(ex, line);
        bool passed = gaz_guard_check(ex);
        require(passed == (ex->status == 0));
        if (passed)
            require(ex->headers.host &&
                    (strstr(ex->headers.host, "7007") || ex->headers.host[0] == '['));
        ex->status = 0;
        gaz_route_find(ex);
        require((ex->kind == GAZ_TARGET_OP) == (ex->op != NULL));
        check_request(ex, at, (size_t)(end - at));
    }
    gaz_exchange_unref(ex);
    return 0;
}
