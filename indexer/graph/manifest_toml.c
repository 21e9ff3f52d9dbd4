/* As much of TOML 1.0 as manifests need: every value is told with its dotted key; arrays are told
 * item by item under one key, tables of [[arrays]] get their number. Broken text ends the reading
 * where it breaks: what stood before is kept. */
#include <stdio.h>
#include <string.h>

#include "graph_manifests.h"

#define TOML_KEY_MAX 1024u
#define TOML_DEPTH 32u
#define TOML_TABLES_MAX 4096u

typedef struct toml {
    const char *at, *end;
    char key[TOML_KEY_MAX + 64];
    size_t table_len; /* of the key of the open table */
    graph_toml_value *value;
    void *ctx;
    gaz_map arrays; /* key of a [[table]] → how many there were */
    gaz_strbuf string;
    bool stopped;
} toml;

static void skip_blank(toml *t, bool lines)
{
    while (t->at < t->end) {
        char c = *t->at;
        if (c == '#') {
            const char *line = memchr(t->at, '\n', (size_t)(t->end - t->at));
            t->at = line ? line : t->end;
        } else if (c == ' ' || c == '\t' || c == '\r' || (lines && c == '\n')) {
            t->at++;
        } else {
            return;
        }
    }
}

static bool take(toml *t, char c)
{
    if (t->at >= t->end || *t->at != c)
        return false;
    t->at++;
    return true;
}

static void read_escape(toml *t)
{
    char c = t->at < t->end ? *t->at++ : '\\';
    switch (c) {
    case 'n':
        gaz_strbuf_putc(&t->string, '\n');
        break;
    case 't':
        gaz_strbuf_putc(&t->string, '\t');
        break;
    case 'u':
    case 'U': /* names of files and packages are not written so */
        gaz_strbuf_putc(&t->string, '?');
        break;
    default:
        gaz_strbuf_putc(&t->string, c);
    }
}

/* A string into t->string; the quote is at t->at. */
static bool read_string(toml *t)
{
    char quote = *t->at;
    bool multi = t->end - t->at >= 3 && t->at[1] == quote && t->at[2] == quote;
    t->at += multi ? 3 : 1;
    gaz_strbuf_reset(&t->string);
    while (t->at < t->end) {
        char c = *t->at++;
        if (c == quote && !multi)
            return true;
        if (c == quote && t->end - t->at >= 2 && t->at[0] == quote && t->at[1] == quote) {
            t->at += 2;
            return true;
        }
        if (c == '\n' && !multi)
            return false;
        if (c == '\\' && quote == '"')
            read_escape(t);
        else
            gaz_strbuf_putc(&t->string, c);
    }
    return false;
}

static bool key_add(toml *t, size_t *len, const char *text, size_t n)
{
    if (n + *len + 2 > TOML_KEY_MAX)
        return false;
    if (*len)
        t->key[(*len)++] = '.';
    memcpy(t->key + *len, text, n);
    *len += n;
    t->key[*len] = '\0';
    return true;
}

/* Dotted keys, quoted or bare, added behind what t->key holds up to *len. */
static bool read_key(toml *t, size_t *len)
{
    for (;;) {
        skip_blank(t, false);
        if (t->at >= t->end)
            return false;
        if (*t->at == '"' || *t->at == '\'') {
            if (!read_string(t) || !key_add(t, len, t->string.data, t->string.len))
                return false;
        } else {
            const char *from = t->at;
            while (t->at < t->end && !strchr(" \t\r\n.=[]{},#\"'", *t->at))
                t->at++;
            if (t->at == from || !key_add(t, len, from, (size_t)(t->at - from)))
                return false;
        }
        skip_blank(t, false);
        if (!take(t, '.'))
            return true;
    }
}

static bool read_value(toml *t, size_t key_len, unsigned depth);

static bool read_array(toml *t, size_t key_len, unsigned depth)
{
    for (;;) {
        skip_blank(t, true);
        if (take(t, ']'))
            return true;
        if (!read_value(t, key_len, depth + 1))
            return false;
        skip_blank(t, true);
        if (!take(t, ','))
            return take(t, ']');
    }
}

static bool read_inline_table(toml *t, size_t key_len, unsigned depth)
{
    for (;;) {
        skip_blank(t, true);
        if (take(t, '}'))
            return true;
        size_t len = key_len;
        if (!read_key(t, &len) || !take(t, '=') || !read_value(t, len, depth + 1))
            return false;
        t->key[key_len] = '\0';
        skip_blank(t, true);
        if (!take(t, ','))
            return take(t, '}');
    }
}

static bool tell(toml *t, size_t key_len, const char *value, size_t len)
{
    t->key[key_len] = '\0';
    if (!t->value(t->ctx, t->key, value, len)) {
        t->stopped = true;
        return false;
    }
    return true;
}

static bool read_value(toml *t, size_t key_len, unsigned depth)
{
    skip_blank(t, false);
    if (t->at >= t->end || depth > TOML_DEPTH)
        return false;
    if (take(t, '['))
        return read_array(t, key_len, depth);
    if (take(t, '{'))
        return read_inline_table(t, key_len, depth);
    if (*t->at == '"' || *t->at == '\'')
        return read_string(t) && tell(t, key_len, t->string.data, t->string.len);
    const char *from = t->at;
    while (t->at < t->end && !strchr(" \t\r\n,]}#", *t->at))
        t->at++;
    return t->at > from && tell(t, key_len, from, (size_t)(t->at - from));
}

static bool read_table(toml *t)
{
    bool array = take(t, '[');
    t->table_len = 0;
    t->key[0] = '\0';
    if (!read_key(t, &t->table_len) || !take(t, ']') || (array && !take(t, ']')))
        return false;
    if (!array)
        return true;
    uint64_t *number = gaz_map_put(&t->arrays, t->key, t->table_len, NULL);
    if (!number || *number >= TOML_TABLES_MAX)
        return false;
    int n = snprintf(t->key + t->table_len, 32, ".%u", (unsigned)(*number)++);
    t->table_len += (size_t)n;
    return true;
}

bool graph_toml_read(const char *text, size_t len, graph_toml_value *value, void *ctx)
{
    toml t = {.at = text, .end = text + len, .value = value, .ctx = ctx, .string = GAZ_STRBUF_INIT};
    gaz_map_init(&t.arrays);
    bool ok = true;
    while (ok) {
        skip_blank(&t, true);
        if (t.at >= t.end)
            break;
        if (take(&t, '[')) {
            ok = read_table(&t);
            continue;
        }
        size_t key = t.table_len;
        t.key[key] = '\0';
        ok = read_key(&t, &key) && take(&t, '=') && read_value(&t, key, 0);
    }
    gaz_map_release(&t.arrays);
    gaz_strbuf_release(&t.string);
    return !t.stopped;
}
